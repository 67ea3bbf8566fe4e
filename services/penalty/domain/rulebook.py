"""What the published rulebook says on one day: periods, thresholds, statutory ranges, and the articles that refusals cite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Protocol

from chassis.domain import Refused
from services.penalty.domain.provisions import Band, Norm, Row, Share

NEVER_APPLIED = "historical"
SECTIONS = ("surcharge", "continuing_fine", "payment", "hearing", "collective_discussion", "legal_review")

LIMITATION = "T01-limitation"
LIMITATION_HARM = "T01-limitation-life-health"
AFTER_THE_FACT = "T02-filing-after-the-fact"
STATEMENT = "T07-statement-defence"
HEARING_REQUEST = "T08-hearing-request"
HEARING_NOTICE_PERIOD = "T09-hearing-notice"
HEARING_HELD_BY = "T10-hearing-held"
SERVICE = "T11-service"
REPORTING_UP = "T28-reporting-up"
ANNOUNCEMENT = "T12-announcement-service"
PAYMENT = "T13-payment"
PUBLICATION = "T16-publication"
WITHDRAWAL = "T17-publication-withdrawal"
PUBLICITY_MINIMUM = "T18-publicity-minimum"
PUBLICITY_MAXIMUM = "T18-publicity-maximum"
RECONSIDERATION = "T19-reconsideration"
LITIGATION = "T20-litigation"
LITIGATION_AFTER = "T20-litigation-after-reconsideration"
DAILY_FINE = "T25-daily-fine"
CLOSURE_HALF_YEAR = "T26-closure-180-days"
CLOSURE_YEAR = "T26-closure-one-year"
COURT_ENFORCEMENT = "T21-court-enforcement"
SURCHARGE = "surcharge"
"""What runs until the limit of the surcharge: no period, but the section that sets rate and limit."""
DEMAND = "T22-demand"


class DueDay(Protocol):
    """A last day; provisional if it rests on a holiday calendar that is not published yet."""

    @property
    def day(self) -> date:
        """The day."""
        ...

    @property
    def provisional(self) -> bool:
        """Whether it may still move."""
        ...


class Calendar(Protocol):
    """Knows working days."""

    def due(self, start: date, length: int, unit: str, *, rolls: bool = False) -> DueDay:
        """The last day of a period that begins the day after `start`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A length of time the law gives, and whether a last day that is no working day moves on; how many make a window full.

    `rolls_unverified`: whether the day moves on was not checked against the law.
    """

    length: int
    unit: str
    rolls: bool
    count: int | None = None
    rolls_unverified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """An amount from which (or up to which) something holds; or kinds of penalty for which it does, whatever the amount."""

    code: str
    measure: str
    comparison: str
    amount_fen: int
    kinds: frozenset[str] = frozenset()

    def reached(self, fen: int, kinds: frozenset[str] = frozenset()) -> bool:
        """Whether an amount, or a kind, is one it speaks of."""
        if self.measure == "kind":
            return bool(self.kinds & kinds)
        return {"gte": fen >= self.amount_fen, "gt": fen > self.amount_fen, "lte": fen <= self.amount_fen,
                "lt": fen < self.amount_fen}.get(self.comparison, False)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdRow:
    """A threshold with whom it holds for; `general` where a province may set another."""

    code: str
    party: str
    level: str | None
    general: bool
    threshold: Threshold

    def speaks_of(self, code: str, party: str, measure: str, level: str | None) -> bool:
        """Whether it holds for a kind of party and a level of organ."""
        whom = self.party in (party, "any") and self.level in (level, None)
        return whom and (self.code, self.threshold.measure) == (code, measure)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules of the penalty procedure as one rulebook states them on one day."""

    name: str
    title: str
    day: date
    calendar: Calendar
    minimum_officers: int
    periods: Mapping[str, Period]
    case_limits: tuple[str, ...]
    limit_approvers: Mapping[str, str]
    thresholds: tuple[ThresholdRow, ...]
    sections: Mapping[str, Mapping[str, Any]]
    decision_contents: tuple[str, ...]
    seal_required: bool
    review_grounds: tuple[str, ...]
    closing_guards: tuple[str, ...]
    articles: Mapping[str, Mapping[str, Any]]
    citations: Mapping[str, str]
    laws: Mapping[tuple[str, str], str]
    kind_titles: Mapping[str, str]
    highest_articles: Mapping[tuple[str, str], int]
    mitigations: Mapping[str, str]
    penalty_kinds: Mapping[str, str]
    expiries: Mapping[str, tuple[str, str]]

    def due(self, code: str, start: date) -> DueDay:
        """The last day of a period that a trigger on `start` sets running; Refused if the law knows no such period that day."""
        if (period := self.periods.get(code)) is None:
            raise not_in_force(self.day, code)
        return self.calendar.due(start, period.length, period.unit, rolls=period.rolls)

    def count_of(self, code: str) -> int:
        """How many times something must happen within a period; 0 where the rules of that day know no such period."""
        period = self.periods.get(code)
        return 0 if period is None else period.count or 0

    def law_of(self, code: str) -> str | None:
        """The law that a rule rests on, by its id; None where it names none."""
        ref = self.articles.get(code)
        return None if ref is None else str(ref["law"])

    def threshold(self, code: str, party: str = "any", measure: str = "fine", level: str | None = None) -> Threshold | None:
        """The amount, or the kinds, that `code` speaks of for a kind of party (`unit`, `citizen`) and a level of organ.

        The province's own row goes before the one that holds where a province sets none.
        """
        rows = [row for row in self.thresholds if row.speaks_of(code, party, measure, level)]
        return min(rows, key=lambda row: row.general).threshold if rows else None

    def reached(self, code: str, party: str, fen: int, *, measure: str = "fine", level: str | None = None) -> bool:
        """Whether an amount reaches the threshold `code`; False where the rules set none."""
        threshold = self.threshold(code, party, measure, level)
        return threshold is not None and threshold.reached(fen)

    def kinds(self, code: str) -> frozenset[str]:
        """The kinds of penalty that `code` speaks of, whatever the amount."""
        rows = (row.threshold.kinds for row in self.thresholds if row.code == code and row.threshold.measure == "kind")
        return frozenset().union(*rows)

    def section(self, name: str) -> Mapping[str, Any]:
        """A section of the rulebook (`surcharge`, `payment`, `hearing`, …); Refused if it is not in force that day."""
        if (found := self.sections.get(name)) is None:
            raise not_in_force(self.day, name)
        return found

    def cite(self, code: str) -> str:
        """The article a rule rests on; the rulebook itself where it names none."""
        return self.citations.get(code) or f"《{self.title}》（{self.name}）{code}"

    def provision(self, law: str, version: str, article: str, paragraph: int | None, item: str | None) -> str:
        """A provision as it is cited: 《安全生产法》（2021）第99条第2项."""
        return cited(self.laws, law, version, article, paragraph, item)

    def has_article(self, law: str, version: str, article: str) -> bool:
        """Whether a version of a law reaches to this article, as far as the rulebook knows."""
        highest = self.highest_articles.get((law, version))
        return highest is None or not article.isdigit() or 1 <= int(article) <= highest

    def refusal(self, rule: str, code: str, zh: str, en: str, **facts: Any) -> Refused:
        """A refusal with the article of `rule`."""
        return Refused(code, zh, en, basis=self.cite(rule), **facts)

    def require(self, holds: bool, rule: str, code: str, zh: str, en: str, **facts: Any) -> None:
        """Raise that refusal unless the condition holds."""
        if not holds:
            raise self.refusal(rule, code, zh, en, **facts)


def cited(
    laws: Mapping[tuple[str, str], str], law: str, version: str, article: str, paragraph: int | None, item: str | None
) -> str:  # fmt: skip
    """A provision as it is cited; `laws` are the short titles by law and version."""
    title = laws.get((law, version), law)
    inner = (f"第{paragraph}款" if paragraph is not None else "") + (f"第{item}项" if item is not None else "")
    return f"《{title}》（{version}）第{article}条{inner}"


def not_in_force(day: date, what: str) -> Refused:
    """The refusal of a command for which the rulebook has no rule on that day."""
    return Refused(
        "no-rule-in-force", f"{day} 没有可适用的规则：{what}", f"no rule in force on {day}: {what}", rule=what, day=day
    )


def rules_on(book: Mapping[str, Any], day: date, calendar: Calendar) -> Rules:
    """The rules of a published rulebook on a day; Refused where it has no penalty procedure yet."""
    officers, review = _section(book, "officers", day), _section(book, "legal_review", day)
    periods = {row["code"]: _period(row) for row in _in_force(book["deadlines"], day)}
    limits = tuple(step["deadline"] for step in book["case_limit"]["steps"])
    if missing := [code for code in (*limits, STATEMENT, HEARING_REQUEST, PAYMENT) if code not in periods]:
        raise not_in_force(day, missing[0])
    articles, laws = _articles(book, day), {(law["id"], law["version"]): law["short_title"] for law in book["laws"]}
    return Rules(
        name=f"{book['rulebook']}/{book['version']}", title=book["title"], day=day, calendar=calendar,
        minimum_officers=officers["minimum"], periods=periods, case_limits=limits,
        limit_approvers={step["deadline"]: step["approver"] for step in book["case_limit"]["steps"] if step["approver"]},
        thresholds=_thresholds(book, day), sections=_sections(book, day),
        decision_contents=_codes(_in_force(book["decision_contents"], day)),
        seal_required=_section(book, "decision_seal", day)["required"], review_grounds=tuple(review["required_when"]),
        closing_guards=_codes(_in_force(book["closing_guards"], day)), articles=articles,
        laws=laws, citations=_citations(articles, laws), kind_titles=book["penalty_kinds"],
        highest_articles={(law["id"], law["version"]): law["highest_article"] for law in book["laws"] if law["highest_article"]},
        mitigations={row["code"]: row["title"] for row in _in_force(book.get("mitigation_grounds", ()), day)},
        penalty_kinds=book["penalty_kinds"], expiries=_expiries(book, day),
    )  # fmt: skip


def overrides(book: Mapping[str, Any]) -> dict[date, bool]:
    """The days whose kind the rulebook fixes: day -> working."""
    return {date.fromisoformat(row["date"]): row["working"] for row in book["calendar_overrides"]}


def ranges(book: Mapping[str, Any]) -> tuple[Row, ...]:
    """The statutory ranges of a rulebook, each with its validity: sums, and shares of income, of gains, of another fine."""
    least = {(row["law"], row["version"]): row["at_least_inclusive"] for row in book.get("boundary", ())}
    sums = tuple(
        replace(
            _row(row, row, inclusive=row["max_inclusive"]), min_inclusive=least.get((row["law"], row["version"]), True),
            case=f"accident-{row['grade']}" if row.get("grade") else None,
        )
        for row in book["ranges"]
    )  # fmt: skip
    income = tuple(_share(row, row["percent_min"], row["percent_max"], 100) for row in book.get("income_ranges", ()))
    multiples = tuple(_share(row, row["times_min"], row["times_max"], 1) for row in book.get("multiple_ranges", ()))
    return (*sums, *income, *multiples)


def penalties(item: Mapping[str, Any]) -> tuple[Row, ...]:
    """The branches that a catalogue item leads to, each with its validity."""
    return tuple(_row(row["provision"], row, inclusive=True) for row in item["penalty"])


def norms(item: Mapping[str, Any]) -> tuple[Norm, ...]:
    """What a catalogue item breaches, each with its validity."""
    return tuple(
        Norm(
            law=row["law"], version=row["version"], article=row["article"], paragraph=row["paragraph"], item=row["item"],
            valid_from=_day(row["valid_from"]) or date.min, valid_to=_day(row["valid_to"]),
        )
        for row in item["basis"]
    )  # fmt: skip


def _row(where: Mapping[str, Any], row: Mapping[str, Any], *, inclusive: bool) -> Row:
    return Row(
        law=where["law"], version=where["version"], article=where["article"], paragraph=where["paragraph"],
        item=where["item"], phase=row["phase"], subject=row["subject"], min_fen=row["min_fen"], max_fen=row["max_fen"],
        max_inclusive=inclusive, valid_from=_day(row["valid_from"]) or date.min, valid_to=_day(row["valid_to"]),
        kinds=frozenset(row["other_kinds"]), kinds_always=row.get("other_kinds_when") == "always",
    )  # fmt: skip


def _share(row: Mapping[str, Any], least: int, most: int, per: int) -> Row:
    """A range that is a share: of a first finding, with no kinds but those of the sums of its provision."""
    sums = {"phase": "first", "min_fen": 0, "max_fen": 0, "other_kinds": row.get("other_kinds", ()), **row}
    share = Share(of=row["of"], least=least, most=most, per=per, threshold_fen=row.get("threshold_fen") or 0)
    return replace(
        _row(row, sums, inclusive=True), share=share, case=row["case"], capacities=frozenset(row.get("capacities", ()))
    )


def bands(book: Mapping[str, Any], day: date) -> tuple[Band, ...]:
    """The discretion bands of the book's province, or of everywhere, that hold on a day (裁量阶次)."""
    rows = (row for row in _in_force(book["discretion_bands"], day) if row["province"] in (book["province"], None))
    return tuple(Band(row=_row(row["provision"], {**row, "other_kinds": ()}, inclusive=row["max_inclusive"]), code=row["code"],
                      metric=row["metric"], first=row["from"], last=row["to"]) for row in rows)  # fmt: skip


def _period(row: Mapping[str, Any]) -> Period:
    return Period(
        length=row["length"], unit=row["unit"], rolls=row["rolls_to_working_day"], count=row.get("count"),
        rolls_unverified=row.get("rolls_unverified", False),
    )  # fmt: skip


def _thresholds(book: Mapping[str, Any], day: date) -> tuple[ThresholdRow, ...]:
    """The thresholds of the book's province, and those that hold where a province sets none."""
    rows = (row for row in _in_force(book["thresholds"], day) if row["province"] in (book["province"], None))
    return tuple(
        ThresholdRow(
            code=row["code"], party=row["party"], level=row["organ_level"], general=row["province"] is None,
            threshold=Threshold(
                code=row["code"], measure=row["measure"], comparison=row["comparison"], amount_fen=row["amount_fen"],
                kinds=frozenset(row["kinds"]),
            ),
        )
        for row in rows
    )  # fmt: skip


def _sections(book: Mapping[str, Any], day: date) -> dict[str, Mapping[str, Any]]:
    """The sections that state parameters of one thing, each if it is in force."""
    return {name: book[name] for name in SECTIONS if name in book and _valid(book[name], day)}


def _expiries(book: Mapping[str, Any], day: date) -> dict[str, tuple[str, str]]:
    """What the end of each period means, code and Chinese title by period; and what the limit of the surcharge does."""
    ends = {row["code"]: row["on_expiry"] for row in _in_force(book["deadlines"], day)}
    if (capped := book[SURCHARGE].get("on_cap")) is not None and _valid(book[SURCHARGE], day):
        ends[SURCHARGE] = capped
    return {period: (code, book["expiries"].get(code, "")) for period, code in ends.items()}


def _articles(book: Mapping[str, Any], day: date) -> dict[str, Mapping[str, Any]]:
    """What each rule, guard, period and content group rests on; those of this project's own making rest on no article."""
    guards = (*book["rules"], *book["ordering_guards"], *book["closing_guards"])
    rows = _in_force((*guards, *book["deadlines"], *book["decision_contents"], *book.get("mitigation_grounds", ())), day)
    return {row["code"]: row["basis"] for row in rows if row["basis"] is not None}


def _citations(articles: Mapping[str, Mapping[str, Any]], laws: Mapping[tuple[str, str], str]) -> dict[str, str]:
    """How each is cited: put together once, because every step that is asked cites."""
    return {
        code: cited(laws, ref["law"], ref["version"], ref["article"], ref["paragraph"], ref["item"])
        for code, ref in articles.items()
    }  # fmt: skip


def _in_force(rows: Iterable[Mapping[str, Any]], day: date) -> list[Mapping[str, Any]]:
    return [row for row in rows if row.get("status") != NEVER_APPLIED and _valid(row, day)]


def _valid(row: Mapping[str, Any], day: date) -> bool:
    return (_day(row.get("valid_from")) or date.min) <= day <= (_day(row.get("valid_to")) or date.max)


def _section(book: Mapping[str, Any], name: str, day: date) -> Mapping[str, Any]:
    section: Mapping[str, Any] = book[name]
    if not _valid(section, day):
        raise not_in_force(day, name)
    return section


def _codes(rows: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(row["code"] for row in rows)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)

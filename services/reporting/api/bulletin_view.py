"""A bulletin as it is told: lines in sections, each with what it is compared with; rankings, sentences, what is to be done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from chassis.domain import CHINA
from services.reporting.api.definitions import definition
from services.reporting.projections.weekly import BEFORE, LAST_YEAR, WEEK, YEAR, YEAR_BEFORE, Weekly
from services.reporting.queries.asof import Cut
from services.reporting.queries.bulletins import LINES, SECTIONS, Line
from services.reporting.queries.figures import value_of
from services.reporting.queries.lagging import Behind, Rules, behind, number_of, ranked, rules_on
from services.reporting.queries.periods import Period

TITLE, TITLE_EN = "安全生产执法每周调度通报", "Weekly bulletin of work-safety enforcement"


def bulletin(found: Weekly, districts: Sequence[str], district: str | None) -> dict[str, Any]:
    """The bulletin of some districts."""
    rules = rules_on(found.week.last)
    compared = found.table.compared(districts)
    told = _Told(found, list(districts), compared, district)
    lags = [] if rules is None else behind(rules, compared, found.table.total)
    return {
        "title": TITLE, "title_en": TITLE_EN, "week": week_json(found), "as_of": cut_json(found.cut, found.week.days),
        "compared": {
            name: None if (span := found.spans.get(name)) is None else {
                **days_json(span.period), "as_of": cut_json(span.cut, span.period)
            } for name in (BEFORE, LAST_YEAR)
        },
        "scope": {"district": district, "districts": [{"district": one, "name": told.name(one)} for one in districts]},
        "rules": rules_json(rules), "sections": [told.section(section) for section in SECTIONS],
        "rankings": [] if rules is None else [told.ranking(one) for one in rules.rankings],
        "summary": told.summary(), "sentences": [told.sentence(one) for one in lags], "actions": told.actions(lags),
    }  # fmt: skip


def days_json(period: Period) -> dict[str, str]:
    """From which day to which."""
    return {"from": period.first.isoformat(), "until": period.last.isoformat()}


def week_json(found: Weekly) -> dict[str, Any]:
    """Which week it is."""
    return {
        "name": found.week.name,
        "title": found.week.title,
        **days_json(found.week.days),
        "year": days_json(found.week.so_far),
    }


def cut_json(cut: Cut, period: Period) -> dict[str, Any]:
    """As of which moment, how much of each ledger that is, and whether the days are over by then."""
    at = cut.at.astimezone(CHINA)
    return {"recorded_before": at.isoformat(), "final": at.date() > period.last, "ledgers": {**cut.sizes}}


def rules_json(rules: Rules | None) -> dict[str, Any] | None:
    """By which rules it is said what lags, and how far they can be relied on."""
    if rules is None:
        return None
    return {"version": rules.version, "valid_from": rules.valid_from, "status": rules.status, "source": rules.source}


class _Told:
    """Makes the parts of one bulletin."""

    def __init__(self, found: Weekly, districts: list[str], compared: list[str], district: str | None) -> None:
        self._found, self._districts, self._compared, self._district = found, districts, compared, district

    def name(self, district: str) -> str:
        """What a district is called."""
        return self._found.table.name(district)

    def section(self, section: Any) -> dict[str, Any]:
        """A section with all its lines."""
        lines = [self._line(line) for line in section.lines]
        return {"name": section.name, "title": section.title, "title_en": section.title_en, "lines": lines}

    def _line(self, line: Line) -> dict[str, Any]:
        title, title_en = line.named
        by_district = [
            {"district": one, "name": self.name(one), **self._values(line, [one], one)} for one in self._shown(line)
        ]  # fmt: skip
        return {
            "name": line.name, **definition(line.of), "title": title, "title_en": title_en, "kind": line.kind,
            "better": line.better, **self._values(line, self._districts, self._district), "by_district": by_district,
        }  # fmt: skip

    def _shown(self, line: Line) -> list[str]:
        """The districts that are compared, and any other of which something is told."""
        spans = [name for name, span in self._found.spans.items() if span.has(line)]
        return [
            one for one in self._districts
            if one in self._compared or any(self._found.table.total(span, line.name, [one]) != (0, 0) for span in spans)
        ]  # fmt: skip

    def _values(self, line: Line, districts: list[str], district: str | None) -> dict[str, Any]:
        """A line's value in each span, with the change, what came late, and the rows of the week (`&span=` for others)."""
        told = {name: self._value(line, name, districts) for name in (WEEK, BEFORE, LAST_YEAR, YEAR, YEAR_BEFORE)}
        changes = {"change": _change(told[WEEK], told[BEFORE]), "change_on_year": _change(told[WEEK], told[LAST_YEAR])}
        late = None
        if self._found.spans[YEAR].has(line) and not line.moving:
            counts, out_of = self._found.late(line.name, districts)
            late = {"counts": counts, "out_of": out_of} if "out_of" in value_of(line.of, 0, 0) else {"value": counts}
        return {**told, **changes, "late": late, "rows": self._rows(line, district)}

    def _value(self, line: Line, span: str, districts: list[str]) -> dict[str, Any] | None:
        of = self._found.spans.get(span)
        return (
            value_of(line.of, *self._found.table.total(span, line.name, districts)) if of is not None and of.has(line) else None
        )

    def _rows(self, line: Line, district: str | None, span: str | None = None) -> list[dict[str, str]]:
        week, at = self._found.week, self._found.cut.at.astimezone(CHINA)
        moment = {} if at == week.end else {"as_of": at.isoformat()}
        asked = {name: value for name, value in (("district", district), ("span", span)) if value is not None} | moment
        return [
            {
                "measure": measure.name,
                "href": f"/v1/bulletins/{week.name}/rows?{urlencode({'line': line.name, 'measure': measure.name} | asked)}",
            }
            for measure in line.measures
        ]  # fmt: skip

    def ranking(self, asked: Any) -> dict[str, Any]:
        """The districts by a line, those with too few of them apart."""
        line = LINES[asked.line]
        places = [
            {"place": one.place, "district": one.district, "name": self.name(one.district), **value_of(line.of, *one.sum)}
            for one in ranked(asked, self._compared, self._found.table.total)
        ]
        return {
            "line": line.name, "title": line.named[0], "span": asked.span, "fewest": asked.fewest,
            "places": [one for one in places if one["place"] is not None],
            "not_ranked": [one for one in places if one["place"] is None],
        }  # fmt: skip

    def summary(self) -> list[str]:
        """The week in sentences, each figure beside that of the week before."""
        said = {name: self._compare(name) for name in ("inspections", "hazards", "hazards_rectified", "orders", "cases_filed")}
        stocks = {name: self._number(name) for name in ("tasks_open_overdue", "hazards_open_overdue", "cases_undecided")}
        return [
            f"{self._found.week.title}，{len(self._compared)}个辖区开展执法检查{said['inspections']}，"
            f"发现隐患{said['hazards']}，整改完成{said['hazards_rectified']}，"
            f"发出责令限期整改指令书{said['orders']}，立案{said['cases_filed']}。",
            f"截至期末，逾期未完成任务{stocks['tasks_open_overdue']}项，逾期未整改隐患{stocks['hazards_open_overdue']}项，"
            f"办理中的案件{stocks['cases_undecided']}件。",
        ]  # fmt: skip

    def _number(self, line: str, span: str = WEEK) -> int:
        return self._found.table.total(span, line, self._districts)[0]

    def _compare(self, line: str) -> str:
        now, before, unit = self._number(line), self._number(line, BEFORE), LINES[line].of.unit
        how = "持平" if now == before else f"{'增加' if now > before else '减少'}{abs(now - before)}{unit}"
        return f"{now}{unit}（比上周{how}）"

    def sentence(self, one: Behind) -> dict[str, Any]:
        """In what a district lags, with the rows that say so."""
        line = LINES[one.lag.line]
        words = one.lag.text.format(value=_digits(one.value), average=_digits(one.average))
        rows = self._rows(line, one.district, one.lag.span)
        return {
            "district": one.district, "name": self.name(one.district), "line": line.name,
            "text": f"{self.name(one.district)}：{words}。", "words": words, "value": one.value, "rows": rows,
        }  # fmt: skip

    def actions(self, lags: Sequence[Behind]) -> list[dict[str, Any]]:
        """What each district is to do next (督办), by the end of the next week where the rules say until when."""
        until = self._found.week.last + timedelta(days=7)
        words = f"{until.month}月{until.day}日"
        return [
            {
                "district": one, "name": self.name(one), "until": until.isoformat(),
                "texts": [f"{lag.lag.action.format(until=words)}。" for lag in lags if lag.district == one],
            }
            for one in dict.fromkeys(lag.district for lag in lags)
        ]  # fmt: skip


def _digits(value: float | None) -> str:
    return "—" if value is None else f"{value:g}"


def _change(now: dict[str, Any] | None, before: dict[str, Any] | None) -> float | None:
    """By how much it changed; of a share in points."""
    if now is None or before is None or now["value"] is None or before["value"] is None:
        return None
    difference: float = round(now["value"] - before["value"], 2)
    return difference


def late_entries(told: Weekly, now: Weekly, districts: Sequence[str], district: str | None) -> dict[str, Any]:
    """Each line that differs by now from what the bulletin told of the week, in all districts and by district."""
    lines = []
    for line in LINES.values():
        if line.kind != "flow" or line.moving:
            continue
        pairs = {one: [number_of(line, of.table.total(WEEK, line.name, [one])) for of in (told, now)] for one in districts}
        differing = [{"district": one, "told": then, "now": since} for one, (then, since) in pairs.items() if then != since]
        if differing:
            whole = [number_of(line, of.table.total(WEEK, line.name, districts)) for of in (told, now)]
            lines.append({
                "name": line.name, "title": line.named[0], "unit": line.of.unit, "told": whole[0], "now": whole[1],
                "by_district": differing,
            })  # fmt: skip
    return {
        "week": week_json(told), "as_of": cut_json(told.cut, told.week.days), "now": cut_json(now.cut, now.week.days),
        "scope": {"district": district}, "lines": lines,
    }  # fmt: skip

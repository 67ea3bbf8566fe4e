"""Investigation: evidence by two officers, charges within the law of the day of the act, legal review."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from chassis.domain import Actor, Event, Refused, day_of
from services.penalty.domain.case import (
    CaseState,
    Officer,
    require_investigated,
    require_not_before,
    require_not_handler,
    require_qualified,
    require_undecided,
)
from services.penalty.domain.events import (
    Charge,
    EvidenceKind,
    EvidenceRecorded,
    InvestigationClosed,
    LegalReviewPassed,
    LegalReviewReturned,
)
from services.penalty.domain.rulebook import Row, Rules

HEARING_HELD = "hearing-held"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEvidence:
    """Officers put a piece of evidence into the file."""

    kind: EvidenceKind
    title: str
    officer_ids: tuple[str, ...]
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseInvestigation:
    """The handling officers propose what to impose (form 30), and say why a legal review is due, if one is."""

    charges: tuple[Charge, ...]
    opinion: str
    review_grounds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewCase:
    """The legal reviewer passes the case, or returns it."""

    passed: bool
    opinion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sanctions:
    """What the law allows to impose: per catalogue item its branches; the statutory ranges of the act's day and of today."""

    items: Mapping[str, tuple[Row, ...]]
    ranges_at_act: tuple[Row, ...]
    ranges_now: tuple[Row, ...]


def record_evidence(
    state: CaseState, command: RecordEvidence, officers: Iterable[Officer], at: datetime, rules: Rules
) -> list[Event]:
    """Put evidence into the file: gathered by at least two officers of the case (APL 2021, articles 42, 46, 55)."""
    require_undecided(state, rules)
    own = {handler.officer_id for handler in state.officers}
    strangers = [officer_id for officer_id in command.officer_ids if officer_id not in own]
    rules.require(
        not strangers, "two-officers", "not-a-handler", "取证人员不是本案承办人",
        "evidence is gathered by officers of the case", officer_ids=strangers,
    )  # fmt: skip
    require_qualified(command.officer_ids, officers, day_of(at), rules)
    rules.require(
        command.sha256 not in state.evidence, "lawful-evidence", "evidence-recorded-already", "该证据已入卷",
        "this evidence is in the file already", sha256=command.sha256,
    )  # fmt: skip
    return [
        EvidenceRecorded(
            case_id=state.case_id, kind=command.kind, title=command.title, officers=command.officer_ids,
            sha256=command.sha256,
        )
    ]  # fmt: skip


def close_investigation(
    state: CaseState, command: CloseInvestigation, sanctions: Sanctions, at: datetime, rules: Rules
) -> list[Event]:
    """Close the investigation with the charges proposed; their fines add up (APL 2021, articles 29, 37, 46, 57).

    It may be closed anew, before the decision, on new evidence or after a returned review: review and notice then begin anew.
    """
    require_undecided(state, rules)
    require_not_before(day_of(at), state.filed_on, rules, "filing")
    rules.require(bool(state.evidence), "lawful-evidence", "no-evidence", "案卷内没有证据", "there is no evidence in the file")
    rules.require(
        state.investigated_on is None or state.fresh_evidence or state.review == "returned", "lawful-evidence",
        "nothing-new", "没有新的证据，不得重新调查终结", "closing anew needs new evidence or a returned review",
    )  # fmt: skip
    charges = require_charges(state, command.charges, sanctions, day_of(at), rules)
    return [
        InvestigationClosed(
            case_id=state.case_id, outcome="penalise", charges=charges, opinion=command.opinion, closed_on=day_of(at),
            proposed_fen=sum(charge.amount_fen for charge in charges), review_grounds=_grounds(command, rules),
        )
    ]  # fmt: skip


def review_case(state: CaseState, command: ReviewCase, reviewer: Actor, rules: Rules) -> list[Event]:
    """Legal review 法制审核, once per closing of the investigation, by no handler of the case (APL 2021, article 58)."""
    require_investigated(state, rules)
    require_not_handler(state, reviewer, rules, "legal-review")
    rules.require(
        state.review is None, "legal-review", "reviewed-already", "本次调查终结已审核", "these charges were reviewed already"
    )
    kind = LegalReviewPassed if command.passed else LegalReviewReturned
    return [kind(case_id=state.case_id, reviewer=reviewer.id, opinion=command.opinion)]


def require_charges(
    state: CaseState, charges: tuple[Charge, ...], sanctions: Sanctions, day: date, rules: Rules
) -> tuple[Charge, ...]:
    """The charges, each completed by its paragraph, if the law allows every one of them; each act is fined once.

    APL 2021, articles 29 (one act, one fine) and 37 (law of the day of the act).
    """
    rules.require(bool(charges), "one-act-one-fine", "no-charge", "没有处罚事项", "there is nothing to penalise")
    codes = [charge.item_code for charge in charges]
    rules.require(
        len(set(codes)) == len(codes), "one-act-one-fine", "item-charged-twice", "同一违法行为不得给予两次以上罚款",
        "one act is fined once", item_codes=codes,
    )  # fmt: skip
    return tuple(_allowed(state, charge, sanctions, day, rules) for charge in charges)


def _allowed(state: CaseState, charge: Charge, sanctions: Sanctions, day: date, rules: Rules) -> Charge:
    """One charge against the acts of the case, the branches of its item, and the statutory ranges."""
    _require_about_act(state, charge, rules)
    _require_branch(state, charge, rules)
    branches = [row for row in sanctions.items.get(charge.item_code, ()) if _is_branch(row, charge)]
    rules.require(
        bool(branches), "applicable-law", "provision-not-listed",
        f"事项 {charge.item_code} 不适用 {_cite(charge, rules)} 的该项罚则", "the item does not lead to this branch",
        item_code=charge.item_code, provision=_cite(charge, rules),
    )  # fmt: skip
    branch = _require_in_force(branches, charge, state.act_date, day, rules)
    charge = replace(charge, paragraph=branch.paragraph)
    for row in (branch, _range(sanctions.ranges_at_act, charge, state.act_date, rules),
                _range(sanctions.ranges_now, charge, day, rules)):  # fmt: skip
        _require_within(row, charge, rules)
    return charge


def _require_about_act(state: CaseState, charge: Charge, rules: Rules) -> None:
    rules.require(
        any(act.item_code == charge.item_code for act in state.acts), "applicable-law", "not-an-act-of-the-case",
        f"事项 {charge.item_code} 不在移送的违法行为之内", "the item is no act of this case", item_code=charge.item_code,
    )  # fmt: skip


def _require_branch(state: CaseState, charge: Charge, rules: Rules) -> None:
    rules.require(
        charge.subject == state.party.kind, "applicable-law", "subject-is-not-party",
        "处罚对象与当事人不符", "the branch is for another kind of party", item_code=charge.item_code,
    )  # fmt: skip
    rules.require(
        charge.phase == "first", "applicable-law", "overdue-not-established", "未查明逾期未改正，不得适用逾期罚则",
        "the branch for overdue correction needs a correction that is established to be overdue", item_code=charge.item_code,
    )  # fmt: skip


def _require_in_force(branches: list[Row], charge: Charge, act_date: date, day: date, rules: Rules) -> Row:
    """The branch that was law when the act happened and is still law now (a change between them needs a judgement of its own)."""
    at_act = [row for row in branches if row.in_force(act_date)]
    rules.require(
        bool(at_act), "applicable-law", "provision-not-in-force", f"{_cite(charge, rules)} 在行为发生之日 {act_date} 未施行",
        f"the provision was not in force on the day of the act, {act_date}", provision=_cite(charge, rules), act_date=act_date,
    )  # fmt: skip
    still = [row for row in at_act if row.in_force(day)]
    rules.require(
        bool(still), "applicable-law", "law-changed", f"{_cite(charge, rules)} 在 {day} 已不再施行，须从旧兼从轻",
        f"the provision is no longer in force on {day}: the lighter law applies", provision=_cite(charge, rules), day=day,
    )  # fmt: skip
    return still[0]


def _range(rows: tuple[Row, ...], charge: Charge, day: date, rules: Rules) -> Row:
    found = [row for row in rows if row.in_force(day) and _covers(row, charge)]
    rules.require(
        bool(found), "applicable-law", "no-statutory-range", f"{_cite(charge, rules)} 没有 {day} 可适用的罚款幅度",
        f"no statutory range of the provision is in force on {day}", provision=_cite(charge, rules), day=day,
    )  # fmt: skip
    return found[0]


def _require_within(row: Row, charge: Charge, rules: Rules) -> None:
    if not row.holds(charge.amount_fen):
        cited = _cite(charge, rules)
        raise Refused(
            "amount-out-of-range", f"{cited} 的罚款幅度为 {row.min_fen} 至 {row.max_fen} 分",
            "the fine lies outside the range of the provision", basis=cited, amount_fen=charge.amount_fen,
            min_fen=row.min_fen, max_fen=row.max_fen,
        )  # fmt: skip


def _is_branch(row: Row, charge: Charge) -> bool:
    return (
        (row.law, row.version, row.article, row.item) == (charge.law, charge.law_version, charge.article, charge.item)
        and charge.paragraph in (None, row.paragraph)
        and (row.phase, row.subject) == (charge.phase, charge.subject)
    )


def _covers(row: Row, charge: Charge) -> bool:
    """Whether a statutory range is the charge's: it may hold for a whole article, or for one paragraph or item of it."""
    return (
        (row.law, row.version, row.article) == (charge.law, charge.law_version, charge.article)
        and row.paragraph in (None, charge.paragraph)
        and row.item in (None, charge.item)
        and (row.phase, row.subject) == (charge.phase, charge.subject)
    )


def _cite(charge: Charge, rules: Rules) -> str:
    return rules.provision(charge.law, charge.law_version, charge.article, charge.paragraph, charge.item)


def _grounds(command: CloseInvestigation, rules: Rules) -> tuple[str, ...]:
    """Why a legal review is due, as the officers state it; that a hearing was held is a fact of the case, not a statement."""
    grounds = tuple(dict.fromkeys(command.review_grounds))
    known = [ground for ground in rules.review_grounds if ground != HEARING_HELD]
    rules.require(
        set(grounds) <= set(known), "legal-review", "unknown-review-ground", "法制审核情形不在法定范围内",
        "no such ground for a legal review", grounds=grounds, known=known,
    )  # fmt: skip
    return grounds

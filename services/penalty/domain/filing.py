"""From clue to case: registering, requesting the filing, filing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from chassis.domain import Actor, Event, Guards, Refused, day_of
from services.penalty.domain.case import CaseState
from services.penalty.domain.daily_events import Continuing
from services.penalty.domain.events import CaseAct, CaseFiled, ClueRegistered, FilingRequested, Handler, Origin, Party
from services.penalty.domain.guards import (
    Officer,
    require_approver,
    require_not_before,
    require_open,
    require_qualified,
)
from services.penalty.domain.party_events import FilingMissed, FilingRefused, UrgentInvestigationBegun
from services.penalty.domain.rulebook import AFTER_THE_FACT, Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterClue:
    """Acts of a unit are referred to penalty: by an inspection, or by what somebody reported, transferred or assigned.

    `act_date`: the day of the act, or on which a continuing act ended; `discovered_on`: when it was found (None: that day).
    """

    case_id: str
    inspection_id: str
    enterprise_id: str
    enterprise_name: str
    uscc: str
    level: str
    organ_id: str
    organ: str
    act_date: date
    acts: tuple[CaseAct, ...]
    catalogue: str
    origin: Origin = "inspection"
    discovered_on: date | None = None
    source: str = ""
    harm: bool = False
    continues: Continuing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFiling:
    """Officers ask for the case to be filed (form 1), with its cause and who handles it."""

    cause: str
    officer_ids: tuple[str, ...]
    opinion: str


def register_clue(state: CaseState, command: RegisterClue) -> list[Event]:
    """A referral becomes a clue 线索登记; a clue is registered once."""
    if state.reached("clue"):
        raise Refused("clue-registered-already", "线索已登记", "the clue is registered already", basis=None)
    return [
        ClueRegistered(
            case_id=command.case_id, origin=command.origin, referral_id=command.case_id, inspection_id=command.inspection_id,
            enterprise_id=command.enterprise_id, party=Party(kind="unit", name=command.enterprise_name, uscc=command.uscc),
            level=command.level, organ_id=command.organ_id, organ=command.organ, act_date=command.act_date,
            acts=command.acts, catalogue=command.catalogue, discovered_on=command.discovered_on, source=command.source,
            harm=command.harm, continues=command.continues,
        )
    ]  # fmt: skip


def request_filing(
    state: CaseState, command: RequestFiling, officers: Iterable[Officer], at: datetime, rules: Rules
) -> list[Event]:
    """Ask for the filing, naming at least two qualified handling officers; may be corrected until the case is filed.

    APL 2021, articles 42 paragraph 1, 43, 54 paragraph 2.
    """
    _require_unfiled(state, rules)
    chosen = require_qualified(command.officer_ids, officers, day_of(at), rules, state.recused)
    return [FilingRequested(case_id=state.case_id, cause=command.cause, officers=as_handlers(chosen), opinion=command.opinion)]


def as_handlers(officers: Iterable[Officer]) -> tuple[Handler, ...]:
    """Officers as those who handle a case."""
    return tuple(Handler(officer_id=o.officer_id, name=o.name, certificate_no=o.certificate_no) for o in officers)


def begin_urgently(
    state: CaseState, officer_ids: tuple[str, ...], reason: str, officers: Iterable[Officer], at: datetime, rules: Rules
) -> list[Event]:
    """Investigate at once and file afterwards, within the rulebook's period (T02; Order 15 of 2015, article 23, historical)."""
    _require_unfiled(state, rules)
    rules.require(
        state.stage == "clue" and state.urgent_by is None, "filing", "filing-requested-already", "已申请立案或者已先行调查",
        "the filing was asked for, or the investigation begun, already",
    )  # fmt: skip
    day = day_of(at)
    chosen = require_qualified(officer_ids, officers, day, rules, state.recused)
    due = rules.due(AFTER_THE_FACT, day)
    return [
        UrgentInvestigationBegun(
            case_id=state.case_id, officers=as_handlers(chosen), reason=reason, begun_on=day, file_by=due.day
        )
    ]  # fmt: skip


def refuse_filing(state: CaseState, approver: Actor, reason: str, at: datetime, rules: Rules) -> list[Event]:
    """The approver does not file 不予立案: the clue ends here (APL 2021, article 54 paragraph 2 the other way round)."""
    _require_unfiled(state, rules)
    require_approver(state, approver, rules)
    rules.require(
        state.reached("filing-requested"), "filing", "filing-not-requested", "尚未申请立案", "the filing was not requested"
    )
    return [FilingRefused(case_id=state.case_id, reason=reason, refused_on=day_of(at), approved_by=approver.id)]


def miss_filing(state: CaseState, due_on: date, at: datetime) -> list[Event]:
    """The filing of an urgent case was not made up for in time: a defect is flagged; nothing, if it is filed."""
    late = state.urgent_by == due_on and day_of(at) > due_on and not state.filing_missed and not state.reached("closed")
    return [FilingMissed(case_id=state.case_id, due_on=due_on)] if late else []


def file_case(
    state: CaseState, approver: Actor, case_no: str, officers: Iterable[Officer], at: datetime, rules: Rules
) -> list[Event]:
    """File the case: the limit for the decision runs from here (APL 2021, article 60, or the ladder of a ministerial rule).

    The handling officers must still be qualified on the day of filing, and none of them approves.
    """
    _require_unfiled(state, rules)
    rules.require(
        state.reached("filing-requested"), "filing", "filing-not-requested", "尚未申请立案", "the filing was not requested"
    )
    day, guards = day_of(at), Guards()
    with guards:
        require_not_before(day, state.act_date, rules, "filing")
    with guards:
        require_approver(state, approver, rules)
    with guards:
        require_qualified([handler.officer_id for handler in state.officers], officers, day, rules, state.recused)
    guards.settle()
    return [
        CaseFiled(
            case_id=state.case_id, case_no=case_no, filed_on=day, approved_by=approver.id,
            decision_due_on=case_limits(day, rules)[0],
        )
    ]  # fmt: skip


def case_limits(filed_on: date, rules: Rules) -> tuple[date, ...]:
    """The last days for a decision: the first, then those that an extension by the head, or by the superior organ, allows."""
    return tuple(rules.due(code, filed_on).day for code in rules.case_limits)


def _require_unfiled(state: CaseState, rules: Rules) -> None:
    require_open(state, rules)
    rules.require(not state.reached("investigating"), "filing", "case-filed-already", "案件已立案", "the case is filed already")

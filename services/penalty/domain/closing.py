"""How a case ends: its limit extended, its closing with the guards of the rulebook, the archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from chassis.domain import Actor, Event, Guards, Refused, day_of
from services.penalty.domain.account import PaymentState
from services.penalty.domain.case import CaseState
from services.penalty.domain.decision import SETTLED
from services.penalty.domain.ending_events import CaseArchived, CaseExtended, FileBorrowed, FileReturned, OutsideReader
from services.penalty.domain.events import CaseClosed, Ground
from services.penalty.domain.following import Unfollowed
from services.penalty.domain.guards import (
    require_approver,
    require_filed,
    require_not_before,
    require_served,
)
from services.penalty.domain.publication import PublicationState
from services.penalty.domain.reporting_up import is_to_report
from services.penalty.domain.rulebook import Rules
from services.penalty.domain.sides import Side
from services.penalty.domain.sums import yuan

SUPERIOR = "superior-organ"
NOTHING_PAID = PaymentState()
GROUNDS: Mapping[Ground, str] = {
    "performed": "处罚决定已履行", "no-penalty": "不予处罚", "transferred": "案件已移送", "terminated": "终结执行",
    "revoked": "处罚决定被撤销", "not-filed": "不予立案",
}  # fmt: skip
"""How a closing and its form name why a case ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What the regions beside the case say: payments and publications by party, rectification by hazard, what else is open.

    `transferred`: another organ, or the police, has it; `transferring`: it is to get it, or has not answered yet.
    `terminated`: parties whose enforcement a court ended, or whom no court can be asked to enforce against any more.
    `pending`: parties with a remedy pending. `unpublished`: parties whose decision has yet to be published, or withdrawn.
    `unfollowed`: what remedies decided and the decisions do not show yet.
    """

    payments: Mapping[str, PaymentState] = field(default_factory=dict)
    hazards: Mapping[str, str] = field(default_factory=dict)
    transferred: bool = False
    transferring: bool = False
    terminated: frozenset[str] = frozenset()
    pending: tuple[str, ...] = ()
    unpublished: tuple[str, ...] = ()
    unfollowed: tuple[Unfollowed, ...] = ()
    publications: Mapping[str, PublicationState] = field(default_factory=dict)


def extend_case(state: CaseState, approver: Actor, of_superior: bool, reason: str, at: datetime, rules: Rules) -> list[Event]:
    """Give the case the next, longer limit; the rules say who may: the head, or the superior organ (form 45; T03').

    APL 2021, article 60: a rule may set other limits than the ninety days; the ladder is that of Order 15 (historical).
    """
    require_filed(state, rules)
    require_approver(state, approver, rules)
    rule = rules.case_limits[0]
    rules.require(not state.decided, rule, "decided-already", "已作出处罚决定", "the penalty is decided already")
    later = [step for step in rules.case_limits[1:] if step not in state.extended]
    rules.require(bool(later), rule, "no-further-extension", "没有可以再延长的期限", "the rules allow no further extension")
    level = rules.limit_approvers.get(later[0], "")
    rules.require(
        (level == SUPERIOR) == of_superior, rule, "wrong-approver", "须由规定的机关批准延期", "another organ approves this",
        approver=level,
    )  # fmt: skip
    day = day_of(at)
    rules.require(
        state.decision_due_on is None or day <= state.decision_due_on, rule, "limit-passed", "办案期限已经届满，不得再延长",
        "the limit has passed already", due_on=state.decision_due_on,
    )  # fmt: skip
    due = rules.due(later[0], state.filed_on or day)
    return [
        CaseExtended(
            case_id=state.case_id, step=later[0], approver_level=level, approved_by=approver.id, reason=reason,
            decision_due_on=due.day,
        )
    ]  # fmt: skip


def close_case(
    state: CaseState, beside: Beside, ground: Ground, reason: str, approver: Actor, at: datetime, rules: Rules
) -> list[Event]:
    """Close the case (form 46): performed, not to be performed, or transferred; every guard of the rulebook holds."""
    require_filed(state, rules)
    _require_ground(state, ground, beside, rules)
    day, guards = day_of(at), Guards()
    with guards:
        require_approver(state, approver, rules)
    with guards:
        require_followed(beside, rules)
    for guard in rules.closing_guards:
        with guards:
            _require_guard(guard, state, ground, beside, rules)
    with guards:
        for earlier in _earlier_days(state, beside):
            require_not_before(day, earlier, rules, "penalty-performed")
    guards.settle()
    return [CaseClosed(case_id=state.case_id, reason=reason, closed_on=day, ground=ground)]


def archive_case(
    state: CaseState, volumes: int, pages: int, keep_years: int | None, keeper: Actor, at: datetime, rules: Rules,
    list_sha256: str = "",
) -> list[Event]:  # fmt: skip
    """Put the file of a closed case away (forms 47, 48); nothing is added, taken out or changed afterwards (Order 15, 65)."""
    rules.require(
        state.reached("closed"), "archive-integrity", "not-closed", "案件尚未结案，不得归档", "only a closed case is archived"
    )
    _require_not_archived(state, rules)
    return [
        CaseArchived(
            case_id=state.case_id,
            archived_on=day_of(at),
            volumes=volumes,
            pages=pages,
            keeper=keeper.id,
            keep_years=keep_years,
            list_sha256=list_sha256,
        )
    ]


def borrow_file(
    state: CaseState, loan_id: str, borrower: str | OutsideReader, purpose: str, return_by: date, approver: Actor, at: datetime,
    rules: Rules,
) -> list[Event]:  # fmt: skip
    """Lend the archived file, with leave (Order 15 of 2015, article 65), to one of ours by id or to somebody outside."""
    rule = "archive-integrity"
    rules.require(state.archived_on is not None, rule, "not-archived", "案卷尚未归档", "the file is not archived yet")
    rules.require(loan_id not in state.loans, rule, "borrowed-already", "该借阅已登记", "this loan is recorded already")
    require_not_before(return_by, day_of(at), rules, rule)
    outside = None if isinstance(borrower, str) else borrower
    return [
        FileBorrowed(
            case_id=state.case_id, loan_id=loan_id, borrower=borrower if isinstance(borrower, str) else borrower.reader_id,
            purpose=purpose, borrowed_on=day_of(at), return_by=return_by, approved_by=approver.id, outside=outside,
        )
    ]  # fmt: skip


def return_file(state: CaseState, loan_id: str, at: datetime, rules: Rules) -> list[Event]:
    """The borrowed file is back."""
    rules.require(loan_id in state.loans, "archive-integrity", "no-such-loan", "没有这项借阅", "no such loan", loan_id=loan_id)
    return [FileReturned(case_id=state.case_id, loan_id=loan_id, returned_on=day_of(at))]


def require_followed(beside: Beside, rules: Rules) -> None:
    """What reconsideration or a court made of a decision was done (ARL 2023, article 77; ALL 2017, article 94)."""
    for one in beside.unfollowed:
        raise rules.refusal(
            one.rule, "remedy-not-followed", "复议或者诉讼已改变处罚决定，尚未据以变更或者撤销",
            "a remedy changed or set aside the decision, which was not changed or revoked yet", party_id=one.party_id,
            step=one.step, result=one.result, reference_no=one.reference_no,
        )  # fmt: skip


def _require_not_archived(state: CaseState, rules: Rules) -> None:
    rules.require(
        state.archived_on is None, "archive-integrity", "archived-already", "案卷已归档", "the file is archived already"
    )


def _require_ground(state: CaseState, ground: Ground, beside: Beside, rules: Rules) -> None:
    """The ground of closing is a fact of the case."""
    match ground:
        case "no-penalty":
            holds = state.no_penalty_on is not None
        case "transferred":
            holds = beside.transferred
        case "revoked":
            holds = _all_revoked(state)
        case "terminated":
            holds = bool(beside.terminated)
        case _:
            for side in state.charged or state.sides:
                if not _revoked(side):
                    require_served(state, rules, side.party_id)
            holds = not _all_revoked(state)
    if not holds:
        raise _not_given(state, ground, beside, rules)


def fitting_ground(state: CaseState, beside: Beside) -> Ground:
    """The ground of closing that the facts of the case give."""
    if beside.transferred:
        return "transferred"
    if state.no_penalty_on is not None:
        return "no-penalty"
    if _all_revoked(state):
        return "revoked"
    unpaid = (side.party_id for side in state.charged if _owes(side, beside))
    return "terminated" if beside.terminated.intersection(unpaid) else "performed"


def _not_given(state: CaseState, ground: Ground, beside: Beside, rules: Rules) -> Refused:
    """The refusal of a ground that is no fact of the case: it names the one that is."""
    fitting = fitting_ground(state, beside)
    instead = f"，本案的结案事由是{GROUNDS[fitting]}（{fitting}）" if fitting != ground else ""
    return rules.refusal(
        "penalty-performed", "ground-not-given", f"结案事由不成立{instead}",
        "the case has no such ending" + (f": it is {fitting}" if instead else ""), ground=ground, fitting=fitting,
    )  # fmt: skip


def _require_guard(guard: str, state: CaseState, ground: Ground, beside: Beside, rules: Rules) -> None:
    """One closing guard of the rulebook; one that it names and this program does not know holds nothing back."""
    if guard == "penalty-performed":
        _require_refunded(beside, rules)
    if guard == "penalty-performed" and ground in ("performed", "terminated"):
        _require_performed(state, ground, beside, rules)
    if guard == "rectification-passed" and ground != "transferred":
        wanted = {act.hazard_id for act in state.acts if act.hazard_id}
        missing = sorted(hazard for hazard in wanted if beside.hazards.get(hazard) not in SETTLED)
        rules.require(
            not missing, guard, "rectification-open", "移送的隐患尚未全部复查通过",
            "not every referred hazard has passed re-inspection", hazard_ids=missing,
        )  # fmt: skip
    if guard == "timers-settled":
        _require_timers_settled(guard, state, beside, rules)
    if guard == "publication-done":
        rules.require(
            not beside.unpublished, guard, "not-published", "应当公示的处罚决定尚未公示", "a decision is not published yet",
            parties=beside.unpublished,
        )  # fmt: skip


def _require_timers_settled(guard: str, state: CaseState, beside: Beside, rules: Rules) -> None:
    """Nothing that runs beside the case is open: no transfer, hearing, remedy, no report to the organ above."""
    open_ = [side.party_id for side in state.sides if side.hearing.open or side.hearing.awaits_report]
    owed = [side.party_id for side in state.charged if side.decision is not None and is_to_report(side.decision)]
    guards = Guards()
    with guards:
        rules.require(not beside.transferring, guard, "transfer-open", "移送正在办理", "a transfer of the case is under way")
    with guards:
        rules.require(not open_, guard, "hearing-pending", "听证尚未了结", "a hearing is not settled", parties=open_)
    with guards:
        rules.require(
            not beside.pending, guard, "remedy-pending", "复议或者诉讼尚未终结", "a remedy is pending", parties=beside.pending
        )
    with guards:
        rules.require(not owed, guard, "not-reported-up", "重大处罚尚未报上级备案", "a decision is not reported up", parties=owed)
    guards.settle()


def _require_performed(state: CaseState, ground: Ground, beside: Beside, rules: Rules) -> None:
    """Every fine is paid in full, or the decision void; else the case is terminated: a court ended enforcement, or none can be
    asked any more.
    """
    for side in state.charged:
        payment = beside.payments.get(side.party_id, NOTHING_PAID)
        owes = _owes(side, beside)
        rules.require(
            not owes or side.party_id in beside.terminated, "penalty-performed",
            "payment-not-settled", f"罚款尚未缴清，尚欠 {yuan(payment.outstanding_fen)}", "the fine is not paid in full",
            outstanding_fen=payment.outstanding_fen, party_id=side.party_id,
        )  # fmt: skip
        if owes and ground == "performed":
            raise _not_given(state, ground, beside, rules)


def _owes(side: Side, beside: Beside) -> bool:
    """Whether something is unpaid of what stands against a party."""
    decision = side.decision
    if decision is None or _revoked(side) or decision.total_fen + decision.confiscate_fen == 0:
        return False
    return beside.payments.get(side.party_id, NOTHING_PAID).settled_on is None


def _require_refunded(beside: Beside, rules: Rules) -> None:
    """What was paid above what is owed was given back, whatever the ground."""
    open_ = {party: payment.credit_fen for party, payment in beside.payments.items() if payment.credit_fen}
    rules.require(
        not open_, "penalty-performed", "credit-open", "应退罚款尚未退还", "money is to be given back still",
        credit_fen=sum(open_.values()), parties=sorted(open_),
    )  # fmt: skip


def _earlier_days(state: CaseState, beside: Beside) -> list[date | None]:
    served = [side.decision.received_on for side in state.charged if side.decision is not None]
    return [*served, *(payment.settled_on for payment in beside.payments.values()), state.no_penalty_on]


def _all_revoked(state: CaseState) -> bool:
    return bool(state.charged) and all(_revoked(side) for side in state.charged)


def _revoked(side: Side) -> bool:
    return side.decision is not None and side.decision.revoked_on is not None

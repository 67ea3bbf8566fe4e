"""What is decided about enforcement: demands, the application to a court, what the court did; when the right begins and lapses.

Administrative Coercion Law 2011, articles 53 and 54: only what is beyond remedy, unperformed, demanded, waited for, and in time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from chassis.domain import Actor, Event, day_of
from services.penalty.domain.account import PaymentState
from services.penalty.domain.case import CaseState
from services.penalty.domain.enforcement import Application, Demand, EnforcementState
from services.penalty.domain.enforcement_events import (
    CourtAccepted,
    CourtApplicationAllowed,
    CourtAsked,
    CourtPeriodBegan,
    CourtRightLapsed,
    CourtRuled,
    DemandAnswered,
    DemandDrafted,
    DemandServed,
    Ending,
    EnforcementEnded,
    EnforcementVoided,
    Purpose,
    Termination,
    UnpaidInstalment,
)
from services.penalty.domain.events import Manner
from services.penalty.domain.guards import require_not_before
from services.penalty.domain.notice import announced, require_manner
from services.penalty.domain.overdue import unpaid_instalments
from services.penalty.domain.remedy import RemedyState
from services.penalty.domain.rulebook import COURT_ENFORCEMENT, DEMAND, Rules

Step = Literal["accepted", "ruled"]
COURT, BEFORE = "court-enforcement", "demand-before-court"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What enforcement rests on: whose it is, what is unpaid in fen and since when, until when it was put off, the remedies.

    `instalments` is what is unpaid of each part of an approved plan; what is not in them is due since `due_on`.
    """

    case_id: str
    party_id: str
    enterprise_id: str
    organ_id: str
    unpaid_fen: int
    due_on: date | None
    deferred_until: date | None
    remedies: RemedyState
    instalments: tuple[UnpaidInstalment, ...] = ()

    def overdue_instalments(self, day: date) -> tuple[UnpaidInstalment, ...]:
        """The instalments whose last day was before a day, and which are not paid in full."""
        return tuple(part for part in self.instalments if part.due_on < day)

    def overdue_fen(self, day: date) -> int:
        """What is overdue on a day: of instalments what fell due, and all that was not put off (APL 2021, article 66 ¶2)."""
        rest = self.unpaid_fen - sum(part.amount_fen for part in self.instalments)
        late = self.due_on is not None and day > self.due_on
        return sum(part.amount_fen for part in self.overdue_instalments(day)) + (rest if late else 0)

    def next_due_on(self) -> date | None:
        """The last day of what falls due next: of the first instalment that is unpaid, where there are some."""
        return self.instalments[0].due_on if self.instalments else self.due_on


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeDemand:
    """The demand reached the party; by announcement, when its period was over (`served_on` is not read then)."""

    document_no: str
    served_on: date
    manner: Manner
    recipient: str
    announced_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskCourt:
    """Which court is asked."""

    approver: Actor
    court: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerOfCourt:
    """The court accepted the application (`accepted`), ruled on it (`ruled`), or said no."""

    step: Step
    granted: bool
    reference_no: str
    answered_on: date
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndEnforcement:
    """How it ended otherwise."""

    ending: Ending
    termination: Termination | None
    reason: str
    ended_on: date


def owed_by(case: CaseState, party_id: str, payment: PaymentState, remedies: RemedyState) -> Owed:
    """What a party of a case owes, until when that was put off, and its remedies."""
    return Owed(
        case_id=case.case_id, party_id=party_id, enterprise_id=case.enterprise_id, organ_id=case.organ_id,
        unpaid_fen=payment.outstanding_fen, due_on=payment.due_on,
        deferred_until=None if payment.plan is None else payment.final_due_on, remedies=remedies,
        instalments=unpaid_instalments(payment),
    )  # fmt: skip


def court_period(owed: Owed, rules: Rules) -> tuple[date, date] | None:
    """From when the period for asking a court counts, and its last day (T21); None while a remedy is open, or no rule is.

    From the end of the last period of remedy; where payment was put off, not before the end of that (APL 2021, article 72 ¶2).
    """
    ended_on = owed.remedies.ended_on
    if ended_on is None or COURT_ENFORCEMENT not in rules.periods:
        return None
    counts_from = max(ended_on, owed.deferred_until or ended_on)
    return counts_from, rules.due(COURT_ENFORCEMENT, counts_from).day


def begin_court_period(state: EnforcementState, owed: Owed, at: datetime, rules: Rules) -> list[Event]:
    """The decision is beyond remedy: the period is known and runs; nothing if it is known already, or nothing is unpaid."""
    period, outcome = court_period(owed, rules), owed.remedies.outcome
    if period is None or not beyond_remedy(owed.remedies, day_of(at)) or owed.unpaid_fen == 0:
        return []
    if (state.counts_from, state.due_on) == period or (outcome is not None and outcome.sets_aside):
        return []
    return [
        CourtPeriodBegan(
            case_id=owed.case_id, party_id=owed.party_id, enterprise_id=owed.enterprise_id, organ_id=owed.organ_id,
            counts_from=period[0], due_on=period[1],
        )
    ]  # fmt: skip


def draft_demand(
    state: EnforcementState, purpose: Purpose, document_no: str, owed: Owed, at: datetime, rules: Rules
) -> list[Event]:
    """The organ demands what is in arrears (form 36, or 41 before a court is asked).

    Of what is paid in parts, each part may be demanded once its own day is over (APL 2021, articles 66 and 72); a court is asked
    when the whole plan is, so the demand before that waits for its end (APL 2021, article 72 ¶2; ACL 2011, article 54).
    """
    day = day_of(at)
    if purpose == "court":
        _require_arrears(owed, at, rules)
    else:
        _require_overdue(owed, day, rules)
    rules.require(state.current is None, COURT, "court-asked-already", "已申请强制执行", "a court is asked already")
    require_enforceable(owed.remedies, rules)
    return [
        DemandDrafted(
            case_id=owed.case_id, party_id=owed.party_id, enterprise_id=owed.enterprise_id, organ_id=owed.organ_id,
            purpose=purpose, document_no=document_no, amount_fen=owed.overdue_fen(day), drafted_on=day,
            instalments=owed.overdue_instalments(day),
        )
    ]  # fmt: skip


def serve_demand(state: EnforcementState, command: ServeDemand, at: datetime, rules: Rules) -> list[Event]:
    """The party received it; before a court is asked, ten working days pass (T22). `rules` are those of the day of receipt."""
    demand = _demand(state, command.document_no, rules)
    rules.require(demand.served_on is None, BEFORE, "demand-served-already", "催告书已送达", "the demand was served already")
    require_manner(command.manner, rules)
    served_on = command.served_on if command.manner != "announcement" else announced(command.announced_on, rules)
    require_not_before(command.announced_on or served_on, demand.drafted_on, rules, BEFORE)
    _require_past(served_on, at, rules)
    due = rules.due(DEMAND, served_on) if demand.purpose == "court" else None
    return [
        DemandServed(
            case_id=state.case_id, party_id=state.party_id, purpose=demand.purpose, document_no=demand.document_no,
            served_on=served_on, manner=command.manner, recipient=command.recipient, announced_on=command.announced_on,
            wait_until=None if due is None else due.day, provisional=due is not None and due.provisional,
        )
    ]  # fmt: skip


def answer_demand(state: EnforcementState, document_no: str, text: str, at: datetime, rules: Rules) -> list[Event]:
    """The party may state its case when a demand was served (ACL 2011, article 36)."""
    demand = _demand(state, document_no, rules)
    rules.require(demand.served_on is not None, BEFORE, "demand-not-served", "催告书尚未送达", "the demand is not served yet")
    return [
        DemandAnswered(case_id=state.case_id, party_id=state.party_id, document_no=document_no, text=text, answered_on=day_of(at))
    ]


def ask_court(
    state: EnforcementState, command: AskCourt, document_no: str, owed: Owed, at: datetime, rules: Rules
) -> list[Event]:
    """Ask a court to enforce (form 42): beyond remedy, unpaid, demanded and waited for, within three months (T21, T22)."""
    day = day_of(at)
    rules.require(state.current is None, COURT, "court-asked-already", "已申请强制执行", "a court is asked already")
    rules.require(state.finished is None, COURT, "enforcement-ended", "强制执行程序已结束", "enforcement has ended")
    _require_beyond_remedy(owed.remedies, day, rules)
    _require_arrears(owed, at, rules)
    demand = state.court_demand
    if demand is None or demand.wait_until is None:
        raise rules.refusal(BEFORE, "demand-missing", "尚未催告", "the demand was not served yet")
    rules.require(
        day > demand.wait_until, DEMAND, "demand-period-running", f"催告期至 {demand.wait_until}",
        "the waiting time after the demand is running", due_on=demand.wait_until,
    )  # fmt: skip
    period = court_period(owed, rules)
    rules.require(
        period is None or day <= period[1], COURT_ENFORCEMENT, "court-right-lapsed", "申请强制执行的期限已过",
        "the period for asking a court is over", due_on=None if period is None else period[1],
    )  # fmt: skip
    return [
        CourtAsked(
            case_id=state.case_id, party_id=state.party_id, document_no=document_no, court=command.court,
            amount_fen=owed.unpaid_fen, applied_on=day, approved_by=command.approver.id,
        )
    ]  # fmt: skip


def answer_of_court(state: EnforcementState, command: AnswerOfCourt, at: datetime, rules: Rules) -> list[Event]:
    """The court accepts the application, and rules on what it accepted; a no ends it, and another may be made in time."""
    one = _current(state, rules)
    _require_day(one, command.answered_on, at, rules)
    if command.step == "accepted":
        rules.require(one.accepted_on is None, COURT, "court-accepted-already", "法院已受理", "the court accepted it already")
    else:
        rules.require(one.accepted_on is not None, COURT, "court-not-accepted", "法院尚未受理", "the court did not accept it yet")
        rules.require(one.ruled_on is None, COURT, "court-ruled-already", "法院已裁定", "the court ruled already")
    if not command.granted:
        return [_ended(state, "refused", None, command.reference_no, command.reason, command.answered_on)]
    if command.step == "accepted":
        return [
            CourtAccepted(
                case_id=state.case_id, party_id=state.party_id, reference_no=command.reference_no, accepted_on=command.answered_on
            )
        ]
    return [
        CourtRuled(
            case_id=state.case_id, party_id=state.party_id, reference_no=command.reference_no, ruled_on=command.answered_on
        )
    ]


def end_enforcement(state: EnforcementState, command: EndEnforcement, unpaid_fen: int, at: datetime, rules: Rules) -> list[Event]:
    """It is withdrawn, carried out (everything is paid, by a ruling), or terminated for a reason."""
    one = _current(state, rules)
    _require_day(one, command.ended_on, at, rules)
    if command.ending == "enforced":
        rules.require(one.ruled_on is not None, COURT, "court-not-ruled", "法院尚未裁定", "the court did not rule yet")
        rules.require(
            unpaid_fen == 0,
            COURT,
            "payment-not-settled",
            "罚款尚未缴清",
            "the fine is not paid in full",
            outstanding_fen=unpaid_fen,
        )
    rules.require(
        (command.termination is not None) == (command.ending == "terminated"), COURT, "termination-reason",
        "终结执行须有事由，其他情形没有", "a termination has a reason of its own, nothing else has",
    )  # fmt: skip
    return [_ended(state, command.ending, command.termination, one.reference_no, command.reason, command.ended_on)]


def allow_court(state: EnforcementState, wait_until: date, at: datetime) -> list[Event]:
    """The waiting time after the demand is over; nothing if it is noted, another demand waits, or a court is asked."""
    demand = state.court_demand
    due = demand is not None and demand.wait_until == wait_until and day_of(at) > wait_until
    if not due or state.allowed or state.current is not None or state.finished is not None:
        return []
    return [CourtApplicationAllowed(case_id=state.case_id, party_id=state.party_id, wait_until=wait_until)]


def lapse_court(state: EnforcementState, owed: Owed, due_on: date, at: datetime, rules: Rules) -> list[Event]:
    """T21 has passed: the right lapses; where payment was put off meanwhile, the period counts anew from the end of that."""
    if state.due_on != due_on or day_of(at) <= due_on or state.lapsed or owed.unpaid_fen == 0:
        return []
    if state.current is not None or state.finished is not None:
        return []
    moved = begin_court_period(state, owed, at, rules)
    return moved or [CourtRightLapsed(case_id=state.case_id, party_id=state.party_id, due_on=due_on)]


def void_enforcement(state: EnforcementState, voided_on: date) -> list[Event]:
    """The decision was revoked: nothing that was demanded or asked of a court by it holds; nothing, if there was nothing."""
    if state == EnforcementState(case_id=state.case_id, party_id=state.party_id):
        return []
    current = state.current
    return [
        EnforcementVoided(
            case_id=state.case_id, party_id=state.party_id, voided_on=voided_on,
            application_no=None if current is None else current.document_no,
        )
    ]  # fmt: skip


def beyond_remedy(remedies: RemedyState, day: date) -> bool:
    """Whether nothing is pending, and the last day of every right that is left is over."""
    rights = (remedies.reconsideration_due_on, remedies.litigation_due_on)
    left = any(due is not None and day <= due for due in rights)
    return remedies.ended_on is not None and not left


def _require_beyond_remedy(remedies: RemedyState, day: date, rules: Rules) -> None:
    require_enforceable(remedies, rules)
    rules.require(not remedies.is_pending, COURT, "remedy-pending", "复议或者诉讼正在进行", "a remedy is pending")
    rules.require(
        beyond_remedy(remedies, day), COURT, "remedy-period-running", f"救济期限至 {remedies.ended_on}",
        "the decision is open to a remedy still", due_on=remedies.ended_on,
    )  # fmt: skip


def require_enforceable(remedies: RemedyState, rules: Rules) -> None:
    """Execution is not stopped, and the decision was not set aside. Refused `execution-stayed`, `decision-set-aside`."""
    rules.require(not remedies.stayed, "execution-not-stopped", "execution-stayed", "已决定停止执行", "execution is stopped")
    outcome = remedies.outcome
    rules.require(
        outcome is None or not outcome.sets_aside, COURT, "decision-set-aside", "处罚决定已被撤销、确认违法或者无效",
        "the decision was set aside",
    )  # fmt: skip


def _require_arrears(owed: Owed, at: datetime, rules: Rules) -> None:
    """Everything unpaid is overdue: the day of the last instalment is over, where payment was put off."""
    due_on = owed.deferred_until or owed.due_on
    _require_late(owed, due_on is not None and day_of(at) > due_on, due_on, rules)


def _require_overdue(owed: Owed, day: date, rules: Rules) -> None:
    """Something unpaid is overdue: an instalment, or what was not put off."""
    _require_late(owed, owed.overdue_fen(day) > 0, owed.next_due_on(), rules)


def _require_late(owed: Owed, late: bool, due_on: date | None, rules: Rules) -> None:
    rules.require(owed.unpaid_fen > 0, COURT, "nothing-unpaid", "没有未缴的罚款", "nothing is unpaid")
    rules.require(
        late, COURT, "payment-not-overdue", f"缴款期限至 {due_on}", "payment is not overdue", due_on=due_on
    )  # fmt: skip


def _demand(state: EnforcementState, document_no: str, rules: Rules) -> Demand:
    found = [one for one in state.demands if one.document_no == document_no]
    if not found:
        drafted = "、".join(one.document_no for one in state.demands)
        zh = f"没有催告书{f'：{document_no}' if document_no else ''}；" + (
            f"已作出的有{drafted}" if drafted else "尚未作出催告书"
        )
        raise rules.refusal(
            BEFORE, "demand-unknown", zh, f"no such demand: {document_no}" if document_no else "no demand was drafted yet",
            demands=[one.document_no for one in state.demands],
        )  # fmt: skip
    return found[0]


def _current(state: EnforcementState, rules: Rules) -> Application:
    if state.current is None:
        raise rules.refusal(COURT, "court-not-asked", "尚未申请强制执行", "no court is asked")
    return state.current


def _require_day(one: Application, day: date, at: datetime, rules: Rules) -> None:
    require_not_before(day, one.latest_on, rules, COURT)
    _require_past(day, at, rules)


def _require_past(day: date, at: datetime, rules: Rules) -> None:
    rules.require(day <= day_of(at), COURT, "day-in-future", f"{day} 晚于今天", f"{day} lies in the future", day=day)


def _ended(
    state: EnforcementState, ending: Ending, termination: Termination | None, reference_no: str, reason: str, day: date
) -> EnforcementEnded:  # fmt: skip
    return EnforcementEnded(
        case_id=state.case_id, party_id=state.party_id, ending=ending, termination=termination, reference_no=reference_no,
        reason=reason, ended_on=day, due_on=state.due_on if ending in ("refused", "withdrawn") else None,
    )  # fmt: skip

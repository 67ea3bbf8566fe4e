"""Forms 36, 37, 39, 41 and 42: what is owed, demanded, added, put off, and brought before a court."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.domain import Event, day_of
from services.penalty.documents.composed.matter import (
    Matter,
    day_text,
    happened,
    incomplete,
    name_of_party,
    party_block,
    payable,
    penalty_text,
    period,
    reached,
    remedies,
    required,
    step_missing,
)
from services.penalty.documents.money import CourtApplication, CourtDemand, DeferralNotice, PaymentDemand, SurchargeDecision
from services.penalty.documents.parts import Earlier, Instalment, Overdue, Share, sum_of
from services.penalty.domain import PAYMENTS, payment_events
from services.penalty.domain.enforcement_events import CourtAsked, DemandDrafted, Purpose
from services.penalty.domain.enforcing import beyond_remedy
from services.penalty.domain.overdue import unpaid_instalments
from services.penalty.domain.payment_events import DeferralApproved, SurchargeDecided
from services.penalty.domain.remedy import REMEDIES
from services.penalty.domain.rulebook import DEMAND, Rules
from services.penalty.domain.sides import Decision

ATTACHED = ("《行政强制执行事先催告书》", "《文书送达回执》", "作出决定的事实、理由和依据")
PROCEEDINGS = {"reconsideration": "行政复议", "first-instance": "一审判决", "second-instance": "二审判决"}
RESULTS = {
    "upheld": "维持", "changed": "变更", "revoked": "撤销", "confirmed-illegal": "确认违法", "void": "确认无效",
    "ordered-anew": "责令重新作出", "remanded": "发回重审",
}  # fmt: skip
KINDS = {"deferral": "延期缴纳罚款", "instalments": "分期缴纳罚款"}


def decision_of(matter: Matter) -> Earlier:
    """The decision by which the party owes."""
    decision, side = _decision(matter), matter.side
    spot = "spot" in matter.told
    name = "行政（当场）处罚决定书" if spot else "行政处罚决定书"
    return Earlier(
        name=f"{name}（{'个人' if side.kind == 'person' else '单位'}）", number=decision.document_no, on=decision.decided_on
    )


def _decision(matter: Matter) -> Decision:
    decision = matter.side.decision
    if decision is None:
        raise step_missing("34")
    return decision


def _penalty(matter: Matter, rules: Rules) -> str:
    decision = _decision(matter)
    return penalty_text(decision.total_fen, decision.kinds, decision.confiscate_fen, rules)


def payment_demand(matter: Matter) -> PaymentDemand:
    """Form 36: what is unpaid is demanded; `which` of several demands, counted from 1 (the last, if none is named)."""
    drafted = _demand(matter, "payment", "36")
    rules = matter.rules_of(drafted)
    parts = drafted.instalments
    due = parts[0].due_on if parts else matter.payment.state.next_due_on
    return PaymentDemand(
        addressee=name_of_party(matter), earlier=decision_of(matter), penalty=_penalty(matter, rules),
        due_on=due or drafted.drafted_on, unpaid=sum_of(drafted.amount_fen),
        shares=_shares(matter, drafted, drafted.amount_fen),
        instalments=tuple(Overdue(number=part.number, due_on=part.due_on, amount=sum_of(part.amount_fen)) for part in parts),
        payment=payable(matter, rules),
        reached=reached(matter), organ=matter.state.organ, issued_on=drafted.drafted_on,
    )  # fmt: skip


def payment_demand_number(matter: Matter) -> str:
    """The number that the demand for payment took."""
    return _demand(matter, "payment", "36").document_no


def _demand(matter: Matter, purpose: Purpose, form: str) -> DemandDrafted:
    drafted = [one for one in matter.enforced.each(DemandDrafted) if one.purpose == purpose]
    if purpose == "payment":
        return drafted[_which(matter, drafted, form) - 1]
    return happened(drafted[-1] if drafted else None, form)


def _shares(matter: Matter, event: Event, unpaid_fen: int) -> tuple[Share, ...]:
    """Of what the sum of a demand is made, without instalments that were to come; nothing where it is of one kind."""
    owed = matter.as_of(PAYMENTS, "payment", event)
    day = day_of(matter.deed(event).at)
    to_come = sum(part.amount_fen for part in unpaid_instalments(owed) if part.due_on >= day)
    parts = (
        ("罚款", owed.fine_due_fen - to_come), ("没收违法所得", owed.confiscation_due_fen), ("加处罚款", owed.surcharge_due_fen),
    )  # fmt: skip
    told = tuple(Share(name=name, amount=sum_of(fen)) for name, fen in parts if fen)
    return told if len(told) > 1 and sum(fen for _, fen in parts) == unpaid_fen else ()


def _surcharge(matter: Matter) -> tuple[tuple[SurchargeDecided, ...], SurchargeDecided]:
    """The surcharge that a form 37 is of (`which`, counted from 1; the last, if none is named), and those before it."""
    decided = list(matter.owing.each(SurchargeDecided))
    wanted = _which(matter, decided, "37")
    return tuple(decided[: wanted - 1]), decided[wanted - 1]


def _which(matter: Matter, told: Sequence[Event], form: str) -> int:
    """Which of several a form is of, counted from 1: the last, if none is named."""
    happened(told[-1] if told else None, form)
    wanted = matter.given.get("which", len(told))
    if not isinstance(wanted, int) or not 1 <= wanted <= len(told):
        raise incomplete(f"which: {wanted}")
    return wanted


def surcharge_decision(matter: Matter) -> SurchargeDecision:
    """Form 37: what was added for the delay, after what was added before."""
    earlier, event = _surcharge(matter)
    rules, state = matter.rules_of(event), matter.payment.state
    owed, added = matter.as_of(PAYMENTS, "payment", event), sum(one.amount_fen for one in earlier)
    paid = owed.amount_fen - owed.fine_due_fen
    return SurchargeDecision(
        addressee=name_of_party(matter), earlier=decision_of(matter), fine=sum_of(state.amount_fen),
        due_on=state.due_on or event.decided_on, until=event.until, days=event.days,
        paid=sum_of(paid) if paid else None, added=sum_of(added) if added else None,
        before=tuple(Earlier(name="加处罚款决定书", number=one.document_no, on=one.decided_on) for one in earlier),
        suspended=tuple(_span(one) for one in event.suspended), surcharge=f"{event.rate_permille / 10:g}%",
        surcharge_most=f"{event.cap_percent}%", basis=(rules.cite("surcharge"),), amount=sum_of(event.amount_fen),
        bank=required(matter, "bank"), account=required(matter, "account"), remedies=remedies(matter, rules),
        organ=matter.state.organ, issued_on=event.decided_on,
    )  # fmt: skip


def surcharge_number(matter: Matter) -> str:
    """The number that the surcharge took."""
    return _surcharge(matter)[1].document_no


def _span(span: payment_events.Span) -> str:
    return f"{day_text(span.first)}至{day_text(span.last) if span.last is not None else '今'}"


def deferral_notice(matter: Matter) -> DeferralNotice:
    """Form 39: of one instalment (`instalment`, its number; the first, if none is named)."""
    approved = happened(matter.owing.last(DeferralApproved), "39")
    return DeferralNotice(
        addressee=name_of_party(matter), earlier=decision_of(matter), fine=sum_of(matter.payment.state.amount_fen),
        kind=KINDS[approved.kind], basis=(matter.rules_of(approved).cite("deferral"),), instalment=instalment_of(_part(matter)),
        bank=required(matter, "bank"), account=required(matter, "account"), organ=matter.state.organ,
        issued_on=approved.approved_on,
    )  # fmt: skip


def deferral_notice_number(matter: Matter) -> str:
    """The number that the instalment took."""
    return _part(matter).document_no or ""


def _part(matter: Matter) -> payment_events.Instalment:
    approved = happened(matter.owing.last(DeferralApproved), "39")
    wanted = matter.given.get("which", 1)
    part = next((one for one in approved.instalments if one.number == wanted), None)
    if part is None:
        raise incomplete(f"which: {wanted}")
    return part


def instalment_of(part: payment_events.Instalment) -> Instalment:
    """An instalment as it is printed."""
    return Instalment(
        number=part.number, due_on=part.due_on, amount=sum_of(part.amount_fen), remaining=sum_of(part.remaining_fen)
    )  # fmt: skip


def _contested(matter: Matter, event: DemandDrafted | CourtAsked) -> str | None:
    """What the party did against the decision by then: nothing in time, or what came of it; None as long as it may still act."""
    remedies, day = matter.as_of(REMEDIES, "remedy", event), day_of(matter.deed(event).at)
    if not beyond_remedy(remedies, day):
        return None
    ended = [one for one in remedies.proceedings if one.outcome is not None]
    if not remedies.proceedings:
        return "在法定期限内未申请行政复议或者提起行政诉讼"
    if not ended:
        return "申请的行政复议、提起的行政诉讼已经终结"
    told = (f"{one.authority}{PROCEEDINGS[one.kind]}（{one.reference_no}）{RESULTS[one.result or 'upheld']}" for one in ended)
    return f"不服该决定，{'，'.join(told)}，该决定已经生效"


def court_demand(matter: Matter) -> CourtDemand:
    """Form 41: what is to be performed before a court is asked."""
    drafted = _demand(matter, "court", "41")
    rules = matter.rules_of(drafted)
    return CourtDemand(
        addressee=name_of_party(matter), earlier=decision_of(matter), penalty=_penalty(matter, rules),
        contested=_contested(matter, drafted), unpaid=sum_of(drafted.amount_fen),
        shares=_shares(matter, drafted, drafted.amount_fen), basis=(rules.cite("demand-before-court"),),
        period=period(rules, DEMAND),
        bank=required(matter, "bank"), account=required(matter, "account"), reached=reached(matter), organ=matter.state.organ,
        issued_on=drafted.drafted_on,
    )  # fmt: skip


def court_demand_number(matter: Matter) -> str:
    """The number that the demand took."""
    return _demand(matter, "court", "41").document_no


def court_application(matter: Matter) -> CourtApplication:
    """Form 42: what the court is asked to enforce, after the demand."""
    asked = happened(matter.enforced.last(CourtAsked), "42")
    demand, rules = _demand(matter, "court", "42"), matter.rules_of(asked)
    return CourtApplication(
        court=asked.court, applicant=matter.state.organ, representative=required(matter, "organ_head"), reached=reached(matter),
        **party_block(matter), earlier=decision_of(matter), received_on=_decision(matter).received_on,
        penalty=_penalty(matter, rules), contested=_contested(matter, asked), shares=_shares(matter, asked, asked.amount_fen),
        demand=Earlier(name="行政强制执行事先催告书", number=demand.document_no, on=demand.drafted_on),
        unpaid=sum_of(asked.amount_fen), basis=(rules.cite("court-enforcement"), rules.cite("demand-before-court")),
        attachments=(f"《{decision_of(matter).name}》", *ATTACHED),
        issuer=matter.deed(asked).actor, issued_on=asked.applied_on,
    )  # fmt: skip


def court_number(matter: Matter) -> str:
    """The number that the application took."""
    return happened(matter.enforced.last(CourtAsked), "42").document_no

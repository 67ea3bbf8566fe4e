"""Forms 30, 31, 38, 43, 45 and 46: what officers propose, the heads discuss and the approver decides."""

from __future__ import annotations

from collections.abc import Iterator

from chassis.domain import Event, day_of
from services.penalty.documents.approvals import (
    ClosingApproval,
    DeferralApproval,
    DiscussionRecord,
    DisposalApproval,
    ExtensionApproval,
    Member,
    TransferApproval,
)
from services.penalty.documents.composed.matter import (
    Matter,
    acts_text,
    case_name,
    charged,
    day_text,
    facts_text,
    handlers,
    happened,
    money,
    name_of_party,
    officers_of,
    party_block,
    penalty_text,
    said,
    sentence,
    unit_of,
)
from services.penalty.documents.composed.paying import decision_of, instalment_of
from services.penalty.documents.parts import Opinion, sum_of
from services.penalty.domain.account import PaymentState
from services.penalty.domain.closing import GROUNDS
from services.penalty.domain.ending_events import CaseDiscussed, CaseExtended, NoPenaltyDecided
from services.penalty.domain.events import (
    CaseClosed,
    CaseFiled,
    InvestigationClosed,
    LegalReviewPassed,
    LegalReviewReturned,
    PenaltyDecided,
    StatementMade,
)
from services.penalty.domain.payment_events import DeferralApproved, DeferralRefused, DeferralRequested
from services.penalty.domain.sides import Decision
from services.penalty.domain.transfer_events import TransferApproved, TransferDenied, TransferReported

DEFERRALS = {"deferral": "延期缴纳罚款", "instalments": "分期缴纳罚款"}
OUTCOMES = {
    "penalise": "给予行政处罚", "minor-corrected": "违法行为轻微并及时改正，没有造成危害后果，不予行政处罚",
    "first-slight": "初次违法且危害后果轻微并及时改正，可以不予行政处罚", "no-fault": "当事人没有主观过错，不予行政处罚",
    "not-proven": "违法事实不能成立，不予行政处罚", "transfer": "移送其他机关处理",
}  # fmt: skip


def disposal_approval(matter: Matter) -> DisposalApproval:
    """Form 30: what is proposed against a party and what it says, as it was reviewed and decided."""
    closed = happened(matter.case.last(InvestigationClosed), "30")
    charges = [one for one in closed.charges if one.party_id == matter.party_id]
    rules = matter.rules_of(closed)
    proposed = OUTCOMES[closed.outcome]
    if charges:
        kinds = dict.fromkeys(kind for one in charges for kind in one.kinds)
        gains = sum(one.confiscate_fen for one in charges)
        proposed = f"建议给予{penalty_text(sum(one.amount_fen for one in charges), kinds, gains, rules)}的行政处罚"
    spoken = [one.text for one in matter.case.each(StatementMade) if one.party_id == matter.party_id]
    return DisposalApproval(
        case_name=case_name(matter), **party_block(matter),
        case_facts=facts_text(charged(matter, charges, rules)) if charges else acts_text(matter),
        defence="\n".join(spoken) or None, opinion=f"{sentence(closed.opinion)}{sentence(proposed)}",
        officers=officers_of(matter.state.officers), requested_on=closed.closed_on, review=_reviewed(matter),
        approval=_decided(matter),
    )  # fmt: skip


def _reviewed(matter: Matter) -> Opinion | None:
    passed, returned = matter.case.last(LegalReviewPassed), matter.case.last(LegalReviewReturned)
    last = max((one for one in (passed, returned) if one is not None), key=matter.case.version_of, default=None)
    if last is None:
        return None
    text = last.opinion if isinstance(last, LegalReviewPassed) else f"退回：{last.opinion}"
    return said(matter, last, text)


def _decided(matter: Matter) -> Opinion | None:
    made = [one for one in matter.case.each(PenaltyDecided) if one.party.party_id == matter.party_id]
    if made:
        rules = matter.rules_of(made[-1])
        text = f"同意给予{penalty_text(made[-1].total_fen, made[-1].kinds, made[-1].confiscate_fen, rules)}的行政处罚"
        return said(matter, made[-1], text)
    none = matter.case.last(NoPenaltyDecided)
    return None if none is None else said(matter, none, f"不予行政处罚：{none.reason}")


def discussion_record(matter: Matter) -> DiscussionRecord:
    """Form 31: what each of the heads said, and what they came to."""
    event = happened(matter.case.last(CaseDiscussed), "31")
    charges = matter.state.charges_of(matter.party_id)
    told = charged(matter, charges, matter.rules_of(event))
    concluded = {"approved": "同意承办人的处理意见", "returned": "退回承办人补充调查或者重新提出意见"}[event.conclusion]
    return DiscussionRecord(
        case_name=case_name(matter), held_on=event.discussed_on, chair=matter.deed(event).actor,
        officers=officers_of(matter.state.officers), case_facts=facts_text(told) if told else acts_text(matter),
        members=tuple(Member(name=one.name, text=sentence(one.opinion)) for one in event.members),
        conclusion="".join(sentence(part) for part in (concluded, event.note) if part),
    )  # fmt: skip


def deferral_approval(matter: Matter) -> DeferralApproval:
    """Form 38: what the party asked for, and how it was answered."""
    asked = happened(matter.owing.last(DeferralRequested), "38")
    approved, refused = matter.owing.last(DeferralApproved), matter.owing.last(DeferralRefused)
    answer: Opinion | None = None
    if approved is not None:
        answer = said(matter, approved, f"同意。{approved.opinion}")
    elif refused is not None:
        answer = said(matter, refused, f"不予批准：{refused.opinion}")
    parts = approved.instalments if approved is not None else asked.instalments
    return DeferralApproval(
        case_name=case_name(matter), **party_block(matter), earlier=decision_of(matter),
        fine=sum_of(matter.payment.state.amount_fen), kind=DEFERRALS[asked.kind], reason=sentence(asked.reason),
        instalments=tuple(instalment_of(one) for one in parts), applied_on=asked.applied_on, approval=answer,
    )  # fmt: skip


def deferral_number(matter: Matter) -> str:
    """The number that the answer took. Refused `step-missing` before it."""
    approved, refused = matter.owing.last(DeferralApproved), matter.owing.last(DeferralRefused)
    if approved is not None:
        return approved.approval_no
    return happened(refused, "38").approval_no


def transfer_approval(matter: Matter) -> TransferApproval:
    """Form 43: why the case is to go to which authority, and the principal's answer."""
    told = matter.told["transfer"]
    reported = happened(told.last(TransferReported), "43")
    approved, denied = told.last(TransferApproved), told.last(TransferDenied)
    answer: Opinion | None = None
    if approved is not None:
        answer = Opinion(text=sentence(approved.opinion), signers=(matter.deed(approved).actor,), on=day_of(approved.approved_at))
    elif denied is not None:
        answer = said(matter, denied, f"不批准移送：{denied.reason}")
    return TransferApproval(
        cause=matter.state.cause or case_name(matter), party=name_of_party(matter), address=matter.address or None,
        authority=reported.receiver, summary=acts_text(matter), reason=sentence(reported.reason),
        handling=Opinion(
            text=f"建议移送{reported.receiver}。", signers=tuple(matter.name(one) for one in reported.team),
            on=reported.reported_on,
        ),
        approval=answer,
    )  # fmt: skip


def transfer_number(matter: Matter) -> str:
    """The number that the report took."""
    return happened(matter.told["transfer"].last(TransferReported), "43").document_no


def extension_approval(matter: Matter) -> ExtensionApproval:
    """Form 45: until when the limit was extended last, by whom and why."""
    event, filed = happened(matter.case.last(CaseExtended), "45"), happened(matter.case.last(CaseFiled), "45")
    return ExtensionApproval(
        case_name=case_name(matter), party=matter.state.party.name, filed_on=filed.filed_on, case_facts=acts_text(matter),
        reason=sentence(event.reason), until=event.decision_due_on, basis=(matter.rules_of(event).cite(event.step),),
        approval=said(matter, event, f"同意办案期限延长至{day_text(event.decision_due_on)}"),
    )  # fmt: skip


def closing_approval(matter: Matter) -> ClosingApproval:
    """Form 46: what was decided against each party and how it was carried out; natural persons by their documents' numbers."""
    event, filed = happened(matter.case.last(CaseClosed), "46"), happened(matter.case.last(CaseFiled), "46")
    ground = GROUNDS[event.ground] if event.ground is not None else None
    return ClosingApproval(
        case_name=case_name(matter), party=unit_of(matter), filed_on=filed.filed_on, result="\n".join(results(matter)),
        execution="\n".join(_carried_out(matter)),
        approval=said(matter, event, "：".join(part for part in ("同意结案", ground) if part) + f"。{event.reason}"),
    )  # fmt: skip


def results(matter: Matter) -> Iterator[str]:
    """What became of the case, each decision on a line; nobody is named who is a natural person."""
    made = list(matter.case.each(PenaltyDecided))
    for one in made:
        whom = "对当事人个人" if one.party.kind == "person" else ""
        rules = matter.rules_of(one)
        side = matter.state.side(one.party.party_id)
        standing = None if side is None else side.decision
        now = ""
        if standing is None or standing.document_no != one.document_no or standing.revoked_on:
            now = "（已撤销）"
        elif standing.changed_on:
            now = f"（变更为{penalty_text(standing.total_fen, one.kinds, standing.confiscate_fen, rules)}）"
        yield f"{one.document_no}：{whom}{penalty_text(one.total_fen, one.kinds, one.confiscate_fen, rules)}{now}。"
    none = matter.case.last(NoPenaltyDecided)
    if none is not None:
        yield f"不予行政处罚：{sentence(none.reason)}"
    if not made and none is None:
        yield sentence(GROUNDS[matter.state.ground]) if matter.state.ground is not None else "尚未作出处理决定。"


def _carried_out(matter: Matter) -> Iterator[str]:
    for side in matter.state.sides:
        told = matter.told.get(f"payment {side.party_id}")
        if told is not None and side.decision is not None:
            yield f"{side.decision.document_no}：{_performed(side.decision, told.state)}。"
    wanted = {act.hazard_id for act in matter.state.acts if act.hazard_id}
    if wanted:
        yield _rectified({matter.hazards.get(one) for one in wanted})


def _performed(decision: Decision, payment: PaymentState) -> str:
    """How one decision was carried out; what is void, or imposes no money, leaves nothing to be paid."""
    if decision.revoked_on is not None:
        return "处罚决定已撤销，不再执行"
    if decision.total_fen + decision.confiscate_fen == 0:
        return "没有应缴的罚没款"
    if payment.settled_on is not None:
        return f"罚款已于{day_text(payment.settled_on)}缴清"
    return f"罚款尚未缴清，尚欠{money(payment.outstanding_fen)}"


def _rectified(told: set[str | None]) -> str:
    if told == {"rectified"}:
        return "移送的隐患均已整改合格。"
    if told <= {"rectified", "closed"}:
        return "移送的隐患已整改合格，或者已决定不再复查。"
    return "移送的隐患尚未全部整改合格。"


def handled_by(matter: Matter, event: Event, text: str) -> Opinion:
    """What the handlers of the case say on the day of an event."""
    return Opinion(text=sentence(text), signers=handlers(matter), on=day_of(matter.deed(event).at))

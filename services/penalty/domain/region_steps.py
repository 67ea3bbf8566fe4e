"""The steps beside the main line of a case: recusal, deferral, surcharge, remedies, enforcement, transfer, loans of the file."""

from __future__ import annotations

from datetime import datetime, timedelta

from chassis.domain import Event, day_of
from services.penalty.domain import closing, deferral, enforcing, following, hearing, people, recourse, surcharge, transfer
from services.penalty.domain.case import CaseState
from services.penalty.domain.enforcement import EnforcementState
from services.penalty.domain.facts import Facts
from services.penalty.domain.remedy import REMEDIES, RemedyState
from services.penalty.domain.remedy_events import Kind
from services.penalty.domain.reversal import require_payable
from services.penalty.domain.rulebook import LITIGATION, RECONSIDERATION
from services.penalty.domain.sides import Decision
from services.penalty.domain.step import SOMEBODY, Probe, Step, towards
from services.penalty.domain.transfer_events import Material


def _request_recusal(state: CaseState, facts: Facts, _: str, at: datetime) -> list[Event]:  # noqa: ARG001 - one signature
    people_of = [*(one.officer_id for one in state.officers), *(person for person, _ in state.offices)]
    left = [one for one in people_of if one not in (*state.challenged, *state.recused)]
    probe = people.RequestRecusal(officer_id=next(iter([*left, *people_of]), ""), office="handler", reason="")
    return people.request_recusal(state, probe, facts.rules)


def _decide_recusal(state: CaseState, facts: Facts, _: str, at: datetime) -> list[Event]:  # noqa: ARG001 - one signature
    return people.decide_recusal(state, next(iter(state.challenged), ""), True, "", SOMEBODY, facts.rules)


def _abandon_hearing(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    return hearing.abandon_hearing(state, party_id, "absent", at, facts.rules)


def _withdraw_hearing(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    return hearing.withdraw_hearing(state, party_id, at, facts.rules)


def _request_deferral(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    require_payable(state, facts.payment(party_id), facts.rules, party_id)
    payment, day = facts.payment(party_id), day_of(at)
    part = deferral.Part(day + timedelta(days=1), payment.fine_due_fen)
    probe = deferral.RequestDeferral(reason="", parts=(part,), applied_on=day)
    return deferral.request_deferral(payment, probe, at, facts.rules)


def _answer_deferral(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    require_payable(state, facts.payment(party_id), facts.rules, party_id)
    probe = deferral.AnswerDeferral(approver=SOMEBODY, agreed=False, opinion="")
    return deferral.answer_deferral(state, facts.payment(party_id), probe, ("", ()), at, facts.rules)


def _decide_surcharge(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    require_payable(state, facts.payment(party_id), facts.rules, party_id)
    remedies = _remedies(facts, party_id)
    enforcing.require_enforceable(remedies, facts.rules)
    probe = surcharge.DecideSurcharge(approver=SOMEBODY, until=day_of(at))
    pending = surcharge.pending_days(remedies)
    return surcharge.decide_surcharge(state, facts.payment(party_id), probe, "", pending, at, facts.rules)


def _remit_surcharge(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    require_payable(state, facts.payment(party_id), facts.rules, party_id)
    probe = surcharge.RemitSurcharge(approver=SOMEBODY, amount_fen=1, reason="")
    return surcharge.remit_surcharge(state, facts.payment(party_id), probe, at, facts.rules)


def _seek(kind: Kind) -> Probe:
    def probe(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
        remedies, _ = _against(state, facts, party_id)
        sought = recourse.SeekRemedy(kind=kind, authority="", reference_no="", applied_on=day_of(at))
        return recourse.seek_remedy(remedies, sought, at, facts.rules)

    return probe


def _answer_remedy(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    remedies, _ = _against(state, facts, party_id)
    probe = recourse.AnswerRemedy(accepted=True, reference_no="", answered_on=day_of(at))
    return recourse.answer_remedy(remedies, probe, at, facts.rules)


def _withdraw_remedy(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    remedies, _ = _against(state, facts, party_id)
    return recourse.withdraw_remedy(remedies, recourse.WithdrawRemedy(withdrawn_on=day_of(at), reason=""), at, facts.rules)


def _decide_remedy(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    remedies, decision = _against(state, facts, party_id)
    day = day_of(at)
    probe = recourse.DecideRemedy(result="upheld", reference_no="", decided_on=day, received_on=day)
    return recourse.decide_remedy(remedies, probe, decision, at, facts.rules)


def _take_effect(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    remedies, _ = _against(state, facts, party_id)
    return recourse.take_effect(remedies, day_of(at), at, facts.rules)


def _stay(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    remedies, _ = _against(state, facts, party_id)
    probe = recourse.StayExecution(authority="", reference_no="", ordered_on=day_of(at), reason="")
    return recourse.stay_execution(remedies, probe, at, facts.rules)


def _lift_stay(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    remedies, _ = _against(state, facts, party_id)
    return recourse.lift_stay(remedies, day_of(at), "", at, facts.rules)


def _draft_demand(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    return enforcing.draft_demand(_enforcement(facts, party_id), "payment", "", _owed(state, facts, party_id), at, facts.rules)


def _serve_demand(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    _against(state, facts, party_id)
    enforcement = _enforcement(facts, party_id)
    unserved = [one.document_no for one in enforcement.demands if one.served_on is None]
    document_no = next(iter([*unserved, *(one.document_no for one in enforcement.demands)]), "")
    probe = enforcing.ServeDemand(document_no=document_no, served_on=day_of(at), manner="direct", recipient="")
    return enforcing.serve_demand(enforcement, probe, at, facts.rules)


def _answer_demand(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    _against(state, facts, party_id)
    enforcement = _enforcement(facts, party_id)
    served = [one.document_no for one in enforcement.demands if one.served_on is not None]
    document_no = next(iter([*served, *(one.document_no for one in enforcement.demands)]), "")
    return enforcing.answer_demand(enforcement, document_no, "", at, facts.rules)


def _ask_court(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    probe = enforcing.AskCourt(approver=SOMEBODY, court="")
    return enforcing.ask_court(_enforcement(facts, party_id), probe, "", _owed(state, facts, party_id), at, facts.rules)


def _answer_of_court(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    _against(state, facts, party_id)
    enforcement = _enforcement(facts, party_id)
    accepted = enforcement.current is not None and enforcement.current.accepted_on is not None
    probe = enforcing.AnswerOfCourt(
        step="ruled" if accepted else "accepted", granted=True, reference_no="", answered_on=day_of(at)
    )
    return enforcing.answer_of_court(enforcement, probe, at, facts.rules)


def _end_enforcement(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    _against(state, facts, party_id)
    probe = enforcing.EndEnforcement(ending="withdrawn", termination=None, reason="", ended_on=day_of(at))
    unpaid = facts.payment(party_id).outstanding_fen
    return enforcing.end_enforcement(_enforcement(facts, party_id), probe, unpaid, at, facts.rules)


def _report_transfer(state: CaseState, facts: Facts, _: str, at: datetime) -> list[Event]:
    team = facts.qualified(state, day_of(at))
    probe = transfer.ReportTransfer(to="police", receiver="", reason="", team=team, party_id="")
    return transfer.report_transfer(facts.transfer, state, probe, "", facts.officers, at, facts.rules)


def _decide_transfer(state: CaseState, facts: Facts, _: str, at: datetime) -> list[Event]:
    return transfer.decide_transfer(facts.transfer, state, True, "", SOMEBODY, at, facts.rules)


def _hand_over(state: CaseState, facts: Facts, _: str, at: datetime) -> list[Event]:  # noqa: ARG001 - one signature
    material = Material(name="", count=1)
    return transfer.hand_over(facts.transfer, "", (material,), "", at, facts.rules)


def _answer_transfer(state: CaseState, facts: Facts, _: str, at: datetime) -> list[Event]:  # noqa: ARG001 - one signature
    probe = transfer.AnswerTransfer(answer="taken", reference="", reason="", answered_on=day_of(at))
    return transfer.answer_transfer(facts.transfer, probe, at, facts.rules)


def _return_case(state: CaseState, facts: Facts, _: str, at: datetime) -> list[Event]:  # noqa: ARG001 - one signature
    return transfer.return_case(facts.transfer, "", day_of(at), at, facts.rules)


def _borrow(state: CaseState, facts: Facts, _: str, at: datetime) -> list[Event]:
    return closing.borrow_file(state, "", "", "", day_of(at), SOMEBODY, at, facts.rules)


def _give_back(state: CaseState, facts: Facts, _: str, at: datetime) -> list[Event]:
    return closing.return_file(state, next(iter(state.loans), ""), at, facts.rules)


def _remedies(facts: Facts, party_id: str) -> RemedyState:
    return facts.remedies.get(party_id, RemedyState())


def _enforcement(facts: Facts, party_id: str) -> EnforcementState:
    return facts.enforcements.get(party_id, EnforcementState())


def _against(state: CaseState, facts: Facts, party_id: str) -> tuple[RemedyState, Decision]:
    """A party's remedies and the decision they are against, which it must have received."""
    remedies = _remedies(facts, party_id)
    decision = following.require_appealed(state, party_id, remedies, facts.rules)
    opening = recourse.OpenRemedies(
        case_id=state.case_id, party_id=party_id, enterprise_id=state.enterprise_id, organ_id=state.organ_id
    )
    for event in recourse.open_remedies(remedies, opening, decision, facts.rules):  # with whatever comes first
        remedies = REMEDIES.evolve(remedies, event)
    return remedies, decision


def _owed(state: CaseState, facts: Facts, party_id: str) -> enforcing.Owed:
    remedies, _ = _against(state, facts, party_id)
    return enforcing.owed_by(state, party_id, facts.payment(party_id), remedies)


REGION_STEPS = (
    Step(name="request-recusal", title="申请回避", rule="recusal", probe=_request_recusal),
    Step(name="decide-recusal", title="决定回避", rule="recusal", probe=_decide_recusal),
    towards("abandon-hearing", "记录当事人未参加听证", "hearing-record", _abandon_hearing),
    towards("withdraw-hearing", "撤回听证申请", "hearing-right", _withdraw_hearing),
    towards("request-deferral", "申请延期（分期）缴纳", deferral.RULE, _request_deferral),
    towards("answer-deferral", "答复延期（分期）申请", deferral.RULE, _answer_deferral),
    towards("decide-surcharge", "加处罚款", surcharge.RULE, _decide_surcharge),
    towards("remit-surcharge", "减免加处罚款", surcharge.REMISSION, _remit_surcharge),
    towards("seek-reconsideration", "记录申请行政复议", RECONSIDERATION, _seek("reconsideration")),
    towards("seek-litigation", "记录提起行政诉讼", LITIGATION, _seek("first-instance")),
    towards("seek-appeal", "记录上诉", LITIGATION, _seek("second-instance")),
    towards("answer-remedy", "记录复议、诉讼的受理", RECONSIDERATION, _answer_remedy),
    towards("withdraw-remedy", "记录撤回复议、诉讼", RECONSIDERATION, _withdraw_remedy),
    towards("decide-remedy", "记录复议决定、裁判", RECONSIDERATION, _decide_remedy),
    towards("remedy-takes-effect", "记录裁判生效", LITIGATION, _take_effect),
    towards("stay-execution", "停止执行", recourse.STAY, _stay),
    towards("lift-stay", "恢复执行", recourse.STAY, _lift_stay),
    towards("draft-demand", "制作催告书", enforcing.BEFORE, _draft_demand),
    towards("serve-demand", "送达催告书", enforcing.BEFORE, _serve_demand),
    towards("answer-demand", "记录催告后的陈述申辩", enforcing.BEFORE, _answer_demand),
    towards("ask-court", "申请法院强制执行", enforcing.COURT, _ask_court),
    towards("answer-of-court", "记录法院的答复", enforcing.COURT, _answer_of_court),
    towards("end-enforcement", "记录强制执行的结束", enforcing.COURT, _end_enforcement),
    Step(name="report-transfer", title="报请移送", rule=transfer.JUDICIAL, probe=_report_transfer),
    Step(name="decide-transfer", title="审批移送", rule=transfer.JUDICIAL, probe=_decide_transfer),
    Step(name="hand-over", title="移交案件", rule=transfer.JUDICIAL, probe=_hand_over),
    Step(name="answer-transfer", title="记录接收机关的答复", rule=transfer.JUDICIAL, probe=_answer_transfer),
    Step(name="return-case", title="记录案件退回", rule=transfer.JUDICIAL, probe=_return_case),
    Step(name="borrow-file", title="借阅案卷", rule="archive-integrity", probe=_borrow),
    Step(name="return-file", title="归还案卷", rule="archive-integrity", probe=_give_back),
)

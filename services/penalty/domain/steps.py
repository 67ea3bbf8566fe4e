"""What may be done next with a case, and what may not and why: each step's own decision is asked with a probe."""

from __future__ import annotations

from datetime import datetime, timedelta

from chassis.domain import CHINA, Actor, Event, Refused, day_of
from services.penalty.domain import (
    closing,
    daily,
    decision,
    filing,
    following,
    hearing,
    investigation,
    notice,
    people,
    publishing,
    reporting_up,
    standing,
)
from services.penalty.domain.case import CaseState
from services.penalty.domain.ending_events import Opinion
from services.penalty.domain.events import Charge, Person
from services.penalty.domain.facts import Facts
from services.penalty.domain.following import REVIEW, Due, Unfollowed, lowered
from services.penalty.domain.guards import require_open
from services.penalty.domain.parties import UNIT
from services.penalty.domain.payment import MakeRefund, ReceivePayment, make_refund, receive_payment, require_owing
from services.penalty.domain.provisions import Row
from services.penalty.domain.publication import PUBLICATIONS
from services.penalty.domain.region_steps import REGION_STEPS
from services.penalty.domain.reversal import require_payable
from services.penalty.domain.rulebook import CLOSURE_HALF_YEAR, DAILY_FINE, HEARING_NOTICE_PERIOD, PUBLICITY_MINIMUM
from services.penalty.domain.sides import Side
from services.penalty.domain.step import SOMEBODY, Outlook, Step, forbidden, towards
from services.penalty.domain.transfer import require_here


def outlook(state: CaseState, facts: Facts, at: datetime) -> tuple[Outlook, ...]:
    """Every step of the procedure with what its decision answers to a probe at a time."""
    parties = [side.party_id for side in state.charged or state.sides[:1]] or [UNIT]
    asked = ((step, party) for step in STEPS for party in (parties if step.of_party else [UNIT]))
    return tuple(ask(step, state, facts, party, at) for step, party in asked)


def ask(step: Step, state: CaseState, facts: Facts, party_id: str, at: datetime) -> Outlook:
    """What a step's decision answers to a probe of it."""
    named = party_id if step.of_party else None
    one = None if step.follows is None else facts.due(party_id, step.follows)
    basis = facts.rules.cite(step.rule if one is None else one.rule)
    try:
        step.probe(state, facts, party_id, at)
    except Refused as refused:
        return forbidden(step.name, step.title, refused, basis, named)
    return Outlook(name=step.name, title=step.title, permitted=True, basis=basis, party_id=named)


def _fit(facts: Facts, state: CaseState, at: datetime) -> tuple[str, ...]:
    """Officers who could handle the case."""
    held = {person for person, office in state.offices if office != "handler"}
    return tuple(officer_id for officer_id in facts.qualified(state, day_of(at)) if officer_id not in held)


def _request_filing(state: CaseState, facts: Facts, _: str, at: datetime) -> list[Event]:
    probe = filing.RequestFiling(cause="", officer_ids=_fit(facts, state, at), opinion="")
    return filing.request_filing(state, probe, facts.officers, at, facts.rules)


def _begin_urgently(state: CaseState, facts: Facts, _: str, at: datetime) -> list[Event]:
    return filing.begin_urgently(state, _fit(facts, state, at), "", facts.officers, at, facts.rules)


def _file(state: CaseState, facts: Facts, _: str, at: datetime) -> list[Event]:
    return filing.file_case(state, SOMEBODY, "", facts.officers, at, facts.rules)


def _refuse_filing(state: CaseState, facts: Facts, _: str, at: datetime) -> list[Event]:
    return filing.refuse_filing(state, SOMEBODY, "", at, facts.rules)


def _change_handlers(state: CaseState, facts: Facts, _: str, at: datetime) -> list[Event]:
    return people.change_handlers(state, _fit(facts, state, at), "", SOMEBODY, facts.officers, at, facts.rules)


def _join_party(state: CaseState, facts: Facts, _: str, at: datetime) -> list[Event]:  # noqa: ARG001 - one signature
    person = Person(party_id="", name="", id_number="", capacity="directly-responsible")
    return people.join_party(state, person, "", facts.rules)


def _amend_party(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:  # noqa: ARG001 - one signature
    side = state.side(party_id)
    known = None if side is None else side.person
    person = known or Person(party_id=party_id, name="", id_number="", capacity="individual")
    return people.amend_party(state, person, "", facts.rules)


def _extend(state: CaseState, facts: Facts, _: str, at: datetime) -> list[Event]:
    later = [step for step in facts.rules.case_limits[1:] if step not in state.extended]
    superior = bool(later) and facts.rules.limit_approvers.get(later[0]) == closing.SUPERIOR
    return closing.extend_case(state, SOMEBODY, superior, "", at, facts.rules)


def _record_evidence(state: CaseState, facts: Facts, _: str, at: datetime) -> list[Event]:
    handlers = tuple(handler.officer_id for handler in state.officers)
    probe = investigation.RecordEvidence(kind="documentary", title="", officer_ids=handlers, sha256="")
    return investigation.record_evidence(state, probe, facts.officers, at, facts.rules)


def _close_investigation(state: CaseState, facts: Facts, _: str, at: datetime) -> list[Event]:
    rows = [(act.item_code, row) for act in state.acts for row in facts.sanctions.of_item(act.item_code)]
    fitting = [(code, row) for code, row in rows if (row.phase, row.subject) == ("first", state.party.kind)]
    fitting.sort(key=lambda found: (not found[1].in_force(state.act_date), -found[1].max_fen))
    charges = tuple(_lightest(code, row) for code, row in fitting[:1])
    if state.continues is not None:
        charges = (daily.daily_charge(state.continues, facts.rules),)
    probe = investigation.CloseInvestigation(charges=charges, opinion="")
    closed = investigation.close_investigation(state, probe, facts.sanctions, at, facts.rules)
    standing.require_unfined(facts.standing, state, charges, facts.rules)
    return closed


def _lightest(code: str, row: Row) -> Charge:
    return Charge(
        item_code=code, law=row.law, law_version=row.version, article=row.article, paragraph=row.paragraph, item=row.item,
        phase="first", subject="unit", amount_fen=max(row.min_fen, 1), reason="", kinds=tuple(sorted(row.kinds)), metric=1,
    )  # fmt: skip


def _close_without_penalty(state: CaseState, facts: Facts, _: str, at: datetime) -> list[Event]:
    probe = investigation.CloseInvestigation(charges=(), opinion="", outcome="not-proven")
    return investigation.close_investigation(state, probe, facts.sanctions, at, facts.rules)


def _review(state: CaseState, facts: Facts, _: str, at: datetime) -> list[Event]:  # noqa: ARG001 - one signature for all probes
    return investigation.review_case(state, investigation.ReviewCase(passed=True, opinion=""), SOMEBODY, facts.rules)


def _discuss(state: CaseState, facts: Facts, _: str, at: datetime) -> list[Event]:
    members = tuple(
        Opinion(member_id=f"{number}", name="", opinion="") for number in range(investigation.members_minimum(facts.rules))
    )
    probe = investigation.DiscussCase(members=members, conclusion="approved", note="")
    return investigation.discuss_case(state, probe, at, facts.rules)


def _serve_notice(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    return notice.serve_notice(state, notice.ServeNotice(manner="direct", party_id=party_id), "", at, facts.rules)


def _make_statement(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    return notice.record_statement(state, "made", "", at, facts.rules, party_id)


def _waive_statement(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    return notice.record_statement(state, "waived", "", at, facts.rules, party_id)


def _request_hearing(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    return hearing.request_hearing(state, party_id, at, facts.rules)


def _convene(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    earliest = facts.rules.due(HEARING_NOTICE_PERIOD, day_of(at)).day
    when = datetime.combine(earliest + timedelta(days=1), datetime.min.time(), CHINA)
    probe = hearing.Convene(held_at=when, place="", host=SOMEBODY, clerk="", public=True)
    return hearing.convene_hearing(state, party_id, probe, "", at, facts.rules)


def _hold(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    probe = hearing.Hold(representatives=(), record_sha256="", signed=True)
    return hearing.hold_hearing(state, party_id, probe, at, facts.rules)


def _report_hearing(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    side = state.side(party_id)
    host = Actor(id=(side.hearing.host if side else None) or "", name="", role="")
    return hearing.report_hearing(state, party_id, "", host, at, facts.rules)


def _decide(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    require_here(facts.transfer, facts.rules)
    contents = decision.drafted_contents(state, facts.address, facts.rules, party_id)
    probe = decision.DecidePenalty(approver=SOMEBODY, amounts=None, contents=contents, sealed=True, party_id=party_id)
    decided = decision.decide_penalty(state, probe, "", facts.sanctions, at, facts.rules)
    standing.require_unfined(facts.standing, state, state.charges_of(party_id), facts.rules)
    return decided


def _decide_no_penalty(state: CaseState, facts: Facts, _: str, at: datetime) -> list[Event]:
    require_here(facts.transfer, facts.rules)
    probe = decision.DecideNoPenalty(approver=SOMEBODY, reason="", education="")
    return decision.decide_no_penalty(state, probe, facts.beside.hazards, at, facts.rules)


def _serve_decision(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    probe = decision.ServeDecision(manner="direct", recipient="", received_on=day_of(at), party_id=party_id)
    return decision.serve_decision(state, probe, at, facts.rules)


def _report_up(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    probe = reporting_up.ReportUp(authority="", reference_no="", reported_on=day_of(at), party_id=party_id)
    return reporting_up.report_up(state, probe, at, facts.rules)


def _receive_payment(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    payment = facts.payment(party_id)
    require_payable(state, payment, facts.rules, party_id)
    require_owing(payment, facts.rules)
    probe = ReceivePayment(amount_fen=payment.outstanding_fen, bank_reference="", paid_on=day_of(at))
    return receive_payment(payment, probe, at, facts.rules)


def _make_refund(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    payment = facts.payment(party_id)
    if not payment.credit_fen:
        require_open(state, facts.rules)
    probe = MakeRefund(amount_fen=max(1, payment.credit_fen), bank_reference="", refunded_on=day_of(at))
    return make_refund(payment, probe, at, facts.rules)


def _publish(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    side = state.side(party_id) or Side()
    region = facts.publication(party_id)
    for event in publishing.open_publication(region, state, side, facts.rules):
        region = PUBLICATIONS.evolve(region, event)
    return publishing.publish_decision(region, state, side, at, facts.rules)


def _withdraw(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    return publishing.withdraw_publication(facts.publication(party_id), state, "", at, facts.rules)


def _request_repair(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:  # noqa: ARG001 - one signature
    return publishing.request_repair(facts.publication(party_id), "", at, facts.rules)


def _answer_repair(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:  # noqa: ARG001 - one signature
    probe = publishing.AnswerRepair(granted=True, reason="")
    return publishing.answer_repair(facts.publication(party_id), probe, at, facts.rules)


def _revoke(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    probe = decision.RevokeDecision(cause="self-correction", reason="", anew=False, party_id=party_id)
    return decision.revoke_decision(state, probe, at, facts.rules)


def _change_as_decided(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    one, made = _due(state, facts, party_id, "change"), state.decision_of(party_id)
    amounts = lowered(() if made is None else made.charges, one.total_fen or 0)
    probe = decision.ChangeDecision(cause=one.cause, amounts=amounts, reason="", party_id=party_id)
    if state.reached("closed"):
        return following.change_as_decided(state, one, probe, at, facts.rules)
    return decision.change_decision(state, probe, at, facts.rules)


def _revoke_as_decided(state: CaseState, facts: Facts, party_id: str, at: datetime) -> list[Event]:
    one = _due(state, facts, party_id, "revoke")
    anew = one.result == "ordered-anew" and not state.reached("closed")
    probe = decision.RevokeDecision(cause=one.cause, reason="", anew=anew, party_id=party_id)
    if state.reached("closed"):
        return following.revoke_as_decided(state, one, probe, at, facts.rules)
    return decision.revoke_decision(state, probe, at, facts.rules)


def _due(state: CaseState, facts: Facts, party_id: str, step: Due) -> Unfollowed:
    if (one := facts.due(party_id, step)) is None:
        require_open(state, facts.rules)
        raise facts.rules.refusal(REVIEW, "nothing-to-follow", "没有待履行的复议决定或者裁判", "no result waits to be followed")
    return one


def _begin_daily_fine(state: CaseState, facts: Facts, _: str, at: datetime) -> list[Event]:  # noqa: ARG001 - one signature
    begun, _clue = daily.begin_daily_fine(state, daily.beginnable(state, facts.refusals), facts.refusals, facts.rules)
    return [begun]


def _propose_closure(state: CaseState, facts: Facts, _: str, at: datetime) -> list[Event]:
    probe = standing.ProposeClosure(authority="", reference_no="", reason="")
    return standing.propose_closure(facts.standing, state, probe, SOMEBODY, at, facts.rules)


def _answer_closure(state: CaseState, facts: Facts, _: str, at: datetime) -> list[Event]:  # noqa: ARG001 - one signature
    probe = standing.AnswerClosure(result="closed", reference_no="", reason="", answered_on=day_of(at))
    return standing.answer_closure(facts.standing, probe, at, facts.rules)


def _close(state: CaseState, facts: Facts, _: str, at: datetime) -> list[Event]:
    ground = closing.fitting_ground(state, facts.beside)
    return closing.close_case(state, facts.beside, ground, "", SOMEBODY, at, facts.rules)


def _archive(state: CaseState, facts: Facts, _: str, at: datetime) -> list[Event]:
    return closing.archive_case(state, 1, 1, None, SOMEBODY, at, facts.rules)


STEPS = (
    Step(name="request-filing", title="申请立案", rule="filing", probe=_request_filing),
    Step(name="begin-urgently", title="先行调查", rule="filing", probe=_begin_urgently),
    Step(name="file", title="立案", rule="filing-before-penalty", probe=_file),
    Step(name="refuse-filing", title="不予立案", rule="filing", probe=_refuse_filing),
    Step(name="change-handlers", title="更换承办人", rule="two-officers", probe=_change_handlers),
    Step(name="join-party", title="追加当事人", rule="notice", probe=_join_party),
    towards("amend-party", "更正当事人信息", people.PARTY, _amend_party),
    Step(name="extend", title="延长办案期限", rule="T03-case-limit", probe=_extend),
    Step(name="record-evidence", title="证据入卷", rule="two-officers", probe=_record_evidence),
    Step(name="close-investigation", title="调查终结，拟予处罚", rule="applicable-law", probe=_close_investigation),
    Step(name="close-without-penalty", title="调查终结，不予处罚", rule="no-penalty", probe=_close_without_penalty),
    Step(name="review", title="法制审核", rule="legal-review", probe=_review),
    Step(name="discuss", title="集体讨论", rule="collective-discussion", probe=_discuss),
    towards("serve-notice", "送达告知书", "notice", _serve_notice),
    towards("make-statement", "记录陈述申辩", "defence-before-decision", _make_statement),
    towards("waive-statement", "记录放弃陈述申辩", "defence-before-decision", _waive_statement),
    towards("request-hearing", "申请听证", "hearing-right", _request_hearing),
    towards("convene-hearing", "通知听证", "hearing-not-before-notice-period", _convene),
    towards("hold-hearing", "举行听证", "hearing-record", _hold),
    towards("report-hearing", "提交听证报告", "hearing-record", _report_hearing),
    towards("decide", "作出处罚决定", "decision-form", _decide),
    Step(name="decide-no-penalty", title="决定不予处罚", rule="no-penalty", probe=_decide_no_penalty),
    towards("serve-decision", "送达决定书", "service", _serve_decision),
    towards("report-up", "重大处罚报上级备案", reporting_up.RULE, _report_up),
    towards("receive-payment", "罚款入账", "fine-separation", _receive_payment),
    towards("make-refund", "退还多缴罚款", "fine-separation", _make_refund),
    towards("publish", "公示处罚决定", publishing.RULE, _publish),
    towards("withdraw-publication", "撤回公示并说明理由", publishing.WITHDRAWING, _withdraw),
    towards("request-repair", "申请信用修复", PUBLICITY_MINIMUM, _request_repair),
    towards("answer-repair", "信用修复的答复", PUBLICITY_MINIMUM, _answer_repair),
    towards("revoke", "撤销处罚决定", "publication-withdrawal", _revoke),
    towards("change-as-decided", "依复议决定或者裁判变更处罚", REVIEW, _change_as_decided, "change"),
    towards("revoke-as-decided", "依复议决定或者裁判撤销处罚", REVIEW, _revoke_as_decided, "revoke"),
    Step(name="begin-daily-fine", title="按日连续处罚", rule=DAILY_FINE, probe=_begin_daily_fine),
    Step(name="propose-closure", title="提请政府关闭", rule=CLOSURE_HALF_YEAR, probe=_propose_closure),
    Step(name="answer-closure", title="记录提请关闭的答复", rule=CLOSURE_HALF_YEAR, probe=_answer_closure),
    Step(name="close", title="结案", rule="penalty-performed", probe=_close),
    Step(name="archive", title="归档", rule="archive-integrity", probe=_archive),
    *REGION_STEPS,
)

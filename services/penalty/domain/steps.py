"""What may be done next with a case, and what may not and why: each step's own decision is asked with a probe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from chassis.domain import Actor, Event, Refused, day_of
from services.penalty.domain.case import CaseState, Officer
from services.penalty.domain.decision import (
    DecidePenalty,
    ServeDecision,
    close_case,
    decide_penalty,
    drafted_contents,
    require_served,
    serve_decision,
)
from services.penalty.domain.events import Charge
from services.penalty.domain.filing import RequestFiling, file_case, request_filing
from services.penalty.domain.investigation import (
    CloseInvestigation,
    RecordEvidence,
    ReviewCase,
    Sanctions,
    close_investigation,
    record_evidence,
    review_case,
)
from services.penalty.domain.notice import record_statement, serve_notice
from services.penalty.domain.payment import PaymentState, ReceivePayment, receive_payment, require_owing
from services.penalty.domain.rulebook import Row, Rules

SOMEBODY = Actor(id="", name="", role="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the decisions of a case rest on beside the case itself."""

    rules: Rules
    payment: PaymentState
    officers: tuple[Officer, ...]
    sanctions: Sanctions
    hazards: Mapping[str, str]
    address: str


Probe = Callable[[CaseState, Facts, datetime], list[Event]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of the procedure: its stable name, Chinese title, the rule it rests on, and a probe of its decision."""

    name: str
    title: str
    rule: str
    probe: Probe


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Whether a step is permitted now; its article, or the refusal."""

    name: str
    title: str
    permitted: bool
    basis: str | None
    code: str | None = None
    reason: str | None = None


def outlook(state: CaseState, facts: Facts, at: datetime) -> tuple[Outlook, ...]:
    """Every step of the procedure with what its decision answers to a probe now."""
    return tuple(_ask(step, state, facts, at) for step in STEPS)


def _ask(step: Step, state: CaseState, facts: Facts, at: datetime) -> Outlook:
    try:
        step.probe(state, facts, at)
    except Refused as refused:
        return Outlook(
            name=step.name, title=step.title, permitted=False, basis=refused.basis, code=refused.code, reason=refused.zh
        )
    return Outlook(name=step.name, title=step.title, permitted=True, basis=facts.rules.cite(step.rule))


def _request_filing(state: CaseState, facts: Facts, at: datetime) -> list[Event]:
    fit = [o.officer_id for o in facts.officers if not o.recused and o.certificate_valid_to >= day_of(at)]
    probe = RequestFiling(cause="", officer_ids=tuple(fit), opinion="")
    return request_filing(state, probe, facts.officers, at, facts.rules)


def _file(state: CaseState, facts: Facts, at: datetime) -> list[Event]:
    return file_case(state, SOMEBODY, "", facts.officers, at, facts.rules)


def _record_evidence(state: CaseState, facts: Facts, at: datetime) -> list[Event]:
    handlers = tuple(handler.officer_id for handler in state.officers)
    probe = RecordEvidence(kind="documentary", title="", officer_ids=handlers, sha256="")
    return record_evidence(state, probe, facts.officers, at, facts.rules)


def _close_investigation(state: CaseState, facts: Facts, at: datetime) -> list[Event]:
    rows = [(act.item_code, row) for act in state.acts for row in facts.sanctions.items.get(act.item_code, ())]
    fitting = [(code, row) for code, row in rows if (row.phase, row.subject) == ("first", state.party.kind)]
    fitting.sort(key=lambda found: not found[1].in_force(state.act_date))
    probe = CloseInvestigation(charges=tuple(_lightest(code, row) for code, row in fitting[:1]), opinion="")
    return close_investigation(state, probe, facts.sanctions, at, facts.rules)


def _lightest(code: str, row: Row) -> Charge:
    return Charge(
        item_code=code, law=row.law, law_version=row.version, article=row.article, paragraph=row.paragraph, item=row.item,
        phase="first", subject="unit", amount_fen=max(row.min_fen, 1), reason="",
    )  # fmt: skip


def _review(state: CaseState, facts: Facts, at: datetime) -> list[Event]:  # noqa: ARG001 - one signature for all probes
    return review_case(state, ReviewCase(passed=True, opinion=""), SOMEBODY, facts.rules)


def _serve_notice(state: CaseState, facts: Facts, at: datetime) -> list[Event]:
    return serve_notice(state, "direct", "", at, facts.rules)


def _make_statement(state: CaseState, facts: Facts, at: datetime) -> list[Event]:
    return record_statement(state, "made", "", at, facts.rules)


def _waive_statement(state: CaseState, facts: Facts, at: datetime) -> list[Event]:
    return record_statement(state, "waived", "", at, facts.rules)


def _decide(state: CaseState, facts: Facts, at: datetime) -> list[Event]:
    contents = drafted_contents(state, facts.address, facts.rules)
    probe = DecidePenalty(approver=SOMEBODY, amounts=None, contents=contents, sealed=True)
    return decide_penalty(state, probe, "", facts.sanctions, at, facts.rules)


def _serve_decision(state: CaseState, facts: Facts, at: datetime) -> list[Event]:
    probe = ServeDecision(manner="direct", recipient="", received_on=day_of(at))
    return serve_decision(state, probe, at, facts.rules)


def _receive_payment(state: CaseState, facts: Facts, at: datetime) -> list[Event]:
    require_served(state, facts.rules)
    require_owing(facts.payment, facts.rules)
    probe = ReceivePayment(amount_fen=facts.payment.outstanding_fen, bank_reference="", paid_on=day_of(at))
    return receive_payment(facts.payment, probe, at, facts.rules)


def _close(state: CaseState, facts: Facts, at: datetime) -> list[Event]:
    return close_case(state, facts.payment, facts.hazards, "", SOMEBODY, at, facts.rules)


STEPS = (
    Step(name="request-filing", title="申请立案", rule="filing", probe=_request_filing),
    Step(name="file", title="立案", rule="filing-before-penalty", probe=_file),
    Step(name="record-evidence", title="证据入卷", rule="two-officers", probe=_record_evidence),
    Step(name="close-investigation", title="调查终结", rule="applicable-law", probe=_close_investigation),
    Step(name="review", title="法制审核", rule="legal-review", probe=_review),
    Step(name="serve-notice", title="送达告知书", rule="notice", probe=_serve_notice),
    Step(name="make-statement", title="记录陈述申辩", rule="defence-before-decision", probe=_make_statement),
    Step(name="waive-statement", title="记录放弃陈述申辩", rule="defence-before-decision", probe=_waive_statement),
    Step(name="decide", title="作出处罚决定", rule="decision-form", probe=_decide),
    Step(name="serve-decision", title="送达决定书", rule="service", probe=_serve_decision),
    Step(name="receive-payment", title="罚款入账", rule="fine-separation", probe=_receive_payment),
    Step(name="close", title="结案", rule="penalty-performed", probe=_close),
)

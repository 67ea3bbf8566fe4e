"""What may be done next with a penalty decided on the spot, and what may not and why: each decision is asked with a probe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from chassis.domain import Event, Refused, day_of
from services.penalty.domain import cash, cash_corrections, publishing, steps
from services.penalty.domain.account import PaymentState
from services.penalty.domain.case import CaseState
from services.penalty.domain.charges import Sanctions
from services.penalty.domain.closing import NOTHING_PAID
from services.penalty.domain.decision import ChangeDecision, RevokeDecision
from services.penalty.domain.facts import Facts
from services.penalty.domain.following import REVIEW, Due, Unfollowed, lowered, unfollowed
from services.penalty.domain.parties import UNIT
from services.penalty.domain.payment import ReceivePayment, receive_payment, require_owing
from services.penalty.domain.publication import PUBLICATIONS, PublicationState
from services.penalty.domain.regions import Regions, beside_of
from services.penalty.domain.reversal import require_reversible
from services.penalty.domain.rulebook import Rules
from services.penalty.domain.sides import Side
from services.penalty.domain.spot import FORM, SpotState, number_spot, report_spot, require_decided, served
from services.penalty.domain.spot_altering import change_spot, revoke_spot
from services.penalty.domain.spot_closing import close_spot
from services.penalty.domain.step import SOMEBODY, Outlook, forbidden
from services.penalty.domain.steps import ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Of what, with what runs beside it, when and under which rules it is asked what may be done."""

    state: SpotState
    regions: Regions
    at: datetime
    rules: Rules
    unpublished: tuple[str, ...] = ()

    @property
    def payment(self) -> PaymentState:
        """What is owed and paid."""
        return self.regions.payments.get(UNIT, NOTHING_PAID)

    @property
    def publication(self) -> PublicationState:
        """What is published of it."""
        return self.regions.publications.get(UNIT, PublicationState())

    @property
    def case(self) -> CaseState:
        """The penalty told as a case that was served: so the steps beside a case see it."""
        return served(self.state)

    def due(self, step: Due) -> Unfollowed | None:
        """What a remedy decided that is to be followed by this step."""
        return next((one for one in unfollowed(self.case, self.regions.remedies) if one.step == step), None)

    @property
    def facts(self) -> Facts:
        """What the steps that it has in common with a case rest on."""
        return Facts(
            rules=self.rules, officers=(), sanctions=Sanctions(items={}, ranges_at_act=(), ranges_now=()), address="",
            beside=beside_of(self.case, self.regions, {}, self.unpublished), standing=self.regions.standing,
            transfer=self.regions.transfer, remedies=self.regions.remedies, enforcements=self.regions.enforcements,
        )  # fmt: skip


def _number(asked: Asked) -> list[Event]:
    return number_spot(asked.state, "", asked.at, asked.rules)


def _report(asked: Asked) -> list[Event]:
    return report_spot(asked.state, day_of(asked.at), asked.at, asked.rules)


def _collect(asked: Asked) -> list[Event]:
    told = cash.require_at_hand(asked.state, asked.rules)
    rows = {row["code"]: row for row in asked.rules.section("payment")["cash_reasons"]}
    later = next((code for code, row in rows.items() if not row["needs_on_the_spot_decision"]), "")
    probe = cash.CollectCash(
        amount_fen=told.total_fen, reason=told.cash_reason or later, party_request=True, receipt_no="0",
        collected_on=told.decided_on if asked.state.struck else day_of(asked.at),  # put right is what was taken that day
    )  # fmt: skip
    return cash.collect_cash(asked.state, asked.payment, probe, asked.at, asked.rules)


def _hand_over(asked: Asked) -> list[Event]:
    return cash.hand_over_cash(asked.state, day_of(asked.at), asked.at, asked.rules)


def _deposit(asked: Asked) -> list[Event]:
    return cash.deposit_cash(asked.state, "", day_of(asked.at), asked.at, asked.rules)


def _receive(asked: Asked) -> list[Event]:
    if not asked.payment.owes_again:
        require_decided(asked.state, asked.rules)
    require_owing(asked.payment, asked.rules)
    probe = ReceivePayment(amount_fen=asked.payment.outstanding_fen, bank_reference="", paid_on=day_of(asked.at))
    return receive_payment(asked.payment, probe, asked.at, asked.rules)


def _propose_correction(asked: Asked) -> list[Event]:
    today = day_of(asked.at)
    proposed = cash_corrections.propose_cash_correction(asked.state, "collection", "mistyped", "", "", today, asked.rules)
    if (taken := asked.state.collected) is not None:
        require_reversible(asked.payment, cash.reference_of(taken), asked.rules)
    return proposed


def _answer_correction(asked: Asked) -> list[Event]:
    waits = cash_corrections.require_proposed(asked.state)
    if waits.entry == "collection" and (taken := asked.state.collected) is not None:
        require_reversible(asked.payment, cash.reference_of(taken), asked.rules)
    return cash_corrections.answer_cash_correction(asked.state, True, "", SOMEBODY.id, asked.at, asked.rules)


def _withdraw_correction(asked: Asked) -> list[Event]:
    waits = cash_corrections.require_proposed(asked.state)
    return cash_corrections.withdraw_cash_correction(asked.state, "", waits.proposed_by, day_of(asked.at))


def _publish(asked: Asked) -> list[Event]:
    case, region = served(asked.state), asked.publication
    side = case.side() or Side()
    for event in publishing.open_publication(region, case, side, asked.rules):
        region = PUBLICATIONS.evolve(region, event)
    return publishing.publish_decision(region, case, side, asked.at, asked.rules)


def _revoke(asked: Asked) -> list[Event]:
    return revoke_spot(asked.state, RevokeDecision(cause="self-correction", reason="", anew=False), asked.at, asked.rules)


def _close(asked: Asked) -> list[Event]:
    enforcement = asked.regions.enforcements.get(UNIT)
    return close_spot(
        asked.state, asked.payment, "", SOMEBODY, asked.at, asked.rules, published=not asked.unpublished,
        hopeless=enforcement is not None and enforcement.hopeless,
    )  # fmt: skip


def _change_as_decided(asked: Asked) -> list[Event]:
    one = _due(asked, "change")
    made = asked.case.decision_of(UNIT)
    amounts = lowered(() if made is None else made.charges, one.total_fen or 0)
    return change_spot(asked.state, ChangeDecision(cause=one.cause, amounts=amounts, reason=""), asked.at, asked.rules, one)


def _revoke_as_decided(asked: Asked) -> list[Event]:
    one = _due(asked, "revoke")
    return revoke_spot(asked.state, RevokeDecision(cause=one.cause, reason="", anew=False), asked.at, asked.rules, one)


def _due(asked: Asked, step: Due) -> Unfollowed:
    if (one := asked.due(step)) is None:
        require_decided(asked.state, asked.rules)
        raise asked.rules.refusal(REVIEW, "nothing-to-follow", "没有待履行的复议决定或者裁判", "no result waits to be followed")
    return one


STEPS: tuple[tuple[str, str, str, Callable[[Asked], list[Event]]], ...] = (
    ("number", "补编文号", FORM, _number),
    ("report", "报所属机关备案", FORM, _report),
    ("collect-cash", "当场收缴罚款", cash.RECEIPT, _collect),
    ("hand-over-cash", "罚款交至机关", cash.TO_ORGAN, _hand_over),
    ("deposit-cash", "罚款缴付银行", cash.TO_BANK, _deposit),
    ("propose-cash-correction", "申请更正当场收缴的罚款", "fine-separation", _propose_correction),
    ("answer-cash-correction", "答复收缴更正申请", "fine-separation", _answer_correction),
    ("withdraw-cash-correction", "撤回收缴更正申请", "fine-separation", _withdraw_correction),
    ("receive-payment", "罚款入账", "fine-separation", _receive),
    ("publish", "公示处罚决定", publishing.RULE, _publish),
    ("revoke", "撤销处罚决定", "publication-withdrawal", _revoke),
    ("change-as-decided", "依复议决定或者裁判变更处罚", REVIEW, _change_as_decided),
    ("revoke-as-decided", "依复议决定或者裁判撤销处罚", REVIEW, _revoke_as_decided),
    ("close", "结案", "penalty-performed", _close),
)
"""Each step: its name, its title, the rule it rests on, and the probe of its decision."""

OF_CASES_TOO = frozenset(
    {
        "make-refund", "withdraw-publication", "request-repair", "answer-repair", "propose-closure", "answer-closure",
        "request-deferral", "answer-deferral", "decide-surcharge", "remit-surcharge", "seek-reconsideration", "seek-litigation",
        "seek-appeal", "answer-remedy", "withdraw-remedy", "decide-remedy", "remedy-takes-effect", "stay-execution", "lift-stay",
        "draft-demand", "serve-demand", "answer-demand", "ask-court", "answer-of-court", "end-enforcement",
    }
)  # fmt: skip
"""What is done with a fine, its remedies and its enforcement as with those of a case, under its address there."""


def spot_outlook(asked: Asked) -> tuple[Outlook, ...]:
    """Every step with what its decision answers to a probe now: its own, then those that cases have too."""
    case, facts = asked.case, asked.facts
    beside = (ask(step, case, facts, UNIT, asked.at) for step in steps.STEPS if step.name in OF_CASES_TOO)
    return (*(_answered(asked, *step) for step in STEPS), *beside)


def _answered(asked: Asked, name: str, title: str, rule: str, probe: Callable[[Asked], list[Event]]) -> Outlook:
    try:
        probe(asked)
    except Refused as refused:
        return forbidden(name, title, refused, asked.rules.cite(rule))
    one = asked.due(FOLLOWS[name]) if name in FOLLOWS else None
    return Outlook(name=name, title=title, permitted=True, basis=asked.rules.cite(rule if one is None else one.rule))


FOLLOWS: Mapping[str, Due] = {"change-as-decided": "change", "revoke-as-decided": "revoke"}
"""Steps that rest on the rule of the remedy that they follow."""

"""What may be done next with a penalty decided on the spot, and what may not and why: each decision is asked with a probe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from chassis.domain import Event, Refused, day_of
from services.penalty.domain import cash, publishing
from services.penalty.domain.decision import RevokeDecision
from services.penalty.domain.payment import PaymentState, ReceivePayment, receive_payment, require_owing
from services.penalty.domain.publication import PUBLICATIONS, PublicationState
from services.penalty.domain.rulebook import Rules
from services.penalty.domain.sides import Side
from services.penalty.domain.spot import FORM, SpotState, close_spot, number_spot, report_spot, require_decided, served
from services.penalty.domain.spot_altering import revoke_spot
from services.penalty.domain.step import SOMEBODY, Outlook, forbidden


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Of what, when and under which rules it is asked what may be done."""

    state: SpotState
    payment: PaymentState
    at: datetime
    rules: Rules
    publication: PublicationState = field(default_factory=PublicationState)
    published: bool = True


def _number(asked: Asked) -> list[Event]:
    return number_spot(asked.state, "", asked.at, asked.rules)


def _report(asked: Asked) -> list[Event]:
    return report_spot(asked.state, day_of(asked.at), asked.at, asked.rules)


def _collect(asked: Asked) -> list[Event]:
    told = require_decided(asked.state, asked.rules)
    rows = {row["code"]: row for row in asked.rules.section("payment")["cash_reasons"]}
    later = next((code for code, row in rows.items() if not row["needs_on_the_spot_decision"]), "")
    probe = cash.CollectCash(
        amount_fen=told.total_fen, reason=told.cash_reason or later, party_request=True, receipt_no="0",
        collected_on=day_of(asked.at),
    )  # fmt: skip
    return cash.collect_cash(asked.state, asked.payment, probe, asked.at, asked.rules)


def _hand_over(asked: Asked) -> list[Event]:
    return cash.hand_over_cash(asked.state, day_of(asked.at), asked.at, asked.rules)


def _deposit(asked: Asked) -> list[Event]:
    return cash.deposit_cash(asked.state, "", day_of(asked.at), asked.at, asked.rules)


def _receive(asked: Asked) -> list[Event]:
    require_decided(asked.state, asked.rules)
    require_owing(asked.payment, asked.rules)
    probe = ReceivePayment(amount_fen=asked.payment.outstanding_fen, bank_reference="", paid_on=day_of(asked.at))
    return receive_payment(asked.payment, probe, asked.at, asked.rules)


def _publish(asked: Asked) -> list[Event]:
    case, region = served(asked.state), asked.publication
    side = case.side() or Side()
    for event in publishing.open_publication(region, case, side, asked.rules):
        region = PUBLICATIONS.evolve(region, event)
    return publishing.publish_decision(region, case, side, asked.at, asked.rules)


def _revoke(asked: Asked) -> list[Event]:
    return revoke_spot(asked.state, RevokeDecision(cause="self-correction", reason="", anew=False), asked.at, asked.rules)


def _close(asked: Asked) -> list[Event]:
    return close_spot(asked.state, asked.payment, "", SOMEBODY, asked.at, asked.rules, published=asked.published)


STEPS: tuple[tuple[str, str, str, Callable[[Asked], list[Event]]], ...] = (
    ("number", "补编文号", FORM, _number),
    ("report", "报所属机关备案", FORM, _report),
    ("collect-cash", "当场收缴罚款", cash.RECEIPT, _collect),
    ("hand-over-cash", "罚款交至机关", cash.TO_ORGAN, _hand_over),
    ("deposit-cash", "罚款缴付银行", cash.TO_BANK, _deposit),
    ("receive-payment", "罚款入账", "fine-separation", _receive),
    ("publish", "公示处罚决定", publishing.RULE, _publish),
    ("revoke", "撤销处罚决定", "publication-withdrawal", _revoke),
    ("close", "结案", "penalty-performed", _close),
)
"""Each step: its name, its title, the rule it rests on, and the probe of its decision."""


def spot_outlook(asked: Asked) -> tuple[Outlook, ...]:
    """Every step with what its decision answers to a probe now."""
    return tuple(_answered(asked, *step) for step in STEPS)


def _answered(asked: Asked, name: str, title: str, rule: str, probe: Callable[[Asked], list[Event]]) -> Outlook:
    try:
        probe(asked)
    except Refused as refused:
        return forbidden(name, title, refused, asked.rules.cite(rule))
    return Outlook(name=name, title=title, permitted=True, basis=asked.rules.cite(rule))

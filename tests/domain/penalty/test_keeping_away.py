"""Who was told to keep away from a case, or holds another office in it, approves nothing beside its main line either."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from chassis.domain import Actor, Event
from services.penalty import domain
from services.penalty.domain import CaseState, PaymentState, closing, deferral, people, standing, surcharge
from tests.domain.penalty.story import HEAD, REVIEWER, clue, filed, noon, paid, refused, requested, rules, told, until

DAY = date(2021, 9, 20)
SERVED = until(domain.DecisionServed)
FILED = told(clue(), requested(), filed())
ASKED = deferral.request_deferral(
    paid(), deferral.RequestDeferral(reason="困难", parts=(deferral.Part(date(2021, 11, 1), 900_000),), applied_on=DAY),
    noon(DAY), rules(DAY),
)  # fmt: skip


def answer_deferral(case: CaseState, actor: Actor) -> list[Event]:
    owed: PaymentState = domain.payment.after(paid(), *ASKED)
    command = deferral.AnswerDeferral(approver=actor, agreed=True, opinion="")
    return deferral.answer_deferral(case, owed, command, ("号", ("号",)), noon(DAY), rules(DAY))


def decide_surcharge(case: CaseState, actor: Actor) -> list[Event]:
    late = date(2021, 10, 20)
    command = surcharge.DecideSurcharge(approver=actor, until=late)
    return surcharge.decide_surcharge(case, paid(), command, "号", (), noon(late), rules(late))


def extend(case: CaseState, actor: Actor) -> list[Event]:
    return closing.extend_case(case, actor, False, "案情复杂", noon(date(2021, 9, 10)), rules(DAY))


def propose_closure(case: CaseState, actor: Actor) -> list[Event]:
    probe = standing.ProposeClosure(authority="", reference_no="", reason="")
    return standing.propose_closure(standing.StandingState(), case, probe, actor, noon(DAY), rules(DAY))


def decide_recusal(case: CaseState, actor: Actor) -> list[Event]:
    return people.decide_recusal(replace(case, challenged=("o-li",)), "o-li", True, "", actor, rules(DAY))


APPROVED: dict[Callable[[CaseState, Actor], list[Event]], CaseState] = {
    answer_deferral: SERVED, decide_surcharge: SERVED, extend: FILED, propose_closure: SERVED, decide_recusal: FILED,
}  # fmt: skip


@pytest.mark.parametrize("decide", APPROVED)
def test_who_keeps_away_approves_nothing(decide: Callable[[CaseState, Actor], list[Event]]) -> None:
    with refused("officer-recused", article="第43条"):
        decide(replace(APPROVED[decide], recused=(HEAD.id,)), HEAD)


@pytest.mark.parametrize("decide", [one for one in APPROVED if one is not decide_recusal])
def test_who_reviews_it_approves_nothing(decide: Callable[[CaseState, Actor], list[Event]]) -> None:
    with refused("office-held-already"):
        decide(replace(APPROVED[decide], offices=((REVIEWER.id, "legal-reviewer"),)), REVIEWER)


@pytest.mark.parametrize("decide", [answer_deferral, decide_surcharge, extend, decide_recusal])
def test_anybody_else_does(decide: Callable[[CaseState, Actor], list[Event]]) -> None:
    assert decide(APPROVED[decide], HEAD)

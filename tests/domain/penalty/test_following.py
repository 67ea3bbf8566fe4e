"""What a remedy made of a decision is offered as a step, with its article, and holds the closing until it is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chassis.domain import Event, Refused
from services.penalty import domain
from services.penalty.domain import UNIT, Beside, CaseState, Charge, PaymentState
from services.penalty.domain.following import lowered, require_as_decided, unfollowed
from services.penalty.domain.remedy import Proceeding, RemedyState
from services.penalty.domain.remedy_events import Kind, Result
from tests.domain.penalty.story import HEAD, RECTIFIED, charge, decided, noon, refused, rules, served, training, until

DAYS = {"rulebook-2021.json": date(2021, 12, 1), "rulebook-2023.json": date(2024, 3, 1), "rulebook-2026-3.json": date(2026, 4, 8)}
NUMBER = "（东湖）应急罚〔2021〕1号"


def case(*charges: Charge) -> CaseState:
    state = until(domain.StatementWaived)
    for event in (decided(*(charges or (charge(),))), served()):
        state = domain.CASE.evolve(state, event)
    return state


def ended(result: Result, kind: Kind = "reconsideration", total_fen: int | None = None) -> RemedyState:
    day = date(2021, 11, 1)
    one = Proceeding(
        kind=kind, authority="东湖区人民政府", reference_no="复决1号", applied_on=day, accepted_on=day, result=result,
        decided_on=day, received_on=day, total_fen=total_fen, effective_on=day, ended_on=day,
    )  # fmt: skip
    return RemedyState(document_no=NUMBER, received_on=day, proceedings=(one,))


def facts(state: CaseState, remedies: RemedyState, day: date, book: str) -> domain.Facts:
    beside = Beside(hazards=RECTIFIED, unfollowed=unfollowed(state, {UNIT: remedies}))
    law = domain.Sanctions(items={}, ranges_at_act=(), ranges_now=())
    return domain.Facts(rules=rules(day, book), officers=(), sanctions=law, address="一号", beside=beside)


def steps(state: CaseState, remedies: RemedyState, day: date, book: str) -> dict[str, domain.Outlook]:
    return {one.name: one for one in domain.outlook(state, facts(state, remedies, day, book), noon(day))}


def close(state: CaseState, remedies: RemedyState, ground: domain.Ground = "performed") -> list[Event]:
    day = date(2021, 12, 1)
    beside = Beside(
        payments={UNIT: PaymentState(settled_on=day)}, hazards=RECTIFIED, unfollowed=unfollowed(state, {UNIT: remedies})
    )
    return domain.close_case(state, beside, ground, "结案", HEAD, noon(day), rules(day))


def changed(state: CaseState, fen: int) -> CaseState:
    command = domain.ChangeDecision(cause="reconsideration", amounts={"STL-K1": fen}, reason="复议变更")
    [event] = domain.change_decision(state, command, noon(date(2021, 12, 1)), rules(date(2021, 12, 1)))
    return domain.CASE.evolve(state, event)


def revoked(state: CaseState, *, anew: bool = False) -> CaseState:
    command = domain.RevokeDecision(cause="litigation", reason="判决撤销", anew=anew)
    [event] = domain.revoke_decision(state, command, noon(date(2021, 12, 1)), rules(date(2021, 12, 1)))
    return domain.CASE.evolve(state, event)


ARTICLES = {
    ("rulebook-2021.json", "reconsideration"): "《行政复议法》（2017）第32条",
    ("rulebook-2023.json", "reconsideration"): "《行政复议法》（2023）第77条",
    ("rulebook-2026-3.json", "reconsideration"): "《行政复议法》（2023）第77条",
}


@pytest.mark.parametrize(("book", "day"), DAYS.items())
@pytest.mark.parametrize("kind", ["reconsideration", "first-instance", "second-instance"])
def test_a_changed_decision_is_a_step_until_it_is_changed_that_far(book: str, day: date, kind: Kind) -> None:
    remedies, article = ended("changed", kind, 500_000), ARTICLES.get((book, kind), "《行政诉讼法》（2017）第94条")
    offered = steps(case(), remedies, day, book)["change-as-decided"]
    assert (offered.permitted, offered.basis, offered.party_id) == (True, article, UNIT)
    assert not steps(case(), remedies, day, book)["revoke-as-decided"].permitted
    assert not steps(changed(case(), 500_000), remedies, day, book)["change-as-decided"].permitted
    assert steps(changed(case(), 500_001), remedies, day, book)["change-as-decided"].permitted


@pytest.mark.parametrize("result", ["revoked", "void", "ordered-anew"])
def test_a_decision_that_is_set_aside_is_to_be_revoked(result: Result) -> None:
    day, book, remedies = DAYS["rulebook-2021.json"], "rulebook-2021.json", ended(result, "first-instance")
    offered = steps(case(), remedies, day, book)["revoke-as-decided"]
    assert (offered.permitted, offered.basis) == (True, "《行政诉讼法》（2017）第94条")
    for done in (revoked(case()), revoked(case(), anew=True)):
        assert unfollowed(done, {UNIT: remedies}) == ()
        refusal = steps(done, remedies, day, book)["revoke-as-decided"]
        assert (refusal.permitted, refusal.code) == (False, "nothing-to-follow")


@pytest.mark.parametrize("result", ["upheld", "confirmed-illegal"])
def test_what_stands_is_followed_by_nothing(result: Result) -> None:
    assert unfollowed(case(), {UNIT: ended(result)}) == ()
    assert close(case(), ended(result))


def test_another_decision_shows_it_already() -> None:
    """The remedy was against the decision before the one that was made anew."""
    assert unfollowed(case(), {UNIT: replace(ended("revoked"), document_no="另号")}) == ()


def test_the_case_is_not_closed_before() -> None:
    with refused("remedy-not-followed", article="第32条"):
        close(case(), ended("changed", total_fen=500_000))
    assert close(changed(case(), 500_000), ended("changed", total_fen=500_000))
    with refused("remedy-not-followed", article="第94条"):
        close(case(), ended("revoked", "first-instance"))
    assert close(revoked(case()), ended("revoked", "first-instance"), "revoked")


@pytest.mark.parametrize(("total", "amounts"), [
    (1_000_000, {"STL-K1": 900_000, "GEN-03": 100_000}), (0, {"STL-K1": 0, "GEN-03": 0}),
    (1_399_999, {"STL-K1": 900_000, "GEN-03": 499_999}),
])  # fmt: skip
def test_a_total_is_one_way_of_lowering_the_fines(total: int, amounts: dict[str, int]) -> None:
    assert lowered((charge(900_000), training(500_000)), total) == amounts
    remedies = ended("changed", total_fen=total)
    assert steps(case(charge(), training()), remedies, date(2021, 12, 1), "rulebook-2021.json")["change-as-decided"].permitted


def test_a_pending_remedy_holds_the_closing_in_the_outlook_too() -> None:
    known = facts(case(), RemedyState(), date(2021, 12, 1), "rulebook-2021.json")
    paid = {UNIT: PaymentState(settled_on=date(2021, 12, 1))}
    known = replace(known, beside=replace(known.beside, pending=(UNIT,), payments=paid))
    [step] = [one for one in domain.outlook(case(), known, noon(date(2021, 12, 1))) if one.name == "close"]
    assert step.code == "remedy-pending"


def as_decided(
    one: RemedyState, command: domain.ChangeDecision | domain.RevokeDecision, state: CaseState | None = None
) -> list[Event]:
    """What an open case's decision becomes by a command, held against what a remedy said."""
    day, told = date(2021, 12, 1), state or case()
    events: list[Event]
    if isinstance(command, domain.ChangeDecision):
        events = domain.change_decision(told, command, noon(day), rules(day))
    else:
        events = domain.revoke_decision(told, command, noon(day), rules(day))
    require_as_decided(next(iter(unfollowed(told, {UNIT: one})), None), command, events, rules(day))
    return events


def change(fen: int, cause: domain.Cause = "reconsideration") -> domain.ChangeDecision:
    return domain.ChangeDecision(cause=cause, amounts={"STL-K1": fen}, reason="变更")


def revoke(cause: domain.Cause = "reconsideration", *, anew: bool = False) -> domain.RevokeDecision:
    return domain.RevokeDecision(cause=cause, reason="撤销", anew=anew)


def test_a_change_by_a_remedy_is_the_one_that_it_said_before_the_closing_too() -> None:
    said = ended("changed", total_fen=600_000)
    assert as_decided(said, change(600_000))
    with pytest.raises(Refused, match="not-as-decided") as told:
        as_decided(said, change(500_000))
    assert "6,000.00 元" in told.value.zh
    with refused("not-as-decided"):
        as_decided(said, change(600_000, "litigation"))
    with refused("not-as-decided"):
        as_decided(said, revoke())
    assert as_decided(said, change(500_000, "self-correction"))


def test_no_remedy_is_the_cause_of_what_none_decided() -> None:
    for command in (change(500_000), revoke("litigation")):
        with refused("nothing-to-follow"):
            as_decided(ended("upheld"), command)
    assert as_decided(ended("upheld"), revoke("supervision"))


@pytest.mark.parametrize("cause", ["reconsideration", "self-correction"])
def test_what_is_to_be_decided_anew_is_not_dropped(cause: domain.Cause) -> None:
    with refused("not-as-decided"):
        as_decided(ended("ordered-anew"), revoke(cause))
    assert as_decided(ended("ordered-anew"), revoke(cause, anew=True))
    assert as_decided(ended("revoked"), revoke())

"""A penalty decided on the spot made lighter or voided: never heavier, once, after its closing only as a remedy said."""

from __future__ import annotations

from datetime import date

from services.penalty.domain import ChangeDecision, PaymentState, RevokeDecision
from services.penalty.domain.spot import SpotState, close_spot, report_spot, served
from services.penalty.domain.spot_altering import change_spot, revoke_spot
from services.penalty.domain.spot_events import SpotPenaltyClosed
from tests.domain.penalty.spot_story import DAY, after, asked, book, told
from tests.domain.penalty.story import HEAD, noon, refused

VOID = RevokeDecision(cause="self-correction", reason="事实有误", anew=False)
BY_COURT = RevokeDecision(cause="litigation", reason="判决撤销", anew=False)


def lighter(fen: int) -> ChangeDecision:
    return ChangeDecision(cause="reconsideration", amounts={"STL-K1": fen}, reason="复议变更")


def changed(state: SpotState, fen: int) -> SpotState:
    return after(state, *change_spot(state, lighter(fen), noon(DAY), book(DAY)))


def revoked(state: SpotState, command: RevokeDecision = VOID) -> SpotState:
    return after(state, *revoke_spot(state, command, noon(DAY), book(DAY)))


def test_it_is_made_lighter_and_never_heavier() -> None:
    state = changed(told(asked(10_000)), 4_000)
    decision = served(state).decision_of("unit")
    assert decision is not None
    assert (decision.total_fen, decision.initial_fen) == (4_000, 10_000)
    for fen in (4_000, 4_001, 10_000):
        with refused("not-lighter"):
            changed(state, fen)


def test_it_is_voided_once_and_not_opened_again() -> None:
    state = revoked(told(asked(10_000)))
    assert state.revoked
    with refused("decision-revoked"):
        revoked(state)
    with refused("case-not-reopened"):
        revoked(told(asked(10_000)), RevokeDecision(cause="self-correction", reason="", anew=True))


def test_what_is_void_is_closed_without_payment() -> None:
    state = told(asked(10_000))
    state = after(state, *report_spot(state, DAY, noon(DAY), book(DAY)))
    with refused("payment-not-settled"):
        close_spot(state, PaymentState(), "", HEAD, noon(DAY), book(DAY))
    assert close_spot(revoked(state), PaymentState(), "", HEAD, noon(DAY), book(DAY))


def test_after_the_closing_only_a_remedy_alters_it() -> None:
    closed = after(told(asked(10_000)), SpotPenaltyClosed(spot_id="spot-1", reason="已履行", closed_on=date(2021, 9, 20)))
    with refused("spot-closed"):
        revoked(closed)
    assert revoked(closed, BY_COURT).revoked
    with refused("spot-not-decided"):
        revoked(SpotState(), VOID)

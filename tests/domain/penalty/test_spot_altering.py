"""A penalty decided on the spot made lighter or voided: never heavier, once, after its closing only as a remedy said."""

from __future__ import annotations

from datetime import date

from services.penalty.domain import ChangeDecision, PaymentState, RevokeDecision
from services.penalty.domain.following import Unfollowed
from services.penalty.domain.remedy_events import Result
from services.penalty.domain.spot import SpotState, report_spot, served
from services.penalty.domain.spot_altering import change_spot, revoke_spot
from services.penalty.domain.spot_closing import close_spot
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


def left(result: Result, fen: int | None = None) -> Unfollowed:
    """What a court left of it."""
    return Unfollowed(
        party_id="unit", step="change" if result == "changed" else "revoke", kind="first-instance", result=result,
        authority="法院", reference_no="判1", effective_on=DAY, total_fen=fen,
    )  # fmt: skip


def test_after_the_closing_only_a_remedy_alters_it_and_exactly() -> None:
    closed = after(told(asked(10_000)), SpotPenaltyClosed(spot_id="spot-1", reason="已履行", closed_on=date(2021, 9, 20)))
    for command in (VOID, BY_COURT):
        with refused("spot-closed"):
            revoked(closed, command)
    assert after(closed, *revoke_spot(closed, BY_COURT, noon(DAY), book(DAY), left("revoked"))).revoked
    with refused("not-as-decided"):
        revoke_spot(closed, VOID, noon(DAY), book(DAY), left("revoked"))
    with refused("nothing-to-follow"):
        revoke_spot(closed, BY_COURT, noon(DAY), book(DAY), left("changed", 4_000))
    change = ChangeDecision(cause="litigation", amounts={"STL-K1": 4_000}, reason="判决变更")
    assert change_spot(closed, change, noon(DAY), book(DAY), left("changed", 4_000))
    with refused("not-as-decided"):
        change_spot(closed, change, noon(DAY), book(DAY), left("changed", 5_000))
    with refused("spot-not-decided"):
        revoked(SpotState(), VOID)

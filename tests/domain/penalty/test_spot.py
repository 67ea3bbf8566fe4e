"""The simple procedure: small fines and warnings on the spot, their number and report, cash for the law's reasons only."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from chassis.domain import Actor, Event, Refused
from chassis.testing import given
from services.penalty.domain import (
    PAYMENTS,
    CaseAct,
    NumberSpan,
    NumbersReceived,
    Officer,
    PaymentState,
    receive_payment,
)
from services.penalty.domain import cash as cash_domain
from services.penalty.domain.cash import collect_cash, deposit_cash, flag_deposit, flag_handover, hand_over_cash
from services.penalty.domain.enforcement import EnforcementState
from services.penalty.domain.numbers import SERIES, SPOT_UNIT, Block, take_given, take_number
from services.penalty.domain.payment import ReceivePayment
from services.penalty.domain.regions import regions_of
from services.penalty.domain.spot import (
    SpotState,
    decide_on_spot,
    flag_report,
    number_spot,
    report_spot,
    served,
)
from services.penalty.domain.spot_closing import close_spot
from services.penalty.domain.spot_events import SpotPenaltyDecided
from services.penalty.domain.spot_steps import Asked, spot_outlook
from tests.domain.penalty.spot_story import DAY, OFFICERS, PERSON, UNIT, after, asked, book, decide, owed, taken, told
from tests.domain.penalty.story import HEAD, charge, noon, refused, sanctions

# --- F-01


@pytest.mark.parametrize("day", [DAY, date(2024, 3, 6), date(2025, 3, 6), date(2026, 3, 6)])
@pytest.mark.parametrize(("person", "limit_fen"), [(False, 300_000), (True, 20_000)])
def test_f01_fine_on_the_spot_up_to_the_limit_of_the_party(day: date, person: bool, limit_fen: int) -> None:
    [event] = decide(asked(limit_fen, person=person, day=day), day)
    assert isinstance(event, SpotPenaltyDecided)
    assert (event.total_fen, event.form_no, event.decided_on) == (limit_fen, 33 if person else 32, day)
    with refused("beyond-simple-procedure", article="第51条"):
        decide(asked(limit_fen + 1, person=person, day=day), day)


@pytest.mark.parametrize("person", [False, True])
def test_f01_warning_is_always_for_the_spot(person: bool) -> None:
    [event] = decide(asked(0, person=person))
    assert isinstance(event, SpotPenaltyDecided)
    assert (event.kinds, event.total_fen, event.payment_due_on) == (("warning",), 0, None)
    [both] = decide(asked(100, person=person, kinds=("warning",)))
    assert isinstance(both, SpotPenaltyDecided)
    assert both.total_fen == 100


def test_f01_nothing_heavier_than_a_warning_beside_the_fine() -> None:
    for kind in ("revoke-licence", "suspend-production", "confiscate-illegal-gains"):
        with refused("kind-not-for-the-spot", article="第51条"):
            decide(asked(100, kinds=("warning", kind)))


def test_fines_of_one_decision_are_added_up() -> None:
    other = charge(200_000, item_code="GEN-03", article="97", item="3")
    acts = tuple(CaseAct(hazard_id="", item_code=code, fact="事实") for code in ("STL-K1", "GEN-03"))
    assert decide(asked(charges=(charge(100_000), other), acts=acts))
    with refused("beyond-simple-procedure"):
        decide(asked(charges=(charge(100_001), other), acts=acts))


# --- the provision, the officers, the form


def test_provision_is_checked_as_in_the_general_procedure() -> None:
    with refused("provision-not-listed"):
        decide(asked(charges=(charge(100, article="97", item="3"),)))
    with refused("provision-not-listed"):
        decide(asked(0, charges=(charge(0, article="97", item="3"),), kinds=("warning",)))
    with refused("item-charged-twice"):
        decide(asked(charges=(charge(100), charge(200))))
    with refused("subject-is-not-party"):
        decide(replace(asked(100), party_kind="person", unit=None, person=PERSON))
    with refused("no-charge"):
        decide(asked(charges=(charge(0), charge(100)), kinds=()))
    with refused("before-earlier-step"):
        decide(asked(act_date=DAY + timedelta(days=1)))


def test_two_qualified_officers() -> None:
    with refused("too-few-officers", article="第42条"):
        decide(asked(officer_ids=("o-li",)))
    expired: tuple[Officer, ...] = (OFFICERS[0], replace(OFFICERS[1], certificate_valid_to=DAY - timedelta(days=1)))
    with refused("certificate-expired"):
        decide_on_spot(SpotState(), asked(), "号", expired, sanctions(), noon(DAY), book(DAY))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"cards_shown": False}, "card-not-shown"), ({"heard": False}, "party-not-heard"),
        ({"handed_over": False}, "not-handed-over"), ({"signed": False}, "refusal-not-noted"),
        ({"remedies": ()}, "decision-incomplete"), ({"unit": replace(UNIT, address="")}, "decision-incomplete"),
    ],
)  # fmt: skip
def test_form_of_the_decision(changes: dict[str, Any], code: str) -> None:
    with refused(code):
        decide(asked(**changes))


def test_refusal_to_sign_is_noted_on_it() -> None:
    [event] = decide(asked(signed=False, refused_to_sign="当事人称须请示上级"))
    assert isinstance(event, SpotPenaltyDecided)
    assert event.refused_to_sign == "当事人称须请示上级"


def test_it_is_decided_once() -> None:
    with refused("spot-decided-already"):
        decide_on_spot(told(asked()), asked(), "号", OFFICERS, sanctions(), noon(DAY), book(DAY))


# --- F-02


def test_f02_decision_without_number_or_report_is_incomplete_and_is_not_closed() -> None:
    state = told(asked(0), number=None)
    assert (state.state, state.missing) == ("incomplete", ("number", "report"))
    with refused("spot-incomplete", article="第52条"):
        close_spot(state, PaymentState(), "", HEAD, noon(DAY), book(DAY))
    numbered = after(state, *number_spot(state, "号", noon(DAY), book(DAY)))
    assert (numbered.missing, numbered.defects) == (("report",), ("numbered-afterwards",))
    with refused("spot-incomplete"):
        close_spot(numbered, PaymentState(), "", HEAD, noon(DAY), book(DAY))
    reported = after(numbered, *report_spot(numbered, DAY, noon(DAY), book(DAY)))
    assert (reported.state, reported.missing) == ("complete", ())
    closed = after(reported, *close_spot(reported, PaymentState(), "", HEAD, noon(DAY), book(DAY)))
    assert closed.state == "closed"
    with refused("spot-closed"):
        report_spot(closed, DAY, noon(DAY), book(DAY))


@pytest.mark.parametrize(("day", "report_by"), [(DAY, date(2021, 9, 18)), (date(2025, 3, 6), date(2025, 3, 11))])
def test_f02_report_that_is_late_is_a_defect(day: date, report_by: date) -> None:
    state = told(asked(100, day=day), day)
    assert state.decided is not None
    assert state.decided.report_by == report_by
    assert flag_report(state, report_by, noon(report_by)) == []
    late = report_by + timedelta(days=1)
    flagged = after(state, *flag_report(state, report_by, noon(late)))
    assert flagged.defects == ("report-late",)
    assert flag_report(flagged, report_by, noon(late)) == []
    reported = after(flagged, *report_spot(flagged, late, noon(late), book(late)))
    assert (reported.defects, reported.missing) == (("report-late",), ())
    with refused("reported-already"):
        report_spot(reported, late, noon(late), book(late))
    with refused("day-in-future"):
        report_spot(state, late, noon(day), book(day))


# --- F-03


@pytest.mark.parametrize("day", [DAY, date(2024, 3, 6), date(2026, 3, 6)])
def test_f03_cash_on_the_spot(day: date) -> None:
    def collect(fen: int, reason: str, *, asked_for: bool = False, receipt: str | None = "36-0001") -> list[Event]:
        command = asked(fen, day=day, payment="on-the-spot", cash_reason=reason, party_request=asked_for)
        state = told(command, day)
        cash = taken(fen, reason, party_request=asked_for, receipt_no=receipt, collected_on=day)
        return collect_cash(state, owed(state), cash, noon(day), book(day))

    assert collect(10_000, "small-fine")
    with refused("cash-too-much"):
        collect(10_100, "small-fine")
    assert collect(10_100, "hard-to-execute-later")
    with refused("cash-not-requested"):
        collect(10_100, "remote-area")
    assert collect(10_100, "remote-area", asked_for=True)
    with refused("cash-not-allowed"):
        collect(10_000, "convenience")
    with refused("receipt-missing", article="第70条"):
        collect(10_000, "small-fine", receipt=None)


def test_f03_who_ticked_the_bank_pays_at_the_bank_but_for_a_remote_area() -> None:
    state = told(asked(10_000))
    with refused("not-on-the-spot"):
        collect_cash(state, owed(state), taken(), noon(DAY), book(DAY))
    later = DAY + timedelta(days=2)
    remote = taken(reason="remote-area", party_request=True, collected_on=later)
    assert collect_cash(state, owed(state), remote, noon(later), book(later))
    with refused("cash-not-whole"):
        collect_cash(state, owed(state), replace(remote, amount_fen=9_999), noon(later), book(later))
    spot = told(asked(10_000, payment="on-the-spot", cash_reason="small-fine"))
    with refused("not-on-the-spot"):
        collect_cash(spot, owed(spot), taken(collected_on=later), noon(later), book(later))


def test_f03_a_receipt_is_given_once() -> None:
    assert cash_domain.use_receipt(None, "36-0001", "spot-1")
    with pytest.raises(Exception, match="receipt-used"):
        cash_domain.use_receipt("spot-1", "36-0001", "spot-2")


# --- F-04


@pytest.mark.parametrize(
    ("collected_on", "by", "deposit_by"),
    [
        (date(2026, 9, 18), date(2026, 9, 21), date(2026, 9, 23)),  # Sunday the 20th is a working day
        (date(2025, 9, 30), date(2025, 10, 10), date(2025, 10, 13)),  # the week of the national day; Saturday the 11th works
        (
            date(2024, 2, 8),
            date(2024, 2, 18),
            date(2024, 2, 20),
        ),  # the spring festival; Sunday the 18th is a working day
    ],
)
def test_f04_cash_reaches_the_organ_and_the_bank(collected_on: date, by: date, deposit_by: date) -> None:
    day = collected_on
    state = told(asked(10_000, day=day, payment="on-the-spot", cash_reason="small-fine"), day)
    state = after(state, *collect_cash(state, owed(state), taken(collected_on=day), noon(day), book(day)))
    assert state.collected is not None
    assert state.collected.hand_over_by == by
    assert flag_handover(state, by, noon(by)) == []
    late = by + timedelta(days=1)
    assert after(state, *flag_handover(state, by, noon(late))).defects == ("cash-handover-late",)
    assert after(state, *hand_over_cash(state, late, noon(late), book(day))).defects == ("cash-handover-late",)
    handed = after(state, *hand_over_cash(state, by, noon(by), book(day)))
    assert handed.handed_over is not None
    assert (handed.handed_over.deposit_by, handed.defects) == (deposit_by, ())
    missed = deposit_by + timedelta(days=1)
    assert after(handed, *flag_deposit(handed, deposit_by, noon(missed))).defects == ("cash-deposit-late",)
    assert after(handed, *deposit_cash(handed, "B1", deposit_by, noon(deposit_by), book(day))).defects == ()
    with refused("cash-not-handed-over"):
        deposit_cash(state, "B1", by, noon(by), book(day))


# --- closing, and what may be done next


def test_closed_when_paid_and_the_cash_is_at_the_bank() -> None:
    state = told(asked(10_000, payment="on-the-spot", cash_reason="small-fine"))
    payment = owed(state)
    state = after(state, *report_spot(state, DAY, noon(DAY), book(DAY)))
    with refused("payment-not-settled"):
        close_spot(state, payment, "", HEAD, noon(DAY), book(DAY))
    assert close_spot(state, payment, "终结执行", HEAD, noon(DAY), book(DAY), hopeless=True), "no court helps any more"
    state = after(state, *collect_cash(state, payment, taken(), noon(DAY), book(DAY)))
    with refused("cash-collected-already"):
        collect_cash(state, payment, taken(), noon(DAY), book(DAY))
    paid = ReceivePayment(amount_fen=10_000, bank_reference="cash.36-0001", paid_on=DAY)
    for event in receive_payment(payment, paid, noon(DAY), book(DAY)):
        payment = PAYMENTS.evolve(payment, event)
    assert payment.settled_on == DAY
    with refused("cash-not-deposited", article="第71条"):
        close_spot(state, payment, "", HEAD, noon(DAY), book(DAY))
    state = after(state, *hand_over_cash(state, DAY, noon(DAY), book(DAY)))
    state = after(state, *deposit_cash(state, "B1", DAY, noon(DAY), book(DAY)))
    with refused("handler-approves"):
        close_spot(state, payment, "", Actor(id="o-li", name="李明", role="approver"), noon(DAY), book(DAY))
    assert close_spot(state, payment, "", HEAD, noon(DAY), book(DAY))


def test_all_that_stands_against_closing_is_told_at_once() -> None:
    state, li = told(asked(10_000)), Actor(id="o-li", name="李明", role="approver")
    with pytest.raises(Refused) as caught:
        close_spot(state, owed(state), "", li, noon(DAY), book(DAY), published=False)
    assert caught.value.code == "handler-approves"
    assert [one.code for one in caught.value.also] == ["spot-incomplete", "payment-not-settled", "not-published"]


def test_what_no_court_enforces_any_more_may_be_closed_unpaid() -> None:
    state = told(asked(10_000))
    state = after(state, *report_spot(state, DAY, noon(DAY), book(DAY)))
    regions = regions_of(served(state), {PAYMENTS.id("spot-1"): owed(state)})
    for lapsed in (False, True):
        beside = replace(regions, enforcements={"unit": EnforcementState(case_id="spot-1", lapsed=lapsed)})
        steps = spot_outlook(Asked(state=state, regions=beside, at=noon(DAY), rules=book(DAY)))
        [close] = [step for step in steps if step.name == "close"]
        assert (close.permitted, close.code) == (lapsed, None if lapsed else "payment-not-settled")


def test_what_may_be_done_next_is_what_the_decisions_say() -> None:
    def names(state: SpotState, payment: PaymentState) -> set[str]:
        regions = regions_of(served(state), {PAYMENTS.id("spot-1"): payment})
        steps = spot_outlook(Asked(state=state, regions=regions, at=noon(DAY), rules=book(DAY)))
        assert all(step.permitted or (step.code and step.reason) for step in steps)
        return {step.name for step in steps if step.permitted}

    state = told(asked(10_000, payment="on-the-spot", cash_reason="small-fine"))
    remedies = {"seek-reconsideration", "seek-litigation"}
    own = {"report", "collect-cash", "receive-payment", "publish", "revoke"}
    assert names(state, owed(state)) == {*own, *remedies, "request-deferral"}
    assert names(told(asked(0), number=None), PaymentState()) == {"number", "report", "revoke", *remedies}
    assert names(SpotState(), PaymentState()) == set()


def test_money_is_reckoned_as_of_a_case_that_was_served() -> None:
    case = served(told(asked(10_000)))
    decision = case.decision_of("unit")
    assert decision is not None
    assert (decision.total_fen, decision.received_on, decision.payment_due_on) == (10_000, DAY, date(2021, 9, 28))
    assert served(SpotState()).decision_of("unit") is None


# --- numbers


def test_number_out_of_the_series_or_of_the_block_of_a_device() -> None:
    key = "donghu-emb/罚当/2021"
    about: dict[str, Any] = {
        "organ_id": "donghu-emb", "abbreviation": "东湖", "form": SPOT_UNIT, "day": DAY, "case_id": "spot-1"
    }  # fmt: skip
    [first] = take_number(SERIES.initial, **about)
    assert first.document_no == "（东湖）应急罚当〔2021〕1号"
    leased = given(SERIES, [NumbersReceived(series=key, lease_id="l", pattern=None, spans=(NumberSpan(first=1, last=2),))])
    block = Block(first=41, last=42, pattern=None)
    [given_no] = take_given(leased, (block,), **about, number=42)
    assert given_no.document_no == "（东湖）应急罚当〔2021〕42号"
    used = SERIES.evolve(leased, given_no)
    assert (used.left, used.devices) == ((1, 2), (42,))
    with pytest.raises(Exception, match="number-used"):
        take_given(used, (block,), **about, number=42)
    with pytest.raises(Exception, match="number-not-leased"):
        take_given(used, (block,), **about, number=43)

"""What may be done next is what the decisions themselves answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chassis.domain import Event
from services.penalty import domain
from services.penalty.domain import CaseState, Facts, PaymentState
from services.penalty.domain.bank_steps import STEPS as BANK_STEPS
from services.penalty.domain.enforcement import Application, EnforcementState
from services.penalty.domain.region_steps import REGION_STEPS
from services.penalty.domain.regions import Regions, beside_of, regions_of, streams_beside
from services.penalty.domain.spot_steps import STEPS as SPOT_STEPS
from services.penalty.domain.steps import STEPS
from services.penalty.domain.titles import ENGLISH
from services.penalty.domain.transfer import Phase, TransferState
from tests.domain.penalty.story import OFFICERS, RECTIFIED, noon, paid, rules, sanctions, until

DAY = date(2021, 9, 13)
FACTS = Facts(
    rules=rules(DAY), officers=OFFICERS, sanctions=sanctions(), address="一号", beside=domain.Beside(hazards=RECTIFIED)
)  # fmt: skip
PEOPLE = {"change-handlers", "join-party", "extend"}
INVESTIGATING = {*PEOPLE, "record-evidence", "close-investigation", "close-without-penalty"}


def with_payment(payment: PaymentState) -> Facts:
    return replace(FACTS, beside=domain.Beside(hazards=RECTIFIED, payments={domain.UNIT: payment}))


BESIDE = {step.name for step in REGION_STEPS}


def permitted(state: CaseState, facts: Facts = FACTS, day: date = DAY, *, beside: bool = False) -> set[str]:
    """The steps of the main line that are permitted, or those beside it."""
    facts = replace(facts, rules=rules(day))
    return {step.name for step in domain.outlook(state, facts, noon(day)) if step.permitted and (step.name in BESIDE) == beside}


@pytest.mark.parametrize(
    ("after", "names"),
    [
        (domain.ClueRegistered, {"request-filing", "begin-urgently"}),
        (domain.FilingRequested, {"request-filing", "file", "refuse-filing", "change-handlers"}),
        (domain.CaseFiled, {*PEOPLE, "record-evidence"}),
        (domain.EvidenceRecorded, INVESTIGATING),
        (domain.InvestigationClosed, {*PEOPLE, "record-evidence", "review", "discuss", "serve-notice"}),
        (domain.NoticeServed, {*PEOPLE, "record-evidence", "review", "discuss", "make-statement", "waive-statement"}),
        (domain.CaseClosed, {"archive"}),
    ],
)
def test_steps_until_the_notice(after: type[Event], names: set[str]) -> None:
    assert permitted(until(after)) == names


@pytest.mark.parametrize(
    ("after", "day", "names"),
    [
        (domain.ClueRegistered, DAY, {"report-transfer"}),
        (domain.CaseFiled, DAY, {"report-transfer", "request-recusal"}),
        (domain.PenaltyDecided, date(2021, 9, 18), {"report-transfer", "request-recusal"}),
        (
            domain.DecisionServed,
            date(2021, 9, 28),
            {"report-transfer", "request-recusal", "request-deferral", "seek-reconsideration", "seek-litigation"},
        ),
        (domain.CaseClosed, date(2021, 10, 9), {"seek-reconsideration", "seek-litigation"}),
    ],
)
def test_steps_beside_the_main_line(after: type[Event], day: date, names: set[str]) -> None:
    facts = with_payment(paid()) if after is domain.DecisionServed else FACTS
    assert permitted(until(after), facts, day, beside=True) == names


def test_steps_after_the_decision() -> None:
    assert permitted(until(domain.PenaltyDecided), day=date(2021, 9, 18)) == {
        "change-handlers",
        "serve-decision",
        "publish",
        "revoke",
    }
    owing, settled = with_payment(paid()), with_payment(paid(900_000, 900_000))
    assert permitted(until(domain.DecisionServed), owing, date(2021, 9, 28)) == {
        "change-handlers",
        "receive-payment",
        "publish",
        "revoke",
    }
    assert permitted(until(domain.DecisionServed), settled, date(2021, 9, 28)) == {
        "change-handlers",
        "publish",
        "revoke",
        "close",
    }


def test_decision_becomes_possible_when_the_period_has_passed() -> None:
    assert "decide" not in permitted(until(domain.NoticeServed), day=date(2021, 9, 16))
    assert "decide" in permitted(until(domain.NoticeServed), day=date(2021, 9, 17))
    assert "decide" in permitted(until(domain.StatementWaived))


def test_each_step_names_its_article_and_each_refusal_its_reason() -> None:
    steps = domain.outlook(until(domain.NoticeServed), FACTS, noon(DAY))
    assert all(step.basis for step in steps)
    assert all(bool(step.code and step.reason) != step.permitted for step in steps)
    assert all(bool(step.reason_en) != step.permitted for step in steps)
    reasons = {step.name: step.code for step in steps}
    assert reasons["decide"] == "statement-period-running"
    assert reasons["file"] == "case-filed-already"
    assert reasons["close"] == "not-decided"


def test_probes_find_what_cannot_be_charged() -> None:
    state = replace(until(domain.EvidenceRecorded), act_date=date(2021, 8, 31))
    codes = {step.name: step.code for step in domain.outlook(state, FACTS, noon(DAY))}
    assert codes["close-investigation"] == "provision-not-in-force"


def test_every_step_of_a_closed_case_is_refused_for_that_reason() -> None:
    steps = domain.outlook(until(domain.CaseClosed), replace(FACTS, rules=rules(date(2021, 10, 9))), noon(date(2021, 10, 9)))
    after = ("archive", "publish", "withdraw-publication", "propose-closure", "answer-closure", "request-repair", "answer-repair")
    assert {step.code for step in steps if step.name not in (*after, *BESIDE)} == {"case-closed"}


def beside(state: CaseState, **changes: object) -> Facts:
    """The facts with what runs beside the case: nothing, but for these regions."""
    nothing: dict[str, object] = {"payments": {}, "remedies": {}, "enforcements": {}, "publications": {}}
    regions = Regions(**{**nothing, "transfer": TransferState(), **changes})  # type: ignore[arg-type]
    return replace(FACTS, beside=beside_of(state, regions, RECTIFIED, ()), transfer=regions.transfer)


def test_a_command_and_a_screen_read_the_same_beside_a_case() -> None:
    undecided, state = until(domain.NoticeServed), until(domain.PenaltyDecided)
    assert [stream.name for stream, _ in streams_beside(undecided)] == ["transfer"]
    wanted = {stream.id(key) for stream, key in streams_beside(state)}
    names = ("transfer", "payment", "remedy", "enforcement", "publication")
    assert wanted == {f"{name}:{state.case_id}" for name in names}
    begun = {domain.PAYMENTS.id(state.case_id): paid(), domain.PAYMENTS.id("another"): paid()}
    told = regions_of(state, begun)
    assert (told.payments, told.remedies, told.enforcements, told.publications) == ({domain.UNIT: paid()}, {}, {}, {})
    assert not told.transfer.under_way


def refusal(state: CaseState, facts: Facts, name: str, day: date) -> str | None:
    facts = replace(facts, rules=rules(day))
    return next(step.code for step in domain.outlook(state, facts, noon(day)) if step.name == name)


@pytest.mark.parametrize(
    ("phase", "decide", "close"),
    [
        ("none", None, "payment-not-settled"),
        ("reported", None, "transfer-open"),
        ("approved", "case-transferred", "transfer-open"),
        ("handed-over", "case-transferred", "transfer-open"),
        ("taken", "case-transferred", None),
    ],
)
def test_while_a_transfer_is_under_way_nothing_is_closed_and_what_was_taken_is(
    phase: Phase, decide: str | None, close: str | None
) -> None:  # fmt: skip
    answered, day = until(domain.StatementWaived), date(2021, 9, 28)
    transfer = TransferState(phase=phase)
    assert refusal(answered, beside(answered, transfer=transfer), "decide", day) == decide
    received = until(domain.DecisionServed)
    owing = paid() if phase in ("none", "taken") else paid(900_000, 900_000)
    facts = beside(received, transfer=transfer, payments={domain.UNIT: owing})
    assert refusal(received, facts, "close", day) == close


def test_what_a_court_terminated_is_closed_unpaid() -> None:
    state, day = until(domain.DecisionServed), date(2021, 9, 28)
    assert refusal(state, beside(state), "close", day) == "payment-not-settled"
    ended = Application(document_no="x", court="x", applied_on=day, amount_fen=900_000, ending="terminated", ended_on=day)
    facts = beside(state, enforcements={domain.UNIT: EnforcementState(applications=(ended,))})
    assert refusal(state, facts, "close", day) is None


def test_every_step_has_an_english_title_and_no_title_is_of_a_step_that_there_is_not() -> None:
    named = {step.name for step in STEPS} | {step[0] for step in (*SPOT_STEPS, *BANK_STEPS)}
    assert named == set(ENGLISH)

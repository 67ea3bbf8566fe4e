"""A penalty decided on the spot, to be begun from; under the rules of its year."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from chassis.domain import Event
from chassis.testing import given
from services.penalty.domain import (
    PAYMENTS,
    CaseAct,
    Charge,
    PaymentState,
    Rules,
    open_payment,
)
from services.penalty.domain.cash import CollectCash
from services.penalty.domain.spot import (
    SPOTS,
    DecideOnSpot,
    SpotState,
    decide_on_spot,
)
from services.penalty.domain.spot_events import SpotPerson, SpotUnit
from tests.domain.penalty.story import LI, WANG, charge, noon, rules, sanctions

DAY = date(2021, 9, 13)
FAR = date(2030, 12, 31)
OFFICERS = tuple(replace(officer, certificate_valid_to=FAR) for officer in (LI, WANG))
UNIT = SpotUnit(name="南昌某钢铁有限公司", uscc="91360100MA35XXXX1X", address="东湖区一号")
PERSON = SpotPerson(person_id="p-zhang", name="张三", id_number="360102199001010018", address="东湖区二号")
BOOKS = {2021: "rulebook-2021.json", 2024: "rulebook-2023.json", 2025: "rulebook-2025.json", 2026: "rulebook-2026-2.json"}


def book(day: date) -> Rules:
    return rules(day, BOOKS[day.year])


def personal() -> Charge:
    """A first-branch fine of a person beside a unit, wherever the catalogue has one."""
    for code, rows in sanctions().items.items():
        for row in rows:
            if (row.phase, row.subject) == ("first", "person"):
                return charge(
                    1, item_code=code, law=row.law, law_version=row.version, article=row.article, item=row.item,
                    paragraph=row.paragraph, subject="person",
                )  # fmt: skip
    raise AssertionError("the catalogue has none")


def asked(amount_fen: int = 300_000, *, person: bool = False, day: date = DAY, **changes: Any) -> DecideOnSpot:
    what = replace(personal() if person else charge(), amount_fen=amount_fen)
    usual = DecideOnSpot(
        spot_id="spot-1", enterprise_id="e-1", party_kind="person" if person else "unit", unit=None if person else UNIT,
        person=PERSON if person else None, organ_id="donghu-emb", organ="南昌市东湖区应急管理局", act_date=day,
        acts=(CaseAct(hazard_id="", item_code=what.item_code, fact="未在有限空间出入口设置警示标志"),),
        catalogue="nanchang-industry-trade/2021.1", charges=(what,), kinds=() if amount_fen else ("warning",),
        officer_ids=tuple(officer.officer_id for officer in OFFICERS), cards_shown=True, heard=True, statement=None,
        handed_over=True, signed=True, refused_to_sign=None, remedies=("南昌市东湖区人民政府", "南昌市东湖区人民法院"),
        payment="bank", cash_reason=None, party_request=False,
    )  # fmt: skip
    return replace(usual, **changes)


def decide(command: DecideOnSpot, day: date = DAY, number: str | None = "（东湖）应急罚当〔2021〕1号") -> list[Event]:
    return decide_on_spot(SpotState(), command, number, OFFICERS, sanctions(), noon(day), book(day))


def told(command: DecideOnSpot, day: date = DAY, number: str | None = "（东湖）应急罚当〔2021〕1号") -> SpotState:
    return given(SPOTS, decide(command, day, number))


def after(state: SpotState, *events: Event) -> SpotState:
    for event in events:
        state = SPOTS.evolve(state, event)
    return state


def owed(state: SpotState) -> PaymentState:
    assert state.decided is not None
    due = state.decided.payment_due_on
    assert due is not None
    return given(PAYMENTS, open_payment(PaymentState(), "spot-1", "e-1", state.decided.total_fen, due))


def taken(amount_fen: int = 10_000, reason: str = "small-fine", **changes: Any) -> CollectCash:
    usual = CollectCash(amount_fen=amount_fen, reason=reason, party_request=False, receipt_no="36-0001", collected_on=DAY)
    return replace(usual, **changes)

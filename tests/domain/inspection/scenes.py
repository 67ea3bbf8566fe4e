"""Situations of an inspection, each made out of the one before; the catalogue and the rulebooks are the published ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from chassis.domain import CHINA, Event, Refused
from chassis.testing import given
from services.inspection.domain import hazard, inspection, order, visit
from services.inspection.domain.answering import Answered, Finding
from services.inspection.domain.catalogue import Catalogue, Site, catalogue_of
from services.inspection.domain.events import AssignedExpert, AssignedOfficer, CheckedInOfficer, HazardFound, OrderIssued
from services.inspection.domain.hazard import HAZARD
from services.inspection.domain.inspection import INSPECTION, Certificate, CheckIn, Conclusion, Task
from services.inspection.domain.order import Dated
from services.inspection.domain.rules import Due, Rules, rules_on

VOCABULARY = Path(__file__).parents[3] / "contracts/vocabulary"


def vocabulary(name: str) -> dict[str, Any]:
    """A published vocabulary."""
    content: dict[str, Any] = json.loads((VOCABULARY / f"{name}.json").read_text(encoding="utf-8"))
    return content


RULEBOOK = vocabulary("rulebook-2021")
ITEMS = vocabulary("catalogue-2021")["items"]
CATALOGUE: Catalogue = catalogue_of("nanchang-industry-trade/2021.1", ITEMS)
DAY = date(2021, 9, 6)
AT = datetime(2021, 9, 6, 10, 0, tzinfo=CHINA)
RULES: Rules = rules_on(RULEBOOK, DAY)
SITE = Site(
    frozenset({"dust"}),
    frozenset({"dust-removal-system"}),
    {"confined_space_count": 0, "has_contractors": False, "uses_gas": False},
)

CERTIFICATES = {
    "o-1": Certificate("赣A001", date(2023, 1, 1)),
    "o-2": Certificate("赣A002", DAY),
    "o-3": Certificate("赣A003", DAY - timedelta(days=1)),
    "o-9": Certificate("赣A009", date(2023, 1, 1)),
}
FIRST = CheckedInOfficer(officer_id="o-1", certificate_no="赣A001")
SECOND = CheckedInOfficer(officer_id="o-2", certificate_no="赣A002")
EXPIRED = CheckedInOfficer(officer_id="o-3", certificate_no="赣A003")
STRANGER = CheckedInOfficer(officer_id="o-9", certificate_no="赣A009")
TASK = Task(
    task_id="t-1", kind="campaign", campaign_id="c-1", enterprise_id="e-1", enterprise_name="某木业公司",
    uscc="91360100MA00000000", sector="dust", level="district", organ_id="donghu-emb", organ="南昌市东湖区应急管理局",
    planned_on=DAY,
    officers=tuple(
        AssignedOfficer(officer_id=f"o-{n}", name=f"执法人员{n}", certificate_no=f"赣A00{n}", organ_id="donghu-emb")
        for n in (1, 2, 3)
    ),
    experts=(AssignedExpert(expert_id="x-1", name="专家一"),),
)  # fmt: skip


def refused(code: str, decide: Callable[[], object]) -> Refused:
    """The refusal that a decision ends in; the test fails if it is another one, or none."""
    with pytest.raises(Refused) as caught:
        decide()
    assert caught.value.code == code
    return caught.value


def prepared() -> list[Event]:
    """The plan is made."""
    return inspection.prepare(INSPECTION.initial, TASK, CATALOGUE, SITE, RULES)


def approved() -> list[Event]:
    """The plan is approved."""
    events = prepared()
    return [*events, *inspection.approve_plan(given(INSPECTION, events), "unannounced", "局长", RULES)]


def on_site() -> list[Event]:
    """Two officers and the expert have checked in."""
    events = approved()
    arrived = CheckIn((FIRST, SECOND), ("x-1",), "打磨车间", "厂长")
    return [*events, *visit.check_in(given(INSPECTION, events), arrived, CERTIFICATES, RULES, AT)]


def violation(item_code: str, *hazard_ids: str) -> Answered:
    """An item was violated, in these ways."""
    return Answered(item_code, "violation", None, tuple(Finding(id, "general", "积尘", "打磨车间") for id in hazard_ids))


def answers(*violations: Answered) -> list[Answered]:
    """Every planned item is answered: these violations, all else compliant."""
    bad = {each.item_code: each for each in violations}
    return [bad.get(code, Answered(code, "compliant")) for code in given(INSPECTION, prepared()).items]


def answered(*violations: Answered) -> list[Event]:
    """Every item is answered."""
    events = on_site()
    return [*events, *visit.answer_items(given(INSPECTION, events), answers(*violations), RULES)]


def concluded(*violations: Answered) -> list[Event]:
    """The record is signed."""
    events = answered(*violations)
    return [*events, *visit.conclude(given(INSPECTION, events), Conclusion(signed_by="厂长"), RULES, AT)]


def found(hazard_id: str, item_code: str = "DST-K6", inspection_id: str = "t-1", on: date = DAY) -> HazardFound:
    """A hazard, as it was found."""
    return HazardFound(
        hazard_id=hazard_id, inspection_id=inspection_id, enterprise_id="e-1", item_code=item_code, key_item_code=item_code,
        severity="general", fact="积尘", place="打磨车间", found_on=on,
    )  # fmt: skip


def issued(*dated: Dated, due: Due | None = None) -> list[Event]:
    """An order for hazards of a concluded inspection (of item DST-K6), `due` to be re-inspected if nothing is reported."""
    state = given(INSPECTION, concluded(violation("DST-K6", *(each.hazard_id for each in dated))))
    drafted = order.draft(order.ORDER.initial, "r-1", state, dated, RULES, AT)
    return order.issue("r-1", state, drafted, "（东湖）应急责改〔2021〕1号", ["甲"], due, RULES, AT)


def ordered(hazard_id: str, due_on: date) -> list[Event]:
    """A hazard that stands in order r-1."""
    events: list[Event] = [found(hazard_id)]
    return [*events, *hazard.order(given(HAZARD, events), "t-1", "r-1", due_on, RULES)]


def only(events: Iterable[Event]) -> Event:
    """The one event that was decided."""
    [event] = events
    return event


def order_of(events: Iterable[Event]) -> OrderIssued:
    """The order that was issued."""
    event = only(events)
    assert isinstance(event, OrderIssued)
    return event

"""From an assigned task to an approved plan: what must have arrived, and what is kept of it."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest

from chassis.broker import Received
from tests.service.inspection.office import CHECK_IN, OFFICERS, Office


@pytest.mark.parametrize("late", ["enterprise", "catalogue", "rulebook", "officer"])
async def test_task_waits_for_what_it_refers_to(empty_office: Office, late: str) -> None:
    """The task comes first; it is prepared as soon as the last thing that it needs is known."""
    office = empty_office
    registry: dict[str, Callable[[], Received]] = {
        "enterprise": office.enterprise, "catalogue": office.catalogue, "rulebook": office.rulebook,
        "officer": lambda: office.officer(1),
    }  # fmt: skip
    await office.hear(office.officer(2))
    for name, event in registry.items():
        if name != late:
            await office.hear(event())
    task = office.task("task-1")
    assert await office.under_test.receive(task) == task.shard_idx - 1
    assert await office.recorded() == []
    await office.hear(registry[late]())
    await office.hear(task)
    assert await office.recorded() == ["inspection-prepared.v1"]


async def test_inspection_is_prepared_with_the_items_that_apply(office: Office) -> None:
    await office.hear(office.task("task-1"))
    [stored] = await office.under_test.events()
    assert (stored["stream_id"], stored["subject"]) == ("inspection:task-1", "e-1")
    assert (stored["district"], stored["organ"]) == ("donghu", "donghu-emb")
    assert (stored["correlation_id"], stored["rulebook"]) == (office.correlation, "jiangxi-work-safety/2021.1")
    view = await office.get("inspections/task-1")
    # DST-K5 is about sanders, CSP about confined spaces: the one is retired, the others do not exist.
    codes = {item["code"] for item in view["items"]}
    assert {"DST-K1", "GEN-01"} <= codes
    assert not {"DST-K5", "CSP-K1", "STL-K1"} & codes
    assert (view["state"], view["catalogue"]) == ("prepared", "nanchang-industry-trade/2021.1")


async def test_task_is_prepared_once(office: Office) -> None:
    """A second assignment to the same people changes nothing; a return leaves nobody, a cancellation ends it."""
    await office.hear(office.task("task-1"))
    await office.hear(office.task("task-1"))
    assert await office.recorded() == ["inspection-prepared.v1"]
    for name in ("task-returned", "task-cancelled"):
        told = orjson.dumps({"task_id": "task-1", "officer_id": "o-1", "reason": "企业停产"})
        await office.hear(office.under_test.received("tasks", f"casetrail.tasks.{name}.v1", told, subject="e-1"))
    assert await office.recorded() == ["inspection-prepared.v1", "inspection-reassigned.v1", "inspection-called-off.v1"]
    await office.hear(office.task("task-1"))
    [refusal] = await office.under_test.connection.fetch("SELECT code, type FROM refusals")
    assert tuple(refusal) == ("called-off", "casetrail.tasks.task-assigned.v1")


async def test_registry_may_correct_itself(office: Office) -> None:
    """A renewed certificate counts from then on."""
    await office.hear(office.officer(2, valid_to="2021-09-05"))
    await office.hear(office.task("task-1"))
    await office.post("approver", "inspections/task-1/plan-approvals", {"mode": "notified"})
    problem = await office.refused("certificate-expired", "officer", "inspections/task-1/check-ins", CHECK_IN)
    assert problem["basis"] == "《中华人民共和国安全生产法》（2021）第67条第2款"
    await office.hear(office.officer(2, valid_to="2025-09-05"))
    await office.post("officer", "inspections/task-1/check-ins", CHECK_IN)


async def test_check_in_is_refused_without_approval_or_with_one_officer(office: Office) -> None:
    await office.hear(office.task("task-1"))
    await office.refused("plan-not-approved", "officer", "inspections/task-1/check-ins", CHECK_IN)
    await office.post("approver", "inspections/task-1/plan-approvals", {"mode": "unannounced"})
    alone = {**CHECK_IN, "officers": OFFICERS[:1]}
    problem = await office.refused("too-few-officers", "officer", "inspections/task-1/check-ins", alone)
    assert (problem["needed"], problem["given"]) == (2, 1)
    assert await office.recorded() == ["inspection-prepared.v1", "inspection-plan-approved.v1"]


async def test_approval_names_who_approved(office: Office) -> None:
    await office.on_site()
    view = await office.get("inspections/task-1")
    assert (view["mode"], view["state"]) == ("unannounced", "checked-in")
    [approved] = await office.under_test.events("casetrail.inspection.inspection-plan-approved")
    assert '"approved_by":"王局长"'.encode() in await office.under_test.vault.shown(approved["data"])


async def test_before_the_first_rulebook_nothing_is_decided(office: Office) -> None:
    await office.hear(office.task("task-1"))
    early = "2020-12-31T12:00:00+08:00"
    body = {"mode": "unannounced"}
    await office.refused("no-rulebook", "approver", "inspections/task-1/plan-approvals", body, Occurred_At=early)


async def codes(office: Office, task_id: str) -> set[str]:
    await office.hear(office.task(task_id))
    return {item["code"] for item in (await office.get(f"inspections/{task_id}"))["items"]}


def told(**fields: str | int | bool) -> list[dict[str, object]]:
    return [
        {"name": name, "value": value, "source": "officer-on-site", "confidence": "confirmed"} for name, value in fields.items()
    ]


async def test_items_follow_the_equipment_that_the_register_tells_of(office: Office) -> None:
    """What is added asks for its items, what is retired no more, also if its status is told again; what is prepared stays."""

    async def changes(name: str, **data: object) -> None:
        await office.hear(office.event("registry", name, "e-1", enterprise_id="e-1", **data))

    assert "DST-K5" not in await codes(office, "task-1")
    sander = told(kind="comminution-equipment", name="砂光机", status="in-use")
    await changes("equipment-added", equipment_id="q-3", fields=sander)
    assert "DST-K5" in await codes(office, "task-2")
    await changes("equipment-retired", equipment_id="q-3", retired_on="2021-09-01", reason="报废")
    await changes("equipment-amended", equipment_id="q-3", fields=told(status="in-use"), withdrawn=[])
    assert "DST-K5" not in await codes(office, "task-3")
    await changes("duplicate-absorbed", duplicate="e-2", fields=[], reason="重复建档", records=[
        {"record": "equipment", "former_id": "q-1", "record_id": "q-4", "fields": sander},
        {"record": "place", "former_id": "p-1", "record_id": "p-2", "fields": told(kind="workshop")},
    ])  # fmt: skip
    assert "DST-K5" in await codes(office, "task-4")
    assert "DST-K5" not in {item["code"] for item in (await office.get("inspections/task-1"))["items"]}


async def test_items_follow_sectors_and_fields(office: Office) -> None:
    """A further sector's items apply while it is the site's; a field that the file says or withdraws decides."""

    async def changes(name: str, **data: object) -> None:
        await office.hear(office.event("registry", name, "e-1", enterprise_id="e-1", **data))

    def steel(found: set[str]) -> bool:
        return any(code.startswith("STL") for code in found)

    before = await codes(office, "task-1")
    assert not steel(before)
    assert "CSP-K1" not in before
    await changes("sector-added", sector="steel", form="f", form_version="1", reason="新建炼钢车间")
    await changes("profile-amended", fields=told(confined_space_count=2), withdrawn=["has_contractors"])
    after = await codes(office, "task-2")
    assert steel(after)
    assert "CSP-K1" in after
    await changes("sector-withdrawn", sector="steel", reason="炼钢车间拆除")
    assert not steel(await codes(office, "task-3"))
    row = await office.under_test.connection.fetchrow("SELECT sectors, fields FROM enterprises WHERE enterprise_id = 'e-1'")
    assert row is not None
    assert row["sectors"] == ["dust"]
    opening = {"address": "昌东大道1号", "industry_code": "C21", "legal_representative": "李厂长"}
    assert orjson.loads(row["fields"]) == {"confined_space_count": 2, "uses_gas": False, **opening}

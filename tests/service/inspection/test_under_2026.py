"""A visit under the rulebook of 2026 in force: what it demands is refused when it lacks, and done the visit goes its way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest_asyncio

from tests.service.inspection.office import CHECK_IN, OFFICERS, Office, vocabulary

BOOK = vocabulary("rulebook-2026-3")
DAY = "2026-03-05"
CODE = {"site_code": "casetrail:site:e-1"}
DRAFTER, REVIEWER, HEAD = "officer", "manager", "approver"
VISIT = "inspections/task-1"


@pytest_asyncio.fixture
async def demanding(office: Office) -> Office:
    """The office of 2026: the third rulebook, an item list of the day, valid certificates, a task that is not unannounced."""
    office.under_test.clock.at = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
    known = vocabulary("catalogue-2021")
    lasting = [{**item, "valid_to": None} for item in known["items"]]
    items = {**known, "version": "2026.1", "valid_from": "2026-01-01", "valid_to": None, "items": lasting}
    head = {name: BOOK[name] for name in ("rulebook", "version", "valid_from", "valid_to", "province")}
    await office.hear(office.event("registry", "catalogue-published", "catalogue:c", **items))
    await office.hear(office.event("registry", "rulebook-published", "rulebook:r", **head, content=BOOK))
    for number in (1, 2):
        renewed = {"officer_id": f"officer-{number}", "certificate_no": f"赣A00{number}", "certificate_valid_to": "2029-12-31"}
        await office.hear(office.event("registry", "certificate-renewed", f"officer:officer-{number}", **renewed))
    await office.hear(office.task("task-1", planned_on=DAY, due_on="2026-04-30"))
    return office


def meeting(name: str, *absent: str) -> dict[str, Any]:
    """A meeting with everybody but these, of whom it is said why not."""
    parts = BOOK["inspection"]["presence_required"]
    attendees = [{"part": part, **({"absent_reason": "出差"} if part in absent else {"name": "某人"})} for part in parts]
    return {"meeting_id": f"m-{name}", "meeting": name, "attendees": attendees, "told": ["rights"]}


async def reviewed(office: Office) -> None:
    """The plan is drafted and found right."""
    items = [item["code"] for item in (await office.get(VISIT))["items"]]
    await office.post(DRAFTER, f"{VISIT}/plan-drafts", {"mode": "notified", "items": items})
    await office.post(REVIEWER, f"{VISIT}/plan-reviews", {"agreed": True, "opinion": "同意"})


async def arrived(office: Office) -> None:
    """The plan approved, the enterprise told, the officers on site."""
    await reviewed(office)
    await office.post(HEAD, f"{VISIT}/plan-approvals", {"mode": "notified"})
    await office.post(DRAFTER, f"{VISIT}/notices", {"notice_id": "n-1", "inspections_so_far": 0, "handed_to": "安全科"})
    await office.post(DRAFTER, f"{VISIT}/check-ins", {**CHECK_IN, **CODE})


async def test_a_plan_is_approved_after_its_review_by_three_people(demanding: Office) -> None:
    path, approval = f"{VISIT}/plan-approvals", {"mode": "notified"}
    await demanding.refused("plan-not-reviewed", HEAD, path, approval)
    items = [item["code"] for item in (await demanding.get(VISIT))["items"]]
    await demanding.post(DRAFTER, f"{VISIT}/plan-drafts", {"mode": "notified", "items": items})
    await demanding.refused("plan-not-reviewed", HEAD, path, approval)
    await demanding.post(REVIEWER, f"{VISIT}/plan-reviews", {"agreed": False, "opinion": "缺重点场所"})
    await demanding.refused("plan-not-agreed", HEAD, path, approval)
    await reviewed(demanding)
    await demanding.post(HEAD, path, approval)


async def test_an_approval_covers_no_check_in_that_is_said_to_be_sooner(demanding: Office) -> None:
    await reviewed(demanding)
    demanding.under_test.clock.at += timedelta(hours=1)
    backdated = (demanding.under_test.clock.at - timedelta(minutes=30)).isoformat()
    await demanding.post(HEAD, f"{VISIT}/plan-approvals", {"mode": "notified"}, Occurred_At=backdated)
    await demanding.post(DRAFTER, f"{VISIT}/notices", {"notice_id": "n-1", "inspections_so_far": 0, "handed_to": "安全科"})
    arrival = {**CHECK_IN, **CODE}
    sooner = (demanding.under_test.clock.at - timedelta(minutes=20)).isoformat()
    problem = await demanding.refused("plan-approved-later", DRAFTER, f"{VISIT}/check-ins", arrival, Occurred_At=sooner)
    assert problem["basis"] == "《中华人民共和国安全生产法》（2021）第62条第2款"
    await demanding.post(DRAFTER, f"{VISIT}/check-ins", arrival)


async def test_nobody_arrives_untold_or_without_the_code_at_the_gate(demanding: Office) -> None:
    await reviewed(demanding)
    await demanding.post(HEAD, f"{VISIT}/plan-approvals", {"mode": "notified"})
    await demanding.refused("notice-missing", DRAFTER, f"{VISIT}/check-ins", {**CHECK_IN, **CODE})
    await demanding.post(DRAFTER, f"{VISIT}/notices", {"notice_id": "n-1", "inspections_so_far": 0, "handed_to": "安全科"})
    await demanding.refused("site-code-missing", DRAFTER, f"{VISIT}/check-ins", CHECK_IN)
    await demanding.post(DRAFTER, f"{VISIT}/check-ins", {**CHECK_IN, **CODE})


async def test_a_record_is_closed_after_both_meetings_with_everybody_accounted_for(demanding: Office) -> None:
    await arrived(demanding)
    await demanding.post(DRAFTER, f"{VISIT}/answers", {"answers": await demanding.answers("task-1", ["hazard-1"])})
    signed = {"signed_by": "厂长"}
    await demanding.refused("meeting-missing", DRAFTER, f"{VISIT}/conclusions", signed)
    await demanding.post(DRAFTER, f"{VISIT}/meetings", meeting("opening", "unit-head"))
    await demanding.refused("meeting-missing", DRAFTER, f"{VISIT}/conclusions", signed)
    lacking = {**meeting("closing"), "attendees": meeting("closing")["attendees"][:2]}
    await demanding.refused("presence-missing", DRAFTER, f"{VISIT}/meetings", lacking)
    await demanding.post(DRAFTER, f"{VISIT}/meetings", meeting("closing"))
    await demanding.post(DRAFTER, f"{VISIT}/conclusions", signed)


async def test_the_whole_road_is_gone_under_the_book_of_the_day(demanding: Office) -> None:
    await arrived(demanding)
    await demanding.post(DRAFTER, f"{VISIT}/meetings", meeting("opening"))
    await demanding.post(DRAFTER, f"{VISIT}/answers", {"answers": await demanding.answers("task-1", ["hazard-1"])})
    await demanding.post(DRAFTER, f"{VISIT}/meetings", meeting("closing"))
    await demanding.post(DRAFTER, f"{VISIT}/conclusions", {"signed_by": "厂长"})
    await demanding.post(DRAFTER, "orders", demanding.order_body("order-1", "hazard-1", due_on="2026-03-20"))
    await demanding.report("hazard-1")
    results = [{"hazard_id": "hazard-1", "passed": True}]
    await demanding.post(DRAFTER, "orders/order-1/re-inspections", {"officers": OFFICERS, "results": results})
    assert (await demanding.get("orders/order-1"))["state"] == "closed"
    stored = await demanding.under_test.events()
    assert {row["rulebook"] for row in stored if row["rulebook"]} == {"jiangxi-work-safety/2026.3"}
    told = [name.removesuffix(".v1") for name in await demanding.recorded() if "item-answered" not in name]
    assert told[:6] == [
        "inspection-prepared", "plan-drafted", "plan-reviewed", "inspection-plan-approved", "inspection-noticed", "checked-in",
    ]  # fmt: skip

"""Requests about measures, as a phone and a desk send them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.service.inspection.office import OFFICERS, Office, hazard

SIGNED = {"signed_by": "厂长"}
AGREED = {"agreed": True, "opinion": "同意"}
MEASURE = {"measure_id": "measure-1", "inspection_id": "task-1"}


def article(article_id: str) -> dict[str, Any]:
    """A thing in a list."""
    return {
        "article_id": article_id, "article": "除尘器", "specification": "MC-24", "amount": "1 台", "condition": "运行中",
        "kept_at": "打磨车间", "keeper": "厂长",
    }  # fmt: skip


THINGS = [article("thing-1"), article("thing-2")]
LISTED = {"grounds": "不符合国家标准", "articles": THINGS, "officers": OFFICERS}
HANDED_OVER = {"articles": THINGS, "officers": OFFICERS, "receipt": SIGNED}
SEIZURE = {**MEASURE, **LISTED, "mode": "seize"}
EMERGENCY = {**SEIZURE, "receipt": SIGNED}


def suspension(*hazard_ids: str, **changes: Any) -> dict[str, Any]:
    """A decision on site that one thing is not used because of these hazards."""
    target = {"target_id": "target-1", "measure": "suspend-use", "target": "除尘系统", "hazard_ids": list(hazard_ids)}
    return {**MEASURE, "targets": [target], "officers": OFFICERS, "receipt": SIGNED, **changes}


async def found(office: Office, *hazard_ids: str) -> None:
    """The officers are on site of task-1, and found these major hazards."""
    await office.on_site()
    findings = [hazard(hazard_id, "major") for hazard_id in hazard_ids]
    answer = {"item_code": "DST-K6", "answer": "violation", "hazards": findings}
    await office.post("officer", "inspections/task-1/answers", {"answers": [answer]})


async def kept(office: Office) -> Any:
    """Two things are kept by measure-1; answers what the execution was answered."""
    await office.post("officer", "keepings", {**MEASURE, **LISTED})
    await office.post("approver", "keepings/measure-1/approvals", AGREED)
    return await office.post("officer", "keepings/measure-1/executions", HANDED_OVER)


async def seized(office: Office) -> Any:
    """Two things are seized by measure-1; answers what the execution was answered."""
    await office.post("officer", "seizures", SEIZURE)
    await office.post("approver", "seizures/measure-1/approvals", AGREED)
    return await office.post("officer", "seizures/measure-1/executions", HANDED_OVER)


async def pass_hours(office: Office, hours: int) -> None:
    """Time passes, and everything that was due happens."""
    await office.under_test.settle()
    office.under_test.clock.at += timedelta(hours=hours)
    await office.under_test.settle()


async def measure(office: Office, measure_id: str = "measure-1", **asked: Any) -> Any:
    """A measure, told from its events."""
    return await office.get(f"measures/{measure_id}", **asked)


async def row(office: Office) -> Any:
    """The one measure that is listed."""
    await office.under_test.settle()
    [found_row] = (await office.get("measures"))["items"]
    return found_row

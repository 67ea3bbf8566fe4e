"""Thirty-two officers at once in one district: each goes through a whole visit, and nobody is in anybody's way."""

from __future__ import annotations

import asyncio
from collections import Counter

from tests.service.inspection.office import CHECK_IN, Office, hazard

MANY = 32


async def _visit(office: Office, number: int) -> str:
    """One whole visit up to the order and its document; answers the order's number."""
    task, path = f"task-{number:02}", f"inspections/task-{number:02}"
    items = [item["code"] for item in (await office.get(path))["items"]]
    await office.post("officer", f"{path}/check-ins", CHECK_IN)
    bad = {"item_code": "DST-K6", "answer": "violation", "hazards": [hazard(f"h-{number:02}")]}
    for code in items:
        answer = bad if code == "DST-K6" else {"item_code": code, "answer": "compliant"}
        await office.post("officer", f"{path}/answers", {"answers": [answer]})
    await office.post("officer", f"{path}/conclusions", {"signed_by": "厂长"})
    order = office.order_body(f"order-{number:02}", f"h-{number:02}", task_id=task)
    made = await office.post("officer", "orders", order)
    record = {"document_id": f"record-{number:02}", "form": "03", "inspection_id": task}
    await office.post("officer", "documents", record)
    return str(made["document_no"])


async def test_thirty_two_officers_on_thirty_two_inspections_of_one_district(office: Office) -> None:
    for number in range(MANY):
        await office.hear(office.task(f"task-{number:02}"))
        await office.post("approver", f"inspections/task-{number:02}/plan-approvals", {"mode": "unannounced"})
    numbers = await asyncio.gather(*(_visit(office, number) for number in range(MANY)))
    assert Counter(numbers) == Counter(f"（东湖）应急责改〔2021〕{number}号" for number in range(1, MANY + 1))


async def test_two_officers_of_one_inspection_answer_at_once_and_no_answer_is_lost(office: Office) -> None:
    """Answers to different items merge; of two answers to one item one is refused, and told what stands."""
    await office.on_site()
    items = [item["code"] for item in (await office.get("inspections/task-1"))["items"]]
    bodies = [{"answers": [{"item_code": code, "answer": "compliant", "answer_id": f"a-{n}"}]} for n, code in enumerate(items)]
    await asyncio.gather(*(office.post("officer", "inspections/task-1/answers", one) for one in bodies))
    told = await office.get("inspections/task-1")
    assert [item["answer"] for item in told["items"]] == ["compliant"] * len(items)
    changes = [
        {
            "answers": [
                {"item_code": items[0], "answer": "not-checked", "note": f"{n}", "answer_id": f"b-{n}", "replaces": ["a-0"]}
            ]
        }
        for n in range(8)
    ]
    client = office.client("officer")
    answers = await asyncio.gather(*(client.post("/v1/inspections/task-1/answers", json=one) for one in changes))
    codes = Counter(answer.json().get("code") for answer in answers)
    assert codes == Counter({"already-answered": 7, None: 1})
    [item] = [item for item in (await office.get("inspections/task-1"))["items"] if item["code"] == items[0]]
    assert len(item["answers"]) == 1

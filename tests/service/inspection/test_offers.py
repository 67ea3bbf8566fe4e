"""What an inspection, a hazard, an order and a measure offer to whom, and why not; what is tried leaves nothing behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from tests.service.inspection.measures import AGREED, HANDED_OVER, LISTED, MEASURE, SEIZURE, found, suspension
from tests.service.inspection.office import CHECK_IN, Office


async def steps(office: Office, path: str, role: str = "officer", **asked: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The permitted steps and the forbidden ones, by name."""
    client = office.client(role, enterprise_id=asked.get("enterprise_id"))
    told = (await client.get(f"/v1/{path}")).json()
    return tuple({one["name"]: one for one in told[which]} for which in ("next_steps", "forbidden_steps"))  # type: ignore[return-value]


async def test_an_inspection_from_its_plan_to_the_order(office: Office) -> None:
    await office.hear(office.task("task-1"))
    permitted, forbidden = await steps(office, "inspections/task-1", "approver")
    assert permitted["approve-plan"]["role"] == "approver"
    assert (forbidden["check-in"]["code"], forbidden["conclude"]["code"]) == ("plan-not-approved", "not-checked-in")
    assert forbidden["check-in"]["article"].startswith("《中华人民共和国安全生产法》")
    assert forbidden["suspend"]["code"] == "not-checked-in" if "suspend" in forbidden else True
    await office.post("approver", "inspections/task-1/plan-approvals", {"mode": "unannounced"})
    assert "check-in" in (await steps(office, "inspections/task-1"))[0]
    await office.post("officer", "inspections/task-1/check-ins", CHECK_IN)
    permitted, forbidden = await steps(office, "inspections/task-1")
    assert {"answer-items", "advise", "hold-meeting", "state-something", "request-keeping", "request-seizure"} <= permitted.keys()
    assert forbidden["conclude"]["code"] == "items-unanswered"
    await office.post("officer", "inspections/task-1/answers", {"answers": await office.answers("task-1", ["h-one"])})
    assert (await steps(office, "inspections/task-1"))[1]["issue-order"]["code"] == "not-concluded"
    await office.post("officer", "inspections/task-1/conclusions", {"signed_by": "厂长"})
    permitted, _ = await steps(office, "inspections/task-1")
    assert permitted["issue-order"]["known"] == {"inspection_id": "task-1", "hazards": [{"hazard_id": "h-one"}]}
    assert permitted["refer"]["makes"] == "referral_id"
    before = await office.recorded()
    await office.post("officer", "orders", office.order_body("order-1", "h-one"))
    assert (await steps(office, "inspections/task-1"))[1]["issue-order"]["code"] == "already-ordered"
    assert (await office.recorded())[len(before) :] == ["number-taken.v1", "order-issued.v1", "hazard-ordered.v1"]


async def test_an_order_and_its_hazards_by_role_and_day(office: Office) -> None:
    await office.ordered("h-one", "h-two")
    mine, none = await steps(office, "orders/order-1", "enterprise", enterprise_id="e-1")
    assert mine.keys() | none.keys() == {"report-rectification", "ask-extension"}  # nothing of what the organ weighs
    assert mine["report-rectification"]["known"] == {"hazard_ids": ["h-one", "h-two"]}
    _, forbidden = await steps(office, "orders/order-1")
    assert forbidden["re-inspect"]["code"] == "re-inspection-too-early"
    assert forbidden["answer-extension"]["code"] == "extension-not-asked"
    await office.report("h-one")
    permitted, _ = await steps(office, "orders/order-1")
    assert permitted["re-inspect"]["known"] == {"results": [{"hazard_id": "h-one"}]}
    permitted, forbidden = await steps(office, "hazards/h-two", "approver")
    assert "close" in permitted
    assert (forbidden["correct"]["code"], forbidden["supervise"]["code"]) == ("already-ordered", "not-major")
    await office.re_inspect(h_one=True)
    assert (await steps(office, "hazards/h-one", "approver"))[1]["close"]["code"] == "hazard-ended"


async def test_a_measure_by_its_kind(office: Office) -> None:
    await found(office, "h-one")
    await office.post("officer", "suspensions", suspension("h-one"))
    permitted, forbidden = await steps(office, "measures/measure-1")
    assert {"ask-resumption", "request-supply-cut"} <= permitted.keys()
    assert forbidden["review-resumption"]["code"] == "resumption-not-asked"
    await office.post("officer", "seizures", {**SEIZURE, "measure_id": "measure-2"})
    permitted, forbidden = await steps(office, "measures/measure-2", "approver")
    assert permitted["approve-measure"]["path"] == "/v1/seizures/{measure_id}/approvals"
    assert (forbidden["carry-out"]["code"], forbidden["lift-seizure"]["code"]) == ("seizure-not-approved", "not-carried-out")
    await office.post("approver", "seizures/measure-2/approvals", AGREED)
    assert "carry-out" in (await steps(office, "measures/measure-2"))[0]
    await office.post("officer", "seizures/measure-2/executions", HANDED_OVER)
    permitted, _ = await steps(office, "measures/measure-2", "approver")
    assert {"decide-measure", "extend-seizure", "lift-seizure", "begin-appraisal"} <= permitted.keys()
    await office.post("officer", "keepings", {**MEASURE, **LISTED, "measure_id": "measure-3"})
    permitted, forbidden = await steps(office, "measures/measure-3", "approver")
    assert "approve-measure" in permitted
    assert forbidden["carry-out"]["code"] == "keeping-not-approved"


async def visited(office: Office, *hazard_ids: str) -> None:
    """A visit that found these hazards and was concluded."""
    await office.hear(office.task("task-1"))
    await office.post("approver", "inspections/task-1/plan-approvals", {"mode": "unannounced"})
    await office.post("officer", "inspections/task-1/check-ins", CHECK_IN)
    await office.post("officer", "inspections/task-1/answers", {"answers": await office.answers("task-1", list(hazard_ids))})
    await office.post("officer", "inspections/task-1/conclusions", {"signed_by": "厂长"})


async def test_what_is_offered_costs_one_connection_and_few_questions(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many steps are tried and hazards were found: each row is read once, and of nothing that is yet to be made."""
    await visited(office, "h-one", "h-two", "h-three", "h-four")
    asked: list[str] = []

    def counted(name: str) -> Callable[..., Any]:
        real = getattr(asyncpg.Connection, name)

        async def through(connection: asyncpg.Connection, query: str, *args: Any, **more: Any) -> Any:
            asked.append(" ".join(query.split())[:60])
            return await real(connection, query, *args, **more)

        return through

    for name in ("fetch", "fetchrow", "fetchval", "execute"):
        monkeypatch.setattr(asyncpg.Connection, name, counted(name))
    permitted, forbidden = await steps(office, "inspections/task-1")
    assert len(permitted) + len(forbidden) > 12
    assert len(asked) <= 13, asked


async def test_many_who_ask_at_once_are_all_answered_though_no_key_is_held(office: Office) -> None:
    """Whoever tries steps holds a connection: that it waited for a second one, for keys, would be the end of all of them."""
    await visited(office, "h-one")
    client = office.client("officer")
    vault = office.under_test.app.state.vault

    async def ask() -> int:
        vault.forget()
        return (await client.get("/v1/inspections/task-1")).status_code

    async with asyncio.timeout(60):
        assert set(await asyncio.gather(*(ask() for _ in range(16)))) == {200}

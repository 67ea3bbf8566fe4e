"""The clocks of an order: the enterprise's, then the organ's; each stops when the matter is settled."""

from __future__ import annotations

from typing import Any

from tests.service.inspection.office import Office

MISSED = ("rectification-overdue.v1", "re-inspection-overdue.v1")


async def missed(office: Office) -> list[str]:
    return [name for name in await office.recorded() if name in MISSED]


async def armed(office: Office) -> dict[str, str]:
    await office.under_test.settle()
    sql = """SELECT kind, (due_at AT TIME ZONE 'Asia/Shanghai')::text AS due FROM deadlines d
             WHERE state = 'armed' AND NOT EXISTS (SELECT FROM fired_deadlines f WHERE f.id = d.id AND f.due_at = d.due_at)"""
    return {row["kind"]: row["due"] for row in await office.under_test.connection.fetch(sql)}


async def listed(office: Office) -> Any:
    await office.under_test.settle()
    [row] = (await office.get("orders"))["items"]
    return row


async def test_day_due_is_the_enterprises_to_the_end(office: Office) -> None:
    """Due on the twentieth: overdue with the first instant of the twenty-first in China, not before."""
    await office.ordered("hazard-1")
    assert await armed(office) == {"rectification-due": "2021-09-21 00:00:00"}
    await office.pass_days(14)
    assert await missed(office) == []
    await office.pass_days(1)
    assert await missed(office) == ["rectification-overdue.v1"]
    assert (await listed(office))["overdue"] is True
    [row] = await office.under_test.events("casetrail.inspection.rectification-overdue")
    assert row["occurred_at"].isoformat() == "2021-09-20T16:00:00+00:00"
    assert row["correlation_id"] == office.correlation


async def test_organ_has_ten_days_after_expiry(office: Office) -> None:
    """Rule R01-reinspection: ten calendar days after the twentieth."""
    await office.ordered("hazard-1")
    await office.pass_days(15)
    assert await armed(office) == {"re-inspection-due": "2021-10-01 00:00:00"}
    await office.pass_days(10)
    assert await missed(office) == list(MISSED)
    assert (await listed(office))["re_inspection_overdue"] is True


async def test_organ_has_ten_days_after_the_report(office: Office) -> None:
    await office.ordered("hazard-1")
    await office.pass_days(2)
    await office.report("hazard-1")
    assert await armed(office) == {"re-inspection-due": "2021-09-19 00:00:00"}
    await office.pass_days(30)
    assert await missed(office) == ["re-inspection-overdue.v1"]


async def test_passed_re_inspection_stops_both_clocks(office: Office) -> None:
    await office.ordered("hazard-1", "hazard-2")
    await office.report("hazard-1")
    assert await armed(office) == {"rectification-due": "2021-09-21 00:00:00", "re-inspection-due": "2021-09-17 00:00:00"}
    await office.re_inspect(hazard_1=True)
    assert await armed(office) == {"rectification-due": "2021-09-21 00:00:00"}
    await office.report("hazard-2")
    await office.re_inspect(hazard_2=True)
    assert await armed(office) == {}
    await office.pass_days(60)
    assert await missed(office) == []
    assert (await listed(office))["state"] == "closed"


async def test_failure_sets_the_enterprises_clock_going_again(office: Office) -> None:
    await office.ordered("hazard-1")
    await office.report("hazard-1")
    assert "rectification-due" not in await armed(office)
    await office.re_inspect(hazard_1=False)
    assert await armed(office) == {"rectification-due": "2021-09-21 00:00:00"}
    await office.pass_days(60)
    assert await missed(office) == ["rectification-overdue.v1"]  # nothing was reported that could be looked at


async def test_report_that_is_not_projected_yet_still_counts(office: Office) -> None:
    """The deadline fires before the report is projected; the command sees the report, and nothing is overdue."""
    await office.ordered("hazard-1")
    await office.under_test.settle()
    await office.report("hazard-1")
    connection = office.under_test.connection
    await connection.execute("UPDATE deadlines SET due_at = $1", office.under_test.clock.now())
    await office.under_test.settle()
    assert await missed(office) == []

"""Clocks are kept in three places, each for its readers: what fires, the calendar, the list of cases. They tell the same."""

from __future__ import annotations

from typing import Any

import orjson

from chassis.testing import ServiceUnderTest
from services.penalty.projections.closure_clocks import CLOSURE
from services.penalty.projections.running_clocks import LAPSED, NOBODYS

Clocks = dict[str, dict[str, list[str]]]
RUNNING = "SELECT * FROM calendar WHERE running"
ARMED = """
SELECT d.id, d.kind, d.key, d.state, f.fired_at IS NOT NULL AS fired
FROM deadlines d LEFT JOIN fired_deadlines f USING (id, due_at)
"""


async def disagreements(service: ServiceUnderTest) -> list[str]:
    """Where two of them differ; what ran out is told on only where something is still to be done."""
    await service.settle()
    calendar, closed, differing = await _lists(service)
    shown = {clock_id: clock[0] for clocks in calendar.values() for clock_id, clock in clocks.items()}
    known = {row["id"]: row for row in await service.connection.fetch(ARMED)}
    for clock_id, row in known.items():
        runs = row["state"] == "armed" and not row["fired"] and row["kind"] not in NOBODYS
        if runs and clock_id not in shown and row["key"].partition("~")[0] not in closed:
            differing.append(f"{clock_id} is armed and not shown")
    for clock_id, kind in shown.items():
        if kind == CLOSURE:  # nothing fires: it waits without a period
            continue
        if known[clock_id]["state"] != "armed":
            differing.append(f"{clock_id} is shown and disarmed")
        if known[clock_id]["fired"] and kind in LAPSED.values():
            differing.append(f"{clock_id} is over and shown")
    return differing


async def _lists(service: ServiceUnderTest) -> tuple[Clocks, set[str], list[str]]:
    """The calendar by case, which cases are closed, and where the calendar differs from what else lists tell."""
    calendar: Clocks = {}
    for row in await service.connection.fetch(RUNNING):
        told = [row["kind"], row["due_on"].isoformat(), row["party_id"], row["period"]]
        calendar.setdefault(row["case_id"], {})[row["clock_id"]] = told
    differing, closed = [], set()
    for table, key in (("calendar_cases", "case_id"), ("case_list", "case_id")):
        rows: list[Any] = await service.connection.fetch(f"SELECT * FROM {table}")  # noqa: S608 - constants
        for row in rows:
            clocks = {clock_id: clock[:4] for clock_id, clock in orjson.loads(row["clocks"]).items()}
            if clocks != calendar.get(row[key], {}):
                differing.append(f"{table} {row[key]}: {clocks} is not {calendar.get(row[key])}")
            if row.get("state") in ("closed", "archived"):
                closed.add(row[key])
    closed |= {row["spot_id"] for row in await service.connection.fetch("SELECT spot_id FROM spot_list WHERE state = 'closed'")}
    return calendar, closed, differing

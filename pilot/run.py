"""One run of the pilot against a gateway: the scenario of a seed, its workbooks, the year, the figures at the end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from pilot.client import Client
from pilot.lived import Line, ask_what_was_lived
from pilot.people import Person
from pilot.programme import programme_of
from pilot.published import Published, Scale, published
from pilot.scenario import Scenario, scenario_of, size_of
from pilot.setting_up import organs
from pilot.table import Figures, differences, fetch_figures
from pilot.workbooks import SiteRow, make_sites, write_workbooks
from pilot.world import staff_of
from pilot.year import live_through


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What to run: where the platform is, which year, and who watches."""

    gateway: str
    secret: str  # the development issuer's
    seed: int
    scale: Scale
    workbooks: Path  # folder that the register's workbooks are written to
    event_log: Path | None = None  # folder that the year's event log is written to
    day: Callable[[date], None] = lambda _: None
    sent: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a run ended."""

    figures: Figures
    published: Mapping[str, Published]
    lived: Sequence[Line]
    seconds: float
    steps: int
    requests: int

    @property
    def differences(self) -> list[str]:
        """The figures that are not as published, and the counts that are not as the scenario has them."""
        return differences(self.figures, self.published) + [said for line in self.lived for said in line.differences]


def scenario_for(seed: int, scale: Scale) -> Scenario:
    """The year of this seed."""
    city, districts = organs()
    return scenario_of(seed, size_of(scale, published(scale)), city, districts)


def register_of(scenario: Scenario) -> list[SiteRow]:
    """The sites of the register."""
    names = {organ.district: organ.district_name for organ in scenario.districts}
    return make_sites(scenario.random("register"), scenario.register, names)


def write_register(scenario: Scenario, folder: Path) -> list[Path]:
    """Write the register's workbooks, one per sector, as enterprises would have filled them in."""
    return write_workbooks(folder, register_of(scenario))


async def carry_out(run: Run) -> Outcome:
    """Live through the year and ask for its figures; Stopped if the platform refuses anything."""
    began = time.monotonic()
    scenario = scenario_for(run.seed, run.scale)
    programme = programme_of(scenario)
    workbooks = write_register(scenario, run.workbooks)
    async with Client(run.gateway, run.secret, run.seed, run.sent) as client:
        passed = await live_through(scenario, programme, client, workbooks, run.day)
        auditor = staff_of(scenario.city).auditor
        figures = await fetch_figures(client, auditor)
        lived = await ask_what_was_lived(client, auditor, scenario, programme)
        if run.event_log is not None:
            await keep_event_log(client, auditor, run.event_log)
    return Outcome(
        figures=figures, published=published(run.scale), lived=lived, seconds=time.monotonic() - began, steps=passed.steps,
        requests=passed.requests,
    )  # fmt: skip


async def keep_event_log(client: Client, auditor: Person, folder: Path) -> None:
    """Write what tools for process mining read: `year.jsonocel`, and `closed_cases.json`, the cases that are told as closed."""
    exported = await client.get(auditor, "/api/reporting/v1/exports/ocel")
    closed = await client.items(auditor, "/api/reporting/v1/conformance/cases")
    written = {"year.jsonocel": exported.body, "closed_cases.json": [case["case_id"] for case in closed]}
    await asyncio.to_thread(_write, folder, written)


def _write(folder: Path, written: Mapping[str, Any]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in written.items():
        (folder / name).write_bytes(orjson.dumps(content))

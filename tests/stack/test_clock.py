"""The simulated clock waits for everybody, stops at every deadline, and never goes back."""

from __future__ import annotations

import asyncio
import copy
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from deploy.answers import Problem
from deploy.embedded.clock import ClockFile, ClockKeeper, laggards

CHINA = timezone(timedelta(hours=8))
START = datetime(2021, 1, 4, 9, tzinfo=CHINA)


def at(day: int, hour: int = 0) -> datetime:
    """An hour of a day of January 2021 in Nanchang."""
    return datetime(2021, 1, day, hour, tzinfo=CHINA)


def status(service: str, **changes: Any) -> dict[str, Any]:
    """A service that has caught up with three events of its own."""
    return {
        "service": service, "ledger": {"head": 3, "pending": 0, "shards": {"5": 2, "17": 1}}, "relay": {"position": 3},
        "projections": {"list": 3}, "consumers": {}, "deadlines": {"due": 0, "next": None}, **changes,
    }  # fmt: skip


def reporting(**positions: int) -> dict[str, Any]:
    """Reporting, which has no relay, and has read this far of tasks' shards."""
    consumed = {"copy": {"tasks": positions}}
    return status("reporting", ledger={"head": 0, "pending": 0, "shards": {}}, relay=None, projections={}, consumers=consumed)


class City:
    """Services that answer each round from a script, or from what the clock shows."""

    def __init__(self, folder: Path) -> None:
        self.file = ClockFile(folder / "clock.json")
        self.file.write(START)
        self.statuses: dict[str, Any] = {"tasks": status("tasks"), "reporting": reporting(**{"5": 2, "17": 1})}
        self.script: list[dict[str, Any]] = []
        self.deadlines: list[datetime] = []
        self.fired: list[datetime] = []
        self.rounds = 0
        self.keeper = ClockKeeper(self.file, self.ask, patience=0.2)

    async def ask(self) -> dict[str, Any]:
        """One round: the next scripted one, else all caught up; due deadlines are fired one round later."""
        self.rounds += 1
        await asyncio.sleep(0)
        if self.script:
            return self.script.pop(0)
        now, found = self.file.read(), copy.deepcopy(self.statuses)
        due = [when for when in self.deadlines if when <= now]
        self.deadlines = [when for when in self.deadlines if when > now]
        self.fired += due
        upcoming = min(self.deadlines, default=None)
        found["tasks"]["deadlines"] = {"due": len(due), "next": upcoming and upcoming.isoformat()}
        return found

    def changed(self, service: str, **changes: Any) -> dict[str, Any]:
        """A round in which one service differs from all caught up."""
        return {**self.statuses, service: {**self.statuses[service], **changes}}


@pytest.fixture
def city(tmp_path: Path) -> City:
    """Two services at the start of the year."""
    return City(tmp_path)


async def test_clock_moves_when_everybody_has_caught_up(city: City) -> None:
    assert await city.keeper.advance(at(5)) == 1
    assert city.file.read() == at(5)
    assert city.rounds == 2


async def test_clock_stops_at_every_deadline_on_the_way(city: City) -> None:
    city.deadlines = [at(9), at(6), at(20)]
    assert await city.keeper.advance(at(10, 9)) == 3
    assert city.fired == [at(6), at(9)]
    assert city.file.read() == at(10, 9)


async def test_settling_waits_for_what_is_due_at_the_end(city: City) -> None:
    city.deadlines = [at(6)]
    await city.keeper.advance(at(6))
    assert city.fired == []
    await city.keeper.advance(at(6), settle=True)
    assert city.fired == [at(6)]


async def test_one_caught_up_round_is_not_enough(city: City) -> None:
    # Between the two looks an event came and went: everybody is caught up in both, but not at the same moment.
    later = {"tasks": status("tasks", ledger={"head": 4, "pending": 0, "shards": {"5": 3, "17": 1}},
                             relay={"position": 4}, projections={"list": 4}),
             "reporting": reporting(**{"5": 3, "17": 1})}  # fmt: skip
    city.script = [city.statuses, later, later]
    await city.keeper.advance(at(5))
    assert city.rounds == 3


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"ledger": {"head": 3, "pending": 2, "shards": {}}}, "tasks: 2 events wait for the sequencer"),
        ({"relay": {"position": 2}}, "tasks: relay at 2 of 3"),
        ({"projections": {"list": 1}}, "tasks: list at 1 of 3"),
        ({"deadlines": {"due": 1, "next": None}}, "tasks: 1 deadlines due"),
        ({"deadlines": {"due": 0, "next": START.isoformat()}}, "tasks: a deadline due at 2021-01-04T09:00:00+08:00"),
        ({"ledger": {"head": 3, "pending": 0, "shards": {"5": 2, "17": 1, "40": 7}}}, "reporting: copy at 0 of 7 in tasks/40"),
        ({"ledger": {"head": 3, "pending": 0, "shards": {"5": 9}}}, "reporting: copy at 2 of 9 in tasks/5"),
    ],
)
async def test_whoever_lags_holds_the_clock_and_is_named(city: City, changes: dict[str, Any], named: str) -> None:
    city.script = [city.changed("tasks", **changes)] * 3
    await city.keeper.advance(at(5))
    assert city.rounds == 5
    city.script = [city.changed("tasks", **changes)] * 1000
    with pytest.raises(Problem) as refused:
        await city.keeper.advance(at(6))
    assert refused.value.status == 503
    assert named in refused.value.more["lagging"]
    assert city.file.read() == at(5)


async def test_process_that_is_down_holds_the_clock(city: City) -> None:
    city.script = [{**city.statuses, "reporting": "does not answer: ClientConnectorError"}] * 4
    await city.keeper.advance(at(5))
    assert city.rounds == 6


def test_missing_relay_and_deadlines_never_lag() -> None:
    assert laggards({"reporting": {**reporting(), "deadlines": None, "consumers": None}}, START) == []


async def test_time_in_the_past_is_refused(city: City) -> None:
    await city.keeper.advance(at(8))
    with pytest.raises(Problem) as refused:
        await city.keeper.advance(at(7))
    assert (refused.value.status, refused.value.code) == (422, "clock-backwards")
    assert city.file.read() == at(8)


async def test_requests_at_the_same_time_take_turns(city: City) -> None:
    seen: list[datetime] = []
    write = city.file.write

    def note(now: datetime) -> None:
        seen.append(now)
        write(now)

    city.file.write = note  # type: ignore[method-assign]
    city.deadlines = [at(6), at(8), at(9)]
    await asyncio.gather(city.keeper.advance(at(7)), city.keeper.advance(at(10)))
    assert seen == [at(6), at(7), at(8), at(9), at(10)]


def test_clock_file_is_replaced_and_needs_a_zone(tmp_path: Path) -> None:
    file = ClockFile(tmp_path / "clock.json")
    file.write(START)
    assert file.path.read_text() == '{"now": "2021-01-04T09:00:00+08:00", "simulated": true}'
    with pytest.raises(ValueError, match="without a zone"):
        file.write(START.replace(tzinfo=None))
    assert [path.name for path in tmp_path.iterdir()] == ["clock.json"]

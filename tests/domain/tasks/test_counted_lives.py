"""What counts towards the yearly cap over whole lives of tasks: exactly the inspections that are permitted in that year."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from uuid import uuid4

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.aggregates import Loaded, nothing
from chassis.domain import Actor, Refused, Stream
from chassis.runner import Context, Work
from services.tasks import domain
from services.tasks.commands import permits, tasklife
from services.tasks.domain import TASK
from services.tasks.domain.caps import COUNT, CapRule, count_key
from services.tasks.domain.tasklife import ReassignTask, reassign_task
from services.tasks.queries import inspecting
from tests.domain.tasks.situations import ASSIGN, OFFICERS, RULES, TASK_FACTS

S = TypeVar("S")
AT = datetime(2026, 1, 5, 1, tzinfo=UTC)
CAPPED = (2026, 2028)  # the book of 2027 knows no cap
YEARS = (2026, 2027, 2028)
CAP = CapRule(code="c", maximum=2)
BOOKS = [
    {
        "rulebook": "r", "version": str(year), "valid_from": date(year, 1, 1), "valid_to": date(year, 12, 31),
        "prior_approval": False, "published_items": False, "regularise_within_hours": None,
        "caps": orjson.dumps([asdict(CAP)] if year in CAPPED else []),
    }
    for year in YEARS
]  # fmt: skip
TEAM = [
    domain.Officer(
        officer_id=one.officer_id, name=one.name, organ_id=one.organ_id, certificate_no=one.certificate_no,
        certificate_valid_to=date(2035, 1, 1),
    )
    for one in OFFICERS
]  # fmt: skip
TASKS = ("t-1", "t-2", "t-3")  # all at one enterprise


class Kept:
    """A store in memory: aggregates as the last command left them, and the books."""

    def __init__(self) -> None:
        self.streams: dict[str, Loaded[Any]] = {}

    async def aggregate(self, stream: Stream[S], key: str) -> Loaded[S]:
        """An aggregate, or nothing yet."""
        return self.streams.get(stream.id(key)) or nothing(stream, key)

    async def rows(self, sql: str, *_: Any) -> list[Any]:
        """The books; nobody has a grade."""
        return BOOKS if sql == inspecting.RULES else []

    async def run(self, handler: Callable[..., Awaitable[Any]], *asked: Any) -> bool:
        """A command, kept whole or not at all; answers whether it was accepted."""
        context = Context(
            command_id=uuid4(), actor=Actor(id="o-a", name="p", role="officer"), organ="donghu-emb", districts=frozenset({"*"}),
            occurred_at=AT, causation_id=uuid4(),
        )  # fmt: skip
        work = Work(context, self, AT)
        try:
            await handler(work, *asked)
        except Refused:
            return False
        for task_id in TASKS:
            self._keep(await work.load(TASK, task_id))
        for year in YEARS:
            self._keep(await work.load(COUNT, count_key("e-1", year)))
        return True

    def _keep(self, loaded: Loaded[Any]) -> None:
        if loaded.exists:
            self.streams[loaded.stream_id] = loaded

    def task(self, task_id: str) -> domain.TaskState:
        """A task now."""
        return self.streams[TASK.id(task_id)].state  # type: ignore[no-any-return]

    def counted(self, year: int) -> set[str]:
        """The tasks that count in a year."""
        found = self.streams.get(COUNT.id(count_key("e-1", year)))
        return set() if found is None else set(found.state.tasks)


async def generate(work: Work, task_id: str) -> None:
    task = await work.load(TASK, task_id)
    events = domain.generate_task(task.state, replace(TASK_FACTS, task_id=task_id, campaign_id=None))
    work.append(task, events, subject="e-1", district="donghu")


async def assign(work: Work, task_id: str, year: int) -> None:
    task = await work.existing(TASK, task_id)
    day = date(year, 6, 1)
    events = domain.assign_task(task.state, replace(ASSIGN, planned_on=day))
    await permits.permit(work, task, day)
    work.append(task, events)


async def reassign(work: Work, task_id: str, year: int) -> None:
    task = await work.existing(TASK, task_id)
    day = date(year, 7, 1)
    change = ReassignTask(planned_on=day, officer_ids=("o-a", "o-b"), expert_ids=(), reason="r")
    events = reassign_task(task.state, change, TEAM, [], [], RULES, AT)
    await permits.permit(work, task, day)
    work.append(task, events)


async def give_back(work: Work, task_id: str, _: int) -> None:
    await tasklife.return_task(work, task_id, "r")


async def give_back_as_before(work: Work, task_id: str, _: int = 0) -> None:
    """As tasks were given back once: the inspection stayed counted."""
    task = await work.existing(TASK, task_id)
    work.append(task, domain.tasklife.return_task(task.state, work.actor.id, "r"))


async def cancel(work: Work, task_id: str, _: int = 0) -> None:
    await tasklife.cancel_task(work, task_id, "r")


async def start(work: Work, task_id: str, _: int) -> None:
    task = await work.existing(TASK, task_id)
    work.append(task, domain.start_task(task.state, task_id))


async def opened() -> Kept:
    kept = Kept()
    for one in TASKS:
        assert await kept.run(generate, one)
    return kept


def permitted(kept: Kept, year: int) -> set[str]:
    """Tasks whose visit is planned in a year, is going on or is over."""
    held = {one: kept.task(one) for one in TASKS if kept.task(one).state in ("assigned", "accepted", "started", "completed")}
    return {one for one, task in held.items() if task.assigned is not None and task.assigned.planned_on.year == year}


MOVES = st.tuples(st.sampled_from([assign, reassign, give_back, cancel, start]), st.sampled_from(TASKS), st.sampled_from(YEARS))


@given(st.lists(MOVES, min_size=12, max_size=40))
@settings(max_examples=80, deadline=None)
def test_f39_whatever_becomes_of_tasks_exactly_the_permitted_inspections_of_a_year_count(moves: list[Any]) -> None:
    async def lives() -> None:
        kept = await opened()
        for move, task_id, year in moves:
            await kept.run(move, task_id, year)
            for one in YEARS:
                assert kept.counted(one) == (permitted(kept, one) if one in CAPPED else set())
                assert len(kept.counted(one)) <= CAP.maximum

    asyncio.run(lives())


@pytest.mark.parametrize(("move", "year"), [(cancel, 0), (reassign, 2027), (reassign, 2028)])
def test_a_task_that_was_given_back_and_stayed_counted_is_put_right_by_what_follows(move: Any, year: int) -> None:
    async def life() -> None:
        kept = await opened()
        assert await kept.run(assign, "t-1", 2026)
        assert await kept.run(give_back_as_before, "t-1")
        assert kept.counted(2026) == {"t-1"}
        assert await kept.run(move, "t-1", year)
        assert kept.counted(2026) == set()
        assert kept.counted(2028) == ({"t-1"} if year == 2028 else set())

    asyncio.run(life())

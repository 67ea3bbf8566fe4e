"""Dashboards of a province: the facts behind them rebuilt and kept up to date, every panel asked for, and the rows behind it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from bench.kept import dataset, go_live
from bench.measure import Path, Round, Sample, Target, Variant, percentile
from bench.stage import Stage
from bench.years import DAYS, DISTRICTS, plant, store
from chassis.building import rebuild
from chassis.process.manifests import load_service
from chassis.projector import Projection, project_once
from chassis.testing import ServiceUnderTest, service_under_test
from chassis.versions import BUILDING, remove

WHOLE, LARGEST_QUICK = 5_000_000, 300_000  # events
FOLLOWED = 10_000  # events of a slice of the live projection
TIMES = 3  # times each question of a slice
CITY, DISTRICT = [f"d-{number}" for number in range(11)], ["d-3"]
REBUILD, LIVE_ON, LISTED = "rebuild", "live projection", "rows behind a measure, 50 a page"
SEEN = {"a district": DISTRICT, "a city of 11 districts": CITY, "the province": ["*"]}
PERIODS = {
    "years": ({"period": "2021"}, {"period": "2022"}, {}),
    "quarters": ({"period": "2021-Q2"}, {"period": "2022-Q4"}),
    "months": ({"period": "2021-07"}, {"period": "2022-10"}),
    "odd days": (
        {"from": "2021-03-05", "until": "2021-09-20"}, {"from": "2022-02-11", "until": "2022-03-27"},
        {"from": "2020-06-17", "until": "2022-11-13"}, {"from": "2021-03-16", "until": "2021-09-15"},
    ),
}  # fmt: skip
BROKEN_DOWN = "odd days, by each dimension"


@dataclass(frozen=True, slots=True)
class Asking:
    """Questions to reporting, over its API, one after another."""

    under_test: ServiceUnderTest
    seen: Sequence[str]
    questions: Sequence[tuple[str, Mapping[str, Any]]]
    times: int

    async def __call__(self) -> Sample:
        """How long each took, from token to JSON."""
        latencies: list[float] = []
        async with self.under_test.client("manager", districts=self.seen) as client:
            for path, params in list(self.questions) * self.times:
                began = time.perf_counter()
                answer = await client.get(path, params=dict(params) or None)
                latencies.append(time.perf_counter() - began)
                answer.raise_for_status()
        return Sample(len(latencies) / sum(latencies), latencies)


def _panels(panels: Iterable[Mapping[str, Any]], periods: Sequence[Mapping[str, str]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for panel in panels:
        for period in periods:
            yield panel["href"], period


def _broken_down(panels: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each panel by each of its dimensions, of a year and of odd days: a few at either end, and as many as there can be."""
    for panel in panels:
        for dim in sorted({one["name"] for figure in panel["figures"] for one in figure["by"]}):
            for period in ({"period": "2022"}, PERIODS["odd days"][0], PERIODS["odd days"][-1]):
                yield panel["href"], {**period, "by": dim}


def _lists(panels: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The rows behind each measure, of a month."""
    for panel in panels:
        for figure in panel["figures"]:
            for row in figure["rows"]:
                yield row["href"], {}


async def _questions(under_test: ServiceUnderTest) -> Mapping[str, Variant]:
    async with under_test.client("manager") as client:
        panels = (await client.get("/v1/panels")).json()["items"]
        months = [(await client.get(panel["href"], params={"period": "2022-10"})).json() for panel in panels]
    found: dict[str, Variant] = {}
    for who, seen in SEEN.items():
        for name, periods in PERIODS.items():
            found[f"{who}, {name}"] = Asking(under_test, seen, [*_panels(panels, periods)], TIMES)
        found[f"{who}, {BROKEN_DOWN}"] = Asking(under_test, seen, [*_broken_down(panels)], 1)
    rows = [(href, params) for href, params in _lists(months)]
    return {**found, LISTED: Asking(under_test, ["*"], rows, TIMES)}


async def _rebuilt(dsn: str, under_test: ServiceUnderTest, facts: Projection, head: int) -> Sample:
    """A whole rebuild, to the position of the live version, with all that it derives; what it made is given up."""
    began = time.perf_counter()
    build = await rebuild(dsn, under_test.service.feed, facts, simulated=True, upto=head)
    seconds = time.perf_counter() - began
    if build is None or build.position != head or build.bare:
        raise RuntimeError(f"the rebuild ended at {build}")
    await remove(under_test.connection, facts.name, BUILDING)
    return Sample(head / seconds)


def _following(
    under_test: ServiceUnderTest, facts: Projection, rows: Iterator[tuple[Any, ...]]
) -> Callable[[], Awaitable[Sample]]:  # fmt: skip
    async def slice_() -> Sample:
        """Further events, copied before, projected batch by batch as the worker does."""
        connection = under_test.connection
        await store(connection, [*islice(rows, FOLLOWED)])
        began, done = time.perf_counter(), 0
        while taken := await project_once(connection, under_test.service.feed, facts, simulated=True):
            done += taken
        return Sample(done / (time.perf_counter() - began))

    return slice_


@asynccontextmanager
async def _prepared(stage: Stage) -> AsyncIterator[Mapping[str, Variant]]:
    events = LARGEST_QUICK if stage.large < WHOLE else WHOLE
    service = load_service("reporting")
    [facts] = service.projections
    async with service_under_test(service, stage.admin_dsn) as under_test:
        rows = await plant(under_test.dsn, events, more=FOLLOWED * 20)
        await go_live(under_test, facts, events)
        questions = await _questions(under_test)
        yield {
            REBUILD: lambda: _rebuilt(under_test.dsn, under_test, facts, events),
            LIVE_ON: _following(under_test, facts, rows),
            **questions,
        }


@asynccontextmanager
async def _asked(stage: Stage) -> AsyncIterator[Mapping[str, Variant]]:
    events = LARGEST_QUICK if stage.large < WHOLE else WHOLE
    async with dataset(stage, load_service("reporting"), events) as under_test:
        yield await _questions(under_test)


def _slowest(round_: Round) -> float:
    """The p99 of the slowest kind of question to panels."""
    panels = [sample for name, sample in round_.items() if name not in (REBUILD, LIVE_ON, LISTED)]
    return max(percentile(sample.latencies, 0.99) for sample in panels) * 1000


FACTS_TARGETS = (
    Target("rebuild of facts and counters", 20_000, 30_000, lambda round_: round_[REBUILD].rate, " events/s"),
    Target("live projection of facts and counters", 2_000, 5_000, lambda round_: round_[LIVE_ON].rate, " events/s"),
)
QUESTIONS_TARGETS = (
    Target("slowest kind of panel, p99", 100, 50, _slowest, "ms", less_is_better=True),
    Target("rows behind a measure, p99", 20, 10, lambda round_: round_[LISTED].p99 * 1000, "ms", less_is_better=True),
)
MADE_UP = f"""{WHOLE:,} events of {DISTRICTS} districts over {DAYS // 365} years, as visits are told: a task, check-in,
twelve answers and three pieces of evidence, the record, up to four hazards, an order and up to three re-inspections, of one in
twenty a case; about 33 events of a visit, made up and stored by COPY, then the facts of all of them built and switched live."""
QUESTIONS = """Panels: over reporting's API, token to JSON, each panel of each period, with last year's beside it, by
district, as a series; by each dimension, of a year and of odd days. Rows: the first page behind every measure of a month.
Indexes of the copy that nothing here asks are left out."""
PANELS = Path(
    "panels", "Dashboards of a province",
    f"""{MADE_UP}
Rebuild: every table of facts and every counter, from the copy to the last commit. Live projection: batches of a thousand,
each with its checkpoint. {QUESTIONS} A rate is of events for the first two, else of questions.""",
    (*FACTS_TARGETS, *QUESTIONS_TARGETS), _prepared, unit="a second",
)  # fmt: skip
ASKED = Path(
    "panels", "Dashboards of a province",
    f"""{MADE_UP}
They were built before, in a run that is told above, and kept; only questions are asked here. {QUESTIONS}
A rate is of questions.""",
    QUESTIONS_TARGETS, _asked, unit="a second",
)  # fmt: skip

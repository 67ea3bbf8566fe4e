"""The facts as of a moment: what the projection has, at any cut of the ledgers, in whatever order they came."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest_asyncio

from bench.city import happenings
from chassis.broker import Received
from services.reporting.projections.asof import Facts, people, used
from services.reporting.projections.tables import Span, summed
from services.reporting.projections.used import PEOPLE, USE
from services.reporting.queries.asof import Cut, cut_at, in_order
from services.reporting.queries.bulletins import LINES
from services.reporting.queries.measures import MEASURES
from services.reporting.queries.panels import NOW, sums_of
from services.reporting.queries.periods import Period
from services.reporting.queries.sums import Selected, by_district
from services.reporting.queries.terms import TOTAL, Bands, Dimension, Measure
from tests.service.reporting.conftest import Reporting
from tests.service.reporting.ledgers import Ledgers, runs_of

PERIODS = (
    Period(date(2019, 1, 1), date(2019, 12, 31)), Period(date(2019, 1, 17), date(2019, 3, 9)),
    Period(date(2019, 2, 11), date(2019, 2, 11)),
)  # fmt: skip
AFTERWARDS = datetime(2030, 1, 1, tzinfo=UTC)


def told() -> Ledgers:
    """Forty visits in two districts."""
    ledgers = Ledgers()
    for each in happenings(districts=2, sites=8, visits=40, days=90):
        ledgers.at = each.at
        ledgers.record(each.source, each.name, each.data, stream=each.stream, subject=each.subject, district=each.district)
    return ledgers


@pytest_asyncio.fixture
async def city(reporting: Reporting) -> Reporting:
    await reporting.receive(told().recorded)
    return reporting


async def facts_at(reporting: Reporting, at: datetime) -> tuple[Facts, Cut]:
    cut = await cut_at(reporting.pool, at)
    facts = Facts.of({measure.fact.table for measure in MEASURES})
    await facts.advance(reporting.pool, cut)
    return facts, cut


async def rows_of(reporting: Reporting, facts: Facts, cut: Cut, measure: Measure, period: Period) -> Any:
    if measure.fact.table == USE:
        return await used(reporting.pool, cut, facts.districts(), period)
    return facts.rows(measure.fact.table)


async def test_sums_of_the_facts_as_of_now_are_what_the_counters_say(city: Reporting) -> None:
    """Every measure, by every dimension; people are counted by month there, and by the span here."""
    facts, cut = await facts_at(city, AFTERWARDS)
    seen: Counter[str] = Counter()
    for measure in MEASURES:
        if measure.fact.table == PEOPLE:
            continue
        for period in PERIODS:
            dims: list[Dimension | Bands | None] = [None, *measure.by, *measure.bands]
            for dim in dims:
                sums = await sums_of(city.pool, [measure], period, "" if dim is None else dim.name, None)
                rows = [*await rows_of(city, facts, cut, measure, period)]
                for value in [""] if dim is None else sums.values([measure], dim.name):
                    found = by_district(Selected(measure, "" if dim is None else dim.name, value), rows, period).values()
                    total = (sum(counts for counts, _ in found), sum(out_of for _, out_of in found))
                    kept = sums.total(NOW, measure) if dim is None else sums.value(NOW, measure, dim.name, value)
                    assert total == kept, (measure.name, dim and dim.name, value, period)
                    seen[measure.name] += sum(total)
    assert [measure.name for measure in MEASURES if measure.fact.table != PEOPLE and not seen[measure.name]] == []


async def test_facts_as_of_a_moment_are_what_was_projected_then(reporting: Reporting) -> None:
    """Projected up to a moment and read from the tables; then the rest comes, and the moment is folded."""
    ledgers = told()
    at = datetime(2019, 2, 18, tzinfo=UTC)
    first = [event for event in ledgers.recorded if event.envelope.recorded_at < at]
    await reporting.receive(first)
    then: dict[tuple[str, str], Any] = {}
    for measure in MEASURES:
        sums = await sums_of(reporting.pool, [measure], PERIODS[0], TOTAL, None)
        then[measure.name, "then"] = sums.total(NOW, measure)
    await reporting.receive(ledgers.recorded[len(first) :])
    facts, cut = await facts_at(reporting, at)
    assert sum(cut.sizes.values()) == len(first)
    assert cut.waiting == ("registry",), "the registry told nothing since"
    for measure in MEASURES:
        if measure.fact.table != PEOPLE:
            rows = await rows_of(reporting, facts, cut, measure, PERIODS[0])
            found = by_district(Selected(measure), rows, PERIODS[0]).values()
            assert (sum(c for c, _ in found), sum(o for _, o in found)) == then[measure.name, "then"], measure.name


async def test_people_are_counted_once_a_span_and_district(city: Reporting) -> None:
    facts, cut = await facts_at(city, AFTERWARDS)
    rows = await people(city.pool, cut, facts.districts(), PERIODS[0])
    asked = "SELECT count(DISTINCT (district, actor::jsonb ->> 'id')) FROM ledger_copy"
    assert len(rows) == len({row["people_id"] for row in rows}) == await city.pool.fetchval(asked)
    assert await people(city.pool, cut, facts.districts(), Period(date(2018, 1, 1), date(2018, 12, 31))) == []


def shuffled(events: Sequence[Received]) -> list[list[Received]]:
    """The same events in another order of arrival: shard by shard, the last shard first, the ledgers one after the other."""
    shards: dict[tuple[str, int], list[Received]] = defaultdict(list)
    for event in events:
        shards[event.source, event.shard].append(event)
    return [shards[key] for key in sorted(shards, reverse=True)]


async def test_the_order_of_arrival_changes_nothing(reporting: Reporting) -> None:
    """Neither the order of events, nor any figure: a bulletin asked of another copy is the same."""
    ledgers = told()
    for run in shuffled(ledgers.recorded):
        await reporting.copy.apply(runs_of(run))
    at = datetime(2019, 3, 4, tzinfo=UTC)
    cut = await cut_at(reporting.pool, at)
    types = sorted({event.envelope.type for event in ledgers.recorded})
    arrived = [event["event_id"] async for page in in_order(reporting.pool, types, None, cut) for event in page]
    wanted = [event for event in ledgers.recorded if event.envelope.recorded_at < at]
    wanted.sort(key=lambda event: (event.envelope.recorded_at, event.source, event.idx))
    assert [str(one) for one in arrived] == [str(event.envelope.event_id) for event in wanted]


async def test_a_fold_in_steps_is_the_fold_at_once(city: Reporting) -> None:
    cuts = [await cut_at(city.pool, datetime(2019, month, 1, tzinfo=UTC)) for month in (2, 3, 4)]
    spans = [Span(f"s{number}", cut, PERIODS[0]) for number, cut in enumerate(cuts)]
    together = await summed(city.pool, [*LINES.values()], spans)
    for span in spans:
        alone = await summed(city.pool, [*LINES.values()], [span])
        assert alone.sums == {key: sums for key, sums in together.sums.items() if key[0] == span.name}


async def test_what_is_recorded_after_the_cut_never_counts_however_early_it_happened(reporting: Reporting) -> None:
    """Also if the clock that recorded it was behind: a ledger is cut before the first event of the moment."""
    ledgers = told()
    at = datetime(2019, 2, 18, tzinfo=UTC)
    count = sum(event.envelope.recorded_at < at for event in ledgers.recorded)
    await reporting.receive(ledgers.recorded)
    await reporting.receive([ledgers.record("registry", "noted", {}, stream="note:registry")])
    before = await cut_at(reporting.pool, at)
    assert before.waiting == ()
    ledgers.at = at - timedelta(hours=1)
    late = [
        ledgers.record(source, "noted", {}, stream=f"note:{source}") for source in ("registry", "tasks", "inspection", "penalty")
    ]
    await reporting.receive(late)
    assert await cut_at(reporting.pool, at) == before
    assert sum(before.sizes.values()) == count


async def test_a_cut_is_settled_when_every_ledger_told_something_later_and_no_hole_is_left(reporting: Reporting) -> None:
    ledgers = Ledgers(datetime(2019, 2, 17, 12, tzinfo=UTC))
    at = datetime(2019, 2, 18, tzinfo=UTC)
    sources = ("registry", "tasks", "inspection", "penalty")
    events = [ledgers.record(source, "noted", {}, stream=f"note:{n}") for source in sources for n in range(3)]
    ledgers.at = at
    events += [ledgers.record(source, "noted", {}, stream="note:0") for source in sources]
    held_back = next(event for event in events if event.envelope.stream_id == "note:1" and event.source == "tasks")
    same_shard = [event for event in events if (event.source, event.shard) == ("tasks", held_back.shard)]
    await reporting.receive([event for event in events if event not in same_shard])
    waiting = await cut_at(reporting.pool, at)
    assert waiting.waiting == ("tasks",)
    assert waiting.sizes["tasks"] < held_back.idx
    await reporting.receive(same_shard)
    assert await cut_at(reporting.pool, at) == Cut(at, dict.fromkeys(sources, 3))
    assert (await cut_at(reporting.pool, at)).waiting == ()
    assert (await cut_at(reporting.pool, AFTERWARDS)).waiting == sources

"""The history of a long case across all services: now, as of a moment, and what changed between two."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import orjson

from bench.measure import Path, Round, Sample, Target, Variant, percentile
from bench.stage import Stage
from chassis.broker import Received
from chassis.domain import Actor
from chassis.envelope import GENESIS, Envelope, Recorded, chain_hash, leaf_hash, shard_of, uuid7
from chassis.eventstore import Connection
from chassis.policy import Run
from chassis.process.manifests import load_service
from chassis.testing import NOON, ServiceUnderTest, service_under_test

CASE, ENTERPRISE, DISTRICT, EVENTS = "bench-long", "e-0123456789abcdef0123", "donghu", 1_000
ITS_CPU = "its CPU, API and client"
ASKED = 100  # questions of a slice
NOW, AS_OF_TIME, AS_OF_EVENT, BETWEEN = (
    "a case of 1,000 events",
    "as of a recorded time",
    "as of an event",
    "difference of two moments",
)
EVIDENCE = {
    "case_id": CASE, "kind": "audio-visual", "title": "现场照片", "officers": ["o-li", "o-wang"], "sha256": "a" * 64,
    "note": "钢水罐吊运未使用固定式龙门钩，操作人员在吊运影响范围内停留，现场未设置警戒。" * 6,
}  # fmt: skip

# Other matters, so that the tables are not empty; their leaves are of no log, which the histories do not ask.
OTHERS = """
INSERT INTO ledger_copy (seq, source, idx, shard, shard_idx, stream_id, version, event_id, command_id, type, district, organ,
    subject, occurred_at, recorded_at, actor, correlation_id, causation_id, data, leaf, chain)
SELECT {first} + n, 'tasks', n, 0, n, 'task:t-' || n / 10, n % 10 + 1, gen_random_uuid(), gen_random_uuid(),
    'casetrail.tasks.task-assigned.v1', 'donghu', 'o', 'e-' || n / 40, now(), now(),
    '{{"certificate_no":null,"id":"officer-' || n % 400 || '","name":"某","role":"officer"}}',
    md5('m' || n / 10)::uuid, gen_random_uuid(),
    convert_to('{{"task_id":"t-' || n / 10 || '","enterprise_id":"e-' || n / 40 || '"}}', 'UTF8'), '', ''
FROM generate_series(1, {count}) AS n
"""


def _events() -> Iterator[Received]:
    """The ledger of penalty: one case, each event the cause of the next, a minute apart."""
    matter = uuid7()
    cause: UUID | None = None
    chain, shard = GENESIS, shard_of(ENTERPRISE)
    data = orjson.dumps(EVIDENCE)
    for n in range(1, EVENTS + 1):
        at, command_id = NOON + timedelta(minutes=n), uuid7()
        envelope = Envelope(
            event_id=uuid7(), command_id=command_id, stream_id=f"case:{CASE}", version=n,
            type="casetrail.penalty.evidence-recorded.v1", district=DISTRICT, organ="donghu-emb", subject=ENTERPRISE,
            occurred_at=at, recorded_at=at, actor=Actor(id="o-li", name="李", role="officer", certificate_no="赣执-001"),
            device="phone-1", correlation_id=matter, causation_id=cause or command_id, traceparent=None,
            rulebook="jiangxi-work-safety/2021.1",
        )  # fmt: skip
        leaf = leaf_hash(envelope, data)
        chain = chain_hash(chain, leaf)
        cause = envelope.event_id
        yield Received("penalty", n, shard, n, leaf, chain, Recorded(envelope, data))


async def _filled(under_test: ServiceUnderTest, others: int) -> list[Received]:
    """The case, as it is copied; and the rows of others."""
    events = [*_events()]
    make = under_test.service.applier
    if make is None:
        raise RuntimeError("reporting copies nothing")
    run = Run("penalty", events[0].shard, 0, tuple(events))
    await make(under_test.worker_pool).apply([run])
    connection: Connection = under_test.connection
    await connection.execute(OTHERS.format(first=EVENTS, count=others))
    await connection.execute("VACUUM ANALYZE ledger_copy")
    return events


def _asking(
    under_test: ServiceUnderTest, path: str, clock: Callable[[], float] = time.perf_counter, **params: str
) -> Variant:  # fmt: skip
    async def slice_() -> Sample:
        latencies: list[float] = []
        async with under_test.client("auditor") as client:
            for _ in range(ASKED):
                began = clock()
                answer = await client.get(path, params=params)
                latencies.append(clock() - began)
                answer.raise_for_status()
        return Sample(ASKED / sum(latencies), latencies)

    return slice_


@asynccontextmanager
async def _prepared(stage: Stage) -> AsyncIterator[Mapping[str, Variant]]:
    async with service_under_test(load_service("reporting"), stage.admin_dsn) as under_test:
        events = await _filled(under_test, stage.stored)
        history = f"/v1/histories/cases/{CASE}"
        last = events[-1].envelope
        before = events[EVENTS // 2].envelope
        yield {
            NOW: _asking(under_test, history),
            ITS_CPU: _asking(under_test, history, time.process_time),
            AS_OF_TIME: _asking(under_test, history, as_of=f"recorded:{last.recorded_at.isoformat()}"),
            AS_OF_EVENT: _asking(under_test, history, as_of=f"event:{last.event_id}"),
            BETWEEN: _asking(under_test, f"{history}/difference", since=f"event:{before.event_id}"),
        }


def _p99(variant: str) -> Callable[[Round], float]:
    return lambda round_: percentile(round_[variant].latencies, 0.99) * 1000


HISTORIES = Path(
    "histories", "Histories across services",
    f"""A case of {EVENTS:,} events (1.6 MB of answer) asked for over reporting's API, one question after another: token, index,
causal order, sentences, JSON; as of the last recorded time and as of the last event, so that nothing is left out; and the events
of its second half with each field before and after. The copy holds 100,000 events of other matters.""",
    (
        Target("history of a case of 1,000 events, p99", 50, 25, _p99(NOW), "ms", less_is_better=True),
        Target("its CPU, API and client in one process, p99", 50, 25, _p99(ITS_CPU), "ms", less_is_better=True),
        Target("as of a recorded time, p99", 100, 50, _p99(AS_OF_TIME), "ms", less_is_better=True),
        Target("as of an event, p99", 100, 50, _p99(AS_OF_EVENT), "ms", less_is_better=True),
    ),
    _prepared, unit="a second",
)  # fmt: skip

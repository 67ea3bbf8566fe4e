"""A page of the ledger as batches: each partition's in order, the partitions' at the same time."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer

from chassis.broker import FILLING, headers_of_row, partition_of, topic_of
from chassis.relay.filled import Placed
from chassis.settings import Settings


async def produce_page(settings: Settings, producer: AIOKafkaProducer, page: Sequence[Any], number: int) -> dict[int, Placed]:
    """Produce rows of `LEDGER_AFTER`; answers where each partition's last batch begins. All are acknowledged then."""
    rows: dict[int, list[Any]] = defaultdict(list)
    for row in page:
        rows[partition_of(row["shard"], settings.kafka_partitions)].append(row)
    filling = (FILLING, str(number).encode())
    placed = await together(*(_produce(settings, producer, partition, rows[partition], filling) for partition in rows))
    return dict(zip(rows, placed, strict=True))


async def _produce(
    settings: Settings, producer: AIOKafkaProducer, partition: int, rows: Sequence[Any], filling: tuple[str, bytes]
) -> Placed:
    """Every batch waits for its predecessor, so that one that fails is never overtaken: order holds."""
    done = 0
    while True:
        batch, taken = producer.create_batch(), 0
        for row in rows[done:]:
            headers = headers_of_row(settings.service, row)
            headers.append(filling)
            if batch.append(key=row["subject"].encode(), value=row["data"], timestamp=None, headers=headers) is None:
                break
            taken += 1
        if taken == 0:
            raise ValueError(f"event {rows[done]['event_id']} is larger than a message may be")
        batch.close()
        metadata = await (await producer.send_batch(batch, topic_of(settings.service), partition=partition))
        placed = Placed(metadata.offset, rows[done]["event_id"])
        done += taken
        if done == len(rows):
            return placed


async def together(*coroutines: Coroutine[Any, Any, Any]) -> list[Any]:
    """The results of all; the first that fails ends the others and is raised, so that nothing runs on unattended.

    No TaskGroup: before Python 3.13 one that fails leaves its task marked as cancelled, which `forever` reads as told to end.
    """
    tasks = [asyncio.create_task(coroutine) for coroutine in coroutines]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

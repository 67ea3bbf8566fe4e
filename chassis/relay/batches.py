"""A page of the ledger as batches: each partition's in order, the partitions' at the same time."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Coroutine, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer

from chassis.broker import FILLING, partition_of, topic_of
from chassis.relay.filled import Placed
from chassis.relay.pages import Message
from chassis.settings import Settings


async def produce_page(settings: Settings, producer: AIOKafkaProducer, page: Sequence[Message], number: int) -> dict[int, Placed]:
    """Produce a page of the ledger; answers where each partition's last batch begins. All are acknowledged then."""
    parts: dict[int, list[Message]] = defaultdict(list)
    for message in page:
        parts[partition_of(message.shard, settings.kafka_partitions)].append(message)
    topic, filling = topic_of(settings.service), (FILLING, str(number).encode())
    placed = await together(*(_produce(producer, topic, partition, part, filling) for partition, part in parts.items()))
    return dict(zip(parts, placed, strict=True))


async def _produce(
    producer: AIOKafkaProducer, topic: str, partition: int, part: Sequence[Message], filling: tuple[str, bytes]
) -> Placed:
    """Every batch waits for its predecessor, so that one that fails is never overtaken: order holds."""
    done = 0
    while True:
        batch, taken = producer.create_batch(), 0
        for _, _, _, key, value, headers in part[done:]:
            if batch.append(key=key, value=value, timestamp=None, headers=[*headers, filling]) is None:
                break
            taken += 1
        if taken == 0:
            raise ValueError(f"event {part[done].event_id} is larger than a message may be")
        batch.close()
        metadata = await (await producer.send_batch(batch, topic, partition=partition))
        placed = Placed(metadata.offset, part[done].event_id)
        done += taken
        if done == len(part):
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

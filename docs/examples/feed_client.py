"""Prints what happens in a district: python feed_client.py <bootstrap servers> <district>. Needs aiokafka and nothing of ours."""

import asyncio
import json
import sys

from aiokafka import AIOKafkaConsumer, TopicPartition


async def follow(bootstrap: str, district: str) -> None:
    """Every entry once, from the first one on, for ever."""
    topic = TopicPartition(f"casetrail.feed.{district}.v1", 0)
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest", group_id=None)
    await consumer.start()
    consumer.assign([topic])
    await consumer.seek_to_beginning(topic)
    epoch, last = "", 0  # a dashboard keeps these two beside what it counted, and goes on behind them
    async for message in consumer:
        entry = json.loads(message.value)
        copy = dict(message.headers)["ce_id"].decode().rpartition("-")[0]
        if copy != epoch:  # another copy numbers anew: forget what was counted from the old one
            epoch, last = copy, 0
        if entry["seq"] <= last:  # told twice
            continue
        last = entry["seq"]
        print(last, entry["occurred_at"], entry["title"], entry["summary"], flush=True)


if __name__ == "__main__":
    asyncio.run(follow(*sys.argv[1:]))

"""Topics on a broker that outlives the stack: an earlier run's are deleted before a fresh start."""

from __future__ import annotations

from aiokafka.admin import AIOKafkaAdminClient

OURS = "casetrail."


async def delete_topics(bootstrap: str) -> list[str]:
    """Delete every topic of the platform and answer their names; KafkaError if the broker cannot be reached."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        ours = [name for name in await admin.list_topics() if name.startswith(OURS)]
        if ours:
            await admin.delete_topics(ours)
        return ours
    finally:
        await admin.close()

"""What each service may do at the broker, and no more: one list a service, as `kafka-acls` takes it (deploy/kafka/grant)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from chassis import keytopic
from chassis.broker import checkpoints_topic_of, topic_of
from chassis.relay.transactional import position_topic_of
from chassis.service import Service
from contracts.channels import FEED_LOOP

FOLDER = Path(__file__).parent / "acls"
#: Of a topic that a service fills: it makes it, looks where it ends, and begins it anew when it was lost (docs/operations.md).
FILLS = ("Create", "Delete", "Describe", "Read", "Write")
READS = ("Describe", "Read")
SHARES = ("Create", "Describe", "Read", "Write")


def granted(service: Service) -> list[str]:
    """The lines of one service's list. No consumer group is among them, for none has one: positions are in its database."""
    return [f"{' '.join(f'--operation {name}' for name in operations)} {resource}" for operations, resource in _grants(service)]


def _grants(service: Service) -> Iterator[tuple[Sequence[str], str]]:
    if service.has_ledger:
        yield FILLS, _topics(topic_of(service.name), checkpoints_topic_of(service.name), position_topic_of(service.name))
        yield ("Describe", "Write"), f"--transactional-id casetrail.{service.name}.relay"
    yield SHARES, f"--topic {keytopic.TOPIC}"
    witnessed = service.sources if "witness" in service.loops else ()
    if service.sources:
        yield READS, _topics(*map(topic_of, service.sources), *map(checkpoints_topic_of, witnessed))
    if FEED_LOOP in service.loops:
        yield FILLS, "--resource-pattern-type prefixed --topic casetrail.feed."


def _topics(*names: str) -> str:
    return " ".join(f"--topic {name}" for name in names)


def generated(services: Sequence[Service]) -> dict[Path, str]:
    """A file for each service."""
    return {FOLDER / f"{service.name}.txt": "\n".join(granted(service)) + "\n" for service in services}

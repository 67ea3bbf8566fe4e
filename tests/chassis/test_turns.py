"""Commands of one process that want one stream at once."""

from __future__ import annotations

import asyncio
import uuid

from chassis.domain import Actor
from chassis.runner import Context, Work
from chassis.testing import ServiceUnderTest
from tests.chassis.notes import NOTE, NoteMade


async def test_many_commands_of_one_stream_at_once(sut: ServiceUnderTest) -> None:
    """Forty commands of one process append to one stream: each has its turn, none is told to come again."""

    async def line(number: int) -> None:
        async def append(work: Work) -> None:
            note = await work.load(NOTE, "n1")
            work.append(note, [NoteMade(note_id="n1", text=f"{number}")], district="donghu")

        command_id = uuid.uuid4()
        actor = Actor(id="a-1", name="甲", role="officer")
        await sut.runner.run(
            Context(
                command_id=command_id, actor=actor, organ="donghu-emb", districts=frozenset({"donghu"}),
                occurred_at=sut.clock.now(), causation_id=command_id, key=f"line-{number}",
            ),
            append,
        )  # fmt: skip

    await asyncio.gather(*(line(number) for number in range(40)))
    stored = await sut.events("casetrail.notes.note-made")
    assert [row["version"] for row in stored] == list(range(1, 41))

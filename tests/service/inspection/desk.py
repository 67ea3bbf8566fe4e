"""Inspection in memory: the same commands and the same settling of what devices sent, without a database; killed anywhere."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any
from unittest.mock import patch

import orjson

from chassis.aggregates import Loaded, fold, nothing
from chassis.clock import FixedClock
from chassis.domain import Actor, Stream
from chassis.runner import Answer, Context, Handler, KeyReused, Work
from services.inspection import queries
from services.inspection.api import settling
from services.inspection.api.signing import payload_of, signed_of
from services.inspection.commands import devices, visits
from services.inspection.domain.catalogue import Site, catalogue_of
from services.inspection.domain.device import DEVICE, DeviceState, Registration
from services.inspection.domain.events import AssignedExpert, AssignedOfficer
from services.inspection.domain.inspection import Task
from services.inspection.domain.numbers import SERIES, receive_numbers
from services.inspection.domain.rules import rules_on
from tests.service.inspection.office import MORNING, OFFICERS, vocabulary
from tests.service.inspection.phone import NOON, Pen

RULEBOOK = vocabulary("rulebook-2021")
RULES = rules_on(RULEBOOK, date(2021, 9, 6))
SITE = Site(
    frozenset({"dust"}), frozenset({"dust-removal-system"}),
    {"confined_space_count": 0, "has_contractors": False, "uses_gas": False},
)  # fmt: skip
MANAGER = Actor(id="test-approver", name="王局长", role="approver")


class Killed(BaseException):
    """The process dies here."""


class Desk:
    """In the place of a runner. `lives`: commands that it carries out before it dies (`dies_committed`: after that commit)."""

    vault = None

    def __init__(self, catalogue: dict[str, Any]) -> None:
        self.clock = FixedClock(MORNING)
        self.pool: Any = self
        self.lives: int | None = None
        self.dies_committed = False
        self._catalogue = catalogue
        self._streams: dict[str, Loaded[Any]] = {}
        self._answers: dict[str, tuple[bytes, Answer]] = {}

    async def aggregate(self, stream: Stream[Any], key: str) -> Loaded[Any]:
        """An aggregate as it was committed."""
        return self._streams.get(stream.id(key)) or nothing(stream, key)

    async def rows(self, sql: str, *args: Any) -> list[Any]:
        """What the tables fed by other services hold."""
        found: dict[str, Any] = {
            queries.RULEBOOK_ON: {"id": "r", "sha256": "of the rulebook"},
            queries.RULEBOOK_CONTENT: {"content": orjson.dumps(RULEBOOK)},
            queries.CATALOGUE_HASH: {"sha256": "of the large catalogue"},
            queries.CATALOGUE_ITEMS: {"items": orjson.dumps(self._catalogue["items"])},
            queries.ORGAN: {"district": "donghu", "abbreviation": "东湖"},
            queries.BLOCKS: {"first": 1, "last": 99, "pattern": "（{abbreviation}）应急{word}〔{year}〕{number}号"},
        }
        if sql == queries.CERTIFICATES:
            return [{**one, "valid_to": date(2024, 12, 31)} for one in OFFICERS if one["officer_id"] in args[0]]
        return [found[sql]]

    async def run(self, context: Context, handler: Handler) -> Answer:
        """Carry out a command once, whole or not at all; Killed when its time has come."""
        key = context.key or str(context.command_id)
        if key in self._answers:
            fingerprint, known = self._answers[key]
            if fingerprint != context.fingerprint:
                raise KeyReused(key)
            return known
        work = Work(context, self, self.clock.now())
        answer = work.answer(await handler(work))
        dies = self._dies()
        if not dies or self.dies_committed:
            self._commit(work, answer, key)
        if dies:
            raise Killed
        return answer

    def _dies(self) -> bool:
        if self.lives is None:
            return False
        self.lives -= 1
        return self.lives < 0

    def _commit(self, work: Work, answer: Answer, key: str) -> None:
        written = work.write_set(answer)
        for stream_id, version in written.expected:
            assert self._streams[stream_id].version == version if stream_id in self._streams else version == 0
        for recorded in written.events:
            stream_id = recorded.envelope.stream_id
            before = self._streams.get(stream_id) or nothing(work._stored[stream_id].stream, work._stored[stream_id].key)
            self._streams[stream_id] = fold(before, [recorded])
        self._answers[key] = work.context.fingerprint, answer

    async def command(self, handler: Handler, actor: Actor = MANAGER) -> None:
        """Somebody of the organ commands."""
        command_id = uuid.uuid4()
        await self.run(
            Context(
                command_id=command_id, actor=actor, organ="donghu-emb", districts=frozenset({"*"}), occurred_at=self.clock.now(),
                causation_id=command_id,
            ),
            handler,
        )  # fmt: skip

    async def planned(self, series: Sequence[str], *pens: Pen) -> None:
        """Task task-1 is assigned and its plan approved, the devices are registered, these series are leased in blocks."""
        items = catalogue_of("large", self._catalogue["items"])
        await self.command(lambda work: visits.prepare(work, TASK, items, SITE, RULES, "donghu"))
        await self.command(lambda work: visits.approve_plan(work, "task-1", "unannounced"))
        for pen in pens:
            await self.command(lambda work, pen=pen: devices.register(work, _registration(pen), "donghu"))  # type: ignore[misc]
        for key in series:
            await self.command(lambda work, key=key: _lease(work, key))  # type: ignore[misc]
        self.clock.at = NOON

    async def upload(self, pen: Pen, texts: Sequence[str]) -> None:
        """Keep what a device sends and carry out what can be."""
        kept = [signed_of(text, payload_of(text)) for text in texts]
        await self.command(lambda work: devices.receive(work, pen.device_id, kept, self.clock.now()))
        await self.settle(pen)

    async def settle(self, *pens: Pen) -> int:
        """Carry out what these devices sent, as far as it goes, until nothing moves; answers how many commands wait."""
        runner: Any = self
        with patch.object(settling, "read", self._read):
            before = -1
            while True:
                told = [await settling.settle_device(runner, pen.device_id) for pen in pens]
                waits = sum(map(len, told))
                if waits in (0, before):
                    return waits
                before = waits

    async def _read(self, _: Any, stream: Stream[Any], key: str, *, opener: None) -> Loaded[Any]:
        """In the place of `chassis.aggregates.read`."""
        assert opener is None
        return await self.aggregate(stream, key)

    async def device(self, pen: Pen) -> DeviceState:
        """A device as it is."""
        state: DeviceState = (await self.aggregate(DEVICE, pen.device_id)).state
        return state


TASK = Task(
    task_id="task-1", kind="campaign", campaign_id="campaign-1", enterprise_id="e-1", enterprise_name="某木业公司",
    uscc="91360100MA00000000", sector="dust", level="district", organ_id="donghu-emb", organ="东湖区应急管理局",
    planned_on=date(2021, 9, 6), experts=(AssignedExpert(expert_id="expert-1", name="专家"),),
    officers=tuple(AssignedOfficer(name="执法人员", organ_id="donghu-emb", **one) for one in OFFICERS),
)  # fmt: skip


def _registration(pen: Pen) -> Registration:
    key = pen.public_key
    return Registration(
        device_id=pen.device_id, officer_id=pen.officer_id, officer_name="执法人员", certificate_no="赣A001",
        organ_id="donghu-emb", districts=("donghu",), label="检查用手机", key_x=key["x"], key_y=key["y"],
    )  # fmt: skip


async def _lease(work: Work, key: str) -> None:
    series = await work.load(SERIES, key)
    events = receive_numbers(series.state, series=key, lease_id="lease", ours=False, pattern=None, spans=())
    work.append(series, events, district="donghu")

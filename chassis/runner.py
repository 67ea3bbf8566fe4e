"""Commands: load, decide, append; tried again on a conflict, answered from its record when repeated."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeVar
from uuid import UUID

import orjson

from chassis.aggregates import Loaded, fold, read
from chassis.auth import ALL, needs_district
from chassis.clock import Clock
from chassis.codec import encode
from chassis.domain import Actor, Event, Refused, Stream, Unknown
from chassis.envelope import Envelope, Recorded, uuid7
from chassis.eventstore import Connection, IdempotencyRecord, Pool, Verdict, WriteSet
from chassis.sight import Sight
from chassis.turns import Turns
from chassis.vault import Vault
from chassis.writer import GroupCommit

S = TypeVar("S")
TRIES = 5  # decisions, when other writers were faster
LARGEST = 3 << 20  # bytes of an event's data: the relay could never send more (chassis/broker.py, MAX_BYTES)
ESCAPED_NUL = rb"\u0000"  # looked for first: searching the pattern costs more than everything else of an append
NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")  # as JSON writes it; no read model could ever take the event
REMEMBERED = "SELECT fingerprint, command_id, answer FROM commands WHERE key = $1"


class Conflict(Exception):
    """Other writers were faster too often; the same command may be sent again."""


class KeyReused(Exception):
    """The idempotency key was used before with another payload."""


class InFlight(Exception):
    """A command with the same idempotency key is being carried out now."""


class PreconditionFailed(Exception):
    """If-Match named another version than the stream has."""

    def __init__(self, current: int) -> None:
        super().__init__(f"current version {current}")
        self.current = current


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Who commands, for whom, when, why: what every event of the command carries in its envelope."""

    command_id: UUID
    actor: Actor
    organ: str
    districts: frozenset[str]
    occurred_at: datetime
    causation_id: UUID
    correlation_id: UUID | None = None
    stated: bool = False  # whether the sender said when it happened
    device: str | None = None
    traceparent: str | None = None
    key: str | None = None
    fingerprint: bytes = b""
    if_match: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command is answered: facts known before commit only, so that a repeat is answered the same."""

    body: bytes
    version: int


class Transaction(Protocol):
    """Where a unit of work reads: a pool's connection, or the transaction of a policy run."""

    async def aggregate(self, stream: Stream[S], key: str) -> Loaded[S]:
        """An aggregate as its stored events tell it."""
        ...

    async def rows(self, sql: str, *args: Any) -> list[Any]:
        """Rows of a SELECT on the service's own tables."""
        ...


class _About(NamedTuple):
    """What a stream's first event fixes for all of them, whether it is stored or about to be appended."""

    subject: str
    district: str
    matter: UUID


@dataclass(slots=True)
class Work:
    """One command's unit of work: what it loaded, what it appends. Handlers load, decide, append; nothing else."""

    context: Context
    source: Transaction
    recorded_at: datetime
    tx: Connection | None = None
    rulebook: str | None = None
    vault: Vault | None = None
    signed: Actor | None = None  # the actor as it is stored, personal data sealed
    _stored: dict[str, Loaded[Any]] = field(default_factory=dict)
    _events: list[Recorded] = field(default_factory=list)
    _added: dict[str, int] = field(default_factory=dict)  # how many of these are of each stream
    _facts: list[Event] = field(default_factory=list)  # what each of these says, as it was decided
    _primary: str | None = None
    _begun: set[str] = field(default_factory=set)

    @property
    def at(self) -> datetime:
        """When what is commanded happened (on the officer's device, if offline)."""
        return self.context.occurred_at

    @property
    def actor(self) -> Actor:
        """Who acts."""
        return self.context.actor

    async def load(self, stream: Stream[S], key: str) -> Loaded[S]:
        """The aggregate `key` folded from its events. The first one loaded is the one that If-Match speaks of."""
        stored = self._stored.get(stream.id(key)) or self._loaded(await self.source.aggregate(stream, key))
        return fold(stored, self._appended(stored.stream_id))

    async def whichever(self, key: str, *streams: Stream[Any]) -> Loaded[Any]:
        """The aggregate of the first of these streams in which `key` has events; the last one's if it has none in any.

        It is what If-Match speaks of, where nothing was loaded before. That the key has no events in the streams before it is
        a part of what the write set rests on.
        """
        for stream in streams[:-1]:
            if stream.id(key) not in self._stored:
                stored = await self.source.aggregate(stream, key)
                if not stored.exists:
                    self._stored[stored.stream_id] = stored
                    continue
                self._loaded(stored)
            if (found := await self.load(stream, key)).exists:
                return found
        return await self.load(streams[-1], key)

    def _loaded(self, stored: Loaded[S]) -> Loaded[S]:
        """The aggregate as it is stored; the write set will rest on this version of it."""
        self._stored[stored.stream_id] = stored
        if self._primary is None:
            self._primary = stored.stream_id
            if self.context.if_match not in (None, stored.version):
                self._hide_foreign(stored)
                raise PreconditionFailed(stored.version)
        return stored

    async def read(self, sql: str, *args: Any) -> list[Any]:
        """Rows of a SELECT on the service's own tables, such as the tables fed by other services' events."""
        return await self.source.rows(sql, *args)

    async def plain(self, *texts: str) -> list[Any]:
        """Texts of fed tables in plain, where a decision compares them: those tables hold personal data sealed, as they came."""
        return list(texts) if self.vault is None else await self.vault.plain(*texts)

    async def change(self, sql: str, *args: Any) -> None:
        """Change a table fed by other services' events, in the transaction of a policy run; RuntimeError anywhere else."""
        if self.tx is None:
            raise RuntimeError("fed tables are changed by policies only")
        await self.tx.execute(sql, *args)

    async def existing(self, stream: Stream[S], key: str) -> Loaded[S]:
        """As `load`, but raises Unknown if the stream has no event or is in a district that is not the actor's."""
        loaded = await self.load(stream, key)
        if not loaded.exists or not self._mine(str(loaded.district)):
            raise Unknown(stream.name, key)
        self._begun.add(loaded.stream_id)
        return loaded

    def _hide_foreign(self, stored: Loaded[Any]) -> None:
        """A version tells that there is something, and how much happened to it: not to people of another district."""
        if stored.exists and not self._mine(str(stored.district)):
            raise Unknown(stored.stream.name, stored.key)

    def append(
        self,
        loaded: Loaded[S],
        events: Iterable[Event],
        *,
        subject: str | None = None,
        district: str | None = None,
        correlation_id: UUID | None = None,
    ) -> Loaded[S]:
        """Add decided events to an aggregate; answers it as it is after them.

        A new stream needs its `subject` (the enterprise it is about, else its own stream id), `district`, and, if it belongs
        to an existing matter, that matter's `correlation_id`.
        """
        if loaded.version != self._version(loaded.stream_id):
            raise ValueError(f"{loaded.stream_id} was not loaded by this command, or was appended to since")
        self._require_not_before_its_beginning(loaded.stream_id)
        decided = tuple(events)
        if not decided:
            return loaded
        return self._append_all(loaded, self._about(loaded, subject, district, correlation_id), decided)

    def _require_not_before_its_beginning(self, stream_id: str) -> None:
        """Nothing happens to a matter before it began; a clock that lags behind another process's is no such claim."""
        if not self.context.stated or stream_id not in self._begun:
            return
        began = self._stored[stream_id].began_at
        if began is not None and self.at < began:
            raise Refused(
                "before-its-beginning", f"发生时间早于该事项的开始时间 {began.isoformat()}",
                "this happened before the matter began", began=began.isoformat(),
            )  # fmt: skip

    def _about(self, loaded: Loaded[Any], subject: str | None, district: str | None, correlation_id: UUID | None) -> _About:
        moves = loaded.stream.held_in is not None  # then it is appended to where its matter is now, if that is said
        district = (district or loaded.district) if moves else (loaded.district or district)
        if district is None:
            raise ValueError(f"the first event of {loaded.stream_id} needs a district")
        if not self._mine(district):
            raise needs_district(None, self.context.districts)  # which one it is in they may not know
        matter = loaded.correlation_id or (None if loaded.exists else correlation_id)
        matter = matter or self.context.correlation_id or self.context.command_id
        return _About(loaded.subject or subject or loaded.stream_id, district, matter)

    def _append_all(self, loaded: Loaded[S], about: _About, events: Sequence[Event]) -> Loaded[S]:
        version, state = loaded.version, loaded.state
        for event in events:
            version += 1
            state = loaded.stream.evolve(state, event)
            self._events.append(Recorded(self._envelope(loaded, about, version, event), stored_data(event)))
            self._facts.append(event)
        self._added[loaded.stream_id] = self._added.get(loaded.stream_id, 0) + len(events)
        return Loaded(  # `replace` would take three times as long
            loaded.stream, loaded.key, loaded.stream_id, version, state, about.subject,
            loaded.stream.district(state, about.district), about.matter, loaded.organ, loaded.began_at,
        )  # fmt: skip

    async def seal(self) -> None:
        """Seal what is personal in the decided events, before their bytes are hashed; raises KeysMissing, Refused."""
        if self.vault is not None:
            for place, (event, recorded) in enumerate(zip(self._facts, self._events, strict=True)):
                self._events[place] = await self.vault.sealed(event, recorded)

    def _envelope(self, loaded: Loaded[Any], about: _About, version: int, event: Event) -> Envelope:
        context = self.context
        return Envelope(
            event_id=uuid7(), command_id=context.command_id, stream_id=loaded.stream_id, version=version,
            type=event.__wire__, district=about.district, organ=context.organ or loaded.organ, subject=about.subject,
            occurred_at=context.occurred_at, recorded_at=self.recorded_at, actor=self.signed or context.actor,
            device=context.device, correlation_id=about.matter, causation_id=context.causation_id,
            traceparent=context.traceparent, rulebook=self.rulebook,
        )  # fmt: skip

    def _appended(self, stream_id: str) -> list[Recorded]:
        return [recorded for recorded in self._events if recorded.envelope.stream_id == stream_id]

    def _version(self, stream_id: str) -> int | None:
        """The version of a stream after what this command appended; None if it was not loaded."""
        stored = self._stored.get(stream_id)
        return None if stored is None else stored.version + self._added.get(stream_id, 0)

    def _mine(self, district: str) -> bool:
        return ALL in self.context.districts or district in self.context.districts

    @property
    def streams(self) -> list[str]:
        """The streams that the decision rests on."""
        return list(self._stored)

    @property
    def changed(self) -> bool:
        """Whether anything was appended."""
        return bool(self._events)

    @property
    def last_event_id(self) -> UUID | None:
        """The id of what was appended last."""
        return self._events[-1].envelope.event_id if self._events else None

    def answer(self, result: dict[str, Any] | None) -> Answer:
        """The answer to this command: its id, the primary stream with its new version, the last event, and `result`."""
        stream_id = self._primary or ""
        version = self._version(stream_id) or 0
        body = {
            "command_id": str(self.context.command_id),
            "stream_id": stream_id,
            "version": version,
            "event_id": str(self._events[-1].envelope.event_id) if self._events else None,
            **(result or {}),
        }
        return Answer(orjson.dumps(body), version)

    def write_set(self, answer: Answer) -> WriteSet:
        """What is to be appended, whole or not at all; streams only read are checked too, because the decision rests on them."""
        record = None
        if self.context.key is not None:
            context = self.context
            record = IdempotencyRecord(context.key or "", context.fingerprint, context.command_id, answer.body, self.recorded_at)
        expected = tuple((stream_id, stored.version) for stream_id, stored in self._stored.items())
        return WriteSet(expected, tuple(self._events), record)


def stored_data(event: Event) -> bytes:
    """An event's bytes as they are stored; raises Refused where PostgreSQL or the relay could not take them."""
    data = encode(event)
    if ESCAPED_NUL in data and NUL.search(data):
        raise Refused("text-with-nul", "文字中含有空字符", "a text holds the character U+0000, which PostgreSQL cannot store")
    if len(data) > LARGEST:
        raise Refused("event-too-large", "内容过大", f"{len(data)} bytes are more than a message may have")
    return data


Handler = Callable[[Work], Awaitable[dict[str, Any] | None]]
Decide = Callable[[Context, Handler], Awaitable[Answer]]


class PoolSource:
    """Reads through a pool, of every district; with a vault personal data come in plain, for decisions."""

    def __init__(self, pool: Pool, vault: Vault | None = None) -> None:
        self._pool = pool
        self._everything = Sight(pool, None)
        self._vault = vault

    async def aggregate(self, stream: Stream[S], key: str) -> Loaded[S]:
        """An aggregate as its stored events tell it."""
        return await read(self._pool, stream, key, opener=self._vault)

    async def rows(self, sql: str, *args: Any) -> list[Any]:
        """Rows of a SELECT on the service's own tables."""
        return await self._everything.fetch(sql, *args)


class Runner:
    """Carries out commands of people and of deadlines, through group commit.

    Without a vault (in tests of other things) actors are stored as they are, and no event may hold anything personal.
    """

    def __init__(self, pool: Pool, writer: GroupCommit, clock: Clock, vault: Vault | None = None) -> None:
        self.pool = pool
        self.clock = clock
        self.vault = vault
        self._writer = writer
        self._source = PoolSource(pool, vault)
        self._running: set[str] = set()
        self._turns = Turns()

    async def run(self, context: Context, handler: Handler, decide: Decide | None = None) -> Answer:
        """Carry out a command once, however often it is sent; through group commit, unless `decide` says how else.

        Raises Refused (the rules), Forbidden, PreconditionFailed (If-Match), KeyReused, InFlight, Conflict, or KeysMissing.
        """
        key = context.key or str(context.command_id)
        context = replace(context, key=key)
        if key in self._running:
            raise InFlight(key)
        self._running.add(key)
        try:
            return await self.remembered(context) or await (decide or self._decide)(context, handler)
        finally:
            self._running.discard(key)

    async def _decide(self, context: Context, handler: Handler) -> Answer:
        contended: Sequence[str] = ()
        for _ in range(TRIES):
            async with self._turns.of(contended):
                work = await self.begun(context, self._source)
                answer = work.answer(await handler(work))
                await work.seal()
                verdict = await self._writer.append(work.write_set(answer))
            contended = work.streams
            if verdict is Verdict.ACCEPTED:
                return answer
            if verdict is Verdict.REPEATED and (known := await self.remembered(context)) is not None:
                return known
        raise Conflict(context.key)

    async def begun(self, context: Context, source: Transaction, tx: Connection | None = None) -> Work:
        """A unit of work for a command."""
        signed = await self.vault.signed(context.actor) if self.vault is not None else None
        return Work(context, source, self.clock.now(), tx, vault=self.vault, signed=signed)

    async def remembered(self, context: Context) -> Answer | None:
        """How this command was answered before; raises KeyReused if it was another one."""
        row = await self.pool.fetchrow(REMEMBERED, context.key)
        if row is None:
            return None
        if bytes(row["fingerprint"]) != context.fingerprint:
            raise KeyReused(context.key)
        body = bytes(row["answer"])
        return Answer(body, orjson.loads(body)["version"])

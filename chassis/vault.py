"""The keys that a process holds: made at a person's first use, loaded when something sealed is met, dropped when erased."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

import orjson

from chassis.codec import encode
from chassis.database import READS, connect
from chassis.domain import ERASED, Actor, Event, Refused
from chassis.envelope import Recorded
from chassis.eventstore import Connection, Pool
from chassis.personal import (
    PREFIX,
    TOKEN,
    Key,
    MasterKeys,
    NotSealed,
    Wrapped,
    changed,
    key_ids,
    persons_in,
    plan_of,
    require_own,
    revealed,
    seal,
)

PERSON_KEYS = "person_keys"
AT_ONCE = 300  # persons whose keys are made together: each takes a lock of the database's
LOOK_SECONDS = 5.0  # between two looks whether the connection that listens still lives

BY_ID = "SELECT key_id, person, wrapping, wrapped FROM person_keys WHERE key_id = ANY($1)"
KEYS_OF_PERSONS = "SELECT * FROM keys_of_persons($1, $2, $3, $4)"
LOCK_PERSONS = """
SELECT pg_advisory_xact_lock(hashtext('person ' || person))
FROM (SELECT * FROM unnest($1::text[]) AS p(person) ORDER BY person) AS sorted
"""
"""Taken by whoever makes, takes or erases keys of these persons (chassis/sql/0006_person_keys.sql says why)."""


class KeysMissing(Exception):
    """Something is sealed under keys that have not arrived here yet: to be tried again, not to be taken for erased."""

    def __init__(self, ids: Iterable[str]) -> None:
        super().__init__(f"keys {sorted(ids)}")


@dataclass(frozen=True, slots=True)
class Told:
    """What the vault knows of a person: the key to seal with; None: their data were erased."""

    key: Key | None


class Vault:
    """The keys that one process of one service holds; all of them come from its own database."""

    def __init__(self, pool: Pool | Connection, masters: MasterKeys) -> None:
        self._pool = pool
        self._masters = masters
        self._keys: dict[str, Key] = {}
        self._held: dict[str, set[str]] = {}  # which of these are whose
        self._persons: dict[str, Told] = {}
        self._actors: dict[Actor, Actor] = {}

    async def signed(self, actor: Actor) -> Actor:
        """A person who acts, as an envelope holds them: id and role in plain, name and certificate sealed."""
        known = self._actors.get(actor)
        if known is None:
            told = (await self._told({actor.id}))[actor.id]
            certificate = None if actor.certificate_no is None else _sealed_or_erased(told, actor.certificate_no)
            known = replace(actor, name=_sealed_or_erased(told, actor.name), certificate_no=certificate)
            self._actors[actor] = known
        return known

    async def sealed(self, event: Event, recorded: Recorded) -> Recorded:
        """A decided event as it is stored: what is personal in it sealed, each under its person.

        What is sealed already (it came out of a table fed by others) stays as it is, if it is the same person's. Any other text
        that looks sealed is refused: it would be shown in plain to whoever wrote it. Raises KeysMissing.
        """
        if not plan_of(type(event)):
            _require_nothing_sealed(recorded.data, 0)
            return recorded
        about = (recorded.envelope.subject, recorded.envelope.actor.id)
        told = await self._told(persons_in(event, *about))
        ready = await self._holding(key_ids(recorded.data))
        kept: list[str] = []

        def change(person: str, value: Any) -> Any:
            given = _id_of(value)
            if given is None:
                return _sealed_or_erased(told[person], value)
            kept.append(person)
            require_own(ready[given], person, value)
            return value

        try:
            stored = changed(event, *about, change)
        except NotSealed as error:
            raise _looks_sealed() from error
        _require_nothing_sealed(recorded.data, len(kept))
        return replace(recorded, data=encode(stored))

    async def meet(self, persons: Sequence[str]) -> None:
        """Have the keys of many persons made at once, before they are needed one by one."""
        for first in range(0, len(persons), AT_ONCE):
            await self._told(set(persons[first : first + AT_ONCE]))

    async def sealed_text(self, person: str, value: Any) -> str:
        """A value of a person, sealed, for a table that is not fed by events; what is erased says so."""
        return str(_sealed_or_erased((await self._told({person}))[person], value))

    async def opened(self, history: Sequence[Recorded]) -> list[Recorded]:
        """Events with their data in plain, for a decision; raises KeysMissing. What holds nothing sealed is as it was."""
        if not any(PREFIX in recorded.data for recorded in history):
            return list(history)
        return [replace(recorded, data=await self.opened_data(recorded.data)) for recorded in history]

    async def opened_data(self, data: bytes) -> bytes:
        """JSON bytes (of an event, of a snapshot's state) in plain, for a decision; raises KeysMissing."""
        return revealed(data, await self._holding(key_ids(data)))

    async def plain(self, *texts: str) -> list[Any]:
        """Texts in plain, for a decision that compares them, or the value that was sealed as a text; raises KeysMissing."""
        bodies = [orjson.dumps(text) for text in texts]
        return [orjson.loads(revealed(body, await self._holding(key_ids(body)))) for body in bodies]

    async def shown(self, body: bytes) -> bytes:
        """JSON as a reader is shown it: plain, or what there is to say instead."""
        if PREFIX not in body:
            return body
        return revealed(body, await self._load(key_ids(body)))

    def forget(self, person: str | None = None) -> None:
        """Drop what is known of a person, or of everybody; it is looked up again when it is needed."""
        if person is None:
            self._keys.clear()
            self._held.clear()
            self._persons.clear()
        else:
            self.let_go([person])
        self._actors.clear()

    def let_go(self, persons: Iterable[str]) -> None:
        """Drop the keys of persons who will hardly be met again soon; they are looked up if they are.

        Whoever is at work with one of them has it in hand: no answer rests on what is held here when it is made.
        """
        for person in persons:
            self._persons.pop(person, None)
            for key_id in self._held.pop(person, ()):
                self._keys.pop(key_id, None)

    async def follow(self, dsn: str) -> None:
        """Drop what was erased by another process, for as long as the connection lives; all, when listening begins."""
        connection = await connect(dsn, "person keys", role=READS)
        try:
            await connection.add_listener(PERSON_KEYS, lambda *told: self.forget(str(told[3])))
            self.forget()
            while not connection.is_closed():
                await asyncio.sleep(LOOK_SECONDS)
                await connection.execute("SELECT 1")
        finally:
            connection.terminate()

    def through(self, held: Connection) -> Vault:
        """This vault for whoever holds a connection and may not wait for a second one: it looks keys up over that one."""
        other = copy(self)
        other._pool = held
        return other

    async def _holding(self, ids: set[str]) -> dict[str, Key]:
        held = await self._load(ids)
        if missing := ids - held.keys():
            raise KeysMissing(missing)
        return held

    async def _load(self, ids: set[str]) -> dict[str, Key]:
        """Those of these keys that are here, loaded unless they are held."""
        held = {key_id: self._keys[key_id] for key_id in ids & self._keys.keys()}
        if missing := ids - held.keys():
            for row in await self._pool.fetch(BY_ID, sorted(missing)):
                held[row["key_id"]] = self._key(row)
        return held

    async def _told(self, persons: set[str]) -> dict[str, Told]:
        known = {person: self._persons[person] for person in persons & self._persons.keys()}
        if unknown := persons - known.keys():
            known |= await self._ask(unknown)
        return known

    async def _ask(self, persons: set[str]) -> dict[str, Told]:
        """Find the keys of these persons, or have them made; durable before they are used."""
        asked = sorted(persons)
        offered = [self._masters.make(person) for person in asked]
        columns = [[key.key_id for key in offered], self._masters.current, [key.wrapped for key in offered]]
        rows = await self._pool.fetch(KEYS_OF_PERSONS, asked, *columns)
        told = {row["person"]: Told(None if row["erased"] else self._key(row)) for row in rows}
        self._persons |= told
        return told

    def _key(self, row: Any) -> Key:
        """The key of a row, held from now on."""
        key_id, person = row["key_id"], row["person"]
        if row["wrapped"] is None:
            key = Key(key_id, person, None)
        else:
            key = self._masters.open(Wrapped(key_id, person, row["wrapping"], bytes(row["wrapped"])))
        self._keys[key_id] = key
        self._held.setdefault(person, set()).add(key_id)
        return key


def _sealed_or_erased(told: Told, value: Any) -> Any:
    return ERASED if told.key is None else seal(told.key, value)


def _id_of(value: Any) -> str | None:
    """The key under which a value is sealed already; None for a plain one."""
    match = TOKEN.fullmatch(value.encode()) if isinstance(value, str) else None
    return None if match is None else match[1].decode()


def _require_nothing_sealed(data: bytes, but: int) -> None:
    """Refuse a text that looks sealed where nothing may be, beside `but` that are the persons' own."""
    if PREFIX in data and data.count(PREFIX) != but:
        raise _looks_sealed()


def _looks_sealed() -> Refused:
    return Refused("text-looks-sealed", "文字与加密内容的格式相同，不予受理", "a text looks like something sealed: not accepted")

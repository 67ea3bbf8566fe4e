"""An object-centric event log (OCEL 2.0, JSON) of the copy or a part of it, made piece by piece: memory does not grow with it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

import orjson

from chassis.envelope import instant
from chassis.eventstore import Pool

CHUNK = 500  # rows read at once
#: Whose streams are which objects; what an event's data names as `<object>_id` or `<object>_ids` is related to it.
OBJECTS = {
    "enterprise": "registry", "officer": "registry", "catalogue": "registry", "rulebook": "registry",
    "plan": "tasks", "campaign": "tasks", "draw": "tasks", "task": "tasks",
    "inspection": "inspection", "hazard": "inspection", "order": "inspection", "measure": "inspection", "evidence": "inspection",
    "case": "penalty", "spot": "penalty",
}  # fmt: skip
ATTRIBUTES = {
    "service": "string", "district": "string", "organ": "string", "role": "string", "rulebook": "string", "recorded_at": "time"
}  # fmt: skip
WITHIN = """e.seq <= $1 AND ($2::text[] IS NULL OR e.district = ANY($2)) AND ($3::timestamptz IS NULL OR e.recorded_at >= $3)
   AND ($4::timestamptz IS NULL OR e.recorded_at < $4)"""
EVENTS = f"""
SELECT e.seq, e.source, e.stream_id, e.event_id, e.type, e.district, e.organ, e.subject, e.occurred_at, e.recorded_at, e.actor,
       e.rulebook, e.data
FROM ledger_copy e WHERE e.seq > $5 AND {WITHIN} ORDER BY e.seq LIMIT $6
"""  # noqa: S608 - constant conditions
THERE = f"""
SELECT a.source, a.stream_id FROM unnest($5::text[], $6::text[]) AS a(source, stream_id)
WHERE EXISTS (SELECT FROM ledger_copy e WHERE e.source = a.source AND e.stream_id = a.stream_id AND {WITHIN})
"""  # noqa: S608 - constant conditions
STREAMS = f"""
SELECT e.source, e.stream_id, e.version, e.district, e.subject, e.occurred_at,
       CASE WHEN e.stream_id LIKE 'case:%' THEN e.data END AS data
FROM ledger_copy e WHERE (e.source, e.stream_id, e.version) > ($5, $6, $7) AND {WITHIN}
ORDER BY e.source, e.stream_id, e.version LIMIT $8
"""  # noqa: S608 - constant conditions
SUBJECTS = f"""
SELECT e.subject, min(e.occurred_at) AS occurred_at, min(e.district) AS district FROM ledger_copy e
WHERE e.subject > $5 AND e.subject <> e.stream_id AND {WITHIN} GROUP BY e.subject ORDER BY e.subject LIMIT $6
"""  # noqa: S608 - constant conditions


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of the copy: up to `seq`, of these districts (None: all), recorded from `since` and before `until`."""

    seq: int
    districts: Sequence[str] | None = None
    since: datetime | None = None
    until: datetime | None = None

    @property
    def arguments(self) -> tuple[Any, ...]:
        """For WITHIN."""
        return self.seq, self.districts, self.since, self.until


@dataclass(slots=True)
class _Types:
    """The types met so far: there are as many as the code knows, not as many as there are events."""

    events: set[str] = field(default_factory=set)
    objects: set[str] = field(default_factory=set)


async def log_of(pool: Pool, part: Part) -> AsyncIterator[bytes]:
    """The log of a part of the copy: events in the order in which they were copied, every object that they name, the types.

    An event is related to its stream (`of`), to the enterprise it is about (`about`), to who acted (`by`), and to what its data
    names (by the name of the field), as far as these are in this part of the copy. Its time is when it happened.
    """
    types = _Types()
    yield b'{"events":['
    before = b""
    async for events in _events(pool, part, types):
        yield before + b",".join(map(orjson.dumps, events))
        before = b","
    yield b'],"objects":['
    before = b""
    async for objects in _objects(pool, part, types):
        yield before + b",".join(map(orjson.dumps, objects))
        before = b","
    declared = [{"name": name, "type": kind} for name, kind in ATTRIBUTES.items()]
    told = [{"name": name, "attributes": declared} for name in sorted(types.events)]
    kinds = [{"name": name, "attributes": [{"name": "district", "type": "string"}]} for name in sorted(types.objects)]
    yield b'],"eventTypes":' + orjson.dumps(told) + b',"objectTypes":' + orjson.dumps(kinds) + b"}\n"


async def _events(pool: Pool, part: Part, types: _Types) -> AsyncIterator[list[dict[str, Any]]]:
    after = 0
    while rows := await pool.fetch(EVENTS, *part.arguments, after, CHUNK):
        after = rows[-1]["seq"]
        named = {row["seq"]: [*_named(row)] for row in rows}
        asked = sorted({(source, stream) for pairs in named.values() for source, stream, _ in pairs})
        columns = [source for source, _ in asked], [stream for _, stream in asked]
        there = {(row["source"], row["stream_id"]) for row in await pool.fetch(THERE, *part.arguments, *columns)}
        types.events |= {activity(row["type"]) for row in rows}
        yield [_event(row, [one for one in named[row["seq"]] if one[:2] in there]) for row in rows]


def activity(wire: str) -> str:
    """How an event type is called in a log: `penalty.case-filed`, whatever its version."""
    return wire.removeprefix("casetrail.").rpartition(".v")[0] or wire


def _event(row: Any, named: Iterable[tuple[str, str, str]]) -> dict[str, Any]:
    own = object_id(row["source"], row["stream_id"])
    related = {(own, "of")} | {(object_id(source, stream), how) for source, stream, how in named}
    if row["subject"] != row["stream_id"]:
        related.add((f"enterprise:{row['subject']}", "about"))
    related |= {(party, "party") for party in _parties(row["stream_id"], row["data"])}
    values = {
        "service": row["source"], "district": row["district"], "organ": row["organ"], "role": orjson.loads(row["actor"])["role"],
        "rulebook": row["rulebook"], "recorded_at": instant(row["recorded_at"]),
    }  # fmt: skip
    return {
        "id": str(row["event_id"]), "type": activity(row["type"]), "time": instant(row["occurred_at"]),
        "attributes": [{"name": name, "value": value} for name, value in values.items() if value is not None],
        "relationships": [{"objectId": one, "qualifier": how} for one, how in sorted(related)],
    }  # fmt: skip


def object_id(source: str, stream_id: str) -> str:
    """The id of the object that a stream is; streams of one name in two services are two objects."""
    kind = stream_id.partition(":")[0]
    return stream_id if OBJECTS.get(kind) == source else f"{source}.{stream_id}"


def _named(row: Any) -> Iterator[tuple[str, str, str]]:
    """The streams that an event names beside its own, and how; a document is one of its own service."""
    own = row["source"], row["stream_id"]
    yield "registry", f"officer:{orjson.loads(row['actor'])['id']}", "by"
    data = _said(row["data"])
    for name, value in data.items() if isinstance(data, dict) else ():
        kind = name.removesuffix("_ids").removesuffix("_id")
        if kind == name and name not in ("officers", "hazards"):
            continue
        kind = "officer" if name == "officers" else "hazard" if name == "hazards" else kind
        for key in value if isinstance(value, list) else [value]:
            source = row["source"] if kind == "document" else OBJECTS.get(kind)
            if source and kind != "enterprise" and isinstance(key, str) and (source, f"{kind}:{key}") != own:
                yield source, f"{kind}:{key}", name


def _parties(stream_id: str, data: bytes | None) -> set[str]:
    """The parties of a case that one of its own events names."""
    told = _said(data) if stream_id.startswith("case:") and data is not None else None
    party = told.get("party_id") if isinstance(told, dict) else None
    return {f"party:{stream_id.removeprefix('case:')}/{party}"} if isinstance(party, str) else set()


def _said(data: bytes | None) -> Any:
    try:
        return orjson.loads(data or b"null")
    except orjson.JSONDecodeError:  # the copy takes whatever was recorded
        return None


async def _objects(pool: Pool, part: Part, types: _Types) -> AsyncIterator[list[dict[str, Any]]]:
    async for stream in _streams(pool, part):
        first = stream[0]
        own = object_id(first["source"], first["stream_id"])
        if not (own.startswith("enterprise:") and first["subject"] != first["stream_id"]):  # told among the subjects
            about = [f"enterprise:{first['subject']}"] if first["subject"] != first["stream_id"] else []
            parties = sorted({party for row in stream for party in _parties(row["stream_id"], row["data"])})
            made = [_object(own, first, {"enterprise": about, "party": parties})]
            made += [_object(party, first, {"case": [own]}) for party in parties]
            types.objects |= {one["type"] for one in made}
            yield made
    after = ""
    while rows := await pool.fetch(SUBJECTS, *part.arguments, after, CHUNK):
        after = rows[-1]["subject"]
        types.objects.add("enterprise")
        yield [_object(f"enterprise:{row['subject']}", row, {}) for row in rows]


async def _streams(pool: Pool, part: Part) -> AsyncIterator[list[Any]]:
    """The rows of each stream, one stream after the other."""
    after: tuple[str, str, int] = ("", "", 0)
    held: list[Any] = []
    while rows := await pool.fetch(STREAMS, *part.arguments, *after, CHUNK):
        after = (rows[-1]["source"], rows[-1]["stream_id"], rows[-1]["version"])
        *whole, held = [[*stream] for _, stream in groupby([*held, *rows], key=lambda row: (row["source"], row["stream_id"]))]
        for stream in whole:
            yield stream
    if held:
        yield held


def _object(key: str, row: Any, related: dict[str, list[str]]) -> dict[str, Any]:
    return {
        "id": key, "type": key.partition(":")[0],
        "attributes": [{"name": "district", "value": row["district"], "time": instant(row["occurred_at"])}],
        "relationships": [{"objectId": one, "qualifier": how} for how, all_ in related.items() for one in all_],
    }  # fmt: skip

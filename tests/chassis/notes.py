"""A tiny service on which the chassis is tested: notes are made, changed and done, and things happen elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Request, Response, UploadFile
from pydantic import BaseModel, ConfigDict

from chassis.auth import Principal, reader
from chassis.deadlines import Arm, Deadline, Disarm
from chassis.domain import EVENT_TYPES, Event, Refused, Stream, event
from chassis.envelope import Sequenced
from chassis.http import Command, Db, Paged, answer_json, at_least, command, listed
from chassis.moments import Moment, aggregate
from chassis.policy import NotYet, Received
from chassis.projector import Batch, Projection
from chassis.runner import Work
from chassis.service import Service

before = set(EVENT_TYPES)


@event("casetrail.notes.note-made.v1", title="记下", summary="记下 {text}")
class NoteMade(Event):
    note_id: str
    text: str


@event("casetrail.notes.note-done.v1", title="办结", summary="办结 {note_id}")
class NoteDone(Event):
    note_id: str


@event("casetrail.things.thing-happened.v1", title="发生", summary="发生 {thing_id}")
class ThingHappened(Event):
    """An event of another service."""

    thing_id: str
    after: str | None = None


EVENTS = {wire: EVENT_TYPES.pop(wire) for wire in sorted(set(EVENT_TYPES) - before)}
"""Known only while a test of this folder runs: what other tests see in EVENT_TYPES is the services' own."""


@dataclass(frozen=True, slots=True)
class NoteState:
    made: bool = False
    done: bool = False
    texts: tuple[str, ...] = ()


def evolve(state: NoteState, happened: Event) -> NoteState:
    match happened:
        case NoteMade():
            return replace(state, made=True, texts=(*state.texts, happened.text))
        case NoteDone():
            return replace(state, done=True)
    return state


NOTE = Stream("note", NoteState(), evolve)


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")
    note_id: str
    text: str
    district: str = "donghu"


async def make(work: Work, body: Body) -> dict[str, Any]:
    note = await work.load(NOTE, body.note_id)
    if note.exists:
        raise Refused("note-exists", "该记录已存在", "the note exists", basis="测试规则第一条", status="made", title="taken")
    work.append(note, [NoteMade(note_id=body.note_id, text=body.text)], district=body.district)
    return {"note_id": body.note_id}


async def finish(work: Work, note_id: str) -> None:
    note = await work.existing(NOTE, note_id)
    if note.state.done:
        raise Refused("note-done", "该记录已办结", "the note is done")
    work.append(note, [NoteDone(note_id=note_id)])


router = APIRouter(prefix="/v1")
Officer = Annotated[Command, Depends(command("officer"))]
OfficerGuarded = Annotated[Command, Depends(command("officer", guarded=True))]
Reader = Annotated[Principal, Depends(reader("officer", "manager"))]


@router.post("/notes", status_code=201)
async def post_note(body: Body, command: Officer) -> Response:
    return await command.run(make, body, status=201)


@router.post("/notes/{note_id}/closings")
async def post_closing(note_id: str, command: OfficerGuarded) -> Response:
    return await command.run(finish, note_id)


@router.post("/uploads", status_code=201)
async def post_upload(command: Officer, file: Annotated[UploadFile, File()]) -> Response:
    text = (await file.read()).decode()
    return await command.run(make, Body(note_id=command.key.rpartition("|")[2].lower(), text=text), status=201)


@router.post("/crashes")
async def post_crash(command: Officer) -> Response:
    raise ZeroDivisionError("a secret of the code")


@router.get("/notes", dependencies=[Depends(at_least)])
async def get_notes(request: Request, asked: Paged, principal: Reader, db: Db) -> Response:
    sql = """SELECT note_id, text, done FROM note_list WHERE note_id > $1 AND ($2::text[] IS NULL OR district = ANY($2))
             ORDER BY note_id LIMIT $3"""
    after = str(asked.after[0]) if asked.after else ""
    rows = await db.fetch(sql, after, principal.seen_districts(), asked.limit + 1)
    return listed(request, asked, rows, lambda row: [row["note_id"]])


@router.get("/notes/{note_id}")
async def get_note(request: Request, note_id: str, principal: Reader, as_of: Moment) -> Response:
    loaded = await aggregate(request, principal, NOTE, note_id, as_of)
    told = {"note_id": note_id, "done": loaded.state.done, "texts": loaded.state.texts}
    return answer_json(told, version=loaded.version)


def note_row(sequenced: Sequenced, made: NoteMade) -> dict[str, Any]:
    """A row with a column of each kind that read models have."""
    e = sequenced.envelope
    return {
        "note_id": made.note_id, "text": made.text, "district": e.district, "done": False, "due_on": "2021-09-30",
        "made_at": e.occurred_at.isoformat(), "labels": ["一", "b"], "detail": {"text": made.text, "n": [1, None, True]},
        "size": 9_007_199_254_740_993,
    }  # fmt: skip


async def project_list(batch: Batch) -> None:
    rows = await batch.rows("note_list", [s.envelope.stream_id.partition(":")[2] for s in batch.events])
    for sequenced in batch.events:
        match batch.event(sequenced):
            case NoteMade() as made:
                if made.text == "毒":
                    raise ArithmeticError("poison")
                rows.put(made.note_id, note_row(sequenced, made))
            case NoteDone() as done:
                rows.patch(done.note_id, done=True)


async def project_counts(batch: Batch) -> None:
    """Counts what an event applied twice would make wrong."""
    rows = await batch.rows("note_counts", [s.envelope.district for s in batch.events])
    for sequenced in batch.events:
        district = sequenced.envelope.district
        row = rows.get(district) or {"district": district, "notes": 0, "done": 0}
        match batch.event(sequenced):
            case NoteMade():
                rows.put(district, {**row, "notes": row["notes"] + 1})
            case NoteDone():
                rows.put(district, {**row, "done": row["done"] + 1})


async def project_open(batch: Batch) -> None:
    """How many notes of a class are not done; a class without any has no row, and may have one again."""
    keys = [str(len(s.envelope.stream_id) + ord(s.envelope.stream_id[-1]) % 2) for s in batch.events]
    rows = await batch.rows("note_open", keys)
    for key, sequenced in zip(keys, batch.events, strict=True):
        row = rows.get(key) or {"class": key, "notes": 0}
        row = {**row, "notes": row["notes"] + (1 if isinstance(batch.event(sequenced), NoteMade) else -1)}
        if row["notes"]:
            rows.put(key, row)
        else:
            rows.remove(key)


LIST = Projection("note_list", 1, project_list, ("note_list",))
COUNTS = Projection("note_counts", 1, project_counts, ("note_counts",))
OPEN = Projection("note_open", 1, project_open, ("note_open",))


def deadlines(sequenced: Sequenced, happened: Event) -> Iterator[Arm | Disarm]:
    match happened:
        case NoteMade():
            due_at = sequenced.envelope.occurred_at + timedelta(days=1)
            yield Arm(id=f"note-due:{happened.note_id}", kind="note-due", key=happened.note_id, due_at=due_at, district="donghu")
        case NoteDone():
            yield Disarm(id=f"note-due:{happened.note_id}")


async def on_due(work: Work, deadline: Deadline) -> None:
    if deadline.key.startswith("broken"):
        raise ArithmeticError("broken")
    await finish(work, deadline.key)


async def on_thing(work: Work, received: Received) -> None:
    """Count the thing, and note it, unless what it comes after has not arrived yet."""
    thing = received.read(ThingHappened)
    assert work.tx is not None
    if thing.after and not await work.read("SELECT FROM things WHERE thing_id = $1", thing.after):
        raise NotYet(f"thing {thing.after}")
    counted = "INSERT INTO things VALUES ($1, 1) ON CONFLICT (thing_id) DO UPDATE SET times = things.times + 1"
    await work.tx.execute(counted, thing.thing_id)
    if thing.thing_id.startswith("refused"):
        raise Refused("thing-refused", "不予受理", "not accepted")
    note = await work.load(NOTE, thing.thing_id)
    work.append(note, [NoteMade(note_id=thing.thing_id, text="来自他处")], district="donghu")


SERVICE = Service(
    name="notes", title="记录", routers=(router,), migrations=Path(__file__).parent / "migrations", projections=(LIST, COUNTS),
    deadlines=deadlines, fires={"note-due": on_due}, sources=("things",), reactions={ThingHappened.__wire__: on_thing},
    things={"note": "记事"},
)  # fmt: skip

"""Histories across all services: now or as of a moment, what changed between two, with who, when, why, under which rules."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response

from chassis.auth import Principal, reader
from chassis.domain import Unknown
from chassis.http import Id, Paged, answer_json, foreign_cursor, listed, pool_of
from chassis.problems import BadRequest
from chassis.vault import Vault
from services.reporting.api.answers import answers
from services.reporting.api.answers_audit import Difference, HistoryPage
from services.reporting.api.answers_audit import History as HistoryAnswer
from services.reporting.api.viewers import OVERSEERS, Viewer, shows_at_least
from services.reporting.queries.captions import caption_of, names_of
from services.reporting.queries.copies import Head, copied_from, head_of
from services.reporting.queries.differences import difference
from services.reporting.queries.histories import Kind, filled_in, history_of, outline_of
from services.reporting.queries.moments import Moment, cut
from services.reporting.queries.standing import LATE_AFTER, NOTHING_HELD, Log, Told, logs, rulebooks_of, timed
from services.reporting.queries.trees import cosigned, places_of, proven

router = APIRouter(prefix="/histories", dependencies=[Depends(shows_at_least)])

KINDS: Mapping[str, Kind] = {"enterprises": "enterprise", "cases": "case", "documents": "document"}
Kinds = Literal["enterprises", "cases", "documents"]
MEANING = (
    "As of an earlier moment: `event:<id>` (that event and what stands before it), `i1234` (position in the copy, `seq`), "
    "`occurred:2021-09-01T00:00:00+08:00` (what had happened by then, also if recorded later), `recorded:…` (what was recorded)."
)
AsOf = Annotated[str | None, Query(description=MEANING, examples=["i1234", "recorded:2021-09-01T00:00:00+08:00"])]
Hours = Annotated[
    int,
    Query(alias="late_after", ge=0, le=24 * 366, description="hours from happening to recording after which an entry is late"),
]
LATE_HOURS = LATE_AFTER // timedelta(hours=1)


@dataclass(slots=True)
class Telling:
    """How entries are told: how the logs stand, what is late, and the proofs, if they were asked for."""

    logs: Mapping[str, Log]
    timed: Mapping[int, Told]
    proofs: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)

    def entry(self, row: Any) -> dict[str, Any]:
        """One entry of a history."""
        caption, found = caption_of(row["type"]), dict(row)
        told = self.timed[found["seq"]]
        try:
            value = orjson.loads(found["data"])
            found["data"] = orjson.Fragment(found["data"])
        except orjson.JSONDecodeError:  # the copy takes whatever was recorded
            value = found["data"] = None
        found["service"] = source = found.pop("source")
        found["title"], found["summary"] = caption.title, caption.render(value)
        found["actor"] = orjson.Fragment(found["actor"])
        found["late_by"], found["backdated"] = told.late_by, told.backdated
        found["checkpoint"] = self.logs.get(source, NOTHING_HELD).of(found["idx"])
        if row["seq"] in self.proofs:
            found["inclusion"] = self.proofs[row["seq"]]
        return found


def moment_of(text: str | None) -> Moment | None:
    """The moment that a question names; BadRequest `as-of-malformed`."""
    try:
        return None if text is None else Moment.parse(text)
    except ValueError as error:
        raise BadRequest(
            "as-of-malformed",
            "时点应为事件 event:<id>、副本位置 i1234、发生时间 occurred:2021-06-01T00:00:00Z 或记录时间 recorded:…",
            "a moment is event:<id>, i1234, occurred:<time> or recorded:<time>, a time with its zone",
        ) from error


class Asked:
    """What every question about a history may say."""

    def __init__(self, request: Request, viewer: Principal, late_after: int) -> None:
        self.pool = pool_of(request)
        self.vault: Vault | None = getattr(request.app.state, "vault", None)
        self.viewer = viewer
        self.late_after = timedelta(hours=late_after)

    async def whole(self, kind: Kind, key: str) -> tuple[list[Any], Head]:
        """A history as far as the viewer may see it, and where the copy ended before it was read; Unknown if there is none."""
        head = await head_of(self.pool)
        shown = seen(self.viewer, await history_of(self.pool, kind, key))
        return known(kind, key, shown), head

    async def telling(self, history: Sequence[Any], *, proofs: Sequence[Any] = ()) -> Telling:
        """How the entries of a history are told, `proofs` with their inclusion."""
        return Telling(await logs(self.pool), timed(history, self.late_after), await self._proofs(proofs))

    async def _proofs(self, rows: Sequence[Any]) -> dict[int, Mapping[str, Any]]:
        """For each row under a cosigned checkpoint its proof (RFC 6962) in the newest one of its log."""
        sources = {row["source"] for row in rows}
        heads = {source: head for source in sources if (head := await cosigned(self.pool, source)) is not None}
        covered = [row for row in rows if row["source"] in heads and row["idx"] <= heads[row["source"]].size]
        placed = await places_of(self.pool, [copied_from(row) for row in covered])
        made = zip(placed, await proven(self.pool, placed, heads), strict=True)
        return {
            each.copied.seq: {"size": heads[event.log].size, "proof": [base64.b64encode(one).decode() for one in event.proof]}
            for each, event in made
        }


async def asked_of(request: Request, viewer: Viewer, late_after: Hours = LATE_HOURS) -> Asked:
    """FastAPI dependency of every question about a history."""
    return Asked(request, viewer, late_after)


History = Annotated[Asked, Depends(asked_of)]


def _names(rows: Sequence[Any]) -> dict[str, Mapping[str, str]]:
    """What the fields of the entries' data are called in Chinese, by the type of the event."""
    return {wire: names_of(wire) for wire in sorted({row["type"] for row in rows})}


def seen(viewer: Principal, rows: Sequence[Any]) -> list[Any]:
    """Those rows whose district the viewer may see."""
    return [row for row in rows if viewer.may_see(row["district"])]


def known(kind: str, key: str, rows: list[Any]) -> list[Any]:
    """Rows that there are; Unknown if there are none: what somebody may not see does not exist for them."""
    if not rows:
        raise Unknown(kind, key)
    return rows


@router.get("/officers/{officer_id}", dependencies=[Depends(reader(*OVERSEERS, "officer"))], responses=answers(HistoryPage))
async def of_officer(request: Request, officer_id: Id, asked: History, page: Paged, as_of: AsOf = None) -> Response:
    """What an officer did, and what names them, in causal order, page by page: for auditors and managers, and for the officer.

    The pages of one walk are of one moment: later events are not in them.
    """
    if not asked.viewer.roles & {*OVERSEERS} and asked.viewer.id != officer_id:
        raise Unknown("officer", officer_id)
    head = await head_of(asked.pool)
    begin, upto = _place(page.after, head.seq)
    outline = seen(asked.viewer, await outline_of(asked.pool, officer_id))
    shown = cut([row for row in outline if row["seq"] <= upto], moment_of(as_of), head.seq)
    rows = await filled_in(asked.pool, known("officer", officer_id, shown)[begin : begin + page.limit + 1])
    telling = await asked.telling(shown)
    places = {row["seq"]: begin + n for n, row in enumerate(rows, start=1)}
    return listed(request, page, [telling.entry(row) for row in rows], lambda entry: [places[entry["seq"]], upto])


@router.get("/{kind}/{key}", responses=answers(HistoryAnswer))
async def of_thing(kind: Kinds, key: Id, asked: History, as_of: AsOf = None, proofs: bool = False) -> Response:
    """Everything that happened about an enterprise, in the matter of a case, or to a document, in causal order.

    An entry is `late_by` so many seconds if it was recorded more than `late_after` hours after it happened, and `backdated` if it
    says that it happened before what its stream had told already. `names`: the Chinese names of the fields, by type.
    `proofs` adds each entry's inclusion in the newest checkpoint.
    """
    moment = moment_of(as_of)
    whole, head = await asked.whole(KINDS[kind], key)
    shown = known(KINDS[kind], key, cut(whole, moment, head.seq))
    telling = await asked.telling(shown, proofs=shown if proofs else ())
    return answer_json({
        KINDS[kind]: key, "as_of": as_of, "head": {"epoch": head.epoch, "seq": head.seq}, "rulebooks": rulebooks_of(shown),
        "names": _names(shown), "items": [telling.entry(row) for row in shown],
    })  # fmt: skip


@router.get("/{kind}/{key}/difference", responses=answers(Difference))
async def between(kind: Kinds, key: Id, asked: History, since: AsOf, until: AsOf = None) -> Response:
    """What came between two moments of a history (`until`: now): events, what each changed in words, and the net change.

    `known` says whether an earlier event had told the field; if not, nobody knows what it was before. `name` is its Chinese name.
    """
    whole, head = await asked.whole(KINDS[kind], key)
    before, after = (cut(whole, moment_of(text), head.seq) for text in (since, until))
    found = difference(before, after, await _plain(asked.vault, whole))
    telling = await asked.telling(whole)
    return answer_json({
        KINDS[kind]: key, "since": since, "until": until, "head": {"epoch": head.epoch, "seq": head.seq},
        "added": [{**telling.entry(row), "changes": [change.told() for change in changes]} for row, changes in found.added],
        "removed": [telling.entry(row) for row in found.removed],
        "fields": [{"service": source, "stream_id": stream, **change.told()} for (source, stream), change in found.fields],
    })  # fmt: skip


async def _plain(vault: Vault | None, rows: Sequence[Any]) -> dict[int, Any]:
    """What each event says, opened: a text sealed twice looks different each time."""
    body = orjson.dumps([copied_from(row).data for row in rows])
    return dict(zip((row["seq"] for row in rows), orjson.loads(body if vault is None else await vault.shown(body)), strict=True))


def _place(cursor: list[Any] | None, head: int) -> tuple[int, int]:
    match cursor:
        case None:
            return 0, head
        case [int(begin), int(upto)] if 0 <= begin < 1 << 31 and 0 <= upto <= head:
            return begin, upto
        case _:
            raise foreign_cursor()

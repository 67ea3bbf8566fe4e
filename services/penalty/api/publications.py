"""Publication over HTTP: decisions published, withdrawn and explained, taken down; and the public list in three forms."""

from __future__ import annotations

import csv
import io
import json
import re
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from chassis import separated
from chassis.auth import Principal, reader
from chassis.http import Body, Command, Id, Page, Paged, Seen, answer_json, at_least, command, foreign_cursor, listed
from chassis.moments import Moment, aggregate
from services.penalty import domain, queries
from services.penalty.api.offered import now
from services.penalty.api.payments import PartyBody
from services.penalty.api.reading import READERS, Approver, Line, Officer, Reader, Text
from services.penalty.commands import publishing
from services.penalty.domain.publication import PUBLICATIONS
from services.penalty.domain.publishing import AnswerRepair

FORMS = Path(__file__).parents[3] / "contracts" / "forms"
SCHEME: Mapping[str, Any] = json.loads((FORMS / "penalty-publication-2018.json").read_text(encoding="utf-8"))
CSV, ATOM = "text/csv; charset=utf-8", "application/atom+xml; charset=utf-8"
ATOM_NAMES = "http://www.w3.org/2005/Atom"
NAMESPACE = uuid.UUID("5f1c2a52-0a3e-5c8e-9d53-0c1f0b7d8e22")
NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
FEN_PER_TEN_THOUSAND = 10**6

router = APIRouter(prefix="/v1", tags=["publications"])

Publisher = Annotated[Command, Depends(command("officer", "approver"))]
PUBLIC = (*READERS, "public-reader")
"""Whoever reads anything here, and `public-reader`: the account of a website, or of anybody who asks for nothing but this."""
Everybody = Annotated[Principal, Depends(reader(*PUBLIC))]
SHOWN = [Depends(reader(*PUBLIC)), Depends(at_least)]
CSV_ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
ATOM_ANSWER: dict[int | str, dict[str, Any]] = {200: {"content": {"application/atom+xml": {"schema": {"type": "string"}}}}}


class Empty(Body):
    """公示: nothing is said, all of it is made of the file."""


class WithdrawalOfPublication(PartyBody):
    """撤回公示: what everybody is told, without the name of a natural person."""

    explanation: Text
    """What everybody is told of why it left the list (行政处罚法 48); no natural person is named."""


class RepairBody(PartyBody):
    """申请信用修复."""

    reason: Line
    """Why the party asks to be taken down 信用修复."""


class RepairAnswerBody(PartyBody):
    """信用修复的答复."""

    granted: bool
    """Whether it is taken down; not before the least time."""
    reason: Line
    """Why."""


@router.post("/cases/{case_id}/publications", status_code=201)
async def publish(case_id: str, body: PartyBody, command: Publisher) -> Response:
    """Publish the decision against a party of a case, or one made on the spot, as it is now; its content is made of the file."""
    return await command.run(publishing.publish, case_id, body.party_id, status=201)


@router.post("/spot-penalties/{spot_id}/publications", status_code=201)
async def publish_spot(spot_id: Id, command: Publisher, body: Empty | None = None) -> Response:  # noqa: ARG001 - empty
    """Publish a decision made on the spot."""
    return await command.run(publishing.publish, spot_id, domain.UNIT, status=201)


@router.post("/cases/{case_id}/publication-withdrawals", status_code=201)
async def withdraw(case_id: str, body: WithdrawalOfPublication, command: Publisher) -> Response:
    """Withdraw what does not stand any more, and explain it to everybody."""
    return await command.run(publishing.withdraw, case_id, body.party_id, body.explanation, status=201)


@router.post("/cases/{case_id}/credit-repairs", status_code=201)
async def request_repair(case_id: str, body: RepairBody, command: Officer) -> Response:
    """Note that the party asks to be taken down before the end of its time."""
    return await command.run(publishing.request_repair, case_id, body.party_id, body.reason, status=201)


@router.post("/cases/{case_id}/credit-repair-answers", status_code=201)
async def answer_repair(case_id: str, body: RepairAnswerBody, command: Approver) -> Response:
    """Take it down early, or not."""
    answer = AnswerRepair(granted=body.granted, reason=body.reason)
    return await command.run(publishing.answer_repair, case_id, body.party_id, answer, status=201)


@router.get("/cases/{case_id}/publication")
async def read_publication(
    case_id: str, request: Request, principal: Reader, as_of: Moment, party_id: Id = domain.UNIT
) -> Response:  # fmt: skip
    """What is published of the decision against a party: its editions, what is due, what was withdrawn and why."""
    found = await aggregate(request, principal, PUBLICATIONS, domain.region_key(case_id, party_id), as_of)
    view = {**asdict(found.state), **publishing.told(found.state), "version": found.version}
    return answer_json(view, version=found.version)


@router.get("/publications", dependencies=SHOWN)
async def list_publications(
    request: Request, principal: Everybody, seen: Seen, asked: Paged, district: Id | None = None
) -> Response:  # fmt: skip
    """The public list: decisions with their fine as first decided and as it is now, what changed last first.

    What was withdrawn stays with its explanation and tells nothing of the penalty; what is over is gone.
    """
    return listed(request, asked, await _rows(principal, seen, asked, district), _key)


@router.get("/publications.csv", dependencies=SHOWN, response_class=Response, responses=CSV_ANSWER)
async def export_publications(
    request: Request, principal: Everybody, seen: Seen, asked: Paged, district: Id | None = None
) -> Response:  # fmt: skip
    """The same page as CSV (UTF-8 with a mark) with the columns of the national scheme; the Link header names the next one."""
    rows = await _rows(principal, seen, asked, district)
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow([column["head"] for column in SCHEME["columns"]])
    for row in rows[: asked.limit]:
        told = _told(row)
        out.writerow([separated.harmless(told.get(column["field"], "")) for column in SCHEME["columns"]])
    headers = {**_next(request, asked, rows), "Content-Disposition": 'attachment; filename="publications.csv"'}
    return Response(text.getvalue().encode("utf-8-sig"), 200, headers, media_type=CSV)


@router.get("/publications.atom", dependencies=SHOWN, response_class=Response, responses=ATOM_ANSWER)
async def feed_publications(
    request: Request, principal: Everybody, seen: Seen, asked: Paged, district: Id | None = None
) -> Response:  # fmt: skip
    """The same page as an Atom feed (RFC 4287, paged as in RFC 5005)."""
    rows = await _rows(principal, seen, asked, district)
    headers = _next(request, asked, rows)
    feed = ET.Element("feed", xmlns=ATOM_NAMES)
    _add(feed, "id", _urn("feed", district or "*"))
    _add(feed, "title", SCHEME["title"])
    _add(ET.SubElement(feed, "author"), "name", SCHEME["title"])  # wanted of a feed without entries (RFC 4287, 4.1.1)
    _add(feed, "updated", (rows[0]["updated_at"] if rows else now(request)).isoformat())
    ET.SubElement(feed, "link", rel="self", href=_address(request))
    if headers:
        ET.SubElement(feed, "link", rel="next", href=headers["Link"].split(">")[0].removeprefix("<"))
    for row in rows[: asked.limit]:
        _add_entry(feed, row)
    return Response(ET.tostring(feed, encoding="utf-8", xml_declaration=True), 200, headers, media_type=ATOM)


async def _rows(principal: Principal, seen: Seen, asked: Page, district: str | None) -> Sequence[Any]:
    if district is not None:
        principal.require_district(district)
    return await queries.published(seen, district, _after(asked), asked.limit + 1)


def _after(asked: Page) -> tuple[datetime, str] | None:
    """The time and entry behind which a page begins; BadRequest for another list's cursor."""
    try:
        match asked.after:
            case None:
                return None
            case [str(at), str(entry)] if "\0" not in entry and (when := datetime.fromisoformat(at)).tzinfo is not None:
                return when, entry
            case _:
                raise ValueError(asked.after)
    except (ValueError, OverflowError) as error:
        raise foreign_cursor() from error


def _key(row: Mapping[str, Any]) -> list[Any]:
    return [row["updated_at"].isoformat(), row["entry_id"]]


def _next(request: Request, asked: Page, rows: Sequence[Any]) -> dict[str, str]:
    """The Link header of the next page, as the list itself has it."""
    link = listed(request, asked, rows, _key).headers.get("link")
    return {} if link is None else {"Link": link}


def _told(row: Mapping[str, Any]) -> dict[str, str]:
    """An entry in the words of the scheme, by the scheme's fields; of a natural person only that it is one."""
    person = row["party_kind"] == "person"
    texts = {name: "；".join(row[name]) for name in ("facts", "basis", "kinds")}
    days = {name: "" if row[name] is None else row[name].isoformat() for name in
            ("decided_on", "published_on", "public_until", "withdrawn_on")}  # fmt: skip
    return {
        **{name: row[name] for name in ("uscc", "document_no", "cause", "organ")}, **texts, **days, "name": row["name"],
        "party_kind": SCHEME["party_kinds"][row["party_kind"]], "id_kind": "身份证" if person else "",
        "id_number": SCHEME["mask"] if person else "", "penalty": _penalty(row), "fine": _ten_thousands(row["current_fen"]),
        "initial_fine": _ten_thousands(row["initial_fen"]), "confiscated": _ten_thousands(row["confiscate_fen"]),
        "source": row["organ"], "explanation": row["explanation"] or "", "state": SCHEME["states"][row["state"]],
        "updated_at": row["updated_at"].isoformat(),
    }  # fmt: skip


def _penalty(row: Mapping[str, Any]) -> str:
    """What was imposed, in words: kinds and sums."""
    sums = {"罚款": row["current_fen"], "没收违法所得": row["confiscate_fen"]}
    kinds = [kind for kind in row["kinds"] if kind not in sums]
    return "；".join([f"{name} {_yuan(fen)} 元" for name, fen in sums.items() if fen] + kinds)


def _yuan(fen: int) -> str:
    return f"{Decimal(fen).scaleb(-2):,.2f}"


def _ten_thousands(fen: int | None) -> str:
    """A sum in 万元, exactly; empty where nothing is told."""
    return "" if fen is None else f"{(Decimal(fen) / FEN_PER_TEN_THOUSAND).normalize():f}"


def _add_entry(feed: ET.Element, row: Mapping[str, Any]) -> None:
    told = _told(row)
    entry = ET.SubElement(feed, "entry")
    _add(entry, "id", _urn("entry", row["entry_id"]))
    _add(entry, "title", f"{told['state']}：{told['name']} {told['document_no']}")
    _add(entry, "updated", told["updated_at"])
    _add(entry, "published", f"{told['published_on']}T00:00:00+08:00")
    _add(ET.SubElement(entry, "author"), "name", told["organ"])
    ET.SubElement(entry, "category", term=row["state"], label=told["state"])
    lines = [f"{one['head']}：{told[one['field']]}" for one in SCHEME["columns"] if told.get(one["field"])]
    _add(entry, "content", "\n".join(lines), type="text")


def _add(parent: ET.Element, name: str, text: str, **attributes: str) -> None:
    """A child with a text, without the characters that XML does not have."""
    ET.SubElement(parent, name, attributes).text = NOT_XML.sub("", text)


def _urn(what: str, name: str) -> str:
    """An id that stays the same for ever."""
    return uuid.uuid5(NAMESPACE, f"{what} {name}").urn


def _address(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")

"""Issued bulletins: what is recorded of one when it is issued, and whether it is still what the same events make."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from chassis.domain import Unknown
from chassis.http import answer_json
from chassis.signednote import Signer
from chassis.statements import stated
from services.reporting.api.answers import Bulletin, answers
from services.reporting.api.answers_audit import IssuedBulletins, ToIssue
from services.reporting.api.bulletin_paper import bulletin_paper
from services.reporting.api.bulletin_view import bulletin
from services.reporting.api.bulletins import WAITING, Asked, OfWeek
from services.reporting.api.files import case_file
from services.reporting.api.passed_on import PdfResponse, as_pdf, hash_of
from services.reporting.api.scopes import scope_of
from services.reporting.api.viewers import Viewer, shows_at_least
from services.reporting.queries.issued import Issued, altered, bulletin_id, issued, series_of, used

router = APIRouter(prefix="/bulletins", dependencies=[Depends(shows_at_least)])


@router.get("/{week}/to-issue", responses=answers(ToIssue))
async def to_issue(asked: OfWeek, district: str | None = None) -> Response:
    """What is recorded of a bulletin when it is issued: to be given as `issued` of tasks' `POST /v1/campaigns/{id}/bulletins`.

    Its SHA-256 are of what `/v1/bulletins/{week}` and its PDF answer to the same question; `cuts` are the ledgers behind them;
    `signed_note` is our signature of all that, by which tasks knows that it was not changed.
    """
    found = await asked.weekly()
    districts = scope_of(asked.viewer, district, found.table.districts)
    told = bulletin(found, districts, district)
    async with asked.request.app.state.pool.acquire() as connection:
        order = sorted(asked.cuts, key=lambda at: (at == asked.at, at))
        cuts = [{"recorded_before": at, "ledgers": await used(connection, asked.cuts[at])} for at in order]
    facts = {
        "bulletin_id": bulletin_id(asked.week), "week": asked.week.name, "district": district, "districts": districts,
        **await _papers(told, asked), "cuts": cuts,
    }  # fmt: skip
    signer: Signer | None = asked.request.app.state.settings.signer
    answer = answer_json({**facts, "signed_note": None if signer is None else stated(signer, facts)})
    answer.headers[WAITING] = asked.waiting
    return answer


async def _papers(told: Mapping[str, Any], asked: Asked) -> dict[str, str]:
    """The hashes of a bulletin's JSON and PDF, and what the PDF is laid out with."""
    made = await hash_of(asked.request.app, bulletin_paper(told), asked.at)
    said = hashlib.sha256(bytes(answer_json(told).body)).hexdigest()
    return {"json_sha256": said, "pdf_sha256": made.sha256, "template": made.template}


@router.get("/{week}/issued", responses=answers(IssuedBulletins))
async def issued_of(asked: OfWeek) -> Response:
    """What was issued of a week, each made again of the ledgers that it was made from: `same`, or what `differs`.

    A paper differs with the software (`template`, figures, rules); a ledger only if it was altered, or if the copy is short.
    """
    return answer_json({"items": [await _compared(asked, one) for one in await _seen(asked)], "next": None})


async def _compared(asked: Asked, one: Issued) -> dict[str, Any]:
    async with asked.request.app.state.pool.acquire() as connection:
        differs = [*await altered(connection, one)]
    now: dict[str, str] = {}
    if not differs:
        now = await _papers(await _again(asked, one), _as_it_was(asked, one))
        then = {"json_sha256": one.hashes["json"], "pdf_sha256": one.hashes["pdf"], "template": one.template}
        differs = [{"what": what, "recorded": then[what], "now": now[what]} for what in then if then[what] != now[what]]
    e, said, path = one.copied.envelope, one.copied.data, f"/v1/bulletins/{asked.week.name}/issued/{one.copied.envelope.event_id}"
    return {
        "event_id": e.event_id, "campaign_id": said.get("campaign_id"), "number": said.get("number"), "title": said.get("title"),
        "issued_by": e.actor.id, "organ": e.organ, "occurred_at": e.occurred_at, "recorded_at": e.recorded_at,
        "same": not differs, "differs": differs, "issued": said["issued"],
        "links": {
            "json": path, "pdf": f"{path}/pdf", "proof": f"/v1/bulletins/{asked.week.name}/issued/file",
            "events": f"/v1/events?service=tasks&stream_id={e.stream_id}",
        },
    }  # fmt: skip


async def _seen(asked: Asked) -> list[Issued]:
    """What was issued of the week and tells of nothing that the viewer may not see."""
    async with asked.request.app.state.pool.acquire() as connection:
        found = await issued(connection, asked.week)
    return [one for one in found if all(map(asked.viewer.may_see, (one.copied.envelope.district, *one.districts)))]


def _as_it_was(asked: Asked, one: Issued) -> Asked:
    return replace(asked, at=one.at, cuts=dict(one.cuts))


async def _again(asked: Asked, one: Issued) -> dict[str, Any]:
    """An issued bulletin, folded anew from the ledgers that it was made from."""
    return bulletin(await _as_it_was(asked, one).weekly(), one.districts, one.district)


@router.get("/{week}/issued/file")
async def proof(request: Request, asked: OfWeek, viewer: Viewer) -> Response:
    """What proves, with no network, what was issued of a week: the series that it stands in as a case file.

    `casetrail bulletin verify PAPER PROOF` says whether a paper is what was issued.
    """
    streams = sorted({one.copied.envelope.stream_id for one in await _seen(asked)})
    name = bulletin_id(asked.week)
    content, _, _ = await case_file(request, "bulletin", name, viewer, await series_of(request.app.state.pool, streams))
    headers = {"Content-Disposition": f'attachment; filename="{name}.casefile.json"'}
    return Response(content, media_type="application/json", headers=headers)


@router.get("/{week}/issued/{event_id}", responses=answers(Bulletin))
async def made_again(asked: OfWeek, event_id: UUID) -> Response:
    """An issued bulletin, made again of the ledgers that it was made from."""
    return answer_json(await _again(asked, await _one(asked, event_id)))


@router.get("/{week}/issued/{event_id}/pdf", response_class=PdfResponse)
async def printed_again(asked: OfWeek, event_id: UUID) -> Response:
    """An issued bulletin as a PDF, made again; the same bytes as long as template and figures are the same."""
    one = await _one(asked, event_id)
    return await as_pdf(asked.request.app, bulletin_paper(await _again(asked, one)), one.at)


async def _one(asked: Asked, event_id: UUID) -> Issued:
    found = next((one for one in await _seen(asked) if one.copied.envelope.event_id == event_id), None)
    if found is None:
        raise Unknown("event", str(event_id))
    return found

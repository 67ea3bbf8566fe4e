"""The bundle: a case file with its documents and evidence and a page to read, in one archive (`casetrail verify`)."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any

import aiohttp
import orjson
from fastapi import APIRouter, Depends, Request, Response

from chassis import bundle
from chassis.http import Id
from chassis.problems import BadRequest
from chassis.settings import Settings
from chassis.telemetry import log
from services.reporting.api.files import case_file
from services.reporting.api.histories import History
from services.reporting.api.readable import page
from services.reporting.api.reads import Given
from services.reporting.api.viewers import shows_at_least
from services.reporting.domain.access import Thing
from services.reporting.queries.histories import history_of
from services.reporting.queries.papers import Paper, papers_of

router = APIRouter(dependencies=[Depends(shows_at_least)])
MOST = 256 << 20  # bytes of documents and evidence in one bundle
TIMEOUT = aiohttp.ClientTimeout(total=60)
AT_ONCE = 4  # files asked for at the same time


@router.get("/enterprises/{enterprise_id}/bundle", response_class=Response)
async def of_enterprise(
    request: Request, enterprise_id: Id, given: Given, asked: History
) -> Response:  # fmt: skip
    """The case file of an enterprise with documents, evidence and a page to read, as one sealed archive."""
    return await _bundle(request, "enterprise", enterprise_id, given, asked)


@router.get("/cases/{case_id}/bundle", response_class=Response)
async def of_case(request: Request, case_id: Id, given: Given, asked: History) -> Response:
    """The case file of a case with documents, evidence and a page to read, as one sealed archive.

    Files are asked of the services that own them, for the reader and under the reader's own token, so that each is recorded there
    as read; what is not given is listed with its hash and where it is.
    """
    return await _bundle(request, "case", case_id, given, asked)


async def _bundle(request: Request, kind: Thing, key: str, given: Given, asked: History) -> Response:
    viewer = asked.viewer
    rows = [row for row in await history_of(asked.pool, kind, key) if viewer.may_see(row["district"])]
    content, shown, signer = await case_file(request, kind, key, viewer, rows)
    papers = papers_of(shown)
    files, told = await _fetched(request, papers)
    telling = await asked.telling(rows)
    body = orjson.dumps([telling.entry(row) for row in rows], default=str)
    entries = orjson.loads(body if asked.vault is None else await asked.vault.shown(body))
    now = request.app.state.runner.clock.now()
    try:
        made = bundle.write(content, page(kind, key, viewer.name, now, entries, told), files, told, signer)
    except bundle.TooLarge as error:
        raise BadRequest("bundle-too-large", "案卷过大，无法打包", str(error), status=413) from error
    await given.give(viewer, kind, key, shown, "bundle", made)
    log.info("bundle_exported", kind=kind, key=key, by=viewer.id, events=len(shown), files=len(files))
    name = f'attachment; filename="{kind}-{key}.zip"'
    return Response(made, media_type="application/zip", headers={"Content-Disposition": name})


async def _fetched(request: Request, papers: Sequence[Paper]) -> tuple[dict[str, bytes], list[dict[str, Any]]]:
    """The files that their services give to whoever asks, by hash; and of each what it is and where it is."""
    settings: Settings = request.app.state.settings
    known = {paper.sha256 for paper in papers}
    files: dict[str, bytes] = {}
    free = asyncio.Semaphore(AT_ONCE)

    async def one(client: aiohttp.ClientSession, paper: Paper) -> str:
        url = settings.urls.get(paper.service)
        if paper.path is None or url is None:
            return "仅存摘要"
        async with free:
            try:
                got = await _asked_for(client, f"{url}{paper.path}", MOST - sum(map(len, files.values())))
            except (aiohttp.ClientError, TimeoutError) as error:
                log.warning("bundle_lacks_file", service=paper.service, key=paper.key, error=repr(error))
                return "未能取得"
        if isinstance(got, str):
            return got
        digest = hashlib.sha256(got).hexdigest()
        if digest not in known:
            return "所给内容与摘要不符"
        files[digest] = got
        return ""

    headers = {"Authorization": request.headers["authorization"]}
    async with aiohttp.ClientSession(timeout=TIMEOUT, headers=headers) as client:
        outcomes = await asyncio.gather(*(one(client, paper) for paper in papers))
    return files, [_listed(paper, outcome, files) for paper, outcome in zip(papers, outcomes, strict=True)]


async def _asked_for(client: aiohttp.ClientSession, url: str, most: int) -> bytes | str:
    """The bytes, or why there are none."""
    async with client.get(url, params={"reason": "导出案卷"}) as answer:
        if answer.status != 200:
            return f"所属服务未提供（{answer.status}）"
        if answer.content_length is not None and answer.content_length > most:
            return "过大，未收入"
        content = bytearray()
        async for chunk in answer.content.iter_chunked(1 << 16):
            content += chunk
            if len(content) > most:
                return "过大，未收入"
        return bytes(content)


def _listed(paper: Paper, outcome: str, files: dict[str, bytes]) -> dict[str, Any]:
    inside = paper.sha256 in files
    where = "" if inside else f"{outcome}：{paper.service}{paper.path or ' 事件 ' + paper.key}"
    return {
        "kind": paper.kind, "service": paper.service, "id": paper.key, "name": paper.name, "sha256": paper.sha256,
        "member": f"{bundle.FILES}{paper.sha256}" if inside else None, "where": where,
    }  # fmt: skip

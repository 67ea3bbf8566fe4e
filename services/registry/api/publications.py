"""HTTP for published law: catalogues and rulebooks, checked in their shape, kept and given out as they came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response

from chassis.aggregates import AsOf, Loaded, read
from chassis.domain import Stream, Unknown
from chassis.http import Id, IsoDate, Paged, Seen, answer_json, listed, pool_of
from chassis.moments import Moment
from services.registry import queries
from services.registry.api.catalogues import CatalogueBody
from services.registry.api.citations import Version
from services.registry.api.reference import PUBLISHED, PUBLISHED_LISTS, Administrator, after
from services.registry.api.rulebooks import RulebookBody
from services.registry.commands import reference
from services.registry.domain import releases
from services.registry.domain.law import CATALOGUE, RULEBOOK, CataloguePublished, RulebookPublished
from services.registry.domain.releases import Change

S = TypeVar("S")
router = APIRouter(prefix="/v1")


@router.post("/catalogues", status_code=201)
async def publish_catalogue(request: Request, body: CatalogueBody, command: Administrator) -> Response:
    """Publish a version of a catalogue."""
    sent = await request.json()
    return await command.run(reference.publish_catalogue, fact_of(body, sent["items"]), body.rulebook, status=201)


@router.post("/rulebooks", status_code=201)
async def publish_rulebook(request: Request, body: RulebookBody, command: Administrator) -> Response:
    """Publish a version of a rulebook."""
    return await command.run(reference.publish_rulebook, book_of(body, await request.json()), status=201)


@router.get("/catalogues", dependencies=PUBLISHED_LISTS)
async def catalogues(request: Request, db: Seen, asked: Paged, on: IsoDate | None = None) -> Response:
    """What releases of catalogues there are, in force on a day if one is named: they are public."""
    return await _list(request, db, asked, "catalogue", on)


@router.get("/rulebooks", dependencies=PUBLISHED_LISTS)
async def rulebooks(request: Request, db: Seen, asked: Paged, on: IsoDate | None = None) -> Response:
    """What releases of rulebooks there are, in force on a day if one is named: they are public."""
    return await _list(request, db, asked, "rulebook", on)


@router.get("/catalogues/{catalogue}/{version}/changes", dependencies=PUBLISHED)
async def catalogue_changes(request: Request, catalogue: Id, version: Version, against: Version | None = None) -> Response:
    """How a release differs from another (the one before it, if none is named), item by item, and in what it says of itself."""
    known = await queries.catalogues(pool_of(request).fetch, catalogue)
    after, before = _pair(known, CATALOGUE.name, catalogue, version, against)
    found = releases.catalogue_changes({} if before is None else asdict(before), asdict(after))
    return _told(found, version, None if before is None else before.version)


@router.get("/rulebooks/{rulebook}/{version}/changes", dependencies=PUBLISHED)
async def rulebook_changes(request: Request, rulebook: Id, version: Version, against: Version | None = None) -> Response:
    """How a release differs from another (the one before it, if none is named), row by row."""
    known = await queries.rulebook_versions(pool_of(request).fetch, rulebook)
    after, before = _pair(known, RULEBOOK.name, rulebook, version, against)
    found = releases.rulebook_changes({} if before is None else before.content, after.content)
    return _told(found, version, None if before is None else before.version)


@router.get("/catalogues/{catalogue}/{version}", dependencies=PUBLISHED)
async def catalogue(request: Request, catalogue: Id, version: Version, as_of: Moment) -> Response:
    """A version of a catalogue: it is public."""
    loaded = await _published(request, CATALOGUE, f"{catalogue}/{version}", as_of)
    return answer_json(loaded.state.published, version=loaded.version)


@router.get("/rulebooks/{rulebook}/{version}", dependencies=PUBLISHED)
async def rulebook(request: Request, rulebook: Id, version: Version, as_of: Moment) -> Response:
    """A version of a rulebook, whole: it is public."""
    loaded = await _published(request, RULEBOOK, f"{rulebook}/{version}", as_of)
    published = loaded.state.published
    return answer_json(published and published.content, version=loaded.version)


def fact_of(body: CatalogueBody, items: Sequence[dict[str, Any]]) -> CataloguePublished:
    """The release that a checked body tells of; its items are kept as they came."""
    return CataloguePublished(
        catalogue=body.catalogue, version=body.version, title=body.title, valid_from=body.valid_from, valid_to=body.valid_to,
        items=tuple(items), register_terms=body.register_terms,
    )  # fmt: skip


def book_of(body: RulebookBody, content: dict[str, Any]) -> RulebookPublished:
    """The release that a checked body tells of; its content is kept as it came."""
    return RulebookPublished(
        rulebook=body.rulebook, version=body.version, valid_from=body.valid_from, valid_to=body.valid_to,
        province=body.province, content=content,
    )  # fmt: skip


R = TypeVar("R", CataloguePublished, RulebookPublished)


def _pair(known: Sequence[R], kind: str, name: str, version: str, against: str | None) -> tuple[R, R | None]:
    after = release_of(known, kind, name, version)
    if against is not None:
        return after, release_of(known, kind, name, against)
    before = releases.previous(known, after)
    return after, None if before is None else release_of(known, kind, name, before.version)


def release_of(known: Sequence[R], kind: str, name: str, version: str) -> R:
    """The release of this version; raises Unknown."""
    found = next((one for one in known if one.version == version), None)
    if found is None:
        raise Unknown(kind, f"{name}/{version}")
    return found


def _told(changes: Sequence[Change], version: str, against: str | None) -> Response:
    listed_ = [{**asdict(change), "zh": change.zh} for change in changes]
    return answer_json({"version": version, "against": against, "changes": listed_})


async def _list(request: Request, db: Seen, asked: Paged, kind: str, on: date | None) -> Response:
    rows = await db.fetch(queries.PUBLICATIONS, kind, on, *after(asked, 1), asked.limit + 1)
    return listed(request, asked, rows, lambda row: [row["publication"]])


async def _published(request: Request, stream: Stream[S], key: str, as_of: AsOf | None) -> Loaded[S]:
    loaded = await read(pool_of(request), stream, key, as_of)
    if not loaded.exists:
        raise Unknown(stream.name, key)
    return loaded

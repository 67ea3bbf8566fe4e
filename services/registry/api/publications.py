"""HTTP for published law: catalogues and rulebooks, checked in their shape, kept and given out as they came."""

from __future__ import annotations

from typing import TypeVar

from fastapi import APIRouter, Request, Response

from chassis.aggregates import AsOf, Loaded, read
from chassis.domain import Stream, Unknown
from chassis.http import Id, answer_json, pool_of
from chassis.moments import Moment
from services.registry.api.catalogues import CatalogueBody
from services.registry.api.citations import Version
from services.registry.api.reference import PUBLIC, Administrator
from services.registry.api.rulebooks import RulebookBody
from services.registry.commands import reference
from services.registry.domain.law import CATALOGUE, RULEBOOK, CataloguePublished, RulebookPublished

S = TypeVar("S")
router = APIRouter(prefix="/v1")


@router.post("/catalogues", status_code=201)
async def publish_catalogue(request: Request, body: CatalogueBody, command: Administrator) -> Response:
    """Publish a version of a catalogue."""
    sent = await request.json()
    fact = CataloguePublished(
        catalogue=body.catalogue, version=body.version, title=body.title, valid_from=body.valid_from, valid_to=body.valid_to,
        items=tuple(sent["items"]), register_terms=body.register_terms,
    )  # fmt: skip
    return await command.run(reference.publish_catalogue, fact, body.rulebook, status=201)


@router.post("/rulebooks", status_code=201)
async def publish_rulebook(request: Request, body: RulebookBody, command: Administrator) -> Response:
    """Publish a version of a rulebook."""
    fact = RulebookPublished(
        rulebook=body.rulebook, version=body.version, valid_from=body.valid_from, valid_to=body.valid_to,
        province=body.province, content=await request.json(),
    )  # fmt: skip
    return await command.run(reference.publish_rulebook, fact, status=201)


@router.get("/catalogues/{catalogue}/{version}", dependencies=PUBLIC)
async def catalogue(request: Request, catalogue: Id, version: Version, as_of: Moment) -> Response:
    """A version of a catalogue: it is public."""
    loaded = await _published(request, CATALOGUE, f"{catalogue}/{version}", as_of)
    return answer_json(loaded.state.published, version=loaded.version)


@router.get("/rulebooks/{rulebook}/{version}", dependencies=PUBLIC)
async def rulebook(request: Request, rulebook: Id, version: Version, as_of: Moment) -> Response:
    """A version of a rulebook, whole: it is public."""
    loaded = await _published(request, RULEBOOK, f"{rulebook}/{version}", as_of)
    published = loaded.state.published
    return answer_json(published and published.content, version=loaded.version)


async def _published(request: Request, stream: Stream[S], key: str, as_of: AsOf | None) -> Loaded[S]:
    loaded = await read(pool_of(request), stream, key, as_of)
    if not loaded.exists:
        raise Unknown(stream.name, key)
    return loaded

"""What one listener of the feed is told: filters of the question within what the principal may see."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Query

from chassis.auth import Forbidden, Principal, needs_district, reader
from chassis.domain import Unknown
from chassis.eventstore import Pool
from chassis.http import Db, Id, Seen
from chassis.problems import BadRequest
from chassis.sight import Sight
from services.reporting.api.shares import SHARES, Share, share_of
from services.reporting.queries.captions import is_published
from services.reporting.queries.definitions import FIGURES, PANEL
from services.reporting.queries.following import Wanted, subtree
from services.reporting.queries.histories import case_matter
from services.reporting.queries.measures import BY_NAME
from services.reporting.queries.trees import SOURCES

MOST = 50  # values of one filter
ALL, NONE = "all", "none"
TABLE = tuple(figure.name for figure in FIGURES)  # the figures that somebody is told who names none
WIRE = re.compile(r"^casetrail\.[a-z]{1,32}\.[a-z0-9-]{1,64}\.v[0-9]{1,3}$")
PLACE = re.compile(r"^[A-Za-z0-9._-]{1,64}$")

Listening = Annotated[Principal, Depends(reader(*SHARES))]


@dataclass(frozen=True, slots=True)
class View:
    """What is told: which events, personal data in plain or masked, which figures and panels. Equal views share their bytes."""

    wanted: Wanted
    plain: bool = True
    figures: tuple[str, ...] = TABLE
    panels: tuple[str, ...] = ()


def _values(what: str) -> Any:
    return Query(description=f"{what}; repeated or separated by commas", max_length=MOST)


async def view_of(
    viewer: Listening, db: Db, seen: Seen,
    district: Annotated[list[str] | None, _values("districts with all below them, as far as the caller may see them")] = None,
    type_: Annotated[list[str] | None, Query(alias="type", description="wire names of events", max_length=MOST)] = None,
    service: Annotated[list[str] | None, _values("services")] = None,
    subject: Annotated[Id | None, Query(description="an enterprise")] = None,
    case: Annotated[Id | None, Query(description="a case: all of its matter, as its history")] = None,
    correlation: UUID | None = None,
    figures: Annotated[list[str] | None, _values("measures; `none`; those of the pilot table unless said")] = None,
    panels: Annotated[list[str] | None, _values("panels of whose changes to be told; `all`; none unless said")] = None,
) -> View:  # fmt: skip
    """FastAPI dependency: what the question asks for, within what the principal may see.

    422 `bad-filter` for what there is not; 403 for a district or an enterprise that is not the principal's; 404 for a case.
    """
    share = share_of(viewer)
    wanted = Wanted(
        districts=await _districts(viewer, seen, _listed(district)), types=_types(share, _listed(type_)),
        services=_among("service", _listed(service), SOURCES, "没有这个业务", "there is no such service"),
        subject=_subject(viewer, share, subject), correlation=correlation,
    )  # fmt: skip
    if case is not None:
        wanted = replace(wanted, matter=await _matter(db, viewer, share, case))
    return View(wanted, share.plain, *_numbers(share, _listed(figures), _listed(panels)))


def _listed(given: Sequence[str] | None) -> list[str] | None:
    """The values of a filter; None if it is not there."""
    if given is None:
        return None
    values = list(dict.fromkeys(part for one in given for part in one.split(",")))
    return values[: MOST + 1]


def bad_filter(name: str, value: str, zh: str, en: str) -> BadRequest:
    """A filter that cannot mean anything: which, and what of it."""
    where = [{"pointer": f"#/{name}", "in": "query", "code": "bad-filter", "detail": zh, "title": en, "value": value[:100]}]
    return BadRequest("bad-filter", f"{zh}：{value[:100]}", f"{en}: {value[:100]}", status=422, errors=where)


def _among(name: str, given: Sequence[str] | None, known: Collection[str], zh: str, en: str) -> frozenset[str] | None:
    for value in given or ():
        if value not in known:
            raise bad_filter(name, value, zh, en)
    return None if given is None else frozenset(given)


def _types(share: Share, given: Sequence[str] | None) -> frozenset[str] | None:
    for value in given or ():
        if not (WIRE.match(value) and is_published(value)):
            raise bad_filter("type", value, "没有这种事件", "there is no such event")
    if given is None:
        return share.types
    return frozenset(given) if share.types is None else share.types & frozenset(given)


async def _districts(viewer: Principal, seen: Sight, given: Sequence[str] | None) -> frozenset[str] | None:
    """The named districts and those below them, as far as the viewer may see them; all that they may see if none is named."""
    own = viewer.seen_districts()
    if given is None:
        return None if own is None else frozenset(own)
    for value in given:
        if not PLACE.match(value):
            raise bad_filter("district", value, "没有这个辖区", "there is no such district")
    below, known = await subtree(seen, given)
    if own is None:
        _among("district", given, known, "没有这个辖区", "there is no such district")
        return below
    if not below & frozenset(own):
        raise needs_district(", ".join(given), own)
    return below & frozenset(own)


def _subject(viewer: Principal, share: Share, given: str | None) -> str | None:
    if not share.own:
        return given
    own = viewer.enterprise_id or ""
    if given not in (None, own):
        raise Forbidden(f"enterprise {given}", f"需要企业 {given} 的账号")
    return own


async def _matter(db: Pool, viewer: Principal, share: Share, case: str) -> tuple[UUID, str]:
    found = await case_matter(db, case)
    if found is None or not viewer.may_see(found[2]) or (share.own and found[1] != viewer.enterprise_id):
        raise Unknown("case", case)
    return found[:2]


def _numbers(
    share: Share, figures: Sequence[str] | None, panels: Sequence[str] | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The figures and panels that were asked for, each in the order in which it is shown; the same question, the same view."""
    zh, en = "没有这个指标", "there is no such figure"
    named = _among("figures", figures, {*BY_NAME, NONE}, zh, en)
    asked = _among("panels", panels, {*PANEL, ALL}, "没有这个面板", "there is no such panel")
    if not share.figures:
        return (), ()
    told = TABLE if named is None else _kept(BY_NAME, named)
    return told, tuple(PANEL) if ALL in (asked or ()) else _kept(PANEL, asked or ())


def _kept(known: Iterable[str], named: Collection[str]) -> tuple[str, ...]:
    return tuple(one for one in known if one in named)


Viewed = Annotated[View, Depends(view_of)]

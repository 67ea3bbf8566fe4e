"""HTTP for published law: catalogues and rulebooks, checked in their shape, kept and given out as they came."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from chassis.aggregates import AsOf, Loaded, read
from chassis.domain import Stream, Unknown
from chassis.http import Body, Id, answer_json, pool_of
from chassis.moments import Moment
from services.registry.api.reference import PUBLIC, Administrator, Name
from services.registry.commands import reference
from services.registry.domain.law import CATALOGUE, RULEBOOK, CataloguePublished, RulebookPublished

S = TypeVar("S")
Version = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]{0,19}$")]
Fen = Annotated[int, Field(ge=0, strict=True)]

router = APIRouter(prefix="/v1")


class Part(BaseModel):
    """A part of a law document: the fields that the platform computes with are checked, others are kept as they are."""

    model_config = ConfigDict(extra="allow")


class Reference(Part):
    """A place in a law."""

    law: Name
    version: Version
    article: Name
    paragraph: int | None = None
    item: str | None = None


class DatedReference(Reference):
    """A place in a law, for acts within its dates."""

    valid_from: date
    valid_to: date | None


class Penalty(Part):
    """What a provision threatens."""

    provision: Reference
    phase: str = Field(pattern="^(first|overdue)$")
    subject: str = Field(pattern="^(unit|person)$")
    min_fen: Fen
    max_fen: Fen
    other_kinds: list[str]
    valid_from: date
    valid_to: date | None


class Measure(Part):
    """What an officer orders on the spot."""

    kind: str = Field(pattern="^(immediate-correction|rectify-within|stop-use|withdraw-and-suspend)$")
    default_days: int = Field(ge=0, le=3650)
    basis: list[DatedReference]


class Condition(Part):
    """To which sites an item applies."""

    sector: list[str] = Field(min_length=1)
    equipment_kind: list[str] = []
    field: dict[str, dict[str, Any]] = {}


class Item(Part):
    """One inspection item."""

    code: str = Field(pattern=r"^[A-Z]{2,4}-[A-Z]?[0-9]{1,3}$")
    sector: Name
    title: Name
    check_points: list[str]
    finding_text: str = Field(min_length=1)
    applies_if: Condition
    is_major_hazard: bool
    key_item_code: str | None
    basis: list[DatedReference]
    onsite_measure: Measure
    penalty: list[Penalty]
    valid_from: date
    valid_to: date | None


class CatalogueBody(Body):
    """A version of the catalogue; `rulebook` (`<rulebook>/<version>`) is the published book that its citations are checked by."""

    catalogue: Id
    version: Version
    title: Name
    valid_from: date
    valid_to: date | None
    register_terms: dict[str, Any] = Field(default_factory=dict)
    items: list[Item] = Field(min_length=1, max_length=5000)
    rulebook: str | None = Field(None, pattern=r"^[a-z0-9][a-z0-9-]{2,63}/[0-9A-Za-z][0-9A-Za-z.-]{0,19}$")


class Dated(Part):
    """A rule that holds on certain days, and the article it rests on."""

    basis: Reference | None
    valid_from: date
    valid_to: date | None


class LawVersion(Part):
    """A version of a law."""

    id: Name
    version: Version
    title: Name
    short_title: Name
    valid_from: date
    valid_to: date | None


class Rule(Dated):
    """A rule, guard or mandatory content by its code."""

    code: Name
    status: Name = "in-force"


class DeadlineRow(Dated):
    """A period of the law."""

    code: Name
    length: int = Field(ge=0, le=36500, strict=True)
    unit: str = Field(pattern="^(calendar-day|working-day|hour|month|year)$")
    rolls_to_working_day: bool
    status: Name = "in-force"


class ThresholdRow(Dated):
    """An amount from which the law demands more."""

    code: Name
    province: str | None
    party: str
    measure: str
    comparison: str
    amount_fen: Fen | None


class RangeRow(Reference):
    """The range of a fine."""

    phase: str = Field(pattern="^(first|overdue)$")
    subject: str = Field(pattern="^(unit|person)$")
    min_fen: Fen
    max_fen: Fen
    max_inclusive: bool
    valid_from: date
    valid_to: date | None


class Apportionment(Part):
    """Which part of a district's enterprises falls to the city."""

    share_numerator: int = Field(ge=0, le=1000, strict=True)
    share_denominator: int = Field(ge=1, le=1000, strict=True)
    rounding: Name


class EarlierReference(Reference):
    """The place that a rule rested on before, within its dates where they are known."""

    valid_from: date | None = None
    valid_to: date | None = None


class Officers(Dated):
    """How many officers a visit needs at least."""

    minimum: int = Field(ge=1, le=100, strict=True)
    earlier_basis: EarlierReference | None = None


class Inspection(Part):
    """Whether inspections need an approved plan."""

    approved_plan_required: bool
    basis: Reference | None


class CaseStep(Part):
    """One step of the limit for a decision: the period by its code."""

    deadline: Name


class CaseLimit(Part):
    """The limit for a decision."""

    steps: list[CaseStep] = Field(min_length=1)


class LegalReview(Dated):
    """On which grounds a case needs a legal review."""

    required_when: list[Name]


class Seal(Dated):
    """Whether a decision needs a seal."""

    required: bool


class CalendarOverride(Part):
    """A day whose kind the rulebook fixes."""

    date: date
    working: bool


class RulebookBody(Part):
    """A version of the rulebook: the parts that any service computes with are checked here, others are kept as they are.

    What the others could not read, they would meet only after it is published, and a version is never changed.
    """

    rulebook: Id
    version: Version
    title: Name
    province: str = Field(pattern="^[0-9]{6}$")
    valid_from: date
    valid_to: date | None
    laws: list[LawVersion] = Field(min_length=1)
    deadlines: list[DeadlineRow] = Field(min_length=1)
    thresholds: list[ThresholdRow]
    ranges: list[RangeRow]
    rules: list[Rule]
    ordering_guards: list[Rule]
    closing_guards: list[Rule]
    decision_contents: list[Rule]
    decision_seal: Seal
    legal_review: LegalReview
    case_limit: CaseLimit
    officers: Officers
    inspection: Inspection
    apportionment: Apportionment
    calendar_overrides: list[CalendarOverride]


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

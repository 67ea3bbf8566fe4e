"""What a form is filled in from: what was recorded, what the register and the rulebook say, what the officer adds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from pydantic import ValidationError

from chassis.domain import day_of
from chassis.forms import DEEPEST, too_deep
from chassis.rendering import Image
from chassis.runner import Work
from services.inspection import queries
from services.inspection.documents import Form
from services.inspection.documents.composed import COMPOSED, EDITABLE, MEASURED, Known, Matter
from services.inspection.documents.parts import Remedies
from services.inspection.domain import hazard as hazards
from services.inspection.domain import order as orders
from services.inspection.domain.catalogue import Catalogue, breached
from services.inspection.domain.document import DOCUMENT, DocumentState
from services.inspection.domain.events import HazardFound
from services.inspection.domain.hazard import HAZARD
from services.inspection.domain.inspection import InspectionState, prepared
from services.inspection.domain.measures.measure import MEASURE, MeasureState, of_kind
from services.inspection.domain.measures.supply_cut import SupplyCut, requested
from services.inspection.domain.measures.suspension import Suspension
from services.inspection.domain.order import OrderState
from services.inspection.domain.refusals import refused
from services.inspection.domain.rules import Period, Rules

RECONSIDERATION, LITIGATION = "T19-reconsideration", "T20-litigation"  # the rulebook's periods
UNITS = {"calendar-day": "日", "working-day": "个工作日", "month": "个月", "year": "年"}
REGISTERED = ("address", "postcode", "contact", "industry_code", "legal_representative", "legal_representative_phone")
"""The fields of the register that forms print."""
WRONG = {"missing": "须填写", "unexpected_keyword_argument": "该文书没有此项", "extra_forbidden": "该文书没有此项"}
"""What is wrong with a fact, by pydantic's type of the error."""
OF_ITS_DOCUMENTS = "40"
"""The form that is made of the services of the inspection's other documents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueDocument:
    """A form to be issued: what it is about, what people fill in, how hazards are worded, whose pictures stand in it.

    `remedies` are the organs for reconsideration and the court. `supersedes`: another document, and why this takes its place.
    """

    document_id: str
    form: str
    inspection_id: str
    order_id: str | None
    measure_id: str | None
    facts: Mapping[str, Any]
    wording: Mapping[str, str]
    remedies: tuple[tuple[str, ...], str] | None
    pictures: Mapping[str, Image]
    supersedes: tuple[str, str] | None


def _composer(form: Form[Any], measure: MeasureState | None) -> Callable[[Matter], Any] | None:
    """What makes the form of what was recorded; None if people fill it in."""
    if measure is not None and form.no in MEASURED:
        return lambda matter: MEASURED[form.no](matter, measure)
    return COMPOSED.get(form.no)


async def facts_of(
    work: Work, form: Form[Any], command: IssueDocument, inspection: InspectionState, order: OrderState | None,
    measure: MeasureState | None, rules: Rules,
) -> Any:  # fmt: skip
    """The facts of the form: made of what was recorded where that can be, else as people fill them in.

    Refused `fact-not-editable`, `facts-incomplete`, `citation-unknown`, and as the form's composer does.
    """
    if too_deep(command.facts):
        raise refused("facts-incomplete", detail=f"嵌套超过 {DEEPEST} 层")
    compose = _composer(form, measure)
    if compose is None:
        return _read(form, _cited({**command.facts}, rules))
    if foreign := sorted(command.facts.keys() - EDITABLE[form.no]):
        raise refused("fact-not-editable", rules, field="、".join(foreign))
    made = compose(await _matter(work, form, command, inspection, order, measure, rules))
    told = {field.name: getattr(made, field.name) for field in fields(made)}
    return _read(form, {**told, **command.facts})


def _read(form: Form[Any], members: Mapping[str, Any]) -> Any:
    try:
        return form.read(members)
    except ValidationError as error:
        wrong = error.errors(include_url=False)[:10]
        detail = "；".join(f"{'.'.join(str(part) for part in one['loc'])}: {WRONG.get(one['type'], one['msg'])}" for one in wrong)
        raise refused("facts-incomplete", detail=detail) from error


def _cited(value: Any, rules: Rules) -> Any:
    """Facts with every `basis` turned from codes of the rulebook's rules into citations: nobody types a citation."""
    if isinstance(value, dict):
        return {key: _citations(one, rules) if key == "basis" else _cited(one, rules) for key, one in value.items()}
    if isinstance(value, list):
        return [_cited(one, rules) for one in value]
    return value


def _citations(codes: Any, rules: Rules) -> tuple[str, ...]:
    if not isinstance(codes, list):
        raise refused("citation-unknown", rules, rule=str(codes)[:50])
    for code in codes:
        if not isinstance(code, str) or code not in rules.articles:
            raise refused("citation-unknown", rules, rule=str(code)[:50])
    return tuple(dict.fromkeys(rules.articles[code] for code in codes))


async def _matter(
    work: Work, form: Form[Any], command: IssueDocument, inspection: InspectionState, order: OrderState | None,
    measure: MeasureState | None, rules: Rules,
) -> Matter:  # fmt: skip
    plan = prepared(inspection)
    catalogue = await queries.catalogue(work.read, plan.catalogue)
    if catalogue is None:
        raise refused("catalogue-unknown", rules, catalogue=plan.catalogue)
    named = set(inspection.hazards) | ({one.hazard_id for one in orders.issued(order).hazards} if order else set())
    found = {one: hazards.found((await work.existing(HAZARD, one)).state) for one in sorted(named)}
    return Matter(
        inspection=inspection, hazards=found, order=order, site=await _known(work, plan.enterprise_id), on=day_of(work.at),
        cited=_cited_by(catalogue, rules), remedies=_remedies(command, rules), wording=command.wording,
        periods={code: _period(period) for code, period in rules.periods.items() if period.unit in UNITS},
        articles=rules.articles, given=command.facts, disobeyed=await _disobeyed(work, measure),
        issued=await _documents(work, command.inspection_id) if form.no == OF_ITS_DOCUMENTS else (),
    )  # fmt: skip


async def _known(work: Work, enterprise_id: str) -> Known:
    """What the register tells of a site, persons in plain."""
    site = await queries.site(work.read, enterprise_id)
    fields = site.fields if site is not None else {}
    told = {name: str(fields[name]) for name in REGISTERED if fields.get(name) not in (None, "")}
    plain = dict(zip(told, map(str, await work.plain(*told.values())), strict=True))
    return Known(
        address=plain.get("address"), postcode=plain.get("postcode"), contact=plain.get("contact"),
        industry=plain.get("industry_code"), representative=plain.get("legal_representative"),
        phone=plain.get("legal_representative_phone"),
    )  # fmt: skip


async def _disobeyed(work: Work, measure: MeasureState | None) -> Suspension | None:
    """The decision on site because of which supply is cut off; None for measures of another kind."""
    if measure is None or not isinstance(measure.matter, SupplyCut):
        return None
    suspension_id = requested(measure.matter).suspension_id
    return of_kind((await work.existing(MEASURE, suspension_id)).state, Suspension, suspension_id)


async def _documents(work: Work, inspection_id: str) -> list[DocumentState]:
    """The documents of an inspection as their events tell them; which there are, the list knows."""
    rows = await work.read(queries.DOCUMENTS_OF_INSPECTION, inspection_id)
    return [(await work.existing(DOCUMENT, row["document_id"])).state for row in rows]


def _cited_by(catalogue: Catalogue, rules: Rules) -> Any:
    def cited(hazard: HazardFound) -> tuple[str, ...]:
        return breached(catalogue, hazard.item_code, hazard.found_on, rules)

    return cited


def _remedies(command: IssueDocument, rules: Rules) -> Remedies | None:
    reconsideration, litigation = rules.periods.get(RECONSIDERATION), rules.periods.get(LITIGATION)
    if command.remedies is None or reconsideration is None or litigation is None:
        return None
    organs, court = command.remedies
    return Remedies(
        reconsideration=organs, reconsideration_period=_period(reconsideration), court=court,
        litigation_period=_period(litigation),
    )  # fmt: skip


def _period(period: Period) -> str:
    return f"{period.length}{UNITS[period.unit]}"

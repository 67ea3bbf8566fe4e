"""What a form is filled in from: what was recorded of the case, what catalogue and rulebook say, what the officer adds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from pydantic import ValidationError

from chassis.aggregates import Loaded
from chassis.domain import Refused, Stream, day_of
from chassis.forms import DEEPEST, Form, too_deep
from chassis.rendering import Image
from chassis.runner import Work
from services.penalty import queries
from services.penalty.documents import FORMS
from services.penalty.documents.composed import BESIDE, COMPOSED, EDITABLE, PAYMENTS_OF_ALL, Deed, Matter
from services.penalty.documents.composed.matter import incomplete
from services.penalty.domain import CASE, PAYMENTS, CaseState, region_key
from services.penalty.domain.document import BEARER, DOCUMENT, DocumentState
from services.penalty.domain.enforcement import ENFORCEMENTS
from services.penalty.domain.remedy import REMEDIES
from services.penalty.domain.spot import SPOTS, SpotState, served
from services.penalty.domain.told import Told, telling
from services.penalty.domain.transfer import TRANSFERS

CASE_TOLD, SPOT_TOLD = telling(CASE), telling(SPOTS)
STREAMS: Mapping[str, Stream[Told[Any]]] = {
    "case": CASE_TOLD, "spot": SPOT_TOLD, "payment": telling(PAYMENTS), "enforcement": telling(ENFORCEMENTS),
    "transfer": telling(TRANSFERS), "remedy": telling(REMEDIES),
}  # fmt: skip
"""What forms are made of, with all that each stream tells."""
OF_ITS_DOCUMENTS = frozenset({"48"})
"""The form that is made of the case's other documents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueDocument:
    """A form to be issued: of which case and party, what people fill in, how acts are worded, whose pictures stand in it.

    `remedies` are the organs for reconsideration and the court. `supersedes`: another document, and why this takes its place.
    """

    document_id: str
    form: str
    case_id: str
    party_id: str
    facts: Mapping[str, Any]
    wording: Mapping[str, str]
    remedies: tuple[tuple[str, ...], str] | None
    pictures: Mapping[str, Image]
    supersedes: tuple[str, str] | None

    @property
    def superseded(self) -> str | None:
        """The document whose place this one takes."""
        return None if self.supersedes is None else self.supersedes[0]


@dataclass(frozen=True, slots=True)
class Filled:
    """The facts of a form, the case that they are of, and all that they were made of."""

    case: Loaded[Any]
    matter: Matter
    facts: Any


async def filled(work: Work, form: Form[Any], command: IssueDocument) -> Filled:
    """The facts of a form, made of what was recorded and of what the officer may add.

    Refused `fact-not-editable`, `facts-incomplete`, `party-unknown`, and as the form's composer does.
    """
    if too_deep(command.facts):
        raise incomplete(f"嵌套超过 {DEEPEST} 层")
    if foreign := sorted(command.facts.keys() - EDITABLE[form.no]):
        named = "、".join(foreign)
        raise Refused("fact-not-editable", f"{named} 由记录生成，不能改写", f"{named} is made of the record", field=named)
    root, told = await _told_of(work, form, command)
    state: CaseState = told["case"].state
    if state.side(command.party_id) is None:
        raise Refused("party-unknown", "没有该当事人", "it is no party of the case", party_id=command.party_id)
    matter = await _matter(work, form, command, told)
    made = COMPOSED[form.no](matter)
    members = {field.name: getattr(made, field.name) for field in fields(made)}
    added = {name: value for name, value in command.facts.items() if name in members}
    return Filled(root, matter, _read(form, {**members, **added}))


async def _told_of(work: Work, form: Form[Any], command: IssueDocument) -> tuple[Loaded[Any], dict[str, Told[Any]]]:
    """The case with its events, or a penalty on the spot told as a case that was served; and what the form needs beside it."""
    case = await work.load(CASE_TOLD, command.case_id)
    told: dict[str, Told[Any]] = {}
    root: Loaded[Any]
    if not case.exists and (await work.load(SPOT_TOLD, command.case_id)).exists:
        root = spot = await work.existing(SPOT_TOLD, command.case_id)
        told |= {"case": Told(_as_case(spot.state.state)), "spot": spot.state}
    else:
        root = case = await work.existing(CASE_TOLD, command.case_id)
        told["case"] = case.state
    for name in BESIDE.get(form.no, ()):
        if name == PAYMENTS_OF_ALL:
            for side in told["case"].state.sides:
                key = region_key(command.case_id, side.party_id)
                told[f"payment {side.party_id}"] = (await work.load(STREAMS["payment"], key)).state
        else:
            told[name] = (await work.load(STREAMS[name], _key(name, command))).state
    return root, told


def _as_case(spot: SpotState) -> CaseState:
    """A penalty on the spot told as a case that was served, its natural person by name."""
    state = served(spot)
    named = (side if side.person is None else replace(side, name=side.person.name) for side in state.sides)
    return replace(state, sides=tuple(named))


def _key(name: str, command: IssueDocument) -> str:
    """The key of a stream beside the case: the case's own, or the party's in it."""
    return command.case_id if name in ("transfer", "spot", "case") else region_key(command.case_id, command.party_id)


def _read(form: Form[Any], members: Mapping[str, Any]) -> Any:
    try:
        return form.read(members)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise incomplete(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from error


async def _matter(work: Work, form: Form[Any], command: IssueDocument, told: Mapping[str, Told[Any]]) -> Matter:
    state: CaseState = told["case"].state
    today = day_of(work.at)
    deeds = {name: await _deeds(work, name, command) for name, one in told.items() if one.events}
    days = {day_of(deed.at) for done in deeds.values() for deed in done} | {today}
    rules = {day: await queries.rules_on(work.read, day) for day in sorted(days)}
    work.rulebook = rules[today].name
    officers = await queries.officers_for(work.read, state)
    known = await work.plain(*(officer.name for officer in officers))
    names = {deed.actor_id: deed.actor for done in deeds.values() for deed in done}
    names |= {one.officer_id: str(name) for one, name in zip(officers, known, strict=True)}
    return Matter(
        told=told, party_id=command.party_id, on=today, deeds=deeds, rules=rules,
        norms=await queries.norms_of(work.read, state), address=await queries.address_of(work.read, state.enterprise_id),
        names=names, hazards=await queries.hazards_of(work.read, state),
        issued=await documents_of(work, command.case_id) if form.no in OF_ITS_DOCUMENTS else (), wording=command.wording,
        given=command.facts, remedies=command.remedies,
    )  # fmt: skip


async def _deeds(work: Work, name: str, command: IssueDocument) -> list[Deed]:
    """When each event of a stream happened and who caused it, names in plain, by version."""
    kind, _, party_id = name.partition(" ")
    key = region_key(command.case_id, party_id) if party_id else _key(kind, command)
    rows = await queries.deeds(work.read, STREAMS[kind].id(key))
    names = await work.plain(*(actor.name for _, actor in rows))
    return [Deed(at, str(plain), actor.id) for (at, actor), plain in zip(rows, names, strict=True)]


async def documents_of(work: Work, case_id: str) -> list[DocumentState]:
    """The documents of a case as their events tell them, also those that the list does not know yet."""
    known = [row["document_id"] for row in await work.read(queries.DOCUMENTS_OF_CASE, case_id)]
    borne = [one for form in FORMS for one in (await work.load(BEARER, f"{case_id}/{form}")).state.issued]
    return [(await work.existing(DOCUMENT, one)).state for one in dict.fromkeys([*known, *borne])]

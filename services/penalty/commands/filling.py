"""What a form is filled in from: what was recorded of the case, what catalogue and rulebook say, what the officer adds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from pydantic import ValidationError

from chassis.aggregates import Loaded
from chassis.domain import Refused, day_of
from chassis.forms import Form
from chassis.rendering import Image
from chassis.runner import Work
from services.penalty import queries
from services.penalty.documents.composed import COMPOSED, EDITABLE, Deed, Matter
from services.penalty.documents.composed.matter import incomplete
from services.penalty.domain import CASE, CaseState
from services.penalty.domain.told import Told, telling

DEEPEST = 8  # lists and objects within each other; the facts of no form go as deep
CASE_TOLD = telling(CASE)


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

    case: Loaded[Told[CaseState]]
    matter: Matter
    facts: Any


async def filled(work: Work, form: Form[Any], command: IssueDocument) -> Filled:
    """The facts of a form, made of what was recorded and of what the officer may add.

    Refused `fact-not-editable`, `facts-incomplete`, `party-unknown`, and as the form's composer does.
    """
    _check_depth(command.facts)
    if foreign := sorted(command.facts.keys() - EDITABLE[form.no]):
        named = "、".join(foreign)
        raise Refused("fact-not-editable", f"{named} 由记录生成，不能改写", f"{named} is made of the record", field=named)
    case = await work.existing(CASE_TOLD, command.case_id)
    if case.state.state.side(command.party_id) is None:
        raise Refused("party-unknown", "没有该当事人", "it is no party of the case", party_id=command.party_id)
    matter = await _matter(work, command, case.state)
    made = COMPOSED[form.no](matter)
    told = {field.name: getattr(made, field.name) for field in fields(made)}
    added = {name: value for name, value in command.facts.items() if name in told}
    return Filled(case, matter, _read(form, {**told, **added}))


def _check_depth(facts: Any) -> None:
    """Refuse `facts-incomplete` before anything follows what was sent down to where no stack reaches."""
    level = [facts]
    for _ in range(DEEPEST):
        level = [one for outer in level for one in (outer.values() if isinstance(outer, Mapping) else outer)]
        level = [one for one in level if isinstance(one, Mapping | list)]
    if level:
        raise incomplete(f"嵌套超过 {DEEPEST} 层")


def _read(form: Form[Any], members: Mapping[str, Any]) -> Any:
    try:
        return form.read(members)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise incomplete(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from error


async def _matter(work: Work, command: IssueDocument, case: Told[CaseState]) -> Matter:
    state, today = case.state, day_of(work.at)
    deeds = [Deed(at, actor) for at, actor in await _deeds(work, CASE.id(command.case_id))]
    days = {day_of(deed.at) for deed in deeds} | {today}
    rules = {day: await queries.rules_on(work.read, day) for day in sorted(days)}
    work.rulebook = rules[today].name
    officers = await queries.officers_for(work.read, state)
    known = await work.plain(*(officer.name for officer in officers))
    return Matter(
        case=case, party_id=command.party_id, on=today, deeds=deeds, rules=rules,
        norms=await queries.norms_of(work.read, state), address=await queries.address_of(work.read, state.enterprise_id),
        names={one.officer_id: str(name) for one, name in zip(officers, known, strict=True)}, wording=command.wording,
        given=command.facts, remedies=command.remedies,
    )  # fmt: skip


async def _deeds(work: Work, stream_id: str) -> list[tuple[Any, str]]:
    """When each event of a stream happened and who caused it, names in plain, by version."""
    rows = await queries.deeds(work.read, stream_id)
    names = await work.plain(*(name for _, name in rows))
    return [(at, str(name)) for (at, _), name in zip(rows, names, strict=True)]

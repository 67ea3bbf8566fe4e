"""A site's file kept: told on site, submitted by the enterprise and decided, graded, suspended, closed, merged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from chassis.aggregates import Loaded
from chassis.deadlines import Deadline
from chassis.domain import Event, Refused, Unknown, day_of
from chassis.runner import Work
from services.registry import queries
from services.registry.domain import (
    amending,
    answers,
    completeness,
    enterprise,
    grading,
    jurisdictions,
    merging,
    reconciling,
    submission,
    supervision,
)
from services.registry.domain.amending import Told
from services.registry.domain.changes import ConfirmedRecord, Grade, RecordKind, SectorAdded
from services.registry.domain.enterprise import SITE_CLAIM, claim_key
from services.registry.domain.forms import Form
from services.registry.domain.grading import Finding
from services.registry.domain.jurisdictions import JURISDICTION
from services.registry.domain.merging import Choice
from services.registry.domain.reconciling import RECONCILIATION
from services.registry.domain.site_file import ENTERPRISE, EnterpriseState
from services.registry.domain.stated import Source, Telling
from services.registry.domain.submission import SUBMISSION, Decision, Outcome, ProfileSubmitted

Decide = Callable[[EnterpriseState, Telling], list[Event]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grading:
    """What an officer found each risk factor to be; another grade than the points give, with its reason."""

    findings: tuple[Finding, ...]
    chosen: Grade | None = None
    override_reason: str | None = None


async def change_file(work: Work, enterprise_id: str, source: Source, decide: Decide) -> dict[str, Any]:
    """Change a file by a decision about it: whoever acts tells it, in the way `source` says, on the day it happened."""
    file = await work.existing(ENTERPRISE, enterprise_id)
    work.append(file, decide(file.state, Telling.of(source, work.actor.id, day_of(work.at))))
    return {"enterprise_id": enterprise_id}


async def tell(
    work: Work, enterprise_id: str, told: Told, source: Source, forms: Sequence[Form], reason: str | None
) -> dict[str, Any]:
    """Enter what an officer saw on site, or was told at the desk, record by record."""
    file = await work.existing(ENTERPRISE, enterprise_id)
    day = day_of(work.at)
    good = answers.checked(forms_of(forms, file.state, day), told, day)
    telling = Telling.of(source, work.actor.id, day)
    events = amending.amend(file.state, good, telling, confirm=True, reason=reason)
    work.append(file, events)
    return {"enterprise_id": enterprise_id, "records": len(events)}


async def retire(work: Work, enterprise_id: str, kind: RecordKind, record_id: str, source: Source, reason: str) -> dict[str, Any]:
    """Note that a place or a piece of equipment is not used any more."""
    return await change_file(
        work, enterprise_id, source, lambda file, telling: amending.retire(file, kind, record_id, telling, reason)
    )


async def confirm(
    work: Work, enterprise_id: str, records: tuple[ConfirmedRecord, ...], inspection_id: str | None
) -> dict[str, Any]:
    """Confirm on site that records are as the file says."""
    return await change_file(
        work, enterprise_id, "officer-on-site",
        lambda file, telling: amending.confirm_on_site(file, records, telling, inspection_id),
    )  # fmt: skip


async def move(work: Work, enterprise_id: str, district: str, reason: str) -> dict[str, Any]:
    """Give a site to another district, which exists on the day; whoever does this sees to both."""
    file = await work.existing(ENTERPRISE, enterprise_id)
    await require_district(work, district)
    day = day_of(work.at)
    work.append(file, supervision.move(file.state, district, reason, day))
    known = await work.load(RECONCILIATION, enterprise_id)
    work.append(known, reconciling.move(known.state, district, day), district=district)
    return {"enterprise_id": enterprise_id, "district": district}


async def require_district(work: Work, district: str) -> None:
    """A site belongs to a district that exists on the day, is not divided, and is the actor's."""
    await work.existing(JURISDICTION, district)
    day = day_of(work.at)
    there = [one for one in await queries.established(work.read) if jurisdictions.valid_on(one, day)]
    if district not in {one.jurisdiction_id for one in there}:
        raise Refused("jurisdiction-closed", f"辖区{district}现已不存在", f"jurisdiction {district!r} does not exist any more")
    if district in {one.parent for one in there}:
        raise Refused("jurisdiction-divided", f"“{district}”应填到县区", f"{district!r} is divided; name the district")


async def add_sector(work: Work, enterprise_id: str, sector: str, forms: Sequence[Form], reason: str) -> dict[str, Any]:
    """Keep a site by a further sector's form, the one in force on the day."""
    form = completeness.form_on(forms, sector, day_of(work.at))
    if form is None:
        raise Refused("form-unknown", f"没有现行登记表：{sector}", f"no form of {sector!r} is in force")
    fact = SectorAdded(enterprise_id=enterprise_id, sector=form.sector, form=form.title, form_version=form.version, reason=reason)
    return await change_file(work, enterprise_id, "officer-desk", lambda file, _: supervision.add_sector(file, fact))


async def grade(work: Work, enterprise_id: str, order: Grading) -> dict[str, Any]:
    """Grade the risk of a site by the rulebook in force on the day."""
    file = await work.existing(ENTERPRISE, enterprise_id)
    day = day_of(work.at)
    rules = await grading_rules(work, day)
    telling = Telling.of("officer-desk", work.actor.id, day)
    events = grading.grade(file.state, rules, order.findings, telling, chosen=order.chosen, override_reason=order.override_reason)
    after = work.append(file, events).state
    return {"enterprise_id": enterprise_id, "grade": after.grade.grade if after.grade else None}


async def grading_rules(work: Work, day: date) -> grading.GradingRules:
    """The rules by which sites are graded on a day; Refused if no rulebook in force has any."""
    section = completeness.register_section(await queries.rulebooks(work.read), day)
    if not section.get("grading"):
        raise Refused("grading-rules-missing", f"{day}没有生效的风险分级规则", f"no rulebook in force on {day} says how to grade")
    return grading.grading_rules(section["grading"])


async def fire_grade_review(work: Work, deadline: Deadline) -> None:
    """The day passed by which a risk grade was to be reviewed."""
    file = await work.load(ENTERPRISE, deadline.key)
    work.append(file, supervision.fall_due(file.state, date.fromisoformat(deadline.detail["due_on"])))


async def submit(
    work: Work, enterprise_id: str, submission_id: str, sector: str, told: Told, forms: Sequence[Form]
) -> dict[str, Any]:
    """Take what an enterprise fills in about its own site, by the form of one of its sectors in force on the day."""
    known = await work.load(SUBMISSION, submission_id)
    file = await work.existing(ENTERPRISE, enterprise_id)
    day = day_of(work.at)
    supervision.require_sectors(file.state, [sector])
    form = completeness.form_on(forms, sector, day)
    if form is None:
        raise Refused("form-unknown", f"没有现行登记表：{sector}", f"no form of {sector!r} is in force")
    fact = ProfileSubmitted(
        submission_id=submission_id, enterprise_id=enterprise_id, sector=form.sector, form=form.title, form_version=form.version,
        answers=submission.answers_of(answers.checked([form], told, day)), submitted_by=work.actor.id, submitted_on=day,
    )  # fmt: skip
    events = submission.submit(known.state, file.state, fact)
    work.append(known, events, subject=enterprise_id, district=str(file.district))
    return {"submission_id": submission_id, "answers": len(fact.answers)}


async def decide_submission(
    work: Work, submission_id: str, decisions: Sequence[Decision], others: Outcome | None, forms: Sequence[Form]
) -> dict[str, Any]:
    """Accept, correct or reject each field of a submission; what is not rejected is in the file from now on."""
    known = await work.load(SUBMISSION, submission_id)
    submitted = known.state.submitted
    if submitted is None:
        raise Unknown(SUBMISSION.name, submission_id)
    file = await work.existing(ENTERPRISE, submitted.enterprise_id)
    day = day_of(work.at)
    corrections = submission.told_of(
        submission.Answer(*one.place, value=one.value) for one in decisions if one.outcome == "corrected"
    )
    answers.checked([form for form in forms if form.title == submitted.form], corrections, day)
    [decided] = submission.decide(known.state, decisions, others, work.actor.id, day)
    work.append(known, [decided], district=file.district)
    work.append(file, submission.apply(submitted, decided, file.state))
    return {
        "submission_id": submission_id, "accepted": decided.accepted, "corrected": decided.corrected, "rejected": decided.rejected
    }  # fmt: skip


async def merge(work: Work, survivor_id: str, duplicate_id: str, choices: Mapping[str, Choice], reason: str) -> dict[str, Any]:
    """Merge a duplicate into the file that goes on, in one write set with the claim of its site; both histories stay."""
    survivor = await work.existing(ENTERPRISE, survivor_id)
    duplicate = await work.existing(ENTERPRISE, duplicate_id)
    taken = merging.absorb(survivor.state, duplicate.state, choices, reason)
    gone = merging.merge(duplicate.state, survivor_id, reason)
    work.append(survivor, taken)
    work.append(duplicate, gone)
    for claim in await _claims(work, duplicate):
        work.append(claim, enterprise.pass_claim(claim.state, duplicate_id, survivor_id), district=survivor.district)
    return {"enterprise_id": survivor_id, "duplicate": duplicate_id}


async def _claims(work: Work, duplicate: Loaded[EnterpriseState]) -> list[Loaded[enterprise.ClaimState]]:
    opened = duplicate.state.registered
    return [] if opened is None else [await work.load(SITE_CLAIM, claim_key(opened.uscc, opened.site_no))]


def forms_of(forms: Sequence[Form], file: EnterpriseState, day: date) -> list[Form]:
    """The forms in force on a day by which a file is kept."""
    found = (completeness.form_on(forms, sector, day) for sector in file.sectors)
    return [form for form in found if form is not None]

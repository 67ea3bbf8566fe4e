"""Measures decided on site (现场处理措施决定书, form 4): people withdrawn, production or use suspended, until a review agrees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

from chassis.domain import Event, day_of, event
from services.inspection.domain.catalogue import RECTIFYING, Catalogue
from services.inspection.domain.events import CheckedInOfficer, HazardFound, ReinspectionResult
from services.inspection.domain.hazard import ENDED, HazardState, of_inspection
from services.inspection.domain.inspection import Certificates, InspectionState, present
from services.inspection.domain.measures.parts import HAZARD_REMOVAL, Begun, begun, visited
from services.inspection.domain.refusals import refused
from services.inspection.domain.rules import Due, Rules, cite, valid_on
from services.inspection.domain.signing import Receipt, check_signed

OnSite = Literal["withdraw-people", "suspend-production", "suspend-use"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """From where people are withdrawn, or what is suspended, because of which hazards."""

    target_id: str
    measure: OnSite
    target: str
    equipment_id: str | None = None
    hazard_ids: tuple[str, ...]


@event(
    "casetrail.inspection.suspension-ordered.v1",
    title="现场处理措施决定",
    summary="作出现场处理措施决定 {document_no}",
)
class SuspensionOrdered(Event):
    """Form 4; `until`: a suspension is reviewed by then at the latest (None: people are withdrawn, nothing is suspended)."""

    measure_id: str
    inspection_id: str
    enterprise_id: str
    organ_id: str
    document_no: str
    decided_on: date
    targets: tuple[Target, ...]
    basis: tuple[str, ...]
    until: date | None
    officers: tuple[CheckedInOfficer, ...]
    receipt: Receipt
    records: tuple[str, ...]


@event("casetrail.inspection.resumption-asked.v1", title="申请恢复", summary="企业申请恢复生产或使用：{report}")
class ResumptionAsked(Event):
    """The enterprise asks to resume, because these hazards are gone."""

    measure_id: str
    hazard_ids: tuple[str, ...]
    report: str
    evidence: tuple[str, ...]
    asked_on: date


@event("casetrail.inspection.resumption-reviewed.v1", title="复查恢复申请", summary="{reviewed_on} 复查恢复申请")
class ResumptionReviewed(Event):
    """The review, hazard by hazard; what is `lifted` may be resumed, what is `remaining` stays as it was ordered."""

    measure_id: str
    officers: tuple[CheckedInOfficer, ...]
    results: tuple[ReinspectionResult, ...]
    reviewed_on: date
    lifted: tuple[str, ...]
    remaining: tuple[str, ...]


@event("casetrail.inspection.suspension-review-needed.v1", title="应当审查停产停用", summary="停产停用至 {until} 届满，应当审查")
class SuspensionReviewNeeded(Event):
    """The longest time of a suspension has passed; it is to be reviewed, and stays until a review agrees."""

    measure_id: str
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspend:
    """What is decided on site; `until`: for how long at most (None: as long as the rulebook allows)."""

    targets: tuple[Target, ...]
    officers: tuple[CheckedInOfficer, ...]
    receipt: Receipt
    until: date | None = None
    records: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suspension:
    """What was decided on site, which targets still stand, what the enterprise asks for, what a review agreed to."""

    ordered: SuspensionOrdered | None = None
    remaining: tuple[str, ...] = ()
    asked: frozenset[str] = frozenset()
    agreed: frozenset[str] = frozenset()
    results: Mapping[str, bool] = field(default_factory=dict)
    overdue: bool = False
    asked_on: Mapping[str, date] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()  # what the enterprise named when it asked to resume

    @property
    def files(self) -> tuple[str, ...]:
        """The hashes of all files that its events name."""
        return self.evidence


def evolve_suspension(state: Suspension, event: Event) -> Suspension:
    """The measure after one more event."""
    match event:
        case SuspensionOrdered():
            return replace(state, ordered=event, remaining=tuple(target.target_id for target in event.targets))
        case ResumptionAsked():
            evidence = (*state.evidence, *event.evidence)
            asked_on = {**state.asked_on, **dict.fromkeys(event.hazard_ids, event.asked_on)}
            return replace(state, asked=state.asked | set(event.hazard_ids), asked_on=asked_on, evidence=evidence)
        case ResumptionReviewed():
            results = {result.hazard_id: result.passed for result in event.results}
            agreed = state.agreed | {hazard_id for hazard_id, passed in results.items() if passed}
            return replace(
                state, remaining=event.remaining, asked=state.asked - results.keys(), agreed=agreed,
                results={**state.results, **results},
            )  # fmt: skip
        case SuspensionReviewNeeded():
            return replace(state, overdue=True)
        case _:
            return state


def hazards_named(targets: Iterable[Target]) -> tuple[str, ...]:
    """The hazards that these targets rest on, each once."""
    return tuple(dict.fromkeys(hazard_id for target in targets for hazard_id in target.hazard_ids))


def draft(
    inspection: InspectionState, command: Suspend, hazards: Mapping[str, HazardState], catalogue: Catalogue, rules: Rules
) -> tuple[str, ...]:
    """What the decision rests on, if there can be one (rule `hazard-removal`).

    Refused `not-checked-in`, `target-twice`, `hazard-missing-for`, `hazard-of-another-inspection`, `hazard-ended`,
    `not-justified`.
    """
    plan = visited(inspection, rules)
    seen: set[str] = set()
    for target in command.targets:
        if target.target_id in seen:
            raise refused("target-twice", rules, target_id=target.target_id)
        seen.add(target.target_id)
        if not target.hazard_ids:
            raise refused("hazard-missing-for", rules, target=target.target)
    cited: list[str] = []
    for hazard_id in hazards_named(command.targets):
        finding = of_inspection(hazards[hazard_id], plan.inspection_id, rules)
        if hazards[hazard_id].status in (*ENDED, "withdrawn"):
            raise refused("hazard-ended", rules, hazard_id=hazard_id)
        cited += justification(catalogue, finding, rules)
    return tuple(dict.fromkeys(cited))


def justification(catalogue: Catalogue, finding: HazardFound, rules: Rules) -> tuple[str, ...]:
    """The norms breached and the power to withdraw or suspend, by the law of the day on which the hazard was found.

    A hazard justifies it if the catalogue foresees it for its item, or if it is major (WSL 65 ¶1(3)). Refused `not-justified`,
    `item-unknown`, `no-basis`.
    """
    item = catalogue.items.get(finding.item_code)
    if item is None:
        raise refused("item-unknown", rules, item_code=finding.item_code, catalogue=catalogue.id)
    power = item["onsite_measure"] if item["onsite_measure"]["kind"] not in RECTIFYING else None
    if power is None and finding.severity != "major":
        raise refused("not-justified", rules, hazard_id=finding.hazard_id)
    cited = [*_cited(item["basis"], finding.found_on, rules), *_cited(power["basis"] if power else (), finding.found_on, rules)]
    if power is None and HAZARD_REMOVAL in rules.articles:
        cited.append(rules.articles[HAZARD_REMOVAL])
    if not cited:
        raise refused("no-basis", rules, item_code=finding.item_code, day=finding.found_on.isoformat())
    return tuple(cited)


def _cited(refs: Iterable[Mapping[str, Any]], day: date, rules: Rules) -> list[str]:
    return [cite(ref, rules.laws) for ref in refs if valid_on(ref, day) and (ref["law"], ref["version"]) in rules.laws]


def decide(
    measure_id: str, inspection: InspectionState, command: Suspend, certificates: Certificates, longest: Due | None,
    document_no: str, basis: Sequence[str], rules: Rules, at: datetime,
) -> list[Event]:  # fmt: skip
    """Decide it on the spot, by enough officers, under its number (rules `two-officers`, `certificate-inspection`).

    `longest` is the last day that the rulebook allows. Refused as `present` and `check_signed` do; `suspension-too-long`,
    `until-before-decision`.
    """
    home: Begun = begun(measure_id, visited(inspection, rules))
    day = day_of(at)
    present(command.officers, certificates, rules, day)
    check_signed(command.receipt, rules)
    until = command.until
    if until is not None and until < day:
        raise refused("until-before-decision", rules)
    if until is not None and longest is not None and until > longest.on:
        raise refused("suspension-too-long", rules, longest=longest.on.isoformat())
    if until is None and longest is not None and any(target.measure != "withdraw-people" for target in command.targets):
        until = longest.on
    return [
        SuspensionOrdered(
            measure_id=home.measure_id, inspection_id=home.inspection_id, enterprise_id=home.enterprise_id,
            organ_id=home.organ_id, document_no=document_no, decided_on=day, targets=command.targets, basis=tuple(basis),
            until=until, officers=command.officers, receipt=command.receipt, records=command.records,
        )
    ]  # fmt: skip


def ordered(state: Suspension) -> SuspensionOrdered:
    """The decision of a measure that exists; whoever asks has loaded an existing stream."""
    if state.ordered is None:
        raise ValueError("nothing was decided on site")
    return state.ordered


def ask_resumption(
    state: Suspension, hazard_ids: tuple[str, ...], report: str, evidence: tuple[str, ...], day: date, rules: Rules
) -> list[Event]:
    """Ask to resume. Refused `measure-ended`, `hazard-not-in-measure`, `hazard-twice`, `already-agreed`, `resumption-open`."""
    _check_hazards(state, hazard_ids, rules)
    for hazard_id in hazard_ids:
        if hazard_id in state.asked:
            raise refused("resumption-open", rules, hazard_id=hazard_id)
    return [
        ResumptionAsked(
            measure_id=ordered(state).measure_id, hazard_ids=hazard_ids, report=report, evidence=evidence, asked_on=day
        )
    ]


def review_resumption(
    state: Suspension, officers: tuple[CheckedInOfficer, ...], results: tuple[ReinspectionResult, ...],
    certificates: Certificates, rules: Rules, at: datetime,
) -> list[Event]:  # fmt: skip
    """Agree, or not, hazard by hazard; a target is lifted when the review agrees to all its hazards (WSL 65 ¶1(3)).

    Refused as `present` does; `measure-ended`, `hazard-not-in-measure`, `hazard-twice`, `already-agreed`, `resumption-not-asked`.
    """
    present(officers, certificates, rules, day_of(at))
    _check_hazards(state, [result.hazard_id for result in results], rules)
    for result in results:
        if result.hazard_id not in state.asked or day_of(at) < state.asked_on[result.hazard_id]:
            raise refused("resumption-not-asked", rules, hazard_id=result.hazard_id)
    agreed = state.agreed | {result.hazard_id for result in results if result.passed}
    standing = [target for target in ordered(state).targets if target.target_id in state.remaining]
    lifted = tuple(target.target_id for target in standing if agreed.issuperset(target.hazard_ids))
    return [
        ResumptionReviewed(
            measure_id=ordered(state).measure_id, officers=officers, results=results, reviewed_on=day_of(at), lifted=lifted,
            remaining=tuple(target.target_id for target in standing if target.target_id not in lifted),
        )
    ]  # fmt: skip


def _check_hazards(state: Suspension, hazard_ids: Sequence[str], rules: Rules) -> None:
    if not state.remaining:
        raise refused("measure-ended", rules)
    named = hazards_named(ordered(state).targets)
    for place, hazard_id in enumerate(hazard_ids):
        if hazard_id not in named:
            raise refused("hazard-not-in-measure", rules, hazard_id=hazard_id)
        if hazard_id in hazard_ids[:place]:
            raise refused("hazard-twice", rules, hazard_id=hazard_id)
        if hazard_id in state.agreed:
            raise refused("already-agreed", rules, hazard_id=hazard_id)


def need_review(state: Suspension, until: date) -> list[Event]:
    """Note that the longest time has passed; nothing if all was lifted, or if that is known."""
    if not state.remaining or state.overdue or ordered(state).until != until:
        return []
    return [SuspensionReviewNeeded(measure_id=ordered(state).measure_id, until=until)]

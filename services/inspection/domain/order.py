"""The rectification order: issued, reported on, overdue, re-inspected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal

from chassis.domain import Event, Stream, day_of
from services.inspection.domain.events import (
    CheckedInOfficer,
    OrderedHazard,
    OrderIssued,
    RectificationOverdue,
    RectificationReported,
    ReInspected,
    ReInspectionOverdue,
    ReinspectionResult,
)
from services.inspection.domain.extension import (
    AskExtension,
    ExtensionAnswerOverdue,
    ExtensionAsked,
    ExtensionDenied,
    ExtensionGranted,
    OrderRelieved,
    asked,
)
from services.inspection.domain.inspection import Certificates, InspectionState, concluded, present
from services.inspection.domain.refusals import refused
from services.inspection.domain.rules import Due, Rules

Progress = Literal["ordered", "reported", "rectified", "failed", "closed"]
DONE = ("rectified", "closed")


@dataclass(frozen=True, slots=True)
class Dated:
    """A hazard to be ordered, and by which day it must be gone."""

    hazard_id: str
    due_on: date


@dataclass(frozen=True, slots=True)
class Report:
    """What the enterprise reports; `evidence` are SHA-256 sums of files."""

    hazard_ids: tuple[str, ...]
    report: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReInspection:
    """Who re-inspected, and what they found per hazard."""

    officers: tuple[CheckedInOfficer, ...]
    results: tuple[ReinspectionResult, ...]


@dataclass(frozen=True, slots=True)
class OrderState:
    """An order as its events tell it; `progress` is by hazard id, `re_inspection_due_on` the clock of the organ."""

    issued: OrderIssued | None = None
    progress: Mapping[str, Progress] = field(default_factory=dict)
    overdue: bool = False
    re_inspection_due_on: date | None = None
    re_inspection_missed_on: date | None = None
    extended: Mapping[str, date] = field(default_factory=dict)
    re_inspection_from_due: date | None = None
    asked: ExtensionAsked | None = None
    answer_missed_on: date | None = None
    evidence: tuple[str, ...] = ()

    @property
    def due(self) -> dict[str, date]:
        """The last day of each hazard, extended or not."""
        ordered = self.issued.hazards if self.issued is not None else ()
        return {one.hazard_id: self.extended.get(one.hazard_id, one.due_on) for one in ordered}

    @property
    def last_day(self) -> date:
        """The latest day of the hazards that are still in the order; of all, if none is."""
        left = [day for hazard_id, day in self.due.items() if self.progress.get(hazard_id) != "closed"]
        return max(left or self.due.values(), default=date.max)

    @property
    def unrectified(self) -> bool:
        """Whether the enterprise still has something to do."""
        return any(step in ("ordered", "failed") for step in self.progress.values())

    @property
    def closed(self) -> bool:
        """Whether every hazard of the order has passed, or was closed by decision."""
        return self.issued is not None and all(step in DONE for step in self.progress.values())


def evolve_order(state: OrderState, event: Event) -> OrderState:
    """The order after one more event."""
    match event:
        case OrderIssued():
            return replace(
                state, issued=event, progress={hazard.hazard_id: "ordered" for hazard in event.hazards},
                re_inspection_from_due=event.re_inspection_due_on,
            )  # fmt: skip
        case RectificationReported():
            return replace(
                state,
                progress=_step(state, {hazard_id: "reported" for hazard_id in event.hazard_ids}),
                re_inspection_due_on=event.re_inspection_due_on, evidence=(*state.evidence, *event.evidence),
            )  # fmt: skip
        case RectificationOverdue():
            return replace(state, overdue=True, re_inspection_due_on=event.re_inspection_due_on)
        case ReInspectionOverdue():
            return replace(state, re_inspection_missed_on=event.due_on)
        case ReInspected():
            results: dict[str, Progress] = {r.hazard_id: "rectified" if r.passed else "failed" for r in event.results}
            return replace(state, progress=_step(state, results), re_inspection_due_on=event.re_inspection_due_on)
        case _:
            return _evolve_further(state, event)


def _evolve_further(state: OrderState, event: Event) -> OrderState:
    match event:
        case ExtensionAsked():
            return replace(state, asked=event, answer_missed_on=None)
        case ExtensionGranted():
            days = {hazard.hazard_id: hazard.due_on for hazard in event.hazards}
            return replace(
                state, asked=None, extended={**state.extended, **days}, overdue=False,
                re_inspection_from_due=event.re_inspection_due_on,
            )  # fmt: skip
        case ExtensionDenied():
            return replace(state, asked=None)
        case ExtensionAnswerOverdue():
            return replace(state, answer_missed_on=event.due_on)
        case OrderRelieved():
            closed: dict[str, Progress] = {event.hazard_id: "closed"}
            return replace(state, progress=_step(state, closed), re_inspection_due_on=event.re_inspection_due_on)
        case _:
            return state


def _step(state: OrderState, steps: Mapping[str, Progress]) -> dict[str, Progress]:
    return {hazard_id: steps.get(hazard_id, step) for hazard_id, step in state.progress.items()}


ORDER = Stream("order", OrderState(), evolve_order)


def draft(
    state: OrderState, order_id: str, inspection: InspectionState, hazards: Sequence[Dated], rules: Rules, at: datetime
) -> tuple[OrderedHazard, ...]:
    """What an order for these hazards would hold (rule `inspection-powers`); refused if there can be no such order.

    Only hazards of the concluded inspection, each once, due on the day of issue at the earliest.
    """
    concluded(inspection, rules)
    if state.issued is not None:
        raise refused("order-exists", rules, order_id=order_id)
    item_codes = inspection.hazards
    for place, hazard in enumerate(hazards):
        if hazard.hazard_id not in item_codes:
            raise refused("hazard-of-another-inspection", rules, hazard_id=hazard.hazard_id)
        if any(hazard.hazard_id == other.hazard_id for other in hazards[:place]):
            raise refused("hazard-twice", rules, hazard_id=hazard.hazard_id)
        if hazard.due_on < day_of(at):
            raise refused("due-before-issue", rules, hazard_id=hazard.hazard_id, due_on=hazard.due_on.isoformat())
    return tuple(
        OrderedHazard(hazard_id=hazard.hazard_id, item_code=item_codes[hazard.hazard_id], due_on=hazard.due_on)
        for hazard in hazards
    )


def issue(
    order_id: str, inspection: InspectionState, hazards: tuple[OrderedHazard, ...], document_no: str,
    basis: Iterable[str], re_inspection: Due | None, rules: Rules, at: datetime,
) -> list[Event]:  # fmt: skip
    """Issue the drafted order under its number; `re_inspection` is when it must be re-inspected if nothing is reported."""
    plan = concluded(inspection, rules)
    return [
        OrderIssued(
            order_id=order_id, document_no=document_no, inspection_id=plan.inspection_id,
            enterprise_id=plan.enterprise_id, issued_on=day_of(at), hazards=hazards,
            due_on=max(hazard.due_on for hazard in hazards), basis=tuple(dict.fromkeys(basis)),
            re_inspection_due_on=re_inspection.on if re_inspection else None,
            due_provisional=re_inspection.provisional if re_inspection else False,
        )
    ]  # fmt: skip


def issued(state: OrderState) -> OrderIssued:
    """An order that exists; whoever asks has loaded an existing stream."""
    if state.issued is None:
        raise ValueError("the order was not issued")
    return state.issued


def report(state: OrderState, command: Report, re_inspection: Due | None, rules: Rules, at: datetime) -> list[Event]:
    """Report hazards of the order as rectified; the organ's time to re-inspect runs from the earliest open report."""
    _all_in_order(state, command.hazard_ids, rules)
    event = RectificationReported(
        order_id=issued(state).order_id, hazard_ids=command.hazard_ids, report=command.report,
        evidence=command.evidence, reported_on=day_of(at), rectification_due_on=None,
        re_inspection_due_on=_earliest(state.re_inspection_due_on, re_inspection.on if re_inspection else None),
        due_provisional=re_inspection.provisional if re_inspection else False,
    )  # fmt: skip
    return [replace(event, rectification_due_on=_rectification_clock(evolve_order(state, event)))]


def re_inspect(state: OrderState, command: ReInspection, certificates: Certificates, rules: Rules, at: datetime) -> list[Event]:
    """Record the re-inspection of hazards of the order by enough officers (rules `two-officers`, `hazard-removal`)."""
    order = issued(state)
    day = day_of(at)
    present(command.officers, certificates, rules, day)
    _all_in_order(state, [result.hazard_id for result in command.results], rules)
    event = ReInspected(
        order_id=order.order_id, inspection_id=order.inspection_id, enterprise_id=order.enterprise_id,
        officers=command.officers, results=command.results, re_inspected_on=day, all_passed=False,
        rectification_due_on=None, re_inspection_due_on=None,
    )  # fmt: skip
    after = evolve_order(state, event)
    waiting = any(step == "reported" or (after.overdue and step == "ordered") for step in after.progress.values())
    return [
        replace(
            event, all_passed=after.closed, rectification_due_on=_rectification_clock(after),
            re_inspection_due_on=state.re_inspection_due_on if waiting else None,
        )
    ]  # fmt: skip


def miss_rectification(state: OrderState, due_on: date) -> list[Event]:
    """Note that the last day of the order passed while hazards were not reported; nothing if that is not so, or known."""
    order = issued(state)
    if state.overdue or not state.unrectified or state.last_day != due_on:
        return []
    # What failed is looked at again when it is reported again; what was never reported, now that its time is over.
    expired = state.re_inspection_from_due if "ordered" in state.progress.values() else None
    clock = _earliest(state.re_inspection_due_on, expired)
    return [RectificationOverdue(order_id=order.order_id, due_on=due_on, re_inspection_due_on=clock)]


def miss_re_inspection(state: OrderState, due_on: date) -> list[Event]:
    """Note that the organ did not re-inspect in time; nothing if it did, or if that is known."""
    if state.re_inspection_due_on != due_on or state.re_inspection_missed_on == due_on:
        return []
    return [ReInspectionOverdue(order_id=issued(state).order_id, due_on=due_on)]


def ask_extension(state: OrderState, command: AskExtension, answer: Due | None, day: date, rules: Rules) -> list[Event]:
    """Ask for more time. Refused as `extension.asked` does; `extension-open`, `not-in-order`, `hazard-done`."""
    if state.asked is not None:
        raise refused("extension-open", rules)
    _all_in_order(state, command.hazard_ids, rules)
    for hazard_id in command.hazard_ids:
        if state.progress[hazard_id] != "ordered":
            raise refused("hazard-done", rules, hazard_id=hazard_id)
    due = {hazard_id: state.due[hazard_id] for hazard_id in command.hazard_ids}
    return [asked(issued(state).order_id, due, command, answer, day, rules)]


def grant_extension(
    state: OrderState, re_inspection: Callable[[date], Due | None], reason: str | None, rules: Rules
) -> list[Event]:
    """Grant what was asked for to the hazards that are still to be put right. Refused `extension-not-asked`, `hazard-done`."""
    if state.asked is None:
        raise refused("extension-not-asked", rules)
    order, until = issued(state), state.asked.until
    asked_for = [hazard for hazard in order.hazards if hazard.hazard_id in state.asked.hazard_ids]
    left = [hazard for hazard in asked_for if state.progress[hazard.hazard_id] == "ordered"]
    if not left:
        raise refused("hazard-done", rules, hazard_id="、".join(state.asked.hazard_ids))
    extended = {**state.due, **{hazard.hazard_id: until for hazard in left}}
    last = max(day for hazard_id, day in extended.items() if state.progress[hazard_id] != "closed")
    due = re_inspection(last)
    return [
        ExtensionGranted(
            order_id=order.order_id, hazards=tuple(replace(hazard, due_on=until) for hazard in left), due_on=last,
            re_inspection_due_on=due.on if due is not None else None, reason=reason,
        )
    ]  # fmt: skip


def deny_extension(state: OrderState, reason: str, rules: Rules) -> list[Event]:
    """Deny what was asked for. Refused `extension-not-asked`."""
    if state.asked is None:
        raise refused("extension-not-asked", rules)
    return [ExtensionDenied(order_id=issued(state).order_id, reason=reason)]


def miss_extension_answer(state: OrderState, due_on: date) -> list[Event]:
    """Note that the organ did not answer in time; nothing if it did, or if that is known."""
    if state.asked is None or state.asked.answer_due_on != due_on or state.answer_missed_on == due_on:
        return []
    return [ExtensionAnswerOverdue(order_id=issued(state).order_id, due_on=due_on)]


def relieve(state: OrderState, hazard_id: str) -> list[Event]:
    """Take a hazard that was closed by decision out of the order's clocks."""
    after = evolve_order(
        state,
        OrderRelieved(
            order_id=issued(state).order_id, hazard_id=hazard_id, all_done=False, rectification_due_on=None,
            re_inspection_due_on=state.re_inspection_due_on,
        ),
    )  # fmt: skip
    waiting = any(step == "reported" or (after.overdue and step == "ordered") for step in after.progress.values())
    return [
        OrderRelieved(
            order_id=issued(state).order_id, hazard_id=hazard_id, all_done=after.closed,
            rectification_due_on=_rectification_clock(after),
            re_inspection_due_on=state.re_inspection_due_on if waiting else None,
        )
    ]  # fmt: skip


def _all_in_order(state: OrderState, hazard_ids: Sequence[str], rules: Rules) -> None:
    for place, hazard_id in enumerate(hazard_ids):
        if hazard_id not in state.progress:
            raise refused("not-in-order", rules, hazard_id=hazard_id)
        if hazard_id in hazard_ids[:place]:
            raise refused("hazard-twice", rules, hazard_id=hazard_id)


def _rectification_clock(state: OrderState) -> date | None:
    return state.last_day if state.unrectified and not state.overdue else None


def _earliest(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)

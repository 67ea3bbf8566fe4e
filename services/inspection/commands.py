"""Use cases of inspection: load, decide, append; what one command causes is one write set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from chassis.aggregates import Loaded
from chassis.calendar import WorkingDays
from chassis.deadlines import Deadline
from chassis.domain import Unknown, day_of
from chassis.runner import Work
from services.inspection import queries
from services.inspection.domain import hazard as hazards
from services.inspection.domain import inspection as inspections
from services.inspection.domain import numbers, team
from services.inspection.domain import order as orders
from services.inspection.domain.catalogue import Catalogue, Site, breached
from services.inspection.domain.events import CheckedInOfficer, Mode
from services.inspection.domain.hazard import HAZARD, HazardState
from services.inspection.domain.inspection import INSPECTION, Answered, CheckIn, Conclusion, Task
from services.inspection.domain.numbers import ORDER_ZI, SERIES
from services.inspection.domain.order import ORDER, Dated, ReInspection, Report
from services.inspection.domain.referral import REFERRAL, refer_acts
from services.inspection.domain.refusals import refused
from services.inspection.domain.rules import Due, Rules

Answer = dict[str, Any]


async def rules_of(work: Work) -> Rules:
    """The rules in force when what is commanded happened; what is appended then says so in its envelope."""
    day = day_of(work.at)
    rules = await queries.rules(work.read, day)
    if rules is None:
        raise refused("no-rulebook", day=day.isoformat())
    work.rulebook = rules.rulebook
    return rules


async def prepare(work: Work, task: Task, catalogue: Catalogue, site: Site, rules: Rules, district: str) -> None:
    """Prepare the inspection of an assigned task, under the task's own id; one that is prepared goes to the task's people."""
    inspection = await work.load(INSPECTION, task.task_id)
    work.rulebook = rules.rulebook
    if inspection.exists:
        work.append(inspection, team.reassign(inspection.state, task, rules))
        return
    events = inspections.prepare(inspection.state, task, catalogue, site, rules)
    work.append(inspection, events, subject=task.enterprise_id, district=district)


async def withdraw_team(work: Work, task_id: str) -> None:
    """Nobody goes until the task is assigned again."""
    inspection = await work.load(INSPECTION, task_id)
    work.append(inspection, team.withdraw_team(inspection.state))


async def call_off(work: Work, task_id: str, reason: str) -> None:
    """Nobody goes any more."""
    inspection = await work.load(INSPECTION, task_id)
    work.append(inspection, team.call_off(inspection.state, reason))


async def approve_plan(work: Work, inspection_id: str, mode: Mode) -> None:
    """Approve the plan of an inspection."""
    inspection = await work.existing(INSPECTION, inspection_id)
    rules = await rules_of(work)
    work.append(inspection, inspections.approve_plan(inspection.state, mode, work.actor.name, rules))


async def check_in(work: Work, inspection_id: str, command: CheckIn) -> None:
    """Check in on site."""
    inspection = await work.existing(INSPECTION, inspection_id)
    rules = await rules_of(work)
    certificates = await _certificates(work, command.officers)
    work.append(inspection, inspections.check_in(inspection.state, command, certificates, rules, work.at))


async def answer(work: Work, inspection_id: str, answers: Sequence[Answered]) -> None:
    """Answer items, and record the hazards that violations consist of."""
    inspection = await work.existing(INSPECTION, inspection_id)
    rules = await rules_of(work)
    answered = inspections.answer_items(inspection.state, answers, rules)
    work.append(inspection, answered)
    for finding in inspections.findings(inspection.state, answers, work.at):
        hazard = await work.load(HAZARD, finding.hazard_id)
        work.append(
            hazard, hazards.find(hazard.state, finding),
            subject=inspection.subject, district=inspection.district, correlation_id=inspection.correlation_id,
        )  # fmt: skip


async def advise(work: Work, inspection_id: str, expert_id: str, advice: str) -> None:
    """Record an expert's advice."""
    inspection = await work.existing(INSPECTION, inspection_id)
    work.append(inspection, inspections.advise(inspection.state, expert_id, advice, await rules_of(work)))


async def conclude(work: Work, inspection_id: str, command: Conclusion) -> None:
    """Close the record of an inspection."""
    inspection = await work.existing(INSPECTION, inspection_id)
    work.append(inspection, inspections.conclude(inspection.state, command, await rules_of(work), work.at))


async def issue_order(work: Work, order_id: str, inspection_id: str, dated: Sequence[Dated]) -> Answer:
    """Issue a rectification order for hazards of an inspection, under the next number of the organ; answers the number."""
    order = await work.load(ORDER, order_id)
    inspection = await work.existing(INSPECTION, inspection_id)
    rules = await rules_of(work)
    ordered = orders.draft(order.state, order_id, inspection.state, dated, rules, work.at)
    plan = inspections.prepared(inspection.state)
    found = await _hazards(work, [hazard.hazard_id for hazard in ordered])
    decided = [
        hazards.order(loaded.state, inspection_id, order_id, hazard.due_on, rules)
        for hazard, loaded in zip(ordered, found, strict=True)
    ]
    basis = await _basis(work, plan.catalogue, found, rules)
    document_no = await _take_number(work, plan.organ_id, ORDER_ZI, order_id)
    re_inspection = _re_inspection_due(rules, max(hazard.due_on for hazard in ordered))
    work.append(
        order, orders.issue(order_id, inspection.state, ordered, document_no, basis, re_inspection, rules, work.at),
        subject=inspection.subject, district=inspection.district, correlation_id=inspection.correlation_id,
    )  # fmt: skip
    for loaded, events in zip(found, decided, strict=True):
        work.append(loaded, events)
    return {"document_no": document_no}


async def report_rectification(work: Work, order_id: str, command: Report, enterprise_id: str | None) -> None:
    """Report hazards of an order as rectified; `enterprise_id` is whose order it must be (None: an officer reports)."""
    order = await work.existing(ORDER, order_id)
    if enterprise_id is not None and enterprise_id != orders.issued(order.state).enterprise_id:
        raise Unknown(ORDER.name, order_id)
    rules = await rules_of(work)
    day = day_of(work.at)
    events = orders.report(order.state, command, _re_inspection_due(rules, day), rules, work.at)
    found = await _hazards(work, command.hazard_ids)
    work.append(order, events)
    for loaded in found:
        work.append(loaded, hazards.report(loaded.state, order_id, day, rules))


async def re_inspect(work: Work, order_id: str, command: ReInspection) -> None:
    """Record the re-inspection of hazards of an order."""
    order = await work.existing(ORDER, order_id)
    rules = await rules_of(work)
    certificates = await _certificates(work, command.officers)
    events = orders.re_inspect(order.state, command, certificates, rules, work.at)
    found = await _hazards(work, [result.hazard_id for result in command.results])
    work.append(order, events)
    for loaded, result in zip(found, command.results, strict=True):
        work.append(loaded, hazards.re_inspect(loaded.state, order_id, result, day_of(work.at), rules))


async def refer(work: Work, referral_id: str, inspection_id: str, hazard_ids: Sequence[str]) -> None:
    """Refer hazards of an inspection to penalty."""
    referral = await work.load(REFERRAL, referral_id)
    inspection = await work.existing(INSPECTION, inspection_id)
    rules = await rules_of(work)
    found = await _hazards(work, hazard_ids)
    findings = [hazards.of_inspection(loaded.state, inspection_id, rules) for loaded in found]
    work.append(
        referral, refer_acts(referral.state, referral_id, inspection.state, findings, rules),
        subject=inspection.subject, district=inspection.district, correlation_id=inspection.correlation_id,
    )  # fmt: skip
    for loaded in found:
        work.append(loaded, hazards.refer(loaded.state, inspection_id, referral_id, rules))


async def miss_rectification(work: Work, deadline: Deadline) -> None:
    """The last day of an order has passed."""
    order = await work.existing(ORDER, deadline.key)
    work.append(order, orders.miss_rectification(order.state, _day(deadline)))


async def miss_re_inspection(work: Work, deadline: Deadline) -> None:
    """The last day to re-inspect has passed."""
    order = await work.existing(ORDER, deadline.key)
    work.append(order, orders.miss_re_inspection(order.state, _day(deadline)))


def _day(deadline: Deadline) -> date:
    return date.fromisoformat(deadline.detail["due_on"])


async def _certificates(work: Work, officers: Sequence[CheckedInOfficer]) -> inspections.Certificates:
    found = await queries.certificates(work.read, [officer.officer_id for officer in officers])
    shown = await work.plain(*(certificate.certificate_no for certificate in found.values()))
    return {
        officer_id: replace(certificate, certificate_no=number)
        for (officer_id, certificate), number in zip(found.items(), shown, strict=True)
    }


async def _hazards(work: Work, hazard_ids: Sequence[str]) -> list[Loaded[HazardState]]:
    return [await work.existing(HAZARD, hazard_id) for hazard_id in hazard_ids]


async def _basis(work: Work, catalogue_id: str, found: Sequence[Loaded[HazardState]], rules: Rules) -> list[str]:
    """What the hazards breach, by the law of the day on which each was found."""
    catalogue = await queries.catalogue(work.read, catalogue_id)
    if catalogue is None:
        raise refused("catalogue-unknown", rules, catalogue=catalogue_id)
    findings = [hazards.found(loaded.state) for loaded in found]
    return [text for finding in findings for text in breached(catalogue, finding.item_code, finding.found_on, rules)]


async def _take_number(work: Work, organ_id: str, zi: str, taken_by: str) -> str:
    """The next document number of an organ; two orders of one organ at once contend for it, those of others do not.

    The series keeps a correlation of its own, because its events belong to no single matter.
    """
    organ = await queries.organ(work.read, organ_id)
    if organ is None:
        raise refused("organ-unknown", organ_id=organ_id)
    year = day_of(work.at).year
    series = await work.load(SERIES, numbers.series_key(organ_id, zi, year))
    events = numbers.take_number(series.state, organ_id, organ.abbreviation, zi, year, taken_by)
    return work.append(series, events, district=organ.district).state.document_no


def _re_inspection_due(rules: Rules, start: date) -> Due | None:
    if rules.re_inspection is None:
        return None
    period = rules.re_inspection
    due = WorkingDays(rules.overrides).due(start, period.length, period.unit, rolls=period.rolls)
    return Due(due.day, due.provisional)

"""Rectification orders: issued, reported on, re-inspected, missed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from chassis.aggregates import Loaded
from chassis.deadlines import Deadline
from chassis.domain import Unknown, day_of
from chassis.runner import Work
from services.inspection import queries
from services.inspection.commands.deciding import (
    certificates_of,
    due_of,
    hazards_of,
    require_own_time,
    rules_of,
    take_number,
)
from services.inspection.domain import hazard as hazards
from services.inspection.domain import inspection as inspections
from services.inspection.domain import order as orders
from services.inspection.domain.catalogue import breached
from services.inspection.domain.extension import AskExtension, ExtensionGranted
from services.inspection.domain.hazard import HAZARD, HazardState
from services.inspection.domain.inspection import INSPECTION
from services.inspection.domain.numbers import ORDER_ZI
from services.inspection.domain.order import ORDER, Dated, OrderState, ReInspection, Report
from services.inspection.domain.refusals import refused
from services.inspection.domain.rules import Due, Rules

Answer = dict[str, Any]


async def issue_order(work: Work, order_id: str, inspection_id: str, dated: Sequence[Dated], number: int | None = None) -> Answer:
    """Issue a rectification order for hazards of an inspection; answers its document number.

    `number` was given to it on a device, out of that device's block; else it is the next of the organ.
    """
    order = await work.load(ORDER, order_id)
    inspection = await work.existing(INSPECTION, inspection_id)
    rules = await rules_of(work)
    found = await hazards_of(work, [hazard.hazard_id for hazard in dated])  # one that is not here yet is waited for
    ordered = orders.draft(order.state, order_id, inspection.state, dated, rules, work.at)
    plan = inspections.prepared(inspection.state)
    decided = [
        hazards.order(loaded.state, inspection_id, order_id, hazard.due_on, rules)
        for hazard, loaded in zip(ordered, found, strict=True)
    ]
    basis = await _basis(work, plan.catalogue, found, rules)
    document_no = await take_number(work, plan.organ_id, ORDER_ZI, order_id, number)
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
    order = await _own(work, order_id, enterprise_id)
    rules = await rules_of(work)
    day = day_of(work.at)
    events = orders.report(order.state, command, _re_inspection_due(rules, day), rules, work.at)
    found = await hazards_of(work, command.hazard_ids)
    work.append(order, events)
    for loaded in found:
        work.append(loaded, hazards.report(loaded.state, order_id, day, rules))


async def re_inspect(work: Work, order_id: str, command: ReInspection) -> None:
    """Record the re-inspection of hazards of an order."""
    order = await work.existing(ORDER, order_id)
    rules = await rules_of(work)
    certificates = await certificates_of(work, command.officers)
    events = orders.re_inspect(order.state, command, certificates, rules, work.at)
    found = await hazards_of(work, [result.hazard_id for result in command.results])
    work.append(order, events)
    for loaded, result in zip(found, command.results, strict=True):
        work.append(loaded, hazards.re_inspect(loaded.state, order_id, result, day_of(work.at), rules))


async def ask_extension(work: Work, order_id: str, command: AskExtension, enterprise_id: str | None) -> None:
    """Ask for more time; `enterprise_id` is whose order it must be (None: an officer notes it)."""
    order = await _own(work, order_id, enterprise_id)
    rules = await rules_of(work)
    day = day_of(work.at)
    work.append(order, orders.ask_extension(order.state, command, due_of(rules, rules.extension_answer, day), day, rules))


async def grant_extension(work: Work, order_id: str, reason: str | None) -> None:
    """Grant the extension that was asked for."""
    order = await work.existing(ORDER, order_id)
    rules = await rules_of(work)
    decided = orders.grant_extension(order.state, lambda day: _re_inspection_due(rules, day), reason, rules)
    work.append(order, decided)
    for granted in decided:
        for ordered in granted.hazards if isinstance(granted, ExtensionGranted) else ():
            hazard = await work.existing(HAZARD, ordered.hazard_id)
            work.append(hazard, hazards.extend(hazard.state, order_id, ordered.due_on, rules))


async def deny_extension(work: Work, order_id: str, reason: str) -> None:
    """Deny the extension that was asked for."""
    order = await work.existing(ORDER, order_id)
    work.append(order, orders.deny_extension(order.state, reason, await rules_of(work)))


async def miss_extension_answer(work: Work, deadline: Deadline) -> None:
    """The last day to answer a request for an extension has passed."""
    order = await work.existing(ORDER, deadline.key)
    work.append(order, orders.miss_extension_answer(order.state, _day(deadline)))


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


async def _basis(work: Work, catalogue_id: str, found: Sequence[Loaded[HazardState]], rules: Rules) -> list[str]:
    """What the hazards breach, by the law of the day on which each was found."""
    catalogue = await queries.catalogue(work.read, catalogue_id)
    if catalogue is None:
        raise refused("catalogue-unknown", rules, catalogue=catalogue_id)
    findings = [hazards.found(loaded.state) for loaded in found]
    return [text for finding in findings for text in breached(catalogue, finding.item_code, finding.found_on, rules)]


async def _own(work: Work, order_id: str, enterprise_id: str | None) -> Loaded[OrderState]:
    require_own_time(work, enterprise_id)
    order = await work.existing(ORDER, order_id)
    if enterprise_id is not None and enterprise_id != orders.issued(order.state).enterprise_id:
        raise Unknown(ORDER.name, order_id)
    return order


def _re_inspection_due(rules: Rules, start: date) -> Due | None:
    return due_of(rules, rules.re_inspection, start)

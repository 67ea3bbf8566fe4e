"""What several commands of inspection decide with: the rules, certificates shown, hazards, the next document number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from chassis.aggregates import Loaded
from chassis.calendar import WorkingDays
from chassis.domain import day_of
from chassis.runner import Work
from services.inspection import queries
from services.inspection.domain import inspection as inspections
from services.inspection.domain import numbers
from services.inspection.domain.events import CheckedInOfficer
from services.inspection.domain.hazard import HAZARD, HazardState
from services.inspection.domain.numbers import SERIES
from services.inspection.domain.refusals import refused
from services.inspection.domain.rules import Due, Period, Rules


async def rules_of(work: Work) -> Rules:
    """The rules in force when what is commanded happened; what is appended then says so in its envelope."""
    day = day_of(work.at)
    rules = await queries.rules(work.read, day)
    if rules is None:
        raise refused("no-rulebook", day=day.isoformat())
    work.rulebook = rules.rulebook
    return rules


def require_own_time(work: Work, enterprise_id: str | None) -> None:
    """Refuse `occurred-at-not-taken`: whoever has until a day cannot say themselves that they were in time."""
    if enterprise_id is not None and work.context.stated:
        raise refused("occurred-at-not-taken")


async def certificates_of(work: Work, officers: Sequence[CheckedInOfficer]) -> inspections.Certificates:
    """The certificates of these officers in plain, as the registry enrolled them."""
    found = await queries.certificates(work.read, [officer.officer_id for officer in officers])
    shown = await work.plain(*(certificate.certificate_no for certificate in found.values()))
    return {
        officer_id: replace(certificate, certificate_no=number)
        for (officer_id, certificate), number in zip(found.items(), shown, strict=True)
    }


async def hazards_of(work: Work, hazard_ids: Sequence[str]) -> list[Loaded[HazardState]]:
    """The hazards of these ids; raises Unknown for one that was never found."""
    return [await work.existing(HAZARD, hazard_id) for hazard_id in hazard_ids]


def due_of(rules: Rules, period: Period | None, start: date) -> Due | None:
    """The last day of a period that begins the day after `start`; None without a period."""
    if period is None:
        return None
    due = WorkingDays(rules.overrides).due(start, period.length, period.unit, rolls=period.rolls)
    return Due(due.day, due.provisional)


def last_day(rules: Rules, code: str, start: date) -> Due:
    """The last day of the rulebook's period `code`. Refused `no-period` if the rulebook has none on this day."""
    due = due_of(rules, rules.periods.get(code), start)
    if due is None:
        raise refused("no-period", rules, rule=code)
    return due


async def take_number(work: Work, organ_id: str, zi: str, taken_by: str, given: int | None = None) -> str:
    """The next document number of an organ; two orders of one organ at once contend for it, those of others do not.

    `given` is the number that the device, whose command this is, took out of its block. The series keeps
    a correlation of its own, because its events belong to no single matter.
    """
    organ = await queries.organ(work.read, organ_id)
    if organ is None:
        raise refused("organ-unknown", organ_id=organ_id)
    year = day_of(work.at).year
    series = await work.load(SERIES, numbers.series_key(organ_id, zi, year))
    if given is None:
        events = numbers.take_number(series.state, organ_id, organ.abbreviation, zi, year, taken_by)
    else:
        blocks = await queries.blocks(work.read, work.context.device or "", series.key)
        events = numbers.take_given(series.state, blocks, organ_id, organ.abbreviation, zi, year, given, taken_by)
    return work.append(series, events, district=organ.district).state.document_no

"""Situations in which measures are taken: an inspection with hazards that justify them or not, lists, receipts, decided steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from chassis.calendar import WorkingDays
from chassis.domain import CHINA, Event
from chassis.testing import given
from services.inspection.domain.events import CheckedInOfficer, HazardFound
from services.inspection.domain.hazard import HAZARD, HazardState
from services.inspection.domain.inspection import INSPECTION, Certificate, Certificates, InspectionState
from services.inspection.domain.measures import keeping, seizure, suspension
from services.inspection.domain.measures.measure import MEASURE, MeasureState
from services.inspection.domain.measures.parts import Approver, Article
from services.inspection.domain.measures.suspension import Suspend, Suspension, Target
from services.inspection.domain.rules import Due, Rules, rules_on
from services.inspection.domain.signing import Receipt
from tests.domain.inspection.scenes import AT, CATALOGUE, CERTIFICATES, FIRST, RULES, SECOND, found, on_site, vocabulary

OFFICERS = (FIRST, SECOND)
HEAD = Approver(id="head-1", name="局长")
ONE_OF_THEM = Approver(id="o-1", name="执法人员1")
SIGNED = Receipt(signed_by="厂长")
REFUSED = Receipt(refused_reason="不认可", witness="街道干部")
BOOK_2026 = vocabulary("rulebook-2026-3")
LATER_CERTIFICATES: Certificates = {
    name: Certificate(certificate.certificate_no, date(2030, 1, 1)) for name, certificate in CERTIFICATES.items()
}


def noon(year: int, month: int, day: int) -> datetime:
    """Twelve o'clock in China."""
    return datetime(year, month, day, 12, tzinfo=CHINA)


def rules_2026(day: date, **changes: Any) -> Rules:
    """The rules of 2026, with parts of the rulebook exchanged."""
    return rules_on({**BOOK_2026, **changes}, day)


def last(rules: Rules, code: str, start: date) -> Due:
    """The last day of a period of the rulebook."""
    period = rules.periods[code]
    due = WorkingDays(rules.overrides).due(start, period.length, period.unit, rolls=period.rolls)
    return Due(due.day, due.provisional)


def visiting() -> InspectionState:
    """Officers are on site."""
    return given(INSPECTION, on_site())


def article(article_id: str) -> Article:
    """A thing in a list."""
    return Article(
        article_id=article_id, article="除尘器", specification="MC-24", amount="1 台", condition="运行中", kept_at="打磨车间",
        keeper="厂长",
    )  # fmt: skip


THINGS = (article("a-1"), article("a-2"))


def hazards(**known: HazardFound) -> Mapping[str, HazardState]:
    """Hazards by id, as they were found."""
    return {name.replace("_", "-"): given(HAZARD, [finding]) for name, finding in known.items()}


def stopping(hazard_id: str) -> HazardFound:
    """A hazard on whose item the catalogue foresees that use is stopped."""
    return found(hazard_id, "DST-K3")


def major(hazard_id: str) -> HazardFound:
    """A major hazard on an item that the catalogue has rectified."""
    return replace(found(hazard_id, "DST-K6"), severity="major")


def target(target_id: str, *hazard_ids: str, measure: suspension.OnSite = "suspend-use") -> Target:
    """Something that is suspended because of hazards."""
    return Target(target_id=target_id, measure=measure, target="除尘系统", hazard_ids=hazard_ids)


def suspended(
    *targets: Target, known: Mapping[str, HazardState] | None = None, at: datetime = AT, until: date | None = None,
    officers: tuple[CheckedInOfficer, ...] = OFFICERS, receipt: Receipt = SIGNED, rules: Rules = RULES,
) -> list[Event]:  # fmt: skip
    """People are withdrawn, or production or use suspended, by measure m-1."""
    command = Suspend(targets=targets, officers=officers, receipt=receipt, until=until)
    named = suspension.hazards_named(targets)
    basis = suspension.draft(
        visiting(), command, known or {one: given(HAZARD, [stopping(one)]) for one in named}, CATALOGUE, rules
    )
    longest = last(rules, "R04-suspension-maximum", at.date())
    return suspension.decide("m-1", visiting(), command, LATER_CERTIFICATES, longest, "现决1号", basis, rules, at)


def standing(events: list[Event]) -> Suspension:
    """The suspension that these events tell of."""
    matter = told(events).matter
    assert isinstance(matter, Suspension)
    return matter


def told(events: list[Event]) -> MeasureState:
    """The measure that these events tell of."""
    return given(MEASURE, events)


def kept_of(events: list[Event]) -> keeping.Keeping:
    """The kept evidence that these events tell of."""
    matter = told(events).matter
    assert isinstance(matter, keeping.Keeping)
    return matter


def seized_of(events: list[Event]) -> seizure.Seizure:
    """The seizure that these events tell of."""
    matter = told(events).matter
    assert isinstance(matter, seizure.Seizure)
    return matter


def keeping_asked(rules: Rules, at: datetime) -> list[Event]:
    """Officers ask that two things be kept."""
    command = keeping.RequestKeeping(grounds="可能被转移", articles=THINGS, officers=OFFICERS)
    return keeping.request("m-1", visiting(), command, LATER_CERTIFICATES, "o-1", "先保审1号", rules, at)


def kept(rules: Rules, at: datetime) -> list[Event]:
    """The head approved, and two things are kept."""
    events = keeping_asked(rules, at)
    events += keeping.answer(kept_of(events), True, "同意", HEAD, at.date(), rules)
    command = keeping.CarryOut(articles=THINGS, officers=OFFICERS, receipt=SIGNED)
    due = last(rules, "T04-evidence-pre-registration", at.date())
    return [*events, *keeping.carry_out(kept_of(events), command, LATER_CERTIFICATES, "先保通1号", due, rules, at)]


REQUEST = seizure.RequestSeizure(mode="seize", grounds="不符合国家标准", articles=THINGS, officers=OFFICERS)


def seizure_asked(rules: Rules, at: datetime) -> list[Event]:
    """Officers ask to seize two things."""
    return seizure.request("m-1", visiting(), REQUEST, LATER_CERTIFICATES, "o-1", "强审1号", rules, at)


def seized(rules: Rules, at: datetime) -> list[Event]:
    """The head approved, and two things are seized."""
    events = seizure_asked(rules, at)
    events += seizure.answer(seized_of(events), True, "同意", HEAD, rules, at)
    command = seizure.Seize(articles=THINGS, officers=OFFICERS, receipt=SIGNED)
    due = last(rules, "T05-seizure", at.date())
    return [*events, *seizure.carry_out(seized_of(events), command, LATER_CERTIFICATES, "查扣1号", due, rules, at)]


def emergency(rules: Rules, at: datetime) -> list[Event]:
    """Two things are seized at once, to be approved within a day."""
    due = last(rules, "T05-seizure", at.date())
    return seizure.take_in_emergency(
        "m-1", visiting(), REQUEST, SIGNED, LATER_CERTIFICATES, "查扣1号", due, timedelta(hours=24), rules, at
    )

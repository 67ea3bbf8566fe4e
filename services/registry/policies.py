"""Reactions to other services' events: which files the law keeps before a person is erased; which document numbers are used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from chassis.policy import Reaction, Received
from chassis.runner import Work
from services.registry.commands import numbers
from services.registry.domain.numbers import series_key

NOTE_HANDLERS = """
INSERT INTO kept_files AS k (case_id, enterprise_id, officers) VALUES ($1, $2, $3)
ON CONFLICT (case_id) DO UPDATE SET officers = ARRAY(SELECT DISTINCT unnest(k.officers || EXCLUDED.officers) ORDER BY 1)
"""
NOTE_FILED = """
INSERT INTO kept_files (case_id, enterprise_id, case_no, filed_on) VALUES ($1, $2, $3, $4)
ON CONFLICT (case_id) DO UPDATE SET case_no = EXCLUDED.case_no, filed_on = EXCLUDED.filed_on
"""

NOTE_NUMBERED = """
INSERT INTO self_numbered AS s (series, holder, last) VALUES ($1, $2, $3)
ON CONFLICT (series) DO UPDATE SET last = greatest(s.last, EXCLUDED.last)
"""


@dataclass(frozen=True, slots=True)
class Handler:
    """penalty: an officer who handles a case."""

    officer_id: str


@dataclass(frozen=True, slots=True)
class FilingRequested:
    """penalty: who handles a case, if it is filed."""

    case_id: str
    officers: tuple[Handler, ...]


@dataclass(frozen=True, slots=True)
class CaseFiled:
    """penalty: a case was filed; its file is kept from now on."""

    case_id: str
    case_no: str
    filed_on: date


@dataclass(frozen=True, slots=True)
class PenaltyNumber:
    """penalty: a document took a number of a series."""

    series: str
    number: int


@dataclass(frozen=True, slots=True)
class InspectionNumber:
    """inspection: a document took a number of an organ's yearly series of one word."""

    organ_id: str
    zi: str
    year: int
    number: int


async def on_penalty_number(work: Work, received: Received) -> None:
    """A number of penalty's block is used; or penalty numbers that series itself."""
    seen = received.read(PenaltyNumber)
    await _note_number(work, seen.series, "penalty", seen.number)


async def on_inspection_number(work: Work, received: Received) -> None:
    """A number of inspection's block is used; or inspection numbers that series itself."""
    seen = received.read(InspectionNumber)
    await _note_number(work, series_key(seen.organ_id, seen.zi, seen.year), "inspection", seen.number)


async def _note_number(work: Work, series: str, holder: str, number: int) -> None:
    if not await numbers.use_number(work, series, holder, number):
        await work.change(NOTE_NUMBERED, series, holder, number)


async def on_filing_requested(work: Work, received: Received) -> None:
    """Whoever was named as a handler stands in the file, also if another was named later."""
    seen = received.read(FilingRequested)
    officers = [officer.officer_id for officer in seen.officers]
    await work.change(NOTE_HANDLERS, seen.case_id, received.envelope.subject, officers)


async def on_case_filed(work: Work, received: Received) -> None:
    """The law keeps the file of a filed case."""
    seen = received.read(CaseFiled)
    await work.change(NOTE_FILED, seen.case_id, received.envelope.subject, seen.case_no, seen.filed_on)


REACTIONS: Mapping[str, Reaction] = {
    "casetrail.penalty.number-taken.v1": on_penalty_number,
    "casetrail.inspection.number-taken.v1": on_inspection_number,
    "casetrail.penalty.filing-requested.v1": on_filing_requested,
    "casetrail.penalty.case-filed.v1": on_case_filed,
}

"""Reactions to other services' events: the registry must know which files the law keeps before it erases a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from chassis.policy import Reaction, Received
from chassis.runner import Work

NOTE_HANDLERS = """
INSERT INTO kept_files AS k (case_id, enterprise_id, officers) VALUES ($1, $2, $3)
ON CONFLICT (case_id) DO UPDATE SET officers = ARRAY(SELECT DISTINCT unnest(k.officers || EXCLUDED.officers) ORDER BY 1)
"""
NOTE_FILED = """
INSERT INTO kept_files (case_id, enterprise_id, case_no, filed_on) VALUES ($1, $2, $3, $4)
ON CONFLICT (case_id) DO UPDATE SET case_no = EXCLUDED.case_no, filed_on = EXCLUDED.filed_on
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
    "casetrail.penalty.filing-requested.v1": on_filing_requested,
    "casetrail.penalty.case-filed.v1": on_case_filed,
}

"""What inspection has told of the hazards: whose they are, how grave, and where their rectification stands."""

from __future__ import annotations

from datetime import date

from services.penalty import domain
from services.penalty.domain.daily import Refusal
from services.penalty.queries.rows import Question, Read, Rows, together

HAZARDS = "SELECT hazard_id, state, overdue, ordered_on, failed_on FROM hazards WHERE hazard_id = ANY($1)"
MAJOR = "SELECT hazard_id FROM major_hazards WHERE hazard_id = ANY($1)"
FOREIGN_HAZARDS = "SELECT hazard_id FROM hazards WHERE hazard_id = ANY($1) AND enterprise_id <> $2 ORDER BY hazard_id"


def hazards_question(case: domain.CaseState) -> Question:
    """Asks for the hazards of a case, with what became of them."""
    return HAZARDS, ([act.hazard_id for act in case.acts],)


async def hazards_of(read: Read, case: domain.CaseState) -> dict[str, str]:
    """The state of rectification of the case's hazards, as far as inspection has told."""
    [rows] = await together(read, hazards_question(case))
    return {row["hazard_id"]: row["state"] for row in rows}


async def hazards_of_others(read: Read, enterprise_id: str, hazard_ids: list[str]) -> list[str]:
    """Which of these hazards are known, and another enterprise's."""
    return [str(row["hazard_id"]) for row in await read(FOREIGN_HAZARDS, hazard_ids, enterprise_id)]


async def refusals_of(read: Read, case: domain.CaseState) -> dict[str, Refusal]:
    """The hazards of a case that were ordered to be corrected and that a re-inspection found still there, with these days."""
    [rows] = await together(read, hazards_question(case))
    return refusals_told(rows)


def refusals_told(rows: Rows) -> dict[str, Refusal]:
    """The hazards whose correction is refused, of those that the answer to `hazards_question` names."""
    return {
        row["hazard_id"]: Refusal(
            ordered_on=date.fromisoformat(row["ordered_on"]), failed_on=date.fromisoformat(row["failed_on"])
        )
        for row in rows if row["ordered_on"] and row["failed_on"]
    }  # fmt: skip


async def major_of(read: Read, case: domain.CaseState) -> frozenset[str]:
    """The major hazards of a case."""
    rows = await read(MAJOR, [act.hazard_id for act in case.acts])
    return frozenset(row["hazard_id"] for row in rows)

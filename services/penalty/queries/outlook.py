"""What may be done next with a case: all that its decisions ask of tables, read at once."""

from __future__ import annotations

from datetime import datetime

from chassis.domain import day_of
from services.penalty import domain
from services.penalty.domain.regions import Regions, beside_of
from services.penalty.queries.books import BooksOn, rules_by
from services.penalty.queries.hazards import hazards_question, refusals_told
from services.penalty.queries.publications import days_decided, unpublished_by
from services.penalty.queries.register import enterprise_question, officers_question, officers_told
from services.penalty.queries.rows import Read, together
from services.penalty.queries.sanctions import items_on_question, items_question, sanctions_told


async def outlook_of(
    read: Read, case: domain.CaseState, regions: Regions, at: datetime
) -> tuple[domain.Rules, tuple[domain.Outlook, ...]]:  # fmt: skip
    """The rules of a time and what may be done next with a case then; Refused if none are in force."""
    day = day_of(at)
    asked = BooksOn(day, case.act_date, *days_decided(case))
    officers, items, latest, hazards, enterprise, rows = await together(
        read, officers_question(case), items_question(case), items_on_question(case, day), hazards_question(case),
        enterprise_question(case.enterprise_id), asked.question,
    )  # fmt: skip
    books = asked.told(rows)
    facts = domain.Facts(
        rules=rules_by(books, day), officers=officers_told(officers),
        sanctions=sanctions_told(case, day, items, latest, hazards, books),
        address=enterprise[0]["address"] if enterprise else "",
        beside=beside_of(
            case, regions, hazards={row["hazard_id"]: row["state"] for row in hazards},
            unpublished=unpublished_by(case, regions.publications, books),
        ),
        standing=regions.standing, transfer=regions.transfer, refusals=refusals_told(hazards),
        remedies=regions.remedies, enforcements=regions.enforcements,
    )  # fmt: skip
    return facts.rules, domain.outlook(case, facts, at)

"""Publications: what has yet to be published or withdrawn, and the public list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from chassis.sight import Sight
from services.penalty import domain
from services.penalty.domain.publication import PublicationState
from services.penalty.domain.publishing import is_settled
from services.penalty.queries.books import Book, books_on, rules_by
from services.penalty.queries.rows import Read

PUBLISHED = """
SELECT * FROM publication_list
WHERE state <> 'ended' AND ($1::text IS NULL OR district = $1)
  AND ($2::timestamptz IS NULL OR (updated_at, entry_id) < ($2, $3))
ORDER BY updated_at DESC, entry_id DESC LIMIT $4
"""


async def published(db: Sight, district: str | None, after: tuple[datetime, str] | None, limit: int) -> Sequence[Any]:
    """What is published, or withdrawn and explained, what changed last first, at most `limit`."""
    return await db.fetch(PUBLISHED, district, *(after or (None, None)), limit)


async def unpublished(read: Read, case: domain.CaseState, publications: Mapping[str, PublicationState]) -> tuple[str, ...]:
    """The parties whose decision has yet to be published, or withdrawn, by the rules of its day."""
    return unpublished_by(case, publications, await books_on(read, *days_decided(case)))


def days_decided(case: domain.CaseState) -> list[date]:
    """The days of the decisions that stand, whose rules say what of them is published."""
    return [side.decision.decided_on for side in case.sides if side.decision is not None]


def unpublished_by(
    case: domain.CaseState, publications: Mapping[str, PublicationState], books: Mapping[date, Book | None]
) -> tuple[str, ...]:  # fmt: skip
    """The parties of `unpublished`, by the rulebooks of `days_decided`."""
    nothing = PublicationState()
    decided = (
        side.party_id for side in case.sides
        if (decision := side.decision) is not None
        and not is_settled(publications.get(side.party_id, nothing), decision, rules_by(books, decision.decided_on))
    )  # fmt: skip
    revoked = (side.party_id for side in case.sides if side.decision is None and side.former)
    return (*decided, *(party for party in revoked if publications.get(party, nothing).withdraw_by is not None))

"""What the endpoints of measures share: articles, receipts, answers to requests, and who may read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends
from pydantic import AwareDatetime, BeforeValidator, Field

from chassis.domain import CHINA
from chassis.http import Body, Command, Id, command
from chassis.invalid import not_as_meant
from services.inspection.api.reading import Line, OfficerBody, Text
from services.inspection.domain.measures.parts import Article
from services.inspection.domain.signing import Receipt

Lifter = Annotated[Command, Depends(command("approver", "officer"))]
Officers = Annotated[list[OfficerBody], Field(min_length=1, max_length=20)]
Records = Annotated[tuple[Id, ...], Field(max_length=100)]
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)")


def _only_written(value: Any) -> Any:
    """Pydantic takes a number for seconds since 1970."""
    if not isinstance(value, str) or not MOMENT.fullmatch(value):
        example = "2026-03-01T09:00:00+08:00"
        raise not_as_meant(f"时间应带时区，写作 {example}", f"a time is written {example}")
    return value


Instant = Annotated[
    AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=CHINA), lt=datetime(2100, 1, 1, tzinfo=CHINA)),
    BeforeValidator(_only_written),
]  # fmt: skip
"""A time with its zone, as it is written."""


class ArticleBody(Body):
    """A thing, an installation or a place in a list."""

    article_id: Id
    article: Line
    specification: Line | None = None
    amount: Line
    condition: Line | None = None
    kept_at: Line
    keeper: Line | None = None


Articles = Annotated[list[ArticleBody], Field(min_length=1, max_length=500)]


class ReceiptBody(Body):
    """Who took it; or why the signature was refused, and who saw it."""

    signed_by: Line | None = None
    refused_reason: Line | None = None
    witness: Line | None = None

    def told(self) -> Receipt:
        """As events have it."""
        return Receipt(signed_by=self.signed_by, refused_reason=self.refused_reason, witness=self.witness)


class MeasureAnswerBody(Body):
    """Whether what officers ask for is approved, and why."""

    agreed: bool
    opinion: Text


class BegunBody(Body):
    """Which measure begins, under an id that the sender made, and at which inspection."""

    measure_id: Id
    inspection_id: Id


class ReasonBody(Body):
    """Why."""

    reason: Text


class ListedBody(BegunBody):
    """What officers ask for: the list, the grounds, and the records it rests on."""

    grounds: Text
    articles: Articles
    officers: Officers
    records: Records = ()


class HandedOverBody(Body):
    """A list as it was made on the spot, by whom, and who took it."""

    articles: Articles
    officers: Officers
    receipt: ReceiptBody


def articles_of(bodies: Sequence[ArticleBody]) -> tuple[Article, ...]:
    """The list of a request, as events have it."""
    return tuple(Article(**body.model_dump()) for body in bodies)

"""What an erasure would reach in a service, and how far it is there."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from chassis.erasure import standing_of
from chassis.http import Db, answer_json
from chassis.operations.asker import Operator

router = APIRouter()


@router.get("/erasures")
async def erasures(_: Operator, db: Db, person: Annotated[str, Query(min_length=1, max_length=200)]) -> Response:
    """A person's keys and what they seal, by table and column; whether their erasure was asked for here, and followed."""
    return answer_json(await standing_of(db, person))

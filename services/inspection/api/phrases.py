"""The phrase library over HTTP, and what is offered for each item of an inspection: fact, norm, measure, penalty."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from chassis.domain import Refused, Unknown, day_of
from chassis.http import Body, Command, Id, answer_json, command
from chassis.moments import aggregate
from chassis.sight import Sight
from services.inspection import queries
from services.inspection.api.reading import ItemCode, Reader, Text
from services.inspection.commands import phrases
from services.inspection.domain.catalogue import Catalogue, breached
from services.inspection.domain.inspection import INSPECTION, prepared
from services.inspection.domain.rules import Rules, cite, valid_on

router = APIRouter(prefix="/v1", tags=["inspection"])
Keeper = Annotated[Command, Depends(command("officer", "manager"))]


class PhraseBody(Body):
    """A wording of a fact on an item, for the officers of one's organ."""

    phrase_id: Id
    item_code: ItemCode
    text: Text


class NothingBody(Body):
    """No content is needed."""


@router.post("/phrases", status_code=201)
async def add(body: PhraseBody, command: Keeper) -> Response:
    """Add a phrase to the library of one's organ; it words facts and cites nothing."""
    return await command.run(phrases.add, body.phrase_id, body.item_code, body.text, status=201)


@router.post("/phrases/{phrase_id}/retirements", status_code=201)
async def retire(phrase_id: Id, _: NothingBody, command: Keeper) -> Response:
    """Offer a phrase no more."""
    return await command.run(phrases.retire, phrase_id, status=201)


@router.get("/inspections/{inspection_id}/phrases")
async def offered(request: Request, inspection_id: Id, principal: Reader) -> Response:
    """What is offered for each item: wordings of the fact, the norms and measure by the law of today, days, penalty provisions.

    Citations are made of the catalogue and the rulebook in force, and are not there to be changed.
    """
    loaded = await aggregate(request, principal, INSPECTION, inspection_id, None)
    plan = prepared(loaded.state)
    look = Sight(request.app.state.pool, None).fetch
    today = day_of(request.app.state.runner.clock.now())
    catalogue, rules = await queries.catalogue(look, plan.catalogue), await queries.rules(look, today)
    if catalogue is None or rules is None:
        raise Unknown("catalogue", plan.catalogue)
    own: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in await look(queries.PHRASES, plan.organ_id, sorted(loaded.state.items)):
        own[row["item_code"]].append({"phrase_id": row["phrase_id"], "text": row["text"]})
    items = [_offer(catalogue, code, rules, today, own[code]) for code in loaded.state.items if code in catalogue.items]
    return answer_json({"inspection_id": inspection_id, "on": today, "rulebook": rules.rulebook, "items": items})


def _offer(catalogue: Catalogue, code: str, rules: Rules, day: date, own: list[dict[str, Any]]) -> dict[str, Any]:
    item = catalogue.items[code]
    try:
        norms = breached(catalogue, code, day, rules)
    except Refused:  # nothing can be cited for the day: then nothing is offered
        norms = ()
    return {
        "code": code, "title": item["title"], "fact": item.get("finding_text"), "phrases": own, "norms": norms,
        "measure": item["onsite_measure"]["kind"], "default_days": item["onsite_measure"].get("default_days"),
        "penalties": _penalties(item, rules, day),
    }  # fmt: skip


def _penalties(item: Mapping[str, Any], rules: Rules, day: date) -> list[dict[str, Any]]:
    """The provisions by which a violation is fined on a day: for whom, at first or when overdue, within which range in fen."""
    return [
        {
            "provision": cite(row["provision"], rules.laws), "phase": row["phase"], "subject": row["subject"],
            "min_fen": row["min_fen"], "max_fen": row["max_fen"], "other_kinds": row["other_kinds"],
        }
        for row in item.get("penalty", ())
        if valid_on(row, day) and (row["provision"]["law"], row["provision"]["version"]) in rules.laws
    ]  # fmt: skip

"""The phrase library of an organ."""

from __future__ import annotations

from chassis.runner import Work
from services.inspection import queries
from services.inspection.domain import phrase as phrases
from services.inspection.domain.phrase import PHRASE, PhraseAdded
from services.inspection.domain.refusals import refused


async def add(work: Work, phrase_id: str, item_code: str, text: str) -> None:
    """Add a phrase for the officers of the actor's organ."""
    organ = await queries.organ(work.read, work.context.organ)
    if organ is None:
        raise refused("organ-unknown", organ_id=work.context.organ)
    phrase = await work.load(PHRASE, phrase_id)
    added = PhraseAdded(phrase_id=phrase_id, organ_id=work.context.organ, item_code=item_code, text=text)
    work.append(phrase, phrases.add(phrase.state, added), district=organ.district)


async def retire(work: Work, phrase_id: str) -> None:
    """Offer a phrase no more."""
    phrase = await work.existing(PHRASE, phrase_id)
    work.append(phrase, phrases.retire(phrase.state))

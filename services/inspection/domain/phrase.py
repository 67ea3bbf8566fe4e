"""The phrase library (常用语): how an organ's officers word what they find on an item, beside the item list's own text."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chassis.domain import Event, Stream, event
from services.inspection.domain.refusals import refused


@event("casetrail.inspection.phrase-added.v1", title="增加常用语", summary="事项 {item_code} 增加常用语：{text}")
class PhraseAdded(Event):
    """A wording of a fact on an item, for the officers of an organ; it cites nothing."""

    phrase_id: str
    organ_id: str
    item_code: str
    text: str


@event("casetrail.inspection.phrase-retired.v1", title="停用常用语", summary="停用常用语")
class PhraseRetired(Event):
    """It is offered no more; documents that hold it stay as they are."""

    phrase_id: str


@dataclass(frozen=True, slots=True)
class PhraseState:
    """A phrase as its events tell it."""

    added: PhraseAdded | None = None
    retired: bool = False


def evolve_phrase(state: PhraseState, event: Event) -> PhraseState:
    """The phrase after one more event."""
    match event:
        case PhraseAdded():
            return PhraseState(added=event)
        case PhraseRetired():
            return replace(state, retired=True)
        case _:
            return state


PHRASE = Stream("phrase", PhraseState(), evolve_phrase)
CITING = ("《", "》", "〈", "〉")
"""A phrase words facts: whatever it rests on is cited by the rulebook."""


def add(state: PhraseState, event: PhraseAdded) -> list[Event]:
    """Add a phrase. Refused `phrase-exists` (another under this id), `phrase-cites` (it names a law)."""
    if any(mark in event.text for mark in CITING):
        raise refused("phrase-cites")
    if state.added is None:
        return [event]
    if state.added != event:
        raise refused("phrase-exists", phrase_id=event.phrase_id)
    return []


def retire(state: PhraseState) -> list[Event]:
    """Offer a phrase no more."""
    if state.added is None or state.retired:
        return []
    return [PhraseRetired(phrase_id=state.added.phrase_id)]

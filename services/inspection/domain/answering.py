"""Answers to items, from any number of devices in any order: what was seen is replaced, what was not seen is disputed.

An answer names the answers that its author saw (`replaces`) and takes their place. Of answers that did not know of each other
none wins: all stay, and if they say different things the item is disputed until somebody answers it anew, seeing all of them.
So the outcome depends on which answers there are, never on which arrived first (a multi-value register).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.inspection.domain.events import Answer, ItemAnswered, PlannedItem, Severity
from services.inspection.domain.refusals import refused
from services.inspection.domain.rules import Rules

EXPLAINED = ("not-applicable", "not-checked")
"""Answers that say why."""

Given = Mapping[str, ItemAnswered]
"""All answers that were ever given, by their ids."""

Live = Mapping[str, tuple[ItemAnswered, ...]]
"""The answers that stand, by item code: several if none of them knew of the others."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A hazard as the officer writes it down; `photos` are hashes of evidence, `immediate` is what was ordered on the spot."""

    hazard_id: str
    severity: Severity
    fact: str
    place: str
    equipment_id: str | None = None
    photos: tuple[str, ...] = ()
    immediate: str | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """An officer's answer to one item; a violation names its hazards, `replaces` the answers that it takes the place of."""

    item_code: str
    answer: Answer
    note: str | None = None
    hazards: tuple[Finding, ...] = ()
    answer_id: str | None = None
    replaces: tuple[str, ...] = ()
    reason: str | None = None


def id_of(answered: ItemAnswered) -> str:
    """What an answer is called."""
    return answered.answer_id or answered.item_code


def standing(given: Iterable[ItemAnswered]) -> dict[str, tuple[ItemAnswered, ...]]:
    """The answers that no other takes the place of, by item, each item's in the order of their ids: whichever arrived first."""
    answers = {id_of(one): one for one in given}
    replaced = {other for one in answers.values() for other in one.replaces}
    live: dict[str, tuple[ItemAnswered, ...]] = {}
    for answer_id in sorted(answers.keys() - replaced):
        answer = answers[answer_id]
        live[answer.item_code] = (*live.get(answer.item_code, ()), answer)
    return live


def says(event: ItemAnswered) -> tuple[object, ...]:
    """What an answer says, whoever gave it and whatever it is called."""
    return event.answer, event.note, event.hazards


def disputed(live: Live) -> frozenset[str]:
    """The items whose answers say different things."""
    return frozenset(code for code, answers in live.items() if len({says(one) for one in answers}) > 1)


def hazards_of(live: Live) -> dict[str, str]:
    """Item code by hazard id, of all hazards that an answer that stands consists of."""
    return {hazard: code for code, answers in live.items() for one in answers for hazard in one.hazards}


@dataclass(frozen=True, slots=True)
class Answering:
    """Who answers, when; `unseen`: on a device that did not see what others did meanwhile, so nothing is in its way."""

    officer_id: str | None = None
    at: datetime | None = None
    unseen: bool = False


SOMEBODY = Answering()


def decide(
    inspection_id: str, items: Mapping[str, PlannedItem], given: Given, answers: Iterable[Answered], by: Answering, rules: Rules
) -> list[ItemAnswered]:
    """The answers that are new (rule `inspection-record`). The same answer again changes nothing.

    Refused `item-not-planned`, `reason-missing`, `hazard-missing`, `hazard-without-violation`, `not-a-major-hazard`,
    `hazard-twice`; `answer-exists`, `answer-of-another-item`; `answer-unknown` (it replaces one that is not here, yet);
    `already-answered`, unless it is `unseen`.
    """
    events: list[ItemAnswered] = []
    for answered in answers:
        item = items.get(answered.item_code)
        if item is None:
            raise refused("item-not-planned", rules, item_code=answered.item_code)
        _check(answered, item, rules)
        live = standing(given.values())
        event = _event(inspection_id, item, live, answered, by)
        if _nothing_new(event, live.get(item.code, ()), given, by):
            continue
        _check_replaced(event, live.get(item.code, ()), given, by, rules)
        _check_hazards(event, hazards_of(live), rules)
        events.append(event)
        given = {**given, id_of(event): event}
    return events


def _event(inspection_id: str, item: PlannedItem, live: Live, answered: Answered, by: Answering) -> ItemAnswered:
    return ItemAnswered(
        inspection_id=inspection_id, item_code=item.code, key_item_code=item.key_item_code, answer=answered.answer,
        note=answered.note, hazards=tuple(hazard.hazard_id for hazard in answered.hazards), answer_id=answered.answer_id,
        replaces=tuple(sorted(set(answered.replaces))), again=item.code in live, reason=answered.reason, answered_at=by.at,
        answered_by=by.officer_id,
    )  # fmt: skip


def _check(answered: Answered, item: PlannedItem, rules: Rules) -> None:
    """A violation has hazards, nothing else has; a major one needs an item that the criteria call a major hazard."""
    if answered.answer in EXPLAINED and not answered.note:
        raise refused("reason-missing", rules, item_code=item.code)
    if answered.answer == "violation" and not answered.hazards:
        raise refused("hazard-missing", rules, item_code=item.code)
    if answered.answer != "violation" and answered.hazards:
        raise refused("hazard-without-violation", rules, item_code=item.code)
    if not item.is_major_hazard and any(hazard.severity == "major" for hazard in answered.hazards):
        raise refused("not-a-major-hazard", rules, item_code=item.code)


def _nothing_new(event: ItemAnswered, live: Sequence[ItemAnswered], given: Given, by: Answering) -> bool:
    """Whether it is here already: under its id, or, where nobody can have missed it, as what stands."""
    known = given.get(event.answer_id or "")
    if known is not None and _same(known, event):
        return True
    return not by.unseen and not event.replaces and bool(live) and all(says(one) == says(event) for one in live)


def _same(known: ItemAnswered, event: ItemAnswered) -> bool:
    return (known.item_code, known.replaces, says(known)) == (event.item_code, event.replaces, says(event))


def _check_replaced(event: ItemAnswered, live: Sequence[ItemAnswered], given: Given, by: Answering, rules: Rules) -> None:
    if event.answer_id in given:
        raise refused("answer-exists", rules, answer_id=event.answer_id)
    if missing := [one for one in event.replaces if one not in given]:
        raise refused("answer-unknown", rules, item_code=event.item_code, answers="、".join(missing))
    if foreign := [one for one in event.replaces if given[one].item_code != event.item_code]:
        raise refused("answer-of-another-item", rules, item_code=event.item_code, answers="、".join(foreign))
    left = [id_of(one) for one in live if id_of(one) not in event.replaces]
    if left and not by.unseen:
        raise refused("already-answered", rules, item_code=event.item_code, answers=left)


def _check_hazards(event: ItemAnswered, elsewhere: Mapping[str, str], rules: Rules) -> None:
    for place, hazard_id in enumerate(event.hazards):
        if elsewhere.get(hazard_id, event.item_code) != event.item_code or hazard_id in event.hazards[:place]:
            raise refused("hazard-twice", rules, hazard_id=hazard_id)


def uncovered(live: Live, covers: Sequence[str] | None) -> frozenset[str]:
    """The items whose answers that stand are not all in the signed record; `covers` None: the record holds all."""
    signed = None if covers is None else set(covers)
    return frozenset(
        code for code, answers in live.items() if signed is not None and any(id_of(a) not in signed for a in answers)
    )

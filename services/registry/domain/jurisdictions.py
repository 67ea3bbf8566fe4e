"""Jurisdictions with their organs: established, named anew, split, merged, ended; what was recorded before stays as it was.

A jurisdiction's id is ours and never reused; that it ended, and which ones follow it, is a fact of its own stream.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from chassis.domain import Event, Refused, Stream, day_of, event
from services.registry.domain.facts import once

JurisdictionKind = Literal["province", "city", "district", "county", "development-zone", "administration"]


@event("casetrail.registry.jurisdiction-established.v1", title="辖区登记", summary="登记辖区{name}，执法机关{organ}")
class JurisdictionEstablished(Event):
    """A territory with its enforcing organ, and the dates between which it exists."""

    jurisdiction_id: str
    name: str
    short_name: str
    kind: JurisdictionKind
    parent: str | None
    national_code: str | None
    organ: str
    organ_id: str
    document_abbreviation: str
    valid_from: date | None
    valid_to: date | None
    confidence: str
    source: str


@event(
    "casetrail.registry.jurisdiction-renamed.v1",
    title="辖区、机关名称变更",
    summary="自{since}起辖区名为{name}，执法机关为{organ}",
)
class JurisdictionRenamed(Event):
    """From a day on, a jurisdiction or its organ has other names; the whole record as it is since then."""

    jurisdiction_id: str
    name: str
    short_name: str
    kind: JurisdictionKind
    parent: str | None
    national_code: str | None
    organ: str
    organ_id: str
    document_abbreviation: str
    valid_from: date | None
    valid_to: date | None
    since: date
    source: str


@event("casetrail.registry.jurisdiction-ended.v1", title="辖区撤销", summary="辖区{name}自{valid_to}之后撤销：{reason}")
class JurisdictionEnded(Event):
    """After its last day, `valid_to`, a jurisdiction exists no more; `successors` have its territory. The whole record."""

    jurisdiction_id: str
    name: str
    short_name: str
    kind: JurisdictionKind
    parent: str | None
    national_code: str | None
    organ: str
    organ_id: str
    document_abbreviation: str
    valid_from: date | None
    valid_to: date
    successors: tuple[str, ...]
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class Naming:
    """What a jurisdiction and its organ are called from a day on; None: from the beginning."""

    since: date | None
    name: str
    short_name: str
    organ: str
    document_abbreviation: str


@dataclass(frozen=True, slots=True)
class JurisdictionState:
    """A jurisdiction: as it was established, as it is now, what it was called when, which ones follow it."""

    established: JurisdictionEstablished | None = None
    now: JurisdictionEstablished | None = None
    names: tuple[Naming, ...] = ()
    successors: tuple[str, ...] = ()
    ended: bool = False

    def named_on(self, on: date) -> Naming | None:
        """What it and its organ were called on a day: what a document of that day must say."""
        earlier = [naming for naming in self.names if naming.since is None or naming.since <= on]
        return earlier[-1] if earlier else None


def evolve_jurisdiction(state: JurisdictionState, event: Event) -> JurisdictionState:
    """Fold one event into a jurisdiction."""
    match event:
        case JurisdictionEstablished():
            return JurisdictionState(event, event, (_naming(event, event.valid_from),))
        case JurisdictionRenamed() if state.now is not None:
            return replace(
                state, now=replace(state.now, name=event.name, short_name=event.short_name, organ=event.organ,
                                   document_abbreviation=event.document_abbreviation),
                names=(*state.names, _naming(event, event.since)),
            )  # fmt: skip
        case JurisdictionEnded() if state.now is not None:
            return replace(state, now=replace(state.now, valid_to=event.valid_to), successors=event.successors, ended=True)
        case _:
            return state


JURISDICTION = Stream("jurisdiction", JurisdictionState(), evolve_jurisdiction)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What a jurisdiction and its organ are to be called, from when, on whose word."""

    name: str
    short_name: str
    organ: str
    document_abbreviation: str
    since: date
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A jurisdiction that ends, and those that have its territory afterwards."""

    jurisdiction_id: str
    successors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reorganisation:
    """What ends after a day and what begins on the next: a split, a merger, an end; decided whole or not at all."""

    last_day: date
    ends: tuple[Ending, ...]
    begins: tuple[JurisdictionEstablished, ...]
    reason: str
    source: str


def establish_jurisdiction(state: JurisdictionState, fact: JurisdictionEstablished, parent: JurisdictionState) -> list[Event]:
    """Register a jurisdiction, under a known parent if it has one. Saying the same again changes nothing."""
    if fact.valid_from and fact.valid_to and fact.valid_from > fact.valid_to:
        raise Refused("dates-reversed", "有效期起止日期颠倒", "valid_to lies before valid_from")
    if fact.parent is not None and parent.established is None:
        raise Refused("parent-unknown", f"上级辖区{fact.parent}未登记", f"the parent {fact.parent} is not registered")
    return once(state.established, fact, "jurisdiction-exists", "辖区", "jurisdiction")


def rename_jurisdiction(state: JurisdictionState, names: Names, at: datetime) -> list[Event]:
    """Name a jurisdiction or its organ anew from a day on that has come; the same names again change nothing."""
    now = _required(state)
    if (now.name, now.short_name, now.organ, now.document_abbreviation) == (
        names.name, names.short_name, names.organ, names.document_abbreviation,
    ):  # fmt: skip
        return []
    if names.since > day_of(at):
        raise Refused("not-yet-effective", f"{names.since}尚未到来", f"{names.since} has not come yet")
    last = state.names[-1].since
    if (last is not None and names.since <= last) or not valid_on(now, names.since):
        raise Refused(
            "out-of-order", f"变更日{names.since}须晚于上次变更，且在辖区存续期内",
            f"{names.since} must come after the last change, and within the life of the jurisdiction",
        )  # fmt: skip
    return [
        JurisdictionRenamed(
            jurisdiction_id=now.jurisdiction_id, name=names.name, short_name=names.short_name, kind=now.kind, parent=now.parent,
            national_code=now.national_code, organ=names.organ, organ_id=now.organ_id,
            document_abbreviation=names.document_abbreviation, valid_from=now.valid_from, valid_to=now.valid_to,
            since=names.since, source=names.source,
        )
    ]  # fmt: skip


def reorganise(known: Mapping[str, JurisdictionState], plan: Reorganisation) -> dict[str, list[Event]]:
    """What a reorganisation does to each jurisdiction: those that begin, then those that end.

    `known` holds every jurisdiction. What begins does so on the day after, under a parent that exists then; what ends exists
    on its last day, has no district left under it, and its successors exist the day after.
    """
    day_after = plan.last_day + timedelta(days=1)
    ending = [ending.jurisdiction_id for ending in plan.ends]
    if len({*ending, *(new.jurisdiction_id for new in plan.begins)}) != len(plan.ends) + len(plan.begins):
        raise Refused("jurisdiction-repeated", "同一辖区出现两次", "a jurisdiction is named twice")
    events: dict[str, list[Event]] = {}
    after = {key: state.now for key, state in known.items() if state.now is not None and key not in ending}
    for fact in plan.begins:
        _require_begins(fact, day_after, known)
        after[fact.jurisdiction_id] = fact
        events[fact.jurisdiction_id] = [fact]
    for fact in plan.begins:
        _require_there(fact.parent, after, day_after, "parent-unknown", "上级辖区", "parent")
    for one in plan.ends:
        events[one.jurisdiction_id] = [_ended(one, plan, known, after, day_after)]
    return events


def _require_begins(fact: JurisdictionEstablished, on: date, known: Mapping[str, JurisdictionState]) -> None:
    if fact.valid_from != on or (fact.valid_to is not None and fact.valid_to < on):
        raise Refused(
            "not-the-day-after", f"新辖区应自{on}起设立", f"what begins does so on {on}", jurisdiction=fact.jurisdiction_id
        )
    if fact.jurisdiction_id in known:
        raise Refused("jurisdiction-exists", f"辖区{fact.jurisdiction_id}已登记", f"{fact.jurisdiction_id} is registered already")


def _ended(
    one: Ending, plan: Reorganisation, known: Mapping[str, JurisdictionState],
    after: Mapping[str, JurisdictionEstablished], day_after: date,
) -> JurisdictionEnded:  # fmt: skip
    now = _required(known.get(one.jurisdiction_id, JurisdictionState()))
    if not valid_on(now, plan.last_day) or known[one.jurisdiction_id].ended:
        raise Refused(
            "jurisdiction-closed",
            f"辖区{now.name}在{plan.last_day}不存在或者已撤销",
            f"{now.name} does not exist on {plan.last_day}",
        )
    if now.parent is None:
        raise Refused("root-stays", f"{now.name}没有上级辖区，不能撤销", f"{now.name} has no parent and cannot end")
    below = sorted(key for key, fact in after.items() if fact.parent == one.jurisdiction_id and valid_on(fact, day_after))
    if below:
        raise Refused("districts-left", f"{now.name}尚有下级辖区", f"{now.name} still has districts", districts=below)
    for successor in one.successors:
        _require_there(successor, after, day_after, "successor-unknown", "承继辖区", "successor")
    return JurisdictionEnded(
        jurisdiction_id=now.jurisdiction_id, name=now.name, short_name=now.short_name, kind=now.kind, parent=now.parent,
        national_code=now.national_code, organ=now.organ, organ_id=now.organ_id,
        document_abbreviation=now.document_abbreviation, valid_from=now.valid_from, valid_to=plan.last_day,
        successors=one.successors, reason=plan.reason, source=plan.source,
    )  # fmt: skip


def _require_there(
    key: str | None, after: Mapping[str, JurisdictionEstablished], on: date, code: str, zh: str, en: str
) -> None:  # fmt: skip
    if key is not None and (key not in after or not valid_on(after[key], on)):
        raise Refused(code, f"{zh}{key}在{on}不存在", f"the {en} {key} does not exist on {on}")


def _required(state: JurisdictionState) -> JurisdictionEstablished:
    if state.now is None:
        raise Refused("jurisdiction-unknown", "辖区未登记", "the jurisdiction is not registered")
    return state.now


def _naming(fact: JurisdictionEstablished | JurisdictionRenamed, since: date | None) -> Naming:
    return Naming(since, fact.name, fact.short_name, fact.organ, fact.document_abbreviation)


def valid_on(fact: JurisdictionEstablished, day: date) -> bool:
    """Whether a jurisdiction exists on a day (both ends included)."""
    return (fact.valid_from is None or fact.valid_from <= day) and (fact.valid_to is None or day <= fact.valid_to)


def root_of(jurisdictions: Iterable[JurisdictionEstablished]) -> JurisdictionEstablished:
    """The jurisdiction that has no parent: the city, whose are the events that are about no district of it."""
    roots = sorted((j for j in jurisdictions if j.parent is None), key=lambda j: j.jurisdiction_id)
    if not roots:
        raise Refused("no-jurisdiction", "尚未登记任何辖区", "no jurisdiction is registered yet")
    return roots[0]

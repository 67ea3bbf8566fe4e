"""Jurisdictions with their organs, enforcement officers and their recusals, experts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Literal

from chassis.domain import Event, Personal, Refused, Stream, day_of, event

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


@event("casetrail.registry.officer-enrolled.v1", title="执法人员登记", summary="登记执法人员{name}（{certificate_no}）")
class OfficerEnrolled(Event):
    """A person who may enforce, with the certificate they show on entering."""

    officer_id: str
    name: Annotated[str, Personal("officer_id")]
    organ_id: str
    organ: str
    district: str
    certificate_no: Annotated[str, Personal("officer_id")]
    certificate_valid_to: date
    specialities: tuple[str, ...]


@event("casetrail.registry.recusal-declared.v1", title="回避登记", summary="执法人员回避企业{enterprise_id}：{reason}")
class RecusalDeclared(Event):
    """An officer has an interest in an enterprise and takes no part in matters about it."""

    officer_id: str
    enterprise_id: str
    reason: Annotated[str, Personal("officer_id")]


@event("casetrail.registry.expert-enrolled.v1", title="专家登记", summary="登记专家{name}")
class ExpertEnrolled(Event):
    """A person who advises on inspections and never decides."""

    expert_id: str
    name: Annotated[str, Personal("expert_id")]
    district: str
    specialities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JurisdictionState:
    """A jurisdiction as established, or not yet."""

    established: JurisdictionEstablished | None = None


@dataclass(frozen=True, slots=True)
class OfficerState:
    """An officer as enrolled, and the enterprises they keep away from."""

    enrolled: OfficerEnrolled | None = None
    recusals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExpertState:
    """An expert as enrolled, or not yet."""

    enrolled: ExpertEnrolled | None = None


def evolve_jurisdiction(state: JurisdictionState, event: Event) -> JurisdictionState:
    """Fold one event into a jurisdiction."""
    return JurisdictionState(event) if isinstance(event, JurisdictionEstablished) else state


def evolve_officer(state: OfficerState, event: Event) -> OfficerState:
    """Fold one event into an officer."""
    match event:
        case OfficerEnrolled():
            return replace(state, enrolled=event)
        case RecusalDeclared():
            return replace(state, recusals=(*state.recusals, event.enterprise_id))
        case _:
            return state


def evolve_expert(state: ExpertState, event: Event) -> ExpertState:
    """Fold one event into an expert."""
    return ExpertState(event) if isinstance(event, ExpertEnrolled) else state


JURISDICTION = Stream("jurisdiction", JurisdictionState(), evolve_jurisdiction)
OFFICER = Stream("officer", OfficerState(), evolve_officer)
EXPERT = Stream("expert", ExpertState(), evolve_expert)


def establish_jurisdiction(state: JurisdictionState, fact: JurisdictionEstablished, parent: JurisdictionState) -> list[Event]:
    """Register a jurisdiction, under a known parent if it has one. Saying the same again changes nothing."""
    if fact.valid_from and fact.valid_to and fact.valid_from > fact.valid_to:
        raise Refused("dates-reversed", "有效期起止日期颠倒", "valid_to lies before valid_from")
    if fact.parent is not None and parent.established is None:
        raise Refused("parent-unknown", f"上级辖区{fact.parent}未登记", f"the parent {fact.parent} is not registered")
    return once(state.established, fact, "jurisdiction-exists", "辖区", "jurisdiction")


def enrol_officer(state: OfficerState, fact: OfficerEnrolled, at: datetime) -> list[Event]:
    """Enrol an officer whose certificate is valid. Saying the same again changes nothing."""
    if fact.certificate_valid_to < day_of(at):
        raise Refused(
            "certificate-expired",
            f"执法证已于{fact.certificate_valid_to}到期",
            f"the certificate expired on {fact.certificate_valid_to}",
        )
    return once(state.enrolled, fact, "officer-exists", "执法人员", "officer")


def declare_recusal(state: OfficerState, fact: RecusalDeclared) -> list[Event]:
    """Note that an officer keeps away from an enterprise; a second declaration changes nothing."""
    return [] if fact.enterprise_id in state.recusals else [fact]


def enrol_expert(state: ExpertState, fact: ExpertEnrolled) -> list[Event]:
    """Enrol an expert. Saying the same again changes nothing."""
    return once(state.enrolled, fact, "expert-exists", "专家", "expert")


def once(known: Event | None, fact: Event, code: str, zh: str, en: str) -> list[Event]:
    """The fact, if nothing is known; nothing, if the same is known; a refusal, if something else is."""
    if known is None:
        return [fact]
    if known != fact:
        raise Refused(code, f"{zh}已登记，且内容不同", f"the {en} is registered already, with other content")
    return []


def valid_on(fact: JurisdictionEstablished, day: date) -> bool:
    """Whether a jurisdiction exists on a day (both ends included)."""
    return (fact.valid_from is None or fact.valid_from <= day) and (fact.valid_to is None or day <= fact.valid_to)


def root_of(jurisdictions: Iterable[JurisdictionEstablished]) -> JurisdictionEstablished:
    """The jurisdiction that has no parent: the city, whose are the events that are about no district of it."""
    roots = sorted((j for j in jurisdictions if j.parent is None), key=lambda j: j.jurisdiction_id)
    if not roots:
        raise Refused("no-jurisdiction", "尚未登记任何辖区", "no jurisdiction is registered yet")
    return roots[0]

"""The officer library and the experts: certificates, units, specialities, recusals declared and withdrawn, who has left.

What changes an officer is told with the whole record as it is since then, so that whoever keeps a list of officers reads
every such event alike.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated

from chassis.domain import Event, Personal, Refused, Stream, day_of, event
from services.registry.domain.facts import once


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


@event(
    "casetrail.registry.certificate-renewed.v1", title="执法证换发",
    summary="执法人员{name}换发执法证（{certificate_no}），有效期至{certificate_valid_to}",
)  # fmt: skip
class CertificateRenewed(Event):
    """An officer's certificate is valid for longer, or another took its place; the whole record as it is since then."""

    officer_id: str
    name: Annotated[str, Personal("officer_id")]
    organ_id: str
    organ: str
    district: str
    certificate_no: Annotated[str, Personal("officer_id")]
    certificate_valid_to: date
    specialities: tuple[str, ...]


@event("casetrail.registry.officer-reassigned.v1", title="执法人员单位、专业变更", summary="执法人员{name}调整为{organ}")
class OfficerReassigned(Event):
    """An officer belongs to another unit, or has other specialities; the whole record as it is since then."""

    officer_id: str
    name: Annotated[str, Personal("officer_id")]
    organ_id: str
    organ: str
    district: str
    certificate_no: Annotated[str, Personal("officer_id")]
    certificate_valid_to: date
    specialities: tuple[str, ...]


@event("casetrail.registry.officer-retired.v1", title="执法人员退出", summary="执法人员{officer_id}自{last_day}之后不再执法")
class OfficerRetired(Event):
    """After their last day an officer does not enforce any more."""

    officer_id: str
    last_day: date


@event("casetrail.registry.recusal-declared.v1", title="回避登记", summary="执法人员回避企业{enterprise_id}：{reason}")
class RecusalDeclared(Event):
    """An officer has an interest in an enterprise and takes no part in matters about it."""

    officer_id: str
    enterprise_id: str
    reason: Annotated[str, Personal("officer_id")]


@event("casetrail.registry.recusal-withdrawn.v1", title="回避解除", summary="执法人员不再回避企业{enterprise_id}：{reason}")
class RecusalWithdrawn(Event):
    """The interest that an officer had in an enterprise is gone."""

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


@event("casetrail.registry.expert-amended.v1", title="专家信息变更", summary="专家{name}信息变更")
class ExpertAmended(Event):
    """An expert has other specialities, or has left (`last_day`); the whole record as it is since then."""

    expert_id: str
    name: Annotated[str, Personal("expert_id")]
    district: str
    specialities: tuple[str, ...]
    last_day: date | None


@dataclass(frozen=True, slots=True)
class OfficerState:
    """An officer as enrolled and as they are now, the enterprises they keep away from, their last day if they left."""

    enrolled: OfficerEnrolled | None = None
    recusals: tuple[str, ...] = ()
    now: OfficerEnrolled | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class ExpertState:
    """An expert as enrolled, and as they are now."""

    enrolled: ExpertEnrolled | None = None
    now: ExpertAmended | None = None


def evolve_officer(state: OfficerState, event: Event) -> OfficerState:
    """Fold one event into an officer."""
    match event:
        case OfficerEnrolled():
            return replace(state, enrolled=event, now=event)
        case CertificateRenewed() if state.now is not None:
            number, until = event.certificate_no, event.certificate_valid_to
            return replace(state, now=replace(state.now, certificate_no=number, certificate_valid_to=until))
        case OfficerReassigned() if state.now is not None:
            now = replace(state.now, organ_id=event.organ_id, organ=event.organ, district=event.district)
            return replace(state, now=replace(now, specialities=event.specialities))
        case OfficerRetired():
            return replace(state, last_day=event.last_day)
        case RecusalDeclared():
            return replace(state, recusals=(*state.recusals, event.enterprise_id))
        case RecusalWithdrawn():
            return replace(state, recusals=tuple(one for one in state.recusals if one != event.enterprise_id))
        case _:
            return state


def evolve_expert(state: ExpertState, event: Event) -> ExpertState:
    """Fold one event into an expert."""
    match event:
        case ExpertEnrolled():
            now = ExpertAmended(
                expert_id=event.expert_id, name=event.name, district=event.district, specialities=event.specialities,
                last_day=None,
            )  # fmt: skip
            return ExpertState(event, now)
        case ExpertAmended():
            return replace(state, now=event)
        case _:
            return state


def _officer_district(state: OfficerState) -> str | None:
    return None if state.now is None else state.now.district


def _expert_district(state: ExpertState) -> str | None:
    return None if state.now is None else state.now.district


OFFICER = Stream("officer", OfficerState(), evolve_officer, held_in=_officer_district)
EXPERT = Stream("expert", ExpertState(), evolve_expert, held_in=_expert_district)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """An enforcement certificate (执法证) and its last day."""

    certificate_no: str
    certificate_valid_to: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """The unit an officer belongs to, and what they know."""

    organ_id: str
    organ: str
    district: str
    specialities: tuple[str, ...]


def enrol_officer(state: OfficerState, fact: OfficerEnrolled, at: datetime) -> list[Event]:
    """Enrol an officer whose certificate is valid. Saying the same again changes nothing."""
    _require_valid(fact.certificate_valid_to, at)
    return once(state.enrolled, fact, "officer-exists", "执法人员", "officer")


def renew_certificate(state: OfficerState, certificate: Certificate, at: datetime) -> list[Event]:
    """An officer's certificate is renewed: valid today, and not shorter than it was (行政处罚法 2021, article 42 paragraph 1)."""
    now = _serving(state, at)
    if (now.certificate_no, now.certificate_valid_to) == (certificate.certificate_no, certificate.certificate_valid_to):
        return []
    _require_valid(certificate.certificate_valid_to, at)
    if certificate.certificate_valid_to < now.certificate_valid_to:
        raise Refused(
            "certificate-shortened", f"新证有效期不得早于原有效期{now.certificate_valid_to}",
            f"the certificate was valid until {now.certificate_valid_to} already",
        )  # fmt: skip
    return [
        CertificateRenewed(
            officer_id=now.officer_id, name=now.name, organ_id=now.organ_id, organ=now.organ, district=now.district,
            certificate_no=certificate.certificate_no, certificate_valid_to=certificate.certificate_valid_to,
            specialities=now.specialities,
        )
    ]  # fmt: skip


def reassign_officer(state: OfficerState, to: Assignment, at: datetime) -> list[Event]:
    """An officer goes to another unit, or is noted with other specialities; the same again changes nothing."""
    now = _serving(state, at)
    if Assignment(organ_id=now.organ_id, organ=now.organ, district=now.district, specialities=now.specialities) == to:
        return []
    return [
        OfficerReassigned(
            officer_id=now.officer_id, name=now.name, organ_id=to.organ_id, organ=to.organ, district=to.district,
            certificate_no=now.certificate_no, certificate_valid_to=now.certificate_valid_to, specialities=to.specialities,
        )
    ]  # fmt: skip


def retire_officer(state: OfficerState, last_day: date) -> list[Event]:
    """An officer stops enforcing after a day; the same day again changes nothing, an earlier one corrects it."""
    if state.now is None:
        raise _unknown("officer", "执法人员")
    if state.last_day is not None and state.last_day < last_day:
        raise Refused("officer-retired", f"执法人员已于{state.last_day}退出", f"the officer left on {state.last_day}")
    return [] if state.last_day == last_day else [OfficerRetired(officer_id=state.now.officer_id, last_day=last_day)]


def declare_recusal(state: OfficerState, fact: RecusalDeclared) -> list[Event]:
    """Note that an officer keeps away from an enterprise; a second declaration changes nothing."""
    return [] if fact.enterprise_id in state.recusals else [fact]


def withdraw_recusal(state: OfficerState, fact: RecusalWithdrawn) -> list[Event]:
    """Note that an officer need not keep away any more; where there is no recusal, nothing changes."""
    return [fact] if fact.enterprise_id in state.recusals else []


def enrol_expert(state: ExpertState, fact: ExpertEnrolled) -> list[Event]:
    """Enrol an expert. Saying the same again changes nothing."""
    return once(state.enrolled, fact, "expert-exists", "专家", "expert")


def amend_expert(
    state: ExpertState, specialities: tuple[str, ...], last_day: date | None, district: str | None = None
) -> list[Event]:
    """An expert has other specialities, leaves after a day, comes back, or goes to a district; the same again changes nothing."""
    if state.now is None:
        raise _unknown("expert", "专家")
    after = replace(state.now, specialities=specialities, last_day=last_day, district=district or state.now.district)
    return [] if after == state.now else [after]


def _serving(state: OfficerState, at: datetime) -> OfficerEnrolled:
    if state.now is None:
        raise _unknown("officer", "执法人员")
    if state.last_day is not None and state.last_day < day_of(at):
        raise Refused("officer-retired", f"执法人员已于{state.last_day}退出", f"the officer left on {state.last_day}")
    return state.now


def _require_valid(certificate_valid_to: date, at: datetime) -> None:
    if certificate_valid_to < day_of(at):
        raise Refused(
            "certificate-expired", f"执法证已于{certificate_valid_to}到期", f"the certificate expired on {certificate_valid_to}"
        )


def _unknown(en: str, zh: str) -> Refused:
    return Refused(f"{en}-unknown", f"{zh}未登记", f"the {en} is not registered")

"""A district's implementation plan of a campaign (实施方案): drafted in versions, each approved or returned."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from chassis.domain import Event, Refused, Stream, event
from services.tasks.domain.campaign import CampaignState
from services.tasks.domain.knowledge import Organ


@event(
    "casetrail.tasks.implementation-drafted.v1", title="实施方案拟订", summary="{organ}拟订实施方案第{version_no}版《{title}》"
)
class ImplementationDrafted(Event):
    """A version of a district's plan; `sha256` is that of the paper, if there is one."""

    campaign_id: str
    district: str
    organ_id: str
    organ: str
    version_no: int
    title: str
    text: str
    sha256: str | None
    drafted_by: str


@event("casetrail.tasks.implementation-approved.v1", title="实施方案批准", summary="实施方案第{version_no}版获批准")
class ImplementationApproved(Event):
    """This version holds from now on, and replaces the one before."""

    campaign_id: str
    district: str
    version_no: int
    approved_by: str


@event("casetrail.tasks.implementation-returned.v1", title="实施方案退回", summary="实施方案第{version_no}版退回修改：{reason}")
class ImplementationReturned(Event):
    """This version does not do; the district drafts another."""

    campaign_id: str
    district: str
    version_no: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImplementationState:
    """A district's plan: the newest version, what became of it, and the version in force (0: none)."""

    state: Literal["none", "drafted", "approved", "returned"] = "none"
    newest: ImplementationDrafted | None = None
    in_force: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftImplementation:
    """The next version of a district's plan."""

    title: str
    text: str
    sha256: str | None


def evolve_implementation(state: ImplementationState, event: Event) -> ImplementationState:
    """The plan after an event."""
    match event:
        case ImplementationDrafted():
            return replace(state, state="drafted", newest=event, reason=None)
        case ImplementationApproved():
            return replace(state, state="approved", in_force=event.version_no)
        case ImplementationReturned():
            return replace(state, state="returned", reason=event.reason)
        case _:
            return state


IMPLEMENTATION = Stream("implementation", ImplementationState(), evolve_implementation)


def implementation_key(campaign_id: str, district: str) -> str:
    """The key of a district's plan in a campaign."""
    return f"{campaign_id}.{district}"


def draft_implementation(
    state: ImplementationState, campaign: CampaignState, organ: Organ, command: DraftImplementation, drafted_by: str
) -> list[Event]:
    """Draft the next version. Refused `version-pending` (the last one waits for approval), `not-a-district-organ`."""
    if organ.kind == "city" or organ.parent is None:
        raise Refused(
            "not-a-district-organ", "实施方案由区县拟订", "districts draft implementation plans", organ_id=organ.organ_id
        )
    if state.state == "drafted":
        raise Refused("version-pending", "上一版尚待批准", "the last version waits for approval")
    return [
        ImplementationDrafted(
            campaign_id=campaign.campaign_id, district=organ.district, organ_id=organ.organ_id, organ=organ.organ,
            version_no=(state.newest.version_no if state.newest else 0) + 1, title=command.title, text=command.text,
            sha256=command.sha256, drafted_by=drafted_by,
        )
    ]  # fmt: skip


def approve_implementation(state: ImplementationState, approved_by: str) -> list[Event]:
    """Approve the newest version. Refused `no-version-pending`, `own-plan` (who drafted it may not approve it)."""
    newest = _pending(state)
    if newest.drafted_by == approved_by:
        raise Refused("own-plan", "拟订人不得批准自己拟订的方案", "who drafted a plan may not approve it")
    return [
        ImplementationApproved(
            campaign_id=newest.campaign_id, district=newest.district, version_no=newest.version_no, approved_by=approved_by
        )
    ]


def return_implementation(state: ImplementationState, reason: str) -> list[Event]:
    """Return the newest version for changes. Refused `no-version-pending`."""
    newest = _pending(state)
    return [
        ImplementationReturned(
            campaign_id=newest.campaign_id, district=newest.district, version_no=newest.version_no, reason=reason
        )
    ]


def _pending(state: ImplementationState) -> ImplementationDrafted:
    if state.newest is None or state.state != "drafted":
        raise Refused("no-version-pending", "没有待批准的版本", "no version waits for approval")
    return state.newest

"""A campaign (专项执法行动): some sectors, a period, and every enterprise given to exactly one enforcing body."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from chassis.domain import Event, Refused, Stream, day_of, event
from services.tasks.domain.knowledge import Enterprise, Organ, Rules, cited
from services.tasks.domain.plan import PlanState
from services.tasks.domain.ranking import METHOD, in_order, task_id_for
from services.tasks.domain.task import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictShare:
    """A district's enterprises, and how many of them fall to the city's organ and to its own."""

    district: str
    enterprises: int
    city: int
    own: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """The one enforcing body of an enterprise in a campaign, and the task that follows from it."""

    enterprise_id: str
    task_id: str
    level: Level
    organ_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnShare:
    """A district whose part for the city is another than the rulebook's: numerator / denominator of its enterprises."""

    district: str
    numerator: int
    denominator: int


@event(
    "casetrail.tasks.campaign-opened.v1",
    title="专项行动启动",
    summary="{city_organ}启动专项执法行动《{title}》，{starts_on}至{ends_on}",
)
class CampaignOpened(Event):
    """A campaign over some sectors began; the share is a fraction of each district's enterprises that falls to the city.

    `items` are the item codes it is about, none for all that apply; `own_shares` are the districts with another share.
    """

    campaign_id: str
    plan_id: str
    title: str
    sectors: tuple[str, ...]
    starts_on: date
    ends_on: date
    city_organ_id: str
    city_organ: str
    share_numerator: int
    share_denominator: int
    rounding: str
    items: tuple[str, ...] = ()
    own_shares: tuple[OwnShare, ...] = ()


@event(
    "casetrail.tasks.campaign-apportioned.v1",
    title="任务分级分配",
    summary="专项执法行动 {campaign_id} 的企业已分配至唯一执法主体",
)
class CampaignApportioned(Event):
    """Every enterprise has its enforcing body; with method and seed anybody can repeat it."""

    campaign_id: str
    method: str
    seed: str
    districts: tuple[DistrictShare, ...]
    assignments: tuple[Assignment, ...]


@event("casetrail.tasks.campaign-enterprise-added.v1", title="专项行动增补企业", summary="专项执法行动增补企业：{reason}")
class CampaignEnterpriseAdded(Event):
    """An enterprise that the apportionment did not cover, such as one registered later, got its enforcing body."""

    campaign_id: str
    assignment: Assignment
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DistrictCoverage:
    """How far a district's tasks of a campaign have come: all, at city level, with officers, completed, overdue, cancelled."""

    district: str
    tasks: int
    city: int
    assigned: int
    completed: int
    overdue: int
    cancelled: int


@event(
    "casetrail.tasks.campaign-closed.v1",
    title="专项行动结束",
    summary="专项执法行动 {campaign_id} 于{closed_on}结束：{conclusion}",
)
class CampaignClosed(Event):
    """The campaign is over; `coverage` is how far its tasks had come, as their list told.

    What was still open goes on and ends as a task does.
    """

    campaign_id: str
    closed_on: date
    conclusion: str
    coverage: tuple[DistrictCoverage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignState:
    """A campaign; `districts` is empty until it is apportioned, `closed_on` None until it is over.

    `closed_at` is how far its tasks had come when it was closed.
    """

    campaign_id: str = ""
    plan_id: str = ""
    title: str = ""
    sectors: tuple[str, ...] = ()
    starts_on: date = date.min
    ends_on: date = date.min
    city_organ_id: str = ""
    city_organ: str = ""
    share_numerator: int = 0
    share_denominator: int = 1
    rounding: str = ""
    apportioned: bool = False
    method: str | None = None
    seed: str | None = None
    districts: tuple[DistrictShare, ...] = ()
    items: tuple[str, ...] = ()
    own_shares: tuple[OwnShare, ...] = ()
    closed_on: date | None = None
    conclusion: str | None = None
    closed_at: tuple[DistrictCoverage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCampaign:
    """Open a campaign of an approved plan, both days included; `own_shares` are districts with another share than the rules'."""

    campaign_id: str
    plan_id: str
    title: str
    sectors: tuple[str, ...]
    starts_on: date
    ends_on: date
    items: tuple[str, ...] = ()
    own_shares: tuple[OwnShare, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Apportion:
    """Give every enterprise its enforcing body; `expected_enterprises` is how many the register is known to hold."""

    seed: str
    expected_enterprises: int


def evolve_campaign(state: CampaignState, event: Event) -> CampaignState:
    """The campaign after an event."""
    match event:
        case CampaignOpened():
            return CampaignState(
                campaign_id=event.campaign_id, plan_id=event.plan_id, title=event.title, sectors=event.sectors,
                starts_on=event.starts_on, ends_on=event.ends_on, city_organ_id=event.city_organ_id,
                city_organ=event.city_organ, share_numerator=event.share_numerator,
                share_denominator=event.share_denominator, rounding=event.rounding, items=event.items,
                own_shares=event.own_shares,
            )  # fmt: skip
        case CampaignApportioned():
            return replace(state, apportioned=True, method=event.method, seed=event.seed, districts=event.districts)
        case CampaignClosed():
            return replace(state, closed_on=event.closed_on, conclusion=event.conclusion, closed_at=event.coverage)
        case _:
            return state


CAMPAIGN = Stream("campaign", CampaignState(), evolve_campaign)


def open_campaign(
    state: CampaignState, plan: PlanState, organ: Organ, rules: Rules, command: OpenCampaign, at: datetime
) -> list[Event]:
    """Open a campaign of the city organ's approved plan; the rules of its first day fix the city's share.

    Refused `campaign-exists`, `plan-not-approved` (安全生产法（2021）第62条: inspection follows the approved annual plan),
    `not-a-city-organ`, `sector-outside-plan`, `campaign-dates`, `share-out-of-range`.
    """
    if state.campaign_id:
        raise Refused("campaign-exists", f"专项行动 {state.campaign_id} 已存在", "the campaign exists already")
    if rules.plan_required and plan.approved_by is None:
        raise Refused("plan-not-approved", "年度监督检查计划尚未批准", "the annual plan is not approved",
                      basis=cited(rules.plan_bases, day_of(at)))  # fmt: skip
    if organ.kind != "city":
        raise Refused("not-a-city-organ", "专项行动由市级执法主体启动", "a campaign is opened under a city organ's plan",
                      organ_id=organ.organ_id)  # fmt: skip
    _check_scope(plan, command)
    return [
        CampaignOpened(
            campaign_id=command.campaign_id, plan_id=plan.plan_id, title=command.title,
            sectors=tuple(dict.fromkeys(command.sectors)), starts_on=command.starts_on, ends_on=command.ends_on,
            city_organ_id=organ.organ_id, city_organ=organ.organ, share_numerator=rules.share_numerator,
            share_denominator=rules.share_denominator, rounding=rules.rounding, items=tuple(dict.fromkeys(command.items)),
            own_shares=_own_shares(command.own_shares),
        )
    ]  # fmt: skip


def _check_scope(plan: PlanState, command: OpenCampaign) -> None:
    if outside := sorted(set(command.sectors) - set(plan.sectors)):
        raise Refused("sector-outside-plan", "行业不在计划范围内", "sectors outside the plan", sectors=outside)
    in_year = command.starts_on.year == command.ends_on.year == plan.year
    if command.ends_on < command.starts_on or not in_year:
        raise Refused("campaign-dates", f"起止日期须在 {plan.year} 年内且先后有序",
                      "the campaign must begin and end in order within the plan's year")  # fmt: skip


def _own_shares(shares: Iterable[OwnShare]) -> tuple[OwnShare, ...]:
    by_district = {share.district: share for share in shares}
    for share in by_district.values():
        if not 0 <= share.numerator <= share.denominator or share.denominator == 0:
            raise Refused("share-out-of-range", f"{share.district} 的市级占比须在 0 与 1 之间", "a share lies between 0 and 1",
                          district=share.district)  # fmt: skip
    return tuple(share for _, share in sorted(by_district.items()))


def share_of(count: int, numerator: int, denominator: int, rounding: str) -> int:
    """How many of `count` enterprises fall to the city: count * numerator / denominator, rounded, by integers alone.

    `half-up`: a half goes up (规则库 apportionment). Refused `unknown-rounding` for a rounding that this code does not know.
    """
    if rounding != "half-up":
        raise Refused("unknown-rounding", f"未知的取整方法：{rounding}", f"unknown rounding: {rounding}")
    return (2 * count * numerator + denominator) // (2 * denominator)


def apportion(state: CampaignState, command: Apportion, register: Iterable[Enterprise]) -> list[Event]:
    """Give every enterprise of the campaign's sectors to exactly one enforcing body, none left out.

    Per district, in the order of sha256-order/1, the first share_of(n) go to the city's organ and the rest to the
    district's own; n counts the district's enterprises, the share is the district's own where it has one.
    `register` holds the city's enterprises as far as they are known here, in any order.

    Refused `campaign-already-apportioned`; `campaign-closed`; `register-not-caught-up` (fewer enterprises than expected,
    both numbers; ask again) and `register-has-more` (more than expected: the manager counts anew); `district-not-known`.
    Source: 安监总政法〔2017〕150号 (levels neither overlap nor leave gaps); 一家企业对应一个层级的执法主体.
    """
    if state.apportioned:
        raise Refused("campaign-already-apportioned", "该专项行动已完成分配", "the campaign is apportioned already")
    _check_running(state)
    enterprises = {e.enterprise_id: e for e in register if e.sector_among(state.sectors)}
    _check_complete(enterprises.values(), command.expected_enterprises)
    shares: list[DistrictShare] = []
    assignments: list[Assignment] = []
    for district in sorted({e.district for e in enterprises.values()}):
        within = [e for e in enterprises.values() if e.district == district]
        city = share_of(len(within), *_share_for(state, district), state.rounding)
        shares.append(DistrictShare(district=district, enterprises=len(within), city=city, own=len(within) - city))
        ordered = in_order(command.seed, (e.enterprise_id for e in within))
        assignments += [_assignment(state, enterprises[one], place < city) for place, one in enumerate(ordered)]
    return [
        CampaignApportioned(
            campaign_id=state.campaign_id, method=METHOD, seed=command.seed, districts=tuple(shares),
            assignments=tuple(sorted(assignments, key=lambda a: a.enterprise_id)),
        )
    ]  # fmt: skip


def _share_for(state: CampaignState, district: str) -> tuple[int, int]:
    own = next((share for share in state.own_shares if share.district == district), None)
    return (own.numerator, own.denominator) if own else (state.share_numerator, state.share_denominator)


def _check_running(state: CampaignState) -> None:
    if state.closed_on is not None:
        raise Refused("campaign-closed", "专项行动已结束", "the campaign is over", closed_on=state.closed_on.isoformat())


def add_enterprise(state: CampaignState, enterprise: Enterprise, level: Level, reason: str) -> list[Event]:
    """Give one more enterprise its enforcing body: the city's organ or its district's own.

    Refused `campaign-closed`, `campaign-not-apportioned`, `sector-outside-campaign`, `district-not-known`. That no other body
    enforces there is the claim's to say, in the same write set.
    """
    _check_running(state)
    if not state.apportioned:
        raise Refused("campaign-not-apportioned", "专项行动尚未分配", "the campaign is not apportioned yet")
    if enterprise.sector_among(state.sectors) is None:
        raise Refused("sector-outside-campaign", "企业行业不在行动范围内", "the enterprise's sector is outside the campaign",
                      sector=enterprise.sector)  # fmt: skip
    _check_districts([enterprise])
    return [
        CampaignEnterpriseAdded(
            campaign_id=state.campaign_id, assignment=_assignment(state, enterprise, level == "city"), reason=reason
        )
    ]


def close_campaign(
    state: CampaignState, closed_on: date, conclusion: str, coverage: Iterable[DistrictCoverage] = ()
) -> list[Event]:
    """Close a campaign; `coverage` is told, not judged: open tasks do not keep it from closing.

    Refused `campaign-closed`, `campaign-not-apportioned`, `campaign-not-begun`.
    """
    _check_running(state)
    if not state.apportioned:
        raise Refused("campaign-not-apportioned", "专项行动尚未分配", "the campaign is not apportioned yet")
    if closed_on < state.starts_on:
        raise Refused("campaign-not-begun", "专项行动尚未开始", "the campaign has not begun")
    covered = tuple(sorted(coverage, key=lambda one: one.district))
    return [CampaignClosed(campaign_id=state.campaign_id, closed_on=closed_on, conclusion=conclusion, coverage=covered)]


def _assignment(state: CampaignState, enterprise: Enterprise, to_city: bool) -> Assignment:
    own = enterprise.own.organ_id if enterprise.own else ""
    return Assignment(
        enterprise_id=enterprise.enterprise_id,
        task_id=task_id_for(state.campaign_id, enterprise.enterprise_id),
        level="city" if to_city else "district",
        organ_id=state.city_organ_id if to_city else own,
    )


def _check_complete(enterprises: Iterable[Enterprise], expected: int) -> None:
    known = list(enterprises)
    if len(known) < expected:
        raise Refused("register-not-caught-up", f"企业名录尚未到齐：应有 {expected} 家，已有 {len(known)} 家",
                      "not all expected enterprises have arrived here yet", expected=expected, known=len(known))  # fmt: skip
    if len(known) > expected:
        raise Refused("register-has-more", f"企业名录多于预期：应有 {expected} 家，已有 {len(known)} 家",
                      "the register holds more enterprises than expected", expected=expected, known=len(known))  # fmt: skip
    _check_districts(known)


def _check_districts(enterprises: Iterable[Enterprise]) -> None:
    unknown = {e.district for e in enterprises if e.own is None or e.own.kind == "city"}
    if unknown:
        raise Refused("district-not-known", "企业所属辖区没有区县执法主体", "enterprises in a place without a district organ",
                      districts=sorted(unknown))  # fmt: skip

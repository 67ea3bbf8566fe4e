"""Classified and graded supervision (分级分类) of a site, and whether it produces: each decision is an event with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

from chassis.domain import Event, Refused
from services.registry.domain.changes import (
    EnterpriseClassified,
    EnterpriseClosed,
    EnterpriseMoved,
    EnterpriseReopened,
    GradeReviewFellDue,
    ProductionResumed,
    ProductionSuspended,
    Sector,
    SectorAdded,
    SectorWithdrawn,
    StandardisationGraded,
)
from services.registry.domain.site_file import EnterpriseState, require_open
from services.registry.domain.stated import Telling


def add_sector(state: EnterpriseState, fact: SectorAdded) -> list[Event]:
    """Keep the site by a further sector's form as well. Again changes nothing."""
    require_open(state)
    return [] if fact.sector in state.sectors else [fact]


def withdraw_sector(state: EnterpriseState, sector: Sector, reason: str) -> list[Event]:
    """Ask a sector's form of the site no more; at least one stays."""
    identity = require_open(state).enterprise_id
    if sector not in state.sectors:
        return []
    if len(state.sectors) == 1:
        raise Refused("last-sector", "至少保留一个行业登记表", "a site is kept by one form at least")
    return [SectorWithdrawn(enterprise_id=identity, sector=sector, reason=reason)]


def standardise(state: EnterpriseState, fact: StandardisationGraded) -> list[Event]:
    """Note the standardisation grade; a grade needs its certificate's number and last day. The same again changes nothing."""
    require_open(state)
    if fact.grade != "none" and (fact.document_no is None or fact.valid_to is None):
        raise Refused(
            "certificate-needed", "标准化等级须有证书编号和有效期", "a grade needs its certificate's number and last day"
        )
    if fact.valid_to is not None and fact.valid_to < fact.granted_on:
        raise Refused("dates-reversed", "有效期起止日期颠倒", "valid_to lies before granted_on")
    return [] if state.standardisation == fact else [fact]


def classify(state: EnterpriseState, fact: EnterpriseClassified) -> list[Event]:
    """Give the site its industry, supervision category and class."""
    require_open(state)
    return [fact]


def suspend(state: EnterpriseState, telling: Telling, on: date, *, ordered: bool, until: date | None, reason: str) -> list[Event]:
    """Note that the site does not produce for now. Refused if it does not already."""
    identity = require_open(state).enterprise_id
    if state.production == "suspended":
        raise Refused("production-suspended", "企业已处于停产状态", "production is suspended already")
    if until is not None and until < on:
        raise Refused("dates-reversed", "停产起止日期颠倒", "until lies before the day of suspension")
    _require_past(on, telling.on)
    return [
        ProductionSuspended(
            enterprise_id=identity, suspended_on=on, ordered=ordered, until=until, reason=reason, source=telling.source,
            stated_by=telling.by,
        )
    ]  # fmt: skip


def resume(state: EnterpriseState, telling: Telling, on: date, reason: str) -> list[Event]:
    """Note that the site produces again. Refused if it does, or before the day it stopped."""
    identity = require_open(state).enterprise_id
    if state.production != "suspended":
        raise Refused("production-not-suspended", "企业未停产", "production is not suspended")
    _require_past(on, telling.on)
    _require_after(state, on)
    return [ProductionResumed(enterprise_id=identity, resumed_on=on, reason=reason, source=telling.source, stated_by=telling.by)]


def close(state: EnterpriseState, telling: Telling, on: date, reason: str) -> list[Event]:
    """Note that the site is given up; its file stays as it is."""
    identity = require_open(state).enterprise_id
    _require_past(on, telling.on)
    _require_after(state, on)
    return [EnterpriseClosed(enterprise_id=identity, closed_on=on, reason=reason, source=telling.source, stated_by=telling.by)]


def reopen(state: EnterpriseState, on: date, today: date, reason: str) -> list[Event]:
    """Note that a closed site is there after all, or again; one that was merged stays merged."""
    if state.registered is None or state.merged_into is not None or state.production != "closed":
        raise Refused("enterprise-not-closed", "企业并未关闭", "the site is not closed")
    _require_past(on, today)
    _require_after(state, on)
    return [EnterpriseReopened(enterprise_id=state.registered.enterprise_id, reopened_on=on, reason=reason)]


def move(state: EnterpriseState, district: str, reason: str, today: date) -> list[Event]:
    """Give the site to another district, also if it is closed: its file is kept there. To the same changes nothing."""
    if state.registered is None or state.district is None:
        raise Refused("enterprise-unknown", "企业尚未建档", "the site has no file")
    if state.district == district:
        return []
    identity = state.registered.enterprise_id
    return [
        EnterpriseMoved(
            enterprise_id=identity, district=district, former_district=state.district, reason=reason, moved_on=today
        )
    ]  # fmt: skip


def fall_due(state: EnterpriseState, due_on: date) -> list[Event]:
    """Note that the risk grade was not reviewed in time; nothing if it was meanwhile, or nothing more is asked of the site."""
    grade = state.grade
    if not state.open or grade is None or grade.review_due_on != due_on or state.grade_review_overdue:
        return []
    return [GradeReviewFellDue(enterprise_id=grade.enterprise_id, due_on=due_on)]


def status_of(state: EnterpriseState) -> Literal["producing", "suspended", "closed", "merged"]:
    """Whether the site can be inspected, in one word."""
    return "merged" if state.merged_into is not None else state.production


def require_sectors(state: EnterpriseState, sectors: Iterable[str]) -> None:
    """A form is told only for a site that is kept by it."""
    strange = sorted(set(sectors) - set(state.sectors))
    if strange:
        raise Refused("sector-not-kept", f"企业未登记此行业：{strange[0]}", f"the site is not kept by {strange[0]}'s form")


def _require_past(on: date, today: date) -> None:
    if on > today:
        raise Refused("date-in-future", f"日期{on}晚于今日", f"{on} lies in the future")


def _require_after(state: EnterpriseState, on: date) -> None:
    if state.production_since is not None and on < state.production_since:
        raise Refused(
            "before-last-change", f"早于上次状态变更日{state.production_since}",
            f"this lies before the last change of {state.production_since}",
        )  # fmt: skip

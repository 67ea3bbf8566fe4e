"""The hearing of a party: asked for in time, convened long enough before, hosted by somebody who investigated nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from chassis.domain import Actor, Event, day_of
from services.penalty.domain.case import CaseState
from services.penalty.domain.guards import (
    require_apart,
    require_not_before,
    require_not_handler,
    require_side,
    require_side_undecided,
)
from services.penalty.domain.hearing_events import (
    Absence,
    HearingAbandoned,
    HearingConvened,
    HearingHeld,
    HearingOverdue,
    HearingReported,
    HearingRequested,
    HearingRightLapsed,
    HearingWithdrawn,
    Representative,
)
from services.penalty.domain.notice import require_noticed
from services.penalty.domain.rulebook import HEARING_HELD_BY, HEARING_NOTICE_PERIOD, HEARING_REQUEST, Rules
from services.penalty.domain.sides import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Convene:
    """Time, place and host of a hearing, as the party is told them today."""

    held_at: datetime
    place: str
    host: Actor
    clerk: str
    public: bool
    closed_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What the record of a hearing says of it."""

    representatives: tuple[Representative, ...]
    record_sha256: str
    signed: bool
    unsigned_reason: str | None = None


def request_hearing(state: CaseState, party_id: str, at: datetime, rules: Rules) -> list[Event]:
    """The party asks to be heard within its period, after being told (APL 2021, article 64(1), (T08))."""
    notice = require_noticed(state, rules, party_id)
    rules.require(
        notice.hearing_right, "hearing-right", "no-hearing-right", "当事人没有听证权利", "the party has no right to a hearing"
    )
    due_on, day = notice.hearing_request_due_on, day_of(at)
    rules.require(
        due_on is None or day <= due_on, HEARING_REQUEST, "hearing-right-lapsed", f"申请听证期限已于 {due_on} 届满",
        "the period for requesting a hearing is over", due_on=due_on,
    )  # fmt: skip
    side = require_side(state, party_id, rules)
    rules.require(
        side.hearing.requested_on is None or side.hearing.withdrawn, "hearing-right", "hearing-requested-already", "已申请听证",
        "the hearing was asked for already",
    )  # fmt: skip
    hold_by = rules.due(HEARING_HELD_BY, day).day if HEARING_HELD_BY in rules.periods else None
    return [HearingRequested(case_id=state.case_id, requested_on=day, hold_by=hold_by, party_id=party_id)]


def convene_hearing(
    state: CaseState, party_id: str, command: Convene, document_no: str, at: datetime, rules: Rules
) -> list[Event]:
    """Tell the party when and where, at least the notice period before (APL 2021, article 64(2), (3), (4); form 27; T09).

    The host took no part in the investigation, reviews and approves nothing in the case.
    """
    _require_open_hearing(state, party_id, rules)
    day = day_of(at)
    earliest = rules.due(HEARING_NOTICE_PERIOD, day).day
    rules.require(
        day_of(command.held_at) >= earliest, "hearing-not-before-notice-period", "hearing-too-soon",
        f"听证不得早于 {earliest}", f"the hearing may not be held before {earliest}", earliest=earliest,
    )  # fmt: skip
    require_not_handler(state, command.host, rules, "hearing-host-independent")
    require_apart(state, command.host.id, "hearing-host", rules, "hearing-host-independent")
    rules.require(
        command.public or bool(command.closed_reason), "hearing-right", "closed-without-reason", "不公开听证须说明理由",
        "a hearing is public unless a reason is given",
    )  # fmt: skip
    return [
        HearingConvened(
            case_id=state.case_id, document_no=document_no, notified_on=day, held_at=command.held_at, place=command.place,
            host=command.host.id, clerk=command.clerk, public=command.public, closed_reason=command.closed_reason,
            party_id=party_id,
        )
    ]  # fmt: skip


def hold_hearing(state: CaseState, party_id: str, command: Hold, at: datetime, rules: Rules) -> list[Event]:
    """The hearing took place, with no more representatives than the law allows (APL 2021, article 64(5), (8))."""
    side = _require_convened(state, party_id, at, rules)
    limits = rules.section("hearing")
    most = limits["representatives_maximum"]
    rules.require(
        len(command.representatives) <= most, "hearing-right", "too-many-representatives", f"委托代理人不得超过 {most} 人",
        f"no more than {most} representatives", representatives=len(command.representatives), maximum=most,
    )  # fmt: skip
    rules.require(
        command.signed or bool(command.unsigned_reason), "hearing-record", "record-unsigned", "笔录未签名须说明情况",
        "an unsigned record needs the reason",
    )  # fmt: skip
    day = day_of(side.hearing.convened_for or at)
    return [
        HearingHeld(
            case_id=state.case_id, held_on=day, representatives=command.representatives,
            record_sha256=command.record_sha256, signed=command.signed, unsigned_reason=command.unsigned_reason,
            party_id=party_id,
        )
    ]  # fmt: skip


def abandon_hearing(state: CaseState, party_id: str, how: Absence, at: datetime, rules: Rules) -> list[Event]:
    """The party stayed away, or left, without a reason: the hearing ends, the case goes on (APL 2021, article 64(6))."""
    _require_convened(state, party_id, at, rules)
    return [HearingAbandoned(case_id=state.case_id, on=day_of(at), how=how, party_id=party_id)]


def withdraw_hearing(state: CaseState, party_id: str, at: datetime, rules: Rules) -> list[Event]:
    """The party takes its request back."""
    _require_open_hearing(state, party_id, rules)
    return [HearingWithdrawn(case_id=state.case_id, on=day_of(at), party_id=party_id)]


def report_hearing(state: CaseState, party_id: str, opinion: str, host: Actor, at: datetime, rules: Rules) -> list[Event]:
    """The host reports to the head, who decides on the record (APL 2021, article 65; form 29)."""
    side = require_side_undecided(state, party_id, rules)
    rules.require(
        side.hearing.awaits_report,
        "hearing-record",
        "no-hearing-to-report",
        "没有待报告的听证",
        "there is no hearing to report on",
    )
    rules.require(
        host.id == side.hearing.host, "hearing-host-independent", "not-the-host", "只能由听证主持人报告", "only the host reports",
        host=side.hearing.host,
    )  # fmt: skip
    return [HearingReported(case_id=state.case_id, reported_on=day_of(at), opinion=opinion, host=host.id, party_id=party_id)]


def lapse_hearing(state: CaseState, party_id: str, due_on: date, at: datetime) -> list[Event]:
    """The period for the request has passed: the right lapses; nothing, if it was asked for or given up."""
    side = state.side(party_id)
    if side is None or side.notice is None or side.decision is not None or side.hearing.lapsed or state.reached("closed"):
        return []
    due = side.notice.hearing_request_due_on == due_on and day_of(at) > due_on
    return [HearingRightLapsed(case_id=state.case_id, due_on=due_on, party_id=party_id)] if (
        due and side.hearing.requested_on is None
    ) else []  # fmt: skip


def miss_hearing(state: CaseState, party_id: str, due_on: date, at: datetime) -> list[Event]:
    """The hearing was not held in time: a defect is flagged; nothing, if it was held or given up."""
    side = state.side(party_id)
    if side is None or side.hearing.hold_by != due_on or side.hearing.overdue or not side.hearing.open or day_of(at) <= due_on:
        return []
    return [HearingOverdue(case_id=state.case_id, due_on=due_on, party_id=party_id)]


def require_hearing_settled(side: Side, day: date, rules: Rules) -> None:
    """A party with the hearing right was heard and reported on, or gave it up, or let its period pass (APL 2021, 63 to 65)."""
    notice, hearing = side.notice, side.hearing
    if notice is None or not notice.hearing_right or notice.hearing_request_due_on is None:
        return
    rules.require(
        not hearing.open,
        "hearing-right",
        "hearing-pending",
        "当事人已申请听证，尚未举行",
        "the hearing is asked for and not held yet",
    )
    rules.require(
        not hearing.awaits_report, "hearing-record", "hearing-unreported", "听证主持人尚未报告", "the host has not reported yet"
    )
    done = hearing.held_on is not None or hearing.abandoned
    rules.require(
        done or day > notice.hearing_request_due_on, HEARING_REQUEST, "hearing-period-running",
        f"申请听证期限至 {notice.hearing_request_due_on}", "the period for requesting a hearing is running",
        due_on=notice.hearing_request_due_on,
    )  # fmt: skip


def _require_open_hearing(state: CaseState, party_id: str, rules: Rules) -> Side:
    require_noticed(state, rules, party_id)
    side = require_side(state, party_id, rules)
    rules.require(
        side.hearing.open,
        "hearing-right",
        "no-hearing-requested",
        "没有待举行的听证",
        "no hearing is to be held",
        party_id=party_id,
    )
    return side


def _require_convened(state: CaseState, party_id: str, at: datetime, rules: Rules) -> Side:
    side = _require_open_hearing(state, party_id, rules)
    when = side.hearing.convened_for
    rules.require(
        when is not None, "hearing-not-before-notice-period", "hearing-not-convened", "尚未通知听证时间、地点",
        "time and place were not told yet",
    )  # fmt: skip
    require_not_before(day_of(at), None if when is None else day_of(when), rules, "hearing-not-before-notice-period")
    rules.require(
        when is None or at >= when, "hearing-not-before-notice-period", "hearing-not-begun", f"听证于 {when} 举行",
        "the hearing has not begun yet", held_at=when,
    )  # fmt: skip
    require_apart(state, side.hearing.host or "", "hearing-host", rules, "hearing-host-independent")
    return side

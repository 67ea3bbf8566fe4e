"""Weekly dispatch (每周调度): what each district did, plans next, is troubled by and suggests; and the city's bulletin on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from chassis.domain import Event, Refused, Stream, day_of, event
from services.tasks.domain.campaign import CampaignState
from services.tasks.domain.issued import IssuedPaper, check_paper
from services.tasks.domain.knowledge import Organ


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedProblem:
    """A problem a district asks the city to solve; it has a stream of its own until it is closed."""

    problem_id: str
    problem: str


@event("casetrail.tasks.week-reported.v1", title="周调度上报", summary="{organ}上报{monday}起一周的工作")
class WeekReported(Event):
    """A district's report on the week that began on `monday`."""

    campaign_id: str
    district: str
    organ_id: str
    organ: str
    monday: date
    done: str
    planned: str
    problems: tuple[ReportedProblem, ...]
    suggestions: tuple[str, ...]
    reported_by: str


@event("casetrail.tasks.week-supplemented.v1", title="周调度补充", summary="{district} 补充{monday}起一周的报告")
class WeekSupplemented(Event):
    """The district adds to, or puts right, what it reported; the report itself stays what it was."""

    campaign_id: str
    district: str
    monday: date
    supplement: str
    reported_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekState:
    """A district's report on a week; None until it is there."""

    report: WeekReported | None = None
    supplements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWeek:
    """What a district reports; `monday` is the first day of the week."""

    campaign_id: str
    monday: date
    done: str
    planned: str
    problems: tuple[ReportedProblem, ...]
    suggestions: tuple[str, ...]


def evolve_week(state: WeekState, event: Event) -> WeekState:
    """The report after an event."""
    match event:
        case WeekReported():
            return WeekState(report=event)
        case WeekSupplemented():
            return replace(state, supplements=(*state.supplements, event.supplement))
        case _:
            return state


WEEK = Stream("week", WeekState(), evolve_week)


def week_key(campaign_id: str, district: str, monday: date) -> str:
    """The key of a district's week in a campaign: one report each."""
    return f"{campaign_id}.{district}.{monday.isoformat()}"


def report_week(
    state: WeekState, campaign: CampaignState, organ: Organ, command: ReportWeek, reported_by: str, at: datetime
) -> list[Event]:
    """Report a district's week. Refused `week-already-reported`, `not-a-district-organ`, `not-a-monday`, `week-not-begun`,

    `week-outside-campaign`, `problem-twice`.
    """
    if state.report is not None:
        raise Refused("week-already-reported", "本周已上报，可补充说明", "the week is reported; supplement it")
    if organ.kind == "city" or organ.parent is None:
        raise Refused("not-a-district-organ", "周调度由区县上报", "districts report their week", organ_id=organ.organ_id)
    _check_week(campaign, command.monday, day_of(at))
    ids = [problem.problem_id for problem in command.problems]
    if len(ids) != len(set(ids)):
        raise Refused("problem-twice", "问题编号重复", "two problems have the same id")
    return [
        WeekReported(
            campaign_id=command.campaign_id, district=organ.district, organ_id=organ.organ_id, organ=organ.organ,
            monday=command.monday, done=command.done, planned=command.planned, problems=command.problems,
            suggestions=command.suggestions, reported_by=reported_by,
        )
    ]  # fmt: skip


def _check_week(campaign: CampaignState, monday: date, today: date) -> None:
    if monday.isoweekday() != 1:
        raise Refused("not-a-monday", "周调度以周一为首日", "a week begins on a Monday", day=monday.isoformat())
    if monday > today:
        raise Refused("week-not-begun", "该周尚未开始", "the week has not begun")
    if monday > campaign.ends_on or monday + timedelta(days=6) < campaign.starts_on:
        raise Refused("week-outside-campaign", "该周不在专项行动期间", "the week lies outside the campaign")


def supplement_week(state: WeekState, supplement: str, reported_by: str) -> list[Event]:
    """Add to a report. Refused `week-not-reported`."""
    if state.report is None:
        raise Refused("week-not-reported", "本周尚未上报", "the week is not reported yet")
    report = state.report
    return [
        WeekSupplemented(
            campaign_id=report.campaign_id, district=report.district, monday=report.monday, supplement=supplement,
            reported_by=reported_by,
        )
    ]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureLink:
    """A figure of reporting that a bulletin shows: its name there. Its value is asked for there, and never copied here."""

    figure: str
    district: str | None = None


@event("casetrail.tasks.bulletin-issued.v1", title="调度通报", summary="第{number}期调度通报《{title}》，{monday}起一周")
class BulletinIssued(Event):
    """The city's bulletin on a week; its figures are links to reporting, `issued` is reporting's bulletin as it was sent."""

    campaign_id: str
    number: int
    monday: date
    title: str
    text: str
    figures: tuple[FigureLink, ...]
    issued_by: str
    issued: IssuedPaper | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BulletinsState:
    """The bulletins of a campaign: how many there are, and for which weeks."""

    campaign_id: str = ""
    last: int = 0
    mondays: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueBulletin:
    """A bulletin on the week that began on `monday`."""

    monday: date
    title: str
    text: str
    figures: tuple[FigureLink, ...]
    issued: IssuedPaper | None = None


def evolve_bulletins(state: BulletinsState, event: Event) -> BulletinsState:
    """The series after an event."""
    match event:
        case BulletinIssued():
            return BulletinsState(campaign_id=event.campaign_id, last=event.number, mondays=state.mondays | {event.monday})
        case _:
            return state


BULLETINS = Stream("bulletins", BulletinsState(), evolve_bulletins)


def issue_bulletin(
    state: BulletinsState, campaign: CampaignState, command: IssueBulletin, issued_by: str, at: datetime
) -> list[Event]:
    """Issue the next bulletin, one a week, numbered without a hole.

    Refused `bulletin-exists`, as weeks are refused, and as `check_paper` says of what is sent with it.
    """
    _check_week(campaign, command.monday, day_of(at))
    check_paper(command.issued, command.monday, at)
    if command.monday in state.mondays:
        raise Refused("bulletin-exists", "本周通报已发布", "there is a bulletin on this week", monday=command.monday.isoformat())
    return [
        BulletinIssued(
            campaign_id=campaign.campaign_id, number=state.last + 1, monday=command.monday, title=command.title,
            text=command.text, figures=command.figures, issued_by=issued_by, issued=command.issued,
        )
    ]  # fmt: skip

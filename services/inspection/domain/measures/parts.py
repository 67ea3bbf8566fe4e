"""What all measures share: articles in lists, who asks and who approves, which law they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal, Protocol

from chassis.domain import ACTOR, SUBJECT, Event, Personal, event
from services.inspection.domain.events import CheckedInOfficer, InspectionPrepared
from services.inspection.domain.inspection import InspectionState, prepared
from services.inspection.domain.refusals import refused
from services.inspection.domain.rules import Rules

Kind = Literal["suspension", "keeping", "seizure", "supply-cut", "record"]
Status = Literal[
    "requested", "denied", "approved", "notified", "in-force", "must-be-lifted", "ended", "lapsed", "recorded", "signed"
]
"""How far a measure is; `recorded` is a record that too few officers have signed yet."""

ARTICLE_APPROVAL = "evidence-pre-registration-approval"
SEIZURE_APPROVAL = "seizure-approval"
SEIZURE_POWER = "seizure-power"
SEIZURE_HANDOVER = "seizure-on-the-spot"
HAZARD_REMOVAL = "hazard-removal"
POWER_CUT = "power-cut"
SAMPLING = "evidence-sampling"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A thing, an installation or a place in a list: what it is, how much, in which state, where and by whom it is kept."""

    article_id: str
    article: str
    specification: str | None = None
    amount: str
    condition: str | None = None
    kept_at: str
    keeper: Annotated[str | None, Personal(SUBJECT, "keeper")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approver:
    """Who decides on a request for the organ."""

    id: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Where a measure belongs: its own id, and the inspection that it is taken at."""

    measure_id: str
    inspection_id: str
    enterprise_id: str
    organ_id: str


@event("casetrail.inspection.measure-approved.v1", title="批准措施", summary="{approved_by} 批准：{opinion}")
class MeasureApproved(Event):
    """The head of the organ approved what the officers asked for."""

    measure_id: str
    approver_id: str
    approved_by: Annotated[str, Personal(ACTOR)]
    opinion: str
    approved_on: date


@event("casetrail.inspection.measure-denied.v1", title="不予批准措施", summary="不予批准：{opinion}")
class MeasureDenied(Event):
    """The head of the organ did not approve it: nothing may be carried out."""

    measure_id: str
    approver_id: str
    denied_by: Annotated[str, Personal(ACTOR)]
    opinion: str
    denied_on: date


def visited(state: InspectionState, rules: Rules) -> InspectionPrepared:
    """The plan of an inspection whose officers are, or were, on site. Refused `not-checked-in`."""
    if state.stage not in ("checked-in", "concluded"):
        raise refused("not-checked-in", rules)
    return prepared(state)


def begun(measure_id: str, plan: InspectionPrepared) -> Begun:
    """Where a measure taken at this inspection belongs."""
    return Begun(
        measure_id=measure_id, inspection_id=plan.inspection_id, enterprise_id=plan.enterprise_id, organ_id=plan.organ_id
    )


def basis_of(rules: Rules, *codes: str, day: date) -> tuple[str, ...]:
    """What the rulebook cites for these rules, of those that it has. Refused `no-legal-basis` if it has none."""
    cited = tuple(dict.fromkeys(rules.articles[code] for code in codes if code in rules.articles))
    if not cited:
        raise refused("no-legal-basis", rules, rule=codes[0], day=day.isoformat())
    return cited


def check_articles(articles: Sequence[Article], rules: Rules) -> None:
    """Refuse `list-empty`, `article-twice` unless the list names things, each once."""
    if not articles:
        raise refused("list-empty", rules)
    seen: set[str] = set()
    for article in articles:
        if article.article_id in seen:
            raise refused("article-twice", rules, article_id=article.article_id)
        seen.add(article.article_id)


def check_approved(articles: Sequence[Article], asked: Sequence[Article], rules: Rules) -> None:
    """Refuse `article-not-approved` unless each of these was asked for under this id and name, and so approved.

    Fewer may be found. How much there is, in which state and where it is kept is as it was found on the spot.
    """
    approved = {article.article_id: article.article for article in asked}
    for article in articles:
        if approved.get(article.article_id) != article.article:
            raise refused("article-not-approved", rules, article_id=article.article_id, article=article.article)


def check_known(article_ids: Iterable[str], known: Iterable[str], rules: Rules) -> None:
    """Refuse `article-twice`, `article-not-held` unless each is named once and still held."""
    left = set(known)
    seen: set[str] = set()
    for article_id in article_ids:
        if article_id in seen:
            raise refused("article-twice", rules, article_id=article_id)
        seen.add(article_id)
        if article_id not in left:
            raise refused("article-not-held", rules, article_id=article_id)


def check_other_person(approver: Approver, officers: Sequence[CheckedInOfficer], requested_by: str, rules: Rules) -> None:
    """Refuse `own-measure` if who approves is one of the officers, or asked for it."""
    if approver.id == requested_by or approver.id in {officer.officer_id for officer in officers}:
        raise refused("own-measure", rules)


def approved_by(answer: MeasureApproved | MeasureDenied | None, day: date) -> bool:
    """Whether it was approved, on this day or before: what was done earlier was done without approval."""
    return isinstance(answer, MeasureApproved) and answer.approved_on <= day


def hours(rules: Rules, code: str) -> timedelta:
    """The length of a period in hours. Refused `no-period` if the rulebook has none, or one of another unit."""
    period = rules.periods.get(code)
    if period is None or period.unit != "hour":
        raise refused("no-period", rules, rule=code)
    return timedelta(hours=period.length)


class Asked(Protocol):
    """A request for a measure: which, by whom, with which officers."""

    @property
    def measure_id(self) -> str:
        """Which measure."""
        ...

    @property
    def requested_by(self) -> str:
        """Who asked for it."""
        ...

    @property
    def officers(self) -> tuple[CheckedInOfficer, ...]:
        """Who is to carry it out."""
        ...


def answered(
    asked: Asked, before: MeasureApproved | MeasureDenied | None, agreed: bool, opinion: str, approver: Approver, day: date,
    rules: Rules,
) -> list[Event]:  # fmt: skip
    """The one answer to a request, by somebody who has no part in it. Refused `already-answered-request`, `own-measure`."""
    if before is not None:
        raise refused("already-answered-request", rules)
    check_other_person(approver, asked.officers, asked.requested_by, rules)
    if agreed:
        return [
            MeasureApproved(
                measure_id=asked.measure_id, approver_id=approver.id, approved_by=approver.name, opinion=opinion, approved_on=day
            )
        ]
    return [
        MeasureDenied(
            measure_id=asked.measure_id, approver_id=approver.id, denied_by=approver.name, opinion=opinion, denied_on=day
        )
    ]

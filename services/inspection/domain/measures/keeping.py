"""Evidence registered and kept beforehand (先行登记保存, forms 19 to 22): asked for, approved, carried out, decided in time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from chassis.domain import Event, day_of, event
from services.inspection.domain.events import CheckedInOfficer
from services.inspection.domain.inspection import Certificates, InspectionState, present
from services.inspection.domain.measures.parts import (
    ARTICLE_APPROVAL,
    Approver,
    Article,
    MeasureApproved,
    MeasureDenied,
    answered,
    approved_by,
    basis_of,
    begun,
    check_approved,
    check_articles,
    check_known,
    check_other_person,
    visited,
)
from services.inspection.domain.refusals import refused
from services.inspection.domain.rules import Due, Rules
from services.inspection.domain.signing import Receipt, check_signed

Fate = Literal["return", "seize", "sample-or-appraise", "transfer", "refer-for-confiscation"]
"""What may become of kept evidence: 退还, 查封扣押, 抽样或鉴定, 移送, 转行政处罚没收."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptArticle:
    """What becomes of one article; `follow_up` is the measure or referral that goes on with it."""

    article_id: str
    fate: Fate
    follow_up: str | None = None
    note: str | None = None


@event("casetrail.inspection.keeping-requested.v1", title="申请先行登记保存", summary="申请先行登记保存证据：{grounds}")
class KeepingRequested(Event):
    """Form 19: which evidence may be lost or hard to get later, and how it is to be kept."""

    measure_id: str
    inspection_id: str
    enterprise_id: str
    organ_id: str
    approval_no: str
    requested_by: str
    requested_on: date
    grounds: str
    articles: tuple[Article, ...]
    basis: tuple[str, ...]
    officers: tuple[CheckedInOfficer, ...]
    records: tuple[str, ...]


@event(
    "casetrail.inspection.keeping-carried-out.v1",
    title="先行登记保存",
    summary="先行登记保存证据 {document_no}，{decide_by} 前处理",
)
class KeepingCarriedOut(Event):
    """Form 20 and its list: what is kept where, in which state; what becomes of it is decided by `decide_by`."""

    measure_id: str
    document_no: str
    carried_out_on: date
    articles: tuple[Article, ...]
    officers: tuple[CheckedInOfficer, ...]
    receipt: Receipt
    decide_by: date
    due_provisional: bool


@event(
    "casetrail.inspection.keeping-decided.v1", title="先行登记保存处理决定", summary="作出先行登记保存证据处理决定 {document_no}"
)
class KeepingDecided(Event):
    """Forms 21 and 22: what becomes of articles; those `remaining` are still kept and undecided."""

    measure_id: str
    approval_no: str
    document_no: str
    approver_id: str
    decisions: tuple[KeptArticle, ...]
    decided_on: date
    remaining: tuple[str, ...]


@event("casetrail.inspection.keeping-lapsed.v1", title="先行登记保存失效", summary="至 {decide_by} 未作出处理决定，措施自动解除")
class KeepingLapsed(Event):
    """Nothing was decided in time about these articles: the measure lapsed by itself."""

    measure_id: str
    decide_by: date
    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKeeping:
    """What officers ask to keep, and why."""

    grounds: str
    articles: tuple[Article, ...]
    officers: tuple[CheckedInOfficer, ...]
    records: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CarryOut:
    """The list as it was made on the spot, by whom, and who took it."""

    articles: tuple[Article, ...]
    officers: tuple[CheckedInOfficer, ...]
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Keeping:
    """Evidence as it is kept: what was asked, answered, carried out, what is undecided; `decided` is the latest decision."""

    request: KeepingRequested | None = None
    answer: MeasureApproved | MeasureDenied | None = None
    carried_out: KeepingCarriedOut | None = None
    remaining: tuple[str, ...] = ()
    decisions: tuple[KeptArticle, ...] = ()
    decided: KeepingDecided | None = None
    lapsed: KeepingLapsed | None = None


def evolve_keeping(state: Keeping, event: Event) -> Keeping:
    """The measure after one more event."""
    match event:
        case KeepingRequested():
            return replace(state, request=event)
        case MeasureApproved() | MeasureDenied():
            return replace(state, answer=event)
        case KeepingCarriedOut():
            return replace(state, carried_out=event, remaining=tuple(article.article_id for article in event.articles))
        case KeepingDecided():
            decisions = (*state.decisions, *event.decisions)
            return replace(state, remaining=event.remaining, decisions=decisions, decided=event)
        case KeepingLapsed():
            return replace(state, remaining=(), lapsed=event)
        case _:
            return state


def request(
    measure_id: str, inspection: InspectionState, command: RequestKeeping, certificates: Certificates, requested_by: str,
    approval_no: str, rules: Rules, at: datetime,
) -> list[Event]:  # fmt: skip
    """Ask for approval (rules `two-officers`, `evidence-pre-registration-approval`).

    Refused as `present`, `check_articles`, `basis_of` do; `not-checked-in`.
    """
    home, day = begun(measure_id, visited(inspection, rules)), day_of(at)
    present(command.officers, certificates, rules, day)
    check_articles(command.articles, rules)
    return [
        KeepingRequested(
            measure_id=home.measure_id, inspection_id=home.inspection_id, enterprise_id=home.enterprise_id,
            organ_id=home.organ_id, approval_no=approval_no, requested_by=requested_by, requested_on=day,
            grounds=command.grounds, articles=command.articles, basis=basis_of(rules, ARTICLE_APPROVAL, day=day),
            officers=command.officers, records=command.records,
        )
    ]  # fmt: skip


def requested(state: Keeping) -> KeepingRequested:
    """The request of a measure that exists; whoever asks has loaded an existing stream."""
    if state.request is None:
        raise ValueError("the measure was not asked for")
    return state.request


def answer(state: Keeping, agreed: bool, opinion: str, approver: Approver, day: date, rules: Rules) -> list[Event]:
    """Approve it, or not, for the organ. Refused `already-answered-request`, `own-measure`."""
    return answered(requested(state), state.answer, agreed, opinion, approver, day, rules)


def carry_out(
    state: Keeping, command: CarryOut, certificates: Certificates, document_no: str, due: Due, rules: Rules, at: datetime
) -> list[Event]:
    """Carry it out as approved (rule `evidence-pre-registration-approval`); `due` is when it must be decided (T04).

    Refused as `present`, `check_articles`, `check_approved`, `check_signed` do; `keeping-not-approved`, `already-carried-out`.
    """
    if not approved_by(state.answer, day_of(at)):
        raise refused("keeping-not-approved", rules)
    if state.carried_out is not None:
        raise refused("already-carried-out", rules)
    present(command.officers, certificates, rules, day_of(at))
    check_articles(command.articles, rules)
    check_approved(command.articles, requested(state).articles, rules)
    check_signed(command.receipt, rules)
    return [
        KeepingCarriedOut(
            measure_id=requested(state).measure_id, document_no=document_no, carried_out_on=day_of(at),
            articles=command.articles, officers=command.officers, receipt=command.receipt, decide_by=due.on,
            due_provisional=due.provisional,
        )
    ]  # fmt: skip


def decide(
    state: Keeping, decisions: tuple[KeptArticle, ...], approver: Approver, numbers: tuple[str, str], day: date, rules: Rules
) -> list[Event]:
    """Decide what becomes of articles; `numbers` are those of forms 21 and 22.

    Refused `not-carried-out`, `keeping-lapsed`, `measure-ended`, `own-measure`, `article-not-held`, `article-twice`.
    """
    asked, kept = requested(state), state.carried_out
    if kept is None:
        raise refused("not-carried-out", rules)
    if state.lapsed is not None or (state.remaining and day > kept.decide_by):
        raise refused("keeping-lapsed", rules, decide_by=kept.decide_by.isoformat())
    if not state.remaining:
        raise refused("measure-ended", rules)
    check_other_person(approver, (*asked.officers, *kept.officers), asked.requested_by, rules)
    check_known([decision.article_id for decision in decisions], state.remaining, rules)
    decided = {decision.article_id for decision in decisions}
    return [
        KeepingDecided(
            measure_id=asked.measure_id, approval_no=numbers[0], document_no=numbers[1], approver_id=approver.id,
            decisions=decisions, decided_on=day, remaining=tuple(one for one in state.remaining if one not in decided),
        )
    ]  # fmt: skip


def lapse(state: Keeping, decide_by: date) -> list[Event]:
    """Note that nothing was decided in time about what remains; nothing if that is not so."""
    if state.carried_out is None or state.carried_out.decide_by != decide_by or not state.remaining:
        return []
    return [KeepingLapsed(measure_id=requested(state).measure_id, decide_by=decide_by, articles=state.remaining)]

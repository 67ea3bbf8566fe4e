"""Sealing and seizure: approved before, or regularised within hours; for a time, extended once; decided, lifted or expired.

Law: 行政强制法 18, 19, 24 to 28. Every length and article is the rulebook's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from chassis.domain import Event, day_of
from services.inspection.domain.events import CheckedInOfficer
from services.inspection.domain.inspection import Certificates, InspectionState, present
from services.inspection.domain.measures.parts import (
    SEIZURE_APPROVAL,
    SEIZURE_HANDOVER,
    SEIZURE_POWER,
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
from services.inspection.domain.measures.seizure_events import (
    AppraisalBegun,
    AppraisalEnded,
    AppraisalOverdue,
    Mode,
    SeizedArticle,
    SeizureCarriedOut,
    SeizureDecided,
    SeizureExpired,
    SeizureExtended,
    SeizureLifted,
    SeizureNotRegularised,
    SeizureRegularised,
    SeizureReported,
    SeizureRequested,
)
from services.inspection.domain.refusals import refused
from services.inspection.domain.rules import Due, Rules
from services.inspection.domain.signing import Receipt, check_signed


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSeizure:
    """What officers ask to seal or seize, and why."""

    mode: Mode
    grounds: str
    articles: tuple[Article, ...]
    officers: tuple[CheckedInOfficer, ...]
    records: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seize:
    """The list as it was made on the spot; in an emergency also what a request would have said."""

    articles: tuple[Article, ...]
    officers: tuple[CheckedInOfficer, ...]
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Seizure:
    """What is sealed or seized: since when, until when, what of it is still held, whether it must be lifted.

    `extended_articles` were held when it was extended; `decided` is the latest decision.
    """

    request: SeizureRequested | None = None
    answer: MeasureApproved | MeasureDenied | None = None
    taken: SeizureCarriedOut | None = None
    report: SeizureReported | None = None
    regularised: SeizureRegularised | None = None
    until: date | None = None
    extended: bool = False
    extension: SeizureExtended | None = None
    extended_articles: tuple[str, ...] = ()
    appraised_since: date | None = None
    appraisal_until: date | None = None
    appraisal_overdue: bool = False
    remaining: tuple[str, ...] = ()
    decisions: tuple[SeizedArticle, ...] = ()
    decided: SeizureDecided | None = None
    must_be_lifted: bool = False


def evolve_seizure(state: Seizure, event: Event) -> Seizure:
    """The measure after one more event."""
    match event:
        case SeizureRequested():
            return replace(state, request=event)
        case MeasureApproved() | MeasureDenied():
            return replace(state, answer=event)
        case SeizureCarriedOut():
            held = tuple(article.article_id for article in event.articles)
            return replace(state, taken=event, until=event.until, remaining=held)
        case SeizureReported():
            return replace(state, report=event)
        case SeizureRegularised():
            return replace(state, regularised=event)
        case _:
            return _evolve_further(state, event)


def _evolve_further(state: Seizure, event: Event) -> Seizure:
    match event:
        case SeizureNotRegularised() | SeizureExpired():
            return replace(state, must_be_lifted=True)
        case SeizureExtended():
            return replace(state, until=event.until, extended=True, extension=event, extended_articles=state.remaining)
        case AppraisalBegun():
            return replace(state, appraised_since=event.begun_on, appraisal_until=event.expected_until)
        case AppraisalOverdue():
            return replace(state, appraisal_overdue=True)
        case AppraisalEnded():
            return replace(state, until=event.until, appraised_since=None, appraisal_until=None, appraisal_overdue=False)
        case SeizureDecided():
            decisions = (*state.decisions, *event.decisions)
            return replace(state, remaining=event.remaining, decisions=decisions, decided=event)
        case SeizureLifted():
            return replace(state, remaining=(), must_be_lifted=False)
        case _:
            return state


def request(
    measure_id: str, inspection: InspectionState, command: RequestSeizure, certificates: Certificates, requested_by: str,
    approval_no: str, rules: Rules, at: datetime,
) -> list[Event]:  # fmt: skip
    """Ask for approval (rules `two-officers`, `seizure-power`, `seizure-approval`).

    Refused as `present`, `check_articles`, `basis_of` do; `not-checked-in`.
    """
    home, day = begun(measure_id, visited(inspection, rules)), day_of(at)
    present(command.officers, certificates, rules, day)
    check_articles(command.articles, rules)
    return [
        SeizureRequested(
            measure_id=home.measure_id, inspection_id=home.inspection_id, enterprise_id=home.enterprise_id,
            organ_id=home.organ_id, approval_no=approval_no, requested_by=requested_by, requested_on=day, mode=command.mode,
            grounds=command.grounds, articles=command.articles, officers=command.officers, records=command.records,
            basis=basis_of(rules, SEIZURE_POWER, SEIZURE_APPROVAL, SEIZURE_HANDOVER, day=day),
        )
    ]  # fmt: skip


def answer(state: Seizure, agreed: bool, opinion: str, approver: Approver, rules: Rules, at: datetime) -> list[Event]:
    """Approve it, or not: before it is carried out, or afterwards what was taken in an emergency (rules `seizure-approval`, T06).

    Refused `already-answered-request`, `own-measure`, `not-reported`, `regularisation-too-late`.
    """
    if state.request is not None:
        return answered(state.request, state.answer, agreed, opinion, approver, day_of(at), rules)
    taken = held(state, rules)
    if state.regularised is not None:
        raise refused("already-answered-request", rules)
    if state.report is None:
        raise refused("not-reported", rules)
    _check_in_time(taken, rules, at)
    check_other_person(approver, taken.officers, state.report.requested_by, rules)
    if not agreed:
        return [SeizureNotRegularised(measure_id=taken.measure_id, ground="denied", opinion=opinion)]
    return [
        SeizureRegularised(
            measure_id=taken.measure_id, approver_id=approver.id, approved_by=approver.name, opinion=opinion, approved_at=at
        )
    ]


def carry_out(
    state: Seizure, command: Seize, certificates: Certificates, document_no: str, due: Due, rules: Rules, at: datetime
) -> list[Event]:
    """Carry it out as approved; decision and list are handed over on the spot (rules `seizure-approval`, `seizure-on-the-spot`).

    `due` is its last day (T05). Refused as `present`, `check_articles`, `check_signed`, `check_approved` do;
    `seizure-not-approved`,
    `already-carried-out`.
    """
    asked = state.request
    if asked is None or not approved_by(state.answer, day_of(at)):
        raise refused("seizure-not-approved", rules)
    if state.taken is not None:
        raise refused("already-carried-out", rules)
    _check_handover(command, certificates, rules, at)
    check_approved(command.articles, asked.articles, rules)
    return [
        SeizureCarriedOut(
            measure_id=asked.measure_id, inspection_id=asked.inspection_id, enterprise_id=asked.enterprise_id,
            organ_id=asked.organ_id, document_no=document_no, mode=asked.mode, grounds=asked.grounds, taken_at=at,
            carried_out_on=day_of(at), articles=command.articles, basis=asked.basis, officers=command.officers,
            receipt=command.receipt, records=asked.records, until=due.on, regularise_by=None,
        )
    ]  # fmt: skip


def take_in_emergency(
    measure_id: str, inspection: InspectionState, command: RequestSeizure, receipt: Receipt, certificates: Certificates,
    document_no: str, due: Due, within: timedelta, rules: Rules, at: datetime,
) -> list[Event]:  # fmt: skip
    """Seal or seize at once; to be reported and approved `within` so many hours (T06).

    Refused as `present`, `check_articles`, `check_signed`, `basis_of` do; `not-checked-in`.
    """
    home = begun(measure_id, visited(inspection, rules))
    _check_handover(Seize(articles=command.articles, officers=command.officers, receipt=receipt), certificates, rules, at)
    return [
        SeizureCarriedOut(
            measure_id=home.measure_id, inspection_id=home.inspection_id, enterprise_id=home.enterprise_id,
            organ_id=home.organ_id, document_no=document_no, mode=command.mode, grounds=command.grounds, taken_at=at,
            carried_out_on=day_of(at), articles=command.articles, officers=command.officers, receipt=receipt,
            basis=basis_of(rules, SEIZURE_POWER, SEIZURE_APPROVAL, SEIZURE_HANDOVER, day=day_of(at)),
            records=command.records, until=due.on, regularise_by=at + within,
        )
    ]  # fmt: skip


def _check_handover(command: Seize, certificates: Certificates, rules: Rules, at: datetime) -> None:
    present(command.officers, certificates, rules, day_of(at))
    check_articles(command.articles, rules)
    check_signed(command.receipt, rules)


def held(state: Seizure, rules: Rules) -> SeizureCarriedOut:
    """What is sealed or seized, and may still be dealt with. Refused `not-carried-out`, `measure-ended`, `must-be-lifted`."""
    if state.taken is None:
        raise refused("not-carried-out", rules)
    if not state.remaining:
        raise refused("measure-ended", rules)
    if state.must_be_lifted:
        raise refused("must-be-lifted", rules)
    return state.taken


def report(state: Seizure, text: str, requested_by: str, approval_no: str, rules: Rules, at: datetime) -> list[Event]:
    """Report what was taken in an emergency (T06). Refused as `held` does; `no-emergency`, `already-reported-measure`,
    `regularisation-too-late`."""
    taken = held(state, rules)
    _check_in_time(taken, rules, at)
    if state.report is not None:
        raise refused("already-reported-measure", rules)
    return [
        SeizureReported(
            measure_id=taken.measure_id, approval_no=approval_no, requested_by=requested_by, report=text, reported_at=at
        )
    ]


def _check_in_time(taken: SeizureCarriedOut, rules: Rules, at: datetime) -> None:
    if taken.regularise_by is None:
        raise refused("no-emergency", rules)
    if at > taken.regularise_by:
        raise refused("regularisation-too-late", rules, by=taken.regularise_by.isoformat())


def in_time(state: Seizure, rules: Rules, day: date) -> tuple[SeizureCarriedOut, date]:
    """What is held, and until when. Refused as `held` does; `seizure-expired` after its last day, unless an appraisal runs."""
    taken = held(state, rules)
    until = state.until or taken.until
    if state.appraised_since is None and day > until:
        raise refused("seizure-expired", rules, until=until.isoformat())
    return taken, until


def _check_regular(state: Seizure, taken: SeizureCarriedOut, rules: Rules) -> None:
    if taken.regularise_by is not None and state.regularised is None:
        raise refused("not-regularised", rules)


def _check_no_part(state: Seizure, taken: SeizureCarriedOut, approver: Approver, rules: Rules) -> None:
    """Refuse `own-measure` if who decides asked for it, reported it, or is one of the officers."""
    for asked in (state.request, state.report):
        check_other_person(approver, taken.officers, asked.requested_by if asked else "", rules)


def extend(
    state: Seizure, until: date, reason: str, longest: Due, approver: Approver, document_no: str, rules: Rules, day: date
) -> list[Event]:
    """Extend it, once, with reasons, until `longest` at the latest (T05-seizure-extension).

    Refused as `in_time` does; `not-regularised`, `already-extended`, `appraisal-running`, `extension-not-later`,
    `extension-too-long`, `own-measure`.
    """
    taken, ends = in_time(state, rules, day)
    _check_regular(state, taken, rules)
    if state.extended:
        raise refused("already-extended", rules)
    if state.appraised_since is not None:
        raise refused("appraisal-running", rules)
    _check_no_part(state, taken, approver, rules)
    if until <= ends:
        raise refused("extension-not-later", rules)
    if until > longest.on:
        raise refused("extension-too-long", rules, longest=longest.on.isoformat())
    return [
        SeizureExtended(
            measure_id=taken.measure_id, document_no=document_no, approver_id=approver.id, reason=reason,
            basis=basis_of(rules, SEIZURE_POWER, SEIZURE_APPROVAL, day=day), decided_on=day, until=until,
        )
    ]  # fmt: skip


def begin_appraisal(state: Seizure, appraisal: str, expected_until: date, rules: Rules, day: date) -> list[Event]:
    """Stop the clock while something is tested or appraised, for a time that is stated and told (行政强制法 25 ¶3).

    Refused as `in_time` does; `appraisal-running`, `appraisal-end-past`.
    """
    taken, _ = in_time(state, rules, day)
    if state.appraised_since is not None:
        raise refused("appraisal-running", rules)
    if expected_until < day:
        raise refused("appraisal-end-past", rules)
    return [AppraisalBegun(measure_id=taken.measure_id, appraisal=appraisal, begun_on=day, expected_until=expected_until)]


def end_appraisal(state: Seizure, result: str, rules: Rules, day: date) -> list[Event]:
    """Let the clock run again: the days since it stopped are added.

    Refused as `held` does; `no-appraisal`, `ends-before-it-began`.
    """
    taken = held(state, rules)
    if state.appraised_since is None or state.until is None:
        raise refused("no-appraisal", rules)
    if day < state.appraised_since:
        raise refused("ends-before-it-began", rules)
    return [
        AppraisalEnded(
            measure_id=taken.measure_id, ended_on=day, result=result, until=state.until + (day - state.appraised_since)
        )
    ]


def decide(
    state: Seizure, decisions: tuple[SeizedArticle, ...], approver: Approver, document_no: str, rules: Rules, day: date
) -> list[Event]:
    """Decide what becomes of articles. Refused as `in_time`, `check_known` do; `own-measure`, `not-regularised`."""
    taken, _ = in_time(state, rules, day)
    _check_regular(state, taken, rules)
    _check_no_part(state, taken, approver, rules)
    check_known([decision.article_id for decision in decisions], state.remaining, rules)
    decided = {decision.article_id for decision in decisions}
    return [
        SeizureDecided(
            measure_id=taken.measure_id, document_no=document_no, approver_id=approver.id, decisions=decisions,
            decided_on=day, remaining=tuple(one for one in state.remaining if one not in decided),
        )
    ]  # fmt: skip


def lift(state: Seizure, reason: str, receipt: Receipt, rules: Rules, day: date) -> list[Event]:
    """Give back everything that is still held. Refused `not-carried-out`, `measure-ended`, and as `check_signed` does."""
    if state.taken is None:
        raise refused("not-carried-out", rules)
    if not state.remaining:
        raise refused("measure-ended", rules)
    check_signed(receipt, rules)
    return [
        SeizureLifted(measure_id=state.taken.measure_id, lifted_on=day, reason=reason, articles=state.remaining, receipt=receipt)
    ]


def miss_regularisation(state: Seizure, by: datetime) -> list[Event]:
    """Note that it was not approved in time; nothing if it was, or if it has ended, or must be lifted already."""
    taken = state.taken
    if taken is None or taken.regularise_by != by or state.regularised or state.must_be_lifted or not state.remaining:
        return []
    return [SeizureNotRegularised(measure_id=taken.measure_id, ground="not-in-time", opinion=None)]


def miss_appraisal(state: Seizure, expected_until: date) -> list[Event]:
    """Note that an appraisal takes longer than was told; nothing if it ended, or nothing is held any more."""
    if state.taken is None or state.appraised_since is None or state.appraisal_until != expected_until or not state.remaining:
        return []
    return [AppraisalOverdue(measure_id=state.taken.measure_id, expected_until=expected_until)]


def expire(state: Seizure, until: date) -> list[Event]:
    """Note that its time has passed; nothing if another day holds now, an appraisal runs, or nothing is held any more."""
    if state.taken is None or state.until != until or state.appraised_since is not None or state.must_be_lifted:
        return []
    return [SeizureExpired(measure_id=state.taken.measure_id, until=until, articles=state.remaining)] if state.remaining else []

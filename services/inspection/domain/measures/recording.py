"""How acts of investigation are recorded: by whom, signed by whom, in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from chassis.domain import Event, day_of
from services.inspection.domain.events import CheckedInOfficer
from services.inspection.domain.inspection import Certificates, InspectionState, present
from services.inspection.domain.measures.parts import SAMPLING, Article, basis_of, begun, check_articles, visited
from services.inspection.domain.measures.records import (
    AppraisalAnswered,
    AppraisalCommissioned,
    Attested,
    QuestionAnswered,
    QuestioningNotified,
    QuestioningRecorded,
    Record,
    RecordSigned,
    SamplingRecorded,
    SiteExamined,
    enough,
    recorded,
)
from services.inspection.domain.refusals import refused
from services.inspection.domain.rules import Rules
from services.inspection.domain.signing import Receipt, check_signed


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Who of the organ took part, which of them have signed, and who of the other side has."""

    officers: tuple[CheckedInOfficer, ...]
    signed: tuple[str, ...]
    receipt: Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Samples as they were taken."""

    place: str
    purpose: str
    samples: tuple[Article, ...]
    done: Done


@dataclass(frozen=True, slots=True, kw_only=True)
class Commission:
    """What an institute is asked."""

    institute: str
    articles: tuple[Article, ...]
    matter: str
    due_on: date
    of_measure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Summon:
    """Who is to be questioned where and when."""

    person: str
    matter: str
    come_at: datetime
    come_to: str
    bring: tuple[str, ...]
    receipt: Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A questioning as it was written down; `nth` counts those of this person, `previous` is the one before."""

    nth: int
    previous: str | None
    begun_at: datetime
    ended_at: datetime
    place: str
    person: str
    position: str | None
    asked_by: str
    recorded_by: str
    told_rights: bool
    dialogue: tuple[QuestionAnswered, ...]
    pages: int
    pages_signed: int
    done: Done


@dataclass(frozen=True, slots=True, kw_only=True)
class Examine:
    """An examination as it was written down."""

    begun_at: datetime
    ended_at: datetime
    place: str
    weather: str | None
    party: str | None
    invited: str | None
    recorded_by: str
    found: str
    photos: tuple[str, ...]
    done: Done


def sample(
    measure_id: str, inspection: InspectionState, command: Sample, certificates: Certificates, document_no: str, rules: Rules,
    at: datetime,
) -> list[Event]:  # fmt: skip
    """Record samples (rules `two-officers`, `evidence-sampling`). Refused as `present`, `check_signed`, `check_articles` do."""
    home = begun(measure_id, visited(inspection, rules))
    _check_done(command.done, certificates, rules, day_of(at))
    check_articles(command.samples, rules)
    return [
        SamplingRecorded(
            measure_id=home.measure_id, inspection_id=home.inspection_id, enterprise_id=home.enterprise_id,
            organ_id=home.organ_id, document_no=document_no, sampled_at=at, place=command.place, purpose=command.purpose,
            samples=command.samples, basis=basis_of(rules, SAMPLING, day=day_of(at)), officers=command.done.officers,
            signed=command.done.signed, complete=enough(command.done.signed, rules), receipt=command.done.receipt,
        )
    ]  # fmt: skip


def commission(
    measure_id: str, inspection: InspectionState, command: Commission, document_no: str, rules: Rules, day: date
) -> list[Event]:
    """Ask an institute to appraise things. Refused as `check_articles` does; `not-checked-in`, `due-before-commission`."""
    home = begun(measure_id, visited(inspection, rules))
    check_articles(command.articles, rules)
    if command.due_on < day:
        raise refused("due-before-commission", rules)
    return [
        AppraisalCommissioned(
            measure_id=home.measure_id, inspection_id=home.inspection_id, enterprise_id=home.enterprise_id,
            organ_id=home.organ_id, document_no=document_no, commissioned_on=day, institute=command.institute,
            articles=command.articles, matter=command.matter, due_on=command.due_on, of_measure=command.of_measure,
        )
    ]  # fmt: skip


def receive_appraisal(state: Record, opinion: str, evidence: str | None, rules: Rules, day: date) -> list[Event]:
    """Note the institute's opinion, once. Refused `no-appraisal`, `appraisal-already-answered`."""
    fact = recorded(state)
    if not isinstance(fact, AppraisalCommissioned):
        raise refused("no-appraisal", rules)
    if state.answer is not None:
        raise refused("appraisal-already-answered", rules)
    return [AppraisalAnswered(measure_id=fact.measure_id, answered_on=day, opinion=opinion, evidence=evidence)]


def summon(
    measure_id: str, inspection: InspectionState, command: Summon, document_no: str, rules: Rules, at: datetime
) -> list[Event]:
    """Tell somebody to come and be questioned. Refused as `check_signed` does; `not-checked-in`, `come-in-the-past`."""
    home = begun(measure_id, visited(inspection, rules))
    check_signed(command.receipt, rules)
    if command.come_at < at:
        raise refused("come-in-the-past", rules)
    return [
        QuestioningNotified(
            measure_id=home.measure_id, inspection_id=home.inspection_id, enterprise_id=home.enterprise_id,
            organ_id=home.organ_id, document_no=document_no, notified_on=day_of(at), person=command.person,
            matter=command.matter, come_at=command.come_at, come_to=command.come_to, bring=command.bring,
            receipt=command.receipt,
        )
    ]  # fmt: skip


def question(
    measure_id: str, inspection: InspectionState, command: Question, before: Record | None, certificates: Certificates,
    rules: Rules, at: datetime,
) -> list[Event]:  # fmt: skip
    """Record a questioning (rules `two-officers`, `show-certificate`); `before` is the one that it names as the previous one.

    Refused as `present`, `check_signed` do; `not-an-officer-of-it`, `same-officer-asks-and-records`, `questioning-out-of-turn`,
    `ends-before-it-began`, `pages-unsigned`.
    """
    home, done = begun(measure_id, visited(inspection, rules)), command.done
    _check_done(done, certificates, rules, day_of(at))
    _check_among(done.officers, (command.asked_by, command.recorded_by), rules)
    if command.asked_by == command.recorded_by:
        raise refused("same-officer-asks-and-records", rules)
    _check_turn(command, before, home.inspection_id, rules)
    _check_span(command.begun_at, command.ended_at, rules)
    wanted = command.pages if done.receipt.signed_by else 0
    if command.pages_signed != wanted:
        raise refused("pages-unsigned", rules, pages=command.pages, signed=command.pages_signed)
    return [
        QuestioningRecorded(
            measure_id=home.measure_id, inspection_id=home.inspection_id, enterprise_id=home.enterprise_id,
            organ_id=home.organ_id, nth=command.nth, previous=command.previous, begun_at=command.begun_at,
            ended_at=command.ended_at, place=command.place, person=command.person, position=command.position,
            asked_by=command.asked_by, recorded_by=command.recorded_by, told_rights=command.told_rights,
            dialogue=command.dialogue, pages=command.pages, pages_signed=command.pages_signed, officers=done.officers,
            signed=done.signed, complete=enough(done.signed, rules), receipt=done.receipt,
        )
    ]  # fmt: skip


def examine(
    measure_id: str, inspection: InspectionState, command: Examine, certificates: Certificates, document_no: str, rules: Rules,
    at: datetime,
) -> list[Event]:  # fmt: skip
    """Record the examination of a site (rule `two-officers`).

    Refused as `present`, `check_signed` do; `not-an-officer-of-it`, `ends-before-it-began`.
    """
    home, done = begun(measure_id, visited(inspection, rules)), command.done
    _check_done(done, certificates, rules, day_of(at))
    _check_among(done.officers, (command.recorded_by,), rules)
    _check_span(command.begun_at, command.ended_at, rules)
    return [
        SiteExamined(
            measure_id=home.measure_id, inspection_id=home.inspection_id, enterprise_id=home.enterprise_id,
            organ_id=home.organ_id, document_no=document_no, begun_at=command.begun_at, ended_at=command.ended_at,
            place=command.place, weather=command.weather, party=command.party, invited=command.invited,
            recorded_by=command.recorded_by, found=command.found, photos=command.photos, officers=done.officers,
            signed=done.signed, complete=enough(done.signed, rules), receipt=done.receipt,
        )
    ]  # fmt: skip


def sign(state: Record, officer_id: str, signer: str, rules: Rules, day: date) -> list[Event]:
    """Add the signature of an officer who took part, given by that officer (`signer`); nothing if it is there.

    Refused `no-signatures`, `not-an-officer-of-it`, `signature-of-another`.
    """
    fact = recorded(state)
    if not isinstance(fact, Attested):
        raise refused("no-signatures", rules)
    _check_among(fact.officers, (officer_id,), rules)
    if officer_id in state.signed:
        return []
    if signer != officer_id:
        raise refused("signature-of-another", rules, officer_id=officer_id)
    complete = enough({*state.signed, officer_id}, rules)
    return [RecordSigned(measure_id=fact.measure_id, officer_id=officer_id, signed_on=day, complete=complete)]


def _check_done(done: Done, certificates: Certificates, rules: Rules, day: date) -> None:
    present(done.officers, certificates, rules, day)
    _check_among(done.officers, done.signed, rules)
    check_signed(done.receipt, rules)


def _check_among(officers: Sequence[CheckedInOfficer], named: Sequence[str], rules: Rules) -> None:
    there = {officer.officer_id for officer in officers}
    for officer_id in named:
        if officer_id not in there:
            raise refused("not-an-officer-of-it", rules, officer_id=officer_id)


def _check_span(begun_at: datetime, ended_at: datetime, rules: Rules) -> None:
    if ended_at < begun_at:
        raise refused("ends-before-it-began", rules)


def _check_turn(command: Question, before: Record | None, inspection_id: str, rules: Rules) -> None:
    """The first questioning has none before it; the n-th follows the one before, of the same inspection."""
    fact = None if before is None else recorded(before)
    if fact is None and command.nth == 1:
        return
    follows = isinstance(fact, QuestioningRecorded) and fact.inspection_id == inspection_id and fact.nth == command.nth - 1
    if not follows:
        raise refused("questioning-out-of-turn", rules, nth=command.nth)

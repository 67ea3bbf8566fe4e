"""Forms 25 and 27 to 29: what a party said, the hearing from its invitation to its report."""

from __future__ import annotations

from typing import Any

from chassis.domain import day_of
from services.penalty.documents.composed.matter import (
    Matter,
    case_name,
    charged,
    facts_text,
    happened,
    name_of_party,
    officers_of,
    reached,
    required,
    said,
)
from services.penalty.documents.hearings import HearingInvitation, HearingRecord, HearingReport, StatementRecord
from services.penalty.documents.parts import Named, Opinion
from services.penalty.domain.events import StatementMade
from services.penalty.domain.hearing_events import HearingConvened, HearingHeld, HearingReported
from services.penalty.domain.rulebook import HEARING_NOTICE_PERIOD


def statement_record(matter: Matter) -> StatementRecord:
    """Form 25: what the party said last, as it was recorded; where, and who spoke for it, the officer adds."""
    made = happened(matter.case.last(StatementMade, matter.party_id), "25")
    deed = matter.deed(made)
    return StatementRecord(
        case_name=case_name(matter), party=name_of_party(matter), begun_at=deed.at, ended_at=deed.at,
        place=required(matter, "place"), speaker=Named(name=name_of_party(matter)), recorder=Named(name=deed.actor),
        organ=matter.state.organ, officers=officers_of(matter.state.officers), statement=made.text, signed_on=day_of(deed.at),
    )  # fmt: skip


def hearing_invitation(matter: Matter) -> HearingInvitation:
    """Form 27: when, where and before whom the party is heard."""
    convened = happened(matter.case.last(HearingConvened, matter.party_id), "27")
    rules = matter.rules_of(convened)
    limits = rules.section("hearing")
    least, most = limits["representatives_minimum"], limits["representatives_maximum"]
    return HearingInvitation(
        addressee=name_of_party(matter), case_name=case_name(matter), basis=(rules.cite(HEARING_NOTICE_PERIOD),),
        held_at=convened.held_at, place=convened.place, closed_reason=None if convened.public else convened.closed_reason,
        **_before(matter, convened), representatives=str(most) if least == most else f"{least}至{most}",
        absence_basis=rules.cite("hearing-absence"), reached=reached(matter), organ=matter.state.organ,
        issued_on=convened.notified_on,
    )  # fmt: skip


def number(matter: Matter) -> str:
    """The number that the invitation took."""
    return happened(matter.case.last(HearingConvened, matter.party_id), "27").document_no


def hearing_record(matter: Matter) -> HearingRecord:
    """Form 28: who was heard before whom; what was said, the officer writes (`record`)."""
    held = happened(matter.case.last(HearingHeld, matter.party_id), "28")
    convened = happened(matter.case.last(HearingConvened, matter.party_id), "28")
    return HearingRecord(
        case_name=case_name(matter), begun_at=convened.held_at, place=convened.place,
        closed_reason=None if convened.public else convened.closed_reason, applicant=Named(name=name_of_party(matter)),
        representatives=tuple(Named(name=one.name, post=one.relation) for one in held.representatives),
        **_before(matter, convened), officers=officers_of(matter.state.officers), record=required(matter, "record"),
        refusal=None if held.signed else held.unsigned_reason, signed_on=held.held_on,
    )  # fmt: skip


def hearing_report(matter: Matter) -> HearingReport:
    """Form 29: what the host tells the head; what was said at the hearing, the officer sums up (`summary`)."""
    reported = happened(matter.case.last(HearingReported, matter.party_id), "29")
    held = happened(matter.case.last(HearingHeld, matter.party_id), "29")
    convened = happened(matter.case.last(HearingConvened, matter.party_id), "29")
    charges = charged(matter, matter.state.charges_of(matter.party_id), matter.rules_of(reported))
    opinion = said(matter, reported, reported.opinion)
    return HearingReport(
        case_name=case_name(matter), party=name_of_party(matter), held_on=held.held_on, place=convened.place,
        **_before(matter, convened), case_facts=facts_text(charges), summary=required(matter, "summary"),
        opinion=Opinion(text=opinion.text, signers=opinion.signers, on=reported.reported_on),
    )  # fmt: skip


def _before(matter: Matter, convened: HearingConvened) -> dict[str, Any]:
    return {"host": Named(name=matter.name(convened.host)), "clerk": Named(name=matter.name(convened.clerk))}

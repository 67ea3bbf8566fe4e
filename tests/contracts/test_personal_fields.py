"""Of every text in an event it was decided whether it is personal: a new one fails here until somebody decided."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator

import pytest

from chassis.domain import EventType
from chassis.personal import plan_of, within
from contracts import generate

EVENTS = generate.load_events()
#: Texts that are nobody's: ids and roles (pseudonyms), codes, numbers of documents, names of organs, units, laws and forms, and
#: what the site or the act is like (docs/decisions/0018-sealed-persons.md).
NOBODYS = set(
    """
    abbreviation address advice algorithm approved_by article bank_reference basis campaign_id case_id case_no catalogue cause
    city_organ city_organ_id classified_by code confidence confirmed_by contents decided_by district document_abbreviation
    document_no drafted_by draw_id drawn duplicate enterprise_id enterprise_name equipment_id evidence expert_id expert_ids
    experts fact field fields file_name form form_version former_enterprise_id former_id graded_by hazard_id hazard_ids hazards
    holder import_id industry_code inspection_id into item item_code jurisdiction_id key_item_code kind law law_version lease_id
    level method national_code note officer_id officers opinion option option_title order_id organ organ_id override_reason
    parent pattern person place place_id plan_id pool pool_sha256 province reason record record_id referral_id report
    review_grounds reviewer rounding rulebook sector sectors seed seed_sha256 series sha256 short_name site_no source
    specialities stated_by submission_id submitted_by successors supervision_category supervision_class supervision_subcategory
    taken_by task_id uscc version withdrawn word zi
    """.split()  # noqa: SIM905 - a list would be ninety lines
)
#: Of plans, dispatch and field work: ids, texts about a district's work, names of organs.
NOBODYS |= set(
    """
    answer answered_by conclusion demonstration_id done figure filed_with guidance_id issued_by items key_added key_enterprises
    key_removed lessons module modules outcome planned problem problem_id proposed_by reference rejected_by reported_by
    suggestions supplement text topic training_id
    """.split()  # noqa: SIM905 - as above
)
#: Of single inspections: who asked, why it is urgent or goes beyond the cap (about the enterprise), the cap's code.
#: Of what the market supervision's register says otherwise: ids, how a feed is written, which way two registers differ.
NOBODYS |= {
    "conflict",
    "former_district",
    "feed_id",
    "layout",
    "layout_version",
    "others",
    "our_confidence",
    "our_source",
    "reconciliation_id",
}
NOBODYS |= {"cap", "over_cap_reason", "requested_by", "urgent_reason"}
#: Of reads: which document or evidence.
NOBODYS |= {"thing_id"}
#: Of bulletins as they were issued: ids, hashes, the template, names of ledgers, the week, reporting's signature.
NOBODYS |= {"bulletin_id", "json_sha256", "ledger", "pdf_sha256", "root", "signed_note", "week"}
#: Of a visit: ids of answers, meetings and devices, what was told and stated, why somebody was absent or no code was scanned (a
#: statement is the enterprise's, which its record shows in plain); of hazards: how they were put right, why they were closed.
NOBODYS |= set(
    """
    absent_reason advice_id answer_id answers covers how immediate_measure measures meeting_id no_code_reason notice_id omitted
    photos places recorder remark replaces reviewed_by site_code statement statement_id supervision_id told
    """.split()  # noqa: SIM905 - as above
)
#: Of devices: ids, names of devices, public keys, hashes; who sent a batch in. What a device signed is sealed for its officer.
NOBODYS |= {"command_id", "device_id", "disputed", "districts", "key_x", "key_y", "label", "uploaded_by"}
#: Of documents: ids, forms, hashes; who signs by the form's key. Facts of a document are sealed for its subject.
NOBODYS |= {"about", "by", "document_id", "facts_sha256", "file_sha256", "owner", "signatory", "supersedes", "template"}
#: Of measures: ids and numbers, what is kept, seized, sampled, cut off and why; what was asked and found (answers are sealed).
NOBODYS |= set(
    """
    amount appraisal approval_no approver_id article_id articles asked_by bring come_to condition decision_no emergency_reason
    follow_up found grounds institute kept_at lifted matter measure_id notice_no of_measure previous purpose question recorded_by
    records remaining result signed specification supplier suspension_id target target_id weather
    """.split()  # noqa: SIM905 - as above
)
#: Of loans: the organ or unit of a reader, the reader by id.
NOBODYS |= {"of_unit", "reader_id"}
#: Of limits: which step of the rulebook.
NOBODYS |= {"limit_step"}
#: Of remedies: the organ or court and its numbers; the party of a case by its id.
NOBODYS |= {"application_no", "authority", "court", "ending", "party_id", "reference_no", "termination"}
#: Of service: ids of services and officers, hashes of what shows it, a mail number, what a recipient is to the addressee.
NOBODYS |= {"confirmation", "recording", "relation", "servers", "service_id"}
NOBODYS |= {"phrase_id"}
#: Of money: whose fine (an id), statements and references of the bank, why a transfer is for no fine yet, who refused (an id).
NOBODYS |= {"party_id", "refused_by", "return_reference", "statement_id", "unmatched"}
#: Of penalties decided on the spot: ids, receipts, why cash was taken, which box is ticked. Who a person is, is sealed.
NOBODYS |= {"cash_reason", "defects", "kinds", "party_kind", "payment", "person_id", "receipt_no", "spot_id"}
#: Of cases: of what a fine is a share, and the hash of its evidence; ids of parties, members, hosts, loans; kinds of penalty,
#: steps and grounds, how a party was taught; where somebody is employed and as what (a unit and a post; the person's name, number
#: and address are sealed).
NOBODYS |= set(
    """
    approver_level base base_evidence borrower clerk closed_reason discussion_grounds education employer host intended_kinds
    keeper kinds list_sha256 loan_id member_id mitigation party_id post record_sha256 representative_id step unsigned_reason
    """.split()  # noqa: SIM905 - as above
)
#: Of an enterprise's standing: ids of cases, the window of the rulebook.
NOBODYS |= {"case_ids", "daily_case_id", "major_hazards", "window"}
#: Of publications: what everybody may read, in which natural persons are masked; of a unit its name (Published.name).
NOBODYS |= {"ending", "explanation", "facts", "result"}
#: Of transfers: to whom, by which team (ids), what the receiver answered; things that are handed over.
NOBODYS |= {"answer", "receiver", "team", "to"}
#: Of evidence: ids, types, the name of a device, who took it (an id). File names and what a transcript holds are sealed.
NOBODYS |= {"captured_by", "device", "evidence_id", "media_type", "withdrawn_by"}
#: Why a task of a draw was held back: the texts of a refusal, about a task and a year.
NOBODYS |= {"en", "zh"}
#: Names and titles are somebody's as a rule; these are not: of a unit, a jurisdiction, a place, equipment, a register field.
NAMES = {
    "Party.name",
    "JurisdictionEnded.name",
    "JurisdictionEstablished.name",
    "JurisdictionRenamed.name",
    "Place.name",
    "Equipment.name",
    "FieldValue.name",
    "EnterpriseRegistered.name",
    "Stated.name",
    "Difference.name",
    "Decided.name",
    "DocumentIssued.name",
    "SpotUnit.name",
    "Material.name",
    "Published.name",
}
TITLES = {
    "BulletinIssued.title",
    "CampaignOpened.title",
    "ChangeProposed.title",
    "CataloguePublished.title",
    "ImplementationDrafted.title",
    "PlanDrafted.title",
    "PlannedItem.title",
    "TrainingPlanned.title",
    "Factor.title",
}


def texts(cls: type) -> Iterator[tuple[type, str, bool]]:
    """Every text of an event: its class, its name, and whether it is marked as personal."""
    hints = typing.get_type_hints(cls)
    for field in dataclasses.fields(cls):
        if plan_of(cls).get(field.name) is not None:
            yield cls, field.name, True
            continue
        for inner in within(hints[field.name]):
            if dataclasses.is_dataclass(inner):
                yield from texts(inner)
            elif inner is str:
                yield cls, field.name, False


@pytest.mark.parametrize("event_type", EVENTS, ids=lambda e: e.wire)
def test_it_was_decided_whether_each_text_is_personal(event_type: EventType) -> None:
    undecided = [
        f"{cls.__name__}.{name}"
        for cls, name, marked in texts(event_type.cls)
        if not marked and name not in NOBODYS and f"{cls.__name__}.{name}" not in NAMES | TITLES
    ]
    assert undecided == [], "mark it with Personal(…), or say in this file why it is nobody's"


@pytest.mark.parametrize("event_type", EVENTS, ids=lambda e: e.wire)
def test_what_is_personal_can_be_told_apart_from_erased(event_type: EventType) -> None:
    """A sealed value and the word for erased are texts: only fields that hold texts may be marked."""
    for cls, name, marked in texts(event_type.cls):
        if marked:
            assert str in set(within(typing.get_type_hints(cls)[name])), f"{cls.__name__}.{name}"

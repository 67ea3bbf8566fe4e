"""Forms filled in from what was recorded: act → norm → provision → penalty; officers word facts, never citations or sums."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from services.penalty.documents.composed import approving, deciding, ending, filing, hearing, noticing, on_the_spot, paying
from services.penalty.documents.composed.matter import Deed, Matter

COMPOSED: Mapping[str, Callable[[Matter], Any]] = {
    "01": filing.filing_approval, "24": noticing.penalty_notice, "25": hearing.statement_record, "26": noticing.hearing_notice,
    "27": hearing.hearing_invitation, "28": hearing.hearing_record, "29": hearing.hearing_report,
    "30": approving.disposal_approval, "31": approving.discussion_record, "32": on_the_spot.unit_decision,
    "33": on_the_spot.person_decision, "34": deciding.unit_decision, "35": deciding.person_decision,
    "36": paying.payment_demand, "37": paying.surcharge_decision, "38": approving.deferral_approval,
    "39": paying.deferral_notice, "40": ending.service_receipt, "41": paying.court_demand, "42": paying.court_application,
    "43": approving.transfer_approval, "44": ending.transfer, "45": approving.extension_approval,
    "46": approving.closing_approval, "47": ending.cover, "48": ending.contents,
}  # fmt: skip
"""How each form is made of its case."""
NUMBERS: Mapping[str, Callable[[Matter], str]] = {
    "01": filing.number, "24": noticing.number, "26": noticing.number, "27": hearing.number, "32": on_the_spot.number,
    "33": on_the_spot.number, "34": deciding.number, "35": deciding.number, "36": paying.payment_demand_number,
    "37": paying.surcharge_number, "38": approving.deferral_number, "39": paying.deferral_notice_number,
    "41": paying.court_demand_number, "42": paying.court_number, "43": approving.transfer_number, "44": ending.transfer_number,
}  # fmt: skip
"""The forms whose number their step has taken; the others take the next of their series when they are issued."""
PAYMENTS_OF_ALL = "payments"
BESIDE: Mapping[str, tuple[str, ...]] = {
    "36": ("payment", "enforcement"), "37": ("payment",), "38": ("payment",), "39": ("payment",), "40": ("enforcement",),
    "41": ("payment", "enforcement", "remedy"), "42": ("payment", "enforcement", "remedy"), "43": ("transfer",),
    "44": ("transfer",),
    "46": (PAYMENTS_OF_ALL,),
}  # fmt: skip
"""What a form is made of beside the case: the party's payment and enforcement, the case's transfer, every party's payment."""
PARTY = frozenset({"postcode", "representative", "post", "phone"})
REACHED = frozenset({"organ_address", "organ_postcode", "contact", "organ_phone"})
BANK = frozenset({"bank", "account"})
APPROVAL = frozenset({"handling", "review"})
EDITABLE: Mapping[str, frozenset[str]] = {
    "01": PARTY | {"case_name", "case_facts", "review"},
    "24": REACHED,
    "25": frozenset({"place", "speaker", "recorder", "begun_at", "refusal"}),
    "26": REACHED,
    "27": REACHED | {"hearing_officers", "host", "clerk"},
    "28": frozenset({"record", "ended_at", "applicant", "hearing_officers", "host", "clerk"}),
    "29": frozenset({"summary", "hearing_officers", "host", "clerk", "approval"}),
    "30": PARTY | {"case_facts"},
    "31": frozenset({"place", "recorder"}),
    "32": PARTY | BANK,
    "33": BANK,
    "34": PARTY | BANK | {"response"},
    "35": BANK | {"response"},
    "36": BANK | REACHED | {"which"},
    "37": BANK | {"which"},
    "38": PARTY | APPROVAL,
    "39": BANK | {"which"},
    "40": frozenset({"case_name", "places", "remark"}),
    "41": BANK | REACHED,
    "42": PARTY | REACHED | {"organ_head", "attachments"},
    "43": frozenset({"review"}),
    "44": frozenset({"pages"}),
    "45": APPROVAL,
    "46": PARTY | APPROVAL,
    "47": frozenset({"archive_no"}),
    "48": frozenset({"pages"}),
}
"""What an officer may fill in or word otherwise: facts that no event tells, never citations, sums, items or days."""

__all__ = ["BESIDE", "COMPOSED", "EDITABLE", "NUMBERS", "PAYMENTS_OF_ALL", "Deed", "Matter"]

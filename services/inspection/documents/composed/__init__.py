"""Forms filled in from what was recorded: item → fact → norm → measure; officers word facts, never citations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from services.inspection.documents.composed.inspecting import (
    inspection_plan,
    inspection_record,
    re_inspection_opinion,
    rectification_order,
)
from services.inspection.documents.composed.keepings import (
    disposal_approval,
    keeping_approval,
    keeping_decision,
    keeping_notice,
)
from services.inspection.documents.composed.matter import Known, Matter
from services.inspection.documents.composed.onsite import decision_on_site
from services.inspection.documents.composed.recorded import (
    appraisal_request,
    examination_record,
    questioning_notice,
    questioning_record,
    sampling_voucher,
)
from services.inspection.documents.composed.seizures import (
    coercion_approval,
    seizure_decision,
    seizure_disposal,
    seizure_extension,
    seizure_list,
)
from services.inspection.documents.composed.serving import service_receipt
from services.inspection.documents.composed.supply_cuts import resumption_notice, stop_decision, stop_notice
from services.inspection.domain.measures.measure import MeasureState

COMPOSED: Mapping[str, Callable[[Matter], Any]] = {
    "02": inspection_plan, "03": inspection_record, "05": rectification_order, "06": re_inspection_opinion,
    "40": service_receipt,
}  # fmt: skip
"""The forms that are filled in from the inspection and its documents, by their numbers."""
MEASURED: Mapping[str, Callable[[Matter, MeasureState], Any]] = {
    "04": decision_on_site, "07": coercion_approval, "08": seizure_decision, "09": seizure_list, "10": seizure_extension,
    "11": seizure_disposal, "12": stop_notice, "13": stop_decision, "14": resumption_notice, "15": questioning_notice,
    "16": questioning_record, "17": examination_record, "18": sampling_voucher, "19": keeping_approval, "20": keeping_notice,
    "21": disposal_approval, "22": keeping_decision, "23": appraisal_request,
}  # fmt: skip
"""The forms that are filled in from the measure that they are about, by their numbers; the others are filled in by people."""
EDITABLE: Mapping[str, frozenset[str]] = {
    "02": frozenset({"address", "contact", "industry", "until", "remark", "approval", "review"}),
    "03": frozenset({"address", "head", "post", "phone", "findings"}),
    "04": frozenset({"refusal"}),
    "05": frozenset({"refusal"}),
    "06": frozenset({"opinion", "refusal"}),
    "07": frozenset({"case_name", "case_facts", "organisation", "review"}),
    "08": frozenset(),
    "09": frozenset({"refusal"}),
    "10": frozenset(),
    "11": frozenset(),
    "12": frozenset(),
    "13": frozenset(),
    "14": frozenset({"complied_on", "from_at"}),
    "15": frozenset({"organ_address", "contact", "phone"}),
    "16": frozenset({"person", "present", "subject"}),
    "17": frozenset({"parties", "invitee"}),
    "18": frozenset({"address", "phone", "postcode", "begun_at"}),
    "19": frozenset({"case_name", "case_facts", "party", "keeping", "department", "review"}),
    "20": frozenset({"answered_at", "suspicion"}),
    "21": frozenset({"case_name", "case_facts", "party", "handling", "department", "review", "approval"}),
    "22": frozenset(),
    "23": frozenset({"contact", "phone"}),
    "40": frozenset({"case_name", "remark"}),
}
"""What an officer may fill in or word otherwise in them: facts, never citations, items or days that were recorded."""

__all__ = ["COMPOSED", "EDITABLE", "MEASURED", "Known", "Matter"]

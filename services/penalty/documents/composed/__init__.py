"""Forms filled in from what was recorded: act → norm → provision → penalty; officers word facts, never citations or sums."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from services.penalty.documents.composed import deciding, filing, noticing
from services.penalty.documents.composed.matter import Deed, Matter

COMPOSED: Mapping[str, Callable[[Matter], Any]] = {
    "01": filing.filing_approval, "24": noticing.penalty_notice, "26": noticing.hearing_notice, "34": deciding.unit_decision,
    "35": deciding.person_decision,
}  # fmt: skip
"""How each form is made of its case."""
NUMBERS: Mapping[str, Callable[[Matter], str]] = {
    "01": filing.number, "24": noticing.number, "26": noticing.number, "34": deciding.number, "35": deciding.number,
}  # fmt: skip
"""The forms whose number their step has taken; the others take the next of their series when they are issued."""
PARTY = frozenset({"postcode", "representative", "post", "phone"})
REACHED = frozenset({"organ_address", "organ_postcode", "contact", "organ_phone"})
EDITABLE: Mapping[str, frozenset[str]] = {
    "01": PARTY | {"case_name", "case_facts", "review"},
    "24": REACHED,
    "26": REACHED,
    "34": PARTY | {"bank", "account", "response"},
    "35": frozenset({"bank", "account", "response"}),
}
"""What an officer may fill in or word otherwise: facts that no event tells, never citations, sums, items or days."""

__all__ = ["COMPOSED", "EDITABLE", "NUMBERS", "Deed", "Matter"]

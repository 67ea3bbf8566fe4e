"""What the registry's events do to jurisdictions and sites."""

from __future__ import annotations

from typing import Any

from services.reporting.projections import readers as r
from services.reporting.projections.fold import Changes, Fold, Folded, Told, by, takes
from services.reporting.queries.terms import ENDLESS, days_after

SITES = "fact_enterprises"
ALWAYS = "1900-01-01"  # since when a jurisdiction is valid whose beginning nobody told
SITE = by("enterprise_id")
OF_FIELDS = {"legal_representative": "head_on", "safety_head": "safety_head_on", "staff": "staff_on"}


def _jurisdiction(told: Told) -> Changes:
    e = told.e
    return {
        "jurisdiction_id": e.jurisdiction_id, "name": e.name, "kind": e.kind, "parent": e.parent,
        "national_code": e.national_code, "valid_from": e.valid_from, "valid_to": e.valid_to,
        "valid_since": e.valid_from or ALWAYS, "valid_until": days_after(e.valid_to or ENDLESS, 1),
    }  # fmt: skip


def _registered(told: Told) -> Changes:
    e, day = told.e, told.day
    known = {
        "head_on": e.legal_representative, "safety_head_on": e.safety_head, "staff_on": e.staff, "places_on": e.places,
        "equipment_on": e.equipment,
    }  # fmt: skip
    return {
        "enterprise_id": e.enterprise_id, "name": e.name, "uscc": e.uscc, "site_no": e.site_no, "sector": e.sector,
        "merged_into": None, "registered_on": day, "ended_on": ENDLESS, "grade": None, "standard": None, "standard_on": None,
        "graded_on": None, "confirmed_on": None, **{column: day if value else None for column, value in known.items()},
    }  # fmt: skip


def _amended(told: Told) -> Changes:
    """The name, and since when what of the file is known."""
    changes: dict[str, Any] = {}
    for one in told.e.fields:
        if one.name == "name":
            changes["name"] = one.value
        elif (column := OF_FIELDS.get(one.name)) is not None:
            changes[column] = (told.row[column] or told.day) if one.value not in (None, "") else None
    return changes | {OF_FIELDS[name]: None for name in told.e.withdrawn if name in OF_FIELDS}


def _since(column: str) -> Fold:
    """The site has one of these from now on, unless it had before."""
    return Fold(SITES, SITE, lambda told: {column: told.row[column] or told.day})


def _graded(told: Told) -> Changes:
    return {"grade": told.e.grade, "graded_on": told.row["graded_on"] or told.e.graded_on}


def _standard(told: Told) -> Changes:
    return {"standard": told.e.grade, "standard_on": told.row["standard_on"] or told.day}


def _merged(told: Told) -> Changes:
    return {"merged_into": told.e.into, "ended_on": min(told.row["ended_on"], told.day)}


def _of_site(reader: type, change: Any) -> Folded:
    return Folded(reader, (Fold(SITES, SITE, change),))


JURISDICTION = by("jurisdiction_id")
FOLDS = {
    "casetrail.registry.jurisdiction-established.v1": Folded(
        r.Jurisdiction, (Fold("fact_jurisdictions", JURISDICTION, _jurisdiction, begins=True),)
    ),
    "casetrail.registry.jurisdiction-renamed.v1": Folded(
        r.Jurisdiction, (Fold("fact_jurisdictions", JURISDICTION, _jurisdiction),)
    ),
    "casetrail.registry.jurisdiction-ended.v1": Folded(
        r.Jurisdiction, (Fold("fact_jurisdictions", JURISDICTION, _jurisdiction),)
    ),
    "casetrail.registry.enterprise-registered.v1": Folded(
        r.EnterpriseRegistered, (Fold(SITES, SITE, _registered, begins=True),)
    ),
    "casetrail.registry.profile-amended.v1": _of_site(r.FileChanged, _amended),
    "casetrail.registry.duplicate-absorbed.v1": _of_site(r.FileChanged, _amended),
    "casetrail.registry.enterprise-merged.v1": _of_site(r.EnterpriseMerged, _merged),
    "casetrail.registry.enterprise-moved.v1": _of_site(r.EnterpriseMoved, takes("district")),
    "casetrail.registry.enterprise-closed.v1": _of_site(
        r.EnterpriseClosed, lambda told: {"ended_on": told.e.closed_on}
    ),
    "casetrail.registry.enterprise-reopened.v1": _of_site(
        r.OfEnterprise, lambda told: {} if told.row["merged_into"] else {"ended_on": ENDLESS}
    ),
    "casetrail.registry.risk-graded.v1": _of_site(r.RiskGraded, _graded),
    "casetrail.registry.standardisation-graded.v1": _of_site(r.StandardGraded, _standard),
    "casetrail.registry.place-added.v1": Folded(r.OfEnterprise, (_since("places_on"),)),
    "casetrail.registry.equipment-added.v1": Folded(r.OfEnterprise, (_since("equipment_on"),)),
    "casetrail.registry.confirmed-on-site.v1": Folded(r.OfEnterprise, (_since("confirmed_on"),)),
}  # fmt: skip

"""Inspection's forms on paper: what facts each needs, and how it is laid out. Nothing here decides or remembers anything."""

from __future__ import annotations

from typing import Any

from services.inspection.documents import evidence, files, orders, plans, records, seizure, supply, visits
from services.inspection.documents.form import Form

GROUPS = (plans, records, orders, seizure, supply, evidence, files, visits)
FORMS: dict[str, Form[Any]] = {
    form.no: form for form in sorted((form for group in GROUPS for form in group.FORMS), key=lambda form: (form.edition, form.no))
}
"""Every form by its number: `02` to `48` of the 2016 edition, `2025-1` to `2025-7`."""

__all__ = ["FORMS", "Form"]

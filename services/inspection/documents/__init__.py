"""Inspection's forms on paper: what facts each needs, and how it is laid out. Nothing here decides or remembers anything."""

from __future__ import annotations

from typing import Any

from services.inspection.documents import orders
from services.inspection.documents.form import Form

FORMS: dict[str, Form[Any]] = {form.no: form for form in (*orders.FORMS,)}
"""Every form by its number."""

__all__ = ["FORMS", "Form"]

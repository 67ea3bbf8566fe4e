"""The forms of penalty on paper: what facts each needs, and how it is laid out. Nothing here decides or remembers anything."""

from __future__ import annotations

from typing import Any

from services.penalty.documents import approvals, decisions, files, hearings, money, notices
from services.penalty.documents.form import Form

GROUPS = (approvals, notices, hearings, decisions, money, files)
FORMS: dict[str, Form[Any]] = {
    form.no: form for form in sorted((form for group in GROUPS for form in group.FORMS), key=lambda form: form.no)
}
"""Every form by its number in the 2016 edition, `01` to `48`."""

__all__ = ["FORMS", "Form"]

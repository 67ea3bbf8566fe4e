"""What the registry's worker follows (penalty, whose filed cases keep persons from being erased) and fires (grades to review)."""

from __future__ import annotations

from chassis.deadlines import Fire
from services.registry.commands import site_files
from services.registry.projections import GRADE_REVIEW

SOURCES: tuple[str, ...] = ("penalty",)
FIRES: dict[str, Fire] = {GRADE_REVIEW: site_files.fire_grade_review}

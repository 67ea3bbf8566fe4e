"""What the registry's worker follows (who files cases, which keep persons from being erased; who takes numbers) and fires."""

from __future__ import annotations

from chassis.deadlines import Fire
from services.registry.commands import site_files
from services.registry.projections import GRADE_REVIEW

SOURCES: tuple[str, ...] = ("penalty", "inspection")
FIRES: dict[str, Fire] = {GRADE_REVIEW: site_files.fire_grade_review}

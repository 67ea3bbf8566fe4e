"""What inspection's forms have in common: where their templates are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, TypeVar

from chassis import forms

F = TypeVar("F")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form(forms.Form[F]):
    """A form of the inspection service."""

    service: ClassVar[str] = "inspection"
    folder: ClassVar[Path] = Path(__file__).parent / "typst"

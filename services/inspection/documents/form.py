"""What a form is: its number and name, the facts it needs, who signs it, and the version of its template."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from pydantic import TypeAdapter

from chassis.rendering import Image, Rendered, Renderer, Template, installed

F = TypeVar("F")
Edition = Literal["2016", "2025"]
Confidence = Literal["found", "name-found", "recalled-medium"]
"""`found`: the official text was read. `name-found`: its name and what it must contain were; the text is ours. `recalled-medium`:
it is known by its function only, name and text are ours."""

TYPST = Path(__file__).parent / "typst"
PLACE = re.compile(r"-\d+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form(Generic[F]):
    """One form. `zi` is the word in its document numbers (None: it has none of its own); `signatories` are the keys of the
    pictures it can take, of which several of a kind are counted (`officer-1`, `officer-2`)."""

    no: str
    name: str
    zi: str | None
    facts: type[F]
    signatories: tuple[str, ...] = ()
    edition: Edition = "2016"
    confidence: Confidence = "found"
    version: int = 1

    @property
    def template(self) -> Template:
        """How it is laid out, in its newest version."""
        return Template(f"inspection/{self.no}", self.version, TYPST, f"{self.no}.typ")

    def read(self, members: Mapping[str, Any]) -> F:
        """Facts from JSON members; pydantic's ValidationError if one is missing, of another kind or unknown."""
        return TypeAdapter(self.facts).validate_python(dict(members), extra="forbid")

    def render(
        self, facts: F, number: str, at: datetime, images: Mapping[str, Image] | None = None, by: Renderer | None = None
    ) -> Rendered:
        """The document as PDF/A. Blocking: call it in a thread. Refused as `chassis.rendering.Renderer.render` says."""
        self.check_images(images or {})
        return (by or installed()).render(self.template, facts, number, at, images)

    def check_images(self, images: Mapping[str, Image]) -> None:
        """ValueError if there is a picture of somebody who does not sign this form."""
        if strangers := {name for name in images if PLACE.sub("", name) not in self.signatories}:
            raise ValueError(f"form {self.no} has no place for {', '.join(sorted(strangers))}")

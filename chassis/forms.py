"""A service's form on paper: its number and name, the facts it needs, who signs it, and the version of its template."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Generic, Literal, TypeVar

from pydantic import TypeAdapter

from chassis.rendering import Image, Rendered, Renderer, Template, installed

F = TypeVar("F")
Edition = Literal["2016", "2025"]
Confidence = Literal["found", "name-found", "recalled-medium"]
"""`found`: the official text was read. `name-found`: its name and what it must contain were; the text is ours. `recalled-medium`:
it is known by its function only, name and text are ours."""

PLACE = re.compile(r"-\d+$")
SEVERAL = {"officer": "officers", "examiner": "examiners", "attendee": "members"}
"""Who sign one by one, and the fact that lists them."""
DEEPEST = 8  # lists and objects within each other; the facts of no form go as deep
OF_THE_PARTY = frozenset({"site-head", "unit-head", "party", "person-asked", "speaker"})
"""Who may refuse; the facts then say so (`refusal`), and a witness signs instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form(Generic[F]):
    """One form of a service, which says where its templates are.

    `zi` is the word in its document numbers (None: it has none of its own); `signatories` are the keys of the pictures it can
    take, of which several of a kind are counted (`officer-1`, `officer-2`).
    """

    service: ClassVar[str]
    folder: ClassVar[Path]
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
        return Template(f"{self.service}/{self.no}", self.version, self.folder, f"{self.no}.typ")

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
        if strangers := sorted(name for name in images if not self.takes(name)):
            raise ValueError(f"文书 {self.no} 没有 {'、'.join(strangers)} 的签名位置，只有 {'、'.join(self.signatories) or '无'}")

    def takes(self, signatory: str) -> bool:
        """Whether the form has a place for this signatory; those of several are counted (`officer-2`)."""
        return PLACE.sub("", signatory) in self.signatories

    def expected(self, facts: Mapping[str, Any]) -> tuple[str, ...]:
        """Who must sign a form with these facts (JSON members), each by the key of a picture.

        All its places but a sketch's, an invitee's if nobody was invited, and either the party's or a witness's.
        """
        refusal, keys = facts.get("refusal") is not None, []
        for kind in self.signatories:
            left_out = kind == "sketch" or (kind == "invitee" and facts.get("invitee") is None)
            if left_out or (kind == "witness" and not refusal) or (kind in OF_THE_PARTY and refusal):
                continue
            listed = facts.get(SEVERAL.get(kind, ""))
            several = len(listed) if isinstance(listed, list | tuple) else 1
            keys += [kind] if several < 2 else [f"{kind}-{place}" for place in range(1, several + 1)]
        return tuple(keys)

    def missing(self, facts: Mapping[str, Any], there: Collection[str]) -> tuple[str, ...]:
        """Who of the expected has not signed; of several of a kind as many as are lacking, whatever they were counted as."""
        wanted = self.expected(facts)
        spare = Counter(PLACE.sub("", key) for key in there if key not in wanted)
        lacking = []
        for key in wanted:
            if key in there:
                continue
            if spare[PLACE.sub("", key)] > 0:
                spare[PLACE.sub("", key)] -= 1
            else:
                lacking.append(key)
        return tuple(lacking)


def too_deep(facts: Any) -> bool:
    """Whether lists and objects stand within each other deeper than any form's, before anything follows them down the stack."""
    level = [facts]
    for _ in range(DEEPEST):
        level = [one for outer in level for one in (outer.values() if isinstance(outer, Mapping) else outer)]
        level = [one for one in level if isinstance(one, Mapping | list)]
    return bool(level)

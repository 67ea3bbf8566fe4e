"""Samples of a service's forms, for whoever works on a template: ordinary, as full as they come, without what may be left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from datetime import UTC, datetime
from itertools import cycle, islice
from typing import Any, Literal

from chassis.forms import Form
from chassis.rendering import Image, Strokes

AT = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)
MANY, FEW = 30, 3
SIGNATURE = Strokes([[(0, 40), (40, 0), (80, 80), (120, 20), (180, 70)], [(60, 10), (70, 90)], [(110, 60), (190, 55)]])
UNSIGNED = frozenset({"seal", "unit-head", "witness", "sketch"})
"""Who has no picture in a sample: there is no seal, and where a refusal stands nobody has signed."""

Kind = Literal["ordinary", "full", "sparse"]


def _as_it_is(grown: dict[str, Any]) -> dict[str, Any]:
    return grown


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """A service's forms with made-up facts of each. `number` is a number with a place for the word of the form.

    Full facts have `long` texts by the name of their field (`text` is that of items), of whatever there may be many of thirty,
    but of `scarce` fields a few; `fitted` corrects what then does not fit. `counted`: how many of a kind sign.
    """

    forms: Mapping[str, Form[Any]]
    facts: Mapping[str, Any]
    number: str
    own_numbers: Mapping[str, str]
    long: Mapping[str, str]
    scarce: frozenset[str]
    counted: Mapping[str, int]
    fitted: Callable[[dict[str, Any]], dict[str, Any]] = field(default=_as_it_is)

    def of(self, kind: str, form: Form[Any]) -> Any:
        """The facts of a form, of a kind (`Kind`)."""
        return {"ordinary": self.ordinary, "full": self.full, "sparse": self.sparse}[kind](form)

    def ordinary(self, form: Form[Any]) -> Any:
        """A document as there are many."""
        return self.facts[form.no]

    def sparse(self, form: Form[Any]) -> Any:
        """The same with nothing in it that may be left out."""
        sample = self.ordinary(form)
        return replace(sample, **{one.name: one.default for one in fields(sample) if one.default is not MISSING})

    def full(self, form: Form[Any]) -> Any:
        """The same with long names, and thirty of whatever there may be many of."""
        sample = self.ordinary(form)
        grown = {one.name: self._grown(one, getattr(sample, one.name)) for one in fields(sample)}
        return replace(sample, **self.fitted(grown))

    def _grown(self, one: Field[Any], value: Any) -> Any:
        if isinstance(value, str):
            return self.long.get(one.name, value)
        if isinstance(value, tuple) and value:
            many = max(FEW, len(value)) if one.name in self.scarce else MANY
            return tuple(self._long(each) if place % 2 else each for place, each in enumerate(islice(cycle(value), many)))
        return value

    def _long(self, item: Any) -> Any:
        return replace(item, text=self.long["text"]) if hasattr(item, "text") else item

    def number_of(self, form: Form[Any]) -> str:
        """A number as the form's documents have it; empty if it has none of its own."""
        return self.number.replace("{zi}", form.zi) if form.zi else self.own_numbers.get(form.no, "")

    def images_of(self, form: Form[Any]) -> dict[str, Image]:
        """A signature of everybody who signs."""
        keys = [key for key in form.signatories if key not in UNSIGNED]
        return {
            (f"{key}-{place}" if key in self.counted else key): SIGNATURE
            for key in keys
            for place in range(1, self.counted.get(key, 1) + 1)
        }

"""What questions are answered, for the description of a service and whoever makes a client of it.

Answers are written from rows and states as they are, and no model is run over them: tests hold them to what is described.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Generic, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model

Row = TypeVar("Row")


class Told(BaseModel):
    """An answer: these fields, and no others."""

    model_config = ConfigDict(extra="forbid")


class Page(Told, Generic[Row]):
    """A page of a list."""

    items: list[Row]
    """The rows."""
    next: str | None
    """The cursor of the page after it; null at the end."""


class Items(Told, Generic[Row]):
    """A list that has no pages."""

    items: list[Row]


class Also(Told):
    """What else stands against a step."""

    code: str
    reason: str
    reason_en: str
    article: str | None
    facts: dict[str, Any]


class OfferedStep(Told):
    """A step that is permitted."""

    name: str
    """Its stable name."""
    title: str
    """Its Chinese title."""
    title_en: str
    path: str
    """Where it is posted, as the description writes it."""
    role: str
    """By which role."""
    article: str | None
    """On which article it rests."""
    party_id: str | None
    values: dict[str, str]
    """What fills the path."""
    known: dict[str, Any]
    """Fields that its form begins with."""
    makes: str | None
    """The field that names what comes to be, under an id that the sender makes."""
    version: int | None
    """What If-Match speaks of, where the command wants it."""


class RefusedStep(OfferedStep):
    """A step that is not permitted, and why."""

    code: str
    reason: str
    reason_en: str
    facts: dict[str, Any]
    also: list[Also]


class Stepped(Told):
    """What may be done next, and what not and why."""

    next_steps: list[OfferedStep]
    forbidden_steps: list[RefusedStep]


class Versioned(Told):
    """An aggregate: with its version, for If-Match."""

    version: int


class Matter(Stepped):
    """An aggregate, and what may be done with it now; nothing in the past."""

    version: int
    """For If-Match."""


def answer_of(name: str, what: str, base: type[Told], state: type[Any], left_out: frozenset[str] = frozenset()) -> type[Told]:
    """An answer that has the fields of a state or an event, and those of `base`, which goes before; `what` describes it."""
    hints = get_type_hints(state, include_extras=True)
    given: dict[str, Any] = {}
    for field in fields(state):
        if field.name in left_out or field.name in base.model_fields:
            continue
        taken = hasattr(base, field.name)  # by what every model has
        given[f"{field.name}_" if taken else field.name] = (hints[field.name], Field(alias=field.name) if taken else ...)
    return create_model(name, __base__=base, __doc__=what, __module__=base.__module__, **given)


def told(model: Any) -> dict[int | str, dict[str, Any]]:
    """How a route says that this is what it answers."""
    return {200: {"model": model}}

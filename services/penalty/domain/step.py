"""A step of the procedure, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chassis.domain import Actor, Event, Refused
from services.penalty.domain.case import CaseState
from services.penalty.domain.facts import Facts
from services.penalty.domain.following import Due

SOMEBODY = Actor(id="", name="", role="")
Probe = Callable[[CaseState, Facts, str, datetime], list[Event]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step of the procedure: its stable name, Chinese title, the rule it rests on, and a probe of its decision.

    A step `of_party` is taken towards each party for itself. What it `follows` says on which rule it rests in this case.
    """

    name: str
    title: str
    rule: str
    probe: Probe
    of_party: bool = False
    follows: Due | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Whether a step is permitted now, towards which party; its article, or the refusal.

    Of a refusal: why, in two languages, its facts, and what else stands against the step.
    """

    name: str
    title: str
    permitted: bool
    basis: str | None
    code: str | None = None
    reason: str | None = None
    reason_en: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    also: tuple[Refused, ...] = ()
    party_id: str | None = None


def forbidden(name: str, title: str, refused: Refused, basis: str | None = None, party_id: str | None = None) -> Outlook:
    """A step that is not permitted, as whoever took it would be refused; `basis` is its own, where the refusal names none."""
    return Outlook(
        name=name, title=title, permitted=False, basis=refused.basis or basis, code=refused.code, reason=refused.zh,
        reason_en=refused.en, facts=refused.facts, also=refused.also, party_id=party_id,
    )  # fmt: skip


def towards(name: str, title: str, rule: str, probe: Probe, follows: Due | None = None) -> Step:
    """A step towards each party for itself."""
    return Step(name=name, title=title, rule=rule, probe=probe, of_party=True, follows=follows)

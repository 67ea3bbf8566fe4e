"""Forms 32 and 33: the penalty that was decided on the spot."""

from __future__ import annotations

from typing import Any

from services.penalty.documents.composed.matter import (
    Matter,
    charged,
    happened,
    officers_of,
    payable,
    penalty_text,
    remedies,
    step_missing,
)
from services.penalty.documents.decisions import SpotPersonDecision, SpotUnitDecision
from services.penalty.documents.parts import Person, Unit
from services.penalty.domain.spot_events import SpotPenaltyDecided


def unit_decision(matter: Matter) -> SpotUnitDecision:
    """Form 32: of a unit, as its file named it that day."""
    made = _made(matter, "32")
    unit = happened(made.unit, "32")
    added = {name: matter.given.get(name) for name in ("postcode", "representative", "post", "phone")}
    return SpotUnitDecision(
        party=Unit(name=unit.name, uscc=unit.uscc or None, address=unit.address or None, **added), **_told(matter, made)
    )


def person_decision(matter: Matter) -> SpotPersonDecision:
    """Form 33: of a natural person."""
    made = _made(matter, "33")
    person = happened(made.person, "33")
    return SpotPersonDecision(
        party=Person(name=person.name, id_no=person.id_number, address=person.address or None, phone=person.phone),
        **_told(matter, made),
    )  # fmt: skip


def number(matter: Matter) -> str:
    """The number that the decision was given, on the spot or afterwards. Refused `step-missing` as long as it has none."""
    given: str | None = matter.told["spot"].state.document_no if "spot" in matter.told else None
    return happened(given, "32")


def _made(matter: Matter, form: str) -> SpotPenaltyDecided:
    if "spot" not in matter.told:
        raise step_missing(form)
    return happened(matter.told["spot"].last(SpotPenaltyDecided), form)


def _told(matter: Matter, made: SpotPenaltyDecided) -> dict[str, Any]:
    rules = matter.rules_of(made)
    cash = made.payment == "on-the-spot"
    return {
        "charges": charged(matter, made.charges, rules),
        "rights": tuple(dict.fromkeys((rules.cite("notice"), rules.cite("defence-no-heavier")))), "statement": made.statement,
        "penalty": penalty_text(made.total_fen, made.kinds, 0, rules), "on_the_spot": cash,
        "payment": payable(matter, rules) if made.total_fen and not cash else None, "remedies": remedies(matter, rules),
        "officers": officers_of(made.officers), "refusal": made.refused_to_sign, "organ": made.organ,
        "issued_on": made.decided_on,
    }  # fmt: skip

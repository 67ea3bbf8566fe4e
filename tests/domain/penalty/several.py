"""A unit and two persons who are charged beside it: who they are, what they may be charged with, what a test knows of each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from hypothesis import strategies as st

from chassis.domain import Event
from services.penalty import domain
from services.penalty.domain import UNIT, Charge
from tests.domain.penalty.story import CASE_ID, charge

FIRST, SECOND = "p-1", "p-2"
EVERYBODY = (UNIT, FIRST, SECOND)


def person(party_id: str) -> Event:
    """A person who joined, charged as one who is directly responsible."""
    who = domain.Person(party_id=party_id, name=party_id, id_number=party_id, capacity="directly-responsible", address="南昌")
    return domain.PartyJoined(case_id=CASE_ID, person=who, reason="直接责任人员")


def charges_of(party: str, fen: tuple[int, int], gains: int) -> tuple[Charge, ...]:
    """Two acts against the unit, of which one brought gains; one or two acts against a person, in the overdue branch."""
    crane = charge(fen[0], confiscate_fen=gains)
    training = charge(fen[1], item_code="GEN-03", article="97", item="3")
    if party != UNIT:
        crane, training = (replace(c, phase="overdue", subject="person", party_id=party) for c in (crane, training))
    return (crane, training) if fen[1] else (crane,)


PROPOSED: dict[str, Any] = {
    UNIT: st.tuples(st.sampled_from([1, 900_000, 5_000_000]), st.sampled_from([0, 1, 500_001])),
    FIRST: st.tuples(st.sampled_from([1_000_000, 1_000_001]), st.just(0)),
    SECOND: st.tuples(st.sampled_from([1_999_999, 2_000_000]), st.sampled_from([0, 2_000_000])),
}
GAINS = st.sampled_from([0, 0, 1, 700_001])
CHARGED = st.fixed_dictionaries({party: st.builds(charges_of, st.just(party), fen, GAINS) for party, fen in PROPOSED.items()})


@dataclass
class Books:
    """What the test itself knows of one party: what it paid and was given back, on which days it complained, what is due."""

    paid: list[tuple[date, int]] = field(default_factory=list)
    back: int = 0
    complained: list[list[date | None]] = field(default_factory=list)
    former: bool = False

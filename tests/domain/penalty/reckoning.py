"""What events say about money, added up without the state that they make; and the surcharge counted day by day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from chassis.domain import Event
from services.penalty.domain import payment_events


def total(events: Iterable[Event], kind: type[Any], name: str = "amount_fen") -> int:
    """What the events of a kind come to, in fen."""
    return sum(getattr(event, name) for event in events if isinstance(event, kind))


def withdrawn(events: Sequence[Event]) -> int:
    """What these events took back of what was imposed, confiscated and added."""
    lowered = sum(
        total(events, kind, "from_fen") - total(events, kind, "to_fen")
        for kind in (payment_events.PaymentLowered, payment_events.SurchargeLowered)
    )
    lowered -= total(events, payment_events.SurchargeRestored, "to_fen")
    lowered += total(events, payment_events.SurchargeRestored, "from_fen")
    lowered += total(events, payment_events.PaymentLowered, "confiscate_from_fen")
    lowered -= total(events, payment_events.PaymentLowered, "confiscate_to_fen")
    revoked = (total(events, payment_events.PaymentRevoked, f"{name}_fen") for name in ("fine", "surcharge", "confiscate"))
    return lowered + sum(revoked)


def counted_surcharge(
    fine: int, due_on: date, paid: Iterable[tuple[date, int]], pending: Iterable[Sequence[date | None]], until: date
) -> int:  # fmt: skip
    """3 % a day of what is missing of a fine, day by day, none while a remedy is pending, at most the fine, rounded once."""
    spans = [(first or date.min, last or date.max) for first, last in pending]
    sum_, day = Fraction(0), due_on + timedelta(days=1)
    while day <= until:
        if not any(first <= day <= last for first, last in spans):
            sum_ += Fraction(3, 100) * max(0, fine - sum(fen for paid_on, fen in paid if paid_on < day))
        day += timedelta(days=1)
    return int(min(sum_, Fraction(fine)) + Fraction(1, 2))

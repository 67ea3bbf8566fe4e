"""What the facts of several forms of penalty are made of: parties, charges, how a fine is paid, how the organ is reached."""

from __future__ import annotations

from datetime import date

from chassis.printed import Earlier, Named, Officer, Opinion, Person, Remedies, Sum, facts, sum_of

__all__ = [
    "Charged", "Earlier", "Instalment", "Named", "Officer", "Opinion", "Overdue", "Payable", "Person", "Reached", "Remedies",
    "Sum", "Unit", "facts", "sum_of",
]  # fmt: skip


@facts()
class Unit:
    """A unit as a party, as its file names it."""

    name: str
    uscc: str | None = None
    address: str | None = None
    postcode: str | None = None
    representative: str | None = None
    post: str | None = None
    phone: str | None = None


@facts()
class Charged:
    """One act: what was done, which norms that breached, by which provision what is imposed, and why this much."""

    text: str
    breached: tuple[str, ...] = ()
    provision: str
    penalty: str
    reason: str | None = None


@facts()
class Payable:
    """How a fine is paid: within which period from receipt, where; what it costs to be late, and by which provision."""

    period: str
    bank: str
    account: str
    surcharge: str
    surcharge_most: str
    surcharge_basis: str


@facts()
class Reached:
    """Where and through whom the organ is reached."""

    address: str
    postcode: str | None = None
    contact: str
    phone: str


@facts()
class Share:
    """What a sum is made of: of what, how much."""

    name: str
    amount: Sum


@facts()
class Overdue:
    """An instalment whose day is over: which, until when it was to be paid, how much of it was not."""

    number: int
    due_on: date
    amount: Sum


@facts()
class Instalment:
    """One part of a fine: which, until when, how much, and how much is still to come after it."""

    number: int
    due_on: date
    amount: Sum
    remaining: Sum

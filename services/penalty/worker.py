"""What a worker of penalty follows, and what its deadlines fire."""

from __future__ import annotations

from chassis.deadlines import Fire
from services.penalty import commands

SOURCES = ("registry", "inspection")

FIRES: dict[str, Fire] = {
    "statement": commands.lapse_statement,
    "case-limit": commands.flag_overdue,
    "payment-due": commands.flag_payment_overdue,
}

"""Sums as people read them: kept in fen, told in yuan."""

from __future__ import annotations


def yuan(fen: int) -> str:
    """A sum as a refusal says it: 600000 fen is 6,000.00 元; a negative one with its sign."""
    sign, (whole, cents) = "-" if fen < 0 else "", divmod(abs(fen), 100)
    return f"{sign}{whole:,}.{cents:02d} 元"

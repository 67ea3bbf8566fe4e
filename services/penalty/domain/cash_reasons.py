"""Why officers may take a fine in cash: the reasons of the rulebook, and what each of them needs."""

from __future__ import annotations

from services.penalty.domain.rulebook import Rules


def require_cash_reason(reason: str, party_request: bool, total_fen: int, rules: Rules) -> None:
    """Why officers may take the fine on the spot: only for the reasons of the rulebook (APL 2021, articles 68, 69)."""
    known = {row["code"]: row for row in rules.section("payment")["cash_reasons"]}
    rules.require(
        total_fen > 0 and reason in known, "fine-separation", "cash-not-allowed", "不符合当场收缴罚款的情形",
        "officers take no money but for the reasons of the law", reason=reason, known=sorted(known),
    )  # fmt: skip
    row = known[reason]
    small = row["threshold"] is None or rules.reached(row["threshold"], "any", total_fen)
    rules.require(
        small, "fine-separation", "cash-too-much", "罚款数额超出可以当场收缴的限额", "the fine is too high for this reason",
        total_fen=total_fen,
    )  # fmt: skip
    rules.require(
        party_request or not row["needs_party_request"], "fine-separation", "cash-not-requested", "当事人未提出当场缴纳",
        "the party did not ask to pay on the spot",
    )  # fmt: skip

"""A party's account: what is owed by one decision, what came and by which transfers, what was given back, what was taken back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from services.penalty.domain.arrears import Debt, Plan
from services.penalty.domain.parties import UNIT
from services.penalty.domain.payment_events import DeferralRequested, PaymentReversed, SurchargeDecided


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Money of the party that came, in fen."""

    bank_reference: str
    amount_fen: int
    paid_on: date


@dataclass(frozen=True, slots=True)
class GivenBack:
    """One refund: how much of what was to be given back it left, in fen, and of which transfers that was."""

    left_fen: int
    of: tuple[str, ...]

    def without(self, bank_reference: str, amount_fen: int) -> GivenBack:
        """It as if one of the transfers had never been there."""
        if bank_reference not in self.of:
            return self
        return GivenBack(self.left_fen - amount_fen, tuple(one for one in self.of if one != bank_reference))


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentState:
    """What is owed by one decision, what came, by which bank transfers, what was given back; every sum in fen.

    At all times imposed + confiscated + surcharged = received - refunded + outstanding - credit + remitted + revoked.
    `confiscated_fen` is what was confiscated of illegal gains, `confiscation_fen` what of that is owed now. What came and went
    back before the decision was made anew is told on; `former_refunded_fen` of that went back and pays nothing of this one.
    """

    case_id: str = ""
    party_id: str = UNIT
    document_no: str = ""
    imposed_fen: int = 0
    amount_fen: int = 0
    due_on: date | None = None
    received_fen: int = 0
    refunded_fen: int = 0
    former_refunded_fen: int = 0
    confiscated_fen: int = 0
    confiscation_fen: int = 0
    surcharged_fen: int = 0
    surcharge_fen: int = 0
    remitted_fen: int = 0
    transfers: tuple[Transfer, ...] = ()
    references: tuple[str, ...] = ()
    refunds: tuple[str, ...] = ()
    given_back: tuple[GivenBack, ...] = ()
    taken_back: tuple[PaymentReversed, ...] = ()
    asked: DeferralRequested | None = None
    plan: Plan | None = None
    surcharges: tuple[SurchargeDecided, ...] = ()
    overdue: bool = False
    flagged: tuple[date, ...] = ()
    cap_on: date | None = None
    capped_on: date | None = None
    settled_on: date | None = None
    revoked_on: date | None = None

    @property
    def kept_fen(self) -> int:
        """What came and was not given back."""
        return self.received_fen - self.refunded_fen

    @property
    def balance_fen(self) -> int:
        """What is owed, less what is kept of what came: negative if too much came."""
        owed = self.amount_fen + self.confiscation_fen + self.surcharge_fen - self.remitted_fen
        return owed - self.kept_fen

    @property
    def outstanding_fen(self) -> int:
        """What is still owed: of the fine, of what was confiscated, and of the surcharge that was decided."""
        return max(0, self.balance_fen)

    @property
    def credit_fen(self) -> int:
        """What is to be given back."""
        return max(0, -self.balance_fen)

    @property
    def revoked_fen(self) -> int:
        """What was imposed or decided once and is owed no more, because the decision was lowered or revoked, or corrected."""
        confiscated = self.confiscated_fen - self.confiscation_fen
        return self.imposed_fen - self.amount_fen + confiscated + self.surcharged_fen - self.surcharge_fen

    @property
    def fine_due_fen(self) -> int:
        """What of the fine is unpaid: money goes to the fine first, which the surcharge runs on."""
        return max(0, self.amount_fen - self.kept_fen)

    @property
    def surcharge_due_fen(self) -> int:
        """What of the decided surcharge is unpaid."""
        return self.outstanding_fen - self.fine_due_fen - self.confiscation_due_fen

    @property
    def confiscation_due_fen(self) -> int:
        """What of the confiscated gains is unpaid: money goes to them after the fine, before the surcharge."""
        return max(0, self.amount_fen + self.confiscation_fen - self.kept_fen) - self.fine_due_fen

    @property
    def short_of_plan(self) -> bool:
        """Whether something is missing that was paid before the instalments were approved, and so is in none of them."""
        return self.plan is not None and self.kept_fen < min(self.plan.covered_fen, self.amount_fen)

    @property
    def owes_again(self) -> bool:
        """Whether something is owed because a payment was taken back that had been recorded wrongly."""
        return self.outstanding_fen > 0 and bool(self.taken_back)

    @property
    def next_due_on(self) -> date | None:
        """The last day for what is to be paid next: of the first instalment that is not covered yet, where there are some."""
        if self.plan is None or self.short_of_plan:
            return self.due_on
        left = self.kept_fen - self.plan.covered_fen
        for part in self.plan.instalments:
            left -= part.amount_fen
            if left < 0:
                return part.due_on
        return self.final_due_on

    @property
    def final_due_on(self) -> date | None:
        """The last day for the whole fine: of the last instalment, where it may be paid in parts (APL 2021, article 72 ¶2)."""
        return self.due_on if self.plan is None else self.plan.instalments[-1].due_on

    @property
    def debt(self) -> Debt | None:
        """The fine as it falls due and was paid; None as long as there is none."""
        if self.due_on is None:
            return None
        return Debt(fine_fen=self.amount_fen, due_on=self.due_on, paid=tuple(self._kept()), plan=self.plan)

    def _kept(self) -> Iterator[tuple[date, int]]:
        """What came, by day, without what had gone back when the decision was made anew."""
        gone = self.former_refunded_fen
        for transfer in self.transfers:
            less = min(gone, transfer.amount_fen)
            gone -= less
            yield transfer.paid_on, transfer.amount_fen - less


def without(state: PaymentState, reversed_: PaymentReversed) -> PaymentState:
    """The account as if a transfer had never been there; whether nothing is owed any more is told anew."""
    gone, fen = reversed_.bank_reference, reversed_.amount_fen
    return replace(
        state, received_fen=state.received_fen - fen, taken_back=(*state.taken_back, reversed_),
        transfers=tuple(one for one in state.transfers if one.bank_reference != gone),
        references=tuple(one for one in state.references if one != gone),
        given_back=tuple(one.without(gone, fen) for one in state.given_back), capped_on=None,
        settled_on=None if state.revoked_on is None else state.settled_on,
    )  # fmt: skip

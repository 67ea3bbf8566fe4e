"""Cash that was recorded wrongly: its taking or its handing over is corrected by two people, as a bank transfer is.

Its deposit is a bank transfer, and corrected as that; it comes first, because it rests on the entries before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from chassis.domain import Event, day_of
from services.penalty.domain.cash import TO_BANK, TO_ORGAN, flag_deposit, flag_handover
from services.penalty.domain.corrections import none_waits, require_another, require_none_waits, require_proposer
from services.penalty.domain.payment_events import Misrecorded
from services.penalty.domain.rulebook import Rules
from services.penalty.domain.spot import FORM, SPOTS, SpotState
from services.penalty.domain.spot_events import (
    CashCorrectionProposed,
    CashCorrectionRefused,
    CashCorrectionWithdrawn,
    CashEntry,
    CashEntryStruck,
    CashStep,
    SpotPenaltyDecided,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StrikeEntry:
    """Which entry of the cash was recorded wrongly, in what; who found it, who decides and what they say."""

    entry: CashEntry
    kind: Misrecorded
    opinion: str
    proposed_by: str
    approved_by: str


def propose_cash_correction(
    state: SpotState, entry: CashStep, kind: Misrecorded, reason: str, proposed_by: str, day: date, rules: Rules
) -> list[Event]:  # fmt: skip
    """Say that the cash is another penalty's (`misassigned`), or that something of the entry was typed in wrongly (`mistyped`).

    Also of a penalty that is closed. Refused `no-cash-collected`, `cash-not-handed-over`, `cash-deposited`,
    `correction-proposed-already`.
    """
    told = _require_entry(state, entry, rules)
    require_none_waits(None if state.asked is None else state.asked.kind)
    return [
        CashCorrectionProposed(
            spot_id=told.spot_id, entry=entry, kind=kind, reason=reason, proposed_by=proposed_by, proposed_on=day
        )
    ]  # fmt: skip


def require_proposed(state: SpotState) -> CashCorrectionProposed:
    """The correction that waits to be decided; Refused `correction-not-proposed`."""
    if state.asked is None:
        raise none_waits()
    return state.asked


def withdraw_cash_correction(state: SpotState, reason: str, withdrawn_by: str, day: date) -> list[Event]:
    """Who proposed it does not any more. Refused `not-the-proposer`, `correction-not-proposed`."""
    asked = require_proposed(state)
    require_proposer(asked.proposed_by, withdrawn_by)
    return [CashCorrectionWithdrawn(spot_id=asked.spot_id, reason=reason, withdrawn_by=withdrawn_by, withdrawn_on=day)]


def answer_cash_correction(
    state: SpotState, agreed: bool, opinion: str, answered_by: str, at: datetime, rules: Rules
) -> list[Event]:  # fmt: skip
    """Agree or not, by somebody else than who proposed it. Refused `own-correction`, `correction-not-proposed`, as `strike`."""
    asked = require_proposed(state)
    require_another(asked.proposed_by, answered_by)
    if not agreed:
        return [CashCorrectionRefused(spot_id=asked.spot_id, opinion=opinion, refused_by=answered_by, refused_on=day_of(at))]
    strike = StrikeEntry(
        entry=asked.entry, kind=asked.kind, opinion=opinion, proposed_by=asked.proposed_by, approved_by=answered_by
    )
    return strike_entry(state, strike, at, rules)


def strike_entry(state: SpotState, command: StrikeEntry, at: datetime, rules: Rules) -> list[Event]:
    """The entry is as if it had never been there: the period that it had ended counts again, and is over where its day is."""
    told = _require_entry(state, command.entry, rules)
    cash, handed = state.collected, state.handed_over
    struck = CashEntryStruck(
        spot_id=told.spot_id, entry=command.entry, kind=command.kind, opinion=command.opinion, proposed_by=command.proposed_by,
        approved_by=command.approved_by, struck_on=day_of(at),
        hand_over_by=cash.hand_over_by if command.entry == "handover" and cash is not None else None,
        deposit_by=handed.deposit_by if command.entry == "deposit" and handed is not None else None,
    )  # fmt: skip
    now, events = SPOTS.evolve(state, struck), list[Event]([struck])
    if struck.hand_over_by is not None:
        events += flag_handover(now, struck.hand_over_by, at)
    if struck.deposit_by is not None:
        events += flag_deposit(now, struck.deposit_by, at)
    return events


def _require_entry(state: SpotState, entry: CashEntry, rules: Rules) -> SpotPenaltyDecided:
    """The entry is there, and nothing at the bank rests on it."""
    if state.decided is None:
        raise rules.refusal(FORM, "spot-not-decided", "尚未作出当场处罚", "nothing was decided on the spot")
    rules.require(state.collected is not None, TO_ORGAN, "no-cash-collected", "未当场收缴罚款", "no cash was taken")
    rules.require(
        entry == "collection" or state.handed_over is not None, TO_ORGAN, "cash-not-handed-over", "罚款尚未交至机关",
        "the organ does not have the cash yet",
    )  # fmt: skip
    if (deposited := state.deposited) is not None and entry != "deposit":
        raise rules.refusal(
            TO_BANK, "cash-deposited", "罚款已缴付银行，应当先更正该笔缴付（入账更正）",
            "the cash is at the bank: that transfer is corrected first", bank_reference=deposited.bank_reference,
        )  # fmt: skip
    rules.require(
        entry != "deposit" or state.deposited is not None, TO_BANK, "cash-not-deposited", "罚款尚未缴付银行",
        "the cash is not at the bank",
    )  # fmt: skip
    return state.decided

"""A penalty decided on the spot that does not stand as it was: made lighter, or revoked, by the organ or by a remedy's word."""

from __future__ import annotations

from datetime import datetime

from chassis.domain import Event
from services.penalty.domain.decision import ChangeDecision, RevokeDecision, change_decision, revoke_decision
from services.penalty.domain.ending_events import Cause
from services.penalty.domain.rulebook import Rules
from services.penalty.domain.spot import FORM, SpotState, require_decided, served

BY_REMEDY = ("reconsideration", "litigation")


def change_spot(state: SpotState, command: ChangeDecision, at: datetime, rules: Rules) -> list[Event]:
    """Make it lighter, never heavier (APL 2021, articles 45, 75); after its closing only as a remedy said."""
    _require_alterable(state, command.cause, rules)
    return change_decision(served(state), command, at, rules)


def revoke_spot(state: SpotState, command: RevokeDecision, at: datetime, rules: Rules) -> list[Event]:
    """Void it (APL 2021, article 75); what is decided again is another penalty. After its closing only as a remedy said."""
    _require_alterable(state, command.cause, rules)
    rules.require(
        not command.anew, FORM, "case-not-reopened", "重新作出决定须另行作出", "what is decided again is another penalty"
    )
    return revoke_decision(served(state), command, at, rules)


def _require_alterable(state: SpotState, cause: Cause, rules: Rules) -> None:
    if state.closed_on is None or cause not in BY_REMEDY:
        require_decided(state, rules)

"""A penalty decided on the spot that does not stand as it was: made lighter, or revoked, by the organ or by a remedy's word."""

from __future__ import annotations

from datetime import datetime

from chassis.domain import Event
from services.penalty.domain.decision import ChangeDecision, RevokeDecision, change_decision, revoke_decision
from services.penalty.domain.ending_events import Cause
from services.penalty.domain.following import Due, Unfollowed, require_as_said, require_due
from services.penalty.domain.rulebook import Rules
from services.penalty.domain.spot import FORM, SpotState, require_decided, served


def change_spot(
    state: SpotState, command: ChangeDecision, at: datetime, rules: Rules, one: Unfollowed | None = None
) -> list[Event]:
    """Make it lighter, never heavier (APL 2021, articles 45, 75); after its closing only to what a remedy left: `one`."""
    due = _require_alterable(state, one, "change", command.cause, rules)
    events = change_decision(served(state), command, at, rules)
    if due is not None:
        require_as_said(events, due, rules)
    return events


def revoke_spot(
    state: SpotState, command: RevokeDecision, at: datetime, rules: Rules, one: Unfollowed | None = None
) -> list[Event]:
    """Void it (APL 2021, article 75), after its closing only as a remedy said; what is decided again is another penalty."""
    _require_alterable(state, one, "revoke", command.cause, rules)
    rules.require(
        not command.anew, FORM, "case-not-reopened", "重新作出决定须另行作出", "what is decided again is another penalty"
    )
    return revoke_decision(served(state), command, at, rules)


def _require_alterable(state: SpotState, one: Unfollowed | None, step: Due, cause: Cause, rules: Rules) -> Unfollowed | None:
    """What is to be followed, for one that is closed; None for one that is open."""
    if state.closed_on is None or one is None:
        require_decided(state, rules)
        return None
    return require_due(served(state), one, step, cause, rules)

"""What a remedy made of a decision and the organ has not done yet: to change it, or to revoke it, as was decided."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from chassis.domain import Event
from services.penalty.domain.case import CASE, CaseState
from services.penalty.domain.decision import ChangeDecision, RevokeDecision, change_decision, revoke_decision
from services.penalty.domain.ending_events import Cause, DecisionChanged
from services.penalty.domain.events import Charge
from services.penalty.domain.guards import require_open
from services.penalty.domain.remedy import RemedyState
from services.penalty.domain.remedy_events import Kind, Result
from services.penalty.domain.rulebook import RECONSIDERATION, Rules
from services.penalty.domain.sides import Decision
from services.penalty.domain.sums import yuan

REVIEW, JUDGMENT = "reconsideration-followed", "judgment-followed"
Due = Literal["change", "revoke"]
STEP: Mapping[Result, Due] = {"changed": "change", "revoked": "revoke", "void": "revoke", "ordered-anew": "revoke"}
"""What follows for the organ; what is only found illegal stands, with nothing to be changed."""
BY_REMEDY: frozenset[Cause] = frozenset({"reconsideration", "litigation"})
"""Causes that somebody else decided."""
SAID: Mapping[Due, str] = {"change": "变更", "revoke": "撤销"}
CAUSES: Mapping[Cause, str] = {"reconsideration": "行政复议（reconsideration）", "litigation": "行政诉讼（litigation）"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfollowed:
    """A final result that the decision against a party does not show yet: what is to be done, by whose word, to which fine."""

    party_id: str
    step: Due
    kind: Kind
    result: Result
    authority: str
    reference_no: str
    effective_on: date
    total_fen: int | None

    @property
    def rule(self) -> str:
        """Why: a decision on reconsideration, or a judgment, is carried out."""
        return REVIEW if self.kind == "reconsideration" else JUDGMENT

    @property
    def cause(self) -> Cause:
        """How the organ's step names it."""
        return "reconsideration" if self.kind == "reconsideration" else "litigation"


def unfollowed(state: CaseState, remedies: Mapping[str, RemedyState]) -> tuple[Unfollowed, ...]:
    """The final results that the decisions of a case do not show yet, by party.

    ARL 2023, article 77; ALL 2017, article 94. A decision that was revoked, made anew, or changed that far, shows it.
    """
    found = (_of(state, party_id, region) for party_id, region in remedies.items())
    return tuple(one for one in found if one is not None)


def _of(state: CaseState, party_id: str, region: RemedyState) -> Unfollowed | None:
    outcome, decision = region.outcome, state.decision_of(party_id)
    step = None if outcome is None else STEP.get(outcome.result)
    if outcome is None or step is None or decision is None or not region.is_of(decision.document_no, decision.received_on):
        return None
    if decision.revoked_on is not None or (step == "change" and decision.total_fen <= (outcome.total_fen or 0)):
        return None
    return Unfollowed(
        party_id=party_id, step=step, kind=outcome.kind, result=outcome.result, authority=outcome.authority,
        reference_no=outcome.reference_no, effective_on=outcome.effective_on, total_fen=outcome.total_fen,
    )  # fmt: skip


def appealed(state: CaseState, party_id: str, region: RemedyState) -> Decision | None:
    """What a party's remedies are about: the decision it received; one that was revoked as long as a remedy of it is pending."""
    side = state.side(party_id)
    if side is None:
        return None
    if side.decision is not None and side.decision.received_on is not None:
        return side.decision
    former = (one for one in side.former if one.document_no == region.document_no)
    return next(former, None) if region.current is not None else None


def require_appealed(state: CaseState, party_id: str, region: RemedyState, rules: Rules) -> Decision:
    """What a party's remedies are about; Refused if it has received no decision."""
    decision = appealed(state, party_id, region)
    if decision is None or decision.received_on is None:
        raise rules.refusal(RECONSIDERATION, "decision-not-served", "决定书尚未送达", "the decision is not served yet")
    return decision


def as_left(state: CaseState, remedies: Mapping[str, RemedyState]) -> CaseState:
    """The case with the decisions as remedies left them after its closing; before that, as it is."""
    for region in remedies.values():
        for event in region.followed:
            state = CASE.evolve(state, event)
    return state


def change_as_decided(
    state: CaseState, one: Unfollowed | None, command: ChangeDecision, at: datetime, rules: Rules
) -> list[Event]:
    """Change the decision of a closed case, to what reconsideration or a court left of it and to nothing else.

    `state` is the case as it was left, `one` what is to be followed. ARL 2023, article 77; ALL 2017, article 94; what was closed
    and put away is not touched (Order 15 of 2015, article 65): the events are the remedy's. Refused `case-closed`,
    `not-as-decided`.
    """
    due = require_due(state, one, "change", command.cause, rules)
    events = change_decision(replace(state, stage="served"), command, at, rules)
    require_as_said(events, due, rules)
    return events


def require_as_decided(
    one: Unfollowed | None, command: ChangeDecision | RevokeDecision, events: Iterable[Event], rules: Rules
) -> None:
    """Whoever names a remedy as the cause does what one decided, exactly; what was sent back is decided anew, not dropped.

    ARL 2023, article 77; ALL 2017, article 94. `one` is what waits to be followed, before the closing too. Refused
    `nothing-to-follow`, `not-as-decided`.
    """
    step: Due = "change" if isinstance(command, ChangeDecision) else "revoke"
    if command.cause in BY_REMEDY:
        if one is None:
            raise rules.refusal(REVIEW, "nothing-to-follow", "没有待履行的复议决定或者裁判", "no result waits to be followed")
        rules.require(
            (one.step, one.cause) == (step, command.cause), one.rule, "not-as-decided",
            f"{one.authority} {one.reference_no} 的结果是{SAID[one.step]}，事由应为{CAUSES[one.cause]}",
            "the remedy said something else", step=one.step, cause=one.cause, reference_no=one.reference_no,
        )  # fmt: skip
        if step == "change":
            require_as_said(events, one, rules)
    sent_back = one is not None and one.result == "ordered-anew" and isinstance(command, RevokeDecision) and not command.anew
    if one is not None and sent_back:
        raise rules.refusal(
            one.rule, "not-as-decided", f"{one.authority} {one.reference_no} 责令重新作出决定，撤销时应当一并重新作出（anew）",
            "the decision is to be made anew: say so with its revocation (anew)", reference_no=one.reference_no,
        )  # fmt: skip


def require_as_said(events: Iterable[Event], due: Unfollowed, rules: Rules) -> None:
    """The decision is changed to what the remedy left of it. Refused `not-as-decided`."""
    for event in events:
        as_said = isinstance(event, DecisionChanged) and event.total_fen == due.total_fen
        rules.require(
            as_said, due.rule, "not-as-decided", f"变更后的罚款应为 {yuan(due.total_fen or 0)}", "the remedy left another fine",
            total_fen=due.total_fen,
        )  # fmt: skip


def revoke_as_decided(
    state: CaseState, one: Unfollowed | None, command: RevokeDecision, at: datetime, rules: Rules
) -> list[Event]:
    """Revoke the decision of a closed case, as reconsideration or a court said; as `change_as_decided`.

    Where the organ has to decide again, it files another case: this one is not opened again. Refused `case-not-reopened` too.
    """
    require_due(state, one, "revoke", command.cause, rules)
    rules.require(
        not command.anew, "archive-integrity", "case-not-reopened", "案件已结案，重新作出决定须另行立案",
        "the case is closed: what is decided again is another case",
    )  # fmt: skip
    return revoke_decision(replace(state, stage="served"), command, at, rules)


def require_due(state: CaseState, one: Unfollowed | None, step: Due, cause: Cause, rules: Rules) -> Unfollowed:
    """What is to be followed by this step after the closing. Refused `case-closed`, `nothing-to-follow`, `not-as-decided`."""
    if one is None or one.step != step:
        require_open(state, rules)
        raise rules.refusal(REVIEW, "nothing-to-follow", "没有待履行的复议决定或者裁判", "no result waits to be followed")
    rules.require(
        cause == one.cause, one.rule, "not-as-decided", "结案后只能依复议决定或者裁判变更、撤销", "the cause is the remedy",
        cause=one.cause,
    )  # fmt: skip
    return one


def lowered(charges: tuple[Charge, ...], total_fen: int) -> dict[str, int]:
    """Fines per item that come to a total, the last lowered first: one way to follow a change that names the total only."""
    left, amounts = total_fen, {}
    for charge in charges:
        amounts[charge.item_code] = min(charge.amount_fen, left)
        left -= amounts[charge.item_code]
    return amounts

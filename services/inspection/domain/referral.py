"""The referral of acts found at an inspection to penalty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chassis.domain import Event, Stream
from services.inspection.domain.events import HazardFound, ReferredAct, ReferredToPenalty
from services.inspection.domain.inspection import InspectionState, concluded
from services.inspection.domain.refusals import refused
from services.inspection.domain.rules import Rules


@dataclass(frozen=True, slots=True)
class ReferralState:
    """A referral as its events tell it."""

    referred: ReferredToPenalty | None = None


def evolve_referral(state: ReferralState, event: Event) -> ReferralState:
    """The referral after one more event."""
    match event:
        case ReferredToPenalty():
            return ReferralState(event)
        case _:
            return state


REFERRAL = Stream("referral", ReferralState(), evolve_referral)


def refer_acts(
    state: ReferralState, referral_id: str, inspection: InspectionState, findings: Sequence[HazardFound], rules: Rules
) -> list[Event]:
    """Refer hazards of a concluded inspection as acts of the day on which they were found (rule `applicable-law`)."""
    plan = concluded(inspection, rules)
    if state.referred is not None:
        raise refused("referral-exists", rules, referral_id=referral_id)
    for place, finding in enumerate(findings):
        if finding in findings[:place]:
            raise refused("hazard-twice", rules, hazard_id=finding.hazard_id)
    if len({finding.found_on for finding in findings}) > 1:
        raise refused("different-act-dates", rules)
    return [
        ReferredToPenalty(
            referral_id=referral_id, inspection_id=plan.inspection_id, enterprise_id=plan.enterprise_id,
            enterprise_name=plan.enterprise_name, uscc=plan.uscc, level=plan.level, organ_id=plan.organ_id,
            organ=plan.organ, act_date=findings[0].found_on, officers=plan.officers, catalogue=plan.catalogue,
            acts=tuple(
                ReferredAct(hazard_id=finding.hazard_id, item_code=finding.item_code, fact=finding.fact)
                for finding in findings
            ),
        )
    ]  # fmt: skip

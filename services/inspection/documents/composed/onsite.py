"""Form 4: what is decided on site because of which hazards, and on what that rests."""

from __future__ import annotations

from collections.abc import Iterable

from services.inspection.documents.composed.matter import (
    Matter,
    local,
    matter_of,
    officers_of,
    refusal_of,
    remedies,
    worded,
)
from services.inspection.documents.orders import MeasuresDecision
from services.inspection.documents.parts import Problem
from services.inspection.domain.measures.measure import MeasureState
from services.inspection.domain.measures.suspension import Suspension, Target, hazards_named, ordered

ON_SITE = {
    "withdraw-people": "从危险区域内撤出作业人员：{}",
    "suspend-production": "暂时停产停业：{}",
    "suspend-use": "停止使用：{}",
}


def decision_on_site(matter: Matter, measure: MeasureState) -> MeasuresDecision:
    """Form 4: the hazards with what they offend, what was decided because of them, and on what that rests."""
    event, plan, arrival = ordered(matter_of(measure, Suspension, "04")), matter.plan, matter.inspection.check_in
    found = [matter.hazards[one] for one in hazards_named(event.targets) if one in matter.hazards]
    problems = tuple(
        Problem(
            text=f"{hazard.place}：{worded(matter, hazard.hazard_id)}", major=hazard.severity == "major",
            basis=tuple(matter.cited(hazard)),
        )
        for hazard in found
    )  # fmt: skip
    inspected = event.decided_on
    if arrival is not None and arrival.arrived_at is not None:
        inspected = local(arrival.arrived_at).date()
    return MeasuresDecision(
        addressee=plan.enterprise_name, inspected_on=inspected, problems=problems, basis=event.basis,
        measures=tuple(decided_on_site(event.targets)), remedies=remedies(matter), officers=officers_of(matter, event.officers),
        refusal=refusal_of(event.receipt), organ=plan.organ, issued_on=event.decided_on,
    )  # fmt: skip


def decided_on_site(targets: Iterable[Target]) -> list[str]:
    """What was decided, target by target."""
    return [ON_SITE[target.measure].format(target.target) for target in targets]

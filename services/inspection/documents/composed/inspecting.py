"""Forms of the inspection itself (2, 3, 5, 6): item → fact → norm → measure; officers word facts, never citations."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from services.inspection.documents.composed.matter import Matter, local, planned, present, refusal_of, worded
from services.inspection.documents.orders import RectificationOrder, ReInspectionOpinion, Verdict
from services.inspection.documents.parts import Deadline, Earlier, Opinion, Problem
from services.inspection.documents.plans import InspectionPlan
from services.inspection.documents.records import InspectionRecord
from services.inspection.domain.inspection import prepared
from services.inspection.domain.order import issued
from services.inspection.domain.refusals import refused

MODES = {"unannounced": "不事先通知（四不两直）", "notified": "事先通知"}
ANSWERS = {"compliant": "符合", "violation": "不符合", "not-applicable": "不适用", "not-checked": "未检查"}


def inspection_plan(matter: Matter) -> InspectionPlan:
    """Form 2: what is to be looked at, as it was drafted (or all that applies)."""
    state = matter.inspection
    plan = prepared(state)
    review = state.review
    mode = state.mode or (state.draft.mode if state.draft is not None else None)
    return InspectionPlan(
        unit=plan.enterprise_name, address=matter.address, contact=matter.site.contact, industry=matter.site.industry,
        planned_on=plan.planned_on, officers=planned(plan.officers), contents=tuple(item.title for item in state.items.values()),
        mode=MODES[mode] if mode is not None else "／",
        review=Opinion(text=review.opinion, signers=(), on=matter.on) if review is not None else None,
        remark=state.draft.remark if state.draft is not None else None,
    )  # fmt: skip


def inspection_record(matter: Matter) -> InspectionRecord:
    """Form 3: every item with its answer, every hazard with its place; refused before the record is closed."""
    state = matter.inspection
    if state.conclusion is None or state.check_in is None or state.check_in.arrived_at is None:
        raise refused("not-concluded")
    plan, conclusion = prepared(state), state.conclusion
    ended = conclusion.concluded_at or state.check_in.arrived_at
    return InspectionRecord(
        unit=plan.enterprise_name, address=matter.address, head=state.check_in.representative, place=state.check_in.place,
        begun_at=local(state.check_in.arrived_at), ended_at=local(ended), organ=plan.organ, officers=present(matter),
        findings=_findings(matter), refusal=refusal_of(conclusion, "被检查单位现场负责人"), signed_on=conclusion.concluded_on,
    )  # fmt: skip


def _findings(matter: Matter) -> str:
    lines = []
    for place, (code, item) in enumerate(matter.inspection.items.items(), start=1):
        answered = matter.inspection.answers.get(code)
        if answered is None:
            continue
        note = f"（{answered.note}）" if answered.note else ""
        lines.append(f"{place}．{item.title}：{ANSWERS[answered.answer]}{note}。")
        lines += [f"　　{matter.hazards[one].place}：{worded(matter, one)}" for one in answered.hazards if one in matter.hazards]
    return "\n".join(lines)


def rectification_order(matter: Matter) -> RectificationOrder:
    """Form 5: the hazards of the order, each with what it offends, and by when which must be gone."""
    if matter.order is None or matter.remedies is None:
        raise refused("order-missing")
    order = issued(matter.order)
    items: dict[date, list[int]] = defaultdict(list)
    problems = []
    for place, ordered in enumerate(order.hazards, start=1):
        hazard = matter.hazards[ordered.hazard_id]
        text = f"{hazard.place}：{worded(matter, hazard.hazard_id)}"
        problems.append(Problem(text=text, major=hazard.severity == "major", basis=tuple(matter.cited(hazard))))
        items[ordered.due_on].append(place)
    plan = prepared(matter.inspection)
    return RectificationOrder(
        addressee=plan.enterprise_name, problems=tuple(problems),
        deadlines=tuple(Deadline(items=tuple(places), due_on=due_on) for due_on, places in sorted(items.items())),
        remedies=matter.remedies, officers=present(matter), organ=plan.organ, issued_on=order.issued_on,
    )  # fmt: skip


def re_inspection_opinion(matter: Matter) -> ReInspectionOpinion:
    """Form 6: of each hazard of the order whether it is gone; refused before anything was re-inspected."""
    if matter.order is None:
        raise refused("order-missing")
    order = issued(matter.order)
    looked_at = {hazard_id: step for hazard_id, step in matter.order.progress.items() if step in ("rectified", "failed")}
    if not looked_at:
        raise refused("not-re-inspected")
    verdicts = tuple(
        Verdict(text=f"{matter.hazards[one].place}：{worded(matter, one)}", passed=step == "rectified")
        for one, step in looked_at.items()
    )
    plan = prepared(matter.inspection)
    return ReInspectionOpinion(
        addressee=plan.enterprise_name, verdicts=verdicts,
        earlier=Earlier(name="责令限期整改指令书", number=order.document_no, on=order.issued_on),
        officers=present(matter), organ=plan.organ, issued_on=matter.on,
    )  # fmt: skip

"""Own events to the lists of weekly dispatch: districts' weeks, problems, bulletins."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from chassis.envelope import Sequenced
from chassis.projector import Batch, Projection
from services.tasks.domain.problem import ProblemAnswered, ProblemClosed, ProblemRaised, ProblemReopened
from services.tasks.domain.week import BulletinIssued, WeekReported, WeekSupplemented, week_key

WeekEvent = WeekReported | WeekSupplemented
ProblemEvent = ProblemRaised | ProblemAnswered | ProblemReopened | ProblemClosed


async def project_dispatch(batch: Batch) -> None:
    """Keep a row per week of a district, per problem, per bulletin."""
    events = [(sequenced, batch.event(sequenced)) for sequenced in batch.events]
    weeks = await batch.rows("week_list", [_week_id(event) for _, event in events if isinstance(event, WeekEvent)])
    problems = await batch.rows("problem_list", [e.problem_id for _, e in events if isinstance(e, ProblemEvent)])
    bulletins = await batch.rows("bulletin_list", [_bulletin_id(e) for _, e in events if isinstance(e, BulletinIssued)])
    for sequenced, event in events:
        version = sequenced.envelope.version
        match event:
            case WeekReported():
                weeks.put(_week_id(event), {**_week(event), "version": version})
            case WeekSupplemented():
                row = weeks.get(_week_id(event))
                supplements = [*(row["supplements"] if row else []), event.supplement]
                weeks.patch(_week_id(event), supplements=supplements, version=version)
            case ProblemRaised():
                problems.put(event.problem_id, {**_problem(event), "version": version})
            case ProblemAnswered():
                problems.patch(event.problem_id, state="answered", answer=event.answer, version=version)
            case ProblemReopened():
                row = problems.get(event.problem_id)
                times = (row["reopened"] if row else 0) + 1
                problems.patch(event.problem_id, state="open", reopened=times, version=version)
            case ProblemClosed():
                problems.patch(event.problem_id, state="closed", outcome=event.outcome, version=version)
            case BulletinIssued():
                bulletins.put(_bulletin_id(event), _bulletin(sequenced, event))


def _week_id(event: WeekEvent) -> str:
    return week_key(event.campaign_id, event.district, event.monday)


def _week(event: WeekReported) -> dict[str, Any]:
    return {
        "week_id": _week_id(event), "campaign_id": event.campaign_id, "district": event.district, "organ_id": event.organ_id,
        "organ": event.organ, "monday": event.monday.isoformat(), "done": event.done, "planned": event.planned,
        "problems": [asdict(problem) for problem in event.problems], "suggestions": list(event.suggestions), "supplements": [],
    }  # fmt: skip


def _problem(event: ProblemRaised) -> dict[str, Any]:
    return {
        "problem_id": event.problem_id, "campaign_id": event.campaign_id, "district": event.district,
        "organ_id": event.organ_id, "organ": event.organ, "monday": event.monday.isoformat(), "problem": event.problem,
        "state": "open", "answer": None, "reopened": 0, "outcome": None,
    }  # fmt: skip


def _bulletin_id(event: BulletinIssued) -> str:
    return f"{event.campaign_id}.{event.number:06}"


def _bulletin(sequenced: Sequenced, event: BulletinIssued) -> dict[str, Any]:
    return {
        "bulletin_id": _bulletin_id(event), "campaign_id": event.campaign_id, "district": sequenced.envelope.district,
        "number": event.number, "monday": event.monday.isoformat(), "title": event.title, "text": event.text,
        "figures": [asdict(figure) for figure in event.figures],
    }  # fmt: skip


PROJECTIONS = (
    Projection("dispatch", version=1, project=project_dispatch, tables=("week_list", "problem_list", "bulletin_list")),
)

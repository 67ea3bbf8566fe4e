"""A problem that a district reported (调度问题): answered by the city, reopened if that does not help, closed in the end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from chassis.domain import Event, Refused, Stream, event

ProblemProgress = Literal["none", "open", "answered", "closed"]


@event("casetrail.tasks.problem-raised.v1", title="问题提出", summary="{organ}提出问题：{problem}")
class ProblemRaised(Event):
    """A district asks the city to solve something; `city_organ_id` is who must answer."""

    problem_id: str
    campaign_id: str
    district: str
    organ_id: str
    organ: str
    city_organ_id: str
    monday: date
    problem: str


@event("casetrail.tasks.problem-answered.v1", title="问题答复", summary="市级答复：{answer}")
class ProblemAnswered(Event):
    """The city's answer."""

    problem_id: str
    answer: str
    answered_by: str


@event("casetrail.tasks.problem-reopened.v1", title="问题未解决", summary="问题未解决：{reason}")
class ProblemReopened(Event):
    """The answer did not solve it; the city must answer again."""

    problem_id: str
    reason: str


@event("casetrail.tasks.problem-closed.v1", title="问题办结", summary="问题办结：{outcome}")
class ProblemClosed(Event):
    """It is settled, and how."""

    problem_id: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemState:
    """A problem, and every answer it was given."""

    state: ProblemProgress = "none"
    raised: ProblemRaised | None = None
    answers: tuple[str, ...] = ()
    reopened: int = 0
    outcome: str | None = None


def evolve_problem(state: ProblemState, event: Event) -> ProblemState:
    """The problem after an event."""
    match event:
        case ProblemRaised():
            return ProblemState(state="open", raised=event)
        case ProblemAnswered():
            return replace(state, state="answered", answers=(*state.answers, event.answer))
        case ProblemReopened():
            return replace(state, state="open", reopened=state.reopened + 1)
        case ProblemClosed():
            return replace(state, state="closed", outcome=event.outcome)
        case _:
            return state


PROBLEM = Stream("problem", ProblemState(), evolve_problem)


def raise_problem(state: ProblemState, problem: ProblemRaised) -> list[Event]:
    """Raise a problem. Refused `problem-exists`."""
    if state.raised is not None:
        raise Refused(
            "problem-exists", f"问题 {problem.problem_id} 已存在", "there is such a problem", problem_id=problem.problem_id
        )
    return [problem]


def answer_problem(state: ProblemState, organ_id: str, answer: str, answered_by: str) -> list[Event]:
    """The city answers an open problem. Refused `not-the-city-organ`, `problem-not-open`."""
    raised = _raised(state)
    _check_city(raised, organ_id)
    if state.state != "open":
        raise Refused("problem-not-open", "问题已答复或已办结", "the problem is answered or closed", state=state.state)
    return [ProblemAnswered(problem_id=raised.problem_id, answer=answer, answered_by=answered_by)]


def reopen_problem(state: ProblemState, organ_id: str, reason: str) -> list[Event]:
    """The district says that the answer does not help. Refused `not-your-problem`, `problem-not-answered`."""
    raised = _raised(state)
    if organ_id != raised.organ_id:
        raise Refused("not-your-problem", "该问题由其他单位提出", "another organ raised this problem", organ_id=raised.organ_id)
    if state.state != "answered":
        raise Refused("problem-not-answered", "问题尚未答复或已办结", "the problem is not answered, or closed", state=state.state)
    return [ProblemReopened(problem_id=raised.problem_id, reason=reason)]


def close_problem(state: ProblemState, organ_id: str, outcome: str) -> list[Event]:
    """The city closes a problem that it answered. Refused `not-the-city-organ`, `problem-not-answered`."""
    raised = _raised(state)
    _check_city(raised, organ_id)
    if state.state != "answered":
        raise Refused("problem-not-answered", "问题尚未答复或已办结", "the problem is not answered, or closed", state=state.state)
    return [ProblemClosed(problem_id=raised.problem_id, outcome=outcome)]


def _raised(state: ProblemState) -> ProblemRaised:
    if state.raised is None:
        raise Refused("problem-not-open", "问题不存在", "there is no such problem")
    return state.raised


def _check_city(raised: ProblemRaised, organ_id: str) -> None:
    if organ_id != raised.city_organ_id:
        raise Refused(
            "not-the-city-organ", "由市级牵头单位答复", "the campaign's city organ answers", organ_id=raised.city_organ_id
        )

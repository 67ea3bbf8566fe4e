"""Acceptance, return, reassignment, cancellation and the reminder of a task; the claim behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from chassis.domain import Event, Refused
from services.tasks import domain
from services.tasks.domain.claim import CLAIM, ClaimEnterprise, claim_enterprise, release_claim
from services.tasks.domain.task import TaskDueSoon, TaskReassigned
from services.tasks.domain.tasklife import (
    ReassignTask,
    accept_task,
    cancel_task,
    reassign_task,
    return_task,
    warn_due,
    warning_day,
)
from tests.domain.tasks.situations import ASSIGN, AT, RULES, after, assigned, fold, generated, started

TEAM = [
    domain.Officer(
        officer_id=f"o-{one}", name=f"人员{one}", organ_id="donghu-emb", certificate_no=f"C{one}",
        certificate_valid_to=date(2024, 1, 1),
    )
    for one in "cd"
]  # fmt: skip
OTHERS = ReassignTask(planned_on=date(2021, 3, 9), officer_ids=("o-c", "o-d"), expert_ids=(), reason="请假")


def reassigned(
    state: domain.TaskState, team: list[domain.Officer] = TEAM, recusals: tuple[domain.Recusal, ...] = (), **changes: object
) -> list[Event]:
    return reassign_task(state, replace(OTHERS, **changes), team, [], recusals, RULES, AT)  # type: ignore[arg-type]


def test_who_was_not_trained_takes_no_task_over_where_the_rulebook_demands_it() -> None:
    demanding = replace(RULES, required_modules=("inspection",))
    with pytest.raises(Refused, match="officer-not-trained"):
        reassign_task(assigned(), OTHERS, TEAM, [], (), demanding, AT)
    trained = [replace(one, modules=("inspection", "registry")) for one in TEAM]
    assert reassign_task(assigned(), OTHERS, trained, [], (), demanding, AT)


def accepted() -> domain.TaskState:
    return after(assigned(), accept_task(assigned(), "o-a"))


def returned() -> domain.TaskState:
    return after(assigned(), return_task(assigned(), "o-b", "企业停产"))


def test_one_of_its_officers_accepts_for_the_team() -> None:
    assert (accepted().state, accepted().accepted_by) == ("accepted", "o-a")
    assert accept_task(accepted(), "o-a") == []
    for state, who, code in (
        (assigned(), "o-x", "not-your-task"),
        (accepted(), "o-b", "task-not-assigned"),
        (started(), "o-a", "task-not-assigned"),
    ):
        with pytest.raises(Refused, match=code):
            accept_task(state, who)


def test_an_accepted_task_starts_as_an_assigned_one_does() -> None:
    assert len(domain.start_task(accepted(), "t-1")) == 1


def test_a_returned_task_waits_for_officers_again() -> None:
    task = returned()
    assert (task.state, task.assigned, task.reason) == ("returned", None, "企业停产")
    assert len(domain.assign_task(task, ASSIGN)) == 1
    for state in (generated(), started(), task):
        with pytest.raises(Refused, match="task-not-assigned"):
            return_task(state, "o-a", "x")
    with pytest.raises(Refused, match="not-your-task"):
        return_task(accepted(), "o-x", "x")


@pytest.mark.parametrize(
    "state", [generated(), assigned(), accepted(), returned()], ids=["generated", "assigned", "accepted", "returned"]
)
def test_a_task_that_has_not_begun_is_given_to_others(state: domain.TaskState) -> None:
    [event] = reassigned(state)
    assert isinstance(event, TaskReassigned)
    task = after(state, [event])
    assert (task.state, task.accepted_by, task.reason) == ("assigned", None, "请假")
    assert accept_task(task, "o-c")
    with pytest.raises(Refused, match="not-your-task"):
        accept_task(task, "o-a")


@pytest.mark.parametrize(
    ("team", "recusals", "changes", "code"),
    [
        (TEAM[:1], (), {"officer_ids": ("o-c",)}, "too-few-officers"),
        (TEAM[:1], (), {}, "officer-not-known"),
        (TEAM, (), {"expert_ids": ("x-1",)}, "expert-not-known"),
        ([TEAM[0], replace(TEAM[1], organ_id="xihu-emb")], (), {}, "officer-of-another-organ"),
        ([TEAM[0], replace(TEAM[1], certificate_valid_to=date(2021, 3, 8))], (), {}, "certificate-expired"),
        (TEAM, (domain.Recusal("o-d", "e-1"),), {}, "officer-recused"),
        (TEAM, (), {"planned_on": date(2021, 2, 28)}, "planned-in-the-past"),
    ],
)
def test_whoever_takes_over_fulfils_what_a_draw_demands(
    team: list[domain.Officer], recusals: tuple[domain.Recusal, ...], changes: dict[str, object], code: str
) -> None:
    with pytest.raises(Refused, match=code):
        reassigned(assigned(), team, recusals, **changes)


def test_a_task_that_began_is_neither_reassigned_nor_cancelled() -> None:
    with pytest.raises(Refused, match="task-not-assigned"):
        reassigned(started())
    with pytest.raises(Refused, match="task-begun"):
        cancel_task(started(), "x")


def test_nothing_follows_a_cancelled_task() -> None:
    task = after(accepted(), cancel_task(accepted(), "企业注销"))
    assert domain.mark_overdue(task) == []
    assert warn_due(task) == []
    for move in ("cancel", "reassign", "assign", "accept", "return", "start", "complete"):
        with pytest.raises(Refused):
            MOVES[move](task)


def test_the_reminder_comes_once_and_never_after_the_day() -> None:
    assert warn_due(assigned()) == [TaskDueSoon(task_id="t-1", due_on=date(2021, 11, 30))]
    assert warn_due(after(assigned(), warn_due(assigned()))) == []
    assert warn_due(after(assigned(), domain.mark_overdue(assigned()))) == []
    assert warning_day(date(2021, 11, 30), 7, date(2021, 3, 1)) == date(2021, 11, 23)
    assert warning_day(date(2021, 11, 30), 7, date(2021, 11, 23)) is None
    assert warning_day(date(2021, 11, 30), None, date(2021, 3, 1)) is None


MOVES: dict[str, Callable[[domain.TaskState], list[Event]]] = {
    "assign": lambda s: domain.assign_task(s, ASSIGN), "accept": lambda s: accept_task(s, "o-a"),
    "return": lambda s: return_task(s, "o-a", "r"), "reassign": reassigned, "start": lambda s: domain.start_task(s, "t-1"),
    "complete": lambda s: domain.complete_task(s, "t-1", date(2021, 3, 8)), "overdue": domain.mark_overdue,
    "warn": warn_due, "cancel": lambda s: cancel_task(s, "r"),
}  # fmt: skip


@drawn(st.lists(st.sampled_from(sorted(MOVES)), max_size=20))
def test_whatever_is_tried_the_life_of_a_task_holds(moves: list[str]) -> None:
    """An ended task stays as it is; who begins was assigned; a started task only completes; flags come once."""
    task = generated()
    told: list[Event] = []
    for move in moves:
        try:
            events = MOVES[move](task)
        except Refused:
            continue
        before, task = task, after(task, events)
        told += events
        assert before.state not in ("completed", "cancelled") or task == before
        assert before.state != "started" or task.state in ("started", "completed")
        assert task.state not in ("assigned", "accepted", "started", "completed") or task.assigned is not None
        assert task.state != "accepted" or task.accepted_by is not None
    for cls in (domain.TaskOverdue, TaskDueSoon, domain.TaskStarted, domain.TaskCompleted):
        assert sum(isinstance(event, cls) for event in told) <= 1


CITY_CLAIM = ClaimEnterprise(campaign_id="c-1", enterprise_id="e-1", organ_id="nanchang-emb", organ="市局", level="city")
OWN_CLAIM = replace(CITY_CLAIM, organ_id="donghu-emb", organ="区局", level="district")


@drawn(st.lists(st.tuples(st.sampled_from(["claim", "release"]), st.sampled_from([CITY_CLAIM, OWN_CLAIM])), max_size=12))
def test_an_enterprise_has_at_most_one_enforcing_body_in_a_campaign(steps: list[tuple[str, ClaimEnterprise]]) -> None:
    state, holder = CLAIM.initial, None
    for step, command in steps:
        if step == "release":
            state = fold(CLAIM, state, release_claim(state, command.organ_id, "r"))
            holder = None if holder == command.organ_id else holder
        elif holder not in (None, command.organ_id):
            with pytest.raises(Refused, match="enforced-by-another-organ"):
                claim_enterprise(state, command)
        else:
            state = fold(CLAIM, state, claim_enterprise(state, command))
            holder = command.organ_id
        assert state.organ_id == holder

"""The life of a task."""

from __future__ import annotations

from datetime import date

import pytest

from chassis.domain import Refused
from chassis.testing import given
from services.tasks import domain
from services.tasks.domain import TASK
from tests.domain.tasks.situations import ASSIGN, OFFICERS, TASK_FACTS, after, assigned, generated, started

DONE = date(2021, 3, 8)


def completed() -> domain.TaskState:
    return after(started(), domain.complete_task(started(), "t-1", DONE))


def test_same_campaign_and_enterprise_never_have_two_tasks() -> None:
    with pytest.raises(Refused, match="task-exists"):
        domain.generate_task(generated(), TASK_FACTS)


def test_assigned_tells_all_that_the_visit_needs() -> None:
    [event] = domain.assign_task(generated(), ASSIGN)
    assert event == domain.TaskAssigned(
        task_id="t-1", enterprise_id="e-1", enterprise_name="甲厂", uscc="913601000000000001", sector="steel", kind="campaign",
        campaign_id="campaign-2021", level="district", organ_id="donghu-emb", organ="东湖区应急管理局", due_on=date(2021, 11, 30),
        planned_on=date(2021, 3, 8), draw_id="draw-1", officers=OFFICERS, experts=(),
    )  # fmt: skip


@pytest.mark.parametrize("state", [TASK.initial, assigned(), started()], ids=["none", "assigned", "started"])
def test_only_a_generated_task_is_assigned(state: domain.TaskState) -> None:
    with pytest.raises(Refused, match="task-not-open"):
        domain.assign_task(state, ASSIGN)


def test_starts_when_the_officers_check_in() -> None:
    assert domain.start_task(assigned(), "t-1") == [domain.TaskStarted(task_id="t-1", inspection_id="t-1")]


def test_a_second_check_in_of_the_same_inspection_changes_nothing() -> None:
    assert domain.start_task(started(), "t-1") == []
    assert domain.start_task(completed(), "t-1") == []


@pytest.mark.parametrize("state", [TASK.initial, generated(), started()], ids=["none", "generated", "another inspection"])
def test_only_an_assigned_task_starts(state: domain.TaskState) -> None:
    with pytest.raises(Refused, match="task-not-assigned"):
        domain.start_task(state, "i-other")


def test_completed_when_its_inspection_is_concluded() -> None:
    [event] = domain.complete_task(started(), "t-1", DONE)
    assert event == domain.TaskCompleted(task_id="t-1", inspection_id="t-1", completed_on=DONE)
    assert domain.complete_task(completed(), "t-1", DONE) == []


@pytest.mark.parametrize("state", [TASK.initial, generated(), assigned()], ids=["none", "generated", "assigned"])
def test_only_a_started_task_is_completed(state: domain.TaskState) -> None:
    with pytest.raises(Refused, match="task-not-started"):
        domain.complete_task(state, "t-1", DONE)


def test_is_completed_by_the_inspection_that_started_it() -> None:
    with pytest.raises(Refused, match="task-not-started"):
        domain.complete_task(started(), "i-other", DONE)


@pytest.mark.parametrize("state", [generated(), assigned(), started()], ids=["generated", "assigned", "started"])
def test_becomes_overdue_once(state: domain.TaskState) -> None:
    events = domain.mark_overdue(state)
    assert events == [domain.TaskOverdue(task_id="t-1", due_on=date(2021, 11, 30))]
    assert domain.mark_overdue(after(state, events)) == []


@pytest.mark.parametrize("state", [TASK.initial, completed()], ids=["none", "completed"])
def test_is_not_overdue_when_there_is_nothing_to_do(state: domain.TaskState) -> None:
    assert domain.mark_overdue(state) == []


def test_an_overdue_task_can_still_be_assigned_started_and_completed() -> None:
    task = after(generated(), domain.mark_overdue(generated()))
    task = after(task, domain.assign_task(task, ASSIGN))
    task = after(task, domain.start_task(task, "t-1"))
    task = after(task, domain.complete_task(task, "t-1", date(2021, 12, 24)))
    assert (task.state, task.overdue, task.completed_on) == ("completed", True, date(2021, 12, 24))


def test_fold_never_raises() -> None:
    foreign = [domain.PlanApproved(plan_id="p", approved_by="x"), domain.TaskStarted(task_id="t-1", inspection_id="t-1")]
    assert given(domain.CAMPAIGN, foreign) == domain.CAMPAIGN.initial
    assert given(domain.DRAW, foreign) == domain.DRAW.initial
    assert given(domain.PLAN, foreign).approved_by == "x"
    assert given(domain.TASK, foreign).state == "started"

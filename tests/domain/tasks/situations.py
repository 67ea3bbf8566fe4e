"""Named situations of plans, campaigns, draws and tasks, each built out of the previous one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TypeVar

from chassis.domain import Event, Stream
from chassis.testing import given
from services.tasks import domain
from services.tasks.domain import CAMPAIGN, PLAN, TASK

S = TypeVar("S")
AT = datetime(2021, 3, 1, 1, 0, tzinfo=UTC)
CITY = domain.Organ(organ_id="nanchang-emb", organ="南昌市应急管理局", district="nanchang", kind="city")
DONGHU = domain.Organ(organ_id="donghu-emb", organ="东湖区应急管理局", district="donghu", kind="district", parent="nanchang")
RULES = domain.Rules(
    rulebook="jiangxi-work-safety", version="2021.1", valid_from=date(2021, 1, 1), valid_to=date(2022, 12, 31),
    share_numerator=1, share_denominator=4, rounding="half-up", officers_minimum=2,
    officers_bases=(
        domain.Basis(text="行政处罚法（2017）第37条第1款", valid_to=date(2021, 7, 14)),
        domain.Basis(text="行政处罚法（2021）第42条第1款", valid_from=date(2021, 7, 15)),
    ),
    plan_bases=(domain.Basis(text="安全生产法（2021）第62条第2款", valid_from=date(2021, 9, 1)),),
)  # fmt: skip
DRAFT = domain.DraftPlan(
    plan_id="plan-2021", year=2021, title="2021年度计划", sectors=("steel", "aluminium", "dust"), planned_inspections=346
)
OPEN = domain.OpenCampaign(
    campaign_id="campaign-2021", plan_id="plan-2021", title="工贸专项执法", sectors=("steel", "aluminium", "dust"),
    starts_on=date(2021, 3, 1), ends_on=date(2021, 11, 30),
)  # fmt: skip


def drafted() -> domain.PlanState:
    """A plan that `li` drafted."""
    return given(PLAN, domain.draft_plan(PLAN.initial, DRAFT, CITY, "li"))


def approved() -> domain.PlanState:
    """The plan, approved by `wang`."""
    return fold(PLAN, drafted(), domain.approve_plan(drafted(), "wang"))


def opened() -> domain.CampaignState:
    """A campaign of the approved plan."""
    return given(CAMPAIGN, domain.open_campaign(CAMPAIGN.initial, approved(), CITY, RULES, OPEN, AT))


def organ_of(district: str) -> domain.Organ:
    """The organ of a district of the city."""
    return replace(DONGHU, organ_id=f"{district}-emb", organ=f"{district}应急管理局", district=district)


def enterprise(number: int, district: str = "donghu", sector: str = "steel") -> domain.Enterprise:
    """A registered enterprise."""
    return domain.Enterprise(
        enterprise_id=f"e-{number:020x}", name=f"企业{number}", uscc=f"91360100{number:010d}", district=district, sector=sector,
        own=organ_of(district),
    )  # fmt: skip


def register(*counts: int) -> list[domain.Enterprise]:
    """An enterprise register with so many enterprises in each of as many districts."""
    numbers = iter(range(sum(counts)))
    return [enterprise(next(numbers), f"district-{place}") for place, count in enumerate(counts) for _ in range(count)]


def apportioned(
    state: domain.CampaignState, enterprises: Sequence[domain.Enterprise], seed: str = "seed"
) -> domain.CampaignApportioned:
    """What the apportionment of these enterprises decides."""
    [event] = domain.apportion(state, domain.Apportion(seed=seed, expected_enterprises=len(enterprises)), enterprises)
    assert isinstance(event, domain.CampaignApportioned)
    return event


TASK_FACTS = domain.GenerateTask(
    task_id="t-1", kind="campaign", campaign_id="campaign-2021", draw_id=None, enterprise_id="e-1", enterprise_name="甲厂",
    uscc="913601000000000001", district="donghu", sector="steel", level="district", organ_id="donghu-emb",
    organ="东湖区应急管理局", due_on=date(2021, 11, 30),
)  # fmt: skip
OFFICERS = tuple(
    domain.AssignedOfficer(officer_id=f"o-{one}", name=f"人员{one}", certificate_no=f"C{one}", organ_id="donghu-emb")
    for one in "ab"
)
ASSIGN = domain.AssignTask(planned_on=date(2021, 3, 8), draw_id="draw-1", officers=OFFICERS, experts=())


def generated(**changes: object) -> domain.TaskState:
    """A generated task."""
    return given(TASK, domain.generate_task(TASK.initial, replace(TASK_FACTS, **changes)))  # type: ignore[arg-type]


def assigned() -> domain.TaskState:
    """The task, assigned."""
    return after(generated(), domain.assign_task(generated(), ASSIGN))


def started() -> domain.TaskState:
    """The task, its officers on site."""
    return after(assigned(), domain.start_task(assigned(), "t-1"))


def after(task: domain.TaskState, events: Sequence[Event]) -> domain.TaskState:
    """The task after these events."""
    return fold(TASK, task, events)


def fold(stream: Stream[S], state: S, events: Iterable[Event]) -> S:
    """The state after further events."""
    for event in events:
        state = stream.evolve(state, event)
    return state

"""What the driver knows of the simulated city while the year goes by: learnt from the platform's answers, never counted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from pilot.client import Client
from pilot.people import Officer, Organ, Person
from pilot.programme import Programme
from pilot.scenario import Scenario, Visit

Action = Callable[[], Awaitable[None]]

REGISTRY, TASKS, INSPECTION, PENALTY, REPORTING = (
    f"/api/{name}/v1" for name in ("registry", "tasks", "inspection", "penalty", "reporting")
)


PREPARING, WORKING, REPORTING_BACK = range(3)
"""The stages of a day. Enterprises report when officers have done their work: what both do to one order has one outcome then."""


class Agenda:
    """What is to be done on which day; on a day, everything of an earlier stage before anything of a later one."""

    def __init__(self) -> None:
        self._of: dict[date, dict[int, list[Action]]] = defaultdict(lambda: defaultdict(list))

    def add(self, day: date, action: Action, *, stage: int = WORKING) -> None:
        """Do this on that day."""
        self._of[day][stage].append(action)

    def stages(self, day: date) -> Iterable[list[Action]]:
        """The day's actions, stage by stage; what a stage adds to the same day's later stages is among them."""
        of_day = self._of[day]
        while of_day:
            yield of_day.pop(min(of_day))

    def busy(self, day: date) -> bool:
        """Whether anything is to be done that day."""
        return bool(self._of.get(day))


@dataclass(frozen=True, slots=True, kw_only=True)
class Provision:
    """The branch of a catalogue item that fines the unit at once, as the catalogue has it."""

    law: str
    version: str
    article: str
    paragraph: int | None
    item: str | None
    valid_from: date
    valid_to: date
    max_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A catalogue item, as far as officers on site need it."""

    code: str
    is_key: bool
    is_major: bool
    finding: str
    days: int  # to rectify
    provisions: tuple[Provision, ...]

    def provision_on(self, day: date, articles: Iterable[str]) -> Provision | None:
        """The branch in force on a day, if it is one of these articles."""
        found = (p for p in self.provisions if p.valid_from <= day <= p.valid_to and p.article in articles)
        return next(found, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """A hazard as officers write it down."""

    hazard_id: str
    item: Item
    severity: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """A visit with the task it fulfils and the officers drawn for it."""

    visit: Visit
    task_id: str
    enterprise_id: str
    enterprise_name: str
    district: str
    organ: Organ
    officers: tuple[Officer, ...] = ()

    @property
    def lead(self) -> Person:
        """The officer who holds the device."""
        return self.officers[0].person

    @property
    def short(self) -> str:
        """What the ids of everything that belongs to this visit end with."""
        return self.task_id.removeprefix("t-")

    @property
    def party(self) -> Person:
        """The enterprise, as a principal."""
        return Person(
            sub=f"enterprise-{self.enterprise_id}", name=self.enterprise_name, roles=("enterprise",),
            districts=(self.district,), enterprise_id=self.enterprise_id,
        )  # fmt: skip

    def cards(self, count: int | None = None) -> list[dict[str, str]]:
        """The first `count` (all) of the officers, as they show their certificates."""
        return [{"officer_id": o.officer_id, "certificate_no": o.certificate_no} for o in self.officers[:count]]


@dataclass(frozen=True, slots=True)
class Staff:
    """People of the city who act in one role."""

    administrator: Person
    auditor: Person
    operator: Person
    reviewer: Person


def staff_of(city: Organ) -> Staff:
    """The city's people."""
    everywhere = ("*",)
    return Staff(
        administrator=Person(sub="administrator", name="平台管理员", roles=("administrator",), districts=everywhere,
                             organ=city.organ_id),
        auditor=Person(sub="auditor", name="审计人员", roles=("auditor",), districts=everywhere),
        operator=Person(sub="operator", name="运维人员", roles=("operator",), districts=everywhere),
        reviewer=city.person("legal-reviewer", "法制审核员"),
    )  # fmt: skip


@dataclass(slots=True)
class World:
    """The running year."""

    scenario: Scenario
    programme: Programme
    client: Client
    staff: Staff
    today: date
    agenda: Agenda = field(default_factory=Agenda)
    items: dict[str, Item] = field(default_factory=dict)
    tasks: dict[int, Assigned] = field(default_factory=dict)  #: by number of visit
    hazards: dict[int, tuple[Hazard, ...]] = field(default_factory=dict)  #: what will be found, by number of visit
    planned: dict[int, tuple[str, ...]] = field(default_factory=dict)  #: codes of the items to answer, by number of visit

    @property
    def officers(self) -> Mapping[str, Officer]:
        """Every officer by id."""
        return {officer.officer_id: officer for officer in self.scenario.officers}


def item_from(told: Mapping[str, Any]) -> Item:
    """A catalogue item as the registry tells it."""
    first = [row for row in told["penalty"] if row["phase"] == "first" and row["subject"] == "unit" and row["max_fen"]]
    return Item(
        code=told["code"], is_key=told["key_item_code"] is not None, is_major=told["is_major_hazard"],
        finding=told["finding_text"], days=told["onsite_measure"]["default_days"],
        provisions=tuple(_provision(row) for row in first),
    )  # fmt: skip


def _provision(row: Mapping[str, Any]) -> Provision:
    where = row["provision"]
    return Provision(
        law=where["law"], version=where["version"], article=where["article"], paragraph=where["paragraph"],
        item=where["item"], valid_from=_day(row["valid_from"], date.min), valid_to=_day(row["valid_to"], date.max),
        max_fen=row["max_fen"],
    )  # fmt: skip


def _day(text: str | None, otherwise: date) -> date:
    return date.fromisoformat(text) if text else otherwise


def days_later(day: date, count: int) -> date:
    """A day `count` days after another."""
    return day + timedelta(days=count)

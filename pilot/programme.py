"""What the scenario fixes of the campaign's other work: training, the districts' plans, weekly dispatch, visits to learn from.

It is decided by the seed alone, like the visits; whether it comes out is asked of the platform when the year is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from pilot.days import Days
from pilot.people import Officer, chosen
from pilot.scenario import CAMPAIGN, CASES, LAST_HITCH, OPENED, YEAR, Scenario

WEEK = timedelta(days=7)
TAUGHT, RESAT = date(YEAR, 2, 25), date(YEAR, 2, 26)  # before the first inspections
NEW_LAW = date(YEAR, 7, 15)  # 行政处罚法（2021）: a district writes its plan anew
BASIC, CASEWORK = ("registry", "tasks", "inspection"), ("penalty",)
ABSENT = 0.15  # of the observers
NUMBERS_TAKEN_ALONG, NUMBERS_SPOILT = 5, 1  # by a device, for a day without a network
FIGURES = ("inspections", "hazards", "hazards_rectified", "tasks_completed", "completion_percent")
"""What a bulletin is about: names of figures of reporting."""

PROBLEMS = (
    "粉尘防爆专家力量不足，请市级协调。",
    "深井铸造企业监测报警装置验收标准不一，请予明确。",
    "园区企业更名迁址较多，任务地址需核对。",
)
FINDINGS = (
    ("除尘器灰斗积尘未及时清理。", "建议按班次清灰并记录。"),
    ("有限空间作业审批单填写不完整。", "建议统一审批单样式并培训班组长。"),
    ("熔炼区安全出口堆放原料。", "建议划线并每日巡查。"),
    ("煤气报警器校验标签模糊。", "建议建立校验台账。"),
)
TOPICS = ("有限空间作业执法检查", "粉尘涉爆企业执法检查", "熔融金属区域执法检查")


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """A session: about which modules, announced and held when, who came and whether they passed."""

    training_id: str
    title: str
    modules: tuple[str, ...]
    announced_on: date
    held_on: date
    attended: tuple[tuple[str, bool], ...]

    @property
    def passed(self) -> int:
        """How many passed."""
        return sum(passed for _, passed in self.attended)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What a district asks the city to solve, in which week; whether the first answer does not help."""

    problem_id: str
    district: str
    monday: date
    text: str
    reopened: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Demonstration:
    """An inspection of the city in a district that officers of the others watch: who is named, and who of them comes."""

    demonstration_id: str
    district: str
    topic: str
    observers: tuple[str, ...]
    present: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guidance:
    """A visit of experts in a week: on which day, by whom, what they find, whether that is serious."""

    guidance_id: str
    visited_on: date
    experts: tuple[str, ...]
    findings: tuple[tuple[str, str], ...]
    serious: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """The campaign's other work: the weeks that are reported on, and all the rest."""

    mondays: tuple[date, ...]
    trainings: tuple[Training, ...]
    reviser: str  # the district that writes its implementation plan a second time
    problems: tuple[Problem, ...]
    supplements: tuple[tuple[str, date], ...]  # district and week
    demonstrations: tuple[Demonstration, ...]
    guidance: tuple[Guidance, ...]


def programme_of(scenario: Scenario) -> Programme:
    """The other work of a year's campaign; ValueError if there is no room for it."""
    random, days, few = scenario.random("programme"), scenario.days, scenario.size.few
    mondays = _mondays(days)[:: scenario.size.weeks_apart]
    districts = [organ.district for organ in scenario.districts]
    weeks = [(district, monday) for district in districts for monday in mondays]
    return Programme(
        mondays=mondays, trainings=_trainings(scenario, random), reviser=random.choice(districts),
        problems=_problems(scenario, random, mondays), supplements=tuple(sorted(random.sample(weeks, few))),
        demonstrations=_demonstrations(scenario, random), guidance=_guidance(scenario, random, mondays),
    )  # fmt: skip


def _mondays(days: Days) -> tuple[date, ...]:
    """The Mondays of the campaign's weeks, of those in which something happens."""
    monday, found = CAMPAIGN[0] - timedelta(days=CAMPAIGN[0].weekday()), []
    while monday <= CAMPAIGN[1]:
        if days.between(monday - timedelta(days=1), monday + timedelta(days=6)):
            found.append(monday)
        monday += WEEK
    return tuple(found)


def _trainings(scenario: Scenario, random: Random) -> tuple[Training, ...]:
    """Everybody learns the basic modules before the first inspection, casework before the first case; who fails comes again."""
    days = scenario.days
    august = days.first_of_month(CASES[0].month - 1)
    autumn = (august, days.after(august), days.after(days.after(august)))
    found: list[Training] = []
    for title, modules, (announced, held, again) in (
        ("平台任务与检查模块培训", BASIC, (OPENED, TAUGHT, RESAT)),
        ("案件办理模块培训", CASEWORK, autumn),
    ):
        failed = {officer.officer_id for officer in random.sample(scenario.officers, 2 * scenario.size.few)}
        came = tuple((officer.officer_id, officer.officer_id not in failed) for officer in scenario.officers)
        retry = tuple((officer_id, True) for officer_id in sorted(failed))
        for name, first, day, attended in ((title, announced, held, came), (f"{title}（补训）", held, again, retry)):
            found.append(Training(
                training_id=f"training-{YEAR}-{len(found) + 1}", title=name, modules=modules, announced_on=first, held_on=day,
                attended=attended,
            ))  # fmt: skip
    return tuple(found)


def _problems(scenario: Scenario, random: Random, mondays: Sequence[date]) -> tuple[Problem, ...]:
    """Some of each district, early enough to be settled within the year; to a few the first answer is no help."""
    early = [monday for monday in mondays if monday <= LAST_HITCH]
    where = [
        (organ.district, monday)
        for organ in scenario.districts
        for monday in sorted(random.sample(early, scenario.size.problems))
    ]
    reopened = set(random.sample(where, scenario.size.few))
    return tuple(
        Problem(
            problem_id=f"problem-{district}-{monday:%m%d}", district=district, monday=monday, text=random.choice(PROBLEMS),
            reopened=(district, monday) in reopened,
        )
        for district, monday in where
    )  # fmt: skip


def _demonstrations(scenario: Scenario, random: Random) -> tuple[Demonstration, ...]:
    """One each in some districts, with an officer of every other district; some of them do not come, at least one does."""
    shown = random.sample(scenario.districts, scenario.size.demonstrations)
    return tuple(_demonstration(scenario, random, organ.district) for organ in shown)


def _demonstration(scenario: Scenario, random: Random, district: str) -> Demonstration:
    others = [organ for organ in scenario.districts if organ.district != district]
    named = [random.choice(_officers(scenario, organ.district)).officer_id for organ in others]
    present = [officer_id for officer_id in named[1:] if random.random() >= ABSENT]
    return Demonstration(
        demonstration_id=f"demonstration-{YEAR}-{district}", district=district, topic=random.choice(TOPICS),
        observers=tuple(named), present=(named[0], *present),
    )  # fmt: skip


def _officers(scenario: Scenario, district: str) -> list[Officer]:
    return [officer for officer in scenario.officers if officer.organ.district == district]


def _guidance(scenario: Scenario, random: Random, mondays: Sequence[date]) -> tuple[Guidance, ...]:
    """A visit in each of the weeks, on its first day on which something happens; a few find something serious."""
    serious = set(random.sample(mondays, scenario.size.few))
    found = []
    for monday in mondays:
        [day, *_] = scenario.days.between(monday - timedelta(days=1), monday + timedelta(days=6))
        count = random.randrange(1 if monday in serious else 0, 4)
        found.append(Guidance(
            guidance_id=f"guidance-{monday.isoformat()}", visited_on=day,
            experts=chosen(random, scenario.experts, random.choice((1, 2))),
            findings=tuple(random.sample(FINDINGS, count)), serious=monday in serious,
        ))  # fmt: skip
    return tuple(found)

"""What else was lived, as the platform's lists and accounts tell it, beside what the scenario fixes."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pilot.client import Client
from pilot.numbering import OF_CASES, ORDER, SERIES, series_path
from pilot.people import Person
from pilot.programme import FIGURES, NUMBERS_SPOILT, Programme
from pilot.scenario import CAMPAIGN, CASES, YEAR, Scenario
from pilot.setting_up import CAMPAIGN_ID, LATER_RULEBOOKS, vocabulary
from pilot.world import INSPECTION, PENALTY, REGISTRY, REPORTING, TASKS

NUMBERED = re.compile(r"（(?P<organ>.+)）应急(?P<word>.+)〔(?P<year>\d{4})〕(?P<number>\d+)号")

Row = Mapping[str, Any]
Rows = Sequence[Row]


@dataclass(frozen=True, slots=True)
class Count:
    """One count: of what, how many the platform tells of, how many there are to be (None: whatever it says)."""

    what: str
    found: int
    wanted: int | None = None

    @property
    def right(self) -> bool:
        """Whether it is as the scenario has it."""
        return self.wanted is None or self.found == self.wanted


@dataclass(frozen=True, slots=True)
class Line:
    """One part of the year's other work with its counts."""

    title: str
    counts: tuple[Count, ...]

    @property
    def text(self) -> str:
        """The line as people read it."""
        return f"{self.title}: " + ", ".join(f"{count.found:,} {count.what}" for count in self.counts)

    @property
    def differences(self) -> list[str]:
        """The counts that are not as the scenario has them."""
        wrong = [count for count in self.counts if not count.right]
        return [f"{self.title}: {count.found:,} {count.what} instead of {count.wanted:,}" for count in wrong]


async def ask_what_was_lived(client: Client, auditor: Person, scenario: Scenario, programme: Programme) -> tuple[Line, ...]:
    """Ask the platform, as an auditor, for everything beside the table; nothing here was counted while the year went by."""
    return tuple(await asyncio.gather(
        _plans(client, auditor, scenario), _weeks(client, auditor, scenario, programme), _problems(client, auditor, programme),
        _bulletins(client, auditor, programme), _trainings(client, auditor, scenario, programme),
        _demonstrations(client, auditor, programme), _guidance(client, auditor, programme), _numbers(client, auditor, scenario),
        _rules(client, auditor),
    ))  # fmt: skip


async def _of_campaign(client: Client, who: Person, name: str) -> Rows:
    return await client.items(who, f"{TASKS}/{name}", campaign_id=CAMPAIGN_ID)


def _sum(rows: Rows, of: str) -> int:
    """The sum of a column over the rows; of lists, of their lengths."""
    return sum(len(row[of]) if isinstance(row[of], list) else int(row[of]) for row in rows)


def _many(rows: Rows, **having: Any) -> int:
    return sum(all(row[name] == value for name, value in having.items()) for row in rows)


async def _plans(client: Client, who: Person, scenario: Scenario) -> Line:
    rows = await client.items(who, f"{TASKS}/campaigns/{CAMPAIGN_ID}/implementations")
    districts = len(scenario.districts)
    newest = [row for row in rows if row["in_force"] == row["version_no"]]
    return Line("实施方案 implementation plans", (
        Count("in force", _many(newest, state="approved"), districts),
        Count("versions", _sum(rows, "version_no"), districts + 1),
    ))  # fmt: skip


async def _weeks(client: Client, who: Person, scenario: Scenario, programme: Programme) -> Line:
    rows = await client.items(who, f"{TASKS}/campaigns/{CAMPAIGN_ID}/weeks")
    weeks = len(programme.mondays)
    return Line("每周调度 weekly dispatch", (
        Count("weeks", len({row["monday"] for row in rows}), weeks),
        Count("reports of districts", len(rows), weeks * len(scenario.districts)),
        Count("supplements", _sum(rows, "supplements"), len(programme.supplements)),
        Count("suggestions", _sum(rows, "suggestions")),
    ))  # fmt: skip


async def _problems(client: Client, who: Person, programme: Programme) -> Line:
    rows, wanted = await _of_campaign(client, who, "problems"), programme.problems
    return Line("调度问题 problems", (
        Count("raised", len(rows), len(wanted)),
        Count("closed after an answer", _many([row for row in rows if row["answer"]], state="closed"), len(wanted)),
        Count("reopened", _sum(rows, "reopened"), sum(problem.reopened for problem in wanted)),
    ))  # fmt: skip


async def _bulletins(client: Client, who: Person, programme: Programme) -> Line:
    """Each figure that a bulletin names is asked for where it says; what was sent with it is made again and compared."""
    rows = await client.items(who, f"{TASKS}/campaigns/{CAMPAIGN_ID}/bulletins")
    links = {figure["rows"]: figure["figure"] for row in rows for figure in row["figures"]}
    paths = [f"{REPORTING}{link.removeprefix('/v1')}" for link in links]
    await asyncio.gather(*(client.get(who, f"{path}{'&' if '?' in path else '?'}limit=1") for path in paths))
    issued = [one for row in rows for one in await client.items(who, f"{REPORTING}{row['issued'].removeprefix('/v1')}")]
    return Line("调度通报 bulletins", (
        Count("issued", len(rows), len(programme.mondays)),
        Count("numbered in a row", len({row["number"] for row in rows} & set(range(1, len(rows) + 1))), len(rows)),
        Count("figures of reporting named", len(set(links.values())), len(FIGURES)),
        Count("made again the same", _many(issued, same=True), len(programme.mondays)),
    ))  # fmt: skip


async def _trainings(client: Client, who: Person, scenario: Scenario, programme: Programme) -> Line:
    sessions, wanted = await _of_campaign(client, who, "trainings"), programme.trainings
    users = await client.items(who, f"{TASKS}/module-users", state="granted")
    early = [row for row in users if row["granted_on"] < CAMPAIGN[0].isoformat()]
    cases = [row for row in users if row["granted_on"] < CASES[0].isoformat()]
    officers = len(scenario.officers)
    return Line("培训 training", (
        Count("sessions", _many(sessions, state="held"), len(wanted)),
        Count("attended", _sum(sessions, "attended"), sum(len(training.attended) for training in wanted)),
        Count("passed", _sum(sessions, "passed"), sum(training.passed for training in wanted)),
        Count("may inspect before the first inspection", _many(early, module="inspection"), officers),
        Count("may handle cases before the first case", _many(cases, module="penalty"), officers),
        Count("modules granted", len(users), sum(len(training.modules) * training.passed for training in wanted)),
    ))  # fmt: skip


async def _demonstrations(client: Client, who: Person, programme: Programme) -> Line:
    rows, wanted = await _of_campaign(client, who, "demonstrations"), programme.demonstrations
    return Line("巡回示范执法 demonstration visits", (
        Count("held", _many(rows, state="held"), len(wanted)),
        Count("in districts", len({row["district"] for row in rows}), len({visit.district for visit in wanted})),
        Count("observers named", _sum(rows, "observers"), sum(len(visit.observers) for visit in wanted)),
        Count("came", _sum(rows, "present"), sum(len(visit.present) for visit in wanted)),
    ))  # fmt: skip


async def _guidance(client: Client, who: Person, programme: Programme) -> Line:
    rows, wanted = await _of_campaign(client, who, "guidance-visits"), programme.guidance
    return Line("专家指导服务 expert guidance", (
        Count("visits reported", _many(rows, state="reported"), len(wanted)),
        Count("weeks", len({row["monday"] for row in rows}), len(programme.mondays)),
        Count("findings", _sum(rows, "findings"), sum(len(visit.findings) for visit in wanted)),
        Count("of them serious", _sum(rows, "serious"), sum(visit.serious for visit in wanted)),
    ))  # fmt: skip


async def _rules(client: Client, who: Person) -> Line:
    """The year's rules, and those under which whoever goes on from here decides: every version, each from its day."""
    rows = await client.items(who, f"{REGISTRY}/rulebooks")
    ahead = sum(row["valid_from"] > f"{YEAR}-12-31" for row in rows)
    return Line("规则库 rulebooks", (
        Count("published", len(rows), 1 + len(LATER_RULEBOOKS)),
        Count("of the years to come", ahead, len(LATER_RULEBOOKS)),
    ))  # fmt: skip


async def _numbers(client: Client, who: Person, scenario: Scenario) -> Line:
    """Every number of every series is one thing exactly, and the documents bear those that are used."""
    listed = await client.items(who, SERIES)
    told = await asyncio.gather(*(client.get(who, series_path(row["organ_id"], row["word"])) for row in listed))
    accounts = {str(account["series"]): account.body for account in told}
    borne = await _borne(client, who, scenario)
    dirty, cases = sum(visit.hazards > 0 for visit in scenario.visits), sum(visit.case is not None for visit in scenario.visits)
    holes, doubles = faults_of(accounts)
    used = Counter((series, number) for series, account in accounts.items() for number in _numbers_in(account["used"]))
    return Line("文号 document numbers", (
        Count("leased", sum(account["last"] for account in accounts.values())),
        Count("used", used.total(), dirty + len(OF_CASES) * cases),
        Count("void", _size(accounts, "voided"), NUMBERS_SPOILT),
        Count("given back", _size(accounts, "free")),
        Count("still out", sum(len(account["out"]) for account in accounts.values()), 0),
        Count("holes", holes, 0),
        Count("doubles", doubles + sum(count - 1 for count in borne.values()), 0),
        Count("orders", sum(series.split("/")[1] == ORDER.word for series, _ in borne.elements()), dirty),
        Count("documents or numbers without the other", len(used.keys() ^ borne.keys()), 0),
    ))  # fmt: skip


def faults_of(accounts: Mapping[str, Row]) -> tuple[int, int]:
    """How many numbers from 1 to a series' last are nowhere, and how many times too often numbers are somewhere."""
    holes = doubles = 0
    for account in accounts.values():
        spans = [*account["used"], *account["voided"], *account["free"], *(span for one in account["out"] for span in one["out"])]
        seen = Counter(_numbers_in(spans))
        holes += len(set(range(1, account["last"] + 1)) - seen.keys())
        doubles += sum(count - 1 for count in seen.values()) + sum(number > account["last"] for number in seen)
    return holes, doubles


def _numbers_in(spans: Iterable[Row]) -> list[int]:
    return [number for span in spans for number in range(span["first"], span["last"] + 1)]


def _size(accounts: Mapping[str, Row], what: str) -> int:
    return sum(len(_numbers_in(account[what])) for account in accounts.values())


async def _borne(client: Client, who: Person, scenario: Scenario) -> Counter[tuple[str, int]]:
    """The numbers that the year's documents bear, by series: orders, and what a case has of them."""
    orders = await client.items(who, f"{INSPECTION}/orders")
    listed = await client.items(who, f"{PENALTY}/cases")
    cases = await asyncio.gather(*(client.get(who, f"{PENALTY}/cases/{row['case_id']}") for row in listed))
    texts = [order["document_no"] for order in orders]
    for case in cases:
        texts += [case["case_no"], case["notice"]["document_no"], case["decision"]["document_no"]]
    rows = vocabulary("jurisdictions.json")["jurisdictions"]  # one that is gone may have been abbreviated as its successor
    organs = {row["document_abbreviation"]: row["organ_id"] for row in rows if row["organ_id"] in scenario.organs}
    return Counter(numbered(text, organs) for text in texts)


def numbered(text: str, organs: Mapping[str, str]) -> tuple[str, int]:
    """The series and the number of a document: （洪）应急责改〔2021〕7号; ValueError if it is not written so.

    `organs` are the organs' ids by their abbreviations.
    """
    found = NUMBERED.fullmatch(text)
    if found is None or found["organ"] not in organs:
        raise ValueError(f"no document number of a known organ: {text}")
    return f"{organs[found['organ']]}/{found['word']}/{found['year']}", int(found["number"])

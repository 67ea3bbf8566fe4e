"""The scenario: what happens in the simulated year, decided by the seed alone before anything is sent.

It fixes which facts officers find and which amounts they propose. It never adds up a figure: the totals below are what is to
happen, and whether they come out is computed by the platform's reporting from events.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Literal

from pilot.days import Days, working_days
from pilot.people import Expert, Officer, Organ, chosen, experts_of, officers_of
from pilot.published import Published, Scale

YEAR = 2021
SECTORS = ("steel", "aluminium", "dust")
SECTOR_WEIGHTS = (2, 3, 15)
SET_UP, PLANNED, OPENED = date(YEAR, 1, 4), date(YEAR, 1, 18), date(YEAR, 2, 22)
CAMPAIGN = (date(YEAR, 3, 1), date(YEAR, 11, 30))
LAST_VISIT = date(YEAR, 11, 15)
LAST_HITCH = date(YEAR, 10, 31)  # what goes wrong must have time to be put right within the year
CASES = (date(YEAR, 9, 1), date(YEAR, 11, 5))  # acts that lead to a case: under the law of then, and closed within the year
LAST_DAY = date(YEAR, 12, 30)
RANDOM_MONTHS = (4, 7, 9)
RANDOM_PERIOD = timedelta(days=50)
MOST_HAZARDS = 8
FEN_STEP, FEWEST_STEPS, MOST_STEPS = 10_000, 20, 199  # a fine is a multiple of 100 yuan, from 2,000 to 19,900

Statement = Literal["waived", "lapsed", "made"]
Hitch = Literal["none", "late-report", "failed-once", "late-re-inspection"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much happens. The totals are the published ones; the rest is how finely the year is simulated."""

    enterprises: int
    inspections: int
    hazards: int
    key_hazards: int
    penalties: int
    penalty_fen: int
    stride: int  # days
    sites_per_district: int  # at least
    district_officers: int
    city_officers: int
    experts: int
    few: int  # how often a rare thing happens
    weeks_apart: int  # districts report every so many weeks
    problems: int  # of each district that the city is asked to solve
    demonstrations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What becomes of the acts of a visit: the fine in fen, how the party uses its right to be heard."""

    number: int
    fen: int
    acts: int
    statement: Statement
    relief_fen: int  # by how much the decision stays under the notice, because a statement was founded


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One inspection: when, by how many, what is found, what comes after."""

    number: int
    draw_id: str | None  # of the random selection it follows from; None: of the campaign
    planned_on: date
    visited_on: date
    team: int
    experts: tuple[str, ...]
    advised: bool
    signed: bool
    hazards: int = 0
    key_hazards: int = 0
    hitch: Hitch = "none"
    case: Case | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomDraw:
    """A random selection of enterprises: by which organ, of which district (None: anywhere), how many, due when."""

    draw_id: str
    organ: Organ
    district: str | None
    count: int
    drawn_on: date
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Everything that happens, as far as it does not hang on the platform's answers."""

    seed: int
    size: Size
    days: Days
    city: Organ
    districts: tuple[Organ, ...]
    places: tuple[tuple[str, str], ...]  # (district, sector) of each site
    officers: tuple[Officer, ...]
    experts: tuple[Expert, ...]
    recusals: tuple[tuple[str, int], ...]  # officer, and the place of the site in `places`
    draws: tuple[RandomDraw, ...]
    visits: tuple[Visit, ...]

    @property
    def register(self) -> dict[str, dict[str, int]]:
        """How many sites of each sector each district has."""
        within = [organ.district for organ in self.districts]
        return {district: {sector: self.places.count((district, sector)) for sector in SECTORS} for district in within}

    @property
    def organs(self) -> dict[str, Organ]:
        """The organs by id."""
        return {organ.organ_id: organ for organ in (self.city, *self.districts)}

    def random(self, purpose: str) -> Random:
        """A generator of its own for a purpose, so that the order of things that happen at once changes nothing."""
        return Random(f"{self.seed}/{purpose}")


def size_of(scale: Scale, published: Mapping[str, Published]) -> Size:
    """The size that leads to published figures."""
    small = scale == "small"
    return Size(
        enterprises=published["enterprises"].least, inspections=published["inspections"].least,
        hazards=published["hazards"].least, key_hazards=published["key_item_hazards"].least,
        penalties=published["penalties"].least, penalty_fen=published["penalty_amount_fen"].least,
        stride=8 if small else 5, sites_per_district=2 if small else 8, district_officers=6 if small else 8,
        city_officers=10 if small else 24, experts=5 if small else 20, few=1 if small else 4,
        weeks_apart=4 if small else 1, problems=1 if small else 3, demonstrations=3 if small else 13,
    )  # fmt: skip


def scenario_of(seed: int, size: Size, city: Organ, districts: Sequence[Organ]) -> Scenario:
    """The year of a city with these districts; ValueError if the sizes cannot fit into it."""
    random = Random(seed)
    days = Days(working_days(CAMPAIGN[0], LAST_DAY, size.stride))
    places = _places(random, size, districts)
    officers = officers_of(city, 0, size.city_officers, random)
    for number, organ in enumerate(districts, start=1):
        officers += officers_of(organ, number, size.district_officers, random)
    experts = experts_of(city.district, size.experts, random)
    draws = _draws(random, size, days, city, districts)
    visits = _visits(random, size, days, draws, experts)
    return Scenario(
        seed=seed, size=size, days=days, city=city, districts=tuple(districts), places=places, officers=tuple(officers),
        experts=tuple(experts), recusals=_recusals(random, size, officers, places), draws=draws,
        visits=_with_findings(random, size, visits),
    )  # fmt: skip


def _places(random: Random, size: Size, districts: Sequence[Organ]) -> tuple[tuple[str, str], ...]:
    """District and sector of each site: some in every district, the rest where the seed puts them, every sector there."""
    where = [organ.district for organ in districts for _ in range(size.sites_per_district)]
    where += [random.choice(districts).district for _ in range(size.enterprises - len(where))]
    what = list(SECTORS) + random.choices(SECTORS, SECTOR_WEIGHTS, k=size.enterprises - len(SECTORS))
    random.shuffle(what)
    return tuple(zip(where, what, strict=True))


def _recusals(
    random: Random, size: Size, officers: Sequence[Officer], places: Sequence[tuple[str, str]]
) -> tuple[tuple[str, int], ...]:
    """Some officers keep away from a site that they could be sent to."""
    found = set()
    for place in random.sample(range(len(places)), 3 * size.few):
        able = [officer.officer_id for officer in officers if places[place][0] in officer.organ.works_in]
        found.add((random.choice(able), place))
    return tuple(sorted(found))


def _draws(random: Random, size: Size, days: Days, city: Organ, districts: Sequence[Organ]) -> tuple[RandomDraw, ...]:
    """Random selections in a few months; the city takes a quarter of the inspections, the districts the rest."""
    wanted = size.inspections - size.enterprises
    draws = []
    for place, month in enumerate(RANDOM_MONTHS):
        of_month = wanted * (place + 1) // len(RANDOM_MONTHS) - wanted * place // len(RANDOM_MONTHS)
        organs = [city] * (of_month // 4) + _dealt(random, districts, of_month - of_month // 4, size.sites_per_district)
        drawn_on = days.first_of_month(month)
        for organ in dict.fromkeys(organs):
            draws.append(RandomDraw(
                draw_id=f"random-{YEAR}-{month:02d}-{organ.organ_id}", organ=organ,
                district=None if organ is city else organ.district, count=organs.count(organ),
                drawn_on=drawn_on, due_on=drawn_on + RANDOM_PERIOD,
            ))  # fmt: skip
    return tuple(draws)


def _dealt(random: Random, organs: Sequence[Organ], count: int, most: int) -> list[Organ]:
    """`count` organs, as evenly as chance allows, none more than `most` times."""
    pool = [organ for _ in range(most) for organ in random.sample(organs, len(organs))]
    return pool[:count]


def _visits(
    random: Random, size: Size, days: Days, draws: Sequence[RandomDraw], experts: Sequence[Expert]
) -> list[Visit]:  # fmt: skip
    """All visits with their days and teams; on the first day of a month nobody goes out, officers are drawn then."""
    out = [day for day in days.all if day <= LAST_VISIT and day != days.first_of_month(day.month)]
    planned: list[tuple[str | None, date, date]] = []
    for place in range(size.enterprises):
        day = out[place * len(out) // size.enterprises]
        planned.append((None, day, day))
    late = set(random.sample([draw.draw_id for draw in draws[: len(draws) * 2 // 3]], size.few))
    for draw in draws:
        within = [day for day in out if draw.drawn_on < day <= draw.due_on]
        for place in range(draw.count):
            day = random.choice(within)
            after = next(day for day in out if day > draw.due_on)
            planned.append((draw.draw_id, day, after if draw.draw_id in late and place == 0 else day))
    random.shuffle(planned)
    planned.sort(key=lambda one: one[2])
    teams = _teams(random, len(planned))
    return [
        Visit(
            number=number, draw_id=draw_id, planned_on=planned_on, visited_on=visited_on, team=team,
            experts=chosen(random, experts, random.choice((1, 1, 1, 2))), advised=random.random() < 0.7,
            signed=random.random() < 0.97,
        )
        for number, ((draw_id, planned_on, visited_on), team) in enumerate(zip(planned, teams, strict=True))
    ]  # fmt: skip


def _teams(random: Random, count: int) -> list[int]:
    """Team sizes of three to five officers, four on average exactly."""
    uneven = random.randrange(count // 4)
    teams = [3] * uneven + [5] * uneven + [4] * (count - 2 * uneven)
    random.shuffle(teams)
    return teams


def _with_findings(random: Random, size: Size, visits: Sequence[Visit]) -> tuple[Visit, ...]:
    """What is found at each visit, and what becomes of it."""
    able = [visit.number for visit in visits if CASES[0] <= visit.visited_on <= CASES[1]]
    if len(able) < size.penalties:
        raise ValueError(f"only {len(able)} visits can lead to {size.penalties} penalties")
    cases = dict(zip(sorted(random.sample(able, size.penalties)), _cases(random, size), strict=True))
    hazards = _spread(random, size, len(visits), cases)
    keys = _key_hazards(random, size, hazards, cases)
    hitches = _hitches(random, size, [visit for visit in visits if hazards[visit.number] and visit.number not in cases])
    return tuple(
        replace(
            visit, hazards=hazards[visit.number], key_hazards=keys[visit.number], case=cases.get(visit.number),
            hitch=hitches.get(visit.number, "none"),
        )
        for visit in visits
    )  # fmt: skip


def _spread(random: Random, size: Size, visits: int, cases: Mapping[int, Case]) -> list[int]:
    """Hazards per visit: none at some, at least three where a case follows."""
    found = [3 if number in cases else 0 for number in range(visits)]
    dirty = [number for number in range(visits) if number in cases or random.random() > 0.12]
    for _ in range(size.hazards - sum(found)):
        number = random.choice([number for number in dirty if found[number] < MOST_HAZARDS])
        found[number] += 1
    return found


def _key_hazards(random: Random, size: Size, hazards: Sequence[int], cases: Mapping[int, Case]) -> list[int]:
    """How many of each visit's hazards are on key items; where a case follows, two are not."""
    units = [number for number, count in enumerate(hazards) for _ in range(count - 2 * (number in cases))]
    drawn = random.sample(units, size.key_hazards)
    return [drawn.count(number) for number in range(len(hazards))]


def _hitches(random: Random, size: Size, able: Sequence[Visit]) -> dict[int, Hitch]:
    """Some report late, some fail at the first re-inspection, some organs re-inspect late."""
    kinds: list[Hitch] = (["late-report"] * 2 + ["failed-once"] * 2 + ["late-re-inspection"]) * size.few  # type: ignore[assignment]
    early = [visit.number for visit in able if visit.visited_on <= LAST_HITCH]
    return dict(zip(random.sample(early, len(kinds)), kinds, strict=True))


def _cases(random: Random, size: Size) -> list[Case]:
    """The cases, their fines adding up exactly; every way to use, or not to use, the right to be heard occurs."""
    statements: list[Statement] = ["waived", "lapsed", "made"] * (size.penalties // 3 + 1)
    statements = statements[: size.penalties]
    random.shuffle(statements)
    fens = _fines(random, size.penalties, size.penalty_fen)
    cases = []
    for number, (fen, statement) in enumerate(zip(fens, statements, strict=True), start=1):
        room = MOST_STEPS - fen // FEN_STEP
        relief = FEN_STEP * min(room, random.randrange(0, 11)) if statement == "made" else 0
        case = Case(number=number, fen=fen, acts=random.choice((1, 1, 2)), statement=statement, relief_fen=relief)
        cases.append(case)
    return cases


def _fines(random: Random, count: int, total_fen: int) -> list[int]:
    """Fines that add up to a total, each a multiple of the step within the bounds."""
    steps, left = [], total_fen // FEN_STEP
    if total_fen % FEN_STEP or not FEWEST_STEPS * count <= left <= MOST_STEPS * count:
        raise ValueError(f"{count} fines cannot add up to {total_fen} fen")
    for after in range(count - 1, -1, -1):
        least, most = max(FEWEST_STEPS, left - MOST_STEPS * after), min(MOST_STEPS, left - FEWEST_STEPS * after)
        mean = left / (after + 1)
        steps.append(min(most, max(least, round(random.triangular(least, min(most, 2 * mean), mean)))))
        left -= steps[-1]
    random.shuffle(steps)
    return [FEN_STEP * step for step in steps]

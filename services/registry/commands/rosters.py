"""A roster as a file of any size: every row judged first, then who differs is entered, each in a write set of their own."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from chassis import aggregates
from chassis.aggregates import Loaded
from chassis.auth import ALL
from chassis.domain import Refused, day_of
from chassis.runner import Answer, Context, Runner, Work
from chassis.telemetry import log
from services.registry import queries
from services.registry.commands.register import alone, bound, part, some_at_once
from services.registry.domain import roster
from services.registry.domain.cells import Setting
from services.registry.domain.jurisdictions import JURISDICTION
from services.registry.domain.roster import Head, Line, Roster
from services.registry.domain.workbook import Fault, Row, WorkbookRefused

TOGETHER = 256  # persons in memory
AT_ONCE = 32  # persons that are entered concurrently, so that group commit has something to group
TOLD = 1000  # faults that are told; the others are counted

Rows = Callable[[], Iterator[Row]]
"""The rows of the file, the heads first; they can be read again."""


@dataclass(slots=True)
class Judged:
    """What judging all rows found: which row of the file is of which person, which say something new, what is wrong."""

    places: dict[str, int] = field(default_factory=dict)
    new: set[int] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    faults_total: int = 0

    def blame(self, faults: Sequence[Fault]) -> None:
        """Count faults, and remember the first."""
        self.faults_total += len(faults)
        self.faults += faults[: TOLD - len(self.faults)]


async def enter_file(runner: Runner, context: Context, of: Roster, rows: Rows) -> Answer:
    """Enter a roster: whoever is unknown is enrolled, whoever differs is changed; sent again after a kill, it goes on.

    Raises WorkbookRefused with the first faults, and then nothing was entered; Conflict if another import does not end.
    """
    async with alone(runner.pool):
        if known := await runner.remembered(context):
            return known
        setting = Setting(day_of(context.occurred_at), {})
        columns = roster.columns_of(of, next(rows(), None))
        judged = await _judge(runner, context, of, _lines(rows, columns, setting))
        if judged.faults:
            raise WorkbookRefused(judged.faults, judged.faults_total)
        entered = await _enter_all(runner, context, of, _lines(rows, columns, setting, judged.new))
        counts = {name: entered[name] for name in ("enrolled", "changed")}
        counts["unchanged"] = len(judged.places) - sum(counts.values())
        log.info("roster_entered", roster=of.name, **counts)
        return await runner.run(context, bound(_told, {"roster": of.name, **counts}))


async def _told(_: Work, counts: dict[str, Any]) -> dict[str, Any]:
    return counts


async def _lines(
    rows: Rows, columns: Mapping[Head, int], setting: Setting, only: set[int] | None = None
) -> AsyncIterator[list[Line]]:
    """The rows below the heads, some at a time, read in a thread."""
    below = islice(rows(), 1, None)
    wanted = below if only is None else (row for row in below if row.number in only)

    def some() -> list[Line]:
        return [roster.line_of(columns, row, setting) for row in islice(wanted, TOGETHER)]

    while lines := await asyncio.to_thread(some):
        yield lines


async def _judge(runner: Runner, context: Context, of: Roster, pages: AsyncIterator[list[Line]]) -> Judged:
    districts = {key for key in await queries.jurisdictions(runner.pool.fetch) if _mine(context, key)}
    judged = Judged()
    async for lines in pages:
        if len(judged.places) + len(lines) > roster.LARGEST:
            raise WorkbookRefused([_too_many()])
        known = await _known(runner, of, lines)
        for line in lines:
            state = known.get(line.values.get(of.key, "")) or aggregates.nothing(of.stream, "")
            judged.blame(_faults(context, of, line, state, districts, judged))
        if runner.vault is not None:
            runner.vault.let_go(known)
    if not judged.places and not judged.faults:
        raise WorkbookRefused([Fault(None, None, None, "no-rows", "没有填写任何人员", "nobody is filled in")])
    return judged


def _faults(context: Context, of: Roster, line: Line, known: Loaded[Any], districts: set[str], judged: Judged) -> list[Fault]:
    """What is wrong with a row; notes whether it says something new."""
    key = str(line.values.get(of.key, f"row {line.number}"))
    if (other := judged.places.setdefault(key, line.number)) != line.number:
        head, en = of.heads[0].head, f"the same person as in row {other}"
        return [Fault(None, line.number, head, f"{of.key[:-3]}-repeated", f"与第{other}行是同一人员", en)]
    if known.exists and not _mine(context, str(known.district)):
        zh, en = "人员编号已被其他辖区使用", "the id is taken in another district"
        return [Fault(None, line.number, of.heads[0].head, f"{of.key[:-3]}-elsewhere", zh, en)]
    if roster.says_nothing_new(of, line, known.state):
        return []
    faults = list(line.faults)
    district = line.values.get("district")
    if district is not None and district not in districts:
        head = next(one.head for one in of.heads if one.field == "district")
        zh, en = f"辖区“{district}”未登记或无权管理", f"the jurisdiction {district!r} is not registered, or not yours"
        faults.append(Fault(None, line.number, head, "jurisdiction-unknown", zh, en))
    if not faults:
        try:
            if of.enter(known.state, line.values, context.occurred_at):
                judged.new.add(line.number)
        except Refused as error:
            faults.append(roster.refused(of, line, error))
    return faults


def _mine(context: Context, district: str) -> bool:
    return ALL in context.districts or district in context.districts


def _too_many() -> Fault:
    most = roster.LARGEST
    return Fault(
        None, None, None, "too-many-rows", f"超过上限{most}人，请分次导入", f"more than {most} persons; send them in parts"
    )


async def _known(runner: Runner, of: Roster, lines: Sequence[Line]) -> dict[str, Loaded[Any]]:
    """The persons of these rows as they are now; never behind."""
    found: dict[str, Loaded[Any]] = {}

    async def one(key: str) -> None:
        found[key] = await aggregates.read(runner.pool, of.stream, key, opener=runner.vault)

    await some_at_once({line.values[of.key] for line in lines if of.key in line.values}, one, AT_ONCE)
    return found


async def _enter_all(runner: Runner, context: Context, of: Roster, pages: AsyncIterator[list[Line]]) -> Counter[str]:
    """Enter the persons of whom a row says something new."""
    entered: Counter[str] = Counter()

    async def one(line: Line) -> None:
        command = part(context, f"{context.key}/{line.values[of.key]}", context.fingerprint.hex())
        answer = await runner.run(command, bound(_enter, of, line.values))
        entered[queries.told(answer.body)["outcome"]] += 1

    async for lines in pages:
        keys = [str(line.values[of.key]) for line in lines]
        if runner.vault is not None:  # in few round trips, not one for each
            await runner.vault.meet(keys)
        await some_at_once(lines, one, AT_ONCE)
        if runner.vault is not None:
            runner.vault.let_go(keys)
    return entered


async def _enter(work: Work, of: Roster, values: Mapping[str, Any]) -> dict[str, Any]:
    await work.existing(JURISDICTION, values["district"])
    known = await work.load(of.stream, values[of.key])
    if known.exists:
        known = await work.existing(of.stream, values[of.key])
    events = of.enter(known.state, values, work.at)
    work.append(known, events, district=values["district"])
    return {of.key: values[of.key], "outcome": "enrolled" if not known.exists else "changed" if events else "unchanged"}

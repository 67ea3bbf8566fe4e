"""`casetrail verify` without a file: the ledgers, read models and positions of a running deployment, service by service."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import asyncpg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from chassis.building import Stopped, rebuild
from chassis.casefile import Finding
from chassis.clock import clock_from
from chassis.comparison import TableCompared
from chassis.database import READS, connect, session
from chassis.eventstore import Connection
from chassis.process.manifests import load_service
from chassis.projector import Overtaken, newest
from chassis.selfcheck import Check, Look, check_ledger, thorough_checks
from chassis.sequencer import shard_heads
from chassis.service import Service
from chassis.settings import Settings
from chassis.switching import NotSwitched, Switcher
from chassis.versions import BUILDING, LIVE, Generation, generations, in_state, remove

POSITIONS = "SELECT source, shard, position FROM inbox WHERE consumer = $1"
SKIPPED = "skipped"
CHAIN_AT = "SELECT chain FROM ledger WHERE idx = $1"


@dataclass(frozen=True, slots=True)
class Site:
    """One service of the deployment, with a connection that reads."""

    service: Service
    settings: Settings
    connection: Connection

    @property
    def look(self) -> Look:
        """What the checks look at."""
        return self.service.look(self.connection, clock_from(self.settings.clock))


@asynccontextmanager
async def sites(settings: Sequence[Settings]) -> AsyncIterator[dict[str, Site]]:
    """Every service named, connected; asyncpg's errors or OSError if one cannot be reached."""
    async with AsyncExitStack() as stack:
        found: dict[str, Site] = {}
        for one in settings:
            connection = await connect(one.dsn, "verify", role=READS)
            stack.push_async_callback(connection.close)
            found[one.service] = Site(load_service(one.service), one, connection)
        yield found


async def verified(found: Mapping[str, Site], *, digests: bool, console: Console) -> dict[str, list[Check]]:
    """All checks of all sites, with progress; nothing of the deployment is changed but builds that are removed again."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        checks: dict[str, list[Check]] = {}
        for name, site in found.items():
            checks[name] = [*await thorough_checks(site.look), await _positions(site, found)]
            if site.look.ledger:
                checks[name].append(await _ledger(site, found, progress))
            if digests:
                checks[name] += [await _digest(site, one, progress) for one in sorted(newest(site.service.all_projections))]
    return checks


async def _ledger(site: Site, found: Mapping[str, Site], progress: Progress) -> Check:
    """The whole ledger from its first row, against its own signed heads and against what a witness saw of it."""
    name = site.service.name
    task = progress.add_task(f"{name} ledger", total=None)

    async def moved(read: int, end: int) -> None:
        progress.update(task, completed=read, total=end)

    notes: list[str] = []
    wrong: list[Finding] = []
    for other in found.values():
        if (witness := other.service.witness) is not None and name in other.service.sources:
            notes += await witness.cosigned(other.connection, name)
            held, chain = await witness.held(other.connection, name)
            ours = await site.connection.fetchval(CHAIN_AT, held) if held else chain
            if ours is None or bytes(ours) != chain:
                zh, en = f"与{other.service.title}的副本不同", f"is not what {other.service.name} copied"
                wrong.append(Finding(f"ledger {held}", "copy-differs", f"台账第 {held} 行{zh}", f"row {held} of the ledger {en}"))
    check, _ = await check_ledger(site.look, verifiers=site.settings.trusted, cosigned=notes, rest=moved)
    progress.remove_task(task)
    return Check("ledger", {**check.figures, "cosigned": len(notes)}, (*check.findings, *wrong))


async def _positions(site: Site, found: Mapping[str, Site]) -> Check:
    """No consumer is ahead of its source's ledger; how far each is behind."""
    applied = {(row["source"], row["shard"]): row["position"] for row in await _rows(site)}
    # After the positions: both move, and the other way round a consumer would seem to be ahead.
    heads = {source: await shard_heads(found[source].connection) for source in site.service.sources if source in found}
    lag = dict.fromkeys(heads, 0)
    wrong: list[Finding] = []
    for source, shards in heads.items():
        for shard, head in shards.items():
            lag[source] += max(head - applied.get((source, shard), 0), 0)
    for (source, shard), position in sorted(applied.items()):
        if source in heads and position > heads[source].get(shard, 0):
            zh, en = f"已处理到 {position}，超过来源", f"is applied up to {position}, beyond its source"
            wrong.append(
                Finding(f"{source} shard {shard}", "ahead-of-source", f"{zh}：来源被截或恢复", f"{en}: that was cut or restored")
            )
    return Check("positions", {f"{source} lag": behind for source, behind in lag.items()}, tuple(wrong))


async def _rows(site: Site) -> list[asyncpg.Record]:
    found: list[asyncpg.Record] = await site.connection.fetch(POSITIONS, site.service.consumer)
    return found


async def _digest(site: Site, name: str, progress: Progress) -> Check:
    """A read model against a fold of the whole ledger from scratch, at the same position: counts and digests of its tables."""
    label, where = f"digest {name}", f"projection {name}"
    dsn, simulated = site.settings.dsn, site.look.simulated
    projection = newest(site.service.all_projections)[name]
    live = await in_state(site.connection, LIVE, name)
    if live is None or live.version != projection.version:
        return Check(label, {SKIPPED: f"live is {live.label if live else 'nothing'}, this code builds {projection.version}"})
    if any(one.state == BUILDING for one in await generations(site.connection, [name])):
        return Check(label, {SKIPPED: "a build is under way: casetrail projections list"})
    task = progress.add_task(f"{site.service.name} {name}", total=None)
    ours: set[int] = set()

    def tell(build: Generation, goal: int) -> None:
        ours.add(build.generation)
        progress.update(task, completed=build.position, total=goal)

    try:
        await rebuild(dsn, site.service.feed, projection, simulated=simulated, tell=tell)
        compared = await Switcher(dsn, site.service.feed, site.service.all_projections, simulated).compare(name)
    except Overtaken:
        return Check(label, {SKIPPED: "somebody else built it, or gave the build up: verify again"})
    except (Stopped, NotSwitched) as error:
        return Check(label, {}, (Finding(where, "not-rebuilt", "无法从台账重算", f"cannot be folded from the ledger: {error}"),))
    finally:
        progress.remove_task(task)
        async with session(dsn, "verify") as connection:
            for generation in ours:  # an operator may have begun another meanwhile
                await remove(connection, name, BUILDING, generation=generation)
    wrong = [_differing(where, table) for table in compared.tables if not table.equal]
    rows = sum(table.live or 0 for table in compared.tables)
    return Check(label, {"position": compared.position, "rows": rows}, tuple(wrong))


def _differing(where: str, table: TableCompared) -> Finding:
    rows = f"{table.live} 行，重算 {table.build} 行"
    en = f"{table.live} rows, {table.build} when folded from the ledger; {', '.join(table.keys)}"
    return Finding(f"{where} table {table.table}", "projection-differs", f"读模型与台账重算不符：{rows}", f"differs: {en}")


def told(checks: Mapping[str, Sequence[Check]], console: Console) -> int:
    """Print all checks; answers the exit code: 1 if anything is wrong."""
    table = Table("服务 service", "检查 check", "", "数据 figures")
    for service, its_checks in checks.items():
        for check in its_checks:
            figures = ", ".join(f"{name} {value}" for name, value in check.figures.items() if value is not None)
            table.add_row(service, check.name, _sign(check), figures)
    console.print(table)
    wrong = [(service, check, one) for service, its in checks.items() for check in its for one in check.findings]
    for service, check, one in wrong:
        console.print(
            f"✗ {service} {check.name}: {one.where}\n  [{one.code}] {one.zh}\n  {one.en}", markup=False, highlight=False
        )
    if wrong:
        console.print(f"未通过：{len(wrong)} 处不符。Not sound: {len(wrong)} things are wrong.")
        return 1
    left_out = [f"{service} {check.name}" for service, its in checks.items() for check in its if SKIPPED in check.figures]
    if left_out:
        names = ", ".join(left_out)
        console.print(f"所查一切相符，{len(left_out)} 项未查。What was checked is as it must be; not checked: {names}.")
    else:
        console.print("一切相符。Everything is as it must be.")
    return 0


def _sign(check: Check) -> str:
    return "–" if SKIPPED in check.figures else "✓" if check.ok else "✗"

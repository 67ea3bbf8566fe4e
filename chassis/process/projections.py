"""`casetrail projections`: versions of read models listed, built beside the live ones, compared, switched, cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import asyncpg
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from chassis.building import Stopped, rebuild
from chassis.clock import clock_from
from chassis.database import GONE, session
from chassis.process.endings import MISUSED, WRONG, end, settings_of, unreachable
from chassis.process.manifests import load_service
from chassis.projector import Projection, begin, newest
from chassis.service import Service
from chassis.settings import SERVICES, Settings
from chassis.switching import Compared, Differs, NotSwitched, Switcher
from chassis.versions import BUILDING, RETIRED, Generation, generations, in_state, remove, revive

WATCH_SECONDS = 0.3  # between two looks at a build that another process builds

cli = typer.Typer(no_args_is_help=True, help="Versions of read models: built beside the live ones, compared, switched.")
console = Console()
ServiceName = Annotated[str, typer.Argument(metavar="SERVICE", help=f"one of {', '.join(SERVICES)}")]
Name = Annotated[str, typer.Argument(metavar="PROJECTION", help="its name, as `casetrail projections list` shows it")]


@dataclass(frozen=True, slots=True)
class Site:
    """One service whose projections are asked about."""

    service: Service
    settings: Settings

    @property
    def simulated(self) -> bool:
        """Whether it runs on a simulated clock."""
        return clock_from(self.settings.clock).simulated

    def newest(self, name: str) -> Projection:
        """The newest version of a projection in this code; ends the command if there is no such projection."""
        known = newest(self.service.all_projections)
        if name not in known:
            end(MISUSED, f"no such projection: {name} (one of {', '.join(sorted(known))})")
        return known[name]

    @property
    def switcher(self) -> Switcher:
        """What compares and switches."""
        return Switcher(self.settings.dsn, self.service.feed, self.service.all_projections, self.simulated)


def _site(service: str) -> Site:
    settings = settings_of(service)  # first: it knows whether there is such a service
    return Site(load_service(service), settings)


def _run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    try:
        asyncio.run(work())
    except asyncpg.UndefinedTableError:
        end(WRONG, "the database lacks migrations: run `casetrail run <service> migrate` first")
    except GONE as error:
        unreachable("the database", error)


@cli.command("list")
def list_versions(service: ServiceName) -> None:
    """Every version: what is live, what is being built and how far it is, what is retired."""
    site = _site(service)
    _run(lambda: _list(site))


async def _list(site: Site) -> None:
    async with session(site.settings.dsn, "projections") as connection:
        found = await generations(connection)
        head = await site.service.feed.head(connection)
    table = Table("projection", "version", "generation", "state", "position", "of", "remark")
    for one in found:
        remark = f"stopped at event {one.stopped['idx']}: {one.stopped['error']}" if one.stopped else one.accepted or ""
        position = "" if one.state == "cancelled" else str(one.position)
        table.add_row(one.name, str(one.version), str(one.generation), one.state, position, str(head), remark)
    console.print(table)
    for name in sorted({one.name for one in found if one.state == BUILDING}):
        _say(f"next: casetrail projections compare {site.service.name} {name}")


def _say(text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)


@cli.command("rebuild")
def rebuild_version(
    service: ServiceName,
    name: Name,
    retired: Annotated[bool, typer.Option("--retired", help="take up the retired version again instead of a new build")] = False,
) -> None:
    """Build the newest version beside the live one, to where that is; called again, it goes on where it was.

    The worker then keeps it at the live one's side until it is switched or cancelled.
    """
    site = _site(service)
    version = site.newest(name)
    _run(lambda: _revive(site, name) if retired else _rebuild(site, version))


async def _revive(site: Site, name: str) -> None:
    async with session(site.settings.dsn, "projections") as connection:
        build = await revive(connection, name)
    if build is None:
        end(WRONG, f"no version of {name} is retired, or one is being built already")
    known = next((p for p in site.service.all_projections if (p.name, p.version) == (name, build.version)), None)
    if known is None:
        _say(f"{build.label} is at {build.position}; this release does not know it, a worker that does brings it up to date")
    else:
        await _rebuild(site, known)


async def _rebuild(site: Site, version: Projection) -> None:
    async with session(site.settings.dsn, "projections") as connection:
        await begin(connection, site.service.all_projections, simulated=site.simulated)
        under_way = await in_state(connection, BUILDING, version.name)
    if under_way is not None and under_way.version != version.version:
        end(WRONG, f"{under_way.label} is being built: switch or cancel it first")
    with _progress(version) as tell:
        try:
            built = await rebuild(site.settings.dsn, site.service.feed, version, simulated=site.simulated, tell=tell)
            built = built or await _watch(site, version, tell)
        except Stopped as stopped:
            _say(f"mend the cause and rebuild again, or: casetrail projections cancel {site.service.name} {version.name}")
            end(WRONG, str(stopped))
    if built is None:
        end(WRONG, "the build was cancelled meanwhile")
    _say(f"{built.label} is built beside the live version, up to {built.position}")
    _say(f"next: casetrail projections compare {site.service.name} {version.name}")


@contextmanager
def _progress(version: Projection) -> Iterator[Callable[[Generation, int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(f"{version.name}/{version.version}", total=None)
        yield lambda build, goal: progress.update(task, completed=build.position, total=max(goal, 1))


async def _watch(site: Site, version: Projection, tell: Callable[[Generation, int], None]) -> Generation | None:
    """Another process builds it: look on until it is where the live version is."""
    async with session(site.settings.dsn, "projections") as connection:
        while True:
            found = {one.state: one for one in await generations(connection, [version.name])}
            build, live = found.get(BUILDING), found["live"]
            if build is None or build.position >= live.position:
                return build
            if build.stopped is not None:
                raise Stopped(build, build.stopped)
            tell(build, live.position)
            await asyncio.sleep(WATCH_SECONDS)


@cli.command()
def compare(service: ServiceName, name: Name) -> None:
    """Compare the build with what is live, at the same position: rows and digests of each table."""
    site = _site(service)
    _run(lambda: _compare(site, name))


async def _compare(site: Site, name: str) -> None:
    try:
        compared = await site.switcher.compare(name)
    except NotSwitched as why:
        end(WRONG, f"{why}; {_to_build(site, name)}")
    _show(compared)
    if not compared.equal:
        end(WRONG, f"{compared.build.label} differs from what is live; if it is meant to, switch with --accept REASON")
    _say(f"equal at {compared.position}; next: casetrail projections switch {site.service.name} {name}")


def _to_build(site: Site, name: str) -> str:
    return f"a build begins or goes on with: casetrail projections rebuild {site.service.name} {name}"


def _show(compared: Compared) -> None:
    live, build = compared.live, compared.build
    table = Table(
        "table",
        f"rows of {live.label} (live)",
        f"rows of {build.label} (build)",
        "digests",
        "columns of one only",
        "keys that differ",
    )
    for one in compared.tables:
        digests = "equal" if one.equal else f"{one.digest_live} ≠ {one.digest_build}"
        columns = [*(f"live: {column}" for column in one.only_live), *(f"build: {column}" for column in one.only_build)]
        rows = ["no such table" if count is None else str(count) for count in (one.live, one.build)]
        table.add_row(one.table, *rows, digests, ", ".join(columns), ", ".join(one.keys))
    console.print(table)


@cli.command()
def switch(
    service: ServiceName,
    name: Name,
    accept: Annotated[str, typer.Option("--accept", metavar="REASON", help="switch although it differs, for this reason")] = "",
) -> None:
    """Make the build live in one transaction, if it equals what is live; that is kept as retired."""
    site = _site(service)
    _run(lambda: _switch(site, name, accept or None))


async def _switch(site: Site, name: str, accepting: str | None) -> None:
    try:
        compared = await site.switcher.switch(name, accepting=accepting)
    except Differs as differs:
        _show(differs.compared)
        end(WRONG, f"refused: {differs}. If it is meant to differ, give --accept REASON")
    except NotSwitched as why:
        end(WRONG, f"refused: {why}; {_to_build(site, name)}")
    _show(compared)
    _say(f"{compared.build.label} is live since {compared.position}; what was live is retired, and can be taken up again:")
    _say(f"casetrail projections rebuild {site.service.name} {name} --retired")


@cli.command()
def cancel(
    service: ServiceName,
    name: Name,
    retired: Annotated[bool, typer.Option("--retired", help="drop the retired version instead of the build")] = False,
) -> None:
    """Give up a build: its tables go, the live version is not touched."""
    site = _site(service)
    _run(lambda: _cancel(site, name, RETIRED if retired else BUILDING))


async def _cancel(site: Site, name: str, state: str) -> None:
    async with session(site.settings.dsn, "projections") as connection:
        gone = await remove(connection, name, state)
    if gone is None:
        end(WRONG, f"no version of {name} is {state}: casetrail projections list {site.service.name} shows what there is")
    _say(f"{gone.label} is gone; the live version was not touched")

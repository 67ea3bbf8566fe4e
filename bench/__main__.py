"""`make bench`: every path in rounds, the table written to docs/benchmarks.md, code 1 if a floor was missed."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Sequence
from pathlib import Path as File
from typing import Annotated

import typer
import uvloop
from rich.console import Console
from rich.progress import Progress

from bench import append
from bench.delay import DELAY
from bench.histories import HISTORIES
from bench.kept import noted
from bench.large import TEN_MILLION
from bench.limits import limits
from bench.live import LIVE_PATH
from bench.machine import described
from bench.measure import Absent, Path, Result, Rounds
from bench.panels import ASKED, PANELS
from bench.paper import DOCUMENTS
from bench.procedure import PROCEDURE
from bench.projecting import LIVE, REBUILD
from bench.register import REGISTER
from bench.relaying import RELAY
from bench.report import missed, report, shown
from bench.sequence import SEQUENCE
from bench.stage import Stage, open_stage
from bench.workbook import WORKBOOK
from chassis.telemetry import configure_logging

PATHS: tuple[Path[Stage], ...] = (
    append.APPEND, append.BULK, append.CONFLICTS, SEQUENCE, RELAY, LIVE, REBUILD, DELAY, TEN_MILLION,
)  # fmt: skip
APART: tuple[Path[Stage], ...] = (REGISTER, WORKBOOK, DOCUMENTS, PROCEDURE, HISTORIES, LIVE_PATH, PANELS)
"""Measured only when named, each with a page of its own."""
DOCUMENT = File("docs") / "benchmarks.md"
TRIAL = File(".casetrail") / "benchmarks.md"  # of a run that leaves something out
console = Console()


NAMES = ", ".join(path.name for path in (*PATHS, *APART))


def main(
    only: Annotated[list[str] | None, typer.Option(help=f"one path (repeatable): {NAMES}")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="rounds of each path")] = 5,
    quick: Annotated[bool, typer.Option(help="short slices, small tables: to see that it works")] = False,
    without_large: Annotated[bool, typer.Option(help="leave out the path on ten million events")] = False,
    keep: Annotated[File | None, typer.Option(help="of panels: build into this folder once, then only ask what is there")] = None,
) -> None:
    """Measure, write the table, and say which floors were missed."""
    if keep is not None and only != [PANELS.name]:
        raise typer.BadParameter(f"only what {PANELS.name} is asked of can be kept", param_hint="--keep")
    unknown = {*(only or ())} - {path.name for path in (*PATHS, *APART)}
    if unknown:
        raise typer.BadParameter(f"no such path: {', '.join(sorted(unknown))}", param_hint="--only")
    chosen = [path for path in ((*PATHS, *APART) if only else PATHS) if path.name in (only or [path.name])]
    chosen = [path for path in chosen if not (path.large and without_large)]
    written = TRIAL if quick else page_of(chosen)
    conditions, results = asyncio.run(_staged([ASKED] if keep is not None else chosen, rounds, quick=quick, keep=keep))
    written.parent.mkdir(exist_ok=True)
    written.write_text(report(conditions, results), encoding="utf-8")
    raise typer.Exit(_said(results, written))


def page_of(chosen: Sequence[Path[Stage]]) -> File:
    """Where the table of a run is written: a run of some of the paths has no page."""
    if [*chosen] == [*PATHS]:
        return DOCUMENT
    alone = len(chosen) == 1 and chosen[0] in APART
    return DOCUMENT.with_name(f"benchmarks-{chosen[0].name}.md") if alone else TRIAL


async def _staged(
    paths: Sequence[Path[Stage]], rounds: int, *, quick: bool, keep: File | None
) -> tuple[dict[str, str], list[Result]]:
    """The servers are children of this loop; uvloop, which the platform runs on, cannot start them as another user."""
    async with open_stage(quick=quick, keep=keep) as stage:
        conditions = described(stage, rounds)
        configure_logging("bench", "bench", "warning")
        settle_memory()
        results = await asyncio.to_thread(uvloop.run, _measured(stage, paths, rounds))
        return conditions | noted(stage), results


async def _measured(stage: Stage, paths: Sequence[Path[Stage]], rounds: int) -> list[Result]:
    with Progress(console=console) as progress:
        return [await _path(stage, path, rounds, progress) for path in paths]


async def _path(stage: Stage, path: Path[Stage], rounds: int, progress: Progress) -> Result:
    bar = progress.add_task(f"{path.title}: preparing", total=None)
    try:
        async with limits(stage) as measured, path.prepared(stage) as variants:
            await stage.settle()
            progress.update(bar, description=path.title, total=rounds * len(variants))
            run = Rounds(variants, measured, lambda: progress.advance(bar))
            await run.run(rounds)
            return Result(path, run.rounds, run.measured_limits)
    except Absent as reason:
        progress.update(bar, description=f"{path.title}: {reason}", total=1, completed=1)
        return Result(path, absent=str(reason))


def settle_memory() -> None:
    """As the platform's processes do when they have started: the tail of write latency is the cyclic collector."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _said(results: Sequence[Result], written: File) -> int:
    for outcome in (outcome for result in results for outcome in result.outcomes):
        mark = "[red]floor missed[/]" if outcome.missed else "[green]aim[/]" if outcome.reached else "floor"
        console.print(f"{outcome.target.title}: {shown(outcome.target, outcome.spread.middle)} ({mark})")
    console.print(f"written to {written}")
    for outcome in missed(results):
        console.print(f"[red]missed[/]: {outcome.target.title}, floor {shown(outcome.target, outcome.target.floor)}")
    return 1 if missed(results) else 0


if __name__ == "__main__":
    cli = typer.Typer(pretty_exceptions_enable=False)
    cli.command()(main)
    cli()

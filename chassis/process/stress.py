"""`casetrail verify --stress`: the guarantees under kills, on a PostgreSQL and a broker of its own that are started and ended."""

from __future__ import annotations

import asyncio
import importlib
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

KEPT = Path(tempfile.gettempdir())  # where the evidence of a violation goes
SHOWN = 10  # violations in the terminal; all are in the folder
EMBEDDED = "needs the embedded servers: install this project with its group `embedded` (`make setup` does)"


Seconds = Annotated[float, typer.Option(min=1.0, help="--stress: seconds of load; rounds of at most 60 after each other")]
Seed = Annotated[int | None, typer.Option(help="--stress: of load and faults; printed, so that a run can be repeated")]
Kafka = Annotated[str, typer.Option(help="--stress: tansu (in memory, loses its topics) or apache (needs a JDK 17+)")]


def stress(seconds: float, seed: int | None, kafka: str) -> None:
    """Write under kills for a while, and judge what is left by the rules of the guarantees. Code 1 names a broken one."""
    console = Console()
    if kafka not in ("tansu", "apache"):
        raise typer.BadParameter("tansu or apache", param_hint="--kafka")
    try:
        run: Any = importlib.import_module("deploy.stress.run")
    except ImportError as error:
        console.print(f"casetrail: {EMBEDDED}: {error}")
        raise typer.Exit(2) from error
    seed = secrets.randbelow(2**32) if seed is None else seed
    console.print(f"seed {seed}")
    with Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console) as progress:
        report = asyncio.run(run.stress(seconds, seed, run.Run(kafka=kafka, keep=KEPT, told=_shown(progress, seconds))))
    console.print(_table(report))
    if report.violations:
        _name(console, report)
        raise typer.Exit(1)
    console.print("every guarantee held")


def _shown(progress: Progress, seconds: float) -> Callable[[str, float], None]:
    task = progress.add_task("starting", total=seconds)
    return lambda what, passed: progress.update(task, description=what[:60].ljust(60), completed=passed)


def _table(report: Any) -> Table:
    table = Table(title=f"{report.seconds:g} s of load in {report.rounds} round(s), seed {report.seed}", show_header=False)
    for outcome, count in report.outcomes.items():
        table.add_row(f"appends {outcome}", f"{count:,}")
    table.add_row("events in the ledger", f"{report.events:,}")
    table.add_row("effects of consumers", f"{report.consumed:,}")
    table.add_row("events of the reacting service", f"{report.reactions:,}")
    table.add_row("holes in the topic, filled from the ledger", f"{report.holes:,}")
    for fault, count in sorted(report.faults.items()):
        table.add_row(fault, f"{count:,}")
    table.add_row("longest stall of others while a stream was blocked", f"{report.longest_stall:.3f} s")
    table.add_row("violations", f"{len(report.violations):,}", style="bold red" if report.violations else "bold green")
    return table


def _name(console: Console, report: Any) -> None:
    for violation in report.violations[:SHOWN]:
        console.print(str(violation), style="red", highlight=False)
    if (more := len(report.violations) - SHOWN) > 0:
        console.print(f"and {more:,} more")
    console.print(f"the evidence is in {report.kept}; again: casetrail verify --stress --seed {report.seed}")

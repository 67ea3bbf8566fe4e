"""`python -m pilot`: start the embedded stack, live through the year, print the table; code 0 only if every figure matches."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from deploy.embedded.child import NotReady, NotStarted
from deploy.embedded.folder import InUse
from deploy.embedded.stack import Stack, told_to_end
from pilot.client import Stopped
from pilot.run import Outcome, Run, carry_out, scenario_for, write_register
from pilot.table import shares, table

DAYS_OF_YEAR = 365
console = Console()
commands = typer.Typer(add_completion=False, rich_markup_mode="rich")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command line asks for."""

    seed: int
    small: bool
    serve: bool
    root: Path
    kafka: str
    gateway: str | None
    secret: str | None
    port: int | None
    event_log: Path | None


@commands.command()
def main(
    seed: Annotated[int, typer.Option(help="Another city and another year; the table stays the same.")] = 2021,
    small: Annotated[bool, typer.Option("--small", help="About a tenth of everything, with a table of its own.")] = False,
    serve: Annotated[bool, typer.Option("--serve", help="Go on serving when the year is over, until Ctrl-C.")] = False,
    kafka: Annotated[str, typer.Option(help="The broker: tansu, apache, or the address of one that runs.")] = "tansu",
    gateway: Annotated[str | None, typer.Option(help="Drive the stack that runs at this address instead of a new one.")] = None,
    secret: Annotated[str | None, typer.Option(help="Its development secret; read from --root if not given.")] = None,
    root: Annotated[Path, typer.Option(help="Folder of the embedded stack's data.")] = Path(".casetrail"),
    port: Annotated[int | None, typer.Option(help="The gateway's port; a free one if not given.")] = None,
    event_log: Annotated[Path | None, typer.Option(help="Folder to write the year's event log (OCEL 2.0) to.")] = None,
    workbooks: Annotated[Path | None, typer.Option(help="Only write the register's workbooks to this folder.")] = None,
) -> None:
    """Simulate a city's year on the whole platform, and compare what reporting computes with the published figures."""
    if workbooks is not None:
        paths = write_register(scenario_for(seed, "small" if small else "full"), workbooks)
        console.print(f"Written: {', '.join(str(path) for path in paths)}. They can be imported through the registry's API.")
        return
    asked = Asked(
        seed=seed, small=small, serve=serve, root=root, kafka=kafka, gateway=gateway, secret=secret, port=port,
        event_log=event_log,
    )  # fmt: skip
    try:
        matches = asyncio.run(_run(asked))
    except KeyboardInterrupt:
        console.print("Interrupted; everything that was started has ended.")
        raise typer.Exit(130) from None
    except (Stopped, InUse, NotReady, NotStarted) as error:
        console.print(f"[red]The pilot stopped.[/] {escape(str(error))}", highlight=False)
        fresh = "The pilot needs a fresh stack; `python -m deploy.embedded.stack` starts one."
        console.print(fresh if gateway else f"The processes' logs are in {root / 'logs'}.")
        raise typer.Exit(1) from None
    raise typer.Exit(0 if matches else 1)


async def _run(asked: Asked) -> bool:
    stack = None if asked.gateway else Stack(asked.root, kafka=asked.kafka, fresh=True, port=asked.port)
    if stack:
        console.print("Starting PostgreSQL, the broker, five services and the gateway …")
    context: AbstractAsyncContextManager[object] = stack or nullcontext()
    async with context:
        address = stack.gateway_url if stack else str(asked.gateway)
        secret = stack.development_secret if stack else asked.secret or _secret_of(asked.root)
        console.print(f"The platform is at {address} (figures and events as they come: /live/).")
        outcome = await _year(asked, address, secret)
        _report(outcome, stack.peak if stack else None)
        if asked.serve:
            console.print(f"\nGoing on at [bold]{address}[/]. Ctrl-C ends it.")
            await told_to_end().wait()
    return not outcome.differences


def _secret_of(root: Path) -> str:
    try:
        return (root / "development-secret").read_text(encoding="ascii")
    except OSError as error:
        raise Stopped(f"--gateway needs --secret: there is no {root / 'development-secret'} ({error})") from error


async def _year(asked: Asked, address: str, secret: str) -> Outcome:
    """The run, with a bar that follows the simulated year."""
    columns = (
        SpinnerColumn(), TextColumn("{task.fields[today]}"), BarColumn(), MofNCompleteColumn(),
        TextColumn("{task.fields[requests]} requests"), TimeElapsedColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("year", total=DAYS_OF_YEAR, today="", requests=0)
        answered = 0

        def sent() -> None:
            nonlocal answered
            answered += 1
            progress.update(bar, requests=answered)

        def day(today: date) -> None:
            progress.update(bar, completed=today.timetuple().tm_yday, today=today.isoformat())

        outcome = await carry_out(Run(
            gateway=address, secret=secret, seed=asked.seed, scale="small" if asked.small else "full",
            workbooks=asked.root / "pilot", day=day, sent=sent, event_log=asked.event_log,
        ))  # fmt: skip
        progress.update(bar, completed=DAYS_OF_YEAR)
    return outcome


def _report(outcome: Outcome, peak: int | None) -> None:
    """Print the table, what differs, and what the run took."""
    console.print(table(outcome.figures, outcome.published))
    console.print(shares(outcome.figures))
    for one in outcome.lived:
        console.print(f"{'[red]✗[/]' if one.differences else '[green]✓[/]'} {escape(one.text)}", highlight=False)
    events = outcome.figures.events
    console.print(
        f"{events:,} events in {outcome.seconds:.1f} s ({events / outcome.seconds:,.0f} events/s), "
        f"{outcome.requests:,} requests, {outcome.steps} steps of the clock"
        + (f", at most {peak / 2**30:.2f} GiB of memory in all" if peak else "")
    )
    for line in outcome.differences:
        console.print(f"[red]differs:[/] {escape(line)}")
    if not outcome.differences:
        console.print("[green]Every figure matches.[/]")


if __name__ == "__main__":
    commands()

"""`casetrail parked`: the events that could not be applied, what stands in their way, and the way out."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from chassis.clock import clock_from
from chassis.database import GONE, WORKS, open_pool
from chassis.domain import Actor, Refused
from chassis.operations.unparking import Unparked, Unparking, listed, shown
from chassis.parking import Busy
from chassis.personal import MasterKeys
from chassis.process.endings import misused, settings_of
from chassis.process.manifests import load_service
from chassis.settings import SERVICES
from chassis.vault import Vault

PAGE = 200  # parked subjects that are shown, or retried together
EVENTS = 50  # events of one that are shown
ServiceName = Annotated[str, typer.Argument(help=f"one of {', '.join(SERVICES)}")]
By = Annotated[str, typer.Option(help="who does it, as it is recorded", default_factory=lambda: getpass.getuser())]

commands = typer.Typer(name="parked", no_args_is_help=True, help="Events that could not be applied: look, retry, skip.")
console = Console()


@commands.command("list")
def list_parked(services: Annotated[list[str] | None, typer.Argument(help="services; all if none is named")] = None) -> None:
    """List parked subjects, each with the event that stands in the way. Code 1 if there is any."""
    found = asyncio.run(_list(services or list(SERVICES)))
    if not found:
        console.print("Nothing is parked.")
        return
    table = Table("service", "id", "consumer", "subject", "events", "event in the way", "state", "since")
    for service, row in found:
        table.add_row(
            service, str(row["id"]), row["consumer"], row["subject"], str(row["events"]), row["type"], _state(row),
            f"{row['since']:%Y-%m-%d %H:%M:%S%z}",
        )  # fmt: skip
    console.print(table)
    console.print(
        "Next: [bold]casetrail parked show SERVICE ID[/]; mend the cause, then [bold]casetrail parked retry SERVICE ID[/]."
    )
    raise typer.Exit(1)


@commands.command()
def show(service: ServiceName, id: Annotated[int, typer.Argument(help="as in the list")]) -> None:
    """Show a parked subject with its first events and the error of its head."""
    queue = _carefully(_show(service, id))
    console.print(f"[bold]{queue['subject']}[/] in {queue['consumer']}: {queue['events']} events, {_state(queue)}")
    table = Table("event", "type", "source", "idx", "tries", "error", "last tried")
    for event in queue["first"]:
        error = f"{event['error_class']}: {event['error']}" if event["error_class"] else "not tried: behind"
        table.add_row(
            str(event["event_id"]), event["type"], event["source"] or "-", str(event["idx"]), str(event["tries"]), error,
            f"{event['last_at']:%Y-%m-%d %H:%M:%S%z}",
        )  # fmt: skip
    console.print(table)
    console.print(
        f"Next: [bold]casetrail parked retry {service} {id}[/] when the cause is mended, or "
        f"[bold]casetrail parked skip {service} {id} {queue['event_id']} --reason …[/]"
    )


@commands.command()
def retry(
    service: ServiceName,
    by: By,
    id: Annotated[int | None, typer.Argument(help="as in the list; everything that is parked if none is named")] = None,
) -> None:
    """Apply parked events in order, each subject up to the first that fails again. Code 1 if one does."""
    done = _carefully(_retry(service, id, _operator(by)))
    for queue, unparked in done:
        _say(service, queue, unparked)
    if not done:
        console.print("Nothing is parked.")
    if any(unparked.stopped for _, unparked in done):
        raise typer.Exit(1)


@commands.command()
def skip(
    service: ServiceName,
    id: Annotated[int, typer.Argument(help="as in the list")],
    event_id: Annotated[str, typer.Argument(help="the event at the head, as `show` names it: exactly this one is dropped")],
    reason: Annotated[str, typer.Option(help="why nothing will ever come of it; recorded for ever")],
    by: By,
) -> None:
    """Drop the event at the head of a subject's queue for a reason, and go on with the rest as `retry` does."""
    try:
        event = UUID(event_id)
    except ValueError:
        misused(f"{event_id} is no event id")
    if len(reason.strip()) < 3:
        misused("a reason is needed")
    queue, unparked = _carefully(_skip(service, id, event, reason, _operator(by)))
    _say(service, queue, unparked)
    if unparked.stopped:
        raise typer.Exit(1)


@asynccontextmanager
async def _opened(service: str) -> AsyncIterator[Unparking]:
    settings = settings_of(service)
    pool = await open_pool(settings.dsn, f"{service}-operator", 2, WORKS)
    try:
        vault = Vault(pool, MasterKeys(settings.master_keys))
        yield Unparking(load_service(service), pool, clock_from(settings.clock), lambda: None, vault)
    finally:
        pool.terminate()


async def _list(services: Sequence[str]) -> list[tuple[str, Any]]:
    found = []
    for service in services:
        try:
            async with _opened(service) as unparking:
                found += [(service, row) for row in await listed(unparking.pool, limit=PAGE)]
        except GONE as error:
            misused(f"{service}: {error}")
    return found


async def _show(service: str, id: int) -> dict[str, Any]:
    async with _opened(service) as unparking:
        return await shown(unparking.pool, id, EVENTS)


async def _retry(service: str, id: int | None, actor: Actor) -> list[tuple[Any, Unparked]]:
    async with _opened(service) as unparking:
        queues = await listed(unparking.pool, id=id, limit=PAGE)
        return [(queue, await unparking.retry(queue["id"], queue["event_id"], actor)) for queue in queues]


async def _skip(service: str, id: int, event_id: UUID, reason: str, actor: Actor) -> tuple[Any, Unparked]:
    async with _opened(service) as unparking:
        queue = {"id": id, **dict(next(iter(await listed(unparking.pool, id=id, limit=1)), {}))}
        return queue, await unparking.skip(id, event_id, reason, actor)


def _carefully(work: Any) -> Any:
    """Run it; what an operator can get wrong, or a server that is away, is one line and code 2, not a stack trace."""
    try:
        return asyncio.run(work)
    except (Refused, Busy, *GONE) as error:
        misused(str(error) or repr(error))


def _operator(by: str) -> Actor:
    return Actor(id=f"cli:{by}", name=by, role="operator")


def _state(row: Any) -> str:
    if row["waits"]:
        return f"waits for {row['error']}; goes on by itself"
    return "goes on by itself" if row["resumes"] else f"{row['error_class']}: {row['error']}"[:80]


def _say(service: str, queue: Any, unparked: Unparked) -> None:
    said = f"{queue['id']} {queue.get('subject', '')}: {unparked.outcome}"
    said += ", done before" if unparked.already else f", {unparked.applied} events applied"
    console.print(said)
    if unparked.stopped is not None:
        at = unparked.stopped
        console.print(f"  stopped at {at['event_id']} ({at['type']}): {at['error_class']}: {at['error']}")
        console.print(f"  Next: [bold]casetrail parked show {service} {queue['id']}[/]")

"""`casetrail erase`: makes a person unreadable everywhere, and says what that reached."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import aiohttp
import typer
from rich.console import Console
from rich.table import Table

from chassis.operations import machine_token
from chassis.process.endings import misused, settings_of
from chassis.settings import SERVICES, Settings

DECIDES = "registry"
"""The service that decides about erasures; the others follow."""

LOOK_SECONDS = 0.3
HOW = {"sealed": "unreadable", "removed": "removed"}

Standings = Mapping[str, dict[str, Any]]


class Refusal(Exception):
    """The platform said no: its problem."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem.get("code"))
        self.problem = problem


def erase(
    person: Annotated[str, typer.Argument(help="a person's id, or <enterprise id>/<role> such as e-1/safety-head")],
    reason: Annotated[str, typer.Option(help="why; stays in the ledger for good, so it names nobody")],
    dry_run: Annotated[bool, typer.Option(help="only show what would be reached")] = False,
    wait: Annotated[float, typer.Option(help="seconds to wait until every service has followed")] = 60.0,
) -> None:
    """Erase a person's data: the key is destroyed in every service, every proof still holds. Code 1 if the law keeps a file."""
    console = Console()
    settings = settings_of(DECIDES)
    if missing := [name for name in SERVICES if name not in settings.urls]:
        misused(f"the addresses of {', '.join(missing)} are not set (CASETRAIL_<SERVICE>_URL).")
    try:
        asyncio.run(_erase(_Order(person, reason, dry_run, wait), settings, console))
    except Refusal as refusal:
        problem = refusal.problem
        console.print(f"Refused: [bold]{problem.get('code')}[/]  {problem.get('detail')}  {problem.get('basis') or ''}")
        raise typer.Exit(1) from refusal
    except (aiohttp.ClientError, TimeoutError) as error:
        console.print(f"Not done everywhere: {error!r}. Run the same command again: it goes on where it was.")
        raise typer.Exit(1) from error


@dataclass(frozen=True, slots=True)
class _Order:
    person: str
    reason: str
    dry_run: bool
    wait: float


async def _erase(order: _Order, settings: Settings, console: Console) -> None:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=120)) as client:
        client.headers["Authorization"] = f"Bearer {await machine_token(client, settings)}"
        before = await _standings(client, settings, order.person)
        if order.dry_run:
            console.print(_table(f"{order.person} would become unreadable in", before))
            console.print("Nothing was changed. Without --dry-run this is carried out, unless the law keeps a file.")
            return
        await _command(client, settings, order)
        console.print(f"{order.person}: the key is destroyed in {DECIDES}; the other services follow …")
        async with asyncio.timeout(order.wait):
            after = await _standings(client, settings, order.person)
            while not all(told["followed"] for told in after.values()):
                await asyncio.sleep(LOOK_SECONDS)
                after = await _standings(client, settings, order.person)
        console.print(_table(f"{order.person} is erased", after))
        console.print("Every proof over the ledgers still holds: leaves and chains are over the sealed bytes.")


async def _command(client: aiohttp.ClientSession, settings: Settings, order: _Order) -> None:
    body = {"person": order.person, "reason": order.reason}
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    async with client.post(f"{settings.urls[DECIDES]}/v1/erasures", json=body, headers=headers) as answer:
        if answer.status >= 400:
            raise Refusal(await answer.json(content_type=None))


async def _standings(client: aiohttp.ClientSession, settings: Settings, person: str) -> Standings:
    async def one(service: str) -> dict[str, Any]:
        async with client.get(f"{settings.urls[service]}/ops/erasures", params={"person": person}) as answer:
            answer.raise_for_status()
            told: dict[str, Any] = await answer.json()
            return told

    return dict(zip(SERVICES, await asyncio.gather(*(one(service) for service in SERVICES)), strict=True))


def _table(title: str, standings: Standings) -> Table:
    table = Table("service", "place", "rows", "", title=title, title_justify="left")
    for service, told in standings.items():
        table.add_row(service, "keys", str(told["keys"]), "destroyed" if told["followed"] else "live")
        for place in told["places"]:
            table.add_row("", place["place"], str(place["rows"]), HOW[place["how"]])
    return table

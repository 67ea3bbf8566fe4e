"""`casetrail files`: which kept files no event of any service names; set aside and removed when an operator says so, only."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer
from rich.console import Console

from chassis.blobs import Blobs
from chassis.database import GONE, READS, connect
from chassis.eventstore import Connection
from chassis.leftovers import Left, Leftovers
from chassis.process.endings import settings_of, unreachable
from chassis.settings import SERVICES, Settings

PAGE = 1000  # events
HASH = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
EXISTS = "SELECT to_regclass('public.' || $1) IS NOT NULL"
EVENTS = """
SELECT stream_id AS after_text, version AS after_number, data FROM events
WHERE (stream_id, version) > ($1, $2) ORDER BY stream_id, version LIMIT $3
"""
COPIED = """
SELECT '' AS after_text, seq AS after_number, data FROM ledger_copy WHERE $1 = '' AND seq > $2 ORDER BY seq LIMIT $3
"""
SOURCES = {"events": EVENTS, "ledger_copy": COPIED}
"""Where events lie: a service's own, and copies of all services' (what a service restored to an earlier point has lost)."""

commands = typer.Typer(name="files", no_args_is_help=True, help="Files that are kept: which of them no event names.")


@commands.callback()
def files() -> None:
    """Files that are kept: which of them no event names."""


@commands.command()
def sweep(
    remove: Annotated[bool, typer.Option(help="set aside what no event names; remove what was set aside long ago")] = False,
    days: Annotated[int | None, typer.Option(min=1, help="how old; else CASETRAIL_UNNAMED_DAYS")] = None,
) -> None:
    """Show which old files no event of any service names; with --remove they are set aside, and removed a period later.

    Every event of every service is read. A file that any of them names stays, or is put back. Code 2: not all can be read.
    """
    settings = [settings_of(name) for name in SERVICES]
    try:
        asyncio.run(_sweep(settings, days or settings[0].unnamed_days, remove, Console()))
    except GONE as error:
        unreachable("a database", error)


async def _sweep(settings: Sequence[Settings], days: int, remove: bool, console: Console) -> None:
    now = datetime.now(UTC)
    before, place = now - timedelta(days=days), settings[0].files
    leftovers, blobs = Leftovers(place), Blobs(place)
    kept, aside = await leftovers.kept(before), await leftovers.aside()
    named = await named_of(settings, {one.sha256 for one in (*kept, *aside)})
    unnamed = [one for one in kept if one.sha256 not in named]
    back = [one for one in aside if one.sha256 in named]
    over = [one for one in aside if one.sha256 not in named and one.since < before]
    for said, left in (("no event names", unnamed), ("to be put back", back), (f"aside for {days} days", over)):
        for one in left:
            console.print(f"{said}: {one.sha256} ({one.size} bytes, since {one.since:%Y-%m-%d})", highlight=False, soft_wrap=True)
    console.print(f"{len(kept)} files older than {days} days: {_sum(unnamed)} named by no event; {_sum(over)} aside long enough.")
    if not remove:
        console.print("Nothing was changed. With --remove the former are set aside, the latter removed.")
        return
    await leftovers.set_aside([one.sha256 for one in unnamed], now.date())
    since = await named_of(settings, {one.sha256 for one in (*unnamed, *over)})  # by events that were committed meanwhile
    for sha256 in {*since, *(one.sha256 for one in back)}:
        await blobs.put_back(sha256)
    await leftovers.remove_aside([one for one in over if one.sha256 not in since])
    console.print(f"Set aside: {len(unnamed)}; removed: {len(over)}; put back: {len(since) + len(back)}.")


def _sum(left: Sequence[Left]) -> str:
    return f"{len(left)} ({sum(one.size for one in left)} bytes)"


async def named_of(settings: Sequence[Settings], asked: Collection[str]) -> set[str]:
    """Which of these hashes occur in any event of these services, wherever in it."""
    wanted = {one.encode(): one for one in asked}
    named: set[str] = set()
    for one in settings if wanted else ():
        connection = await connect(one.dsn, "files", role=READS)
        try:
            async for data in _events(connection):
                named.update(wanted[found] for found in HASH.findall(data) if found in wanted)
        finally:
            await connection.close()
    return named


async def _events(connection: Connection) -> AsyncIterator[bytes]:
    """The bytes of every event that lies here, in pages: a long read would hold up the sequencer."""
    for table, sql in SOURCES.items():
        rows: list[Any] = [{"after_text": "", "after_number": 0}] if await connection.fetchval(EXISTS, table) else []
        while rows:
            rows = await connection.fetch(sql, rows[-1]["after_text"], rows[-1]["after_number"], PAGE)
            for row in rows:
                yield bytes(row["data"])

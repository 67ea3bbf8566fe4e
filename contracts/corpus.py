"""The golden corpus: events as they were once stored, byte for byte, of every version ever; they must load for ever.

`python -m contracts.corpus` adds what a running stack has stored and the corpus has no like of; it never changes a line.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import orjson

from chassis.personal import TEXT_PREFIX
from chassis.settings import SERVICES, environment
from contracts.generate import ROOT

FOLDER = ROOT / "golden"
LIKES = 3  # stored events of one type that differ in which members they have
LARGEST = 256 * 1024  # bytes of one line
STORED = """
SELECT type, data
FROM (SELECT type, data, row_number() OVER (PARTITION BY type ORDER BY recorded_at, event_id) AS place FROM events) AS stored
WHERE place <= 200 AND length(data) <= $1 ORDER BY type, place
"""


@dataclass(frozen=True, slots=True)
class Golden:
    """One stored event: its wire name and its data bytes."""

    wire: str
    data: bytes
    file: Path


def golden_file(wire: str) -> Path:
    """Where the stored events of a wire name are kept, a line each."""
    _, service, stem = wire.split(".", 2)
    return FOLDER / service / f"{stem}.jsonl"


def corpus() -> Iterator[Golden]:
    """Every event of the corpus."""
    for file in sorted(FOLDER.glob("*/*.jsonl")):
        for line in file.read_bytes().splitlines():
            yield Golden(f"casetrail.{file.parent.name}.{file.stem}", line, file)


def shape(data: bytes) -> str:
    """Which members an event has, whatever their values: what tells whether the corpus has its like."""
    return str(_shape(orjson.loads(data)))


def _shape(value: Any) -> Any:
    match value:
        case dict():
            return {name: _shape(one) for name, one in sorted(value.items())}
        case list():
            return [_shape(value[0])] if value else []
        case str() if value.startswith(TEXT_PREFIX):
            return "sealed"
        case _:
            return type(value).__name__


def add(wire: str, stored: list[bytes]) -> int:
    """Add events of shapes that the corpus has not yet; answers how many."""
    file = golden_file(wire)
    known = {shape(line) for line in file.read_bytes().splitlines()} if file.exists() else set()
    fresh: dict[str, bytes] = {}
    for data in stored:
        if shape(data) not in known and len(known) + len(fresh) < LIKES:
            fresh.setdefault(shape(data), data)
    if fresh:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("ab") as opened:
            opened.writelines(data + b"\n" for data in fresh.values())
    return len(fresh)


async def _collect(dsn: str) -> dict[str, list[bytes]]:
    connection = await asyncpg.connect(dsn)
    try:
        found: dict[str, list[bytes]] = {}
        for row in await connection.fetch(STORED, LARGEST):
            found.setdefault(row["type"], []).append(row["data"])
        return found
    finally:
        await connection.close()


def main() -> None:
    """Add what the embedded stack beside this command has stored."""
    given = environment()
    for service in SERVICES:
        dsn = given.get(f"CASETRAIL_{service.upper()}_OWNER_DSN")
        if dsn is None:
            raise SystemExit("golden: no stack here; run one first: `make demo`")
        added = {wire: add(wire, stored) for wire, stored in asyncio.run(_collect(dsn)).items()}
        sys.stdout.write(f"{service}: {sum(added.values())} events added of {len(added)} types\n")


if __name__ == "__main__":
    main()

"""A register from one workbook, as large as a workbook may be: how long until it is listed, and how much memory that takes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path as File

import xlsxwriter

from bench.measure import Path, Target, Variant
from bench.register import FEW, MANY, filled, found, imported, told
from bench.stage import Stage
from chassis.process.manifests import load_service
from chassis.testing import service_under_test

IMPORT, IMPORTER, PARSER = "import", "importer's memory", "parser's memory"


def write_workbook(path: File, enterprises: int) -> None:
    """A workbook with so many enterprises, as many rows a sheet: texts in the cells, as spreadsheets store them, shared."""
    told = filled(enterprises, 1)
    with xlsxwriter.Workbook(path, {"strings_to_urls": False}) as book:
        readme = book.add_worksheet(told.readme)
        for place, line in enumerate(told.lines):
            readme.write_row(place, 0, line)
        for name, heads, rows in told.sheets:
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, heads)
            for place, row in enumerate(rows, start=1):
                sheet.write_row(place, 0, [row.get(head) for head in heads])


@asynccontextmanager
async def _prepared(stage: Stage) -> AsyncIterator[Mapping[str, Variant]]:
    enterprises = MANY if stage.large >= 10_000_000 else FEW
    path = stage.folder / "register.xlsx"
    await asyncio.to_thread(write_workbook, path, enterprises)
    async with service_under_test(load_service("registry"), stage.admin_dsn, datetime.now(UTC)) as under_test:
        async with under_test.client("administrator") as administrator:
            await found(administrator)
        seconds, memory = await imported(under_test, path.name, await asyncio.to_thread(path.read_bytes), enterprises)
        yield {
            IMPORT: told(enterprises / seconds),
            IMPORTER: told(memory.above),
            PARSER: told(memory.parser / (1 << 20)),
        }


WORKBOOK = Path(
    "workbook", "A register of 100,000 enterprises from one workbook",
    """An xlsx file with 100,000 rows on each of its sheets (each enterprise with one place and one piece of equipment)
posted to the registry's API: parsed by a program of its own, staged, judged, loaded, sequenced, projected; API and worker in one
process on one core, PostgreSQL beside it. Loaded once, before the rounds (enterprises per second; MiB by which the process went
above what it was before the request; MiB of the parsing program at its largest).""",
    (
        Target(
            "100,000 enterprises from a workbook until listed, at this rate", 10.0, 5.0,
            lambda round_: MANY / round_[IMPORT].rate / 60, " min", less_is_better=True,
        ),
        Target(
            "importer's memory above the idle process", 256, 128, lambda round_: round_[IMPORTER].rate, " MiB",
            less_is_better=True,
        ),
        Target(
            "parsing program's memory", 1024, 384, lambda round_: round_[PARSER].rate, " MiB", less_is_better=True
        ),
    ),
    _prepared, large=True,
)  # fmt: skip

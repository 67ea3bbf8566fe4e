"""All rows behind a measure as a file to take along: exactly those that the list under the same filters tells, with titles."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Literal
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import StreamingResponse

from chassis.problems import BadRequest
from services.reporting.api.passed_on import XLSX
from services.reporting.api.row_columns import columns_of
from services.reporting.documents.listing import Book, Column, Taken, Text
from services.reporting.queries.terms import Measure

MOST = 100_000  # rows of a file: some ten seconds of a core
CHUNK = 1 << 16  # bytes sent at once
Form = Literal["workbook", "csv"]
CSV = "text/csv; charset=utf-8"
FORMS: Mapping[Form, tuple[Callable[[IO[bytes], Sequence[Column]], Taken], str, str]] = {
    "workbook": (Book, XLSX, "xlsx"), "csv": (Text, CSV, "csv"),
}  # fmt: skip
ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {one: {"schema": {"type": "string", "format": "binary"}} for one in (XLSX, "text/csv")}}, 404: {},
}  # fmt: skip
Pages = AsyncIterator[Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class Heading:
    """What the rows are of, for the sheet that says so: a title, and what was asked for by name."""

    measure: Measure
    name: str
    notes: Sequence[tuple[str, str]]


async def taken(form: Form, heading: Heading, pages: Pages) -> Response:
    """The file, which lies on disk under no name and goes with the answer; BadRequest `too-many-rows` if it is too large."""
    file = await asyncio.to_thread(tempfile.TemporaryFile)
    try:
        await _fill(form, heading, pages, file)
        size = await asyncio.to_thread(file.seek, 0, 2)
        await asyncio.to_thread(file.seek, 0)
    except BaseException:
        file.close()
        raise
    _, media, ending = FORMS[form]
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(heading.name)}.{ending}", "Content-Length": str(size),
        "X-Content-Type-Options": "nosniff",
    }  # fmt: skip
    return StreamingResponse(_sent(file), media_type=media, headers=headers)


async def _fill(form: Form, heading: Heading, pages: Pages, file: IO[bytes]) -> None:
    written = await asyncio.to_thread(FORMS[form][0], file, columns_of(heading.measure))
    try:
        sums = await _added(written, heading, pages)
    except BaseException:
        await asyncio.to_thread(written.drop)
        raise
    await asyncio.to_thread(written.close, [*_definition(heading), *sums])


async def _added(written: Taken, heading: Heading, pages: Pages) -> list[tuple[str, str]]:
    """Add all rows; answers what they add up to."""
    counts = out_of = rows = 0
    async for page in pages:
        rows += len(page)
        if rows > MOST:
            zh, en = f"超过{MOST}行，请用辖区、期间或分类缩小范围", f"more than {MOST} rows: name a district, a period or a value"
            raise BadRequest("too-many-rows", zh, en, status=422)
        counts += sum(row["counts"] or 0 for row in page)
        out_of += sum(row.get("out_of") or 0 for row in page)
        await asyncio.to_thread(written.add, page)
    return _sums(heading.measure, rows, counts, out_of)


def _definition(heading: Heading) -> list[tuple[str, str]]:
    of = heading.measure
    return [("指标", f"{of.title}（{of.title_en}）"), ("算法", of.formula), ("不含", of.exclusions), *heading.notes]


def _sums(measure: Measure, rows: int, counts: int, out_of: int) -> list[tuple[str, str]]:
    scale, unit = (100, "元") if measure.unit == "fen" else (1, "" if measure.share else measure.unit)
    told = [("行数", str(rows)), ("计入合计", f"{counts / scale:g}{unit}" if scale == 1 else f"{counts / scale:.2f}{unit}")]
    return [*told, ("基数合计", str(out_of))] if measure.share else told


async def _sent(file: IO[bytes]) -> AsyncIterator[bytes]:
    try:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk
    finally:
        file.close()

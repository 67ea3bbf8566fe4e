"""The registry's desk under test: a city with its districts, workbooks made of filled-in forms, and how they are sent."""

from __future__ import annotations

import io
import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import xlsxwriter

from chassis.testing import ServiceUnderTest
from tests.domain.registry.filled import Cells, Filled

VOCABULARY = Path(__file__).parents[3] / "contracts" / "vocabulary"
FIELDS = (
    "name", "short_name", "kind", "parent", "national_code", "organ", "organ_id", "document_abbreviation", "valid_from",
    "valid_to", "confidence", "source",
)  # fmt: skip
WRITTEN = datetime(2021, 1, 1, tzinfo=UTC)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def document(name: str) -> Any:
    """A document of the vocabulary."""
    return json.loads((VOCABULARY / f"{name}.json").read_text(encoding="utf-8"))


def jurisdiction_bodies() -> list[dict[str, Any]]:
    """The jurisdictions of the vocabulary as they are posted, the city first."""
    rows = document("jurisdictions")["jurisdictions"]
    return [{"jurisdiction_id": row["id"], **{name: row[name] for name in FIELDS}} for row in rows]


def officer_body(**changes: Any) -> dict[str, Any]:
    """An officer of Donghu."""
    return {
        "officer_id": "officer-001", "name": "王强", "organ_id": "donghu-emb", "organ": "南昌市东湖区应急管理局",
        "district": "donghu", "certificate_no": "JX-3601-001", "certificate_valid_to": "2024-12-31",
        "specialities": ["粉尘防爆"], **changes,
    }  # fmt: skip


def xlsx(book: Filled) -> bytes:
    """A filled-in form as a file."""
    buffer = io.BytesIO()
    written = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    written.set_properties({"created": WRITTEN})  # the same form is the same file
    day = written.add_format({"num_format": "yyyy-mm-dd"})
    readme = written.add_worksheet(book.form.readme)
    for place, pair in enumerate(book.readme):
        readme.write_row(place, 0, pair)
    for name, heads in book.heads.items():
        write(written.add_worksheet(name), heads, book.rows[name], day)
    written.close()
    return buffer.getvalue()


def write(sheet: Any, heads: Sequence[str], rows: Sequence[Cells], day: Any) -> None:
    """Write the rows of a sheet."""
    sheet.write_row(0, 0, heads)
    for number, row in enumerate(rows, start=1):
        for place, head in enumerate(heads):
            cell = row.get(head)
            if isinstance(cell, date):
                sheet.write_datetime(number, place, cell, day)
            elif cell is not None:
                sheet.write(number, place, cell)


class Desk:
    """The service, and the people who work with it."""

    def __init__(self, under_test: ServiceUnderTest) -> None:
        self.under_test = under_test
        self.administrator = under_test.client("administrator")
        self.manager = under_test.client("manager")
        self.auditor = under_test.client("auditor")

    async def founded(self) -> None:
        """The city and its districts are established."""
        for body in jurisdiction_bodies():
            answer = await self.administrator.post("/v1/jurisdictions", json=body)
            assert answer.status_code == 201, answer.text

    async def send(
        self, content: bytes, import_id: str = "import-1", *, accept_valid: bool = False, key: str | None = None,
        client: httpx.AsyncClient | None = None, existing: str = "refuse",
    ) -> httpx.Response:  # fmt: skip
        """Send a workbook."""
        return await (client or self.manager).post(
            "/v1/imports",
            files={"file": ("登记表.xlsx", content, XLSX)},
            data={"import_id": import_id, "accept_valid": str(accept_valid).lower(), "existing": existing},
            headers={"Idempotency-Key": key or uuid.uuid4().hex},
            timeout=120,
        )

    async def get(self, path: str, client: httpx.AsyncClient | None = None, **query: Any) -> Any:
        """The JSON of a page that is there."""
        answer = await (client or self.auditor).get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def settled(self, path: str, client: httpx.AsyncClient | None = None, **query: Any) -> list[Mapping[str, Any]]:
        """The items of a list once everything is projected."""
        await self.under_test.settle()
        items: list[Mapping[str, Any]] = (await self.get(path, client, **query))["items"]
        return items

    async def registered(self) -> list[str]:
        """The names of the registered enterprises, in order of registration."""
        rows = await self.under_test.events("casetrail.registry.enterprise-registered")
        return [json.loads(bytes(row["data"]))["name"] for row in rows]

"""`casetrail files sweep`: what events name stays, wherever they name it; the rest is shown, set aside later removed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from typer.testing import CliRunner

from chassis.blobs import Blobs
from chassis.leftovers import Leftovers
from chassis.process import cli
from chassis.process.files import named_of
from chassis.settings import SERVICES, Settings
from chassis.testing import settings_for
from tests.media import picture
from tests.service.inspection.office import Office
from tests.service.inspection.test_documents import STROKES, body
from tests.service.inspection.test_evidence import added

PHOTO = picture("JPEG", (900, 700))
NOW = datetime.now(UTC)
COPY = "CREATE TABLE ledger_copy (seq bigint PRIMARY KEY, data bytea NOT NULL); GRANT SELECT ON ledger_copy TO casetrail_reads"


@dataclass
class Operator:
    """Runs the command on one store and the test's database, which stands for all five services'."""

    office: Office
    place: str
    away: set[str] = field(default_factory=set)

    def settings(self, service: str) -> Settings:
        dsn = "postgresql://127.0.0.1:1/nowhere" if service in self.away else self.office.under_test.dsn
        return settings_for(service, dsn, files=self.place)

    async def sweep(self, *arguments: str, code: int = 0) -> str:
        """What it says."""
        result = await asyncio.to_thread(CliRunner().invoke, cli, ["files", "sweep", *arguments])
        assert result.exit_code == code, result.output
        return result.output

    def files(self) -> set[str]:
        """The hashes of what is kept and not set aside."""
        return {path.parent.name + path.name for path in (Path(self.place) / "sha256").rglob("*") if path.is_file()}

    def age(self, days: int = 40) -> None:
        """Make all files that are kept so many days old."""
        at = (NOW - timedelta(days=days)).timestamp()
        for path in (Path(self.place) / "sha256").rglob("*"):
            os.utime(path, (at, at))


@pytest_asyncio.fixture
async def operator(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Operator]:
    """A photo, a document with a drawn signature, and a photo that an event only names, are kept; so is a file nobody names."""
    made = Operator(office, str(tmp_path / "files"))
    state = office.under_test.app.state
    state.settings = replace(state.settings, files=made.place, upload_part_kib=1, upload_mib=1)
    monkeypatch.setattr("chassis.process.files.settings_of", made.settings)
    await office.ordered("h-one")
    await added(office, PHOTO)
    await office.post("officer", "documents", body(pictures=[STROKES]))
    reported = await Blobs(made.place).keep(b"reported")
    own = office.client("enterprise", enterprise_id="e-1")
    report = {"hazard_ids": ["h-one"], "report": "已清理", "evidence": [reported]}
    assert (await own.post("/v1/orders/order-1/rectification-reports", json=report)).status_code == 201
    yield made


async def test_what_any_event_names_is_never_touched(operator: Operator) -> None:
    named = operator.files()
    assert len(named) == 4
    operator.age()
    assert "0 (0 bytes) named by no event" in await operator.sweep("--remove")
    assert operator.files() == named
    assert await Leftovers(operator.place).aside() == []


async def test_it_is_shown_first_then_set_aside_then_removed(operator: Operator) -> None:
    named = operator.files()
    left, young = await Blobs(operator.place).keep(b"left"), await Blobs(operator.place).keep(b"young")
    operator.age()
    os.utime(Path(operator.place) / "sha256" / young[:2] / young[2:])
    said = await operator.sweep()
    assert f"no event names: {left} (4 bytes" in said
    assert young not in said
    assert operator.files() == {*named, left, young}
    await operator.sweep("--remove")
    assert operator.files() == {*named, young}
    assert [one.sha256 for one in await Leftovers(operator.place).aside()] == [left]
    assert "removed: 0" in await operator.sweep("--remove")
    today = NOW.date()
    (Path(operator.place) / "aside" / today.isoformat()).rename(Path(operator.place) / "aside/2021-09-06")
    assert "removed: 1" in await operator.sweep("--remove")
    assert await Leftovers(operator.place).aside() == []
    assert operator.files() == {*named, young}


async def test_what_is_named_after_it_was_set_aside_is_put_back(operator: Operator) -> None:
    named = operator.files()
    await Leftovers(operator.place).set_aside(named, datetime(2021, 9, 6, tzinfo=UTC).date())
    assert operator.files() == set()
    assert "put back: 4" in await operator.sweep("--remove")
    assert operator.files() == named


async def test_what_only_the_copy_of_a_lost_ledger_names_stays(operator: Operator) -> None:
    left = await Blobs(operator.place).keep(b"left")
    operator.age()
    connection = operator.office.under_test.connection
    await connection.execute(COPY)
    await connection.execute("INSERT INTO ledger_copy VALUES (1, $1)", f'{{"text":"[\\"{left}\\"]"}}'.encode())
    assert left not in await operator.sweep("--remove")
    assert await named_of([operator.settings("reporting")], {left, "0" * 64}) == {left}
    assert left in operator.files()


@pytest.mark.parametrize("service", SERVICES)
async def test_nothing_is_done_where_not_every_event_can_be_read(operator: Operator, service: str) -> None:
    await Blobs(operator.place).keep(b"left")
    operator.age()
    before = operator.files()
    operator.away.add(service)
    await operator.sweep("--remove", code=2)
    assert operator.files() == before


async def test_what_is_named_while_it_is_set_aside_is_put_back_at_once(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    operator.age()
    kept, looks = operator.files(), 0

    async def late(*asked: Any) -> set[str]:
        nonlocal looks
        looks += 1
        return await named_of(*asked) if looks > 1 else set()

    monkeypatch.setattr("chassis.process.files.named_of", late)
    assert "put back: 4" in await operator.sweep("--remove")
    assert operator.files() == kept

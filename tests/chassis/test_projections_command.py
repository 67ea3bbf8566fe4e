"""`casetrail projections`: what an operator sees, what to do next, and the exit codes."""

from __future__ import annotations

import asyncio
import os

import pytest
from typer.testing import CliRunner

from chassis.eventstore import Connection
from chassis.process import cli
from chassis.projector import Projection
from chassis.service import Service
from chassis.testing import settings_for
from tests.chassis.notes import LIST, SERVICE
from tests.chassis.projecting import made, project
from tests.chassis.test_building import gone

Shown = tuple[int, str, str]


class Operator:
    """Runs the command on the test's database, in a thread: it has an event loop of its own."""

    def __init__(self, dsn: str) -> None:
        self.dsn = dsn
        self.service: Service = SERVICE

    async def __call__(self, *arguments: str) -> Shown:
        """Exit code, standard output and standard error."""
        result = await asyncio.to_thread(CliRunner().invoke, cli, ["projections", *arguments], env={"COLUMNS": "250"})
        assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
        return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def operator(dsn: str, monkeypatch: pytest.MonkeyPatch) -> Operator:
    made = Operator(dsn)
    monkeypatch.setattr("chassis.process.projections.console.width", 250, raising=False)
    monkeypatch.setattr("chassis.process.projections.load_service", lambda _: made.service)
    monkeypatch.setattr("chassis.process.endings.settings_from", lambda name, *_: settings_for(name, dsn))
    return made


async def test_from_build_to_switch_and_back(connection: Connection, operator: Operator) -> None:
    """Each step says what the next is."""
    await made(connection, *"abc")
    await project(connection, LIST)
    code, out, _ = await operator("rebuild", "notes", "note_list")
    assert code == 0
    assert "note_list/1 is built beside the live version, up to 3" in out
    assert "next: casetrail projections compare notes note_list" in out
    code, out, _ = await operator("list", "notes")
    assert code == 0
    assert "building" in out
    assert "next: casetrail projections compare notes note_list" in out
    code, out, _ = await operator("compare", "notes", "note_list")
    assert code == 0
    assert "equal at 3; next: casetrail projections switch notes note_list" in out
    code, out, _ = await operator("switch", "notes", "note_list")
    assert code == 0
    assert "casetrail projections rebuild notes note_list --retired" in out
    code, out, _ = await operator("rebuild", "notes", "note_list", "--retired")
    assert code == 0
    code, _, _ = await operator("switch", "notes", "note_list")
    assert code == 0
    rows = await connection.fetch("SELECT generation, state FROM projections WHERE name = 'note_list' ORDER BY 1")
    assert [tuple(row) for row in rows] == [(1, "live"), (2, "retired")]
    assert (await operator("cancel", "notes", "note_list", "--retired"))[0] == 0
    assert await gone(connection)


async def test_a_difference_is_shown_and_refused_until_it_is_accepted(connection: Connection, operator: Operator) -> None:
    await made(connection, *"abc")
    await project(connection, LIST)
    await operator("rebuild", "notes", "note_list")
    await connection.execute("UPDATE note_list SET text = '改' WHERE note_id = 'n1'")
    for command in ("compare", "switch"):
        code, out, err = await operator(command, "notes", "note_list")
        assert code == 1
        assert "n1" in out
        assert "--accept REASON" in err
    code, _, _ = await operator("switch", "notes", "note_list", "--accept", "the row was altered by hand")
    assert code == 0
    _, out, _ = await operator("list", "notes")
    assert "the row was altered by hand" in out


async def test_a_build_that_stops_names_the_event(connection: Connection, operator: Operator) -> None:
    await made(connection, "a", "毒")
    await project(connection, Projection("note_list", 1, _nothing, ("note_list",)))
    code, out, err = await operator("rebuild", "notes", "note_list")
    assert code == 1
    assert "cannot apply event 2 (casetrail.notes.note-made.v1)" in err
    assert "casetrail projections cancel notes note_list" in out
    assert "stopped at event 2" in (await operator("list", "notes"))[1]
    assert (await operator("cancel", "notes", "note_list"))[0] == 0
    assert await gone(connection)


async def _nothing(batch: object) -> None:
    pass


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["rebuild", "notes", "nonsense"], 2, "no such projection: nonsense (one of deadlines, note_counts, note_list)"),
        (["compare", "notes", "note_list"], 1, "nothing is being built beside note_list"),
        (["switch", "notes", "note_list"], 1, "nothing is being built beside note_list"),
        (["cancel", "notes", "note_list"], 1, "no version of note_list is building"),
        (["rebuild", "notes", "note_list", "--retired"], 1, "no version of note_list is retired"),
    ],
)
async def test_what_cannot_be_done_is_said(
    connection: Connection, operator: Operator, arguments: list[str], code: int, said: str
) -> None:
    await project(connection, LIST)
    found, _, err = await operator(*arguments)
    assert found == code
    assert said in err


async def test_without_settings_it_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("CASETRAIL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CASETRAIL_LOG_LEVEL", "info")
    result = await asyncio.to_thread(CliRunner().invoke, cli, ["projections", "list", "tasks"])
    assert result.exit_code == 2
    assert "CASETRAIL_TASKS_DSN is not set" in result.stderr

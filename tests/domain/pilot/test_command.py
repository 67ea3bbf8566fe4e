"""The command line: its exit code says whether every figure matches, and it names each that does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import pilot.__main__ as command
from pilot.client import Stopped
from pilot.lived import Count, Line
from pilot.published import published
from pilot.run import Outcome
from pilot.table import Figures

DRIVE = ["--gateway", "http://127.0.0.1:1", "--secret", "x"]


def outcome(weeks: int = 520, **changed: Any) -> Outcome:
    """How a year ended: as published, but for some figures, and with so many weeks reported."""
    wanted = published("full")
    rows = [{"district": f"d{n}", "name": f"辖区{n}", "counts": 1, "out_of": 4, "value": 25.0} for n in range(13)]
    by_name = {
        name: {"name": name, "title": name, "title_en": "", "value": changed.get(name, one.least), "by_district": rows}
        for name, one in wanted.items()
    }
    lived = (Line("每周调度 weekly dispatch", (Count("reports", weeks, 520), Count("suggestions", 7))),)
    return Outcome(figures=Figures(by_name, 9), published=wanted, lived=lived, seconds=3.0, steps=1, requests=2)


def run(monkeypatch: pytest.MonkeyPatch, ending: Outcome | Exception) -> Any:
    async def year(*_: object) -> Outcome:
        if isinstance(ending, Exception):
            raise ending
        return ending

    monkeypatch.setattr(command, "_year", year)
    return CliRunner().invoke(command.commands, DRIVE)


def test_matching_figures_end_well(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = run(monkeypatch, outcome())
    assert ended.exit_code == 0
    assert "Every figure matches." in ended.output
    assert "¥121,500" in ended.output
    assert "✓ 每周调度 weekly dispatch: 520 reports, 7 suggestions" in ended.output


def test_differing_figure_is_named_and_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = run(monkeypatch, outcome(hazards=839, penalty_amount_fen=12_140_000))
    assert ended.exit_code == 1
    assert "differs: hazards: 839 instead of 840" in ended.output
    assert "differs: penalty_amount_fen: ¥121,400 instead of ¥121,500" in ended.output


def test_differing_count_of_what_else_was_lived_is_named_and_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = run(monkeypatch, outcome(weeks=519))
    assert ended.exit_code == 1
    assert "✗ 每周调度 weekly dispatch: 519 reports" in ended.output
    assert "differs: 每周调度 weekly dispatch: 519 reports instead of 520" in ended.output


def test_refusal_is_shown_and_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = run(monkeypatch, Stopped('POST /x\n  409 {"code":"no-basis","facts":["[/]"]}'))
    assert ended.exit_code == 1
    assert '409 {"code":"no-basis","facts":["[/]"]}' in ended.output
    assert "needs a fresh stack" in ended.output


def test_gateway_without_its_secret_says_where_it_would_be(tmp_path: Path) -> None:
    ended = CliRunner().invoke(command.commands, ["--gateway", "http://127.0.0.1:1", "--root", str(tmp_path)])
    assert ended.exit_code == 1
    assert "--gateway needs --secret" in ended.output


def test_workbooks_only(tmp_path: Path) -> None:
    ended = CliRunner().invoke(command.commands, ["--small", "--workbooks", str(tmp_path)])
    assert ended.exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["aluminium.xlsx", "dust.xlsx", "steel.xlsx"]

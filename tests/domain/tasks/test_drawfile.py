"""A draw's file is repeated without the platform, and whatever was altered in it is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from chassis.process import cli
from services.tasks import domain
from services.tasks.domain.drawfile import FORMAT, MalformedFile, as_file, check
from tests.domain.tasks.test_draw import OFFICER_IDS, SEED, asked, commit, commit_enterprises, pick, reveal

GOLDEN = Path(__file__).with_name("draw_golden.json")


def as_events(*events: Any) -> dict[str, Any]:
    """The file of a draw, as it comes out of JSON."""
    listed = [
        {
            "type": one.__wire__, "event_id": f"0190-{place}", "version": place,
            "recorded_at": f"2021-03-0{place}T08:00:00+08:00",
            "data": asdict(one),
        }
        for place, one in enumerate(events, start=1)
    ]  # fmt: skip
    whole: dict[str, Any] = json.loads(json.dumps(as_file(listed), default=str))
    return whole


def officers_file() -> dict[str, Any]:
    """A draw for two tasks; the officer who would have been the first at e-2 was recused after the commitment."""
    committed = commit(asked(pick(1, 3), pick(2, 2)), recusals=[domain.Recusal("o-3", "e-1")])
    first = reveal(committed).results[1].drawn[0]
    late = [domain.Exclusion(officer_id=first, enterprise_id="e-2", reason="recusal")]
    return as_events(committed, reveal(committed, late=late))


def enterprises_file() -> dict[str, Any]:
    committed = commit_enterprises(5, barred=[domain.Barred(enterprise_id="e-7", reason="suspended")])
    return as_events(committed, reveal(committed))


@pytest.mark.parametrize("whole", [officers_file(), enterprises_file()], ids=["officers", "enterprises"])
def test_an_unaltered_file_is_verified(whole: dict[str, Any]) -> None:
    checked = check(whole)
    assert checked.findings == ()
    assert checked.revealed
    assert checked.drawn == 5


def test_a_draw_with_a_task_that_was_held_back_is_verified_like_any_other() -> None:
    whole = officers_file()
    whole["events"][1]["data"]["unassigned"] = [{"task_id": "t-2", "code": "cap-reached", "zh": "x", "en": "x"}]
    checked = check(whole)
    assert (checked.findings, checked.drawn) == ((), 5)


def test_before_the_reveal_the_commitment_alone_is_checked() -> None:
    whole = officers_file()
    del whole["events"][1]
    checked = check(whole)
    assert (checked.findings, checked.revealed, checked.drawn) == ((), False, 0)


def _swap(whole: dict[str, Any]) -> None:
    drawn = whole["events"][1]["data"]["results"][0]["drawn"]
    drawn[0], drawn[1] = drawn[1], drawn[0]


def _set(*path: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(whole: dict[str, Any]) -> None:
        node = whole["events"]
        for step in path[:-1]:
            node = node[step]
        node[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_swap, "result-differs"),
        (_set(1, "data", "results", 0, "drawn", 2, value="o-3"), "result-differs"),
        (_set(1, "data", "results", 1, "task_id", value="t-9"), "result-differs"),
        (_set(1, "data", "late_exclusions", value=[]), "result-differs"),
        (_set(0, "data", "exclusions", value=[]), "result-differs"),
        (_set(0, "data", "pool", value=list(OFFICER_IDS[1:])), "pool-hash"),
        (_set(1, "data", "seed", value=SEED + "!"), "seed-hash"),
        (_set(1, "data", "draw_id", value="draw-2"), "another-draw"),
        (_set(1, "data", "results", value=[]), "results-missing"),
        (_set(1, "data", "unassigned", value=[{"task_id": "t-9"}]), "unassigned-not-picked"),
        (_set(1, "version", value=3), "version-gap"),
        (_set(1, "recorded_at", value="2021-02-28T08:00:00+08:00"), "revealed-before-committed"),
    ],
)
def test_what_was_altered_is_named(change: Callable[[dict[str, Any]], None], code: str) -> None:
    whole = officers_file()
    change(whole)
    assert code in {finding.code for finding in check(whole).findings}


def test_a_barred_enterprise_that_was_left_out_of_the_file_is_noticed() -> None:
    committed = commit_enterprises(30 - 1, barred=[domain.Barred(enterprise_id="e-7", reason="suspended")])
    whole = as_events(committed, reveal(committed))
    whole["events"][0]["data"]["barred"] = []
    assert {finding.code for finding in check(whole).findings} == {"result-differs"}


@pytest.mark.parametrize(
    "content", [[], {}, {"format": "x"}, {"format": FORMAT, "events": []}, {"format": FORMAT, "events": [1]}]
)
def test_what_is_no_draw_is_malformed(content: Any) -> None:
    with pytest.raises(MalformedFile):
        check(content)


def test_golden_vector() -> None:
    """The same seed gives the same draw on any machine: the committed file, byte for byte, and what it draws."""
    whole = json.loads(GOLDEN.read_bytes())
    assert check(whole).findings == ()
    assert [result["drawn"] for result in whole["events"][1]["data"]["results"]] == [["o-c", "o-b"]]


@pytest.mark.parametrize(
    ("whole", "code", "said"),
    [
        (officers_file(), 0, "✓ 通过"),
        ({**officers_file(), "events": officers_file()["events"][:1]}, 0, "种子尚未公布"),
        ({"format": "other"}, 2, "无法核验"),
    ],
)
def test_the_command_gives_a_verdict_and_what_to_do_next(tmp_path: Path, whole: Any, code: int, said: str) -> None:
    file = tmp_path / "draw.json"
    file.write_text(json.dumps(whole), encoding="utf-8")
    answer = CliRunner().invoke(cli, ["draw", "verify", str(file)])
    assert (answer.exit_code, said in answer.output, "下一步" in answer.output) == (code, True, True)


def test_the_command_names_what_is_wrong(tmp_path: Path) -> None:
    whole = officers_file()
    _swap(whole)
    file = tmp_path / "draw.json"
    file.write_text(json.dumps(whole), encoding="utf-8")
    answer = CliRunner().invoke(cli, ["draw", "verify", str(file)])
    assert answer.exit_code == 1
    assert "result-differs" in answer.output

"""A dataset that outlives a run: what its folder says of it, and what cannot be kept."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import orjson
import pytest
import typer

from bench.__main__ import main
from bench.kept import NOTE, Kept, noted
from bench.stage import Stage


def stage(folder: Path, *, kept: bool) -> Stage:
    return Stage("", "", folder, 1, 1, 1, 1, kept)


def test_the_page_says_when_its_dataset_was_built_and_how_fast(tmp_path: Path) -> None:
    kept = Kept(5_000_000, "2026-11-28 06:10", 2.5, 5, 30_546.2)
    (tmp_path / NOTE).write_bytes(orjson.dumps(asdict(kept)))
    assert Kept.read(tmp_path) == kept
    told = noted(stage(tmp_path, kept=True))["dataset"]
    assert told.startswith("5,000,000 events, kept from 2026-11-28 06:10 UTC, when version 5 ")
    assert "at 30,546 events/s" in told


def test_a_folder_in_which_nothing_was_finished_says_nothing(tmp_path: Path) -> None:
    assert Kept.read(tmp_path) is None
    assert noted(stage(tmp_path, kept=True)) == noted(stage(tmp_path, kept=False)) == {}


@pytest.mark.parametrize("only", [None, ["live"], ["panels", "live"]])
def test_only_what_panels_are_asked_of_is_kept(only: list[str] | None, tmp_path: Path) -> None:
    with pytest.raises(typer.BadParameter, match="can be kept"):
        main(only=only, keep=tmp_path)

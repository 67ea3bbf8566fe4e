"""The description of the penalty service tells all that it does: endpoints, events in and out, deadlines; and nothing more."""

from __future__ import annotations

import json
import re
from pathlib import Path

from services.penalty.policies import REACTIONS
from services.penalty.worker import FIRES

ROOT = Path(__file__).parents[2]
README = (ROOT / "services/penalty/README.md").read_text(encoding="utf-8")
CODE = re.compile(r"`([^`]+)`")


def told(title: str) -> list[list[str]]:
    """The rows of the tables of a section, heads and rules left out, each as its cells."""
    section = README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line.startswith("|")]
    return [row for row in rows if set(row[0]) != {"-"}]


def offered(method: str) -> set[str]:
    """The paths that take a method, each id as `{id}`."""
    paths = json.loads((ROOT / "contracts/http/penalty.openapi.json").read_text(encoding="utf-8"))["paths"]
    return {re.sub(r"\{\w+\}", "{id}", path) for path, operations in paths.items() if method in operations}


def test_every_path_that_is_read_is_described() -> None:
    """The table of what may be read names the paths of the contract."""
    assert {path for row in told("HTTP") if len(row) == 2 for path in CODE.findall(row[0])} == offered("get")


def test_every_path_that_is_posted_to_is_described() -> None:
    """The table of what may be posted names the paths of the contract, each once."""
    paths = [f"{base}/{rest}" for row in told("HTTP") if len(row) == 3 for base in CODE.findall(row[0])
             for rest in CODE.findall(row[2])]  # fmt: skip
    assert sorted(paths) == sorted(offered("post"))


def test_every_event_out_is_described() -> None:
    """The table of streams names the published events."""
    published = {path.name.partition(".")[0] for path in (ROOT / "contracts/events/penalty").glob("*.json")}
    assert {event for row in told("Events out") for event in CODE.findall(row[3])} == published


def test_every_event_in_is_described() -> None:
    """The table of events in names what the policies react to, with the service that says it."""
    rows = [(row[0], event) for row in told("Events in") for event in CODE.findall(row[1])]
    assert sorted(rows) == sorted((name.split(".")[1], name.split(".")[2]) for name in REACTIONS)


def test_every_deadline_is_described() -> None:
    """The table of deadlines names what the worker fires."""
    assert {kind for row in told("Deadlines") for kind in CODE.findall(row[0])} == set(FIRES)

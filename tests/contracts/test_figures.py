"""The bulletin's figures come from reporting: both sides name the same ones."""

from __future__ import annotations

import json
from pathlib import Path

from services.reporting.queries.definitions import BY_NAME

TASKS = Path(__file__).parents[2] / "contracts" / "http" / "tasks.openapi.json"


def test_a_bulletin_can_name_exactly_the_figures_that_reporting_publishes() -> None:
    body = json.loads(TASKS.read_text(encoding="utf-8"))["components"]["schemas"]["FigureBody"]
    assert body["properties"]["figure"]["enum"] == list(BY_NAME)

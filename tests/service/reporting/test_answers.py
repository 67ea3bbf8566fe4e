"""Answers are as OpenAPI describes them: every field that is answered is described, and every one that is described comes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import BaseModel

from services.reporting.api import answers, answers_audit
from tests.service.reporting.conftest import Reporting
from tests.service.reporting.weeks import WEEK

OPEN = (answers.FigureRow,)
"""Whose further fields are those of its kind."""
PATHS: list[tuple[str, type[BaseModel]]] = [
    ("/v1/figures", answers.PilotTable), ("/v1/figures/hazards/rows", answers.FigureRows), ("/v1/panels", answers.Panels),
    ("/v1/panels/hazards?period=2019&by=state", answers.Panel), ("/v1/panels/coverage?period=2019-02", answers.Panel),
    ("/v1/measures/hazards/rows?period=2019", answers.FigureRows), ("/v1/measures/tasks_open/rows", answers.FigureRows),
    (f"/v1/bulletins/{WEEK}", answers.Bulletin), (f"/v1/bulletins/{WEEK}/rows?line=hazards", answers.FigureRows),
    (f"/v1/bulletins/{WEEK}/to-issue", answers_audit.ToIssue), (f"/v1/bulletins/{WEEK}/issued", answers_audit.IssuedBulletins),
    ("/v1/histories/enterprises/e-1?proofs=true", answers_audit.History),
    ("/v1/histories/officers/officer-1", answers_audit.HistoryPage),
    ("/v1/histories/enterprises/e-1/difference?since=i100", answers_audit.Difference),
    ("/v1/histories/enterprises/e-1/reads", answers_audit.Reads), ("/v1/ledgers", answers_audit.WitnessedLedgers),
    ("/v1/events?service=registry&stream_id=enterprise:e-1", answers_audit.Events),
    ("/v1/conformance/cases", answers_audit.ClosedCases),
]  # fmt: skip


def undescribed(read: Any, said: Any, where: str = "") -> list[str]:
    """The fields of an answer that its model does not name; of the open ones none."""
    if isinstance(read, BaseModel):
        named = {field.alias or name: name for name, field in type(read).model_fields.items()}
        more = [] if isinstance(read, OPEN) else [f"{where}.{name}" for name in said if name not in named]
        return more + [
            one
            for name, own in named.items()
            if name in said
            for one in undescribed(getattr(read, own), said[name], f"{where}.{name}")
        ]
    if isinstance(read, list):
        return [one for inner, of in zip(read, said, strict=True) for one in undescribed(inner, of, where)]
    if isinstance(read, Mapping):
        return [one for name, inner in read.items() for one in undescribed(inner, said[name], f"{where}.{name}")]
    return []


@pytest.mark.parametrize(("path", "model"), PATHS)
async def test_what_is_answered_is_what_is_described(quarter: Reporting, path: str, model: type[BaseModel]) -> None:
    async with quarter.client("manager", "auditor") as client:
        answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert undescribed(model.model_validate(said), said) == []
    described = client_schema(path)
    assert described.endswith(model.__name__), "the description names this model"


def client_schema(path: str) -> str:
    """What OpenAPI says that the path answers."""
    from chassis.http import create_app  # noqa: PLC0415
    from services.reporting.service import SERVICE  # noqa: PLC0415

    document = create_app(SERVICE.title, SERVICE.routers).openapi()
    asked = path.partition("?")[0].split("/")
    for told, operations in document["paths"].items():
        parts = told.split("/")
        if len(parts) == len(asked) and all(one == of or one.startswith("{") for one, of in zip(parts, asked, strict=True)):
            return str(operations["get"]["responses"]["200"]["content"]["application/json"]["schema"].get("$ref", ""))
    raise AssertionError(path)

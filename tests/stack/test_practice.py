"""The practice district: prepared by its own verb, entered by name, its clock moved by all who practise, wiped by one command."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from typer.testing import CliRunner

from deploy.embedded.stack import Stack
from pilot.client import Client
from pilot.days import CHINA
from pilot.practice.__main__ import commands, tell
from pilot.practice.setting_up import Ground, set_up

pytestmark = pytest.mark.stack
TODAY = datetime(2026, 11, 27, 9, tzinfo=CHINA)


@dataclass(frozen=True, slots=True)
class Practice:
    """A practice district that is served, and what was prepared in it."""

    stack: Stack
    grounds: list[Ground]

    async def ask(self, who: str, method: str, path: str, body: Any = None) -> httpx.Response:
        """A request under the token that the issuer gives by this name."""
        async with httpx.AsyncClient(base_url=self.stack.gateway_url, timeout=60) as client:
            answer = await client.post("/issuer/token", data={"grant_type": "password", "username": who})
            headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
            return await client.request(method, path, json=body, headers=headers)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def practice(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Practice]:
    root: Path = tmp_path_factory.mktemp("practice")
    async with Stack(root, clock=TODAY) as stack:
        async with Client(stack.gateway_url, stack.development_secret, 1) as client:
            grounds = await set_up(client, TODAY.date(), 2, root / "workbooks")
        tell(stack.folder.path, grounds)
        yield Practice(stack, grounds)


@pytest.mark.asyncio(loop_scope="module")
async def test_each_trainee_has_a_visit_and_a_case_to_walk_through(practice: Practice) -> None:
    lessons = (await practice.ask("officer", "GET", "/practice")).json()
    assert len(lessons["trainees"]) == 2
    for ground in lessons["trainees"]:
        inspection = (await practice.ask("officer", "GET", f"/api/inspection/v1/inspections/{ground['task']}")).json()
        assert (inspection["state"], len(inspection["officers"])) == ("prepared", 2)
        assert len(inspection["items"]) > 5
        case = (await practice.ask("officer", "GET", f"/api/penalty/v1/cases/{ground['case']}")).json()
        assert case["state"] == "clue"
        assert "request-filing" in {step["name"] for step in case["next_steps"]}


@pytest.mark.asyncio(loop_scope="module")
async def test_what_a_lesson_calls_done_is_something_that_the_services_answer(practice: Practice) -> None:
    """Before anything is done no step is, and what is looked at is there to be looked at."""
    lessons = (await practice.ask("officer", "GET", "/practice")).json()
    own = lessons["trainees"][1]
    for step in (step for lesson in lessons["lessons"] for step in lesson["steps"]):
        done = step["done"]
        path = done["path"].format(**own)
        query = "&".join(f"{name}={value.format(**own)}" for name, value in done.get("query", {}).items())
        answer = await practice.ask("officer", "GET", f"/api/{done['service']}{path}?{query}")
        assert answer.status_code == 200, step["id"]
        for condition in done.get("any", [done]):
            assert condition["at"].split(".")[0] in answer.json(), step["id"]


@pytest.mark.asyncio(loop_scope="module")
async def test_whoever_practises_moves_the_clock(practice: Practice) -> None:
    before = datetime.fromisoformat((await practice.ask("officer", "GET", "/clock")).json()["now"])
    to = (before + timedelta(days=7)).isoformat()
    assert (await practice.ask("officer", "POST", "/clock", {"to": to, "settle": True})).status_code == 200
    assert (await practice.ask("officer", "GET", "/clock")).json()["now"] == to


def test_wiping_leaves_nothing_but_the_lock(tmp_path: Path) -> None:
    (tmp_path / "practice").mkdir()
    (tmp_path / "practice" / "lessons.json").write_text("{}", encoding="ascii")
    told = CliRunner().invoke(commands, ["--wipe", "--root", str(tmp_path)])
    assert told.exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lock", "logs"]
    assert not list((tmp_path / "logs").iterdir())

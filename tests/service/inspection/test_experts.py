"""Experts meet the visits that they are named for, no others: in a list, by id, in a package; they take photos and advise."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest_asyncio

from services.inspection.api.packages import version_of
from tests.media import picture
from tests.service.inspection.office import MORNING, Office

PHOTO = picture("JPEG", (32, 24))
SHA256 = hashlib.sha256(PHOTO).hexdigest()
TAKEN = {
    "evidence_id": "ev-1", "kind": "photo", "inspection_id": "task-1", "item_code": "DST-K6", "sha256": SHA256,
    "size": len(PHOTO), "media_type": "image/jpeg", "file_name": "积尘.jpg", "place": "打磨车间",
}  # fmt: skip
ADVICE = {"expert_id": "expert-1", "advice": "清理积尘", "advice_id": "v-1", "item_code": "DST-K6", "photos": [SHA256]}


class Experts:
    """One who is named for the visits of `Office.task`, one who is named for none; neither is of an organ."""

    def __init__(self, office: Office) -> None:
        self.mine = office.under_test.client("expert", id="expert-1", organ="")
        self.strange = office.under_test.client("expert", id="expert-2", organ="")


@pytest_asyncio.fixture
async def experts(office: Office) -> AsyncIterator[Experts]:
    await office.on_site()
    await office.under_test.settle()
    experts = Experts(office)
    yield experts
    await experts.mine.aclose()
    await experts.strange.aclose()


async def got(expert: httpx.AsyncClient, path: str, status: int = 200, **asked: Any) -> Any:
    answer = await expert.get(f"/v1/{path}", params=asked)
    assert answer.status_code == status, answer.text
    return answer.json()


async def sent(expert: httpx.AsyncClient, path: str, body: dict[str, Any], status: int = 201, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = await expert.post(f"/v1/{path}", json=body, headers=named)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_an_expert_is_shown_his_own_visits_and_what_he_may_do(office: Office, experts: Experts) -> None:
    [listed] = (await got(experts.mine, "inspections"))["items"]
    assert (listed["inspection_id"], listed["state"]) == ("task-1", "checked-in")
    assert (await got(experts.mine, "inspections", state="concluded"))["items"] == []
    told = await got(experts.mine, "inspections/task-1")
    assert told["enterprise_name"] == "某木业公司"
    assert told["items"]
    [step] = told["next_steps"]
    assert (step["name"], step["known"], told["forbidden_steps"]) == ("advise", {"expert_id": "expert-1"}, [])
    assert (await got(experts.strange, "inspections"))["items"] == []
    elsewhere = office.under_test.client("expert", id="expert-1", organ="", districts=("xihu",))
    assert (await got(elsewhere, "inspections"))["items"] == (await got(elsewhere, "package"))["entries"] == []
    for nobody in (experts.strange, elsewhere):
        for asked in ({}, {"as_of": "v2"}):
            assert (await got(nobody, "inspections/task-1", 404, **asked))["code"] == "not-found"
    await elsewhere.aclose()
    for path in ("orders", "hazards", "documents", "evidence", "devices", "evidence/ev-1", "inspections/task-1/phrases"):
        assert (await got(experts.mine, path, 403))["code"] == "forbidden"


async def test_a_visit_that_went_to_another_expert_is_his_no_more(office: Office) -> None:
    await office.hear(office.task("task-1"))
    await office.under_test.settle()
    experts = Experts(office)
    assert [one["key"] for one in (await got(experts.mine, "package"))["entries"] if "inspection" in one["key"]]
    await office.hear(office.task("task-1", expert="expert-2", wire="task-reassigned"))
    assert (await got(experts.mine, "package"))["entries"] == []  # before the rows say so
    await office.under_test.settle()
    assert (await got(experts.mine, "inspections"))["items"] == []
    await got(experts.mine, "inspections/task-1", 404)
    await got(experts.mine, "inspections/task-1", 404, as_of="v1")  # when he was named
    assert len((await got(experts.strange, "inspections"))["items"]) == 1
    assert [one["key"] for one in (await got(experts.strange, "package"))["entries"] if "inspection" in one["key"]]


async def test_what_an_expert_takes_along_is_his_visits_and_what_they_rest_on(experts: Experts) -> None:
    listed = await got(experts.mine, "package")
    assert sorted(one["key"].split("/")[0] for one in listed["entries"]) == ["catalogue", "inspection", "site"]
    assert listed["version"] == version_of((one["key"], one["sha256"]) for one in listed["entries"])
    keys = [one["key"] for one in listed["entries"]]
    entries = (await got(experts.mine, "package/entries", key=[*keys, "history/e-1", "inspection/task-2"]))["entries"]
    assert [one["key"] for one in entries] == keys
    [visit] = [one["value"] for one in entries if one["key"] == "inspection/task-1"]
    assert visit["experts"] == [{"expert_id": "expert-1", "name": "专家"}]
    assert visit["check_in"]
    assert (await got(experts.strange, "package"))["entries"] == []
    assert (await got(experts.strange, "package/entries", key=keys))["entries"] == []


async def test_an_expert_advises_with_photos_at_his_own_visits_only(office: Office, experts: Experts) -> None:
    await sent(experts.strange, "evidence", TAKEN, 404)
    await sent(experts.strange, "inspections/task-1/advice", {**ADVICE, "expert_id": "expert-2"}, 404)
    await sent(experts.mine, "evidence", {**TAKEN, "order_id": "order-1"}, 404)
    await sent(experts.mine, "evidence", TAKEN)
    digest = base64.b64encode(hashlib.sha256(PHOTO).digest()).decode()
    headers = {
        "Content-Digest": f"sha-256=:{digest}:",
        "Content-Type": "application/octet-stream",
        "Idempotency-Key": "part-number-0",
    }
    for expert, status in ((experts.strange, 404), (experts.mine, 204)):
        part = await expert.put("/v1/evidence/ev-1/parts/0", content=PHOTO, headers=headers)
        assert part.status_code == status, part.text
    await got(experts.strange, "evidence/ev-1/parts", 404)
    assert (await got(experts.mine, "evidence/ev-1/parts"))["missing"] == []
    await sent(experts.strange, "evidence/ev-1/arrivals", {}, 404)
    await sent(experts.mine, "evidence/ev-1/arrivals", {})
    await sent(experts.mine, "inspections/task-1/advice", ADVICE)
    [advised] = (await office.get("inspections/task-1"))["advice"]
    assert {name: advised[name] for name in ADVICE} == ADVICE
    assert (await office.get("evidence/ev-1", "officer"))["captured_by"] == "expert-1"


async def test_advice_that_was_noted_offline_is_taken_after_the_record_was_closed(office: Office) -> None:
    await office.concluded()
    office.under_test.clock.at = MORNING + timedelta(hours=3)
    expert = Experts(office).mine
    path, early = "inspections/task-1/advice", (MORNING + timedelta(minutes=5)).isoformat()
    assert (await sent(expert, path, ADVICE, 409))["code"] == "already-concluded"
    await sent(expert, path, ADVICE, occurred_at=early)
    [advised] = (await office.get("inspections/task-1"))["advice"]
    assert advised["advised_at"].startswith("2021-09-06T02:05")

"""The market supervision's register over HTTP: compared row by row, proposed, decided by the district's officers, once."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from typing import Any
from unittest.mock import patch

import httpx
import pytest

from services.registry.commands import feeds
from services.registry.domain.enterprise import enterprise_id_of
from services.registry.domain.reconciling import reconciliation_of
from tests.domain.registry.filled import code, filled
from tests.service.registry.desk import Desk, xlsx

HEADS = ("统一社会信用代码", "企业名称", "法定代表人", "住所", "行业代码", "登记状态", "核准日期", "所属辖区")
OPENING = {"district": "donghu", "sector": "dust", "address": "东湖区工业大道9号", "safety_head": "李敏", "staff": 12}


def name(number: int) -> str:
    """The name under which the enterprise is registered here."""
    return f"南昌{number}号木业有限公司"


def record(number: int, **changes: Any) -> dict[str, Any]:
    """What their register says of an enterprise, as its file says it, but for what is given."""
    same = {
        "统一社会信用代码": code(number), "企业名称": name(number), "法定代表人": "王建国", "住所": "南昌市东湖区工业大道1号",
        "行业代码": "C2110", "登记状态": "存续", "核准日期": "2021-02-01",
    }  # fmt: skip
    return {**same, **changes}


def as_csv(records: list[dict[str, Any]], encoding: str = "utf-8-sig") -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADS)
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue().encode(encoding)


async def send(
    desk: Desk, content: bytes, feed_id: str = "feed-1", as_of: str = "2021-02-20", client: httpx.AsyncClient | None = None,
    **data: str,
) -> httpx.Response:  # fmt: skip
    return await (client or desk.administrator).post(
        "/v1/feeds", files={"file": ("市场监管.csv", content)}, data={"feed_id": feed_id, "as_of": as_of, **data}, timeout=120
    )


async def registered(desk: Desk, count: int = 3) -> list[str]:
    """So many sites of Donghu have files, in which their registered address is known."""
    assert (await desk.send(xlsx(filled(count)))).status_code == 201
    await desk.under_test.settle()
    return [enterprise_id_of(code(number), "1") for number in range(1, count + 1)]


async def known(desk: Desk, count: int = 3) -> list[str]:
    """As `registered`, and what their register said first was taken over."""
    ids = await registered(desk, count)
    answer = await send(desk, as_csv([record(number) for number in range(1, count + 1)]), "feed-0", "2021-02-19")
    assert (answer.status_code, answer.json()["changed"]) == (201, count), answer.text
    body = {"proposals": [{"reconciliation_id": one, "proposal": 1} for one in ids], "outcome": "accepted"}
    answer = await desk.manager.post("/v1/reconciliation-decisions", json=body)
    assert answer.json() == {"decided": count, "refused": []}
    await desk.under_test.settle()
    return ids


async def test_a_feed_is_compared_and_nothing_is_overwritten(desk: Desk) -> None:
    first, second, third = await known(desk)
    records = [
        record(1, 企业名称="南昌新木业有限公司"), record(2, 登记状态="注销", 核准日期="2021-02-10"), record(3),
        record(4, 所属辖区="东湖区"), record(5, 登记状态="吊销"), record(6, 企业名称=name(3)),
    ]  # fmt: skip
    answer = await send(desk, as_csv(records, "gb18030"))
    counts = {"new": 1, "changed": 1, "closed": 1, "conflicting": 1, "unchanged": 2, "elsewhere": 0}
    assert answer.status_code == 201, answer.text
    assert {name: answer.json()[name] for name in counts} == counts
    assert {row["enterprise_id"]: row["name"] for row in await desk.settled("/v1/enterprises")}[first] == name(1)
    waiting = await desk.settled("/v1/reconciliations")
    assert {row["reconciliation_id"]: (row["kind"], row["fields"]) for row in waiting} == {
        first: ("changed", ["name"]),
        second: ("closed", ["status"]),
        reconciliation_of(code(4)): ("new", ["name", "legal_representative", "registered_address", "industry_code"]),
        reconciliation_of(code(6)): ("conflicting", ["name", "legal_representative", "registered_address", "industry_code"]),
    }
    assert [row["reconciliation_id"] for row in await desk.settled("/v1/reconciliations", kind="closed")] == [second]
    assert third not in {row["reconciliation_id"] for row in waiting}
    [listed] = [row for row in await desk.settled("/v1/feeds") if row["feed_id"] == "feed-1"]
    assert (listed["finished"], {name: listed[name] for name in counts}) == (True, counts)
    again = await send(desk, as_csv(records, "gb18030"))
    assert again.json() == answer.json()
    assert len(await desk.settled("/v1/reconciliations")) == 4


async def test_officers_decide_field_by_field_and_the_file_says_where_it_comes_from(desk: Desk) -> None:
    first, second, _ = await known(desk)
    records = [record(1, 企业名称="南昌新木业有限公司", 法定代表人="赵六"), record(2, 登记状态="注销", 核准日期="2021-02-10")]
    assert (await send(desk, as_csv(records))).status_code == 201
    async with desk.under_test.client("officer", districts=("donghu",)) as officer:
        view = (await officer.get(f"/v1/reconciliations/{first}")).json()
        assert [(one["name"], one["ours"], one["theirs"]) for one in view["differences"]] == [
            ("name", name(1), "南昌新木业有限公司"), ("legal_representative", "王建国", "赵六"),
        ]  # fmt: skip
        kept = {"name": "name", "outcome": "kept", "value": "南昌新木业有限公司", "reason": "现场牌匾未变"}
        body = {"proposal": view["proposal"], "decisions": [kept], "others": "accepted"}
        answer = await officer.post(f"/v1/reconciliations/{first}/decisions", json=body)
        assert (answer.status_code, answer.json()["accepted"], answer.json()["kept"]) == (201, 1, 1), answer.text
        repeated = await officer.post(f"/v1/reconciliations/{first}/decisions", json=body)
        assert (repeated.status_code, repeated.json()["code"]) == (409, "proposal-decided")
        path, body = f"/v1/reconciliations/{second}/decisions", {"proposal": 2, "others": "accepted"}
        assert (await officer.post(path, json=body)).status_code == 403, "files are closed by managers"
        together = {"proposals": [{"reconciliation_id": second, "proposal": 2}], "outcome": "accepted"}
        assert (await officer.post("/v1/reconciliation-decisions", json=together)).json()["refused"][0]["code"] == "forbidden"
    closing = await desk.manager.post(path, json=body)
    assert closing.status_code == 201, closing.text
    fields = {field["name"]: field for field in (await desk.get(f"/v1/enterprises/{first}/file"))["fields"]}
    assert fields["name"]["value"] == name(1)
    told = fields["legal_representative"]
    assert (told["value"], told["source"], told["stated_by"], told["stated_on"]) == (
        "赵六", "market-supervision", "feed/feed-1", "2021-02-01",
    )  # fmt: skip
    rows = {row["enterprise_id"]: row["status"] for row in await desk.settled("/v1/enterprises")}
    assert rows[second] == "closed"
    assert (await send(desk, as_csv(records), "feed-2", "2021-02-25")).json()["unchanged"] == 2


async def test_a_new_enterprise_gets_its_file_with_what_an_officer_adds(desk: Desk) -> None:
    content = json.dumps([record(7), record(8, 登记状态="注销")]).encode()
    answer = await send(desk, content)
    assert (answer.status_code, answer.json().get("new")) == (201, 1), answer.text
    path = f"/v1/reconciliations/{reconciliation_of(code(7))}/decisions"
    lacking = await desk.manager.post(path, json={"proposal": 1, "others": "accepted"})
    assert (lacking.status_code, lacking.json()["code"]) == (409, "opening-missing")
    for district, status in (("nanchang", 409), ("nowhere-at-all", 404)):
        wrong = {"proposal": 1, "others": "accepted", "opening": {**OPENING, "district": district}}
        assert (await desk.manager.post(path, json=wrong)).status_code == status
    answer = await desk.manager.post(path, json={"proposal": 1, "others": "accepted", "opening": OPENING})
    assert (answer.status_code, answer.json()["enterprise_id"]) == (201, enterprise_id_of(code(7), "1")), answer.text
    [row] = await desk.settled("/v1/enterprises")
    assert (row["name"], row["district"], row["status"], row["sectors"]) == (name(7), "donghu", "producing", ["dust"])
    file = await desk.get(f"/v1/enterprises/{row['enterprise_id']}/file")
    sources = {field["name"]: field["source"] for field in file["fields"]}
    assert (sources["name"], sources["registered_address"], sources["safety_head"]) == (
        "market-supervision", "market-supervision", "self-report",
    )  # fmt: skip
    assert (await send(desk, json.dumps([record(7)]).encode(), "feed-2")).json()["unchanged"] == 1


async def test_two_officers_at_once_decide_once(desk: Desk) -> None:
    first, *_ = await known(desk, 1)
    assert (await send(desk, as_csv([record(1, 企业名称="南昌新木业有限公司")]))).status_code == 201
    bodies = ({"proposal": 2, "others": "accepted"}, {"proposal": 2, "others": "kept", "reason": "有误"})
    async with desk.under_test.client("officer", id="officer-1") as one, desk.under_test.client("officer", id="officer-2") as two:
        answers = await asyncio.gather(
            *(
                client.post(f"/v1/reconciliations/{first}/decisions", json=body)
                for client, body in zip((one, two), bodies, strict=True)
            )
        )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert [answer.json()["code"] for answer in answers if answer.status_code == 409] == ["proposal-decided"]


async def test_what_changed_since_is_compared_again_before_it_is_decided(desk: Desk) -> None:
    first, *_ = await known(desk, 1)
    assert (await send(desk, as_csv([record(1, 企业名称="南昌新木业有限公司")]))).status_code == 201
    async with desk.under_test.client("officer", districts=("donghu",)) as officer:
        entry = {"site": {"name": "南昌老木业有限公司"}}
        assert (await officer.post(f"/v1/enterprises/{first}/entries", json=entry)).status_code == 201
        body = {"proposal": 2, "others": "accepted"}
        stale = await officer.post(f"/v1/reconciliations/{first}/decisions", json=body)
        assert (stale.status_code, stale.json()["code"], stale.json()["fields"]) == (409, "proposal-stale", ["name"])
        renewed = await officer.post(f"/v1/reconciliations/{first}/renewals")
        assert (renewed.json()["state"], renewed.json()["proposal"]) == ("open", 3)
        view = (await officer.get(f"/v1/reconciliations/{first}")).json()
        assert (view["kind"], view["differences"][0]["conflict"]) == ("conflicting", "seen-later")
        kept = {"proposals": [{"reconciliation_id": first, "proposal": 3}, {"reconciliation_id": "e-none", "proposal": 1}]}
        answer = await officer.post("/v1/reconciliation-decisions", json={**kept, "outcome": "kept", "reason": "以现场为准"})
        assert (answer.json()["decided"], [one["code"] for one in answer.json()["refused"]]) == (1, ["not-found"])


async def test_news_of_who_has_a_file_meanwhile_is_withdrawn(desk: Desk) -> None:
    """The list that is asked may lag behind: the claim of the site does not."""
    assert (await send(desk, as_csv([record(1), record(2)]))).json()["new"] == 2
    assert (await desk.send(xlsx(filled(2)))).status_code == 201  # and nothing is projected
    again = await send(desk, as_csv([record(1, 住所="新址1号")]), "feed-2")
    assert (again.json()["new"], again.json()["unchanged"]) == (0, 1)
    renewed = await desk.manager.post(f"/v1/reconciliations/{reconciliation_of(code(2))}/renewals")
    assert renewed.json()["state"] == "withdrawn"
    assert await desk.settled("/v1/reconciliations") == []


async def test_a_site_that_moved_is_compared_and_decided_by_its_new_district(desk: Desk) -> None:
    first, *_ = await known(desk, 1)
    assert (await send(desk, as_csv([record(1, 企业名称="南昌新木业有限公司")]))).json()["changed"] == 1
    moved = await desk.manager.post(f"/v1/enterprises/{first}/moves", json={"district": "xihu", "reason": "区划调整"})
    assert moved.status_code == 201, moved.text
    await desk.under_test.settle()
    async with desk.under_test.client("manager", districts=("xihu",)) as xihu:
        answer = await send(desk, as_csv([record(1, 企业名称="南昌西湖木业有限公司")]), "feed-2", client=xihu)
        assert (answer.status_code, answer.json()["changed"]) == (201, 1), answer.text
        [waiting] = await desk.settled("/v1/reconciliations", xihu)
        body = {"proposal": waiting["proposal"], "others": "accepted"}
        assert (await xihu.post(f"/v1/reconciliations/{first}/decisions", json=body)).status_code == 201
        past = await xihu.get(f"/v1/enterprises/{first}/file", params={"as_of": "v1"})
        assert past.status_code == 200, "its past is seen where it is"
    async with desk.under_test.client("manager", districts=("donghu",)) as donghu:
        assert (await donghu.get(f"/v1/reconciliations/{first}")).status_code == 404


class Killed(BaseException):
    """Stands in for a kill: nothing catches it."""


async def test_an_interrupted_feed_goes_on_where_it_was(desk: Desk) -> None:
    await registered(desk, 30)
    content = as_csv([record(number, 企业名称=f"新{number}号有限公司") for number in range(1, 31)])
    real, done = feeds.reconcile, 0

    async def some_only(*args: Any) -> Any:
        nonlocal done
        done += 1
        if done > 12:
            raise Killed
        return await real(*args)

    with patch.multiple(feeds, reconcile=some_only, AT_ONCE=4), pytest.raises(Killed):
        await send(desk, content)
    assert (await desk.get("/v1/feeds/feed-1"))["finished"] is False
    answer = await send(desk, content)
    assert (answer.status_code, answer.json()["changed"]) == (201, 30)
    assert len(await desk.under_test.events("casetrail.registry.change-proposed")) == 30


async def test_bad_rows_refuse_a_feed_or_are_left_out(desk: Desk) -> None:
    await registered(desk, 1)
    content = as_csv([record(1), record(2, 登记状态="不详"), record(3, 核准日期="2031-01-01")])
    refused = await send(desk, content)
    assert (refused.status_code, refused.json()["code"], refused.json()["errors_total"]) == (422, "feed-refused", 2)
    assert [(one["row"], one["column"]) for one in refused.json()["errors"]] == [(3, "登记状态"), (4, "核准日期")]
    answer = await send(desk, content, accept_valid="true")
    assert (answer.status_code, answer.json()["changed"]) == (201, 1)
    other = await send(desk, as_csv([record(1)]))
    assert (other.status_code, other.json()["code"]) == (409, "feed-id-taken")


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "file-empty"), (b"[{]", "file-damaged"), (b"[1]", "record-malformed"), (b'[{"x": 1}]', "column-unknown"),
        (b'[{"uscc": {}}]', "record-malformed"), (b"\xff\xfe\x00\xd8", "csv-encoding"), (b"a,b\n1,2\n", "column-missing"),
        (b"PK\x03\x04", "column-missing"), (b"[]", "no-rows"),
    ],
)  # fmt: skip
async def test_what_is_no_feed_is_refused(desk: Desk, content: bytes, fault: str) -> None:
    answer = await send(desk, content)
    assert (answer.status_code, [one["code"] for one in answer.json()["errors"]]) == (422, [fault])


async def test_a_district_compares_and_sees_its_own(desk: Desk) -> None:
    ids = await registered(desk, 2)
    async with desk.under_test.client("manager", districts=("xihu",)) as xihu:
        answer = await send(desk, as_csv([record(1, 企业名称="新名有限公司"), record(9)]), client=xihu)
        assert (answer.json()["elsewhere"], answer.json()["new"]) == (1, 1)
        assert [row["district"] for row in await desk.settled("/v1/reconciliations", xihu)] == ["xihu"]
    assert (await send(desk, as_csv([record(2, 企业名称="新名有限公司")]), "feed-2")).json()["changed"] == 1
    async with desk.under_test.client("officer", districts=("xihu",)) as foreign:
        assert (await foreign.get(f"/v1/reconciliations/{ids[1]}")).status_code == 404
        body = {"proposal": 1, "others": "accepted"}
        assert (await foreign.post(f"/v1/reconciliations/{ids[1]}/decisions", json=body)).status_code == 404
    async with desk.under_test.client("auditor") as auditor:
        assert (await auditor.post(f"/v1/reconciliations/{ids[1]}/decisions", json=body)).status_code == 403
        assert (await send(desk, as_csv([record(1)]), "feed-3", client=auditor)).status_code == 403

"""HTTP: one shape for every error, idempotency keys and ETags, cursors, waiting for a projection, probes, traces."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from chassis.broker import headers_of
from chassis.eventstore import ledger_after
from chassis.projector import begin
from chassis.testing import ServiceUnderTest
from tests.chassis.notes import COUNTS, LIST
from tests.chassis.writing import until

TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
KEY = {"Idempotency-Key": "key-0001"}


def note(note_id: str = "n1", **more: Any) -> dict[str, Any]:
    return {"note_id": note_id, "text": "字", **more}


def is_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Fail unless the answer is a problem of this status and code, in Chinese and English; answers its members."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert (body["status"], body["code"], body["type"]) == (status, code, f"/problems/{code}")
    assert any("\u4e00" <= character <= "\u9fff" for character in body["detail"])
    assert body["title"].isascii()
    assert body["instance"] == answer.request.url.path
    assert len(bytes.fromhex(body["traceid"])) == 16
    return body


async def test_a_command_answers_its_event_and_version(sut: ServiceUnderTest) -> None:
    async with sut.client("officer") as officer:
        answer = await officer.post("/v1/notes", json=note())
    assert answer.status_code == 201
    assert answer.headers["etag"] == '"1"'
    [event] = await sut.events()
    assert answer.json() == {
        "command_id": str(event["command_id"]), "stream_id": "note:n1", "version": 1, "event_id": str(event["event_id"]),
        "note_id": "n1",
    }  # fmt: skip


async def test_401_403_and_404(sut: ServiceUnderTest) -> None:
    async with sut.client("officer", districts=["donghu"]) as officer, sut.client("enterprise") as enterprise:
        await officer.post("/v1/notes", json=note())
        unknown = await officer.get("/v1/notes", headers={"Authorization": "Bearer nobody"})
        is_problem(unknown, 401, "unauthenticated")
        assert unknown.headers["www-authenticate"].startswith("Bearer ")
        for header in ("", "Basic abc", "Bearer"):
            is_problem(await officer.get("/v1/notes", headers={"Authorization": header}), 401, "unauthenticated")
        forbidden = await enterprise.get("/v1/notes")
        told = is_problem(forbidden, 403, "forbidden")
        assert told["needed"] == "role officer or manager"
        assert told["detail"] == "没有权限（GET /v1/notes）：需要角色 officer 或者 manager；您的角色：enterprise"
        assert told["title"] == "not permitted: needs role officer or manager"
        is_problem(await enterprise.post("/v1/notes", json=note("n2")), 403, "forbidden")
        elsewhere = is_problem(await officer.post("/v1/notes", json=note("n2", district="xihu")), 403, "forbidden")
        assert "您的辖区：donghu" in elsewhere["detail"]
        assert "xihu" not in str(elsewhere)
        missing = is_problem(await officer.get("/v1/notes/absent"), 404, "not-found")
        assert missing["key"] == "absent"
        assert missing["detail"] == "未找到记事“absent”：不存在，或者不在您的辖区、权限之内（GET /v1/notes/absent）"
        assert missing["title"] == "no such note: absent; or it is not yours to see"
        nowhere = is_problem(await officer.get("/v1/nothing"), 404, "no-such-page")
        assert (nowhere["detail"], nowhere["title"]) == ("没有这个地址：GET /v1/nothing", "there is no such address")


async def test_what_lies_in_another_district_does_not_exist(sut: ServiceUnderTest) -> None:
    async with sut.client("officer", districts=["donghu"]) as donghu, sut.client("officer", id="x", districts=["xihu"]) as xihu:
        await donghu.post("/v1/notes", json=note())
        await sut.settle()
        there = is_problem(await xihu.get("/v1/notes/n1"), 404, "not-found")
        absent = is_problem(await xihu.get("/v1/notes/n0"), 404, "not-found")
        assert {name: str(there[name]).replace("n1", "n0") for name in ("detail", "title", "basis") if name in there} == {
            name: absent[name] for name in ("detail", "title", "basis") if name in absent
        }
        is_problem(await xihu.post("/v1/notes/n1/closings", headers={"If-Match": '"1"'}), 404, "not-found")
        assert (await xihu.get("/v1/notes")).json() == {"items": [], "next": None}


async def test_405_names_what_is_allowed(sut: ServiceUnderTest) -> None:
    async with sut.client("officer") as officer:
        answer = await officer.delete("/v1/notes/n1")
    assert is_problem(answer, 405, "method-not-allowed")["detail"] == "不支持的方法：DELETE /v1/notes/n1；可用：GET"
    assert answer.headers["allow"] == "GET"


async def test_409_a_refusal_carries_article_and_facts_and_hides_no_standard_member(sut: ServiceUnderTest) -> None:
    async with sut.client("officer") as officer:
        await officer.post("/v1/notes", json=note())
        body = is_problem(await officer.post("/v1/notes", json=note()), 409, "note-exists")
    assert body["basis"] == "测试规则第一条"
    assert body["title"] == "the note exists"


async def test_412_and_428(sut: ServiceUnderTest) -> None:
    async with sut.client("officer") as officer:
        made = await officer.post("/v1/notes", json=note())
        is_problem(await officer.post("/v1/notes/n1/closings"), 428, "if-match-missing")
        changed = await officer.post("/v1/notes/n1/closings", headers={"If-Match": '"7"'})
        assert is_problem(changed, 412, "version-changed")["current_version"] == 1
        assert changed.headers["etag"] == '"1"'
        for malformed in ('W/"1"', "*", '"one"', '"-1"', '""', '"²"'):
            answer = await officer.post("/v1/notes/n1/closings", headers=[(b"If-Match", malformed.encode())])
            is_problem(answer, 400, "if-match-malformed")
        closed = await officer.post("/v1/notes/n1/closings", headers={"If-Match": made.headers["etag"]})
        assert (closed.status_code, closed.headers["etag"]) == (200, '"2"')
        read = await officer.get("/v1/notes/n1")
        assert (read.json(), read.headers["etag"]) == ({"note_id": "n1", "done": True, "texts": ["字"]}, '"2"')


async def test_422_points_at_each_wrong_value(sut: ServiceUnderTest) -> None:
    async with sut.client("officer") as officer:
        body = is_problem(await officer.post("/v1/notes", json={"note_id": 3, "more": 1}), 422, "invalid")
        assert sorted((e["in"], e["pointer"]) for e in body["errors"]) == [
            ("body", "#/more"),
            ("body", "#/note_id"),
            ("body", "#/text"),
        ]
        assert {e["pointer"]: (e["code"], e["detail"], e["title"]) for e in body["errors"]} == {
            "#/more": ("extra-forbidden", "没有这一项，不得填写", "Extra inputs are not permitted"),
            "#/note_id": ("string-type", "应为文本", "Input should be a valid string"),
            "#/text": ("missing", "缺少此项", "Field required"),
        }
        query = is_problem(await officer.get("/v1/notes", params={"limit": 0}), 422, "invalid")
        assert [(e["in"], e["pointer"]) for e in query["errors"]] == [("query", "#/limit")]
        broken = await officer.post("/v1/notes", content=b"{", headers={"Content-Type": "application/json"})
        is_problem(broken, 422, "invalid")


@pytest.mark.parametrize("path", ["/v1/notes/a%00b", "/v1/notes?cursor=WyJhXHUwMDAwYiJd"])
async def test_422_for_what_the_database_cannot_take(sut: ServiceUnderTest, path: str) -> None:
    async with sut.client("officer") as officer:
        is_problem(await officer.get(path), 422, "unacceptable-value")


async def test_a_text_with_nul_is_refused_before_it_is_stored(sut: ServiceUnderTest) -> None:
    """Else no read model could ever take the event. A backslash before u0000 is only a text about it."""
    async with sut.client("officer") as officer:
        is_problem(await officer.post("/v1/notes", json=note(text="a\0b")), 409, "text-with-nul")
        is_problem(await officer.post("/v1/notes", json=note(text="\\\0")), 409, "text-with-nul")
        assert (await officer.post("/v1/notes", json=note(text="a\\u0000b"))).status_code == 201
    await sut.settle()
    assert await sut.connection.fetchval("SELECT text FROM note_list") == "a\\u0000b"


async def test_500_tells_nothing_but_where_to_look(sut: ServiceUnderTest) -> None:
    async with sut.client("officer") as officer:
        with capture_logs() as logs:
            body = is_problem(await officer.post("/v1/crashes", headers={"traceparent": TRACEPARENT}), 500, "internal-error")
    assert "secret" not in str(body)
    assert body["traceid"] == TRACEPARENT.split("-")[1]
    [line] = [line for line in logs if line["event"] == "unexpected"]
    assert line["traceid"] == body["traceid"]


async def test_503_while_the_database_is_away(sut: ServiceUnderTest) -> None:
    """And it serves again as soon as the database is back, on the same pool and the same writer."""
    async with sut.client("officer") as officer:
        await officer.post("/v1/notes", json=note("n1"))
        pool, sut.app.state.pool = sut.app.state.pool, AwayPool()
        answer = await officer.get("/v1/notes")
        sut.app.state.pool = pool
        is_problem(answer, 503, "unavailable")
        assert answer.headers["retry-after"] == "1"
        await sut.connection.execute(
            """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()"""
        )
        await until(lambda: served(officer))
        again = await officer.post("/v1/notes", json=note("n2"))
        assert again.status_code == 201


class AwayPool:
    """A pool whose database cannot be reached."""

    async def fetch(self, *_: Any) -> None:
        raise ConnectionRefusedError("connection refused")


async def served(client: httpx.AsyncClient) -> bool:
    return (await client.get("/v1/notes")).status_code == 200


async def test_a_repeat_is_answered_the_same_to_the_byte(sut: ServiceUnderTest) -> None:
    async with sut.client("officer") as officer:
        first = await officer.post("/v1/notes", json=note(), headers=KEY)
        again = await officer.post("/v1/notes", json=note(), headers=KEY)
        quoted = await officer.post("/v1/notes", json=note(), headers={"Idempotency-Key": '"key-0001"'})
        other = await officer.post("/v1/notes", json=note(text="other"), headers=KEY)
    assert {(a.status_code, a.content, a.headers["etag"]) for a in (first, again, quoted)} == {(201, first.content, '"1"')}
    is_problem(other, 422, "key-reused")
    assert len(await sut.events()) == 1


async def test_a_refused_command_may_be_sent_again_with_its_key(sut: ServiceUnderTest) -> None:
    async with sut.client("officer") as officer:
        await officer.post("/v1/notes", json=note())
        await officer.post("/v1/notes/n1/closings", headers={"If-Match": '"1"'})
        for _ in range(2):
            answer = await officer.post("/v1/notes/n1/closings", headers={"If-Match": '"2"', **KEY})
            is_problem(answer, 409, "note-done")


async def test_keys_are_each_principals_and_each_routes_own(sut: ServiceUnderTest) -> None:
    async with sut.client("officer", id="a") as a, sut.client("officer", id="b") as b:
        answers = [
            await a.post("/v1/notes", json=note("n1"), headers=KEY),
            await b.post("/v1/notes", json=note("n2"), headers=KEY),
            await a.post("/v1/notes/n1/closings", headers={**KEY, "If-Match": '"1"'}),
            await a.post("/v1/notes/n2/closings", headers={**KEY, "If-Match": '"1"'}),
        ]
    assert [answer.status_code for answer in answers] == [201, 201, 200, 200]
    assert len({answer.json()["command_id"] for answer in answers}) == 4
    assert len(await sut.events()) == 4


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("short", "idempotency-key-malformed"),
        ("x" * 129, "idempotency-key-malformed"),
        ("has a space", "idempotency-key-malformed"),
        ('inner"quote', "idempotency-key-malformed"),
        (None, "idempotency-key-missing"),
    ],
)
async def test_keys_have_a_form(sut: ServiceUnderTest, given: str | None, code: str) -> None:
    async with sut.client("officer") as officer:
        if given is None:
            officer.event_hooks = {}
        answer = await officer.post("/v1/notes", json=note(), headers={"Idempotency-Key": given} if given else {})
    is_problem(answer, 400, code)


async def test_the_same_file_again_is_a_repeat_and_another_file_is_not(sut: ServiceUnderTest) -> None:
    """The boundary of a multipart body is another one each time; what counts is what it says."""
    async with sut.client("officer") as officer:

        async def upload(content: bytes, name: str = "a.txt", key: str = "upload-1") -> httpx.Response:
            return await officer.post("/v1/uploads", files={"file": (name, content)}, headers={"Idempotency-Key": key})

        first, again = await upload(b"one"), await upload(b"one")
        assert first.status_code == 201, first.text
        assert first.request.headers["content-type"] != again.request.headers["content-type"]
        assert again.content == first.content
        is_problem(await upload(b"two"), 422, "key-reused")
        is_problem(await upload(b"one", name="b.txt"), 422, "key-reused")
        assert (await upload(b"two", key="upload-2")).status_code == 201
    rows = await sut.events()
    assert [bytes(row["data"]) for row in rows] == [
        b'{"note_id":"upload-1","text":"one"}', b'{"note_id":"upload-2","text":"two"}',
    ]  # fmt: skip


async def test_when_it_happened_may_be_earlier_and_never_later(sut: ServiceUnderTest) -> None:
    now = sut.clock.at
    earlier = now - timedelta(days=2)
    async with sut.client("officer") as officer:

        async def at(text: str, note_id: str = "n9") -> httpx.Response:
            return await officer.post("/v1/notes", json=note(note_id), headers={"Occurred-At": text, "X-Device": "phone-1"})

        assert (await at(earlier.isoformat(), "n1")).status_code == 201
        assert (await at("2021-09-04T12:00:00.5+08:00", "n2")).status_code == 201
        assert (await at("1970-01-01T00:00:00Z", "n3")).status_code == 201
        for too_early in ("1969-12-31T23:59:59Z", "0001-01-02T00:00:00Z", "0001-01-01T00:00:00Z"):  # the last: -infinity
            is_problem(await at(too_early), 400, "occurred-at-too-early")
        is_problem(await at((now + timedelta(microseconds=1)).isoformat()), 400, "occurred-at-in-future")
        for malformed in (
            "yesterday",
            "2021-09-04T12:00:00",
            "2021-09-04",
            "0001-01-01T00:00:00+08:00",
            "9999-12-31T23:59:59-08:00",
        ):
            is_problem(await at(malformed), 400, "occurred-at-malformed")
    stored = {row["stream_id"]: row for row in await sut.events()}
    await sut.settle()
    assert stored["note:n1"]["occurred_at"] == earlier
    assert (stored["note:n1"]["recorded_at"], stored["note:n1"]["device"]) == (now, "phone-1")
    [row] = [
        row
        for row in await ledger_after(sut.connection, 0, 10)
        if str(row.envelope.event_id) == str(stored["note:n3"]["event_id"])
    ]
    assert dict(headers_of("notes", row))["ce_time"] == b"1970-01-01T00:00:00.000000Z"


async def test_following_the_cursor_to_the_end_shows_every_row_once(sut: ServiceUnderTest) -> None:
    async with sut.client("officer") as officer:
        for n in range(7):
            await officer.post("/v1/notes", json=note(f"n{n}"))
        await sut.settle()
        for limit in (1, 2, 3, 7, 200):
            url, seen, pages = f"/v1/notes?limit={limit}", [], 0
            while url:
                answer = await officer.get(url)
                body = answer.json()
                assert len(body["items"]) <= limit
                seen += [row["note_id"] for row in body["items"]]
                assert ("next" in answer.links) == (body["next"] is not None)
                url, pages = answer.links.get("next", {}).get("url", ""), pages + 1
            assert seen == [f"n{n}" for n in range(7)]
            assert pages == -(-7 // limit)


@pytest.mark.parametrize("cursor", ["x", "e30=", "!!!!", "bnVsbA==", "%FF", "WzE"])
async def test_a_cursor_that_is_not_ours(sut: ServiceUnderTest, cursor: str) -> None:
    async with sut.client("officer") as officer:
        is_problem(await officer.get("/v1/notes", params={"cursor": cursor}), 400, "bad-cursor")


async def test_at_least_waits_until_the_event_is_in_every_projection(sut: ServiceUnderTest) -> None:
    """Checkpoints of versions and projections that are gone count for nothing."""
    await begin(sut.connection, [LIST, COUNTS], simulated=True)
    await sut.connection.execute("INSERT INTO checkpoints VALUES ('projection:note_list/0', 0, true)")
    async with sut.client("officer") as officer:
        made = await officer.post("/v1/notes", json=note())
        listing = asyncio.create_task(officer.get("/v1/notes", params={"at_least": made.json()["event_id"]}))
        asking = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%asked(name)%'"
        await until(lambda: sut.connection.fetchval(f"{asking} AND pid <> pg_backend_pid()"))
        assert not listing.done()
        await sut.settle()
        assert [row["note_id"] for row in (await listing).json()["items"]] == ["n1"]
        assert (await officer.get("/v1/notes", params={"at_least": made.json()["event_id"]})).status_code == 200


async def test_at_least_gives_up_and_says_so(sut: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.http.AT_LEAST_WAIT", 0.02)
    async with sut.client("officer") as officer:
        is_problem(await officer.get("/v1/notes", params={"at_least": str(uuid.uuid4())}), 503, "not-projected-yet")
        is_problem(await officer.get("/v1/notes", params={"at_least": "no-uuid"}), 422, "invalid")


async def test_probes(sut: ServiceUnderTest) -> None:
    async with sut.client() as anybody:
        assert (await anybody.get("/livez")).json() == {"alive": True}
        ready = await anybody.get("/readyz")
        assert ready.status_code == 200
        assert ready.json()["checks"]["database"]["ok"] is True
        await sut.connection.execute("DELETE FROM migrations WHERE name LIKE '%read_models%'")
        unready = await anybody.get("/readyz")
        assert unready.status_code == 503
        assert unready.json()["checks"]["database"]["missing_migrations"] == ["chassis/0001_read_models.sql"]
        sut.app.state.pool = AwayPool()
        away = await anybody.get("/readyz")
        assert (away.status_code, away.json()["ready"]) == (503, False)
        assert (await anybody.get("/livez")).status_code == 200


async def test_the_trace_of_a_request_stands_in_its_event_and_in_the_message(sut: ServiceUnderTest) -> None:
    async with sut.client("officer") as officer:
        await officer.post("/v1/notes", json=note("n1"), headers={"traceparent": TRACEPARENT})
        await officer.post("/v1/notes", json=note("n2"), headers={"traceparent": "00-rubbish"})
        await officer.post("/v1/notes", json=note("n3"))
    await sut.settle()
    first, second, third = sorted(await ledger_after(sut.connection, 0, 10), key=lambda row: row.envelope.stream_id)
    assert first.envelope.traceparent is not None
    assert first.envelope.traceparent.split("-")[1] == TRACEPARENT.split("-")[1]
    headers = dict(headers_of("notes", first))
    assert headers["traceparent"] == headers["ce_traceparent"] == first.envelope.traceparent.encode()
    own = [row.envelope.traceparent for row in (second, third)]
    assert all(each is not None and len(each) == 55 and "rubbish" not in each for each in own)
    assert own[0] != own[1]


async def test_what_the_operator_sees(sut: ServiceUnderTest) -> None:
    async with sut.client("officer") as officer, sut.client("operator") as operator:
        await officer.post("/v1/notes", json=note())
        await sut.settle()
        await officer.post("/v1/notes", json=note("n2"))
        is_problem(await officer.get("/ops/status"), 403, "forbidden")
        status = (await operator.get("/ops/status")).json()
        [shard] = status["ledger"]["shards"]
        items = (await operator.get("/ops/ledger", params={"shard": shard})).json()["items"]
    assert (status["ledger"]["head"], status["ledger"]["pending"], status["refusals"]) == (1, 1, 0)
    assert status["projections"] == {"note_list/1": 1, "note_counts/1": 1, "deadlines/1": 1}
    assert status["consumers"] == {"notes-policies": {"things": {}}}
    [event, _] = await sut.events()
    assert [item["headers"]["ce_id"] for item in items] == [str(event["event_id"])]


async def test_a_list_is_asked_for_each_thing_once(sut: ServiceUnderTest) -> None:
    async with sut.client("officer") as officer:
        is_problem(await officer.get("/v1/notes?limit=5&limit=7"), 400, "parameter-repeated")

"""Evidence over HTTP: noted with its hash, sent in parts, checked, asked for, read; and each attack refused."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import pytest_asyncio

from chassis.blobs import Blobs
from chassis.eventstore import Pool
from chassis.sight import Sight
from services.inspection import queries
from services.inspection.queries import AskedEvidence
from tests.media import bomb, film, pdf, picture
from tests.service.inspection.office import Office
from tests.service.plans import WITH_DISTRICT, nodes

PHOTO = picture("JPEG", (900, 700))
PART = 1024


@pytest_asyncio.fixture
async def site(office: Office, tmp_path: Path) -> AsyncIterator[Office]:
    """Officers on site; files lie in a folder and arrive in parts of 1 KiB."""
    state = office.under_test.app.state
    state.settings = replace(state.settings, files=str(tmp_path / "files"), upload_part_kib=1, upload_mib=1)
    await office.on_site()
    yield office


def note(data: bytes, **changes: Any) -> dict[str, Any]:
    return {
        "evidence_id": "ev-1", "kind": "photo", "inspection_id": "task-1", "sha256": hashlib.sha256(data).hexdigest(),
        "size": len(data), "media_type": "image/jpeg", "place": "打磨车间", **changes,
    }  # fmt: skip


async def put(
    client: httpx.AsyncClient, number: int, data: bytes, key: str = "ev-1", digest: bytes | None = None
) -> httpx.Response:
    told = base64.b64encode(digest or hashlib.sha256(data).digest()).decode()
    headers = {"Content-Digest": f"sha-256=:{told}:", "Idempotency-Key": f"part-{number:06}"}
    return await client.put(f"/v1/evidence/{key}/parts/{number}", content=data, headers=headers)


async def send(client: httpx.AsyncClient, data: bytes, key: str = "ev-1") -> None:
    for number in reversed(range(-(-len(data) // PART))):
        answer = await put(client, number, data[number * PART : (number + 1) * PART], key)
        assert answer.status_code == 204, answer.text


async def added(office: Office, data: bytes, **changes: Any) -> None:
    body = note(data, **changes)
    await office.post("officer", "evidence", body, X_Device="phone-1")
    await send(office.client("officer"), data, body["evidence_id"])
    await office.post("officer", f"evidence/{body['evidence_id']}/arrivals", {})


async def test_a_photo_is_noted_sent_checked_and_read(site: Office) -> None:
    await site.post("officer", "evidence", note(PHOTO, hazard_ids=["h-one"], file_name="现场.jpg"), X_Device="phone-1")
    officer = site.client("officer")
    assert (await site.get("evidence/ev-1"))["state"] == "missing"
    await put(officer, 1, PHOTO[PART : 2 * PART])
    told = await site.get("evidence/ev-1/parts")
    assert (told["arrived"], told["part_bytes"], told["missing"][0]) == ([1], PART, 0)
    await site.refused("parts-missing", "officer", "evidence/ev-1/arrivals", {})
    await send(officer, PHOTO)
    for _ in range(2):
        await site.post("officer", "evidence/ev-1/arrivals", {})
    told = await site.get("evidence/ev-1")
    assert (told["complete"], told["device"], told["captured_by"]) == (True, "phone-1", "test-officer")
    assert len(await site.under_test.events("casetrail.inspection.evidence-arrived")) == 1
    answer = await site.client("manager").get("/v1/evidence/ev-1/file")
    assert (answer.status_code, answer.content) == (200, PHOTO)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"] == 'attachment; filename="ev-1.jpg"'
    assert (await site.get("evidence/ev-1/parts"))["missing"] == []


@pytest.mark.parametrize(
    ("asked", "status", "first", "last"),
    [("bytes=0-9", 206, 0, 9), ("bytes=5-", 206, 5, None), ("bytes=-7", 206, -7, None), ("bytes=9-2", 200, 0, None),
     ("lines=1", 200, 0, None), ("bytes=0-1,4-5", 200, 0, None)],
)  # fmt: skip
async def test_ranges_are_read(site: Office, asked: str, status: int, first: int, last: int | None) -> None:
    await added(site, PHOTO)
    answer = await site.client("officer").get("/v1/evidence/ev-1/file", headers={"Range": asked})
    assert (answer.status_code, answer.content) == (status, PHOTO[first:] if last is None else PHOTO[first : last + 1])
    beyond = await site.client("officer").get("/v1/evidence/ev-1/file", headers={"Range": f"bytes={len(PHOTO)}-"})
    assert (beyond.status_code, beyond.json()["code"]) == (416, "range-unsatisfiable")


@pytest.mark.parametrize(
    ("data", "kind", "media_type"),
    [(picture("PNG"), "scan", "image/png"), (pdf(), "transcript", "application/pdf"),
     (film(b"vide"), "video", "video/mp4"), (film(b"soun"), "audio", "audio/mp4")],
)  # fmt: skip
async def test_other_kinds_arrive(site: Office, data: bytes, kind: str, media_type: str) -> None:
    await added(site, data, kind=kind, media_type=media_type)
    answer = await site.client("officer").get("/v1/evidence/ev-1/file")
    assert (answer.content, answer.headers["content-type"]) == (data, media_type)


@pytest.mark.parametrize(
    "data",
    [picture("PNG"), PHOTO[:-300], b"MZ" + bytes(500), bomb(), PHOTO[:2] + b"\xff\xfe\x00\x0a<script>" + PHOTO[2:]],
    ids=["another type", "cut off", "a program", "a bomb", "a page as well"],
)
async def test_what_is_no_photo_is_refused_and_never_kept(site: Office, data: bytes, tmp_path: Path) -> None:
    await site.post("officer", "evidence", note(data))
    await send(site.client("officer"), data)
    await site.refused("content-unfit", "officer", "evidence/ev-1/arrivals", {})
    assert not (tmp_path / "files/sha256").exists()
    assert (await site.get("evidence/ev-1"))["state"] == "missing"


async def test_parts_that_are_wrong_are_refused(site: Office) -> None:
    await site.post("officer", "evidence", note(PHOTO))
    officer = site.client("officer")
    count = -(-len(PHOTO) // PART)
    for number, data, digest, code in (
        (0, PHOTO[:PART], bytes(32), "part-hash-mismatch"),
        (0, PHOTO[: PART - 1], None, "part-length-mismatch"),
        (1, PHOTO[: PART + 1], None, "part-length-mismatch"),
        (count - 1, PHOTO[:PART], None, "part-length-mismatch"),
        (count, PHOTO[:PART], None, "part-unknown"),
    ):
        answer = await put(officer, number, data, digest=digest)
        assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert (await site.get("evidence/ev-1/parts"))["arrived"] == []


async def test_other_bytes_than_were_taken_are_refused_and_put_right(site: Office) -> None:
    await site.post("officer", "evidence", note(PHOTO))
    await send(site.client("officer"), PHOTO)
    await put(site.client("officer"), 1, bytes(PART))
    await site.refused("hash-mismatch", "officer", "evidence/ev-1/arrivals", {})
    await put(site.client("officer"), 1, PHOTO[PART : 2 * PART])
    await site.post("officer", "evidence/ev-1/arrivals", {})


async def test_whoever_knows_a_hash_only_is_not_given_the_file(site: Office) -> None:
    await added(site, PHOTO)
    await site.post("officer", "evidence", note(PHOTO, evidence_id="ev-2"))
    await site.refused("parts-missing", "officer", "evidence/ev-2/arrivals", {})
    answer = await site.client("officer").get("/v1/evidence/ev-2/file")
    assert (answer.status_code, answer.json()["code"]) == (409, "evidence-not-arrived")


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b.jpg", "a\\b.jpg", "a\x00.jpg", "a\r\nX: y", "C:x.jpg", ""])
async def test_a_path_is_no_name(site: Office, name: str) -> None:
    problem = await site.post("officer", "evidence", note(PHOTO, file_name=name), status=422)
    assert problem["errors"][0]["pointer"] == "#/file_name"


async def test_what_is_too_large_is_refused_before_it_is_sent(site: Office) -> None:
    await site.refused("file-too-large", "officer", "evidence", note(PHOTO, size=(1 << 20) + 1))


async def test_an_arrival_that_was_cut_short_goes_on(site: Office, tmp_path: Path) -> None:
    """Killed when the file was kept and nothing was said yet: the parts are still there."""
    await site.post("officer", "evidence", note(PHOTO))
    await send(site.client("officer"), PHOTO)
    await Blobs(str(tmp_path / "files")).keep(PHOTO)
    await site.post("officer", "evidence/ev-1/arrivals", {})
    assert (await site.get("evidence/ev-1"))["complete"]


async def test_many_finish_at_once_and_it_arrives_once(site: Office) -> None:
    await site.post("officer", "evidence", note(PHOTO))
    await asyncio.gather(*(send(site.client("officer"), PHOTO) for _ in range(3)))
    answers = await asyncio.gather(*(site.client("officer").post("/v1/evidence/ev-1/arrivals", json={}) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {201}, [answer.text for answer in answers]
    assert len(await site.under_test.events("casetrail.inspection.evidence-arrived")) == 1


async def test_enterprises_add_to_their_own_orders_and_read_their_own(site: Office) -> None:
    await site.post("officer", "inspections/task-1/answers", {"answers": await site.answers("task-1", ["h-one"])})
    await site.post("officer", "inspections/task-1/conclusions", {"signed_by": "厂长"})
    await site.post("officer", "orders", site.order_body("order-1", "h-one"))
    own, other = site.client("enterprise", enterprise_id="e-1"), site.client("enterprise", enterprise_id="e-2")
    body = note(PHOTO, order_id="order-1")
    assert (await own.post("/v1/evidence", json=note(PHOTO))).json()["code"] == "evidence-order-missing"
    assert (await other.post("/v1/evidence", json=body)).status_code == 404
    assert (await own.post("/v1/evidence", json=body)).status_code == 201
    assert (await put(other, 0, PHOTO[:PART])).status_code == 404
    report = {"hazard_ids": ["h-one"], "report": "已清理", "evidence": [body["sha256"], "b" * 64]}
    assert (await own.post("/v1/orders/order-1/rectification-reports", json=report)).status_code == 201
    await site.under_test.settle()
    told = await site.get("orders/order-1/evidence-status")
    assert (told["complete"], told["missing"]) == (False, sorted(report["evidence"]))
    await send(own, PHOTO)
    assert (await own.post("/v1/evidence/ev-1/arrivals", json={})).status_code == 201
    await site.under_test.settle()
    assert (await own.get("/v1/orders/order-1/evidence-status")).json()["missing"] == ["b" * 64]
    assert (await own.get("/v1/evidence/ev-1/file")).content == PHOTO
    for path in ("evidence/ev-1", "evidence/ev-1/file", "evidence/ev-1/parts", "orders/order-1/evidence-status"):
        assert (await other.get(f"/v1/{path}")).status_code == 404, path


async def test_what_officers_took_is_not_read_by_the_enterprise(site: Office) -> None:
    told = {"kind": "transcript", "sha256": None, "size": None, "media_type": None, "facts": "举报人的陈述"}
    assert (await site.client("officer").post("/v1/evidence", json={**note(PHOTO), **told})).status_code == 201
    owner = site.client("enterprise", enterprise_id="e-1")
    for path in ("evidence/ev-1", "evidence/ev-1/file", "evidence/ev-1/parts"):
        assert (await owner.get(f"/v1/{path}")).status_code == 404, path
    assert (await site.get("evidence/ev-1", role="officer"))["facts"] == "举报人的陈述"


async def test_what_has_not_arrived_is_listed_and_told(site: Office) -> None:
    answers = await site.answers("task-1", ["h-one"])
    for answer in answers:
        for hazard in answer.get("hazards", ()):
            hazard["photos"] = [hashlib.sha256(PHOTO).hexdigest()]
    await site.post("officer", "inspections/task-1/answers", {"answers": answers})
    await site.under_test.settle()
    for path in ("inspections/task-1", "hazards/h-one"):
        assert (await site.get(f"{path}/evidence-status"))["complete"] is False
    await site.post("officer", "evidence", note(PHOTO, hazard_ids=["h-one"]))
    await site.under_test.settle()
    [row] = (await site.get("evidence", state="missing", district="donghu"))["items"]
    assert (row["evidence_id"], row["size"]) == ("ev-1", len(PHOTO))
    assert (await site.get("evidence", district="elsewhere"))["items"] == []
    assert (await site.client("officer", "elsewhere").get("/v1/evidence/ev-1/file")).status_code == 404
    await send(site.client("officer"), PHOTO)
    await site.post("officer", "evidence/ev-1/arrivals", {})
    await site.under_test.settle()
    assert (await site.get("evidence", state="missing"))["items"] == []
    for path in ("inspections/task-1", "hazards/h-one"):
        assert (await site.get(f"{path}/evidence-status"))["complete"] is True
    await site.post("officer", "evidence/ev-1/withdrawals", {"reason": "拍摄对象有误"})
    await site.under_test.settle()
    assert (await site.get("evidence", state="withdrawn"))["items"][0]["evidence_id"] == "ev-1"
    assert (await site.client("officer").get("/v1/evidence/ev-1/file")).content == PHOTO


FILL = """
INSERT INTO evidence SELECT 'ev-' || n, 'dist-' || n % 13, 'photo',
    (ARRAY['missing', 'complete', 'complete', 'withdrawn'])[1 + n % 4],
    n % 4 <> 0, 't-' || n / 9, 'e-' || n / 20, 'o-' || n / 5, ARRAY['h-' || n / 3], md5(n::text) || md5(n::text), 1000,
    'image/jpeg', '2021-01-01'::date + n % 400, 1
FROM generate_series(1, 30000) n
"""


async def test_an_index_is_behind_each_question(empty_office: Office) -> None:
    connection, pool = empty_office.under_test.connection, empty_office.under_test.app.state.pool
    await connection.execute(FILL, timeout=120)
    await connection.execute("VACUUM ANALYZE evidence")
    secured = {row["name"]: row["secured"] for row in await pool.fetch(WITH_DISTRICT)}
    assert secured["evidence"]
    nothing = dict.fromkeys(("state", "district", "inspection_id", "order_id"))
    for seen in (None, ["dist-3"]):
        kinds = await _planned(pool, seen, nothing)
        assert "Seq Scan" not in kinds, (seen, kinds)


async def _planned(pool: Pool, seen: list[str] | None, nothing: dict[str, Any]) -> set[str]:
    planned: list[dict[str, Any]] = []

    class Planned:
        async def fetch(self, sql: str, *args: Any) -> list[Any]:
            [plan] = orjson.loads(await Sight(pool, seen).fetchval(f"EXPLAIN (FORMAT JSON) {sql}", *args))
            planned.append(plan["Plan"])
            return []

    asked: Any = Planned()
    for wanted in (
        {},
        {"state": "missing"},
        {"district": "dist-3", "state": "missing"},
        {"inspection_id": "t-7"},
        {"order_id": "o-7"},
    ):
        await queries.evidence(asked, AskedEvidence(**{**nothing, **wanted}, seen=seen, after=None, limit=50))
    for own in (queries.MISSING_OF_INSPECTION, queries.MISSING_OF_ORDER, queries.MISSING_OF_HAZARD):
        await queries.missing(asked, own, "x-7", ["a" * 64])
    return {node["Node Type"] for plan in planned for node in nodes(plan)}

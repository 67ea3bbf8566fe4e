"""The bundle as exported: with the files that their services give to whoever asks, the others by hash; escaped; recorded."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import orjson
import pytest
import pytest_asyncio
from aiohttp import web

from chassis import bundle
from deploy.embedded.ports import free_port
from tests.service.reporting.conftest import Reporting
from tests.service.reporting.ledgers import Ledgers, Site, runs_of
from tests.service.reporting.logs import KEYS, settings_of, witnessed

FORM, PHOTO, SECRET = b"%PDF-1.7 form", b"\x89PNG photo", b"not for everybody"
DIGESTS = {name: hashlib.sha256(name).hexdigest() for name in (FORM, PHOTO, SECRET)}


@dataclass
class Owner:
    """The services that own files, as one server: what it gives, and who asked for it."""

    port: int
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def give(self, request: web.Request) -> web.Response:
        self.asked.append((request.path, request.headers["Authorization"]))
        if request.path.endswith("/d-secret/file"):
            return web.Response(status=403)
        return web.Response(body=FORM if "/documents/" in request.path else PHOTO)


@pytest_asyncio.fixture
async def owner(reporting: Reporting) -> AsyncIterator[Owner]:
    found = Owner(free_port())
    app = web.Application()
    app.router.add_get("/{path:.*}", found.give)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", found.port).start()
    urls = {name: f"http://127.0.0.1:{found.port}" for name in ("inspection", "penalty")}
    reporting.under_test.app.state.settings = replace(settings_of(reporting), urls=urls)
    yield found
    await runner.cleanup()


@pytest_asyncio.fixture
async def matter(reporting: Reporting) -> Ledgers:
    """A case with a form, a photo, a form that is not given to everybody, and a hash that nobody gives."""
    ledgers = Ledgers()
    site = Site(ledgers, "a", "e-a1", "donghu")
    site.tell(
        "inspection", "document-issued", "document:d-1", document_id="d-1", name="<b>现场检查记录", file_sha256=DIGESTS[FORM]
    )
    site.tell("inspection", "evidence-captured", "evidence:v-1", evidence_id="v-1", kind="photo", sha256=DIGESTS[PHOTO])
    site.penalised(1)
    site.tell(
        "penalty", "document-issued", "document:d-secret", document_id="d-secret", name="呈批表", file_sha256=DIGESTS[SECRET]
    )
    site.tell("penalty", "evidence-recorded", "case:k-a", case_id="k-a", title="</table><script>", sha256="a" * 64)
    await reporting.copy.apply(runs_of(ledgers.recorded))
    await witnessed(reporting, ledgers)
    return ledgers


async def test_a_bundle_holds_what_is_given_to_its_reader_and_verifies(
    reporting: Reporting, matter: Ledgers, owner: Owner
) -> None:  # fmt: skip
    async with reporting.client("auditor", name="审计员") as client:
        answer = await client.get("/v1/cases/k-a/bundle")
        reads = (await client.get("/v1/histories/cases/k-a/reads")).json()["items"]
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip"), answer.text
    verdict = bundle.verify(answer.content, KEYS)
    assert (verdict.findings, verdict.matter, verdict.events) == ([], "case k-a", 7)
    assert {path for path, _ in owner.asked} == {
        "/v1/documents/d-1/file", "/v1/evidence/v-1/file", "/v1/documents/d-secret/file"
    }  # fmt: skip
    assert {token for _, token in owner.asked} == {answer.request.headers["authorization"]}
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert {name: archive.read(name) for name in archive.namelist() if name.startswith("files/")} == {
            f"files/{DIGESTS[FORM]}": FORM, f"files/{DIGESTS[PHOTO]}": PHOTO
        }  # fmt: skip
        told = {one["sha256"]: one for one in orjson.loads(archive.read("manifest.json"))["documents"]}
        page = archive.read("index.html").decode()
    assert told[DIGESTS[SECRET]]["where"] == "所属服务未提供（403）：penalty/v1/documents/d-secret/file"
    assert told["a" * 64]["where"].startswith("仅存摘要：penalty 事件 ")
    assert (told[DIGESTS[FORM]]["member"], told[DIGESTS[FORM]]["where"]) == (f"files/{DIGESTS[FORM]}", "")
    assert "&lt;b&gt;现场检查记录" in page
    assert "<script" not in page
    assert "<b>现场检查记录" not in page
    assert [read["data"]["part"] for read in reads] == ["bundle"]
    assert reads[0]["data"]["sha256"] == hashlib.sha256(answer.content).hexdigest()


async def test_without_the_services_every_file_is_named_by_its_hash(reporting: Reporting, matter: Ledgers) -> None:
    reporting.under_test.app.state.settings = settings_of(reporting)
    async with reporting.client("auditor") as client:
        answer = await client.get("/v1/enterprises/e-a1/bundle")
    assert bundle.verify(answer.content, KEYS).good
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert len(archive.namelist()) == 3
        assert len(orjson.loads(archive.read("manifest.json"))["documents"]) == 4


@pytest.mark.parametrize("what", ["cases/k-a", "enterprises/e-a1"])
async def test_other_districts_get_no_bundle(reporting: Reporting, matter: Ledgers, what: str) -> None:
    reporting.under_test.app.state.settings = settings_of(reporting)
    async with reporting.client("manager", districts=["xihu"]) as client:
        assert (await client.get(f"/v1/{what}/bundle")).status_code == 404

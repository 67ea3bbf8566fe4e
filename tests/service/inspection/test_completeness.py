"""An inspection is complete when every file that anything of it names is here: hazards, orders, measures, documents, services."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest_asyncio

from contracts import generate
from tests.media import picture
from tests.service.inspection.measures import found, suspension
from tests.service.inspection.office import Office
from tests.service.inspection.test_documents import body
from tests.service.inspection.test_evidence import added
from tests.service.inspection.test_measures import COMMISSION, EXAMINATION, RESUMPTION

PHOTO, SCAN = picture("JPEG", (900, 700)), picture("PNG", (300, 200))
STATUS = "inspections/task-1/evidence-status"


def sha(letter: str) -> str:
    return letter * 64


@pytest_asyncio.fixture
async def site(office: Office, tmp_path: Path) -> AsyncIterator[Office]:
    """Files lie in a folder and arrive in parts of 1 KiB."""
    state = office.under_test.app.state
    state.settings = replace(state.settings, files=str(tmp_path / "files"), upload_part_kib=1, upload_mib=1)
    yield office


async def status(site: Office) -> Any:
    await site.under_test.settle()
    return await site.get(STATUS)


async def test_what_measures_name_is_asked_for(site: Office) -> None:
    await found(site, "hazard-1")
    assert (await status(site))["complete"]
    await site.post("officer", "examinations", {**EXAMINATION, "photos": [sha("a"), hashlib.sha256(PHOTO).hexdigest()]})
    await site.post("officer", "appraisal-commissions", COMMISSION)
    await site.post("officer", "appraisal-commissions/record-5/answers", {"opinion": "可爆", "evidence": sha("b")})
    await site.post("officer", "suspensions", suspension("hazard-1"))
    own = site.client("enterprise", enterprise_id="e-1")
    asked = {**RESUMPTION, "evidence": [sha("c")]}
    assert (await own.post("/v1/suspensions/measure-1/resumption-requests", json=asked)).status_code == 201
    told = await status(site)
    assert told["missing"] == sorted({sha("a"), sha("b"), sha("c"), hashlib.sha256(PHOTO).hexdigest()})
    await added(site, PHOTO, measure_id="record-3")
    assert (await status(site))["missing"] == [sha("a"), sha("b"), sha("c")]


async def test_what_documents_and_their_services_name_is_asked_for(site: Office, tmp_path: Path) -> None:
    await site.ordered("h-one")
    made = await site.post("officer", "documents", body())
    told = await status(site)
    assert (told["complete"], told["named"]) == (True, [made["sha256"]])
    service = {
        "service_id": "service-1", "way": "left", "recipient": "王厂长", "place": "厂区", "served_on": "2021-09-06",
        "servers": ["officer-1", "officer-2"], "recording": sha("d"), "confirmation": hashlib.sha256(SCAN).hexdigest(),
    }  # fmt: skip
    await site.post("officer", "documents/document-1/services", service)
    assert (await status(site))["missing"] == sorted([sha("d"), hashlib.sha256(SCAN).hexdigest()])
    await added(site, SCAN, kind="scan", media_type="image/png")
    assert (await status(site))["missing"] == [sha("d")]
    (tmp_path / "files/sha256" / made["sha256"][:2] / made["sha256"][2:]).unlink()
    assert (await status(site))["missing"] == sorted([sha("d"), made["sha256"]])


async def test_what_reports_of_its_orders_name_is_asked_for(site: Office) -> None:
    await site.ordered("h-one")
    await site.report("h-one")
    assert (await status(site))["missing"] == [sha("a")]


async def test_a_photo_of_a_hazard_that_does_not_stand_any_more_was_taken_all_the_same(site: Office) -> None:
    await site.on_site()
    first, *_ = [one for one in await site.answers("task-1", ["h-one"]) if one["item_code"] == "DST-K6"]
    first["hazards"][0]["photos"] = [sha("e")]
    await site.post("officer", "inspections/task-1/answers", {"answers": [{**first, "answer_id": "a-1"}]})
    second = {"item_code": "DST-K6", "answer": "compliant", "answer_id": "a-2", "replaces": ["a-1"], "reason": "现场复核"}
    await site.post("officer", "inspections/task-1/answers", {"answers": [second]})
    assert (await site.get("hazards/h-one"))["state"] == "withdrawn"
    assert (await status(site))["missing"] == [sha("e")]


async def test_photos_of_an_experts_advice_are_asked_for(site: Office) -> None:
    await site.on_site()
    advice = {"expert_id": "expert-1", "advice": "清理积尘", "advice_id": "v-1", "photos": [sha("f")]}
    await site.post("officer", "inspections/task-1/advice", advice)
    assert (await status(site))["missing"] == [sha("f")]


NAMING = ("sha256", "file_sha256", "photos", "evidence", "recording", "confirmation", "pictures")
COUNTED = {  # each of these is folded into what `files` or `evidence` of its state tells, or is evidence itself
    "hazard-found", "hazard-corrected", "rectification-reported", "site-examined", "appraisal-answered", "resumption-asked",
    "expert-advised", "document-issued", "document-signed", "document-served", "evidence-captured", "evidence-arrived",
}  # fmt: skip
NO_FILE = {"command-received", "file-read"}  # the hash of what a device signed; a file that was given, which others named before


def test_every_event_that_names_a_file_is_counted() -> None:
    naming = {
        event.wire.removeprefix("casetrail.inspection.").rpartition(".")[0] for event in generate.load_events()
        if event.wire.startswith("casetrail.inspection.") and any(name in NAMING for name in event.cls.__annotations__)
    }  # fmt: skip
    assert naming == COUNTED | NO_FILE

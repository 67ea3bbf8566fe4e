"""Evidence that was noted offline: held until what it names is here, settled as everything else; its bytes before or after."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest_asyncio

from services.inspection.api.settling import settle_waiting
from tests.media import picture
from tests.service.inspection.office import CHECK_IN, Office, hazard
from tests.service.inspection.phone import Phone, phones, verdicts
from tests.service.inspection.test_evidence import PART, PHOTO, put, send
from tests.service.inspection.test_offline import answered, planned

OTHER = picture("JPEG", (640, 480))
SHOWN = "inspections/task-1/evidence-status"


@pytest_asyncio.fixture
async def site(office: Office, tmp_path: Path) -> AsyncIterator[Office]:
    """A visit is planned; files lie in a folder and arrive in parts of 1 KiB."""
    state = office.under_test.app.state
    state.settings = replace(state.settings, files=str(tmp_path / "files"), upload_part_kib=1, upload_mib=1)
    await planned(office)
    yield office


def shot(data: bytes, evidence_id: str = "ev-1", **changes: Any) -> dict[str, Any]:
    """A photo as a phone notes it."""
    return {
        "evidence_id": evidence_id, "kind": "photo", "sha256": hashlib.sha256(data).hexdigest(), "size": len(data),
        "media_type": "image/jpeg", "place": "打磨车间", **changes,
    }  # fmt: skip


def violation(data: bytes, answer_id: str = "a-1", hazard_id: str = "h-one") -> dict[str, Any]:
    photographed = hazard(hazard_id) | {"photos": [hashlib.sha256(data).hexdigest()]}
    return answered("DST-K6", answer_id, "violation") | {"hazards": [photographed]}


async def finish(phone: Phone, evidence_id: str = "ev-1") -> None:
    answer = await phone.client.post(f"/v1/evidence/{evidence_id}/arrivals", json={})
    assert answer.status_code == 201, answer.text


async def test_a_photo_taken_before_its_hazard_was_written_down_waits_for_it_and_keeps_nothing_back(site: Office) -> None:
    [phone] = await phones(site, 1)
    phone.note("check-in", CHECK_IN, minutes=-60)
    phone.note("evidence", shot(PHOTO, hazard_ids=["h-one"], answer_id="a-1", latitude_e7=286_500_000), minutes=-50)
    phone.note("answers", {"answers": [violation(PHOTO)]}, minutes=-40)
    checked_in, photo, answer = phone.outbox
    told = await phone.send([checked_in, photo])
    assert [(one["verdict"], one.get("code")) for one in told] == [("accepted", None), ("held", "answer-unknown")]
    device = (await phone.client.get("/v1/devices/phone-1")).json()
    assert [(one["counter"], one["kind"], one["code"]) for one in device["held"]] == [(2, "evidence", "answer-unknown")]
    assert verdicts(await phone.send([answer])) == ["accepted"]
    told_of = await site.get("evidence/ev-1")
    assert verdicts(await phone.send()) == ["duplicate"] * 3
    assert (told_of["device"], told_of["captured_by"], told_of["answer_id"]) == ("phone-1", "officer-1", "a-1")
    assert told_of["captured_at"] == "2021-09-06T03:10:00+00:00"
    [event] = await site.under_test.events("casetrail.inspection.evidence-captured")
    assert event["device"] == "phone-1"


async def test_it_waits_for_another_phones_hazard_and_goes_on_when_that_one_is_uploaded(site: Office) -> None:
    one, two = await phones(site, 1, 2)
    one.note("evidence", shot(PHOTO, hazard_ids=["h-one"]), minutes=-40)
    one.note("check-in", CHECK_IN, minutes=-60)
    two.note("answers", {"answers": [violation(PHOTO)]}, minutes=-50)
    [photo, _] = await one.send()
    assert (photo["verdict"], photo["code"]) == ("held", "not-found")
    await site.under_test.settle()
    assert verdicts(await two.send()) == ["accepted"]
    assert (await site.get("evidence/ev-1"))["hazard_ids"] == ["h-one"]
    assert await settle_waiting(site.under_test.app.state.runner) == 0


async def test_bytes_come_before_what_was_noted_or_after_it_and_the_visit_is_complete_with_the_last(site: Office) -> None:
    [phone] = await phones(site, 1)
    phone.note("check-in", CHECK_IN, minutes=-60)
    phone.note("answers", {"answers": [violation(PHOTO)]}, minutes=-50)
    phone.note("evidence", shot(PHOTO, hazard_ids=["h-one"]), minutes=-40)
    phone.note("evidence", shot(OTHER, "ev-2", item_code="DST-K6"), minutes=-39)
    await put(phone.client, 0, PHOTO[:PART])
    told = (await phone.client.get("/v1/evidence/ev-1/parts")).json()
    assert told == {"size": None, "part_bytes": PART, "arrived": [0], "missing": [], "complete": False}
    await send(phone.client, PHOTO)
    assert verdicts(await phone.send()) == ["accepted"] * 4
    assert (await phone.client.get("/v1/evidence/ev-1/parts")).json()["missing"] == []
    await site.under_test.settle()
    assert (await site.get(SHOWN))["complete"] is False
    await finish(phone)
    await site.under_test.settle()
    assert (await site.get(SHOWN))["missing"] == [hashlib.sha256(OTHER).hexdigest()]
    await send(phone.client, OTHER, "ev-2")
    await finish(phone, "ev-2")
    await site.under_test.settle()
    assert (await site.get(SHOWN))["complete"] is True
    assert (await site.client("manager").get("/v1/evidence/ev-1/file")).content == PHOTO


async def test_a_part_that_was_sent_ahead_in_another_length_is_missing_then(site: Office) -> None:
    [phone] = await phones(site, 1)
    assert (await put(phone.client, 1, PHOTO[PART:][:100])).status_code == 204
    for number, data, code in ((0, b"", "part-length-mismatch"), (0, PHOTO[: PART + 1], "part-length-mismatch"),
                               (1024, PHOTO[:PART], "file-too-large")):  # fmt: skip
        answer = await put(phone.client, number, data)
        assert (answer.status_code, answer.json()["code"]) == (409, code)
    phone.note("evidence", shot(PHOTO), minutes=-40)
    await phone.send()
    assert 1 in (await phone.client.get("/v1/evidence/ev-1/parts")).json()["missing"]
    await send(phone.client, PHOTO)
    await finish(phone)


async def test_what_is_too_large_was_taken_all_the_same_and_its_bytes_are_refused(site: Office) -> None:
    [phone] = await phones(site, 1)
    phone.note("evidence", shot(PHOTO, size=(1 << 20) + 1), minutes=-40)
    assert verdicts(await phone.send()) == ["accepted"]
    assert (await put(phone.client, 0, PHOTO[:PART])).json()["code"] == "file-too-large"


async def test_enterprises_and_strangers_send_nothing_ahead(site: Office) -> None:
    [phone] = await phones(site, 1)
    enterprise = site.client("enterprise", enterprise_id="e-1")
    assert (await put(enterprise, 0, PHOTO[:PART])).status_code == 404
    assert (await enterprise.get("/v1/evidence/ev-1/parts")).status_code == 404
    phone.note("evidence", shot(PHOTO), minutes=-40)
    await phone.send()
    stranger = site.under_test.client("officer", id="officer-9", districts=("xihu",), organ="xihu-emb")
    assert (await put(stranger, 0, PHOTO[:PART])).status_code == 404


async def test_one_id_for_two_photos_is_shown_with_both(site: Office) -> None:
    one, two = await phones(site, 1, 2)
    one.note("evidence", shot(PHOTO), minutes=-40)
    two.note("evidence", shot(OTHER), minutes=-30)
    assert verdicts(await one.send()) == ["accepted"]
    [told] = await two.send()
    assert (told["verdict"], told["code"]) == ("conflict", "evidence-exists")
    assert told["mine"]["sha256"] == hashlib.sha256(OTHER).hexdigest()
    assert told["evidence"]["sha256"] == hashlib.sha256(PHOTO).hexdigest()
    assert told["what_to_do"]


async def test_what_is_no_evidence_is_refused_and_stops_nothing(site: Office) -> None:
    await planned(site, "task-2")
    [phone] = await phones(site, 1)
    phone.note("check-in", CHECK_IN, minutes=-60)
    phone.note("answers", {"answers": [violation(PHOTO)]}, minutes=-50)
    phone.note("evidence", shot(PHOTO, kind="video"), minutes=-40)
    phone.note("evidence", shot(PHOTO, sha256="nonsense"), minutes=-39)
    phone.note("evidence", shot(PHOTO, answer_id="a-1", item_code="DST-K7"), minutes=-38)
    phone.note("evidence", shot(PHOTO, hazard_ids=["h-one"]), minutes=-37, inspection_id="task-2")
    phone.note("evidence", shot(PHOTO), minutes=-36)
    told = await phone.send()
    assert [one.get("code") for one in told] == [
        None, None, "media-type-unfit", "command-malformed", "answer-of-another-item", "hazard-of-another-inspection", None,
    ]  # fmt: skip
    assert verdicts(told)[-1] == "accepted"

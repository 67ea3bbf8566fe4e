"""What was noted offline: any order, in pieces, repeated, interrupted; nothing is lost and every conflict is shown."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from services.inspection.api import settling
from services.inspection.api.settling import settle_waiting
from services.inspection.domain import device
from tests.service.inspection.office import CHECK_IN, MORNING, OFFICERS, Office, hazard
from tests.service.inspection.phone import NOON, Phone, phones, verdicts

ATTENDEES = [{"part": "unit-head", "name": "王厂长"}]
MEETING = {"meeting": "opening", "attendees": ATTENDEES, "told": ["rights"]}


def answered(
    item: str, answer_id: str, answer: str = "compliant", *replaces: str, hazards: tuple[str, ...] = ()
) -> dict[str, Any]:
    body = {"item_code": item, "answer": answer, "answer_id": answer_id, "replaces": list(replaces)}
    return {**body, "hazards": [hazard(one) for one in hazards]}


async def planned(office: Office, task_id: str = "task-1") -> list[str]:
    """A task is assigned and its plan approved; answers the items to be looked at."""
    await office.hear(office.task(task_id))
    await office.post("approver", f"inspections/{task_id}/plan-approvals", {"mode": "unannounced"})
    return [item["code"] for item in (await office.get(f"inspections/{task_id}"))["items"]]


async def test_a_day_noted_on_one_phone_is_uploaded_at_once(office: Office) -> None:
    items = await planned(office)
    [phone] = await phones(office, 1)
    phone.note("check-in", {**CHECK_IN, "site_code": "casetrail:site:e-1"}, minutes=-90)
    phone.note("meeting", {**MEETING, "meeting_id": "meeting-1"}, minutes=-80)
    answers = [answered(code, f"a-{n}") for n, code in enumerate(items)]
    bad = items.index("DST-K6")
    answers[bad] = answered("DST-K6", f"a-{bad}", "violation", hazards=("h-one",))
    phone.note("answers", {"answers": answers}, minutes=-60)
    phone.note("advice", {"expert_id": "expert-1", "advice": "清理积尘"}, minutes=-50)
    phone.note("correction", {"hazard_id": "h-one", "how": "当场清扫"}, minutes=-45)
    phone.note("conclusion", {"signed_by": "厂长", "covers": [f"a-{n}" for n in range(len(items))]}, minutes=-30)
    assert verdicts(await phone.send()) == ["accepted"] * 6
    told = await office.get("inspections/task-1")
    assert (told["state"], told["disputed"], told["unsigned"]) == ("concluded", [], [])
    assert (await office.get("hazards/h-one"))["state"] == "rectified"
    stored = await office.under_test.events("casetrail.inspection.item-answered")
    assert {(row["actor"]["id"] if isinstance(row["actor"], dict) else "officer-1", row["device"]) for row in stored} == {
        ("officer-1", "phone-1")
    }


async def test_the_author_is_who_noted_it_whoever_uploads(office: Office) -> None:
    await planned(office)
    [phone] = await phones(office, 1)
    phone.note("check-in", CHECK_IN, minutes=-30)
    colleague = office.under_test.client("officer", id="officer-2", name="同事", districts=("donghu",), organ="donghu-emb")
    assert verdicts(await phone.send(client=colleague)) == ["accepted"]
    phone.note("answers", {"answers": [answered("DST-K6", "a-1")]}, minutes=-20)
    assert verdicts(await phone.send(client=colleague)) == ["duplicate", "accepted"]
    item = next(item for item in (await office.get("inspections/task-1"))["items"] if item["code"] == "DST-K6")
    assert item["answers"][0]["answered_by"] == "officer-1"
    stranger = office.under_test.client("officer", id="officer-3", districts=("xihu",), organ="xihu-emb")
    assert await phone.send(client=stranger, status=404) == []


async def test_what_comes_too_early_is_held_and_then_carried_out(office: Office) -> None:
    await planned(office)
    [phone] = await phones(office, 1)
    phone.note("check-in", CHECK_IN, minutes=-30)
    phone.note("answers", {"answers": [answered("DST-K6", "a-1")]}, minutes=-20)
    phone.note("answers", {"answers": [answered("DST-K6", "a-2", "not-applicable", "a-1") | {"note": "停产"}]}, minutes=-10)
    first, second, third = phone.outbox
    [held] = await phone.send([third])
    assert (held["verdict"], held["code"]) == ("held", "earlier-missing")
    assert verdicts(await phone.send([second])) == ["held"]
    device = (await phone.client.get("/v1/devices/phone-1")).json()
    assert (device["next_counter"], [one["counter"] for one in device["held"]]) == (1, [2, 3])
    assert verdicts(await phone.send([first])) == ["accepted"]
    assert verdicts(await phone.send()) == ["duplicate"] * 3
    item = next(item for item in (await office.get("inspections/task-1"))["items"] if item["code"] == "DST-K6")
    assert [one["answer_id"] for one in item["answers"]] == ["a-2"]


async def test_what_waits_for_people_goes_on_when_they_acted(office: Office) -> None:
    [phone] = await phones(office, 1)
    phone.note("check-in", CHECK_IN, minutes=-30)
    [held] = await phone.send()
    assert held["code"] == "not-found"
    office.under_test.clock.at = MORNING
    await office.hear(office.task("task-1"))
    office.under_test.clock.at = NOON
    [held] = await phone.send()
    assert (held["verdict"], held["code"]) == ("held", "plan-not-approved")
    await office.post("approver", "inspections/task-1/plan-approvals", {"mode": "unannounced"})
    await office.under_test.settle()
    assert await settle_waiting(office.under_test.app.state.runner) == 0
    assert (await office.get("inspections/task-1"))["state"] == "checked-in"


async def test_a_refused_check_in_is_noted_anew_and_what_waited_for_it_goes_on(office: Office) -> None:
    await planned(office)
    [phone] = await phones(office, 1)
    phone.note("check-in", {**CHECK_IN, "officers": OFFICERS[:1]}, minutes=-60)
    phone.note("answers", {"answers": [answered("DST-K6", "a-1")]}, minutes=-50)
    phone.note("statement", {"statement_id": "s-1", "part": "unit-head", "name": "厂长", "statement": "即改"}, minutes=-45)
    told = await phone.send()
    assert verdicts(told) == ["refused", "held", "held"]
    assert [each["code"] for each in told] == ["too-few-officers", "not-checked-in", "not-checked-in"]
    assert told[2]["title"].startswith("须先处理序号 2 的记录")
    phone.note("check-in", CHECK_IN, minutes=-40)
    assert verdicts(await phone.send()) == ["duplicate", "duplicate", "duplicate", "accepted"]
    assert (await phone.client.get("/v1/devices/phone-1")).json()["held"] == []
    assert len((await office.get("inspections/task-1"))["statements"]) == 1


async def test_two_phones_that_differ_show_both_sides_until_somebody_settles(office: Office) -> None:
    await planned(office)
    one, two = await phones(office, 1, 2)
    one.note("check-in", CHECK_IN, minutes=-60)
    one.note("answers", {"answers": [answered("DST-K6", "a-1")]}, minutes=-50)
    two.note("answers", {"answers": [answered("DST-K6", "b-1", "violation", hazards=("h-one",))]}, minutes=-55)
    assert verdicts(await two.send()) == ["held"]
    assert verdicts(await one.send()) == ["accepted", "accepted"]
    [told] = await two.send()
    assert (told["verdict"], told["earlier"]) == ("duplicate", "conflict")
    assert [each["answer_id"] for each in told["answers"]["DST-K6"]] == ["a-1", "b-1"]
    assert told["what_to_do"]
    assert (await office.get("inspections/task-1"))["disputed"] == ["DST-K6"]
    settled = answered("DST-K6", "c-1", "violation", "a-1", "b-1", hazards=("h-one",)) | {"reason": "现场复核"}
    await office.post("officer", "inspections/task-1/answers", {"answers": [settled]})
    assert (await office.get("inspections/task-1"))["disputed"] == []


async def test_nothing_of_a_lost_phone_is_carried_out(office: Office) -> None:
    await planned(office)
    [phone] = await phones(office, 1)
    phone.note("check-in", CHECK_IN, minutes=-30)
    await office.post("officer", "devices/phone-1/revocations", {"reason": "遗失"}, status=403)
    await office.post("manager", "devices/phone-1/revocations", {"reason": "遗失"})
    [told] = await phone.send()
    assert (told["verdict"], told["code"]) == ("refused", "device-revoked")
    assert told["what_to_do"]
    assert (await office.get("inspections/task-1"))["state"] == "approved"


async def test_what_a_device_did_not_sign_or_signed_for_others_is_refused_and_not_kept(office: Office) -> None:
    await planned(office)
    one, two = await phones(office, 1, 2)
    base = {
        "command_id": "phone-1-1", "device_id": "phone-1", "author": "officer-1", "counter": 1, "inspection_id": "task-1",
        "kind": "check-in", "occurred_at": "2021-09-06T09:00:00+08:00", "body": CHECK_IN,
    }  # fmt: skip
    forged = one.sign(base, two.key)
    other_author = one.sign({**base, "author": "officer-2"})
    malformed = one.sign({**base, "counter": 0})
    half = one.sign(base)[:-8] + "AAAAAAAA"
    told = await one.send([forged, other_author, malformed, half])
    assert [each["code"] for each in told] == ["signature-invalid", "foreign-author", "command-malformed", "signature-invalid"]
    assert all(each["verdict"] == "refused" and each["what_to_do"] for each in told)
    assert (await one.client.get("/v1/devices/phone-1")).json()["next_counter"] == 1


async def test_a_counter_is_used_once_and_refusals_do_not_stop_what_follows(office: Office) -> None:
    await planned(office)
    [phone] = await phones(office, 1)
    phone.note("check-in", CHECK_IN, minutes=-30)
    phone.note("answers", {"answers": [{"item_code": "DST-K6", "answer": "not-checked"}]}, minutes=-20)
    phone.note("dance", {}, minutes=-15)
    phone.note("answers", {"answers": "nonsense"}, minutes=-14)
    phone.note("answers", {"answers": [answered("DST-K6", "a-1")]}, minutes=-10)
    told = await phone.send()
    assert verdicts(told) == ["accepted", "refused", "refused", "refused", "accepted"]
    assert [one.get("code") for one in told[1:4]] == ["reason-missing", "kind-unknown", "command-malformed"]
    again = Phone(office, "phone-1", "officer-1")
    again.key = phone.key
    again.note("check-in", {**CHECK_IN, "place": "别处"}, minutes=-30)
    [reused] = await again.send()
    assert (reused["verdict"], reused["code"]) == ("refused", "counter-reused")
    far = phone.sign({
        "command_id": "phone-1-far", "device_id": "phone-1", "author": "officer-1", "counter": 5000, "inspection_id": "task-1",
        "kind": "check-in", "occurred_at": "2021-09-06T09:00:00+08:00", "body": CHECK_IN,
    })  # fmt: skip
    assert [one["code"] for one in await phone.send([far])] == ["counter-too-far"]


async def test_a_device_is_its_officers(office: Office) -> None:
    [phone] = await phones(office, 1)
    assert (await phone.register()).status_code == 201
    other = Phone(office, "phone-1", "officer-2")
    answer = await other.register()
    assert (answer.status_code, answer.json()["code"]) == (409, "device-exists")
    other.device_id = "phone-9"
    bad = {"device_id": "phone-9", "label": "手机", "public_key": {**phone.public_key, "y": phone.public_key["x"]}}
    answer = await other.client.post("/v1/devices", json=bad)
    assert (answer.status_code, answer.json()["code"]) == (409, "key-invalid")
    await office.under_test.settle()
    assert [row["device_id"] for row in (await office.get("devices"))["items"]] == ["phone-1"]


def _visit(one: Phone, two: Phone, items: list[str], task_id: str) -> None:
    """A visit that two phones note: both arrive, answer half of the items each and some of the other's, and conclude."""
    short = task_id.removeprefix("task-")
    for phone, minutes in ((one, -90), (two, -88)):
        phone.note("check-in", CHECK_IN, minutes=minutes, inspection_id=task_id)
        phone.note("meeting", {**MEETING, "meeting_id": f"m-{phone.officer_id}-{short}"}, minutes=-85, inspection_id=task_id)
    covers = []
    for n, code in enumerate(items):
        phone, letter = ((one, "a"), (two, "b"))[n % 2]
        bad = n % 5 == 0
        ids = (f"h-{short}-{n}",) if bad else ()
        first = answered(code, f"{letter}-{short}-{n}", "violation" if bad else "compliant", hazards=ids)
        phone.note("answers", {"answers": [first]}, minutes=-60 + n, inspection_id=task_id)
        covers.append(first["answer_id"])
    change = answered(items[1], f"b-{short}-late", "violation", f"b-{short}-1", hazards=(f"h-{short}-late",))
    two.note("answers", {"answers": [change]}, minutes=-20, inspection_id=task_id)
    clash = answered(items[0], f"b-{short}-clash", "compliant")
    two.note("answers", {"answers": [clash]}, minutes=-19, inspection_id=task_id)
    one.note("advice", {"expert_id": "expert-1", "advice": "加强清扫"}, minutes=-18, inspection_id=task_id)
    two.note("statement", {
        "statement_id": f"s-{short}", "part": "unit-head", "name": "王厂长", "statement": "无异议",
    }, minutes=-17, inspection_id=task_id)  # fmt: skip
    one.note("conclusion", {"signed_by": "厂长", "covers": covers}, minutes=-10, inspection_id=task_id)


async def _outcome(office: Office, task_id: str) -> dict[str, Any]:
    """What an inspection came to, without what tells one task from another and in which order things arrived."""
    told = await office.get(f"inspections/{task_id}")
    short = task_id.removeprefix("task-")
    hazards = sorted((one["hazard_id"], one["state"]) for one in told["hazards"])
    text = repr({
        "items": told["items"], "state": told["state"], "disputed": told["disputed"], "unsigned": told["unsigned"],
        "hazards": hazards, "check_in": told["check_in"], "meetings": told["meetings"], "statements": told["statements"],
        "advice": told["advice"], "conclusion": told["conclusion"],
    })  # fmt: skip
    return {"text": text.replace(short, "N").replace("phone-1-", "p").replace("phone-2-", "q")}


@pytest.mark.parametrize("seed", range(6))
async def test_the_outcome_is_the_same_in_whatever_order_and_pieces_it_arrives(office: Office, seed: int) -> None:
    """Two phones, two equal inspections: one is uploaded in order, the other in any order, in pieces, repeated."""
    random = Random(seed)
    outcomes = []
    for task_id, in_order in (("task-straight", True), ("task-shuffled", False)):
        office.under_test.clock.at = MORNING
        items = await planned(office, task_id)
        one, two = (Phone(office, f"phone-{n}-{task_id[5:]}", f"officer-{n}") for n in (1, 2))
        for phone in (one, two):
            assert (await phone.register()).status_code == 201
        office.under_test.clock.at = NOON
        _visit(one, two, items, task_id)
        parcels = [(phone, text) for phone in (one, two) for text in phone.outbox]
        if not in_order:
            parcels += random.sample(parcels, len(parcels) // 3)
            random.shuffle(parcels)
        while parcels:
            size = len(parcels) if in_order else random.randint(1, 5)
            piece, parcels = parcels[:size], parcels[size:]
            for phone in (one, two):
                if mine := [text for owner, text in piece if owner is phone]:
                    await phone.send(mine)
        await office.under_test.settle()
        assert await settle_waiting(office.under_test.app.state.runner) == 0
        again = [each for phone in (one, two) for each in await phone.send()]
        assert {each["verdict"] for each in again} == {"duplicate"}
        assert "refused" not in {each["earlier"] for each in again}
        outcomes.append(await _outcome(office, task_id))
    assert outcomes[0] == outcomes[1]
    assert "'disputed': ['" in outcomes[0]["text"]


async def test_answers_without_ids_are_disputed_too_and_an_id_is_used_once(office: Office) -> None:
    await planned(office)
    one, two = await phones(office, 1, 2)
    one.note("check-in", CHECK_IN, minutes=-60)
    one.note("answers", {"answers": [{"item_code": "DST-K6", "answer": "compliant"}]}, minutes=-50)
    two.note("answers", {"answers": [{"item_code": "DST-K6", "answer": "not-checked", "note": "停产"}]}, minutes=-50)
    await one.send()
    assert verdicts(await two.send()) == ["conflict"]
    assert (await office.get("inspections/task-1"))["disputed"] == ["DST-K6"]
    items = [item["code"] for item in (await office.get("inspections/task-1"))["items"]]
    one.note("answers", {"answers": [answered(items[0], "a-x")]}, minutes=-40)
    one.note("answers", {"answers": [answered(items[1], "a-x")]}, minutes=-39)
    [*_, told] = await one.send()
    assert (told["verdict"], told["code"]) == ("conflict", "answer-exists")


async def test_a_command_id_of_another_device_is_nobodys_loss(office: Office) -> None:
    await planned(office)
    one, two = await phones(office, 1, 2)
    one.note("check-in", CHECK_IN, minutes=-60)
    two.note("answers", {"answers": [answered("DST-K6", "b-1")]}, minutes=-50, command_id="phone-1-1")
    assert verdicts(await one.send()) == ["accepted"]
    assert verdicts(await two.send()) == ["accepted"]


async def test_what_breaks_on_one_command_keeps_no_other_device_back(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    await planned(office)
    one, two = await phones(office, 1, 2)

    async def broken(work: Any, command: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(settling.KINDS, "dance", broken)
    one.note("dance", {}, minutes=-60)
    two.note("check-in", CHECK_IN, minutes=-50)
    [told] = await one.send()
    assert (told["verdict"], told["code"]) == ("held", "failed")
    assert verdicts(await two.send()) == ["accepted"]
    await office.post("officer", "devices/phone-1/commands/1/abandonments", {"reason": "无法处理"}, status=403)
    await office.post("manager", "devices/phone-1/commands/1/abandonments", {"reason": "无法处理"})
    await office.refused("command-not-held", "manager", "devices/phone-1/commands/1/abandonments", {"reason": "再次"})
    [told] = await one.send()
    assert (told["earlier"], told["code"]) == ("refused", "abandoned")


async def test_a_malformed_command_is_refused_without_telling_what_was_in_it(office: Office) -> None:
    await planned(office)
    [phone] = await phones(office, 1)
    phone.note("statement", {"statement_id": "s-1", "part": "unit-head", "name": "张三\x00", "statement": "无异议"}, minutes=-60)
    [told] = await phone.send()
    assert (told["verdict"], told["code"], "张三" in str(told["detail"])) == ("refused", "command-malformed", False)
    [stored] = await office.under_test.events("casetrail.inspection.command-settled")
    assert "张三".encode() not in bytes(stored["data"])


async def test_who_has_left_notes_nothing_any_more(office: Office) -> None:
    await planned(office)
    [phone] = await phones(office, 1)
    left = office.event("registry", "officer-retired", "officer:officer-1", officer_id="officer-1", last_day="2021-09-05")
    await office.hear(left)
    phone.note("answers", {"answers": [answered("DST-K6", "a-1")]}, minutes=-50)
    [told] = await phone.send()
    assert (told["verdict"], told["code"]) == ("refused", "certificate-expired")


async def test_of_two_commands_under_one_counter_in_one_upload_only_the_kept_one_is_told_as_kept(office: Office) -> None:
    await planned(office)
    [phone] = await phones(office, 1)
    phone.note("check-in", CHECK_IN, minutes=-60)
    phone.note("answers", {"answers": [answered("DST-K6", "a-1")]}, minutes=-50)
    phone.note("answers", {"answers": [answered("DST-K6", "a-2", "not-checked")]}, minutes=-40, counter=2)
    told = await phone.send()
    assert [(one["verdict"], one.get("code")) for one in told] == [
        ("accepted", None), ("accepted", None), ("refused", "counter-reused"),
    ]  # fmt: skip


async def test_what_no_longer_fits_among_what_waits_is_not_told_as_kept(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    await planned(office)
    [phone] = await phones(office, 1)
    monkeypatch.setattr(device, "LONGEST_LEAD", 2)
    for minutes in (-60, -50, -40):
        phone.note("answers", {"answers": [answered("DST-K6", f"a{minutes}")]}, minutes=minutes)
    assert verdicts(await phone.send(phone.outbox[:1])) == ["held"]
    told = await phone.send(phone.outbox[1:])
    assert [(one["verdict"], one["code"]) for one in told] == [("held", "not-checked-in"), ("refused", "counter-too-far")]


async def test_the_list_says_what_the_inspection_itself_says_whatever_came_last(office: Office) -> None:
    """A second phone arrives and concludes, by its clock a day before the first one, after all that has come to an end."""
    items = await planned(office)
    one, two = await phones(office, 1, 2)
    covers = [f"a-{n}" for n in range(len(items))]
    one.note("check-in", CHECK_IN, minutes=-90)
    one.note("answers", {"answers": [answered(code, name) for code, name in zip(items, covers, strict=True)]}, minutes=-80)
    two.note("check-in", CHECK_IN, minutes=-85)
    two.note("conclusion", {"signed_by": "厂长", "covers": covers}, minutes=-70)
    one.note("conclusion", {"signed_by": "厂长", "covers": covers}, minutes=60 * 24 - 60)
    office.under_test.clock.at = NOON + timedelta(days=1)
    for phone in (one, two):
        assert set(verdicts(await phone.send())) == {"accepted"}
    await office.under_test.settle()
    [row] = (await office.get("inspections"))["items"]
    told = await office.get("inspections/task-1")
    assert (row["state"], row["concluded_on"]) == (told["state"], told["conclusion"]["concluded_on"])
    assert row["concluded_on"] == "2021-09-06"
    two.note("check-in", {**CHECK_IN, "place": "库房"}, minutes=-60)
    assert verdicts(await two.send(two.outbox[2:])) == ["accepted"]
    await office.under_test.settle()
    assert [row["state"] for row in (await office.get("inspections"))["items"]] == ["concluded"]

"""What a phone takes along: everything at first, then what changed and what it is to forget; numbers out of its own block."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.broker import Received
from services.inspection.api.packages import version_of
from services.inspection.api.settling import settle_waiting
from tests.service.inspection.office import CHECK_IN, MORNING, Office
from tests.service.inspection.phone import NOON, Phone, phones, verdicts
from tests.service.inspection.test_offline import answered, planned

SERIES = "donghu-emb/责改/2021"


class Folder:
    """What a phone has, kept up by deltas."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.hashes: dict[str, str] = {}
        self.entries: dict[str, Any] = {}

    async def sync(self) -> tuple[list[str], list[str]]:
        """Apply the delta; answers the kinds that changed and the keys that are gone."""
        await self.phone.office.under_test.settle()
        told = await self.get("package")
        named = {one["key"]: one["sha256"] for one in told["entries"]}
        changed = [key for key, sha256 in named.items() if self.hashes.get(key) != sha256]
        for one in (await self.get("package/entries", key=changed))["entries"] if changed else ():
            self.hashes[one["key"]], self.entries[one["key"]] = one["sha256"], one["value"]
        gone = sorted(self.hashes.keys() - named.keys())
        for key in gone:
            del self.hashes[key], self.entries[key]
        assert version_of(self.hashes.items()) == told["version"]
        return sorted(key.split("/")[0] for key in changed), gone

    async def get(self, path: str, **asked: Any) -> Any:
        """What the service answers to the phone."""
        answer = await self.phone.client.get(f"/v1/devices/{self.phone.device_id}/{path}", params=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()


def leased(
    office: Office, holder: str, first: int, last: int, kind: str = "device", word: str = "责改"
) -> Received:  # fmt: skip
    series = f"donghu-emb/{word}/2021"
    return office.event(
        "registry", "numbers-leased", f"number-series:{series}", series=series, lease_id=f"lease-{first}", organ_id="donghu-emb",
        word=word, year=2021, abbreviation="东湖", pattern="（{abbreviation}）应急{word}〔{year}〕{number}号", holder=holder,
        holder_kind=kind, count=last - first + 1, spans=[{"first": first, "last": last}],
    )  # fmt: skip


async def test_the_first_package_is_whole_and_later_ones_are_deltas(office: Office) -> None:
    await planned(office)
    [phone] = await phones(office, 1)
    folder = Folder(phone)
    assert await folder.sync() == (["catalogue", "history", "inspection", "phrases", "rulebook", "site"], [])
    assert await folder.sync() == ([], [])
    assert folder.entries["site/e-1"]["fields"]["confined_space_count"] == 0
    assert (await folder.get("package"))["at"] == "2021-09-06T04:00:00+00:00"
    [listed] = [one for key, one in folder.entries.items() if key.startswith("catalogue/")]
    cited = {item["code"]: item["cited"] for item in listed["items"]}
    assert [text[0] for text in cited["DST-K6"]] == ["《"] * len(cited["DST-K6"]) != [], "what an order would cite today"
    changed = {"name": "confined_space_count", "value": 2, "source": "register"}
    amended = office.event("registry", "profile-amended", "e-1", enterprise_id="e-1", fields=[changed])
    await office.hear(amended)
    assert await folder.sync() == (["site"], [])
    assert folder.entries["site/e-1"]["fields"]["confined_space_count"] == 2


async def test_what_is_over_or_goes_to_others_is_forgotten(office: Office) -> None:
    items = await planned(office)
    [phone] = await phones(office, 1)
    folder = Folder(phone)
    await folder.sync()
    phone.note("check-in", CHECK_IN, minutes=-60)
    answers = [answered(code, f"a-{n}") for n, code in enumerate(items)]
    phone.note("answers", {"answers": answers}, minutes=-50)
    await phone.send()
    assert await folder.sync() == (["history", "inspection"], [])
    phone.note("conclusion", {"signed_by": "厂长", "covers": [one["answer_id"] for one in answers]}, minutes=-40)
    await phone.send()
    changed, gone = await folder.sync()
    assert (changed, [key.split("/")[0] for key in gone]) == ([], ["catalogue", "history", "inspection", "phrases", "site"])


async def test_a_package_is_its_officers_only_and_a_revoked_device_gets_none(office: Office) -> None:
    await planned(office)
    one, two = await phones(office, 1, 2)
    assert (await two.client.get("/v1/devices/phone-1/package")).status_code == 404
    await office.post("manager", "devices/phone-1/revocations", {"reason": "遗失"})
    assert (await one.client.get("/v1/devices/phone-1/package")).status_code == 404
    assert (await two.client.get("/v1/devices/phone-2/package")).status_code == 200


async def test_an_order_bears_the_number_that_its_phone_gave_it(office: Office) -> None:
    items = await planned(office)
    one, two = await phones(office, 1, 2)
    await office.hear(leased(office, "phone-1", 11, 15))
    await office.hear(leased(office, "inspection", 16, 20, "service"))
    folder = Folder(one)
    await folder.sync()
    assert folder.entries[f"numbers/{SERIES}"] == {
        "pattern": "（东湖）应急责改〔2021〕{number}号",
        "spans": [[11, 15]],
        "used": [],
    }
    one.note("check-in", CHECK_IN, minutes=-60)
    bad = items.index("DST-K6")
    answers = [answered(code, f"a-{n}") for n, code in enumerate(items)]
    answers[bad] = answered("DST-K6", f"a-{bad}", "violation", hazards=("h-one", "h-two", "h-three"))
    one.note("answers", {"answers": answers}, minutes=-50)
    one.note("conclusion", {"signed_by": "厂长", "covers": [each["answer_id"] for each in answers]}, minutes=-40)
    order = {"order_id": "order-1", "hazards": [{"hazard_id": "h-one", "due_on": "2021-09-20"}], "number": 12}
    one.note("order", order, minutes=-30)
    assert verdicts(await one.send()) == ["accepted"] * 4
    assert (await office.get("orders/order-1"))["document_no"] == "（东湖）应急责改〔2021〕12号"
    await folder.sync()
    assert folder.entries.get(f"numbers/{SERIES}", {})["used"] == [12]
    twice = {"order_id": "order-2", "hazards": [{"hazard_id": "h-two", "due_on": "2021-09-20"}], "number": 12}
    one.note("order", twice, minutes=-20)
    [*_, told] = await one.send()
    assert (told["verdict"], told["code"]) == ("conflict", "number-used")
    foreign = {"order_id": "order-3", "hazards": [{"hazard_id": "h-two", "due_on": "2021-09-20"}], "number": 13}
    two.note("order", foreign, minutes=-10)
    [told] = await two.send()
    assert (told["verdict"], told["code"]) == ("held", "number-not-leased")
    numberless = {"order_id": "order-4", "hazards": [{"hazard_id": "h-three", "due_on": "2021-09-20"}]}
    one.note("order", numberless, minutes=-5)
    assert verdicts(await one.send())[-1] == "accepted"
    assert (await office.get("orders/order-4"))["document_no"] == "（东湖）应急责改〔2021〕16号"


async def test_an_order_for_a_hazard_that_another_phone_has_not_sent_yet_waits_for_it(office: Office) -> None:
    items = await planned(office)
    one, two = await phones(office, 1, 2)
    one.note("check-in", CHECK_IN, minutes=-60)
    answers = [answered(code, f"a-{n}") for n, code in enumerate(items)]
    one.note("answers", {"answers": answers}, minutes=-50)
    one.note("conclusion", {"signed_by": "厂长", "covers": [each["answer_id"] for each in answers]}, minutes=-40)
    two.note("answers", {"answers": [answered(items[0], "b-0", "violation", "a-0", hazards=("h-late",))]}, minutes=-35)
    one.note("order", {"order_id": "order-1", "hazards": [{"hazard_id": "h-late", "due_on": "2021-09-20"}]}, minutes=-30)
    [*_, told] = await one.send()
    assert (told["verdict"], told["code"]) == ("held", "not-found")
    await office.under_test.settle()
    await two.send()
    assert (await office.get("hazards/h-late"))["order_id"] == "order-1"


async def test_a_block_that_arrives_after_its_document_lets_it_go_on(office: Office) -> None:
    items = await planned(office)
    [phone] = await phones(office, 1)
    phone.note("check-in", CHECK_IN, minutes=-60)
    bad = items.index("DST-K6")
    answers = [answered(code, f"a-{n}") for n, code in enumerate(items)]
    answers[bad] = answered("DST-K6", f"a-{bad}", "violation", hazards=("h-one",))
    phone.note("answers", {"answers": answers}, minutes=-50)
    phone.note("conclusion", {"signed_by": "厂长", "covers": [one["answer_id"] for one in answers]}, minutes=-40)
    order = {"order_id": "order-1", "hazards": [{"hazard_id": "h-one", "due_on": "2021-09-20"}], "number": 11}
    phone.note("order", order, minutes=-30)
    assert verdicts(await phone.send())[-1] == "held"
    office.under_test.clock.at = MORNING
    await office.hear(leased(office, "phone-1", 11, 15))
    office.under_test.clock.at = NOON
    await office.under_test.settle()
    assert await settle_waiting(office.under_test.app.state.runner) == 0
    assert (await office.get("orders/order-1"))["document_no"].endswith("11号")


@pytest.mark.parametrize("faster", [0, 1])
async def test_of_two_orders_for_one_hazard_the_first_to_arrive_stands_and_the_other_is_told(office: Office, faster: int) -> None:
    items = await planned(office)
    pair = await phones(office, 1, 2)
    pair[0].note("check-in", CHECK_IN, minutes=-60)
    answers = [answered(code, f"a-{n}") for n, code in enumerate(items[1:])]
    bad = answered(items[0], "a-bad", "violation", hazards=("h-one",))
    pair[0].note("answers", {"answers": [*answers, bad]}, minutes=-50)
    covers = [one["answer_id"] for one in (*answers, bad)]
    pair[0].note("conclusion", {"signed_by": "厂长", "covers": covers}, minutes=-40)
    assert verdicts(await pair[0].send()) == ["accepted"] * 3
    for n, phone in enumerate(pair):
        phone.note("order", {"order_id": f"order-{n}", "hazards": [{"hazard_id": "h-one", "due_on": "2021-09-20"}]}, minutes=-30)
    [*_, first], [*_, second] = await pair[faster].send(), await pair[1 - faster].send()
    assert (first["verdict"], second["verdict"], second["code"]) == ("accepted", "conflict", "already-ordered")
    assert (second["mine"]["order_id"], bool(second["what_to_do"])) == (f"order-{1 - faster}", True)
    assert (await office.get("hazards/h-one"))["order_id"] == f"order-{faster}"
    assert (await office.client("manager").get(f"/v1/orders/order-{1 - faster}")).status_code == 404

"""Erasing a person in the registry: nobody can read them any more, every proof holds, and the law's files are kept."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

import pytest

from chassis.domain import ERASED
from chassis.envelope import GENESIS, chain_hash, leaf_hash
from chassis.erasure import follow_next, sealed_places
from chassis.eventstore import ledger_after
from chassis.testing import ServiceUnderTest
from services.registry.commands.register import PURGES
from services.registry.domain.enterprise import enterprise_id_of
from tests.domain.registry.filled import SITE, code, filled
from tests.searching import whereabouts
from tests.service.registry.desk import Desk, document, officer_body, xlsx

ENTERPRISE = enterprise_id_of(code(1), "1")
PHONE = "0791-88880101"


@dataclass
class Office:
    """The desk, an officer, a site whose safety head has a telephone."""

    desk: Desk

    @property
    def under_test(self) -> ServiceUnderTest:
        return self.desk.under_test

    async def erase(self, person: str, key: str = "") -> Any:
        body = {"person": person, "reason": "本人申请，调离执法岗位"}
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        return await self.desk.administrator.post("/v1/erasures", json=body, headers=headers)

    async def officer(self) -> Any:
        [officer] = await self.desk.settled("/v1/officers")
        return officer

    async def filed(self, case_id: str = "case-1", *, officer: str = "officer-009", filing: bool = True) -> None:
        """Penalty told of a case against the site, handled by an officer."""
        told: dict[str, Any] = {"filing-requested": {"case_id": case_id, "officers": [{"officer_id": officer}]}}
        if filing:
            told["case-filed"] = {"case_id": case_id, "case_no": "（东）应急立〔2021〕1号", "filed_on": "2021-09-03"}
        for name, data in told.items():
            wire = f"casetrail.penalty.{name}.v1"
            received = self.under_test.received("penalty", wire, json.dumps(data).encode(), subject=ENTERPRISE)
            assert await self.under_test.receive(received) == received.shard_idx


@pytest.fixture
async def office(desk: Desk) -> Office:
    """Somebody is registered."""
    answer = await desk.administrator.post("/v1/officers", json=officer_body())
    assert answer.status_code == 201, answer.text
    book = filled(1)
    book.rows[SITE][0]["安全负责人电话"] = PHONE
    loaded = await desk.send(xlsx(book))
    assert loaded.status_code == 201, loaded.text
    return Office(desk)


async def test_nothing_personal_lies_in_the_database_in_plain(office: Office) -> None:
    assert (await office.officer())["name"] == "王强"
    file = await office.desk.get(f"/v1/enterprises/{ENTERPRISE}")
    assert {field["name"]: field["value"] for field in file["fields"]}["safety_head_phone"] == PHONE
    for secret in ("王强", "JX-3601-001", PHONE, file["legal_representative"], file["safety_head"], "测试人员"):
        assert await whereabouts(office.under_test.connection, secret) == []


async def test_an_erased_officer_can_be_read_by_nobody_and_every_proof_holds(office: Office) -> None:
    before = await office.officer()
    chain = [(row.leaf, row.chain) for row in await ledger_after(office.under_test.connection, 0, 1000)]
    answer = await office.erase("officer-001")
    assert answer.status_code == 201, answer.text
    after = await office.officer()
    assert after == {**before, "name": ERASED, "certificate_no": ERASED}
    rows = await ledger_after(office.under_test.connection, 0, 1000)
    assert [(row.leaf, row.chain) for row in rows][:-1] == chain
    previous = GENESIS
    for row in rows:
        assert (row.leaf, row.chain) == (leaf_hash(row.envelope, row.recorded.data), chain_hash(previous, row.leaf))
        previous = row.chain
    assert await office.under_test.connection.fetchval("SELECT count(*) FROM person_keys WHERE wrapped IS NULL") == 1


async def test_others_are_as_they_were(office: Office) -> None:
    await office.erase(f"{ENTERPRISE}/safety-head")
    file = await office.desk.get(f"/v1/enterprises/{ENTERPRISE}")
    fields = {field["name"]: field["value"] for field in file["fields"]}
    assert (file["safety_head"], fields["safety_head_phone"]) == (ERASED, ERASED)
    assert ERASED not in (file["legal_representative"], fields["principal_head"])
    assert (await office.officer())["name"] == "王强"


async def test_the_event_tells_who_why_and_nothing_of_the_person(office: Office) -> None:
    await office.erase("officer-001")
    [erased] = await office.under_test.events("casetrail.registry.person-erased")
    assert (erased["district"], erased["stream_id"]) == ("donghu", "erasure:officer-001")
    assert json.loads(erased["data"]) == {"person": "officer-001", "reason": "本人申请，调离执法岗位"}


async def test_erasing_again_changes_nothing_and_a_repeat_is_answered_the_same(office: Office) -> None:
    first = await office.erase("officer-001", key="the-same-key")
    again = await office.erase("officer-001", key="the-same-key")
    anew = await office.erase("officer-001")
    assert (first.json(), anew.status_code) == (again.json(), 201)
    assert len(await office.under_test.events("casetrail.registry.person-erased")) == 1


async def test_somebody_of_whom_nothing_is_known(office: Office) -> None:
    answer = await office.erase("officer-404")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_who_may_erase(office: Office) -> None:
    answer = await office.desk.manager.post("/v1/erasures", json={"person": "officer-001", "reason": "x"})
    assert answer.status_code == 403
    assert (await office.officer())["name"] == "王强"


@pytest.mark.parametrize("person", [f"{ENTERPRISE}/safety-head", "officer-001"])
async def test_the_law_keeps_the_file_of_a_filed_case(office: Office, person: str) -> None:
    """Also the handling officer's name belongs to the file."""
    published = await office.desk.administrator.post("/v1/rulebooks", json=document("rulebook-2021"))
    assert published.status_code == 201, published.text
    await office.filed(officer="officer-001")
    refused = await office.erase(person)
    assert (refused.status_code, refused.json()["code"]) == (409, "file-kept")
    assert refused.json()["basis"] == "《处罚办法》（2015）第65条"
    assert await office.under_test.events("casetrail.registry.person-erased") == []
    assert await office.under_test.connection.fetchval("SELECT count(*) FROM person_keys WHERE wrapped IS NULL") == 0


async def test_a_case_that_was_not_filed_keeps_nobody(office: Office) -> None:
    await office.filed(officer="officer-001", filing=False)
    assert (await office.erase("officer-001")).status_code == 201


async def test_an_erased_person_gets_no_new_key(office: Office) -> None:
    """Whoever is told of them again stores the placeholder: nothing personal comes back by a second door."""
    await office.erase("officer-001")
    again = await office.desk.administrator.post("/v1/officers", json=officer_body())
    assert (again.status_code, again.json()["code"]) == (409, "officer-exists")
    body = {"enterprise_id": ENTERPRISE, "reason": "配偶在该企业任职"}
    declared = await office.desk.administrator.post("/v1/officers/officer-001/recusals", json=body)
    assert declared.status_code == 201, declared.text
    assert await whereabouts(office.under_test.connection, "配偶") == []
    live = "SELECT count(*) FROM person_keys WHERE person = 'officer-001' AND wrapped IS NOT NULL"
    assert await office.under_test.connection.fetchval(live) == 0


async def test_what_an_erasure_reached_is_listed_by_table(office: Office) -> None:
    await office.officer()
    reached = {(p.place, p.rows) for p in await sealed_places(office.under_test.connection, "officer-001")}
    assert reached == {("events.data", 1), ("officers.name", 1), ("officers.certificate_no", 1)}
    operator = office.under_test.client("operator")
    would = (await operator.get("/ops/erasures", params={"person": "officer-001"})).json()
    assert (would["asked"], {(place["place"], place["rows"]) for place in would["places"]}) == (False, reached)
    await office.erase("officer-001")
    assert await follow_next(office.under_test.connection, ()) == "officer-001"
    assert await follow_next(office.under_test.connection, ()) is None
    told = (await operator.get("/ops/erasures", params={"person": "officer-001"})).json()
    assert (told["asked"], told["followed"], told["keys"]) == (True, True, 1)
    assert {(place["place"], place["rows"]) for place in told["places"]} == reached
    await operator.aclose()


async def refused_import(office: Office) -> None:
    """A workbook comes with a row that is refused: its telephone number is none."""
    book = filled(2)
    book.rows[SITE][1]["安全负责人电话"] = "甲乙丙丁" + PHONE
    answer = await office.desk.send(xlsx(book), "import-2", accept_valid=True)
    assert answer.status_code == 201, answer.text
    assert PHONE in answer.text


async def test_refused_rows_are_kept_sealed_and_go_with_the_enterprise(office: Office) -> None:
    await refused_import(office)
    assert await whereabouts(office.under_test.connection, PHONE) == []
    kept = await office.desk.get("/v1/imports/import-2")
    assert PHONE in json.dumps(kept, ensure_ascii=False)
    other = enterprise_id_of(code(2), "1")
    assert [await purge.purge(office.under_test.connection, f"{other}/safety-head") for purge in PURGES] == [3]
    assert PHONE not in json.dumps(await office.desk.get("/v1/imports/import-2"), ensure_ascii=False)


async def test_refused_rows_whose_nobody_knows_are_erased_by_their_import(office: Office) -> None:
    await refused_import(office)
    assert (await office.erase("import/import-2")).status_code == 201
    assert (await office.desk.get("/v1/imports/import-2"))["errors"] == []
    assert (await office.desk.auditor.get("/v1/imports/import-2/refused.xlsx")).status_code == 404

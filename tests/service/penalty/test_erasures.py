"""A person whose data are erased: what stands of the matter stands, what told who it was is gone, and nothing stands still."""

from __future__ import annotations

import orjson

from chassis.domain import ERASED
from chassis.envelope import uuid7
from chassis.erasure import erase
from tests.service.penalty.bureau import CASE, ENTERPRISE, HANDLERS, Bureau
from tests.service.penalty.rebuilding import differences
from tests.service.penalty.test_archive import ARCHIVE, closed
from tests.service.penalty.test_parties import MANAGER, OWN, decide, failed

JUDGE = {"reader_id": "judge-1", "of_unit": "东湖区人民法院", "name": "陈法官", "paper_no": "介绍信〔2021〕7号"}


async def erased(bureau: Bureau, person: str) -> None:
    """As the registry's erasure does it, and every process has heard of it."""
    async with bureau.service.connection.transaction():
        await erase(bureau.service.connection, person, uuid7(), bureau.service.clock.now())
    bureau.service.vault.forget(person)


async def test_who_borrowed_a_file_is_erased_and_the_file_comes_back(bureau: Bureau) -> None:
    lent = {"loan_id": "loan-1", "outside": JUDGE, "purpose": "审理行政诉讼", "return_by": "2021-12-01"}
    await closed(bureau)
    await bureau.post("officer", "archivings", ARCHIVE)
    await bureau.post("approver", "loans", lent)
    await erased(bureau, "judge-1")
    [stored] = [one["data"] for one in await bureau.service.events("casetrail.penalty.file-borrowed")]
    told = orjson.loads(await bureau.service.vault.shown(stored))["outside"]
    assert told == {**JUDGE, "name": ERASED, "paper_no": ERASED}
    assert (await bureau.get())["loans"] == ["loan-1"]
    await bureau.post("officer", "loan-returns", {"loan_id": "loan-1"})
    await bureau.post("approver", "loans", {**lent, "loan_id": "loan-2"})
    [_, stored] = [one["data"] for one in await bureau.service.events("casetrail.penalty.file-borrowed")]
    assert b"\xe9\x99\x88" not in bytes(stored), "nothing of somebody erased is kept anew"
    assert await differences(bureau.service, 1, 1000) == []


async def test_of_somebody_erased_the_paper_tells_nothing_and_the_id_still_does(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    await failed(bureau)
    await bureau.post("officer", "parties", MANAGER)
    await bureau.investigate(**OWN)
    bureau.until("2021-09-13")
    await bureau.post("officer", "notices", {"manner": "direct", "party_id": "p-manager"})
    await bureau.post("officer", "statements", {"kind": "waived", "party_id": "p-manager"})
    await decide(bureau, "p-manager", "2021-09-23")
    await erased(bureau, "p-manager")
    assert (await bureau.get(f"/v1/standings/{ENTERPRISE}"))["counted"][0]["party_id"] == "p-manager"
    second = "ref-donghu-2"
    await bureau.hears_a_referral(second)
    await bureau.file(second)
    await bureau.post("officer", "parties", MANAGER, case_id=second)
    await bureau.post("officer", "parties", {**MANAGER, "party_id": "p-twin"}, case_id=second)
    evidence = {"kind": "inspection-record", "title": "复查记录", "officers": HANDLERS, "sha256": "b" * 64}
    await bureau.post("officer", "evidence", evidence, case_id=second)
    again = {"charges": [{**OWN, "party_id": "p-manager"}], "opinion": "建议处罚"}
    told = await bureau.post("officer", "investigation-closings", again, case_id=second, status=409)
    assert (told["code"], told["case_id"]) == ("act-fined-already", CASE)
    again = {"charges": [{**OWN, "party_id": "p-twin"}], "opinion": "建议处罚"}
    await bureau.post("officer", "investigation-closings", again, case_id=second)
    assert await differences(bureau.service, 1, 1000) == []

"""What is put away is whole and stays so: nothing is left out of the list, and nothing is added to the file afterwards."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import orjson
import pytest

from tests.media import picture
from tests.service.penalty.bureau import CASE, ENTERPRISE, Bureau
from tests.service.penalty.test_documents import BANK, REMEDIES, body, issue
from tests.service.penalty.test_file import fetched, squeezed, texts

ARCHIVE = {"volumes": 1, "pages": 30}
SPOKEN = {"place": "询问室", "speaker": {"name": "张伟", "post": "厂长"}}
FORMS: dict[str, dict[str, Any]] = {"24": {}, "25": {"facts": SPOKEN}, "34": {"facts": BANK, "remedies": REMEDIES}}
"""With a number, without one and as often as a party speaks, and the decision."""


async def closed(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    await bureau.investigate()
    await bureau.notify()
    await bureau.post("officer", "statements", {"kind": "made", "text": "请求从轻"})
    await bureau.decide()
    await bureau.serve()
    await bureau.publish()
    await bureau.pay(900_000, "B1")
    await bureau.hears_rectified()
    await bureau.post("approver", "closings", {"reason": "已全部履行"})


async def cover(bureau: Bureau) -> str:
    """The first page of the file, once the list of documents knows everything."""
    await bureau.service.settle()
    return squeezed(texts(await fetched(bureau))[0])


@pytest.mark.parametrize("form", FORMS)
async def test_document_that_the_list_does_not_know_yet_is_put_away_with_the_others(bureau: Bureau, form: str) -> None:
    await closed(bureau)
    await bureau.service.settle()
    await issue(bureau, form, **FORMS[form])
    await bureau.post("officer", "archivings", ARCHIVE)
    assert "与归档时一致" in await cover(bureau)


async def test_document_that_is_issued_while_the_file_is_put_away_is_in_it_or_refused(bureau: Bureau) -> None:
    await closed(bureau)
    officer = bureau.client("officer")
    issued, archived = await asyncio.gather(
        officer.post("/v1/documents", json=body("24")), officer.post(f"/v1/cases/{CASE}/archivings", json=ARCHIVE)
    )
    assert archived.status_code == 201, archived.text
    assert issued.status_code == 201 or issued.json()["code"] == "archived-already", issued.text
    assert "与归档时一致" in await cover(bureau)


async def test_what_is_put_away_is_not_signed_any_more(bureau: Bureau) -> None:
    await closed(bureau)
    await issue(bureau, "25", facts=SPOKEN)
    await bureau.post("officer", "archivings", ARCHIVE)
    refusal = {"signatory": "speaker", "reason": "不认可", "witness": "社区干部"}
    scan = {"signatory": "speaker", "name": "张伟", "manner": "wet-scan", "file": base64.b64encode(picture("PNG")).decode()}
    for path, told in (("signature-refusals", refusal), ("signatures", scan)):
        answer = await bureau.client("officer").post(f"/v1/documents/document-25/{path}", json=told)
        assert (answer.status_code, answer.json()["code"]) == (409, "archived-already"), answer.text
    assert "与归档时一致" in await cover(bureau)


async def test_file_is_lent_to_ours_and_to_others_and_comes_back(bureau: Bureau) -> None:
    """A judge from outside the platform reads it under a name that is sealed; one of ours goes by id; each brings it back."""
    judge = {"reader_id": "judge-1", "of_unit": "东湖区人民法院", "name": "陈法官", "paper_no": "介绍信〔2021〕7号"}
    lent = {"loan_id": "loan-1", "outside": judge, "purpose": "审理行政诉讼", "return_by": "2021-12-01"}
    await closed(bureau)
    assert (await bureau.post("approver", "loans", lent, status=409))["code"] == "not-archived"
    await bureau.post("officer", "archivings", ARCHIVE)
    for wrong in ({"borrower": "o-zhao"}, {"outside": None}, {"outside": {**judge, "paper_no": ""}}):
        assert (await bureau.post("approver", "loans", {**lent, **wrong}, status=422))["code"] == "invalid"
    as_enterprise = {**lent, "outside": {**judge, "reader_id": ENTERPRISE}}
    assert (await bureau.post("approver", "loans", as_enterprise, status=409))["code"] == "id-in-use"
    await bureau.post("approver", "loans", lent)
    assert (await bureau.post("approver", "loans", lent, status=409))["code"] == "borrowed-already"
    await bureau.post(
        "approver", "loans", {"loan_id": "loan-2", "borrower": "o-zhao", "purpose": "查阅", "return_by": "2021-12-01"}
    )
    assert (await bureau.get())["loans"] == ["loan-1", "loan-2"]
    stored = [one["data"] for one in await bureau.service.events("casetrail.penalty.file-borrowed")]
    [outside, ours] = [orjson.loads(data) for data in stored]
    assert (outside["borrower"], outside["outside"]["of_unit"]) == ("judge-1", "东湖区人民法院")
    assert all(outside["outside"][kept].startswith("enc:v1:") for kept in ("name", "paper_no"))
    assert (ours["borrower"], ours["outside"]) == ("o-zhao", None)
    assert orjson.loads(await bureau.service.vault.shown(stored[0]))["outside"] == judge
    await bureau.post("officer", "loan-returns", {"loan_id": "loan-1"})
    assert (await bureau.get())["loans"] == ["loan-2"]
    assert (await bureau.post("officer", "loan-returns", {"loan_id": "loan-1"}, status=409))["code"] == "no-such-loan"

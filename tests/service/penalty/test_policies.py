"""What penalty makes of other services' events."""

from __future__ import annotations

import orjson

from tests.service.penalty.bureau import CASE, ENTERPRISE, HANDLERS, Bureau


async def test_referral_becomes_one_clue(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.hears_a_referral()  # told again under another event id
    clues = await bureau.service.events("casetrail.penalty.clue-registered")
    assert len(clues) == 1
    refusals = await bureau.service.connection.fetch("SELECT code FROM refusals")
    assert [row["code"] for row in refusals] == ["clue-registered-already"]


async def test_recused_and_expired_officers_do_not_handle(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    bureau.until("2021-09-08")
    request = {"cause": "案由", "officers": [{"officer_id": officer} for officer in HANDLERS], "opinion": "建议立案"}
    told = {"officer_id": "o-wang", "enterprise_id": ENTERPRISE, "reason": "近亲属"}
    await bureau.hears("registry", "recusal-declared", told, "officer:o-wang")
    assert (await bureau.post("officer", "filing-requests", request, status=409))["code"] == "officer-recused"
    await bureau.enrol("o-li", "JX1", "2021-09-07")
    assert (await bureau.post("officer", "filing-requests", request, status=409))["code"] == "certificate-expired"


async def test_last_word_on_a_hazard_counts(bureau: Bureau) -> None:
    async def state() -> str:
        return str(await bureau.service.connection.fetchval("SELECT state FROM hazards WHERE hazard_id = 'h-1'"))

    hazards = [{"hazard_id": "h-1", "due_on": "2021-09-20"}]
    order = {"order_id": "order-1", "enterprise_id": ENTERPRISE, "issued_on": "2021-09-06", "hazards": hazards}
    await bureau.hears("inspection", "order-issued", order, ENTERPRISE)
    assert await state() == "ordered"
    await bureau.hears_a_referral()
    assert await state() == "ordered"
    failed = {"hazard_id": "h-1", "order_id": "order-1", "re_inspected_on": "2021-09-21", "note": None}
    await bureau.hears("inspection", "re-inspection-failed", failed, ENTERPRISE)
    assert await state() == "failed"
    await bureau.hears_rectified()
    assert await state() == "rectified"


async def test_case_does_not_close_while_a_hazard_is_open(bureau: Bureau) -> None:
    await bureau.hears_a_referral(hazards=("h-1", "h-2"))
    await bureau.file()
    await bureau.investigate()
    await bureau.notify()
    await bureau.post("officer", "statements", {"kind": "waived"})
    await bureau.decide()
    await bureau.serve()
    await bureau.pay(900_000, "B1")
    await bureau.hears_rectified("h-1")
    refused = await bureau.post("approver", "closings", {"reason": "已全部履行"}, status=409)
    assert (refused["code"], refused["hazard_ids"]) == ("rectification-open", ["h-2"])
    await bureau.hears_rectified("h-2")
    assert (await bureau.post("approver", "closings", {"reason": "已全部履行"}, status=409))["code"] == "not-published"
    await bureau.publish()
    await bureau.post("approver", "closings", {"reason": "已全部履行"})
    assert (await bureau.get(f"/v1/cases/{CASE}"))["state"] == "closed"


async def test_party_follows_the_register_and_a_case_keeps_its_own(bureau: Bureau) -> None:
    """Name and address are those of the file now; the party of a case stays as it was referred, also in its decision."""
    await bureau.hears_a_referral()
    await bureau.file()
    await bureau.investigate()
    await bureau.notify()
    await bureau.post("officer", "statements", {"kind": "waived"})
    fields = [{"name": "address", "value": "西湖区三号"}, {"name": "staff", "value": 9}]
    await bureau.hears("registry", "profile-amended", {"enterprise_id": ENTERPRISE, "fields": fields}, ENTERPRISE)
    fields = [{"name": "name", "value": "南昌新钢铁有限公司"}]
    absorbed = {"enterprise_id": ENTERPRISE, "duplicate": "e-2", "fields": fields, "records": [], "reason": "重复建档"}
    await bureau.hears("registry", "duplicate-absorbed", absorbed, ENTERPRISE)
    await bureau.decide()
    [decided] = await bureau.service.events("casetrail.penalty.penalty-decided")
    assert orjson.loads(await bureau.service.vault.shown(decided["data"]))["party"]["name"] == "南昌某钢铁有限公司"
    row = await bureau.service.connection.fetchrow("SELECT name, address FROM enterprises WHERE enterprise_id = $1", ENTERPRISE)
    assert row is not None
    assert tuple(row) == ("南昌新钢铁有限公司", "西湖区三号")


async def test_what_was_corrected_at_once_or_is_not_followed_any_further_keeps_no_case_open(bureau: Bureau) -> None:
    corrected = {"hazard_id": "h-1", "inspection_id": "t-1", "corrected_on": "2021-09-06", "how": "当场停用", "photos": []}
    await bureau.hears("inspection", "hazard-corrected", corrected, ENTERPRISE)
    await bureau.hears_a_referral(hazards=("h-1", "h-2"))
    await bureau.file()
    await bureau.investigate()
    await bureau.notify()
    bureau.until("2021-09-17")
    await bureau.post("officer", "statements", {"kind": "waived"})
    await bureau.decide()
    await bureau.serve()
    await bureau.publish()
    await bureau.pay(900_000, "B1")
    still = await bureau.post("approver", "closings", {"reason": "已全部履行"}, status=409)
    assert (still["code"], still["hazard_ids"]) == ("rectification-open", ["h-2"])
    closed = {"hazard_id": "h-2", "order_id": "order-1", "ground": "site-closed", "reason": "已关停", "closed_on": "2021-09-18"}
    await bureau.hears("inspection", "hazard-closed", closed, ENTERPRISE)
    await bureau.post("approver", "closings", {"reason": "已全部履行"})

"""Statements of the bank: every transfer goes to its fine, or waits with the reason; nothing twice, all or nothing."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.service.penalty.bureau import CASE, Bureau
from tests.service.penalty.test_payments import FINE, named, party, served

HEADS = "流水号,交易日期,贷方金额,对方户名,摘要"
NUMBER = "（东湖）应急罚〔2021〕1号"


def csv(*rows: str, heads: str = HEADS) -> bytes:
    return "\r\n".join([heads, *rows]).encode("gb18030")


async def send(bureau: Bureau, content: bytes, status: int = 201, client: httpx.AsyncClient | None = None) -> Any:
    """A statement comes in."""
    desk = client or bureau.client("finance")
    headers = {"content-type": "text/csv"}
    answer = await desk.post("/v1/bank-statements", content=content, headers=headers, params={"file_name": "明细.csv"})
    assert answer.status_code == status, answer.text
    return answer.json()


async def transfers(bureau: Bureau, query: str = "") -> list[Any]:
    await bureau.service.settle()
    items: list[Any] = (await bureau.get(f"/v1/bank-transfers{query}"))["items"]
    return items


async def due(bureau: Bureau) -> None:
    """A fine is due, and the list of payments knows it."""
    await served(bureau)
    bureau.until("2021-09-28")
    await bureau.service.settle()


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig"])
async def test_transfers_go_to_the_fines_that_they_name(bureau: Bureau, encoding: str) -> None:
    await due(bureau)
    content = csv(
        f"B1,2021-09-27,\"4,000.01\",南昌某钢铁有限公司,罚款{NUMBER}", "B2,20210928,10.00,张三,货款",
        "B3,2021/9/28,20,李四,（东湖）应急罚〔2021〕99号",
    )  # fmt: skip
    told = await send(bureau, content.decode("gb18030").encode(encoding))
    assert (told["rows"], told["matched"], told["unmatched"], told["known"]) == (3, 1, 2, 0)
    assert (await party(bureau))["received_fen"] == 400_001
    found = {row["bank_reference"]: row for row in await transfers(bureau)}
    assert {key: (row["state"], row["reason"], row["case_id"]) for key, row in found.items()} == {
        "B1": ("matched", None, CASE), "B2": ("unmatched", "number-missing", None), "B3": ("unmatched", "decision-unknown", None),
    }  # fmt: skip
    assert found["B2"]["payer"] == "张三"
    assert (await bureau.get(f"/v1/bank-statements/{told['statement_id']}"))["total_fen"] == 400_001 + 3000
    assert len(await transfers(bureau, f"?statement_id={told['statement_id']}&state=unmatched")) == 2


async def test_payer_is_stored_sealed(bureau: Bureau) -> None:
    await due(bureau)
    await send(bureau, csv("B2,2021-09-28,10.00,张三,货款"))
    [event] = await named(bureau, "bank-transfer-reported")
    assert "张三".encode() not in bytes(event["data"])
    [row] = await bureau.service.connection.fetch("SELECT payer, district FROM bank_transfers")
    assert row["payer"].startswith("enc:")
    assert row["district"] == "donghu"


async def test_the_same_statement_and_the_same_row_change_nothing(bureau: Bureau) -> None:
    await due(bureau)
    row, other = f"B1,2021-09-27,100.00,甲,{NUMBER}", "B2,2021-09-27,1.00,乙,货款"
    first = await send(bureau, csv(row, row, other))
    before = len(await named(bureau, ""))
    again = await send(bureau, csv(row, row, other))
    assert again | {"imported": True, "version": 1} == first | {"command_id": again["command_id"], "event_id": None}
    assert len(await named(bureau, "")) == before
    longer = await send(bureau, csv(row, other, f"B3,2021-09-28,2.00,甲,{NUMBER}"))
    assert (longer["matched"], longer["known"]) == (1, 2)
    assert (await party(bureau))["received_fen"] == 10_200


async def test_bad_rows_are_named_and_nothing_is_taken_in(bureau: Bureau) -> None:
    await due(bureau)
    refused = await send(
        bureau, csv(f"B1,2021-09-27,100.00,甲,{NUMBER}", "B2,2021-09-31,1.00,乙,", "B3,2021-09-27,1.005,乙,"), 422
    )
    assert (refused["code"], [(one["row"], one["code"]) for one in refused["errors"]]) == (
        "statement-refused", [(3, "day-malformed"), (4, "amount-malformed")],
    )  # fmt: skip
    assert await named(bureau, "bank-") == []
    assert (await party(bureau))["received_fen"] == 0
    assert (await send(bureau, b"\xff\xfe\x00\x01,\x81", 422))["errors"][0]["code"] == "csv-encoding"


async def test_reference_of_another_transfer_is_a_fault_of_its_row(bureau: Bureau) -> None:
    await due(bureau)
    await bureau.pay(100, "B1")
    refused = await send(bureau, csv(f"B9,2021-09-28,5.00,甲,{NUMBER}", f"B1,2021-09-28,2.00,甲,{NUMBER}"), 422)
    assert [(one["row"], one["code"]) for one in refused["errors"]] == [(3, "bank-reference-known")]
    assert (await party(bureau))["received_fen"] == 100
    known = await send(bureau, csv(f"B9,2021-09-28,5.00,甲,{NUMBER}", f"B1,2021-09-28,1.00,甲,{NUMBER}"))
    assert (known["matched"], known["known"]) == (1, 1)


async def test_case_number_and_payment_code_name_the_fine_too(bureau: Bureau) -> None:
    await due(bureau)
    content = csv(
        "B1,2021-09-28,1.00,（东湖）应急立〔2021〕1号,", f"B2,2021-09-28,2.00,,{CASE}", heads="流水号,交易日期,金额,备注,缴款码"
    )
    assert (await send(bureau, content))["matched"] == 2
    assert (await party(bureau))["received_fen"] == 300


async def test_a_payment_code_in_the_remark_names_the_fine_and_nothing_is_guessed(bureau: Bureau) -> None:
    await due(bureau)
    await bureau.hears_a_referral("ref-donghu-2", ("h-2",))
    for step in (bureau.file, bureau.investigate, bureau.notify):
        await step("ref-donghu-2")
    await bureau.post("officer", "statements", {"kind": "waived"}, case_id="ref-donghu-2")
    await bureau.decide("ref-donghu-2")
    bureau.until("2021-09-28")
    received = {"manner": "direct", "recipient": "张三", "received_on": "2021-09-28"}
    await bureau.post("officer", "services", received, case_id="ref-donghu-2")
    await bureau.service.settle()
    remarks = {
        "B1": (f"缴款码：{CASE}罚款", None), "B2": ("缴款码：ref-donghu-10", "number-missing"),
        "B3": (f"{CASE} 或者 ref-donghu-2", "decision-ambiguous"), "B4": (f"{NUMBER} {CASE}", None),
        "B5": (f"{NUMBER} ref-donghu-2", "decision-ambiguous"),
        "B6": ("（东湖）应急立〔2021〕1号 ref-donghu-2", "decision-ambiguous"),
    }  # fmt: skip
    await send(bureau, csv(*(f"{key},2021-09-28,1.00,甲,{remark}" for key, (remark, _) in remarks.items())))
    found = {row["bank_reference"]: row for row in await transfers(bureau)}
    assert {key: row["reason"] for key, row in found.items()} == {key: why for key, (_, why) in remarks.items()}
    assert {found["B1"]["case_id"], found["B4"]["case_id"]} == {CASE}
    assert (await party(bureau))["received_fen"] == 200


async def test_what_may_not_be_recorded_waits_with_the_reason(bureau: Bureau) -> None:
    await due(bureau)
    await bureau.pay(FINE, "B0")
    await bureau.hears_rectified()
    await send(bureau, csv(f"B1,2021-09-01,1.00,甲,{NUMBER}"))
    await bureau.publish()
    await bureau.post("approver", "closings", {"reason": "已全部履行"})
    await send(bureau, csv(f"B2,2021-09-28,1.00,甲,{NUMBER}"))
    assert {row["bank_reference"]: row["reason"] for row in await transfers(bureau, "?state=unmatched")} == {
        "B1": "before-earlier-step", "B2": "case-closed",
    }  # fmt: skip


async def test_two_fines_in_one_remark_are_ambiguous(bureau: Bureau) -> None:
    await due(bureau)
    await bureau.hears_a_referral("ref-donghu-2", ("h-2",))
    for step in (bureau.file, bureau.investigate, bureau.notify):
        await step("ref-donghu-2")
    await bureau.post("officer", "statements", {"kind": "waived"}, case_id="ref-donghu-2")
    second = await bureau.decide("ref-donghu-2")
    bureau.until("2021-09-28")
    received = {"manner": "direct", "recipient": "张三", "received_on": "2021-09-28"}
    await bureau.post("officer", "services", received, case_id="ref-donghu-2")
    await bureau.service.settle()
    await send(
        bureau, csv(f"B1,2021-09-28,1.00,甲,{NUMBER}和{second['document_no']}", f"B2,2021-09-28,2.00,甲,{NUMBER} {NUMBER}")
    )
    assert {row["bank_reference"]: row["reason"] for row in await transfers(bureau)} == {"B1": "decision-ambiguous", "B2": None}


async def test_unmatched_transfer_is_assigned_by_hand_or_sent_back(bureau: Bureau) -> None:
    await due(bureau)
    await send(bureau, csv("B1,2021-09-27,9500.00,张三,代缴", "B2,2021-09-27,7.00,李四,误汇"))
    finance = bureau.client("finance")
    body = {"case_id": CASE, "note": "来电核实"}
    answer = await finance.post("/v1/bank-transfers/B1/assignments", json=body)
    assert (answer.status_code, answer.json()["credit_fen"], answer.json()["settled"]) == (201, 50_000, True)
    twice = await finance.post("/v1/bank-transfers/B1/assignments", json=body)
    assert (twice.status_code, twice.json()["code"]) == (409, "transfer-assigned-already")
    back = {"return_reference": "R1", "returned_on": "2021-09-28", "note": "退回付款人"}
    assert (await finance.post("/v1/bank-transfers/B2/returns", json=back)).status_code == 201
    assert {row["bank_reference"]: row["state"] for row in await transfers(bureau)} == {"B1": "matched", "B2": "returned"}
    told = await bureau.get("/v1/bank-transfers/B1")
    assert (told["case_id"], told["reported"]["payer"]) == (CASE, "张三")
    assert (await bureau.get("/v1/bank-transfers/B1?as_of=v1"))["case_id"] is None


async def test_other_districts_see_nothing_and_take_nothing(bureau: Bureau) -> None:
    await due(bureau)
    stranger = bureau.service.client("finance", id="p-x", districts=("xihu",), organ="xihu-emb")
    told = await send(bureau, csv(f"B1,2021-09-28,1.00,甲,{NUMBER}", f"B2,2021-09-28,1.00,甲,{CASE}"), client=stranger)
    assert (told["matched"], told["unmatched"]) == (0, 2)
    await bureau.service.settle()
    assert await transfers(bureau) == []
    assert (await stranger.get("/v1/payments")).json()["items"] == []
    seen = (await stranger.get("/v1/bank-transfers")).json()["items"]
    assert [row["reason"] for row in seen] == ["decision-unknown", "number-missing"]
    assert (await bureau.get("/v1/bank-transfers/B1", status=404))["code"] == "not-found"
    assert (await stranger.get("/v1/bank-transfers", params={"district": "donghu"})).status_code == 403
    await stranger.aclose()


async def test_payments_are_listed_and_paged(bureau: Bureau) -> None:
    await due(bureau)
    [row] = (await bureau.get("/v1/payments"))["items"]
    assert (row["payment_code"], row["document_no"], row["case_no"], row["outstanding_fen"], row["due_on"], row["overdue"]) == (
        CASE, NUMBER, "（东湖）应急立〔2021〕1号", FINE, "2021-10-08", False,
    )  # fmt: skip
    assert row["officers"] == ["o-li", "o-wang"]
    for query, count in (
        ("officer_id=o-li", 1), ("officer_id=o-zhao", 0), ("organ_id=donghu-emb&state=open&district=donghu", 1),
        ("overdue=true", 0), ("credit=false", 1), ("credit=true", 0), ("state=settled", 0),
    ):  # fmt: skip
        assert len((await bureau.get(f"/v1/payments?{query}"))["items"]) == count, query
    bureau.until("2021-10-09")
    await bureau.service.settle()
    assert len((await bureau.get("/v1/payments?overdue=true"))["items"]) == 1
    await bureau.pay(FINE + 1, "B1")
    await bureau.service.settle()
    [row] = (await bureau.get("/v1/payments?credit=true&state=settled&overdue=false"))["items"]
    assert (row["credit_fen"], row["due_on"], row["settled_on"]) == (1, None, "2021-10-09")

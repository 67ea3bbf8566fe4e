"""Money over HTTP: refunds, deferral, instalments and surcharge with their clocks; what each party owes, as of any moment."""

from __future__ import annotations

from typing import Any

from tests.service.penalty.bureau import CASE, ENTERPRISE, HANDLERS, Bureau

FINE = 900_000


async def served(bureau: Bureau) -> None:
    """A case whose fine of 9 000 yuan is due on 8 October."""
    await bureau.hears_a_referral()
    await bureau.file()
    await bureau.investigate()
    await bureau.notify()
    await bureau.post("officer", "statements", {"kind": "waived"})
    await bureau.decide()
    await bureau.serve()


async def party(bureau: Bureau, query: str = "") -> Any:
    """What the unit owes."""
    [told] = (await bureau.get(f"/v1/cases/{CASE}/payments{query}"))["parties"]
    return told


async def named(bureau: Bureau, kind: str) -> list[Any]:
    await bureau.service.settle()
    return await bureau.service.events(f"casetrail.penalty.{kind}")


async def put_off(bureau: Bureau, *parts: tuple[str, int]) -> Any:
    """The party asks for instalments, and the approver agrees."""
    instalments = [{"due_on": day, "amount_fen": fen} for day, fen in parts]
    asked = {"reason": "流动资金困难", "instalments": instalments, "applied_on": "2021-09-20"}
    never = {**asked, "instalments": [{"due_on": "9999-12-31", "amount_fen": 900_000}]}
    await bureau.post("officer", "deferrals", never, status=422)
    await bureau.get(f"/v1/cases/{CASE}/outlook?on=9999-12-31", status=422)
    early = {**asked, "applied_on": "2021-09-17"}
    assert (await bureau.post("officer", "deferrals", early, status=409))["code"] == "before-earlier-step"
    await bureau.post("officer", "deferrals", asked)
    return await bureau.post("approver", "deferral-answers", {"agreed": True, "opinion": "情况属实"})


async def test_money_that_is_too_much_is_given_back(bureau: Bureau) -> None:
    await served(bureau)
    assert await bureau.pay(FINE + 500, "B1") | {"settled": True, "credit_fen": 500, "outstanding_fen": 0}
    back = {"amount_fen": 600, "bank_reference": "R1", "refunded_on": "2021-09-18"}
    assert (await bureau.post("finance", "refunds", back, status=409))["code"] == "refund-too-high"
    assert (await bureau.post("finance", "refunds", {**back, "amount_fen": 500}))["credit_fen"] == 0
    told = await party(bureau)
    assert (told["received_fen"], told["refunded_fen"], told["credit_fen"], told["settled_on"]) == (
        FINE + 500, 500, 0, "2021-09-18",
    )  # fmt: skip
    [due] = await named(bureau, "refund-due")
    assert (due["subject"], due["district"]) == (ENTERPRISE, "donghu")


async def test_transfer_is_known_in_every_case(bureau: Bureau) -> None:
    await served(bureau)
    await bureau.pay(100, "B1")
    await bureau.hears_a_referral("ref-donghu-2", ("h-2",))
    for step in (bureau.file, bureau.investigate, bureau.notify):
        await step("ref-donghu-2")
    await bureau.post("officer", "statements", {"kind": "waived"}, case_id="ref-donghu-2")
    await bureau.decide("ref-donghu-2")
    bureau.until("2021-09-18")
    received = {"manner": "direct", "recipient": "张三", "received_on": "2021-09-18"}
    await bureau.post("officer", "services", received, case_id="ref-donghu-2")
    body = {"amount_fen": 100, "bank_reference": "B1", "paid_on": "2021-09-18"}
    refused = await bureau.post("finance", "payments", body, case_id="ref-donghu-2", status=409)
    assert (refused["code"], refused["basis"]) == ("bank-reference-known", "《行政处罚法》（2021）第67条第2款")
    assert (await party(bureau))["received_fen"] == 100


async def test_instalments_have_clocks_of_their_own(bureau: Bureau) -> None:
    await served(bureau)
    bureau.until("2021-09-20")
    answer = await put_off(bureau, ("2021-10-20", 400_000), ("2021-11-20", 500_000))
    assert (answer["approval_no"], [one["document_no"] for one in answer["instalments"]]) == (
        "（东湖）应急缴审〔2021〕1号", ["（东湖）应急缴批〔2021〕1号", "（东湖）应急缴批〔2021〕2号"],
    )  # fmt: skip
    bureau.until("2021-10-09")
    assert await named(bureau, "payment-overdue") == []
    bureau.until("2021-10-15")
    await bureau.pay(400_000, "B1")
    bureau.until("2021-10-21")
    assert await named(bureau, "payment-overdue") == []
    assert (await party(bureau))["next_due_on"] == "2021-11-20"
    bureau.until("2021-11-21")
    [overdue] = await named(bureau, "payment-overdue")
    assert overdue["rulebook"] == "jiangxi-work-safety/2021.1"
    told = await party(bureau, "?on=2021-11-30")
    assert (told["overdue"], told["accrued"]["in_arrears_fen"], told["accrued"]["surcharge_fen"]) == (True, 500_000, 150_000)
    await bureau.publish()
    await bureau.service.settle()
    [row] = (await bureau.get("/v1/cases"))["items"]
    assert (row["payment_overdue"], row["clock"], row["clock_on"]) == (True, "instalment-due", "2021-11-20")


async def test_handler_does_not_put_off(bureau: Bureau) -> None:
    await served(bureau)
    handler = bureau.service.client("approver", id=HANDLERS[0], districts=("donghu",), organ="donghu-emb")
    asked = {"reason": "困难", "instalments": [{"due_on": "2021-12-01", "amount_fen": FINE}], "applied_on": "2021-09-18"}
    await bureau.post("officer", "deferrals", asked)
    for path, body in (
        ("deferral-answers", {"agreed": True, "opinion": "同意"}), ("surcharges", {}),
        ("surcharge-remissions", {"amount_fen": 1, "reason": "协议"}),
    ):  # fmt: skip
        refused = await handler.post(f"/v1/cases/{CASE}/{path}", json=body)
        assert (refused.status_code, refused.json()["code"]) == (409, "handler-approves")
    await handler.aclose()


async def test_a_missing_number_is_told_beside_what_is_wrong_with_the_answer_to_a_deferral(bureau: Bureau) -> None:
    """One number is left for two instalments: the real fault comes first, and nothing is numbered."""
    await served(bureau)
    leased = {
        "series": "donghu-emb/缴批/2021", "lease_id": "penalty-1", "organ_id": "donghu-emb", "word": "缴批", "year": 2021,
        "abbreviation": "东湖", "pattern": None, "holder": "penalty", "holder_kind": "service", "count": 1,
        "spans": [{"first": 7, "last": 7}],
    }  # fmt: skip
    await bureau.hears("registry", "numbers-leased", leased, "number-series:donghu-emb/缴批/2021")
    parts = [{"due_on": "2021-11-01", "amount_fen": 400_000}, {"due_on": "2021-12-01", "amount_fen": 500_000}]
    await bureau.post("officer", "deferrals", {"reason": "困难", "instalments": parts, "applied_on": "2021-09-18"})
    agreed = {"agreed": True, "opinion": "同意"}
    wrong = {**agreed, "instalments": [{**parts[0], "amount_fen": 1}, parts[1]]}
    told = await bureau.post("approver", "deferral-answers", wrong, status=409)
    assert (told["code"], [one["code"] for one in told["also"]]) == ("instalments-not-exact", ["numbers-exhausted"])
    told = await bureau.post("approver", "deferral-answers", agreed, status=409)
    assert (told["code"], told.get("also", [])) == ("numbers-exhausted", [])
    answer = await bureau.post("approver", "deferral-answers", {**agreed, "instalments": [{**parts[1], "amount_fen": FINE}]})
    assert (answer["approval_no"], [one["document_no"] for one in answer["instalments"]]) == (
        "（东湖）应急缴审〔2021〕1号", ["（东湖）应急缴批〔2021〕7号"],
    )  # fmt: skip


async def test_f27_surcharge_grows_to_its_limit_on_day_34(bureau: Bureau) -> None:
    """Due on 8 October: 10 days are over on the 18th, 34 on 11 November."""
    await served(bureau)
    bureau.until("2021-10-09")
    assert [event["type"] for event in await named(bureau, "surcharge")] == ["casetrail.penalty.surcharge-reckoned.v1"]
    assert (await party(bureau, "?on=2021-10-18"))["accrued"] == {
        "on": "2021-10-18", "in_arrears_fen": FINE, "days": 10, "surcharge_fen": 270_000, "undecided_fen": 270_000,
        "limit_on": "2021-11-11",
    }  # fmt: skip
    bureau.until("2021-11-11", 23)
    assert await named(bureau, "surcharge-cap-reached") == []
    bureau.until("2021-11-12", 0)
    [reached] = await named(bureau, "surcharge-cap-reached")
    assert (reached["stream_id"], reached["subject"]) == (f"payment:{CASE}", ENTERPRISE)
    assert (await party(bureau, "?on=2022-11-12"))["accrued"]["surcharge_fen"] == FINE


async def test_payment_in_part_moves_the_clock_of_the_limit(bureau: Bureau) -> None:
    await served(bureau)
    bureau.until("2021-10-18")
    await bureau.service.settle()
    await bureau.pay(FINE // 2, "B1")
    bureau.until("2021-11-13")
    assert await named(bureau, "surcharge-cap-reached") == []
    assert (await party(bureau))["cap_on"] == "2021-12-04"
    bureau.until("2021-12-05")
    assert len(await named(bureau, "surcharge-cap-reached")) == 1


async def test_surcharge_is_decided_paid_and_remitted(bureau: Bureau) -> None:
    await served(bureau)
    bureau.until("2021-10-18")
    await bureau.pay(FINE, "B1")
    decided = await bureau.post("approver", "surcharges", {})
    assert (decided["document_no"], decided["amount_fen"], decided["settled"]) == ("（东湖）应急加罚〔2021〕1号", 270_000, False)
    assert (await bureau.post("approver", "closings", {"reason": "履行"}, status=409))["code"] == "payment-not-settled"
    await bureau.pay(200_000, "B2")
    remitted = {"amount_fen": 70_000, "reason": "已采取补救措施"}
    assert (await bureau.post("approver", "surcharge-remissions", remitted))["settled"]
    told = await party(bureau)
    assert (told["surcharge_fen"], told["remitted_fen"], told["outstanding_fen"]) == (270_000, 70_000, 0)
    await bureau.hears_rectified()
    await bureau.publish()
    await bureau.post("approver", "closings", {"reason": "已全部履行"})


async def test_money_is_told_as_of_a_moment(bureau: Bureau) -> None:
    await served(bureau)
    bureau.until("2021-09-28")
    await bureau.pay(100, "B1")
    bureau.until("2021-09-29")
    await bureau.pay(200, "B2")
    assert (await party(bureau))["received_fen"] == 300
    assert (await party(bureau, "?as_of=recorded:2021-09-28T23:00:00%2B08:00"))["received_fen"] == 100
    told = await bureau.get(f"/v1/cases/{CASE}/payments?as_of=recorded:2021-09-10T23:00:00%2B08:00")
    assert told["parties"] == []


async def test_command_is_answered_once_however_often_it_is_sent(bureau: Bureau) -> None:
    await served(bureau)
    body = {"amount_fen": 500, "bank_reference": "B1", "paid_on": "2021-09-18"}
    first = await bureau.post("finance", "payments", body, Idempotency_Key="the-same-key")
    assert await bureau.post("finance", "payments", body, Idempotency_Key="the-same-key") == first
    assert (await party(bureau))["received_fen"] == 500

"""A case over HTTP from clue to closing, and what is refused on the way."""

from __future__ import annotations

from typing import Any

import pytest

from services.penalty.domain.region_steps import REGION_STEPS
from tests.service.penalty.bureau import CASE, ENTERPRISE, HANDLERS, Bureau


def names(steps: list[dict[str, Any]]) -> list[str]:
    return [step["name"] for step in steps]


async def test_from_clue_to_closing(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    assert names((await bureau.get())["next_steps"]) == ["request-filing", "begin-urgently", "report-transfer"]
    filed = await bureau.file()
    assert (filed["case_no"], filed["decision_due_on"]) == ("（东湖）应急立〔2021〕1号", "2021-10-08")
    assert (await bureau.investigate())["proposed_fen"] == 900_000
    notice = await bureau.notify()
    assert (notice["form_no"], notice["document_no"], notice["statement_due_on"]) == (
        24, "（东湖）应急罚告〔2021〕1号", "2021-09-16",
    )  # fmt: skip
    await bureau.post("officer", "statements", {"kind": "made", "text": "请求从轻"})
    decision = await bureau.decide(body={"amounts": {"STL-K1": 800_000}})
    assert (decision["document_no"], decision["total_fen"]) == ("（东湖）应急罚〔2021〕1号", 800_000)
    assert (await bureau.serve())["payment_due_on"] == "2021-10-08"
    bureau.until("2021-09-28")
    assert not (await bureau.pay(300_000, "B1"))["settled"]
    assert (await bureau.pay(500_000, "B2"))["settled"]
    await bureau.hears_rectified()
    assert "publish" in names((await bureau.get())["next_steps"])
    await bureau.publish()
    await bureau.post("approver", "closings", {"reason": "已全部履行"})
    case = await bureau.get()
    assert (case["state"], case["payment"]["received_fen"], names(case["next_steps"])) == (
        "closed", 800_000, ["archive", "seek-reconsideration", "seek-litigation"],
    )  # fmt: skip
    closed = {
        "case-closed", "published-already", "nothing-to-withdraw", "closure-not-due", "closure-not-proposed", "repair-too-early",
        "repair-not-requested",
    }  # fmt: skip
    main = {step["code"] for step in case["forbidden_steps"] if step["name"] not in {one.name for one in REGION_STEPS}}
    assert main == closed


async def test_events_belong_to_the_enterprise_and_to_the_inspection(bureau: Bureau) -> None:
    """Everything about a case has the site as subject, its district, the referral's correlation, and names its rulebook."""
    await bureau.hears_a_referral()
    await bureau.file()
    await bureau.investigate()
    await bureau.notify()
    await bureau.post("officer", "statements", {"kind": "waived"})
    await bureau.decide()
    await bureau.serve()
    events = await bureau.service.events("casetrail.penalty.")
    about = [event for event in events if not event["stream_id"].startswith("series:")]
    assert {event["subject"] for event in about} == {ENTERPRISE}
    assert {event["district"] for event in events} == {"donghu"}
    matters = {event["stream_id"]: event["correlation_id"] for event in about}
    standing = matters.pop(f"standing:{ENTERPRISE}")  # outlives the case, so it is none of its matter
    assert len(set(matters.values())) == 1
    assert standing not in matters.values()
    of_case = {f"{region}:{CASE}" for region in ("case", "payment", "publication", "remedy")}
    assert {event["stream_id"] for event in about} == {*of_case, f"standing:{ENTERPRISE}"}
    assert {event["rulebook"] for event in about[1:]} == {"jiangxi-work-safety/2021.1"}


async def test_service_and_payment_are_one_write_set(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    await bureau.investigate()
    await bureau.notify()
    await bureau.post("officer", "statements", {"kind": "waived"})
    await bureau.decide()
    await bureau.serve()
    events = {event["type"]: event for event in await bureau.service.events("casetrail.penalty.")}
    served, opened = (events[f"casetrail.penalty.{name}.v1"] for name in ("decision-served", "payment-opened"))
    assert served["command_id"] == opened["command_id"]


async def test_f12_decision_without_notice_is_refused_with_its_article(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    await bureau.investigate()
    refused = await bureau.decide(status=409)
    assert refused["code"] == "notice-missing"
    assert refused["basis"] == "《行政处罚法》（2021）第62条"


async def test_f13_twenty_thousand_yuan_need_form_26(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    await bureau.investigate(amount_fen=2_000_000)
    notice = await bureau.notify()
    assert (notice["form_no"], notice["document_no"]) == (26, "（东湖）应急听告〔2021〕1号")
    await bureau.post("officer", "statements", {"kind": "waived"})
    assert (await bureau.decide(status=409))["code"] == "hearing-period-running"
    bureau.until("2021-09-22")
    assert (await bureau.decide())["total_fen"] == 2_000_000


async def test_decision_is_guarded_by_what_was_seen(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    assert (await bureau.post("approver", "decisions", status=428))["code"] == "if-match-missing"
    changed = await bureau.post("approver", "decisions", status=412, If_Match='"9"')
    assert changed["current_version"] == 1


async def test_legal_review_that_the_officers_ask_for_must_pass(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    await bureau.investigate()
    bureau.until("2021-09-11")
    evidence = {"kind": "expert-opinion", "title": "鉴定意见", "officers": HANDLERS, "sha256": "f" * 64}
    await bureau.post("officer", "evidence", evidence)
    charges = [{**(await bureau.get())["charges"][0]}]
    closing = {"charges": charges, "opinion": "疑难", "review_grounds": ["difficult-case"]}
    assert (await bureau.post("officer", "investigation-closings", closing))["legal_review_required"]
    await bureau.notify()
    await bureau.post("officer", "statements", {"kind": "waived"})
    assert (await bureau.decide(status=409))["code"] == "legal-review-missing"
    await bureau.post("legal-reviewer", "legal-reviews", {"passed": True, "opinion": "同意"})
    await bureau.decide()


@pytest.mark.parametrize(
    ("role", "path", "body", "status", "code"),
    [
        ("finance", "filings", {}, 403, "forbidden"),
        ("officer", "evidence", {"kind": "rumour", "title": "x", "officers": HANDLERS, "sha256": "0" * 64}, 422, "invalid"),
        ("officer", "notices", {"manner": "direct", "extra": 1}, 422, "invalid"),
        ("officer", "statements", {"kind": "made"}, 422, "statement-empty"),
        ("finance", "payments", {"amount_fen": 10.5, "bank_reference": "B1", "paid_on": "2021-09-28"}, 422, "invalid"),
        ("officer", "notices", {"manner": "direct"}, 409, "case-not-filed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_bad_requests(bureau: Bureau, role: str, path: str, body: Any, status: int, code: str) -> None:
    await bureau.hears_a_referral()
    bureau.until("2021-09-13")
    assert (await bureau.post(role, path, body, status=status))["code"] == code


async def test_case_of_another_district_is_unknown(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    stranger = bureau.service.client("officer", "approver", districts=("xihu",), organ="xihu-emb")
    assert (await stranger.get(f"/v1/cases/{CASE}")).status_code == 404
    assert (await stranger.post(f"/v1/cases/{CASE}/filings", json={})).status_code == 404
    assert (await stranger.get("/v1/cases", params={"district": "donghu"})).status_code == 403
    await stranger.aclose()


async def test_overpayment_is_recorded_and_doubled_transfer_refused(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    await bureau.investigate()
    await bureau.notify()
    await bureau.post("officer", "statements", {"kind": "waived"})
    await bureau.decide()
    assert (await bureau.pay(100, "B1", status=409))["code"] == "decision-not-served"
    await bureau.serve()
    await bureau.pay(400_000, "B1")
    assert (await bureau.pay(400_000, "B1", status=409))["code"] == "bank-reference-known"
    assert (await bureau.pay(500_001, "B2"))["credit_fen"] == 1


async def test_payment_is_not_older_than_the_decision(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    await bureau.investigate()
    await bureau.notify()
    await bureau.post("officer", "statements", {"kind": "waived"})
    await bureau.decide()
    await bureau.serve()
    for paid_on in ("2021-09-12", "0001-01-01"):
        body = {"amount_fen": 1, "bank_reference": "NC-1", "paid_on": paid_on}
        assert (await bureau.post("finance", "payments", body, status=409))["code"] == "before-earlier-step"


@pytest.mark.parametrize("amount", [True, "1", "١", 1.0, 0, -1, 10**14, None])
async def test_money_is_whole_fen_and_nothing_like_it(bureau: Bureau, amount: Any) -> None:
    body = {"amount_fen": amount, "bank_reference": "NC-1", "paid_on": "2021-09-13"}
    assert (await bureau.post("finance", "payments", body, status=422))["code"] == "invalid"


async def test_before_the_law_was_in_force_nothing_is_permitted(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    bureau.until("2021-07-01")
    case = await bureau.get()
    assert case["next_steps"] == []
    assert [step["code"] for step in case["forbidden_steps"]] == ["no-rule-in-force"]

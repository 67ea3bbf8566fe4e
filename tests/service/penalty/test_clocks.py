"""Deadlines fire by themselves, and the list of cases shows the clock that runs out first."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.service.penalty.bureau import CASE, Bureau
from tests.service.penalty.test_papers import heard


async def listed(bureau: Bureau, query: str = "") -> list[dict[str, Any]]:
    await bureau.service.settle()
    items: list[dict[str, Any]] = (await bureau.get(f"/v1/cases{query}"))["items"]
    return items


async def types(bureau: Bureau) -> list[str]:
    await bureau.service.settle()
    return [event["type"].split(".")[2] for event in await bureau.service.events("casetrail.penalty.")]


async def test_silence_lapses_at_the_end_of_the_last_day(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    await bureau.investigate()
    await bureau.notify()
    [row] = await listed(bureau)
    assert (row["state"], row["clock"], row["clock_on"]) == ("noticed", "statement", "2021-09-16")
    bureau.until("2021-09-16", 23)
    assert "statement-lapsed" not in await types(bureau)
    bureau.until("2021-09-17", 0)
    assert (await types(bureau))[-1] == "statement-lapsed"
    [row] = await listed(bureau)
    assert (row["clock"], row["clock_on"]) == ("case-limit", "2021-10-08")
    [lapsed] = await bureau.service.events("casetrail.penalty.statement-lapsed")
    assert lapsed["rulebook"] == "jiangxi-work-safety/2021.1"
    assert (await bureau.decide())["total_fen"] == 900_000


async def test_answered_notice_does_not_lapse(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    await bureau.investigate()
    await bureau.notify()
    await bureau.post("officer", "statements", {"kind": "made", "text": "申辩"})
    bureau.until("2021-09-20")
    assert "statement-lapsed" not in await types(bureau)


async def test_late_case_is_flagged_and_may_still_be_decided(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    await bureau.investigate()
    await bureau.notify()
    bureau.until("2021-10-09")
    assert (await types(bureau)).count("case-overdue") == 1
    [row] = await listed(bureau)
    assert row["overdue"]
    assert (await bureau.decide())["late"]
    assert (await bureau.get())["decision"]["late"]


async def test_missing_payment_is_flagged_and_settles_later(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    await bureau.investigate()
    await bureau.notify()
    await bureau.post("officer", "statements", {"kind": "waived"})
    await bureau.decide()
    await bureau.serve()
    await bureau.publish()
    [row] = await listed(bureau)
    assert (row["clock"], row["clock_on"]) == ("payment-due", "2021-10-08")
    bureau.until("2021-10-08", 23)
    assert "payment-overdue" not in await types(bureau)
    bureau.until("2021-10-09")
    assert (await types(bureau)).count("payment-overdue") == 1
    await bureau.pay(900_000, "B1")
    [row] = await listed(bureau)
    assert (row["paid_fen"], row["payment_overdue"], row["clock"], row["clock_on"]) == (
        900_000,
        False,
        "reconsideration-right",
        "2021-11-17",
    )


async def test_settled_fine_is_never_overdue(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    await bureau.investigate()
    await bureau.notify()
    await bureau.post("officer", "statements", {"kind": "waived"})
    await bureau.decide()
    await bureau.serve()
    await bureau.pay(900_000, "B1")
    bureau.until("2021-12-01")
    assert not {"payment-overdue", "case-overdue"} & {*await types(bureau)}


async def test_lists_are_filtered_and_paged(bureau: Bureau) -> None:
    for number in range(5):
        await bureau.hears_a_referral(f"ref-{number:03d}", (f"h-{number}",))
    await bureau.file("ref-003")
    assert (await listed(bureau))[0]["case_id"] == "ref-003"  # the only one with a clock
    assert {row["case_id"] for row in await listed(bureau, "?state=clue")} == {f"ref-{n:03d}" for n in (0, 1, 2, 4)}
    assert len(await listed(bureau, "?organ_id=donghu-emb&district=donghu")) == 5
    assert await listed(bureau, "?organ_id=xihu-emb") == []
    first = await bureau.get("/v1/cases?limit=2")
    second = await bureau.get(f"/v1/cases?limit=2&cursor={first['next']}")
    third = await bureau.get(f"/v1/cases?limit=2&cursor={second['next']}")
    pages = [row["case_id"] for page in (first, second, third) for row in page["items"]]
    assert (pages, third["next"]) == (["ref-003", "ref-000", "ref-001", "ref-002", "ref-004"], None)


async def test_list_waits_for_what_the_asker_has_done(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    filed = await bureau.file()
    await bureau.service.settle()
    page = await bureau.get(f"/v1/cases?at_least={filed['event_id']}")
    assert [(row["case_id"], row["version"]) for row in page["items"]] == [(CASE, 3)]


async def test_case_shows_its_running_clocks(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    assert (await bureau.get())["clocks"] == []
    await bureau.file()
    await bureau.investigate()
    await bureau.notify()
    clocks = {clock["clock"]: clock["due_on"] for clock in (await bureau.get())["clocks"]}
    assert clocks == {"case-limit": "2021-10-08", "statement": "2021-09-16"}


async def test_a_case_tells_of_its_clocks_what_the_calendar_tells(bureau: Bureau) -> None:
    """Now, as it was, and on a day to come: which run until when, what their end means and by which article, whether it moves."""
    alike = ("due_on", "party_id", "article", "on_expiry", "on_expiry_title", "on_expiry_title_en", "rolls", "rolls_unverified")
    await bureau.served_case()
    await bureau.service.settle()
    calendar = (await bureau.get("/v1/deadlines"))["items"]
    wanted = {(one["kind"], *(one[name] for name in alike)) for one in calendar}
    now = len(await bureau.service.events())
    for path in ("", "/outlook?on=2021-09-20", f"?as_of=i{now}"):
        clocks = (await bureau.get(f"/v1/cases/{CASE}{path}"))["clocks"]
        told = {(one["clock"], *(one[name] for name in alike)) for one in clocks}
        assert told == wanted, path
    assert {kind for kind, *_, unverified in wanted if unverified} == {"litigation-right"}


async def test_a_serious_penalty_is_reported_to_the_organ_above(bureau: Bureau) -> None:
    await heard(bureau)
    body = {"authority": "南昌市应急管理局", "reference_no": "备1号", "reported_on": "2021-09-27"}
    told = await bureau.post("officer", "superior-reports", body, status=409)
    assert (told["code"], told["basis"]) == ("not-decided", "《处罚办法》（2015）第62条")
    await bureau.decide()
    decided_on = date.fromisoformat((await bureau.get())["decision"]["decided_on"])
    due = decided_on + timedelta(days=10)
    await bureau.service.settle()
    assert ("reporting-up", due.isoformat()) in [(c["kind"], c["due_on"]) for c in (await bureau.get("/v1/deadlines"))["items"]]
    bureau.until(due.isoformat(), 23)
    assert "reporting-up-overdue" not in await types(bureau)
    bureau.until((due + timedelta(days=1)).isoformat(), 0)
    assert (await types(bureau)).count("reporting-up-overdue") == 1
    [row] = (await bureau.get("/v1/superior-reports?state=overdue&district=donghu"))["items"]
    assert (row["case_id"], row["report_by"], row["total_fen"]) == (CASE, due.isoformat(), 5_000_000)
    await bureau.post("approver", "superior-reports", body, status=403)
    await bureau.post("officer", "superior-reports", {**body, "reported_on": due.isoformat()})
    assert (await bureau.get())["decision"]["reported_up_on"] == due.isoformat()
    await bureau.service.settle()
    [row] = (await bureau.get("/v1/superior-reports"))["items"]
    assert (row["state"], row["authority"], row["reference_no"]) == ("reported", "南昌市应急管理局", "备1号")

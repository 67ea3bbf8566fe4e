"""Which provisions an act may be charged under: asked beforehand, or told by the refusal of another."""

from __future__ import annotations

from typing import Any

from tests.service.penalty.bureau import CRANE, HANDLERS, Bureau

ASKED = "/v1/provisions?item_code=STL-K1&catalogue=nanchang-industry-trade/2021.1&act_date=2021-09-06&on=2021-09-10"


def places(choices: list[Any]) -> set[tuple[str, ...]]:
    return {tuple(str(one[name]) for name in ("law", "law_version", "article", "item", "phase", "subject")) for one in choices}


async def test_what_may_be_chosen_is_told_and_can_be_charged(bureau: Bureau) -> None:
    told = await bureau.get(ASKED)
    crane = tuple(str(CRANE[name]) for name in ("law", "law_version", "article", "item", "phase", "subject"))
    assert crane in places(told["provisions"])
    [first] = [one for one in told["provisions"] if places([one]) == {crane}]
    assert first["provision"] == "《安全生产法》（2021）第99条第2项"
    assert first["min_fen"] <= 900_000 <= first["max_fen"]
    await bureau.hears_a_referral()
    await bureau.file()
    await bureau.investigate(amount_fen=first["max_fen"])


async def test_the_refusal_of_another_provision_names_those_that_may_be_chosen(bureau: Bureau) -> None:
    await bureau.hears_a_referral()
    await bureau.file()
    bureau.until("2021-09-10")
    evidence = {"kind": "inspection-record", "title": "现场检查记录", "officers": HANDLERS, "sha256": "a" * 64}
    await bureau.post("officer", "evidence", evidence)
    closing = {"charges": [{**CRANE, "item": "9"}], "opinion": "建议处罚"}
    refused = await bureau.post("officer", "investigation-closings", closing, status=409)
    assert refused["code"] == "provision-not-listed"
    assert refused["choices"] == (await bureau.get(ASKED))["provisions"]
    assert "可以选择：《安全生产法》（2021）第99条第2项（first/unit）" in refused["detail"]


async def test_nothing_may_be_chosen_before_the_law_or_for_an_item_that_there_is_not(bureau: Bureau) -> None:
    before = ASKED.replace("2021-09-06", "2021-08-30").replace("2021-09-10", "2021-08-31")
    laws = {(one["law"], one["law_version"]) for one in (await bureau.get(before))["provisions"]}
    assert ("WSL", "2021") not in laws
    assert (await bureau.get(ASKED.replace("STL-K1", "NONE")))["provisions"] == []
    assert (await bureau.get(ASKED.replace("on=2021-09-10", "on=1999-01-01"), status=409))["code"] == "no-rule-in-force"

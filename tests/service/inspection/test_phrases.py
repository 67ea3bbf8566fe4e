"""What is offered for each item: fact, norms, measure, penalties; the organ's own wordings beside it."""

from __future__ import annotations

from typing import Any

from tests.service.inspection.office import Office


async def offered(office: Office, code: str = "DST-K6") -> Any:
    await office.under_test.settle()
    told = await office.get("inspections/task-1/phrases")
    return next(item for item in told["items"] if item["code"] == code)


async def test_fact_norm_measure_and_penalty_flow_from_the_item(office: Office) -> None:
    await office.on_site()
    item = await offered(office)
    assert item["fact"].startswith("未制定粉尘清理制度")
    assert "《中华人民共和国安全生产法》（2021）第41条第2款" in item["norms"]
    assert (item["measure"], item["default_days"]) == ("immediate-correction", 0)
    first = item["penalties"][0]
    assert (first["phase"], first["subject"], first["max_fen"]) == ("first", "unit", 5_000_000)
    assert first["provision"].endswith("第102条")


async def test_an_organs_own_phrases_word_facts_and_cite_nothing(office: Office) -> None:
    await office.on_site()
    phrase = {"phrase_id": "phrase-1", "item_code": "DST-K6", "text": "除尘器灰斗积尘厚度超过规定"}
    await office.post("officer", "phrases", phrase)
    await office.post("officer", "phrases", phrase)
    await office.refused("phrase-exists", "officer", "phrases", {**phrase, "text": "另一句"})
    await office.refused("phrase-cites", "officer", "phrases", {**phrase, "phrase_id": "phrase-2", "text": "违反《安全生产法》"})
    assert (await offered(office))["phrases"] == [{"phrase_id": "phrase-1", "text": "除尘器灰斗积尘厚度超过规定"}]
    await office.post("officer", "phrases/phrase-1/retirements", {})
    assert (await offered(office))["phrases"] == []

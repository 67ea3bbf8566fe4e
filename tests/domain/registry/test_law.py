"""Catalogues and rulebooks: a version is published once; what is published hangs together."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chassis.domain import Refused
from chassis.testing import given
from services.registry.domain import law
from services.registry.domain.law import CATALOGUE, RULEBOOK, CataloguePublished, RulebookPublished

VOCABULARY = Path(__file__).parents[3] / "contracts" / "vocabulary"


def document(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((VOCABULARY / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def catalogue(content: dict[str, Any]) -> CataloguePublished:
    return CataloguePublished(
        catalogue=content["catalogue"], version=content["version"], title=content["title"],
        valid_from=date.fromisoformat(content["valid_from"]), valid_to=day(content["valid_to"]), items=tuple(content["items"]),
        register_terms=content["register_terms"],
    )  # fmt: skip


def rulebook(content: dict[str, Any]) -> RulebookPublished:
    return RulebookPublished(
        rulebook=content["rulebook"], version=content["version"], valid_from=date.fromisoformat(content["valid_from"]),
        valid_to=day(content["valid_to"]), province=content["province"], content=content,
    )  # fmt: skip


BOOK = rulebook(document("rulebook-2021"))
ITEMS = catalogue(document("catalogue-2021"))


@pytest.mark.parametrize("name", ["rulebook-2021", "rulebook-2026", "rulebook-2026-2", "rulebook-2026-3"])
def test_the_rulebooks_can_be_published(name: str) -> None:
    fact = rulebook(document(name))
    assert law.publish_rulebook(RULEBOOK.initial, fact) == [fact]


def test_the_catalogue_can_be_published_by_the_rulebook_of_its_year() -> None:
    assert law.publish_catalogue(CATALOGUE.initial, ITEMS, BOOK) == [ITEMS]


def test_same_version_again_is_no_change() -> None:
    assert law.publish_catalogue(given(CATALOGUE, [ITEMS]), catalogue(document("catalogue-2021")), None) == []
    assert law.publish_rulebook(given(RULEBOOK, [BOOK]), rulebook(document("rulebook-2021"))) == []


def test_other_content_under_the_same_version() -> None:
    changed = replace(ITEMS, items=ITEMS.items[1:])
    with pytest.raises(Refused) as refused:
        law.publish_catalogue(given(CATALOGUE, [ITEMS]), changed, None)
    assert refused.value.code == "version-published"


def nested(levels: int) -> list[Any]:
    return [nested(levels - 1)] if levels else []


SPOILT_CATALOGUES: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda c: c["items"].append(c["items"][0]), "item-repeated"),
    (lambda c: c["items"][0].update(valid_to="2020-01-01"), "dates-reversed"),
    (lambda c: c["items"][0]["basis"][1].update(valid_to="2014-01-01"), "dates-reversed"),
    (lambda c: c["items"][0]["basis"][0].update(version="2099"), "law-unknown"),
    (lambda c: c["items"][0]["penalty"][0]["provision"].update(law="NONE"), "law-unknown"),
    (lambda c: c["items"][0]["penalty"][0].update(max_fen=0.5), "fraction"),
    (lambda c: c["items"][0].update(title="铸造\0起重机"), "control-character"),
    (lambda c: c["items"][0]["penalty"][0].update(max_fen=10**30), "number-too-large"),
    (lambda c: c["items"][0].update(title="\ud800"), "malformed-text"),
    (lambda c: c["items"][0].update({"\udfff": 1}), "malformed-text"),
    (lambda c: c["items"][0].update(nested=nested(300)), "too-deep"),
    (lambda c: c["items"][0]["basis"][0].update(article="120"), "article-unknown"),
    (lambda c: c["items"][0]["penalty"][0]["provision"].update(item="9"), "article-unknown"),
    (lambda c: c["items"][0]["basis"][0].update(paragraph=9), "article-unknown"),
    (lambda c: c["items"][0]["basis"][0].update(paragraph="第一款"), "article-unknown"),
    (lambda c: c["items"][0]["basis"][0].update(valid_from="2021-08-31"), "law-not-in-force"),
    (lambda c: c["items"][0]["penalty"][0].update(max_fen=5_000_001), "penalty-outside-range"),
    (lambda c: c["items"][0]["penalty"][2].update(phase="first"), "penalty-outside-range"),
    (lambda c: c["items"][0]["penalty"][0].update(other_kinds=["close-down"]), "penalty-outside-range"),
    (lambda c: c["items"][0]["penalty"].append(c["items"][0]["penalty"][0]), "validity-overlap"),
    (lambda c: c["items"][0]["penalty"][0].update(min_fen=10**9), "range-reversed"),
]


@pytest.mark.parametrize(("spoil", "code"), SPOILT_CATALOGUES, ids=[code for _, code in SPOILT_CATALOGUES])
def test_spoilt_catalogue(spoil: Callable[[dict[str, Any]], object], code: str) -> None:
    content = copy.deepcopy(document("catalogue-2021"))
    spoil(content)
    with pytest.raises(Refused) as refused:
        law.publish_catalogue(CATALOGUE.initial, catalogue(content), BOOK)
    assert refused.value.code == code


def test_a_refused_catalogue_names_each_item_that_is_at_fault() -> None:
    content = copy.deepcopy(document("catalogue-2021"))
    first, second = content["items"][0], content["items"][3]
    first["basis"][0].update(version="2099")
    second["penalty"].append(second["penalty"][0])
    second["penalty"][1].update(min_fen=10**9)
    with pytest.raises(Refused) as refused:
        law.publish_catalogue(CATALOGUE.initial, catalogue(content), BOOK)
    assert (refused.value.facts["item"], refused.value.zh.startswith(f"检查事项{first['code']}：")) == (first["code"], True)
    assert [(fault["item"], fault["code"]) for fault in refused.value.facts["faults"]] == [
        (first["code"], "law-unknown"), (second["code"], "validity-overlap"), (second["code"], "range-reversed"),
        (second["code"], "penalty-outside-range"),
    ]  # fmt: skip
    assert refused.value.facts["faults_total"] == 4


def test_a_refused_rulebook_calls_its_section_by_name() -> None:
    content = copy.deepcopy(document("rulebook-2021"))
    content["deadlines"].append({**content["deadlines"][0], "valid_from": "2025-01-01"})
    with pytest.raises(Refused) as refused:
        law.publish_rulebook(RULEBOOK.initial, rulebook(content))
    assert refused.value.zh.startswith("期限中有效期重叠")


def test_without_a_rulebook_citations_are_not_checked() -> None:
    content = document("catalogue-2021")
    content["items"][0]["basis"][0]["version"] = "2099"
    assert law.publish_catalogue(CATALOGUE.initial, catalogue(content), None) != []


SPOILT_RULEBOOKS: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda c: c["laws"].append(c["laws"][0]), "law-repeated"),
    (lambda c: c["deadlines"].append(c["deadlines"][0]), "deadline-repeated"),
    (lambda c: c["deadlines"][0].update(valid_to="1999-01-01"), "dates-reversed"),
    (lambda c: c["ranges"][0].update(law="NONE"), "law-unknown"),
    (lambda c: c["surcharge"].update(rate=0.03), "fraction"),
    (lambda c: c["deadlines"][0]["basis"].update(article="400"), "article-unknown"),
    (lambda c: c["deadlines"].append({**c["deadlines"][0], "valid_from": "2025-01-01"}), "validity-overlap"),
    (lambda c: c["thresholds"].append({**c["thresholds"][0], "amount_fen": 1}), "validity-overlap"),
    (lambda c: c["ranges"].append({**c["ranges"][0], "valid_from": "2022-01-01"}), "validity-overlap"),
    (lambda c: c["ranges"].append({**c["ranges"][4], "min_fen": 10**9, "grade": "other"}), "range-reversed"),
    (lambda c: c["inspection_caps"].append({**c["inspection_caps"][0], "maximum": 9}), "validity-overlap"),
    (lambda c: c["number_patterns"].append(c["number_patterns"][0]), "validity-overlap"),
    (lambda c: c["calendar_overrides"].extend([{"date": "2026-10-08", "working": w} for w in (True, False)]), "validity-overlap"),
    (lambda c: c["laws"].append({**c["laws"][0], "version": "2025", "valid_from": "2026-01-01"}), "validity-overlap"),
    (lambda c: band(c).update(max_fen=5_000_001), "band-outside-range"),
    (lambda c: c["discretion_bands"][10].update(phase="first"), "band-outside-range"),
    (lambda c: c["ranges"][14].update(valid_to="2022-01-01"), "band-outside-range"),
    (lambda c: band(c)["provision"].update(article="400"), "article-unknown"),
    (lambda c: c["discretion_bands"].append({**band(c), "code": "twice", "from": None}), "validity-overlap"),
    (lambda c: c["ranges"][14].update(max_inclusive=False), "boundary-contradicted"),
    (lambda c: c["ranges"][0].update(valid_from="2021-08-31"), "law-not-in-force"),
    (lambda c: c["rules"][0].update(valid_from="soon"), "date-malformed"),
]


def band(content: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = content["discretion_bands"][0]
    return found


@pytest.mark.parametrize(("spoil", "code"), SPOILT_RULEBOOKS, ids=[code for _, code in SPOILT_RULEBOOKS])
def test_spoilt_rulebook(spoil: Callable[[dict[str, Any]], object], code: str) -> None:
    content = copy.deepcopy(document("rulebook-2026-3"))
    spoil(content)
    with pytest.raises(Refused) as refused:
        law.publish_rulebook(RULEBOOK.initial, rulebook(content))
    assert refused.value.code == code


def test_published_band_below_the_floor_of_its_article() -> None:
    """As another province published it: a person ¥5,000 to 10,000, where 安全生产法 99 begins at ¥10,000."""
    content = document("rulebook-2026-3")
    row = {**band(content), "code": "as-published", "phase": "overdue", "subject": "person", "to": 1, "from": 1,
           "min_fen": 500_000, "max_fen": 1_000_000}  # fmt: skip
    content["discretion_bands"].append(row)
    with pytest.raises(Refused, match="band-outside-range"):
        law.publish_rulebook(RULEBOOK.initial, rulebook(content))


def test_rows_that_follow_each_other_do_not_overlap() -> None:
    content = document("rulebook-2026-3")
    row = content["deadlines"][0]
    content["deadlines"].append({**row, "valid_from": "2027-01-01"})
    row["valid_to"] = "2026-12-31"
    assert law.publish_rulebook(RULEBOOK.initial, rulebook(content)) != []
    row["valid_to"] = "2027-01-01"
    with pytest.raises(Refused, match="validity-overlap"):
        law.publish_rulebook(RULEBOOK.initial, rulebook(content))

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


@pytest.mark.parametrize("name", ["rulebook-2021", "rulebook-2026"])
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
]


@pytest.mark.parametrize(("spoil", "code"), SPOILT_CATALOGUES, ids=[code for _, code in SPOILT_CATALOGUES])
def test_spoilt_catalogue(spoil: Callable[[dict[str, Any]], object], code: str) -> None:
    content = copy.deepcopy(document("catalogue-2021"))
    spoil(content)
    with pytest.raises(Refused) as refused:
        law.publish_catalogue(CATALOGUE.initial, catalogue(content), BOOK)
    assert refused.value.code == code


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
]


@pytest.mark.parametrize(("spoil", "code"), SPOILT_RULEBOOKS, ids=[code for _, code in SPOILT_RULEBOOKS])
def test_spoilt_rulebook(spoil: Callable[[dict[str, Any]], object], code: str) -> None:
    content = copy.deepcopy(document("rulebook-2021"))
    spoil(content)
    with pytest.raises(Refused) as refused:
        law.publish_rulebook(RULEBOOK.initial, rulebook(content))
    assert refused.value.code == code

"""What a release changes, against the one before it."""

from __future__ import annotations

import copy
from dataclasses import asdict, replace
from datetime import date

from services.registry.domain import releases
from services.registry.domain.law import CataloguePublished
from tests.domain.registry.test_law import BOOK, ITEMS, document


def release(version: str, valid_from: date) -> CataloguePublished:
    return CataloguePublished(
        catalogue="trade", version=version, title="目录", valid_from=valid_from, valid_to=None, items=(), register_terms={}
    )


def test_items_that_came_went_and_read_otherwise() -> None:
    before = copy.deepcopy(ITEMS.items)
    after = [copy.deepcopy(item) for item in before[1:]]
    after[0]["finding_text"] = "改写"
    after[0]["penalty"][0]["max_fen"] = 1
    after.append({**before[0], "code": "STL-99", "title": "新事项"})
    found = {change.code: change for change in releases.catalogue_changes({"items": before}, {"items": after})}
    assert {code: change.change for code, change in found.items()} == {
        before[0]["code"]: "removed", after[0]["code"]: "changed", "STL-99": "added",
    }  # fmt: skip
    assert [field.field for field in found[after[0]["code"]].fields] == ["finding_text", "penalty"]
    assert found[after[0]["code"]].zh == f"修改检查事项{after[0]['code']} {after[0]['title']}：违法事实、处罚"
    assert found["STL-99"].zh == "新增检查事项STL-99 新事项"


def test_release_against_itself() -> None:
    assert releases.catalogue_changes(asdict(ITEMS), asdict(ITEMS)) == []
    assert releases.rulebook_changes(BOOK.content, BOOK.content) == []


def test_what_a_catalogue_says_of_itself_is_a_change_as_well() -> None:
    later = replace(ITEMS, version="2023.1", valid_from=date(2023, 1, 1), title="二〇二三年清单")
    found = releases.catalogue_changes(asdict(ITEMS), asdict(later))
    assert [change.zh for change in found] == ["修改名称", "修改有效期起"]
    assert (found[1].fields[0].before, found[1].fields[0].after) == (date(2021, 1, 1), date(2023, 1, 1))


def test_second_rulebook_of_2026_against_the_first() -> None:
    found = releases.rulebook_changes(document("rulebook-2026"), document("rulebook-2026-2"))
    counts: dict[tuple[str, str], int] = {}
    for change in found:
        counts[change.section, change.change] = counts.get((change.section, change.change), 0) + 1
    assert counts[("inspection_caps", "added")] == 9
    assert counts[("discretion_bands", "added")] == 13
    assert counts[("number_patterns", "added")] == 1
    assert not any(section in ("deadlines", "ranges", "thresholds", "laws") for section, _ in counts)
    assert next(change.zh for change in found if change.code == "version") == "修改版本"


def test_third_rulebook_of_2026_against_the_second() -> None:
    found = releases.rulebook_changes(document("rulebook-2026-2"), document("rulebook-2026-3"))
    assert {change.section for change in found} == {"version", "title", "valid_from", "inspection", "planning"}


def test_first_release_adds_everything() -> None:
    found = releases.catalogue_changes({}, asdict(ITEMS))
    assert [change.change for change in found] == ["added"] * len(ITEMS.items)


def test_release_before() -> None:
    known = [release("1", date(2021, 1, 1)), release("3", date(2023, 1, 1)), release("2", date(2022, 1, 1))]
    assert releases.previous(known, known[1]) == known[2]
    assert releases.previous(known, known[0]) is None

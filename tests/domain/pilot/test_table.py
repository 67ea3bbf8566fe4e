"""The table notices every figure that is not as published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pilot.published import published
from pilot.table import Figures, differences

WANTED = published("full")
Change = Callable[[dict[str, dict[str, Any]]], Any]


def computed() -> dict[str, dict[str, Any]]:
    """What reporting answers when everything is right."""
    found: dict[str, dict[str, Any]] = {
        name: {"name": name, "value": wanted.least} for name, wanted in WANTED.items() if wanted.share is None
    }
    rows = [{"district": f"d{n}", "name": f"辖区{n}", "counts": 6, "out_of": 22 if n else 23} for n in range(13)]
    return {**found, "city_share": {"name": "city_share", "value": 27.2, "by_district": rows}}


CHANGES: dict[str, tuple[Change, str]] = {
    "one too few": (lambda f: f["hazards"].update(value=839), "hazards: 839 instead of 840"),
    "above a range": (lambda f: f["officer_visits"].update(value=1390), "officer_visits: 1,390 instead of 1,381–1,389"),
    "of nothing": (lambda f: f["completion_percent"].update(value=None), "completion_percent: — instead of 100"),
    "not answered": (lambda f: f.pop("penalties"), "penalties: reporting does not have it"),
    "a district's share": (
        lambda f: f["city_share"]["by_district"][3].update(counts=5), "city_share of 辖区3: 5 of 22 instead of 6",
    ),
    "a district missing": (lambda f: f["city_share"]["by_district"].pop(), "city_share: 12 districts instead of 13"),
}  # fmt: skip


def test_right_figures_do_not_differ() -> None:
    assert differences(Figures(computed(), 0), WANTED) == []


@pytest.mark.parametrize("change", CHANGES)
def test_wrong_figure_is_named(change: str) -> None:
    alter, said = CHANGES[change]
    found = computed()
    alter(found)
    assert differences(Figures(found, 0), WANTED) == [said]


def test_half_of_an_enterprise_goes_to_the_city() -> None:
    found = computed()
    found["city_share"]["by_district"][0].update(counts=6, out_of=22)  # 5.5, rounded up
    assert differences(Figures(found, 0), WANTED) == []
    found["city_share"]["by_district"][0].update(counts=5)
    assert len(differences(Figures(found, 0), WANTED)) == 1

"""What the published law answers: fines per branch and subject, two dates, one act one fine, what 以上 and 以下 include."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chassis.domain import Refused
from services.registry.domain import lookup
from services.registry.domain.lookup import Boundary, Branch, Phase, Subject
from services.registry.domain.provisions import Provision, require_citable

VOCABULARY = Path(__file__).parents[3] / "contracts" / "vocabulary"
YUAN = 100


def document(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((VOCABULARY / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


BOOKS = tuple(document(f"rulebook-{name}") for name in ("2021", "2026", "2026-2", "2026-3"))
NOW = BOOKS[2]
CATALOGUE = document("catalogue-2021")
ON = date(2026, 3, 2)
IN_2021 = date(2021, 9, 8)


def wsl(article: str, paragraph: int | None = None, item: str | None = None) -> Provision:
    return Provision("WSL", "2021", article, paragraph, item)


def fine(place: Provision, phase: Phase, subject: Subject, yuan: int, on: date = ON) -> None:
    branch = lookup.branch_on(BOOKS, place, phase, subject, on)
    lookup.require_fine(branch, yuan * YUAN, place, phase, subject)


def refused_fine(place: Provision, phase: Phase, subject: Subject, yuan: int, on: date = ON) -> str:
    with pytest.raises(Refused) as refused:
        fine(place, phase, subject, yuan, on)
    return refused.value.code


@pytest.mark.parametrize("on", [ON, IN_2021])
@pytest.mark.parametrize("item", [None, "2"])
def test_f34_safety_equipment_at_the_first_finding(item: str | None, on: date) -> None:
    """安全生产法 99: the unit up to ¥50,000; no person is fined before the correction is overdue."""
    place = wsl("99", item=item)
    fine(place, "first", "unit", 1, on)
    fine(place, "first", "unit", 50_000, on)
    assert refused_fine(place, "first", "unit", 50_001, on) == "fine-outside-range"
    assert refused_fine(place, "first", "unit", 0, on) == "fine-outside-range"
    for yuan in (1, 10_000, 20_000):
        assert refused_fine(place, "first", "person", yuan, on) == "no-such-branch"


@pytest.mark.parametrize(
    ("subject", "least", "most"), [("unit", 50_000, 200_000), ("person", 10_000, 20_000)], ids=["unit", "person"]
)
def test_f34_safety_equipment_overdue(subject: Subject, least: int, most: int) -> None:
    for yuan in (least, most):
        fine(wsl("99", item="2"), "overdue", subject, yuan)
    for yuan in (least - 1, most + 1):
        assert refused_fine(wsl("99", item="2"), "overdue", subject, yuan) == "fine-outside-range"


def test_f35_hazard_not_eliminated_person_only_after_refusal() -> None:
    """安全生产法 102: the person ¥50,000 to 100,000, and only if the order is refused."""
    assert refused_fine(wsl("102"), "first", "person", 50_000) == "no-such-branch"
    for yuan in (50_000, 100_000):
        fine(wsl("102"), "overdue", "person", yuan)
    for yuan in (49_999, 100_001):
        assert refused_fine(wsl("102"), "overdue", "person", yuan) == "fine-outside-range"
    branch = lookup.branch_on(BOOKS, wsl("102"), "overdue", "person", ON)
    assert branch is not None
    assert branch.condition == "refusal"


def test_f35_refusal_stops_the_unit_and_does_not_fine_it() -> None:
    assert refused_fine(wsl("102"), "overdue", "unit", 50_000) == "no-such-branch"
    branch = lookup.branch_on(BOOKS, wsl("102"), "overdue", "unit", ON)
    assert branch is not None
    assert branch.other_kinds == {"suspend-for-rectification"}


def test_f35_contractors_not_coordinated_person_at_once() -> None:
    """安全生产法 103 paragraph 2: the person up to ¥10,000 at once; paragraph 1 is another branch."""
    fine(wsl("103", 2), "first", "person", 10_000)
    assert refused_fine(wsl("103", 2), "first", "person", 10_001) == "fine-outside-range"
    assert refused_fine(wsl("103", 1), "first", "person", 9_999) == "fine-outside-range"


def branch(place: Provision, phase: Phase = "first", subject: Subject = "unit", on: date = ON) -> Branch:
    found = lookup.branch_on(BOOKS, place, phase, subject, on)
    assert found is not None
    return found


@pytest.mark.parametrize("reverse", [False, True])
def test_f36_one_act_under_two_norms_is_fined_under_the_higher(reverse: bool) -> None:
    """行政处罚法 29: 101 (up to ¥100,000) goes before 99 (up to ¥50,000), in whichever order they are named."""
    breached = [branch(wsl("99")), branch(wsl("101"))]
    assert lookup.one_act(breached[::-1] if reverse else breached).place == wsl("101")


def test_f36_at_the_same_upper_end_the_higher_floor() -> None:
    """108 and 99, refused or overdue, both end at ¥200,000; 99 begins at 50,000, 108 at 20,000."""
    assert lookup.one_act([branch(wsl("108"), "overdue"), branch(wsl("99"), "overdue")]).place == wsl("99")


def citable(place: Provision, on: date, book: dict[str, Any] = NOW) -> str | None:
    try:
        require_citable(book["laws"], place, on)
    except Refused as refused:
        return refused.code
    return None


def test_f37_article_that_the_version_does_not_have() -> None:
    """The published 2024 penalty that cited article 28 of a rule whose last is 22 could not have been written."""
    assert citable(Provision("ORDER-13", "2023", "28"), ON) == "article-unknown"
    assert citable(Provision("ORDER-13", "2023", "21"), ON) is None
    assert citable(wsl("99", item="9"), ON) == "article-unknown"
    assert citable(wsl("97", paragraph=2), ON) == "article-unknown"
    assert citable(Provision("WSL", "2002", "99"), ON) == "law-unknown"


@pytest.mark.parametrize(
    ("place", "on", "code"),
    [
        (Provision("WSL", "2014", "98"), date(2021, 8, 31), "article-unknown"),
        (Provision("WSL", "2014", "38"), date(2021, 8, 31), None),
        (Provision("WSL", "2014", "38"), date(2021, 9, 1), "law-not-in-force"),
        (wsl("99"), date(2021, 8, 31), "law-not-in-force"),
        (wsl("99"), date(2021, 9, 1), None),
    ],
)
def test_f37_rule_repealed_before_the_act_or_not_yet_in_force(place: Provision, on: date, code: str | None) -> None:
    assert citable(place, on, BOOKS[0]) == code


def changed(max_fen: int, **row: Any) -> tuple[dict[str, Any], ...]:
    """The books, as if from 2026-02-01 on a new version of the law threatened otherwise."""
    law = {"id": "WSL", "version": "2026", "articles": {"99": {"paragraphs": 1, "items": []}}, "short_title": "安全生产法",
           "valid_from": "2026-02-01", "valid_to": None}  # fmt: skip
    old = next(r for r in NOW["ranges"] if (r["article"], r["phase"], r["subject"]) == ("99", "first", "unit"))
    new = {**old, "version": "2026", "max_fen": max_fen, "valid_from": "2026-02-01", **row}
    book = {**NOW, "version": "2026.9", "laws": [*NOW["laws"], law], "ranges": [*NOW["ranges"], new]}
    return (*BOOKS, book)


THEN, SINCE = wsl("99"), Provision("WSL", "2026", "99")


@pytest.mark.parametrize(
    ("max_fen", "changes", "law_of"),
    [
        (3_000_000, {}, "decision"),  # lighter: the new law
        (5_000_000, {}, "act"),  # the same: the law of the act
        (9_000_000, {}, "act"),  # heavier: the law of the act
        (3_000_000, {"other_kinds": ["suspend-for-rectification"]}, "act"),  # a smaller fine, but a stop with it
    ],
    ids=["lighter", "same", "heavier", "with a stop"],
)
def test_f37_law_changed_between_act_and_decision(max_fen: int, changes: dict[str, Any], law_of: str) -> None:
    found = lookup.applied(changed(max_fen, **changes), THEN, SINCE, "first", "unit", act_on=IN_2021, decided_on=date(2026, 2, 1))
    assert found.law_of == law_of
    assert found.branch is not None
    assert found.branch.place == (SINCE if law_of == "decision" else THEN)


def test_f37_what_is_not_unlawful_any_more_is_not_fined() -> None:
    assert lookup.applied(BOOKS, THEN, None, "first", "unit", act_on=IN_2021, decided_on=ON).branch is None


def test_f37_the_act_must_have_been_unlawful_when_it_was_done() -> None:
    with pytest.raises(Refused) as refused:
        lookup.applied(changed(3_000_000), SINCE, SINCE, "first", "unit", act_on=IN_2021, decided_on=ON)
    assert refused.value.code == "law-unknown"


def test_f37_between_two_books_the_rows_of_the_law_itself_answer() -> None:
    """No book covers 2024; the Work Safety Law of 2021 held then, and the book of 2026 knows its ranges."""
    found = lookup.applied(BOOKS, THEN, THEN, "first", "unit", act_on=date(2024, 5, 6), decided_on=ON)
    assert (found.law_of, found.branch) == ("act", branch(THEN, on=ON))


def test_f37_no_act_of_2021_is_threatened_by_a_rule_of_2023() -> None:
    for item in CATALOGUE["items"]:
        for on in (date(2021, 1, 1), date(2021, 8, 31), IN_2021, date(2022, 12, 31)):
            place = lookup.threatened(item, "first", "unit", on)
            assert (place is None) is (on < date(2021, 9, 1)), (item["code"], on)
            if place is not None:
                require_citable(BOOKS[0]["laws"], place, on)
                assert place.version < "2023"


def test_f38_boundary_semantics_belong_to_the_version_of_the_law() -> None:
    order_15 = lookup.boundary_of(BOOKS[0], "ORDER-15", "2015")
    assert (order_15.at_least(50_000, 50_000), order_15.at_most(50_000, 50_000)) == (True, False)
    work_safety = lookup.boundary_of(NOW, "WSL", "2021")
    assert (work_safety.at_least(50_000, 50_000), work_safety.at_most(50_000, 50_000)) == (True, True)


@pytest.mark.parametrize(("inclusive", "allowed"), [(True, True), (False, False)])
def test_f38_the_upper_end_of_a_range_by_its_flag(inclusive: bool, allowed: bool) -> None:
    ranges = [{**row, "max_inclusive": inclusive} for row in NOW["ranges"]]
    book = {**NOW, "ranges": ranges}
    found = lookup.branch_on([book], wsl("99"), "first", "unit", ON)
    assert found is not None
    assert (found.holds(5_000_000), found.holds(4_999_999)) == (allowed, True)


def test_f38_the_lower_end_by_the_flag_of_the_law() -> None:
    boundary = [{"law": "WSL", "version": "2021", "at_least_inclusive": False, "at_most_inclusive": True}]
    found = lookup.branch_on([{**NOW, "boundary": boundary}], wsl("99"), "overdue", "unit", ON)
    assert found is not None
    assert (found.holds(5_000_000), found.holds(5_000_001)) == (False, True)
    assert Boundary(True, True).at_least(5, 5)


def test_thresholds_by_province_and_party() -> None:
    """Jiangxi: a hearing from ¥20,000 (unit), ¥3,000 (citizen); elsewhere the ministry's amounts where there are any."""
    unit, citizen = (lookup.threshold_on(NOW, "hearing", party, ON) for party in ("unit", "citizen"))
    assert unit is not None
    assert citizen is not None
    assert [lookup.reached(unit, yuan * YUAN) for yuan in (19_999, 20_000)] == [False, True]
    assert [lookup.reached(citizen, yuan * YUAN) for yuan in (2_999, 3_000)] == [False, True]


@pytest.mark.parametrize(
    ("sector", "grade", "maximum"),
    [("steel", "1", 2), ("steel", "2", 4), ("aluminium", "3", 8), ("steel", None, 12), ("dust", "1", 1), ("dust", "none", 6)],
)
def test_caps_of_the_fixture(sector: str, grade: str | None, maximum: int) -> None:
    shanxi = {**NOW, "province": "140000"}
    cap = lookup.cap_on(shanxi, sector, grade, ON)
    assert cap is not None
    assert (cap.maximum, cap.allows(maximum - 1), cap.allows(maximum)) == (maximum, True, False)
    assert lookup.cap_on(NOW, sector, grade, ON) is None, "another province's cap is none of Jiangxi's"
    assert lookup.cap_on(shanxi, sector, grade, date(2024, 1, 1)) is None, "nor of the years before"


def test_bands_of_the_fixture_by_the_number_of_places() -> None:
    rows = [{**row, "status": "in-force"} for row in NOW["discretion_bands"]]
    shanxi, on = {**NOW, "province": "140000", "discretion_bands": rows}, date(2022, 3, 1)
    found = [lookup.band_on(shanxi, wsl("99", item="1"), "first", "unit", "places", n, on) for n in (0, 1, 3, 5, 90)]
    assert [row and row["max_fen"] // 100 for row in found] == [None, 10_000, 30_000, 50_000, 50_000]
    assert lookup.band_on(NOW, wsl("99", item="1"), "first", "unit", "places", 1, on) is None


def test_number_pattern_and_deadline_of_a_day() -> None:
    assert lookup.pattern_on(NOW, ON) == "（{abbreviation}）应急{word}〔{year}〕{number}号"
    payment = lookup.deadline_on(NOW, "T13-payment", ON)
    assert payment is not None
    assert (payment["length"], payment["unit"], payment["rolls_to_working_day"]) == (15, "calendar-day", True)
    assert lookup.deadline_on(NOW, "T13-payment", date(2021, 1, 1)) is None

"""What may be imposed: the law in time, the higher of several norms, bands of discretion, kinds of penalty, limitation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.penalty import domain
from services.penalty.domain import Band, CaseState, Charge, Row, Sanctions
from tests.domain.penalty.story import charge, clue, evidence, filed, noon, refused, requested, rules, sanctions, told, training

DAY = date(2021, 9, 10)
BEFORE = (clue(), requested(), filed(), evidence())


def row(
    article: str, most: int, least: int = 0, *, begin: date = date(2014, 12, 1), end: date | None = None, **more: object
) -> Row:
    made = Row(
        law="WSL", version="2021", article=article, paragraph=None, item=None, phase="first", subject="unit", min_fen=least,
        max_fen=most, max_inclusive=True, valid_from=begin, valid_to=end,
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


def law(*branches: Row, ranges: tuple[Row, ...] = ()) -> Sanctions:
    known = ranges or branches
    return Sanctions(items={"STL-K1": branches}, ranges_at_act=known, ranges_now=known)


def under(article: str, fen: int = 100_000, **changes: object) -> Charge:
    return replace(charge(fen, article=article, item=None), **changes)  # type: ignore[arg-type]


def close(
    *charges: Charge, sanctions: Sanctions, state: CaseState | None = None, concurrences: tuple[tuple[str, ...], ...] = ()
) -> domain.InvestigationClosed:
    command = domain.CloseInvestigation(charges=charges, opinion="建议处罚", concurrences=concurrences)
    case = told(*BEFORE) if state is None else state
    [event] = domain.close_investigation(case, command, sanctions, noon(DAY), rules(DAY))
    assert isinstance(event, domain.InvestigationClosed)
    return event


OLD = row("99", 5_000_000, end=date(2021, 9, 7))  # until the day after the act
NEW = date(2021, 9, 8)


def test_f36_of_several_norms_the_higher_applies() -> None:
    both = law(row("99", 5_000_000), row("101", 10_000_000))
    with refused("higher-norm-applies", article="第29条"):
        close(under("99"), sanctions=both)
    assert close(under("101"), sanctions=both).proposed_fen == 100_000


def test_f36_one_act_that_breaches_two_items_is_fined_once_under_the_higher() -> None:
    group = (("STL-K1", "GEN-03"),)
    with refused("act-fined-twice", article="第29条"):
        close(charge(), training(), sanctions=sanctions(), concurrences=group)
    with refused("higher-norm-applies", article="第29条"):
        close(charge(), sanctions=sanctions(), concurrences=group)  # 97 allows 100,000 yuan, 99 only 50,000
    assert close(training(), sanctions=sanctions(), concurrences=group).proposed_fen == 500_000


def test_f36_two_acts_are_two_fines_summed() -> None:
    assert close(charge(900_000), training(500_000), sanctions=sanctions()).proposed_fen == 1_400_000


def test_f37_old_law_applies_where_the_new_is_heavier() -> None:
    changed = law(OLD, row("101", 10_000_000, begin=NEW))
    assert close(under("99"), sanctions=changed).proposed_fen == 100_000
    with refused("lighter-law-applies", article="第37条"):
        close(under("101"), sanctions=changed)


def test_f37_new_law_applies_where_it_is_lighter() -> None:
    changed = law(OLD, row("101", 3_000_000, begin=NEW))
    assert close(under("101"), sanctions=changed).proposed_fen == 100_000
    with refused("lighter-law-applies", article="第37条"):
        close(under("99"), sanctions=changed)


def test_f37_what_is_no_longer_unlawful_is_not_punished() -> None:
    with refused("law-changed", article="第37条"):
        close(under("99"), sanctions=law(OLD))


def test_f37_a_rule_that_came_after_the_act_is_not_applied() -> None:
    with refused("provision-not-in-force", article="第37条"):
        close(under("101"), sanctions=law(row("101", 3_000_000, begin=NEW)))


def test_the_catalogue_of_today_tells_the_lighter_branch() -> None:
    lighter = row("101", 3_000_000, begin=NEW)
    both = Sanctions(
        items={"STL-K1": (OLD,)}, items_now={"STL-K1": (lighter,)}, ranges_at_act=(OLD,), ranges_now=(lighter,)
    )  # fmt: skip
    assert close(under("101"), sanctions=both).proposed_fen == 100_000


@pytest.mark.parametrize(
    ("found", "harm", "barred"),
    [(date(2023, 9, 6), False, False), (date(2023, 9, 7), False, True), (date(2023, 9, 7), True, False),
     (date(2026, 9, 7), True, True)],
    ids=str,
)  # fmt: skip
def test_f33_what_is_found_too_late_is_not_punished(found: date, harm: bool, barred: bool) -> None:
    """Two years after the act, or its end; five where life or health was harmed."""
    first = clue()
    assert isinstance(first, domain.ClueRegistered)
    state = told(replace(first, discovered_on=found, harm=harm), *BEFORE[1:])
    if not barred:
        assert close(charge(), sanctions=sanctions(), state=state).proposed_fen == 900_000
        return
    with refused("penalty-time-barred", article="第36条"):
        close(charge(), sanctions=sanctions(), state=state)


def banded(*bands: tuple[int, int | None, int, int]) -> Sanctions:
    branch = row("99", 5_000_000)
    steps = tuple(
        Band(code=f"b{first}", row=replace(branch, min_fen=least, max_fen=most), metric="places", first=first, last=last)
        for first, last, least, most in bands
    )
    return replace(law(branch), bands=steps)


def test_band_goes_by_what_is_counted_and_leaving_it_is_discussed() -> None:
    steps = banded((1, 1, 100_000, 1_000_000), (2, None, 1_000_000, 5_000_000))
    with refused("metric-missing"):
        close(under("99"), sanctions=steps)
    assert close(under("99", 1_000_000, metric=1), sanctions=steps).discussion_grounds == ()
    assert close(under("99", 1_000_001, metric=1), sanctions=steps).discussion_grounds == ("outside-band",)
    assert close(under("99", 4_000_000, metric=7), sanctions=steps).discussion_grounds == ()


def test_less_than_the_least_needs_a_ground_and_is_discussed() -> None:
    floor = law(row("99", 20_000_000, 5_000_000))
    with refused("amount-out-of-range"):
        close(under("99", 4_000_000), sanctions=floor)
    assert close(under("99", 4_000_000, mitigation="active-removal"), sanctions=floor).discussion_grounds == ("mitigated",)


def test_kinds_are_those_of_the_provision_and_what_it_always_wants_is_not_left_out() -> None:
    stop = frozenset({"suspend-for-rectification"})
    wants = law(row("97", 20_000_000, kinds=stop), ranges=(row("97", 20_000_000, kinds=stop, kinds_always=True),))
    with refused("kind-missing"):
        close(under("97"), sanctions=wants)
    with refused("kind-not-provided"):
        close(under("97", kinds=("revoke-licence", *stop)), sanctions=wants)
    assert close(under("97", kinds=tuple(stop)), sanctions=wants).charges[0].kinds == tuple(stop)


def test_f14_a_stop_of_production_gives_the_hearing_right_whatever_the_amount() -> None:
    stop = frozenset({"suspend-for-rectification"})
    event = close(under("97", 1, kinds=tuple(stop)), sanctions=law(row("97", 20_000_000, kinds=stop)))
    state = domain.CASE.evolve(told(*BEFORE), event)
    assert domain.form_of_notice(state, rules(DAY)).no == 26


@pytest.mark.parametrize(("fen", "form"), [(1_999_999, 24), (2_000_000, 26)])
def test_f13_confiscation_counts_like_a_fine(fen: int, form: int) -> None:
    event = close(under("99", 1, confiscate_fen=fen), sanctions=law(row("99", 5_000_000)))
    assert domain.form_of_notice(domain.CASE.evolve(told(*BEFORE), event), rules(DAY)).no == form

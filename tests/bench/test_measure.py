"""The statistics of the benchmark: paired figures, their median and range, floors and aims, which variant goes first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.measure import Path, Result, Rounds, Sample, Spread, Target, percentile, ratio, tail_ratio, turned

FASTER = Target("ours / theirs", 2, 4, ratio("ours", "theirs"), "×")
TAIL = Target("p99, ours / theirs", 0.5, 0.1, tail_ratio("ours", "theirs"), less_is_better=True)


def path(*targets: Target) -> Path[object]:
    """A path of which only the targets matter."""
    return Path("p", "P", "everything", targets, None)  # type: ignore[arg-type]


def round_of(ours: float, theirs: float) -> dict[str, Sample]:
    return {"ours": Sample(ours, [0.001, 0.004]), "theirs": Sample(theirs, [0.002, 0.02])}


def test_a_target_is_the_median_of_ratios_within_rounds_not_a_ratio_of_medians() -> None:
    """The second round was slow for both: the pairs say 3, 3 and 6, the medians 30 / 5 would say 6."""
    rounds = [round_of(30, 10), round_of(3, 1), round_of(30, 5)]
    [outcome] = Result(path(FASTER), rounds).outcomes
    assert outcome.spread == Spread(3, 3, 6)
    assert not outcome.missed
    assert not outcome.reached


@pytest.mark.parametrize(
    ("ours", "missed", "reached"),
    [(1.9, True, False), (2, False, False), (3.9, False, False), (4, False, True), (9, False, True)],
)
def test_floor_and_aim_of_a_figure_that_should_be_large(ours: float, missed: bool, reached: bool) -> None:
    [outcome] = Result(path(FASTER), [round_of(ours, 1)]).outcomes
    assert (outcome.missed, outcome.reached) == (missed, reached)


def test_floor_and_aim_of_a_figure_that_should_be_small() -> None:
    [outcome] = Result(path(TAIL), [round_of(1, 1)]).outcomes
    assert outcome.spread.middle == pytest.approx(0.2)
    assert not outcome.missed
    assert not outcome.reached
    assert TAIL.meets(0.05, TAIL.aim)
    assert not TAIL.meets(0.6, TAIL.floor)


def test_a_path_without_rounds_has_no_outcome() -> None:
    assert Result(path(FASTER), absent="no such thing").outcomes == []


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0.01, 1))
def test_a_percentile_is_a_value_that_the_share_does_not_exceed(values: list[float], share: float) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9
    assert sum(value < found for value in values) < share * len(values) + 1e-9


def test_percentiles_of_nothing_do_not_exist() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.99)


async def test_every_variant_runs_once_a_round_beside_the_limits_and_each_goes_first_in_turn() -> None:
    order: list[str] = []

    def variant(name: str) -> object:
        async def slice_() -> Sample:
            order.append(name)
            return Sample(len(order))

        return slice_

    async def limits() -> dict[str, float]:
        order.append("limits")
        return {"fsync": 1}

    run = Rounds({name: variant(name) for name in "abc"}, limits)  # type: ignore[misc]
    await run.run(4)
    assert order == ["limits", *"abc", "limits", *"bca", "limits", *"cab", "limits", *"abc"]
    assert [sorted(samples) for samples in run.rounds] == [["a", "b", "c"]] * 4
    assert len(run.measured_limits) == 4


def test_turning_begins_elsewhere_and_keeps_the_order() -> None:
    assert turned(["a", "b", "c"], 4) == ["b", "c", "a"]

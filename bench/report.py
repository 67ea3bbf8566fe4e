"""The table: targets with what was reached, then every variant with the limits measured beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bench.measure import COPY, FSYNC, Outcome, Result, Round, Spread, Target

HEAD = """# Benchmarks

Written by `make bench`; do not edit. A result is the median over rounds of the figure computed within each round, with the
least and the greatest round behind it: absolute figures depend on the machine's load of the minute, paired ones much less. The
floor is held against the median.
"""


def report(conditions: Mapping[str, str], results: Sequence[Result]) -> str:
    """The whole document."""
    parts = [HEAD, *_conditions(conditions), "\n## Targets\n", *_targets(results), *_absent(results), "\n## Figures\n"]
    for result in results:
        parts += _figures(result) if result.rounds else ()
    return "\n".join(parts) + "\n"


def missed(results: Sequence[Result]) -> list[Outcome]:
    """The targets whose floor was missed."""
    return [outcome for result in results for outcome in result.outcomes if outcome.missed]


def _conditions(conditions: Mapping[str, str]) -> Iterator[str]:
    yield "| condition | |"
    yield "|---|---|"
    yield from (f"| {name} | {text} |" for name, text in conditions.items())


def _targets(results: Sequence[Result]) -> Iterator[str]:
    yield "| target | floor | aim | median | least … greatest | |"
    yield "|---|---|---|---|---|---|"
    for outcome in (outcome for result in results for outcome in result.outcomes):
        target, spread = outcome.target, outcome.spread
        bars = f"{shown(target, target.floor)} | {shown(target, target.aim)}"
        rounds = f"{shown(target, spread.least)} … {shown(target, spread.most)}"
        yield f"| {target.title} | {bars} | **{shown(target, spread.middle)}** | {rounds} | {judged(outcome)} |"


def judged(outcome: Outcome) -> str:
    """What a reader looks for first."""
    return "floor missed" if outcome.missed else "aim reached" if outcome.reached else "above the floor"


def _absent(results: Sequence[Result]) -> Iterator[str]:
    for result in results:
        if result.absent:
            yield f"\nNot measured: {', '.join(t.title for t in result.path.targets)} ({result.absent})."


def _figures(result: Result) -> Iterator[str]:
    yield f"### {result.path.title}\n\n{result.path.included}\n"
    yield f"Limits in the same rounds: {_limits(result)}.\n"
    yield f"| variant | {result.path.unit} | least … greatest | p50 | p99 |"
    yield "|---|---|---|---|---|"
    for variant in result.rounds[0]:
        spread = result.spread(variant)
        yield f"| {variant} | {spread.middle:,.0f} | {spread.least:,.0f} … {spread.most:,.0f} | {_tail(result.rounds, variant)} |"
    yield ""


def _limits(result: Result) -> str:
    return f"{result.limit(FSYNC):,.0f} fdatasync/s of 8 KiB, {result.limit(COPY):,.0f} events/s by raw COPY"


def _tail(rounds: Sequence[Round], variant: str) -> str:
    if not rounds[0][variant].latencies:
        return " | "
    samples = [samples[variant] for samples in rounds]
    middles = (Spread.of([s.p50 for s in samples]).middle, Spread.of([s.p99 for s in samples]).middle)
    return " | ".join(f"{seconds * 1000:.2f} ms" for seconds in middles)


def shown(target: Target, value: float) -> str:
    """A figure with as many digits as it is worth."""
    if 0 < value < 1 and target.unit != "ms":
        return f"{value:.3f}{target.unit}" if value < 0.1 else f"{value:.2f}{target.unit}"
    text = f"{value:.1f}" if value < 100 else f"{value:,.0f}"
    return f"{text.removesuffix('.0')}{' ms' if target.unit == 'ms' else target.unit}"

"""Document numbers: one series per organ, word of the form and year; blocks of it are leased to services and devices.

A number is, at any time, exactly one of: out with a lease, used, void with a reason, or free to be leased again. So a
series has no hole and no double, also where a device took its numbers along without a network. All numbers of a series
are 1 to `last`; a lease takes the free ones first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from chassis.domain import Event, Refused, Stream, event

HolderKind = Literal["service", "device"]
INSPECTIONS = (
    "责改", "检查", "检记", "现决", "复查", "强审", "查扣", "查扣延期", "查扣处", "停供通", "停供决",
    "恢复通", "询", "勘", "抽", "先保审", "先保通", "先保处审", "先保处", "鉴", "回", "移审", "移", "案",
)  # fmt: skip
PENALTYS = (
    "立", "罚告", "听告", "听通", "罚", "加罚", "缴审", "缴批", "罚当", "催", "执行催告", "强执", "听报", "处呈", "罚集",
    "案延", "结",
)  # fmt: skip
NUMBERERS: Mapping[str, str] = {**dict.fromkeys(INSPECTIONS, "inspection"), **dict.fromkeys(PENALTYS, "penalty")}
"""Which service issues the documents of a word, and numbers their series itself until it is leased."""
LARGEST_BLOCK = 1000  # numbers: what a device needs for weeks, and no series is exhausted by a mistake


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Consecutive numbers, both ends included."""

    first: int
    last: int

    @property
    def size(self) -> int:
        """How many numbers."""
        return self.last - self.first + 1


Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Voided:
    """Consecutive numbers that no document bears, and why."""

    first: int
    last: int
    reason: str


@event("casetrail.registry.numbers-leased.v1", title="文号段发放", summary="{series}向{holder}发放文号{count}个")
class NumbersLeased(Event):
    """A holder may use these numbers of a series; `pattern` is how a number is written, where the rulebook says so."""

    series: str
    lease_id: str
    organ_id: str
    word: str
    year: int
    abbreviation: str
    pattern: str | None
    holder: str
    holder_kind: HolderKind
    count: int
    spans: Spans


@event("casetrail.registry.numbers-settled.v1", title="文号段核销", summary="{series}核销文号段{lease_id}")
class NumbersSettled(Event):
    """What became of numbers of a lease: used, void, or given back unused."""

    series: str
    lease_id: str
    used: Spans
    voided: tuple[Voided, ...]
    returned: Spans


@event("casetrail.registry.numbers-noted.v1", title="自编文号登记", summary="{series}登记{holder}此前自编的文号")
class NumbersNoted(Event):
    """Before the series was leased in blocks, a service numbered it itself; these numbers are used."""

    series: str
    holder: str
    spans: Spans


@dataclass(frozen=True, slots=True)
class Lease:
    """A block: to whom, how many numbers, which ones, and which are still out."""

    lease_id: str
    holder: str
    holder_kind: HolderKind
    count: int
    spans: Spans
    out: Spans


@dataclass(frozen=True, slots=True)
class NumberSeriesState:
    """A series: how far it is, and what became of each of its numbers."""

    last: int = 0
    free: Spans = ()
    used: Spans = ()
    voided: tuple[Voided, ...] = ()
    leases: Mapping[str, Lease] = field(default_factory=dict)


def evolve_number_series(state: NumberSeriesState, event: Event) -> NumberSeriesState:
    """Fold one event into a series."""
    match event:
        case NumbersLeased():
            lease = Lease(event.lease_id, event.holder, event.holder_kind, event.count, event.spans, event.spans)
            return replace(
                state, last=max([state.last, *(span.last for span in event.spans)]), free=without(state.free, event.spans),
                leases={**state.leases, event.lease_id: lease},
            )  # fmt: skip
        case NumbersNoted():
            last = max([state.last, *(span.last for span in event.spans)])
            return replace(state, last=last, used=joined((*state.used, *event.spans)))
        case NumbersSettled() if event.lease_id in state.leases:
            lease = state.leases[event.lease_id]
            gone = joined((*event.used, *_spans(event.voided), *event.returned))
            return replace(
                state, free=joined((*state.free, *event.returned)), used=joined((*state.used, *event.used)),
                voided=(*state.voided, *event.voided),
                leases={**state.leases, event.lease_id: replace(lease, out=without(lease.out, gone))},
            )  # fmt: skip
        case _:
            return state


NUMBER_SERIES = Stream("number-series", NumberSeriesState(), evolve_number_series, snapshot_every=20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Which series: an organ's documents of one word 字 in one year, and how its numbers are written."""

    organ_id: str
    word: str
    year: int
    abbreviation: str
    pattern: str | None

    @property
    def key(self) -> str:
        """The key of the series' stream."""
        return series_key(self.organ_id, self.word, self.year)


def series_key(organ_id: str, word: str, year: int) -> str:
    """The key of a series: `<organ>/<word>/<year>`."""
    return f"{organ_id}/{word}/{year}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """How far a service numbered a series itself, as it told."""

    holder: str
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseNumbers:
    """A service or device asks for a block."""

    lease_id: str
    holder: str
    holder_kind: HolderKind
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleNumbers:
    """A holder accounts for numbers of a block; with `close`, it gives back whatever it does not name."""

    lease_id: str
    used: Spans = ()
    voided: tuple[Voided, ...] = ()
    close: bool = False


def lease_numbers(
    state: NumberSeriesState, series: Series, wish: LeaseNumbers, before: Numbered | None = None
) -> list[Event]:  # fmt: skip
    """Lease a block: what was given back first, then the next of the series. The same lease again is no second block.

    What a service numbered itself `before` is noted as used. It goes on numbering until it learns that the series is leased, so
    the first block of such a series is its own: Refused `series-self-numbered` for anybody else, also before the service has told
    of any number, because its first one may be on the way (guarded by tests/domain/registry/test_numbers.py).
    """
    if not 1 <= wish.count <= LARGEST_BLOCK:
        raise Refused("block-size", f"文号段应为1至{LARGEST_BLOCK}个", f"a block has 1 to {LARGEST_BLOCK} numbers")
    if (known := state.leases.get(wish.lease_id)) is not None:
        if (known.holder, known.holder_kind, known.count) != (wish.holder, wish.holder_kind, wish.count):
            raise Refused(
                "lease-id-taken", f"文号段编号{wish.lease_id}已用于其他申请", f"lease {wish.lease_id} was asked for otherwise"
            )
        return []
    _require_numberer_first(state, series, wish, before)
    noted = _noted(state, series, before)
    last = max([state.last, *(span.last for event in noted for span in event.spans)])
    spans = taken(state.free, wish.count)
    missing = wish.count - sum(span.size for span in spans)
    if missing:
        spans = joined((*spans, Span(last + 1, last + missing)))
    return [
        *noted,
        NumbersLeased(
            series=series.key, lease_id=wish.lease_id, organ_id=series.organ_id, word=series.word, year=series.year,
            abbreviation=series.abbreviation, pattern=series.pattern, holder=wish.holder, holder_kind=wish.holder_kind,
            count=wish.count, spans=spans,
        ),
    ]  # fmt: skip


def _require_numberer_first(state: NumberSeriesState, series: Series, wish: LeaseNumbers, before: Numbered | None) -> None:
    numberer = NUMBERERS.get(series.word) if before is None else before.holder
    if state.leases or numberer is None or (wish.holder_kind, wish.holder) == ("service", numberer):
        return
    raise Refused(
        "series-self-numbered", f"{series.key}由{numberer}自行编号，须先向其发放文号段",
        f"{series.key} is numbered by {numberer} itself, which needs the first block", holder=numberer,
    )  # fmt: skip


def _noted(state: NumberSeriesState, series: Series, before: Numbered | None) -> list[NumbersNoted]:
    if before is None or state.leases:
        return []
    return [NumbersNoted(series=series.key, holder=before.holder, spans=(Span(state.last + 1, before.last),))]


def use_number(state: NumberSeriesState, key: str, holder: str, number: int) -> list[Event]:
    """A service told that it used a number: settled, if it is out with a lease of the service's; else nothing."""
    for lease in state.leases.values():
        mine = (lease.holder_kind, lease.holder) == ("service", holder)
        if mine and any(span.first <= number <= span.last for span in lease.out):
            return settle_numbers(state, key, SettleNumbers(lease_id=lease.lease_id, used=(Span(number, number),)))
    return []


def account_for(state: NumberSeriesState, key: str, account: SettleNumbers, today: date) -> list[Event]:
    """Account by hand for numbers of a lease, as `settle_numbers`. A service's only when its series' year is over.

    Until then the service takes these numbers itself and tells of each; a number given back meanwhile could be borne twice.
    Refused `series-still-numbered`, and as `settle_numbers` refuses.
    """
    lease = state.leases.get(account.lease_id)
    if lease is not None and lease.holder_kind == "service" and today.year <= int(key.rpartition("/")[2]):
        raise Refused(
            "series-still-numbered", f"{key}仍由{lease.holder}编号，年度终了后方可核销",
            "a service still takes numbers of this lease: it is accounted for when the year is over", holder=lease.holder,
        )  # fmt: skip
    return settle_numbers(state, key, account)


def settle_numbers(state: NumberSeriesState, key: str, account: SettleNumbers) -> list[Event]:
    """Account for numbers of a lease. Each must be out with this lease, and become one thing only.

    Refused `lease-unknown`, `number-doubled`, `number-not-out`. Closing a lease of which nothing is out changes nothing.
    """
    lease = state.leases.get(account.lease_id)
    if lease is None:
        raise Refused("lease-unknown", f"没有文号段{account.lease_id}", f"there is no lease {account.lease_id}")
    named = (*account.used, *_spans(account.voided))
    if any(span.first > span.last or span.first < 1 for span in named):
        raise Refused("span-reversed", "文号起止颠倒", "a span of numbers ends before it begins")
    if sum(span.size for span in named) != sum(span.size for span in joined(named)):
        raise Refused("number-doubled", "同一文号出现两次", "a number is named twice")
    if strange := without(named, lease.out):
        raise Refused(
            "number-not-out", f"文号{strange[0].first}不在该文号段未核销的文号之中",
            f"number {strange[0].first} is not out with this lease", first=strange[0].first, last=strange[0].last,
        )  # fmt: skip
    returned = without(lease.out, named) if account.close else ()
    if not named and not returned:
        return []
    return [
        NumbersSettled(
            series=key, lease_id=account.lease_id, used=joined(account.used), voided=account.voided, returned=returned
        )
    ]  # fmt: skip


def joined(spans: Iterable[Span]) -> Spans:
    """The same numbers in as few spans as possible, in order."""
    result: list[Span] = []
    for span in sorted(spans):
        if result and span.first <= result[-1].last + 1:
            result[-1] = Span(result[-1].first, max(result[-1].last, span.last))
        else:
            result.append(span)
    return tuple(result)


def without(spans: Iterable[Span], others: Iterable[Span]) -> Spans:
    """The numbers of `spans` that are not among `others`."""
    removed = joined(others)
    result: list[Span] = []
    for span in joined(spans):
        first = span.first
        for gone in removed:
            if gone.last < first or gone.first > span.last:
                continue
            if gone.first > first:
                result.append(Span(first, gone.first - 1))
            first = gone.last + 1
        if first <= span.last:
            result.append(Span(first, span.last))
    return tuple(result)


def taken(spans: Iterable[Span], count: int) -> Spans:
    """The lowest `count` numbers of these, or all if there are fewer."""
    result: list[Span] = []
    for span in joined(spans):
        left = count - sum(one.size for one in result)
        if left <= 0:
            break
        result.append(Span(span.first, min(span.last, span.first + left - 1)))
    return tuple(result)


def _spans(voided: Iterable[Voided]) -> Spans:
    return tuple(Span(one.first, one.last) for one in voided)

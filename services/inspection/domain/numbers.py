"""Document numbers: one small stream per organ, word of the form and year.

Until the registry leases blocks of a series, it is numbered here from 1 on; from then on only from the blocks leased to us.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from chassis.domain import Event, Refused, Stream
from services.inspection.domain.events import NumberSpan, NumbersReceived, NumberTaken

ORDER_ZI = "责改"
ON_SITE_ZI = "现决"
KEEPING_ZI = ("先保审", "先保通", "先保处审", "先保处")
SEIZURE_ZI = ("强审", "查扣", "查扣延期", "查扣处")
SUPPLY_ZI = ("停供通", "停供决", "恢复通")
RECORD_ZI = ("询", "勘", "抽", "鉴")
WORDS = frozenset({
    ORDER_ZI, ON_SITE_ZI, *KEEPING_ZI, *SEIZURE_ZI, *SUPPLY_ZI, *RECORD_ZI, "检查", "检记", "复查", "回", "移审", "移", "案",
})  # fmt: skip
"""The words of the series that are numbered here."""
PATTERN = "（{abbreviation}）应急{word}〔{year}〕{number}号"
"""How a number is written where the rulebook says nothing: the pattern of the 2016 forms."""


@dataclass(frozen=True, slots=True)
class SeriesState:
    """The last number taken; whether the series is leased in blocks, and which numbers of ours are left; the last of our own.

    `devices`: the numbers that devices took out of the blocks leased to them.
    """

    number: int = 0
    document_no: str = ""
    leased: bool = False
    left: tuple[int, ...] = ()
    own: int = 0
    pattern: str | None = None
    devices: tuple[int, ...] = ()


def evolve_series(state: SeriesState, event: Event) -> SeriesState:
    """The series after one more event."""
    match event:
        case NumberTaken() as e:
            if state.leased and e.number not in state.left:
                return replace(state, document_no=e.document_no, devices=(*state.devices, e.number))
            left = tuple(number for number in state.left if number != e.number)
            own = state.own if state.leased else e.number
            return replace(state, number=max(state.number, e.number), document_no=e.document_no, left=left, own=own)
        case NumbersReceived() as e:
            fresh = {number for span in e.spans for number in range(span.first, span.last + 1) if number > state.own}
            return replace(state, leased=True, left=tuple(sorted({*state.left, *fresh})), pattern=e.pattern or state.pattern)
        case _:
            return state


SERIES = Stream("series", SeriesState(), evolve_series, snapshot_every=20)


def series_key(organ_id: str, zi: str, year: int) -> str:
    """The key of an organ's yearly series of one kind of document."""
    return f"{organ_id}/{zi}/{year}"


def take_number(state: SeriesState, organ_id: str, abbreviation: str, zi: str, year: int, taken_by: str) -> list[Event]:
    """The next number of a series: no hole, no double. Refused `numbers-exhausted` if no leased number is left."""
    key = series_key(organ_id, zi, year)
    if state.leased and not state.left:
        lease = f"/v1/number-series/{key}/leases"
        raise Refused(
            "numbers-exhausted",
            f"{year}年“{zi}”字文号没有可用的号段：请由执法人员、负责人或者管理员向登记服务（registry）申领，"
            f"POST {lease}（holder：inspection，holder_kind：service）；领到后稍候重试",
            f"no number of the word {zi} of {year} is left: an officer, manager or administrator leases a block of the registry, "
            f"POST {lease} (holder inspection, holder_kind service); then try again",
            series=key, word=zi, year=year, lease_at=lease, holder="inspection",
        )  # fmt: skip
    number = state.left[0] if state.leased else state.number + 1
    text = _written(state.pattern, abbreviation, zi, year, number)
    return [NumberTaken(organ_id=organ_id, zi=zi, year=year, number=number, document_no=text, taken_by=taken_by)]


def unnumbered(pattern: str | None, abbreviation: str, zi: str, year: int) -> str:
    """How numbers of a series are written, all but `{number}` filled in: what a device needs to write those of its block."""
    text = pattern or PATTERN
    for name, value in (("abbreviation", abbreviation), ("word", zi), ("year", year)):
        text = text.replace(f"{{{name}}}", str(value))
    return text


def _written(pattern: str | None, abbreviation: str, zi: str, year: int, number: int) -> str:
    return unnumbered(pattern, abbreviation, zi, year).replace("{number}", str(number))


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive numbers that were leased to a device, and how they are written."""

    first: int
    last: int
    pattern: str | None


def take_given(
    state: SeriesState, blocks: Iterable[Block], organ_id: str, abbreviation: str, zi: str, year: int, number: int, taken_by: str
) -> list[Event]:
    """The number that a device gave to a document without a network, out of a block that was leased to it.

    Refused `number-not-leased` (the block has perhaps not arrived here yet) and `number-used`, also by what was numbered here
    before the series was leased.
    """
    key = series_key(organ_id, zi, year)
    block = next((block for block in blocks if block.first <= number <= block.last), None)
    if block is None or not state.leased:
        raise Refused("number-not-leased", f"{key}的文号{number}未发放给该设备", "the number is not leased to the device",
                      series=key, number=number)  # fmt: skip
    if number in state.devices or number <= state.own:
        raise Refused("number-used", f"{key}的文号{number}已用于另一份文书", "another document bears the number",
                      series=key, number=number)  # fmt: skip
    text = _written(block.pattern or state.pattern, abbreviation, zi, year, number)
    return [NumberTaken(organ_id=organ_id, zi=zi, year=year, number=number, document_no=text, taken_by=taken_by)]


def receive_numbers(
    state: SeriesState, *, series: str, lease_id: str, ours: bool, pattern: str | None, spans: tuple[NumberSpan, ...]
) -> list[Event]:
    """A block was leased, to us or to somebody else; that somebody else has one is told once only."""
    if not ours and state.leased:
        return []
    return [NumbersReceived(series=series, lease_id=lease_id, pattern=pattern, spans=spans if ours else ())]

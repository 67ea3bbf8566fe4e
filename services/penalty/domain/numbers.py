"""Document numbers: one small stream per organ, word of the form and year, so that a series has no hole and no double.

Until the registry leases blocks of a series, it is numbered here from 1 on; from then on only from the blocks leased to us.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from chassis.domain import Event, Refused, Stream
from services.penalty.domain.events import NumberSpan, NumbersReceived, NumberTaken


@dataclass(frozen=True, slots=True)
class Form:
    """An official document of the 2016 forms: its number among the 48, its name, and its word 字 in document numbers."""

    no: int
    name: str
    word: str


FILING = Form(1, "立案审批表", "立")
NOTICE = Form(24, "行政处罚告知书", "罚告")
HEARING_NOTICE = Form(26, "行政处罚听证告知书", "听告")
DECISION = Form(34, "行政处罚决定书（单位）", "罚")
SURCHARGE_DECISION = Form(37, "加处罚款决定书", "加罚")
DEFERRAL_APPROVAL = Form(38, "延期（分期）缴纳罚款审批表", "缴审")
DEFERRAL_NOTICE = Form(39, "延期（分期）缴纳罚款批准书", "缴批")
NUMBERED = (FILING, NOTICE, HEARING_NOTICE, DECISION, SURCHARGE_DECISION, DEFERRAL_APPROVAL, DEFERRAL_NOTICE)
WORDS = frozenset(form.word for form in NUMBERED)
"""The words of the series that are numbered here."""
PATTERN = "（{abbreviation}）应急{word}〔{year}〕{number}号"
"""How a number is written where the rulebook says nothing: the pattern of the 2016 forms."""


@dataclass(frozen=True, slots=True)
class SeriesState:
    """The last number taken; whether the series is leased in blocks, and which numbers of ours are left; the last of our own."""

    last: int = 0
    leased: bool = False
    left: tuple[int, ...] = ()
    own: int = 0
    pattern: str | None = None


def evolve_series(state: SeriesState, event: Event) -> SeriesState:
    """The series after one more event."""
    match event:
        case NumberTaken() as e:
            left = tuple(number for number in state.left if number != e.number)
            return replace(state, last=max(state.last, e.number), left=left, own=state.own if state.leased else e.number)
        case NumbersReceived() as e:
            fresh = {number for span in e.spans for number in range(span.first, span.last + 1) if number > state.own}
            return replace(state, leased=True, left=tuple(sorted({*state.left, *fresh})), pattern=e.pattern or state.pattern)
        case _:
            return state


SERIES = Stream("series", SeriesState(), evolve_series, snapshot_every=20)


def series_key(organ_id: str, form: Form, day: date) -> str:
    """The series that a document of an organ is numbered in: `<organ>/<word>/<year>`."""
    return f"{organ_id}/{form.word}/{day.year}"


def take_number(
    state: SeriesState, *, organ_id: str, abbreviation: str, form: Form, day: date, case_id: str
) -> list[NumberTaken]:
    """The next number of a series, for a document of a case: （洪）应急罚〔2021〕7号. Refused `numbers-exhausted`."""
    key = series_key(organ_id, form, day)
    if state.leased and not state.left:
        raise Refused("numbers-exhausted", f"{key}的文号段已用完，须申领", f"no leased number of {key} is left", series=key)
    number = state.left[0] if state.leased else state.last + 1
    text = state.pattern or PATTERN
    for name, value in (("abbreviation", abbreviation), ("word", form.word), ("year", day.year), ("number", number)):
        text = text.replace(f"{{{name}}}", str(value))
    return [NumberTaken(series=key, number=number, document_no=text, case_id=case_id)]


def receive_numbers(
    state: SeriesState, *, series: str, lease_id: str, ours: bool, pattern: str | None, spans: tuple[NumberSpan, ...]
) -> list[Event]:
    """A block was leased, to us or to somebody else; that somebody else has one is told once only."""
    if not ours and state.leased:
        return []
    return [NumbersReceived(series=series, lease_id=lease_id, pattern=pattern, spans=spans if ours else ())]

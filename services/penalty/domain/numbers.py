"""Document numbers: one small stream per organ, word of the form and year, so that a series has no hole and no double."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from chassis.domain import Event, Stream
from services.penalty.domain.events import NumberTaken


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


@dataclass(frozen=True, slots=True)
class SeriesState:
    """How many numbers of a series are taken."""

    last: int = 0


def evolve_series(state: SeriesState, event: Event) -> SeriesState:
    """The series after one more event."""
    match event:
        case NumberTaken() as e:
            return SeriesState(e.number)
        case _:
            return state


SERIES = Stream("series", SeriesState(), evolve_series, snapshot_every=20)


def series_key(organ_id: str, form: Form, day: date) -> str:
    """The series that a document of an organ is numbered in: `<organ>/<word>/<year>`."""
    return f"{organ_id}/{form.word}/{day.year}"


def take_number(
    state: SeriesState, *, organ_id: str, abbreviation: str, form: Form, day: date, case_id: str
) -> list[NumberTaken]:
    """The next number of a series, for a document of a case: （洪）应急罚〔2021〕7号 (pattern of the 2016 forms)."""
    number = state.last + 1
    text = f"（{abbreviation}）应急{form.word}〔{day.year}〕{number}号"
    return [
        NumberTaken(series=series_key(organ_id, form, day), number=number, document_no=text, case_id=case_id),
    ]

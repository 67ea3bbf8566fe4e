"""Document numbers: one small stream per organ, word of the form and year, so that a series has no hole and no double.

Until the registry leases blocks of a series, it is numbered here from 1 on; from then on only from the blocks leased to us.
"""

from __future__ import annotations

from collections.abc import Iterable
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
HEARING_INVITATION = Form(27, "行政处罚听证会通知书", "听通")
DECISION = Form(34, "行政处罚决定书（单位）", "罚")
DECISION_PERSON = Form(35, "行政处罚决定书（个人）", "罚")
SURCHARGE_DECISION = Form(37, "加处罚款决定书", "加罚")
DEFERRAL_APPROVAL = Form(38, "延期（分期）缴纳罚款审批表", "缴审")
DEFERRAL_NOTICE = Form(39, "延期（分期）缴纳罚款批准书", "缴批")
SPOT_UNIT = Form(32, "行政（当场）处罚决定书（单位）", "罚当")
SPOT_PERSON = Form(33, "行政（当场）处罚决定书（个人）", "罚当")
PAYMENT_DEMAND = Form(36, "缴纳罚款催告书", "催")
COURT_DEMAND = Form(41, "行政强制执行事先催告书", "执行催告")
COURT_APPLICATION = Form(42, "强制执行申请书", "强执")
HEARING_REPORT = Form(29, "听证会报告书", "听报")
DISPOSAL = Form(30, "案件处理呈批表", "处呈")
DISCUSSION = Form(31, "行政处罚集体讨论记录", "罚集")
EXTENSION = Form(45, "案件延期审批表", "案延")
CLOSING = Form(46, "结案审批表", "结")
NUMBERED = (
    FILING, NOTICE, HEARING_NOTICE, HEARING_INVITATION, DECISION, DECISION_PERSON, SURCHARGE_DECISION, DEFERRAL_APPROVAL,
    DEFERRAL_NOTICE, SPOT_UNIT, SPOT_PERSON, PAYMENT_DEMAND, COURT_DEMAND, COURT_APPLICATION, HEARING_REPORT, DISPOSAL,
    DISCUSSION, EXTENSION, CLOSING,
)  # fmt: skip
TRANSFER_APPROVAL = Form(43, "案件移送审批表", "移审")
TRANSFER = Form(44, "案件移送书", "移")
RECEIPT = Form(40, "文书送达回执", "回")
COVER = Form(47, "案卷（首页）", "案")
BORROWED = frozenset(form.word for form in (TRANSFER_APPROVAL, TRANSFER, RECEIPT, COVER))
"""The words of series that another service numbers until they are leased: here they are numbered out of our blocks only."""
WORDS = frozenset(form.word for form in NUMBERED)
"""The words of the series that are numbered here."""
PATTERN = "（{abbreviation}）应急{word}〔{year}〕{number}号"
"""How a number is written where the rulebook says nothing: the pattern of the 2016 forms."""


@dataclass(frozen=True, slots=True)
class SeriesState:
    """The last number taken; whether the series is leased in blocks, and which numbers of ours are left; the last of our own.

    `devices`: the numbers that devices took out of the blocks leased to them.
    """

    last: int = 0
    leased: bool = False
    left: tuple[int, ...] = ()
    own: int = 0
    pattern: str | None = None
    devices: tuple[int, ...] = ()


def evolve_series(state: SeriesState, event: Event) -> SeriesState:
    """The series after one more event."""
    match event:
        case NumberTaken() as e if state.leased and e.number not in state.left:
            return replace(state, devices=(*state.devices, e.number))
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
    if (state.leased or form.word in BORROWED) and not state.left:
        raise _exhausted(key, form, day)
    number = state.left[0] if state.leased else state.last + 1
    text = _written(state.pattern, abbreviation, form, day, number)
    return [NumberTaken(series=key, number=number, document_no=text, case_id=case_id)]


def _exhausted(key: str, form: Form, day: date) -> Refused:
    """The refusal of a number that no block has: it says who asks where for how many more, and for whom."""
    lease = f"/v1/number-series/{key}/leases"
    first = "；该字由检查服务编号，首段须先发放给它（holder：inspection）" if form.word in BORROWED else ""
    also = "; inspection numbers this word, so the first block goes to it (holder inspection)" if first else ""
    return Refused(
        "numbers-exhausted",
        f"{day.year}年“{form.word}”字文号没有可用的号段：请由执法人员、负责人或者管理员向登记服务（registry）申领，"
        f"POST {lease}（holder：penalty，holder_kind：service）{first}；领到后稍候重试",
        f"no number of the word {form.word} of {day.year} is left: an officer, manager or administrator leases a block of the "
        f"registry, POST {lease} (holder penalty, holder_kind service){also}; then try again",
        series=key, word=form.word, year=day.year, lease_at=lease, holder="penalty",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Block:
    """Consecutive numbers that were leased to a device, and how they are written."""

    first: int
    last: int
    pattern: str | None


def take_given(
    state: SeriesState, blocks: Iterable[Block], *, organ_id: str, abbreviation: str, form: Form, day: date, number: int,
    case_id: str,
) -> list[NumberTaken]:  # fmt: skip
    """The number that a device gave to a document on site, out of a block that was leased to it.

    Refused `number-not-leased` (the block has perhaps not arrived here yet) and `number-used`.
    """
    key = series_key(organ_id, form, day)
    block = next((block for block in blocks if block.first <= number <= block.last), None)
    if block is None or not state.leased:
        zh = f"{day.year}年“{form.word}”字第{number}号不在发放给该设备（请求头 X-Device）的号段内；刚申领的，稍候重试"
        en = "the number is in no block leased to the device (header X-Device); one just leased arrives within moments"
        raise Refused("number-not-leased", zh, en, series=key, number=number)
    if number in state.devices:
        zh, en = f"{day.year}年“{form.word}”字第{number}号已用于另一份文书", "another document bears the number"
        raise Refused("number-used", zh, en, series=key, number=number)
    text = _written(block.pattern or state.pattern, abbreviation, form, day, number)
    return [NumberTaken(series=key, number=number, document_no=text, case_id=case_id)]


def _written(pattern: str | None, abbreviation: str, form: Form, day: date, number: int) -> str:
    text = pattern or PATTERN
    for name, value in (("abbreviation", abbreviation), ("word", form.word), ("year", day.year), ("number", number)):
        text = text.replace(f"{{{name}}}", str(value))
    return text


def receive_numbers(
    state: SeriesState, *, series: str, lease_id: str, ours: bool, pattern: str | None, spans: tuple[NumberSpan, ...]
) -> list[Event]:
    """A block was leased, to us or to somebody else; that somebody else has one is told once only."""
    if not ours and state.leased:
        return []
    return [NumbersReceived(series=series, lease_id=lease_id, pattern=pattern, spans=spans if ours else ())]

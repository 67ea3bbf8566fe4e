"""What reporting's weekly bulletin was when it was issued: its hashes, and the ledgers that it was made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from chassis.domain import CHINA, Refused

LEDGERS = frozenset({"registry", "tasks", "inspection", "penalty"})
CLOCKS = timedelta(days=1)  # by which the clocks of two services never differ


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedLedger:
    """How much of a service's ledger was used: so many events, the root (hex) of its tree at that size.

    `checkpoint` is the size of the newest cosigned checkpoint then; None if there was none.
    """

    ledger: str
    size: int
    root: str
    checkpoint: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedCut:
    """The ledgers as of a moment: what each had recorded before it."""

    recorded_before: datetime
    ledgers: tuple[UsedLedger, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedPaper:
    """A weekly bulletin of reporting as it was issued: with this anybody can have it made again, and compare.

    `week` is an ISO week (2021-W23); `district` whose it is (None: of all that the issuer sees), `districts` those that it tells
    of. The SHA-256 are those of its JSON and of its PDF; `template` laid the PDF out. The last of `cuts` is of the moment as of
    which the bulletin is told, the others are of the weeks that it is compared with. `signed_note` is reporting's signature of
    all the rest; None where nothing is signed.
    """

    bulletin_id: str
    week: str
    district: str | None = None
    districts: tuple[str, ...] = ()
    json_sha256: str
    pdf_sha256: str
    template: str
    cuts: tuple[UsedCut, ...]
    signed_note: str | None = None


def week_name(monday: date) -> str:
    """What reporting calls the week that begins on a day: by ISO 8601, `2021-W23`."""
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02}"


def check_paper(paper: IssuedPaper | None, monday: date, at: datetime) -> None:
    """What was issued is about the week that began on `monday`, and rests on ledgers from which it can be made again.

    Refused `bulletin-of-another-week`, `bulletin-of-days-to-come`, `bulletin-incomplete`: what is recorded otherwise nobody
    finds, or nobody can make again.
    """
    if paper is None:
        return
    moments = [cut.recorded_before for cut in paper.cuts]
    named = paper.week == week_name(monday) and paper.bulletin_id == f"bulletin-{paper.week.lower()}"
    if not named or not moments or moments[-1] <= begins(monday):
        raise Refused(
            "bulletin-of-another-week", f"所附通报（{paper.bulletin_id}，{paper.week} 周）不是 {monday.isoformat()} 起一周的",
            "the bulletin that was issued is about another week", week=paper.week, bulletin_id=paper.bulletin_id,
            monday=monday.isoformat(),
        )  # fmt: skip
    if max(moments) > at + CLOCKS:
        raise Refused(
            "bulletin-of-days-to-come", "所附通报的截至时刻晚于当前时间", "the bulletin rests on days that have not come",
            recorded_before=max(moments).isoformat(),
        )  # fmt: skip
    if missing := [moment.isoformat() for moment in compared_with(monday) if moment not in moments]:
        raise _incomplete(
            "缺少对比周的台账范围", "it does not say what the weeks rest on that it is compared with", missing=missing
        )
    for cut in paper.cuts:
        if sorted(one.ledger for one in cut.ledgers) != sorted(LEDGERS):
            zh, en = "须各给出四个台账一次", "each moment names each of the four ledgers once"
            raise _incomplete(zh, en, recorded_before=cut.recorded_before.isoformat())


def begins(monday: date) -> datetime:
    """When a week begins in China: the bulletin of the week before is told as of then."""
    return datetime.combine(monday, time(), CHINA)


def compared_with(monday: date) -> list[datetime]:
    """As of when the weeks are told that a bulletin compares: the week before, and the same a year earlier if there is one."""
    year, week, _ = monday.isocalendar()
    try:
        return [begins(monday), begins(date.fromisocalendar(year - 1, week, 1) + timedelta(days=7))]
    except ValueError:  # that year has no such week
        return [begins(monday)]


def _incomplete(zh: str, en: str, **facts: Any) -> Refused:
    return Refused("bulletin-incomplete", f"所附通报不完整：{zh}", f"the bulletin is not whole: {en}", **facts)

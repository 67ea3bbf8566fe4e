"""What reporting's weekly bulletin was when it was issued: its hashes, and the ledgers that it was made from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from chassis.domain import Refused


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
    which the bulletin is told, the others are of the weeks that it is compared with.
    """

    bulletin_id: str
    week: str
    district: str | None = None
    districts: tuple[str, ...] = ()
    json_sha256: str
    pdf_sha256: str
    template: str
    cuts: tuple[UsedCut, ...]


def week_name(monday: date) -> str:
    """What reporting calls the week that begins on a day: by ISO 8601, `2021-W23`."""
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02}"


def check_paper(paper: IssuedPaper | None, monday: date) -> None:
    """Refused `bulletin-of-another-week` where what was issued is not about the week that began on `monday`."""
    if paper is None:
        return
    if paper.week != week_name(monday):
        raise Refused(
            "bulletin-of-another-week", f"所附通报是 {paper.week} 周的，不是 {monday.isoformat()} 起一周的",
            "the bulletin that was issued is about another week", week=paper.week, monday=monday.isoformat(),
        )  # fmt: skip

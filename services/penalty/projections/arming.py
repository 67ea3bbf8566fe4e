"""How a clock begins to run, and stands still: until the end of a day in China, under the rulebook of the event that armed it."""

from __future__ import annotations

from datetime import date

from chassis.calendar import end_of
from chassis.deadlines import Arm, Disarm
from chassis.envelope import Sequenced


def arm_by_day(
    sequenced: Sequenced, kind: str, key: str, due_on: date, part: str = "", period: str = "", covered_by: int = 0
) -> Arm:
    """A clock that runs until the end of `due_on`; `key`: the stream that its end is decided in, `part`: which of several.

    `period`: that of the rulebook, where it is not that of all clocks of the kind. `covered_by`: the fen that have to come
    until nothing is missing by then.
    """
    envelope = sequenced.envelope
    return Arm(
        id=f"{kind}:{key}{part}", kind=kind, key=key, due_at=end_of(due_on), district=envelope.district,
        detail={"due_on": due_on.isoformat(), "rulebook": envelope.rulebook},
        told={"period": period, "covered_by": str(covered_by)},
    )  # fmt: skip


def party_clock(sequenced: Sequenced, kind: str, key: str, due_on: date | None, period: str = "") -> Arm | Disarm:
    """A clock of a party's region that runs until the end of `due_on`, or stands still; `period` as for `arm_by_day`."""
    return Disarm(id=f"{kind}:{key}") if due_on is None else arm_by_day(sequenced, kind, key, due_on, period=period)

"""Moments of a history that crosses services: at an event, a position of the copy, a time of occurrence or of recording."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal
from uuid import UUID

from chassis.aggregates import AsOf, NotReached
from chassis.domain import Unknown

Axis = Literal["event", "position", "occurred", "recorded"]


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of a history; as of it, a history is what `cut` leaves."""

    EVENT: ClassVar[re.Pattern[str]] = re.compile(r"event:([0-9a-f-]{36})", re.A)

    axis: Axis
    event_id: UUID | None = None
    seq: int = 0
    time: datetime | None = None

    @classmethod
    def parse(cls, text: str) -> Moment:
        """The moment of `event:<id>`, `i1234` (`seq`), `occurred:<time>` or `recorded:<time>` (RFC 3339, with offset).

        Raises ValueError. A version (`v7`) is none: a history has many streams.
        """
        if match := cls.EVENT.fullmatch(text):
            return cls("event", UUID(match[1]))
        as_of = AsOf.parse(text)
        if as_of.axis == "version":
            raise ValueError(f"not a moment of a history: {text!r}")
        return cls(as_of.axis, seq=as_of.number, time=as_of.time)


def cut(history: Sequence[Any], moment: Moment | None, head: int) -> list[Any]:
    """The rows of a history, in causal order, that belong to it as of a moment; they stay in their order.

    As of an event: it, and whatever stands before it. As of a position: what the copy held. As of an occurred time: what had
    happened by then, also if it was recorded later. As of a recorded time: what the services had recorded. Raises Unknown for an
    event that is not in the history, NotReached for a position beyond `head`, the copy's.
    """
    match moment:
        case None:
            return list(history)
        case Moment("event"):
            at = next((n for n, row in enumerate(history, start=1) if row["event_id"] == moment.event_id), None)
            if at is None:
                raise Unknown("event", str(moment.event_id))
            return list(history[:at])
        case Moment("position"):
            if moment.seq > head:
                raise NotReached(str(moment.seq))
            return [row for row in history if row["seq"] <= moment.seq]
        case _:
            column = f"{moment.axis}_at"
            return [row for row in history if row[column] <= moment.time]

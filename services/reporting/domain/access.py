"""Who was given a case file, and why (查阅)."""

from __future__ import annotations

from typing import Literal

from chassis.domain import Event, event, stream_of_one

Thing = Literal["case", "enterprise"]
Part = Literal["file", "bundle"]


@event("casetrail.reporting.file-read.v1", title="查阅案卷", summary="查阅 {thing} {thing_id} 的案卷（{part}，{events} 个事件）")
class FileRead(Event):
    """Somebody was given the case file of a case or of an enterprise, alone or with documents. Who and when, the envelope says.

    `sha256` is that of the file that was given, which holds so many `events`; `reason` is what the reader said it was for.
    """

    thing: Thing
    thing_id: str
    part: Part
    sha256: str
    enterprise_id: str
    events: int
    reason: str | None


ACCESS = stream_of_one("access")

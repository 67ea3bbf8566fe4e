"""Who was shown a document: its facts or its file, and why (查阅)."""

from __future__ import annotations

from typing import Literal

from chassis.domain import Event, event, stream_of_one

Thing = Literal["document", "case"]
Part = Literal["facts", "file", "signature"]


@event("casetrail.penalty.file-read.v1", title="查阅", summary="查阅 {thing} {thing_id}（{part}）")
class FileRead(Event):
    """Somebody was given the facts or the file of a document, or the whole file of a case. Who and when, the envelope says.

    `sha256` is that of the file that was given; `reason` is what the reader said it was for.
    """

    thing: Thing
    thing_id: str
    part: Part
    sha256: str | None
    case_id: str
    enterprise_id: str
    reason: str | None


ACCESS = stream_of_one("access")

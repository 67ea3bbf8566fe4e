"""An entry of the feed: what is told of an event in one line, the same to listeners and on the topics of the districts."""

from __future__ import annotations

from typing import Any

from chassis.envelope import instant
from services.reporting.queries.captions import caption_of
from services.reporting.queries.copies import Copied

MASK = "***"
"""What stands in place of personal data for whoever may not see them."""


def entry_of(copied: Copied) -> dict[str, Any]:
    """The entry of an event, personal data still sealed: its place in the copy, what it is, whose, when, in a sentence."""
    e = copied.envelope
    caption = caption_of(e.type)
    return {
        "seq": copied.seq, "source": copied.source, "type": e.type, "title": caption.title, "event_id": str(e.event_id),
        "subject": e.subject, "stream_id": e.stream_id, "district": e.district, "occurred_at": instant(e.occurred_at),
        "recorded_at": instant(e.recorded_at), "summary": caption.render(copied.data),
    }  # fmt: skip

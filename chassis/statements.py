"""What one service tells and another records, passed on by whoever asked: signed by the one that told it.

Services do not ask each other. What somebody takes from one and gives to another is the same only if the giver's signature says
so: a signed note over the hash of the facts, however they were written in between.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from chassis.envelope import canonical_json, instant
from chassis.signednote import NoteError, Signer, Verifier, opened

MARK = "casetrail-statement/1"


def stated(signer: Signer, facts: Mapping[str, Any]) -> str:
    """The note by which these facts (JSON values and aware times) are known as told by this service."""
    return signer.sign(_text(facts))


def was_stated(note: str | None, facts: Mapping[str, Any], known: Iterable[Verifier]) -> bool:
    """Whether the note says that one of the known keys' owners told exactly these facts."""
    try:
        return note is not None and opened(note, known)[0] == _text(facts)
    except NoteError:
        return False


def _text(facts: Mapping[str, Any]) -> str:
    return f"{MARK}\n{hashlib.sha256(canonical_json(_plain(facts))).hexdigest()}\n"


def _plain(value: Any) -> Any:
    """Every time in its one form: two services write the zone of the same time in their own ways."""
    match value:
        case datetime():
            return instant(value)
        case Mapping():
            return {name: _plain(one) for name, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case _:
            return value

"""Facts that are told once: the same again is no change, something else under the same name is refused."""

from __future__ import annotations

from chassis.domain import Event, Refused


def once(known: Event | None, fact: Event, code: str, zh: str, en: str) -> list[Event]:
    """The fact, if nothing is known; nothing, if the same is known; a refusal, if something else is."""
    if known is None:
        return [fact]
    if known != fact:
        raise Refused(code, f"{zh}已登记，且内容不同", f"the {en} is registered already, with other content")
    return []

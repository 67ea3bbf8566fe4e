"""What every decision is made of: events with wire names, streams with a fold, refusals, days (standard library only)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any, ClassVar, Final, Generic, TypeVar, dataclass_transform

_WIRE = re.compile(r"^casetrail\.(?P<service>[a-z]+)\.(?P<name>[a-z][a-z0-9-]*)\.v(?P<version>[1-9][0-9]*)$")


class Event:
    """A fact that has happened; every event class is made by the `event` decorator."""

    __slots__ = ()
    __wire__: ClassVar[str]


@dataclass(frozen=True, slots=True)
class EventType:
    """One published event type: its wire name, class, Chinese title and the Chinese summary template of timelines."""

    wire: str
    service: str
    name: str
    version: int
    cls: type[Event]
    title: str
    summary: str


E = TypeVar("E", bound=Event)
S = TypeVar("S")

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Where every day begins and ends."""

EVENT_TYPES: dict[str, EventType] = {}
"""Every event type this process knows, by wire name."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
def event(wire: str, *, title: str, summary: str) -> Callable[[type[E]], type[E]]:
    """Make a frozen, slotted, keyword-only dataclass of an event and register it under its explicit wire name.

    `wire` is `casetrail.<service>.<event-name>.v<N>`; `title` is the Chinese name of the fact; `summary` is a Chinese
    sentence with `{field}` places, from which timelines are rendered. Raises ValueError on a malformed or doubled name.
    """
    match = _WIRE.match(wire)
    if match is None:
        raise ValueError(f"not a wire name: {wire!r}")

    def register(cls: type[E]) -> type[E]:
        if wire in EVENT_TYPES:
            raise ValueError(f"wire name registered twice: {wire}")
        made: type[E] = dataclass(frozen=True, slots=True, kw_only=True)(cls)
        made.__wire__ = wire
        EVENT_TYPES[wire] = EventType(
            wire=wire, service=match["service"], name=match["name"], version=int(match["version"]),
            cls=made, title=title, summary=summary,
        )  # fmt: skip
        return made

    return register


@dataclass(frozen=True, slots=True)
class Stream(Generic[S]):
    """A kind of stream: its name (the prefix of its ids), its initial state and the total fold `evolve(state, event)`.

    A stream that grows without end says after how many events, each time, its state is to be kept in a snapshot. One that may
    move says from its state in which district it is (`held_in`); any other stays in that of its first event.
    """

    name: str
    initial: S
    evolve: Callable[[S, Any], S]
    snapshot_every: int | None = None
    held_in: Callable[[S], str | None] | None = None

    def id(self, key: str) -> str:
        """The stream id of the aggregate `key`: `<name>:<key>`."""
        return f"{self.name}:{key}"

    def district(self, state: S, known: str) -> str:
        """In which district the stream is; `known` is that of its first event, or where it was last known to be."""
        return known if self.held_in is None else self.held_in(state) or known


def _told(_: object, event: Event) -> Event | None:
    return event


def stream_of_one(name: str) -> Stream[Event | None]:
    """A kind of stream in which one event is all there is, such as that somebody looked at something: its state is that event."""
    return Stream(name, None, _told)


def beside_its_matter(state: object) -> None:
    """`Stream.held_in` of a stream that is appended to beside another one only: each time in the district of that one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: a person or a machine, in which role, under which enforcement certificate."""

    id: str
    name: str
    role: str
    certificate_no: str | None = None


SUBJECT: Final = "@subject"
"""For `Personal.of`: whom the event is about."""

ACTOR: Final = "@actor"
"""For `Personal.of`: who acted."""

ERASED: Final = "（已依法删除）"
"""What is read where a person's data were erased."""


@dataclass(frozen=True, slots=True)
class Personal:
    """Marks a text of an event as somebody's: `Annotated[str, Personal("officer_id")]`. It is stored encrypted under that person.

    `of` names the field beside it that holds the person's id, or is SUBJECT or ACTOR. Somebody without an id of their own is
    called by a role at it: `role`, or what the field or property `role_in` says (None there: the text is nobody's).
    """

    of: str
    role: str | None = None
    role_in: str | None = None

    def person(self, holder: object, subject: str, actor: str) -> str | None:
        """Whose the field of `holder` is: `<id>` or `<id>/<role>`; None if it is nobody's."""
        role = self.role if self.role_in is None else getattr(holder, self.role_in)
        if self.role_in is not None and role is None:
            return None
        named = {SUBJECT: subject, ACTOR: actor}
        base = named[self.of] if self.of in named else getattr(holder, self.of)
        return f"{base}/{role}" if role else str(base)


class Refused(Exception):
    """A command that the rules do not allow: a stable code, why in Chinese and English, the article it rests on, the facts.

    `also` are the refusals of other guards that were asked beside the one which refused first.
    """

    def __init__(self, code: str, zh: str, en: str, *, basis: str | None = None, **facts: Any) -> None:
        super().__init__(f"{code}: {en}")
        self.code = code
        self.zh = zh
        self.en = en
        self.basis = basis
        self.facts = facts
        self.also: tuple[Refused, ...] = ()


class Guards:
    """Guards of a decision that do not rest on each other, all asked, so that who is refused learns at once what is wrong.

    `with guards: require_…` for each; `settle()` raises the refusal that came first, with the others beside it. What a later
    guard, or the decision, rests on is asked outside, or after `settle()`.
    """

    def __init__(self) -> None:
        self._refused: list[Refused] = []

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, Refused):
            return False
        self._refused += (error, *error.also)
        return True

    def settle(self) -> None:
        """Raise the first refusal, if there is one."""
        if self._refused:
            first, *others = self._refused
            first.also = tuple(others)
            raise first


class Unknown(Refused):
    """The thing a command or question names does not exist (or the asker may not know that it does)."""

    def __init__(self, what: str, key: str) -> None:
        super().__init__("not-found", f"未找到：{what} {key}", f"no such {what}: {key}", what=what, key=key)


def day_of(at: datetime) -> date:
    """The day in China of an aware time."""
    return at.astimezone(CHINA).date()


def site_code(enterprise_id: str) -> str:
    """What the code at a site's gate says (扫码入企): whoever scans it is at this site and no other."""
    return f"casetrail:site:{enterprise_id}"

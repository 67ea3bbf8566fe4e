"""A writer's journal: what it is about to send and what it was told, one JSON line each, kept over its kills."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from chassis.eventstore import WriteSet
from chassis.history import Attempt, Outcome, Seen
from deploy.stress.facts import seen

ROLLED_BACK = "rolled back"
WRITTEN, NOT_WRITTEN = frozenset({"accepted"}), frozenset({"conflict", ROLLED_BACK})


class Journal:
    """Appends lines; a line is with the kernel before the call returns, so that SIGKILL of the writer loses none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def note(self, do: str, **what: Any) -> None:
        """One line."""
        os.write(self._file, orjson.dumps({"do": do, "t": time.monotonic(), **what}) + b"\n")

    def send(self, key: str, command: dict[str, Any]) -> None:
        """A command is about to be sent under this key."""
        self.note("send", k=key, c=command)

    def attempt(self, key: str, write_set: WriteSet) -> str:
        """A write set is about to be appended; answers its name."""
        events = [seen(recorded) for recorded in write_set.events]
        name = str(events[-1].event_id)
        self.note("try", k=key, a=name, r=write_set.expected, e=[(str(e.event_id), e.stream_id, e.version) for e in events])
        return name

    def verdict(self, name: str, verdict: str) -> None:
        """What became of an attempt: a verdict of the event store, or `ROLLED_BACK`."""
        self.note("verdict", a=name, v=verdict)

    def end(self, key: str, last_event: str | None) -> None:
        """A command was answered: with the event it wrote last, or with a refusal."""
        self.note("end", k=key, e=last_event)


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The lines of a journal; none if there is no such file."""
    if path.exists():
        for line in path.read_bytes().splitlines():
            yield orjson.loads(line)


def unanswered(path: Path) -> dict[str, dict[str, Any]]:
    """The commands that were sent and never answered, by key: a killed writer's, to be sent again."""
    sent: dict[str, dict[str, Any]] = {}
    for line in lines(path):
        if line["do"] == "send":
            sent[line["k"]] = line["c"]
        elif line["do"] == "end":
            sent.pop(line["k"], None)
    return sent


def undecided(path: Path) -> dict[str, str]:
    """The last attempt of each key that has no verdict, by key: a killed policy's, to be looked up in its inbox."""
    tried: dict[str, str] = {}
    for line in lines(path):
        if line["do"] == "try":
            tried[line["k"]] = line["a"]
        elif line["do"] == "verdict":
            tried = {key: name for key, name in tried.items() if name != line["a"]}
    return tried


@dataclass(slots=True)
class Record:
    """What one writer's journal tells: its attempts with what is known of each, and when its commands succeeded."""

    attempts: list[Attempt] = field(default_factory=list)
    told: list[tuple[float, frozenset[str]]] = field(default_factory=list)  #: monotonic seconds, streams written

    def longest_gap(self, begin: float, end: float, blocked: str) -> float:
        """Seconds of the longest time between two successes on other streams than `blocked` from `begin` to `end`."""
        times = [at for at, streams in self.told if begin <= at <= end and blocked not in streams]
        edges = [begin, *times, end]
        return max(later - earlier for earlier, later in pairwise(edges))


def record_of(path: Path) -> Record:
    """Read a journal."""
    tries: list[dict[str, Any]] = []
    commands: set[str] = set()  # not policies: they have connections of their own and would hide that group commit stalls
    verdicts: dict[str, tuple[str, float]] = {}
    answers: dict[str, tuple[str | None, float]] = {}
    for line in lines(path):
        if line["do"] == "try":
            tries.append(line)
        elif line["do"] == "send":
            commands.add(line["k"])
        elif line["do"] == "verdict":
            verdicts[line["a"]] = (line["v"], line["t"])
        elif line["do"] == "end":
            answers.setdefault(line["k"], (line["e"], line["t"]))  # of one that is sent again, the first
    record = Record()
    for tried in tries:
        verdict, at = verdicts.get(tried["a"], ("", 0.0))
        answer, answered_at = answers.get(tried["k"], (None, 0.0))
        outcome = _outcome(tried["a"], verdict, answer)
        events = tuple(Seen(UUID(event_id), stream_id, version) for event_id, stream_id, version in tried["e"])
        acknowledged_at = (at or answered_at) if outcome is Outcome.ACKNOWLEDGED else inf
        read = tuple((stream_id, version) for stream_id, version in tried["r"])
        record.attempts.append(Attempt(tried["k"], outcome, events, read, tried["t"], acknowledged_at))
        if outcome is Outcome.ACKNOWLEDGED and tried["k"] in commands:
            record.told.append((acknowledged_at, frozenset(e.stream_id for e in events)))
    record.told.sort(key=lambda told: told[0])
    return record


def _outcome(name: str, verdict: str, answer: str | None) -> Outcome:
    """A verdict decides; without one (or after a repeat) the answer to the command, which names the event it wrote last."""
    if verdict in WRITTEN or name == answer:
        return Outcome.ACKNOWLEDGED
    if verdict in NOT_WRITTEN or answer is not None:
        return Outcome.REFUSED
    return Outcome.UNKNOWN


def counts(attempts: Sequence[Attempt]) -> dict[Outcome, int]:
    """How many attempts had each outcome."""
    return {outcome: sum(attempt.outcome is outcome for attempt in attempts) for outcome in Outcome}

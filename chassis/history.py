"""The history checker: what writers, ledger, readers, consumers and read models recorded, judged by the public guarantees.

Pure: it reads nothing and waits for nothing. Each rule answers its violations, with evidence, and no violation for a history
that keeps its promise. Rules over an order (`lost`, `doubled`, `versions`, `causes`, ...) take what somebody saw, in the order
in which it was seen: the ledger's own order, or that of any reader that claims to follow the store.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from typing import Any, TypeVar
from uuid import UUID

from chassis.envelope import GENESIS, Sequenced, chain_hash, leaf_hash, shard_of

K = TypeVar("K", bound=Hashable)


class Outcome(StrEnum):
    """What a writer knows of one append."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"  # also: rolled back
    UNKNOWN = "unknown"  # its writer or its connection died, and nobody could find out


@dataclass(frozen=True, slots=True)
class Seen:
    """An event, as somebody saw it."""

    event_id: UUID
    stream_id: str
    version: int

    def __str__(self) -> str:
        return f"{self.stream_id}@{self.version} ({self.event_id})"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One write set that somebody tried to append for a command, and what the decision rested on.

    A command may be attempted several times (after a conflict, after a lost connection) and may be written once. `read` names
    the version of each stream that was read. It was sent after `begun` and, if it was acknowledged, committed before `ended`:
    seconds of one clock, which the writers share; whoever has none leaves them out.
    """

    command: str
    outcome: Outcome
    events: tuple[Seen, ...]
    read: tuple[tuple[str, int], ...] = ()
    begun: float = -inf
    ended: float = inf


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken guarantee: the rule's name, and the evidence."""

    rule: str
    evidence: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.evidence}"


def seen_in(ledger: Iterable[Sequenced]) -> list[Seen]:
    """The events of ledger rows, in their order."""
    return [Seen(row.envelope.event_id, row.envelope.stream_id, row.envelope.version) for row in ledger]


def judge(attempts: Sequence[Attempt], ledger: Sequence[Sequenced], *, closed: bool = True) -> list[Violation]:
    """Every guarantee of a ledger that has come to rest, given all that was tried; `closed` as for `causations`."""
    order = seen_in(ledger)
    return [*placed(ledger), *chained(ledger), *split(ledger), *causations(ledger, closed=closed), *ordered(attempts, order)]


def ordered(attempts: Sequence[Attempt], order: Sequence[Seen]) -> list[Violation]:
    """Every guarantee that any reader must see kept, once it has seen everything: nothing lost, doubled, torn, out of order."""
    return [
        *lost(attempts, order), *refused_yet_written(attempts, order), *doubled(attempts, order), *torn(attempts, order),
        *versions(order), *causes(attempts, order), *stale(attempts), *real_time(attempts, order),
    ]  # fmt: skip


def lost(attempts: Iterable[Attempt], order: Sequence[Seen]) -> Iterator[Violation]:
    """An acknowledged append is there, with every event."""
    there = {seen.event_id for seen in order}
    for attempt in attempts:
        if attempt.outcome is Outcome.ACKNOWLEDGED:
            missing = [seen for seen in attempt.events if seen.event_id not in there]
            for seen in missing:
                yield Violation("lost", f"{seen} was acknowledged to {attempt.command} and is not there")


def refused_yet_written(attempts: Iterable[Attempt], order: Sequence[Seen]) -> Iterator[Violation]:
    """What was refused or rolled back is not there."""
    there = {seen.event_id for seen in order}
    for attempt in attempts:
        for seen in attempt.events if attempt.outcome is Outcome.REFUSED else ():
            if seen.event_id in there:
                yield Violation("refused-yet-written", f"{seen} of {attempt.command} was refused and is there")


def doubled(attempts: Iterable[Attempt], order: Sequence[Seen]) -> Iterator[Violation]:
    """No event, no version of a stream and no command is there twice."""
    for event_id, times in Counter(seen.event_id for seen in order).items():
        if times > 1:
            yield Violation("doubled", f"event {event_id} is there {times} times")
    for (stream_id, version), times in Counter((seen.stream_id, seen.version) for seen in order).items():
        if times > 1:
            yield Violation("doubled", f"{stream_id}@{version} is there {times} times")
    there = {seen.event_id for seen in order}
    written = Counter(attempt.command for attempt in attempts if any(seen.event_id in there for seen in attempt.events))
    for command, times in written.items():
        if times > 1:
            yield Violation("doubled", f"command {command} was written {times} times")


def torn(attempts: Iterable[Attempt], order: Sequence[Seen]) -> Iterator[Violation]:
    """A write set is there whole or not at all, its events side by side and in its own order."""
    place = {seen.event_id: at for at, seen in enumerate(order)}
    for attempt in attempts:
        places = [place[seen.event_id] for seen in attempt.events if seen.event_id in place]
        if not places:
            continue
        if len(places) < len(attempt.events):
            there = f"{len(places)} of {len(attempt.events)} events"
            yield Violation("torn", f"of {attempt.command} ({attempt.outcome}) {there} are there, the first at {places[0] + 1}")
        elif places != list(range(places[0], places[0] + len(places))):
            yield Violation("torn", f"the events of {attempt.command} are at {[at + 1 for at in places]}, not side by side")


def versions(order: Iterable[Seen]) -> Iterator[Violation]:
    """The events of each stream are seen by version: 1, 2, 3, ..."""
    last: dict[str, int] = defaultdict(int)
    for at, seen in enumerate(order, start=1):
        if seen.version != last[seen.stream_id] + 1:
            yield Violation("version-order", f"at {at}: {seen} comes after version {last[seen.stream_id]}")
        last[seen.stream_id] = seen.version


def causes(attempts: Iterable[Attempt], order: Sequence[Seen]) -> Iterator[Violation]:
    """An event comes after all that its writer had read."""
    place = {(seen.stream_id, seen.version): at for at, seen in enumerate(order, start=1)}
    at_of = {seen.event_id: at for at, seen in enumerate(order, start=1)}
    for attempt in attempts:
        written = [at_of[seen.event_id] for seen in attempt.events if seen.event_id in at_of]
        for stream_id, version in attempt.read if written else ():
            if version == 0:
                continue
            read = place.get((stream_id, version))
            if read is None:
                yield Violation("causal-order", f"{attempt.command} had read {stream_id}@{version}, which is not there")
            elif read > min(written):
                detail = f"had read {stream_id}@{version}, which comes later, at {read}"
                yield Violation("causal-order", f"at {min(written)}: {attempt.command} {detail}")


def stale(attempts: Sequence[Attempt]) -> Iterator[Violation]:
    """No append is acknowledged that rests on a version which, before it was sent, was known not to be a stream's last."""
    acknowledged = [attempt for attempt in attempts if attempt.outcome is Outcome.ACKNOWLEDGED]
    since = {(seen.stream_id, seen.version): attempt.ended for attempt in acknowledged for seen in attempt.events}
    for attempt in acknowledged:
        for stream_id, version in attempt.read:
            if since.get((stream_id, version + 1), inf) < attempt.begun:
                late = attempt.begun - since[stream_id, version + 1]
                detail = f"{stream_id}@{version}, although {version + 1} had been acknowledged {late:.3f} s before"
                yield Violation("stale", f"{attempt.command} was written on {detail}")


def real_time(attempts: Iterable[Attempt], order: Sequence[Seen]) -> Iterator[Violation]:
    """What was acknowledged before something else was sent comes before it, whoever wrote them."""
    of = {seen.event_id: attempt for attempt in attempts if attempt.outcome is Outcome.ACKNOWLEDGED for seen in attempt.events}
    latest, sent = -inf, ""
    for at, seen in enumerate(order, start=1):
        if (attempt := of.get(seen.event_id)) is None:
            continue
        if attempt.ended < latest:
            detail = f"was acknowledged {latest - attempt.ended:.3f} s before {sent} was sent, and comes after it"
            yield Violation("real-time-order", f"at {at}: {attempt.command} {detail}")
        if attempt.begun > latest:
            latest, sent = attempt.begun, attempt.command


def placed(ledger: Sequence[Sequenced]) -> Iterator[Violation]:
    """`idx`, and `shard_idx` in each shard, are 1, 2, 3, ...; a shard is that of the subject."""
    within: dict[int, int] = defaultdict(int)
    for at, row in enumerate(ledger, start=1):
        if row.idx != at:
            yield Violation("hole", f"row {at} of the ledger has idx {row.idx}")
        within[row.shard] += 1
        if row.shard_idx != within[row.shard]:
            yield Violation("hole", f"idx {row.idx}: shard {row.shard} has {row.shard_idx} where {within[row.shard]} was due")
            within[row.shard] = row.shard_idx
        if row.shard != shard_of(row.envelope.subject):
            yield Violation("shard", f"idx {row.idx}: {row.envelope.subject} stands in shard {row.shard}")


def chained(ledger: Iterable[Sequenced]) -> Iterator[Violation]:
    """Leaf and chain hash of each row can be computed again from the stored events."""
    chain = GENESIS
    for row in ledger:
        if row.leaf != leaf_hash(row.envelope, row.recorded.data):
            yield Violation("chain", f"idx {row.idx}: the leaf is not that of the stored event")
        if row.chain != chain_hash(chain, row.leaf):
            yield Violation("chain", f"idx {row.idx}: the chain hash does not follow from the row before")
        chain = row.chain


def split(ledger: Iterable[Sequenced]) -> Iterator[Violation]:
    """What one command caused stands side by side."""
    closed: set[UUID] = set()
    current: UUID | None = None
    for row in ledger:
        if row.envelope.command_id == current:
            continue
        current = row.envelope.command_id
        if current in closed:
            yield Violation("torn", f"idx {row.idx}: command {current} goes on after others came between")
        closed.add(current)


def causations(ledger: Sequence[Sequenced], *, closed: bool = True) -> Iterator[Violation]:
    """The event that is named as a cause comes earlier; `closed`: it may not be in another ledger either."""
    place = {row.envelope.event_id: row.idx for row in ledger}
    for row in ledger:
        cause = row.envelope.causation_id
        if cause == row.envelope.command_id:
            continue
        if cause in place and place[cause] >= row.idx:
            yield Violation("causal-order", f"idx {row.idx}: its cause {cause} comes later, at {place[cause]}")
        elif closed and cause not in place:
            yield Violation("causal-order", f"idx {row.idx}: its cause {cause} is not there")


Place = tuple[int, UUID]
"""A position, and the event that is there."""


def followed(rule: str, truth: Sequence[Place], met: Sequence[Place]) -> Iterator[Violation]:
    """Whoever followed the ledger met exactly its rows, each once, in order; `rule` names the follower."""
    at_place = dict(truth)
    last, known = 0, set[int]()
    for position, event_id in met:
        if at_place.get(position) != event_id:
            yield Violation(rule, f"met {event_id} at {position}, where the ledger has {at_place.get(position)}")
        elif position in known:
            yield Violation(rule, f"met {position} ({event_id}) twice")
        elif position < last:
            yield Violation(rule, f"met {position} ({event_id}) after {last}")
        known.add(position)
        last = max(last, position)
    for position, event_id in truth:
        if position not in known:
            yield Violation(rule, f"never met {position} ({event_id})")


def tailed(ledger: Iterable[Sequenced], met: Sequence[Place]) -> Iterator[Violation]:
    """A reader that follows by `idx > last` missed, doubled and reordered nothing."""
    return followed("tail", [(row.idx, row.envelope.event_id) for row in ledger], met)


def consumed(ledger: Iterable[Sequenced], applied: Mapping[int, Sequence[Place]]) -> Iterator[Violation]:
    """What a consumer applied of each shard, in the order in which it did, is exactly that shard of the ledger."""
    truth: dict[int, list[Place]] = defaultdict(list)
    for row in ledger:
        truth[row.shard].append((row.shard_idx, row.envelope.event_id))
    for shard in sorted(truth.keys() | applied.keys()):
        yield from followed(f"consumer (shard {shard})", truth.get(shard, []), applied.get(shard, ()))


def projected(name: str, stored: Mapping[K, Any], folded: Mapping[K, Any]) -> Iterator[Violation]:
    """A read model is what folding the ledger from its beginning gives, row by row."""
    for key in sorted(stored.keys() | folded.keys(), key=str):
        if stored.get(key) != folded.get(key):
            yield Violation("projection", f"{name} {key}: {stored.get(key)} is stored, {folded.get(key)} follows from the ledger")

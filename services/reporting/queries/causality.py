"""Causal order: causes before effects and versions ascending; what neither decides goes by time of recording."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Moment:
    """What the order of an event hangs on; `stream` is unique among all services."""

    seq: int
    event_id: UUID
    causation_id: UUID
    stream: str
    version: int
    recorded_at: datetime

    @property
    def rank(self) -> tuple[datetime, int]:
        """What decides where causes and versions do not."""
        return self.recorded_at, self.seq


def causal_order(moments: Iterable[Moment]) -> list[Moment]:
    """All moments: each after its cause and after its stream's earlier versions; ties by time of recording, then `seq`.

    Deterministic whatever order they come in. A history hides nothing: should causes form a circle, which no genuine ledger
    holds, its earliest recorded moment goes first.
    """
    by_id = {moment.event_id: moment for moment in moments}
    by_rank = sorted(by_id.values(), key=lambda moment: (moment.recorded_at, moment.seq))
    return by_rank if _is_causal(by_rank, by_id) else _put_in_order(by_id)


def _is_causal(moments: Iterable[Moment], by_id: Mapping[UUID, Moment]) -> bool:
    """Whether the order of recording has every cause and every version in its place already, as it nearly always has."""
    seen: set[UUID] = set()
    versions: dict[str, int] = {}
    for moment in moments:
        seen.add(moment.event_id)
        cause = moment.causation_id
        if (cause in by_id and cause not in seen) or versions.get(moment.stream, 0) > moment.version:
            return False
        versions[moment.stream] = moment.version
    return True


def _put_in_order(by_id: Mapping[UUID, Moment]) -> list[Moment]:
    """Of all that wait for nothing, always the one of the lowest rank."""
    effects, waits = _edges(by_id)
    ready = [(*by_id[event_id].rank, event_id) for event_id, count in waits.items() if count == 0]
    heapq.heapify(ready)
    ordered: list[Moment] = []
    while waits:
        event_id = heapq.heappop(ready)[-1] if ready else min(waits, key=lambda waiting: by_id[waiting].rank)
        if waits.pop(event_id, None) is None:
            continue
        ordered.append(by_id[event_id])
        for effect in effects[event_id]:
            if effect in waits:
                waits[effect] -= 1
                if waits[effect] == 0:
                    heapq.heappush(ready, (*by_id[effect].rank, effect))
    return ordered


def _edges(by_id: Mapping[UUID, Moment]) -> tuple[dict[UUID, list[UUID]], dict[UUID, int]]:
    """For each moment, what must come after it, and for how many it must wait."""
    pairs = {(m.causation_id, m.event_id) for m in by_id.values() if m.causation_id in by_id}
    streams: dict[str, list[Moment]] = defaultdict(list)
    for moment in by_id.values():
        streams[moment.stream].append(moment)
    for stream in streams.values():
        in_order = sorted(stream, key=lambda moment: (moment.version, moment.rank))
        pairs |= {(earlier.event_id, later.event_id) for earlier, later in pairwise(in_order)}
    effects: dict[UUID, list[UUID]] = defaultdict(list)
    waits = dict.fromkeys(by_id, 0)
    for cause, effect in pairs - {(event_id, event_id) for event_id in by_id}:
        effects[cause].append(effect)
        waits[effect] += 1
    return effects, waits

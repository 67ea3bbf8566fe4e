"""Ledgers of other services as they would come over the wire: sequenced, sharded, hashed and chained, without those services."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from chassis.broker import Received
from chassis.domain import Actor
from chassis.envelope import GENESIS, Envelope, Recorded, chain_hash, leaf_hash, shard_of, uuid7
from chassis.policy import Run
from chassis.testing import NOON

OFFICER = Actor(id="officer-1", name="张三", role="officer", certificate_no="赣执-001")


class Ledgers:
    """Records events of any service, each at its next place in that service's ledger; a minute passes between two."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at
        self.recorded: list[Received] = []
        self._chains: dict[str, bytes] = defaultdict(lambda: GENESIS)
        self._heads: dict[str, int] = defaultdict(int)
        self._shards: dict[tuple[str, int], int] = defaultdict(int)
        self._versions: dict[tuple[str, str], int] = defaultdict(int)

    def record(
        self, source: str, name: str, data: Mapping[str, Any], *, stream: str, subject: str | None = None,
        district: str = "donghu", correlation_id: UUID | None = None, causation_id: UUID | None = None,
        rulebook: str | None = None,
    ) -> Received:  # fmt: skip
        """An event `casetrail.<source>.<name>.v1` of this stream, about `subject` (None: the stream itself)."""
        self.at += timedelta(minutes=1)
        self._versions[source, stream] += 1
        command_id = uuid7()
        envelope = Envelope(
            event_id=uuid7(), command_id=command_id, stream_id=stream, version=self._versions[source, stream],
            type=f"casetrail.{source}.{name}.v1", district=district, organ=f"{district}-emb", subject=subject or stream,
            occurred_at=self.at - timedelta(minutes=5), recorded_at=self.at, actor=OFFICER, device="phone-1",
            correlation_id=correlation_id or command_id, causation_id=causation_id or command_id,
            traceparent=None, rulebook=rulebook,
        )  # fmt: skip
        received = self.sequenced(source, Recorded(envelope, orjson.dumps(data, option=orjson.OPT_SORT_KEYS)))
        self.recorded.append(received)
        return received

    def sequenced(self, source: str, recorded: Recorded) -> Received:
        """A stored event at the next place in the source's ledger."""
        leaf = leaf_hash(recorded.envelope, recorded.data)
        shard = shard_of(recorded.envelope.subject)
        self._heads[source] += 1
        self._shards[source, shard] += 1
        self._chains[source] = chain_hash(self._chains[source], leaf)
        place = (self._heads[source], shard, self._shards[source, shard])
        return Received(source, *place, leaf, self._chains[source], recorded)


def runs_of(events: Iterable[Received]) -> list[Run]:
    """The runs a consumer would hand over for these events."""
    shards: dict[tuple[str, int], list[Received]] = defaultdict(list)
    for received in events:
        shards[received.source, received.shard].append(received)
    return [Run(*shard, events[0].shard_idx - 1, tuple(events)) for shard, events in shards.items()]


def jurisdictions(ledgers: Ledgers, *ids: str) -> None:
    """The city, and these districts of it."""
    for jurisdiction_id in ("nanchang", *ids):
        data = {
            "jurisdiction_id": jurisdiction_id, "name": f"{jurisdiction_id}区", "kind": "district", "valid_from": None,
            "valid_to": None, "parent": None if jurisdiction_id == "nanchang" else "nanchang", "organ": "应急管理局",
        }  # fmt: skip
        ledgers.record(
            "registry", "jurisdiction-established", data, stream=f"jurisdiction:{jurisdiction_id}", district=jurisdiction_id
        )


def enterprise(ledgers: Ledgers, key: str, district: str) -> None:
    """A registered site."""
    data = {"enterprise_id": key, "uscc": "91360100MA0000000X", "site_no": "01", "name": f"企业{key}", "sector": "steel"}
    ledgers.record("registry", "enterprise-registered", data, stream=f"enterprise:{key}", subject=key, district=district)


def task(ledgers: Ledgers, key: str, enterprise_id: str, district: str, *, level: str, campaign: str | None) -> Received:
    """A generated task."""
    data = {
        "task_id": key, "kind": "campaign" if campaign else "random", "campaign_id": campaign, "draw_id": None,
        "enterprise_id": enterprise_id, "enterprise_name": f"企业{enterprise_id}", "uscc": "91360100MA0000000X",
        "district": district, "sector": "steel", "level": level, "organ_id": f"{district}-emb", "organ": "应急管理局",
        "due_on": date(2021, 10, 31),
    }  # fmt: skip
    return ledgers.record("tasks", "task-generated", data, stream=f"task:{key}", subject=enterprise_id, district=district)


class Site:
    """One site's matter, told event by event under one correlation, each event the cause of the next."""

    def __init__(self, ledgers: Ledgers, key: str, enterprise_id: str, district: str, *, level: str = "district") -> None:
        self.ledgers, self.key, self.enterprise_id, self.district = ledgers, key, enterprise_id, district
        self._last = task(ledgers, f"t-{key}", enterprise_id, district, level=level, campaign="c-2021")

    def tell(self, source: str, name: str, stream: str, /, **data: Any) -> Received:
        """The next event."""
        self._last = self.ledgers.record(
            source, name, data, stream=stream, subject=self.enterprise_id, district=self.district,
            correlation_id=self._last.envelope.correlation_id, causation_id=self._last.envelope.event_id,
            rulebook="jiangxi-work-safety/2021.1",
        )  # fmt: skip
        return self._last

    def inspected(self, *, officers: int, hazards: Sequence[str | None]) -> None:
        """Assigned, started, inspected with hazards (each the code of its key item, or None), concluded, completed."""
        task_id, stream = f"t-{self.key}", f"inspection:t-{self.key}"
        self.tell("tasks", "task-assigned", f"task:{task_id}", task_id=task_id)
        self.tell("tasks", "task-started", f"task:{task_id}", task_id=task_id, inspection_id=task_id)
        for number, key_item in enumerate(hazards):
            self.tell(
                "inspection", "hazard-found", f"hazard:h-{self.key}-{number}", hazard_id=f"h-{self.key}-{number}",
                inspection_id=task_id, enterprise_id=self.enterprise_id, item_code=key_item or "GEN-01",
                key_item_code=key_item, severity="general", fact="未设置", place="车间", found_on="2021-09-06",
            )  # fmt: skip
        self.tell(
            "inspection", "inspection-concluded", stream, inspection_id=task_id, task_id=task_id, officers=officers, experts=1,
            enterprise_id=self.enterprise_id, concluded_on="2021-09-06", items_answered=10, hazards=len(hazards),
        )  # fmt: skip
        self.tell("tasks", "task-completed", f"task:{task_id}", task_id=task_id, completed_on="2021-09-06")

    def rectified(self, count: int) -> None:
        """Its first hazards passed re-inspection."""
        for number in range(count):
            hazard_id = f"h-{self.key}-{number}"
            self.tell(
                "inspection", "hazard-rectified", f"hazard:{hazard_id}", hazard_id=hazard_id, order_id=f"o-{self.key}",
                re_inspected_on="2021-09-21",
            )  # fmt: skip

    def penalised(self, fen: int) -> None:
        """Its case was registered and decided."""
        stream = f"case:k-{self.key}"
        self.tell("penalty", "clue-registered", stream, case_id=f"k-{self.key}", enterprise_id=self.enterprise_id)
        self.tell(
            "penalty", "penalty-decided", stream, case_id=f"k-{self.key}", enterprise_id=self.enterprise_id, total_fen=fen,
            document_no="（南昌）应急罚〔2021〕1号", decided_on="2021-10-08",
        )  # fmt: skip


def small_year() -> Ledgers:
    """Two districts, three sites, five tasks: enough for every figure to differ from every other."""
    ledgers = Ledgers()
    jurisdictions(ledgers, "donghu", "xihu")
    for key, district in (("e-a1", "donghu"), ("e-b1", "donghu"), ("e-c1", "xihu"), ("e-d1", "xihu")):
        enterprise(ledgers, key, district)
    first = Site(ledgers, "a", "e-a1", "donghu", level="city")
    first.inspected(officers=2, hazards=["STL-K1", None, None])
    first.rectified(2)
    first.penalised(1_200_000)
    Site(ledgers, "b", "e-b1", "donghu").inspected(officers=3, hazards=["STL-K2"])
    Site(ledgers, "c", "e-c1", "xihu").inspected(officers=2, hazards=[None])
    Site(ledgers, "d", "e-d1", "xihu")
    task(ledgers, "t-e", "e-d1", "xihu", level="city", campaign=None)
    return ledgers

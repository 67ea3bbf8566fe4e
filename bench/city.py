"""Years of enforcement, made up: what happens to many sites, in order of time, in the mix in which services tell of it."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from chassis.domain import day_of

BEGINS = datetime(2019, 1, 2, 1, 0, tzinfo=UTC)
SECTORS = ("steel", "aluminium", "dust", "confined-space")
GRADES = ("major", "considerable", "general", "low")
KINDS = ("campaign", "random", "planned")
ITEMS = 120  # of a catalogue
KEY_ITEMS = 25
ANSWERED = 12  # items of a visit
PER_VISIT = 33  # events, about


@dataclass(frozen=True, slots=True)
class Happening:
    """One event: when, which service tells it of which stream about which site, and what."""

    at: datetime
    source: str
    name: str
    stream: str
    subject: str
    district: str
    data: dict[str, Any]
    officer: str
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """One inspection of one site, and all that comes of it."""

    number: int
    at: datetime
    site: int
    district: str
    random: Random

    def tells(self) -> Iterator[Happening]:
        """Its events, in order."""
        task, site = f"t-{self.number}", f"e-{self.site}"
        kind = self.random.choice(KINDS)
        campaign = f"c-{self.at.year}-{self.number % 6}" if kind == "campaign" else None
        sector = SECTORS[self.site % len(SECTORS)]
        level = "city" if self.random.random() < 0.25 else "district"
        common = {"task_id": task, "kind": kind, "campaign_id": campaign, "enterprise_id": site, "level": level, "sector": sector}
        due = _day(self.at, self.random.choice((10, 20, 30)))
        generated = {
            **common, "enterprise_name": f"企业{self.site}", "organ": "应急管理局", "organ_id": f"{self.district}-emb",
            "due_on": due, "draw_id": None, "uscc": "91360100MA0000000X", "district": self.district,
        }  # fmt: skip
        yield self._told(0, "tasks", "task-generated", f"task:{task}", generated)
        yield self._told(60, "tasks", "task-assigned", f"task:{task}", {"task_id": task})
        if self.random.random() < 0.02:
            yield self._told(120, "tasks", "task-cancelled", f"task:{task}", {"task_id": task, "reason": "重复"})
            return
        if self.random.random() < 0.03:
            return
        yield self._told(90, "tasks", "task-accepted", f"task:{task}", {"task_id": task})
        start = self.random.randrange(1, 25) * 1440
        yield from self._visited(start, task, site, common)

    def _visited(self, start: int, task: str, site: str, common: dict[str, Any]) -> Iterator[Happening]:
        stream = f"inspection:{task}"
        yield self._told(start, "tasks", "task-started", f"task:{task}", {"task_id": task, "inspection_id": task})
        prepared = {**common, "inspection_id": task, "officers": [], "experts": [], "items": [], "catalogue": "2021"}
        yield self._told(start + 1, "inspection", "inspection-prepared", stream, prepared)
        checked = {"inspection_id": task, "task_id": task, "officers": [], "experts": [], "place": "厂区"}
        yield self._told(start + 2, "inspection", "checked-in", stream, checked, device=True)
        for number in range(ANSWERED):
            answer = {"inspection_id": task, "item_code": f"GEN-{number}", "verdict": "ok", "note": "现场查看，符合要求。" * 8}
            yield self._told(start + 5 + number, "inspection", "item-answered", stream, answer, device=True)
            if number % 4 == 0:
                shot = {"evidence_id": f"{task}-{number}", "inspection_id": task, "sha256": "0" * 64, "size": 2_000_000}
                yield self._told(
                    start + 5 + number, "inspection", "evidence-captured", f"evidence:{task}-{number}", shot, device=True
                )
        hazards = [f"h-{self.number}-{n}" for n in range(self.random.choice((0, 1, 2, 3, 4)))]
        for hazard in hazards:
            yield self._found(start + 20, hazard, task, site)
        yield from self._paper(start + 30, "inspection", f"d-{self.number}-1", "4", site, inspection_id=task)
        concluded = {
            "inspection_id": task, "task_id": task, "enterprise_id": site, "concluded_on": self._on(start + 40),
            "officers": self.random.choice((2, 2, 3, 4)), "experts": 1, "hazards": len(hazards), "items_answered": ANSWERED,
        }  # fmt: skip
        yield self._told(start + 40, "inspection", "inspection-concluded", stream, concluded, device=True)
        completed = {"task_id": task, "inspection_id": task, "completed_on": self._on(start + 41)}
        yield self._told(start + 41, "tasks", "task-completed", f"task:{task}", completed)
        if hazards:
            yield from self._ordered(start + 50, hazards, task, site)
        if self.random.random() < 0.05:
            yield from self._case(start + 1440, site)
        elif self.random.random() < 0.02:
            yield self._spot(start + 60, task, site)

    def _found(self, after: int, hazard: str, task: str, site: str) -> Happening:
        item = self.random.randrange(ITEMS)
        found = {
            "hazard_id": hazard, "inspection_id": task, "enterprise_id": site, "item_code": f"GEN-{item}",
            "key_item_code": f"K-{item}" if item < KEY_ITEMS else None, "fact": "未设置", "place": "车间",
            "severity": "major" if item % 40 == 0 else "general", "found_on": self._on(after),
        }  # fmt: skip
        return self._told(after, "inspection", "hazard-found", f"hazard:{hazard}", found, device=True)

    def _ordered(self, after: int, hazards: list[str], task: str, site: str) -> Iterator[Happening]:
        order, due = f"o-{self.number}", self._on(after + 15 * 1440)
        issued = {
            "order_id": order, "document_no": f"令{self.number}", "inspection_id": task, "enterprise_id": site,
            "issued_on": self._on(after), "due_on": due,
            "hazards": [{"hazard_id": hazard, "item_code": "GEN-1", "due_on": due} for hazard in hazards],
        }  # fmt: skip
        yield self._told(after, "inspection", "order-issued", f"order:{order}", issued, device=True)
        for hazard in hazards:
            told = {"hazard_id": hazard, "order_id": order, "due_on": due}
            yield self._told(after, "inspection", "hazard-ordered", f"hazard:{hazard}", told, device=True)
        yield from self._paper(after + 1, "inspection", f"d-{self.number}-2", "10", site, inspection_id=task)
        open_, again = hazards, after + self.random.randrange(8, 28) * 1440
        for round_ in range(3):
            passed = [h for h in open_ if self.random.random() < 0.85]
            seen = {
                "order_id": order, "enterprise_id": site, "inspection_id": task, "re_inspected_on": self._on(again),
                "all_passed": len(passed) == len(open_), "officers": [],
                "results": [{"hazard_id": h, "passed": h in passed, "note": ""} for h in open_],
            }  # fmt: skip
            yield self._told(again, "inspection", "re-inspected", f"order:{order}", seen, device=True)
            for hazard in passed:
                told = {"hazard_id": hazard, "order_id": order, "re_inspected_on": self._on(again)}
                yield self._told(again, "inspection", "hazard-rectified", f"hazard:{hazard}", told)
            open_ = [h for h in open_ if h not in passed]
            if not open_ or round_ == 2:
                return
            again += 15 * 1440

    def _case(self, after: int, site: str) -> Iterator[Happening]:
        case, fen = f"k-{self.number}", self.random.randrange(3, 20) * 100_000
        stream = f"case:{case}"
        clue = {"case_id": case, "enterprise_id": site, "origin": "inspection", "level": "district", "organ": "应急管理局"}
        yield self._told(after, "penalty", "clue-registered", stream, clue)
        yield self._told(after + 60, "penalty", "filing-requested", stream, {"case_id": case})
        filed = after + 2 * 1440
        told = {"case_id": case, "filed_on": self._on(filed), "decision_due_on": self._on(filed + 90 * 1440), "case_no": "1"}
        yield self._told(filed, "penalty", "case-filed", stream, told)
        yield self._told(filed + 20 * 1440, "penalty", "investigation-closed", stream, {"case_id": case, "proposed_fen": fen})
        if self.random.random() < 0.1:
            return
        day = filed + self.random.randrange(30, 80) * 1440
        decided = {
            "case_id": case, "enterprise_id": site, "document_no": f"罚{self.number}", "decided_on": self._on(day),
            "total_fen": fen,
        }  # fmt: skip
        yield self._told(day, "penalty", "penalty-decided", stream, decided)
        yield from self._paper(day + 5, "penalty", f"d-{self.number}-3", "31", site, case_id=case)
        if self.random.random() < 0.1:
            changed = {"case_id": case, "former_fen": fen, "total_fen": fen // 2, "changed_on": self._on(day + 1440)}
            yield self._told(day + 1440, "penalty", "decision-changed", stream, changed)
            fen //= 2
        paid = {"case_id": case, "amount_fen": fen, "bank_reference": case, "paid_on": self._on(day + 9 * 1440)}
        yield self._told(day + 9 * 1440, "penalty", "payment-received", f"payment:{case}", paid)
        closed = {"case_id": case, "closed_on": self._on(day + 30 * 1440), "reason": "performed"}
        yield self._told(day + 30 * 1440, "penalty", "case-closed", stream, closed)

    def _spot(self, after: int, task: str, site: str) -> Happening:
        spot = f"s-{self.number}"
        told = {
            "spot_id": spot, "enterprise_id": site, "inspection_id": task, "decided_on": self._on(after), "total_fen": 200_000,
            "document_no": f"当罚{self.number}", "organ": "应急管理局",
        }  # fmt: skip
        return self._told(after, "penalty", "spot-penalty-decided", f"spot:{spot}", told, device=True)

    def _paper(self, after: int, source: str, key: str, form: str, site: str, **of: str) -> Iterator[Happening]:
        issued = {
            "document_id": key, "form": form, "name": "文书", "document_no": None, "enterprise_id": site,
            "issued_on": self._on(after), "facts": "§" * 60, "facts_sha256": "0" * 64, "file_sha256": "0" * 64, **of,
        }  # fmt: skip
        yield self._told(after, source, "document-issued", f"document:{key}", issued, device=True)
        signed = {"document_id": key, "signatory": "party", "name": "甲", "manner": "drawn"}
        yield self._told(after + 1, source, "document-signed", f"document:{key}", signed, device=True)

    def _told(
        self, after: int, source: str, name: str, stream: str, data: dict[str, Any], *, device: bool = False
    ) -> Happening:  # fmt: skip
        officer = f"officer-{self.district}-{self.number % 8}"
        at = self.at + timedelta(minutes=after)
        return Happening(
            at, source, name, stream, f"e-{self.site}", self.district, data, officer, f"phone-{officer}" if device else None
        )

    def _on(self, after: int) -> str:
        return _day(self.at + timedelta(minutes=after))


def _day(at: datetime, later: int = 0) -> str:
    day: date = day_of(at) + timedelta(days=later)
    return day.isoformat()


def happenings(districts: int, sites: int, visits: int, days: int, seed: int = 1) -> Iterator[Happening]:
    """The register, then so many visits spread over so many days, in order of time."""
    random = Random(seed)
    yield from _register(districts, sites)
    waiting: list[tuple[datetime, int, Happening]] = []
    placed = 0
    for number in range(visits):
        at = BEGINS + timedelta(minutes=(days * 1440 * number) // visits + 1)
        while waiting and waiting[0][0] <= at:
            yield heapq.heappop(waiting)[2]
        site = random.randrange(sites)
        for told in Visit(number, at, site, f"d-{site % districts}", random).tells():
            placed += 1
            heapq.heappush(waiting, (told.at, placed, told))
    while waiting:
        yield heapq.heappop(waiting)[2]


def _register(districts: int, sites: int) -> Iterator[Happening]:
    for key, parent in (("city", None), *((f"d-{number}", "city") for number in range(districts))):
        area: dict[str, Any] = {"jurisdiction_id": key, "name": f"辖区{key}", "kind": "district", "parent": parent}
        yield Happening(BEGINS, "registry", "jurisdiction-established", f"jurisdiction:{key}", key, key, area, "clerk")
    for number in range(sites):
        key, district = f"e-{number}", f"d-{number % districts}"
        told: dict[str, Any] = {
            "enterprise_id": key, "name": f"企业{number}", "uscc": "91360100MA0000000X", "site_no": "01",
            "sector": SECTORS[number % len(SECTORS)], "legal_representative": "甲", "safety_head": "乙" if number % 3 else "",
            "staff": number % 90, "places": [{}] if number % 2 else [], "equipment": [],
        }  # fmt: skip
        yield Happening(BEGINS, "registry", "enterprise-registered", f"enterprise:{key}", key, district, told, "clerk")
        graded = {"enterprise_id": key, "grade": GRADES[number % 4], "graded_on": _day(BEGINS)}
        yield Happening(BEGINS, "registry", "risk-graded", f"enterprise:{key}", key, district, graded, "clerk")

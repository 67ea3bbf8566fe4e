"""A large visit that two devices note without a network, each seeing some of the other's; and what it comes to."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from chassis.aggregates import Loaded
from chassis.domain import Stream
from services.inspection.domain.catalogue import applicable, catalogue_of
from services.inspection.domain.evidence import EVIDENCE
from services.inspection.domain.hazard import HAZARD
from services.inspection.domain.inspection import INSPECTION
from services.inspection.domain.measures.measure import MEASURE
from services.inspection.domain.numbers import SERIES, series_key
from services.inspection.domain.order import ORDER
from tests.media import film, pdf, picture
from tests.service.inspection.desk import SITE, TASK
from tests.service.inspection.measures import suspension
from tests.service.inspection.office import CHECK_IN, hazard, vocabulary
from tests.service.inspection.phone import Pen
from tests.service.inspection.test_measures import EXAMINATION, QUESTIONING, SAMPLING
from tests.service.inspection.test_offline import MEETING, answered

ITEMS, HAZARDS, PHOTOS = 60, 12, 40
WORDS = {"抽": 11, "勘": 12, "现决": 13, "责改": 14}  # the number that each numbered document is given on its device
DOCUMENTS = ("record-1", "record-2", "record-3", "measure-1")  # and the order
SERIES_KEYS = tuple(series_key("donghu-emb", word, 2021) for word in WORDS)
Load = Callable[[Stream[Any], str], Awaitable[Loaded[Any]]]


def large_catalogue() -> dict[str, Any]:
    """The published item list, and as many further items that the site of the tests is asked sixty."""
    published = vocabulary("catalogue-2021")
    model = next(item for item in published["items"] if item["code"] == "GEN-03")
    known = len(applicable(catalogue_of("published", published["items"]), SITE, TASK.planned_on))
    more = [{**model, "code": f"GEN-{100 + n}", "key_item_code": None} for n in range(ITEMS - known)]
    return {**published, "version": "2021.large", "items": [*published["items"], *more]}


def item_codes() -> list[str]:
    """The items of the visit, a major hazard's first."""
    catalogue = catalogue_of("large", large_catalogue()["items"])
    codes = [item.code for item in applicable(catalogue, SITE, TASK.planned_on)]
    return ["DST-K6", *(code for code in codes if code != "DST-K6")]


@dataclass(frozen=True)
class Visit:
    """What was noted: on which devices, which answers, which files (by evidence id), on which items two answers disagree."""

    pens: tuple[Pen, Pen]
    answers: frozenset[str]
    files: dict[str, bytes]
    disputed: frozenset[str]


def noted(one: Pen, two: Pen) -> Visit:
    """The visit: both arrive, answer half of the items each, find, photograph, correct, record, decide, conclude, order."""
    writer = _Writer(one, two, item_codes())
    for pen, minutes in ((one, -90), (two, -88)):
        pen.note("check-in", CHECK_IN, minutes=minutes)
        pen.note("meeting", {**MEETING, "meeting_id": f"m-{pen.device_id}"}, minutes=-85)
    for n in range(ITEMS):
        writer.look_at(n)
    for pen in (one, two):
        writer.flush(pen)
    writer.photograph_across()
    writer.write_documents()
    one.note("advice", {"expert_id": "expert-1", "advice": "加强清扫"}, minutes=-14)
    two.note("statement", {"statement_id": "s-1", "part": "unit-head", "name": "王厂长", "statement": "无异议"}, minutes=-13)
    writer.correct_and_conclude()
    assert (len(writer.files), len(writer.found)) == (PHOTOS, HAZARDS)
    return Visit((one, two), frozenset(writer.answers), writer.files, frozenset(writer.codes[n] for n in (3, 4, 20)))


class _Writer:
    def __init__(self, one: Pen, two: Pen, codes: list[str]) -> None:
        self.one, self.two, self.codes = one, two, codes
        self.answers: list[str] = []
        self.found: list[str] = []
        self.files: dict[str, bytes] = {}
        self._page: dict[str, list[dict[str, Any]]] = {one.device_id: [], two.device_id: []}

    def look_at(self, n: int) -> None:
        """Answer an item; a hazard is photographed before it is written down; answers go by twos."""
        pen = (self.one, self.two)[n % 2]
        bad = n % 5 == 0 and n != 55
        answer = answered(self.codes[n], self._called(pen, n), "violation" if bad else "compliant")
        if bad:
            self.found.append(f"h-{n:02}")
            taken = self.photograph(pen, n, hazard_ids=[f"h-{n:02}"], answer_id=answer["answer_id"])
            answer["hazards"] = [{**hazard(f"h-{n:02}", "general" if n else "major"), "photos": [taken]}]
        self._page[pen.device_id].append(answer)
        if len(self._page[pen.device_id]) == 2:
            self.flush(pen)

    def flush(self, pen: Pen) -> None:
        """Note the answers that are on a device's page."""
        page = self._page[pen.device_id]
        if page:
            pen.note("answers", {"answers": page}, minutes=-60 + len(self.answers) // 4)
        self._page[pen.device_id] = []

    def photograph(self, pen: Pen, n: int, **about: Any) -> str:
        """Note a file; answers its hash."""
        place = len(self.files)
        data, kind, media_type = {
            37: (film(b"vide"), "video", "video/mp4"), 38: (film(b"soun"), "audio", "audio/mp4"),
            39: (pdf(), "scan", "application/pdf"),
        }.get(place, (picture("JPEG", (40 + place, 30)), "photo", "image/jpeg"))  # fmt: skip
        sha256, key = hashlib.sha256(data).hexdigest(), f"ev-{place:02}"
        self.files[key] = data
        body = {
            "evidence_id": key, "kind": kind, "sha256": sha256, "size": len(data), "media_type": media_type, "place": "打磨车间",
            "item_code": self.codes[n], **about,
        }  # fmt: skip
        pen.note("evidence", body, minutes=-55 + place // 4)
        return sha256

    def photograph_across(self) -> None:
        """Each photographs hazards that the other found; the rest of the files show items, one its answer."""
        for hazard_id in self.found:
            n = int(hazard_id[2:])
            self.photograph((self.two, self.one)[n % 2], n, hazard_ids=[hazard_id])
        for n in range(PHOTOS - len(self.files) - 1):
            about = {"answer_id": self._named(self.one, 2)} if n == 2 else {}
            self.photograph((self.one, self.two)[n % 3 == 0], n, **about)

    def write_documents(self) -> None:
        """A sampling, a questioning, an examination with photos, a suspension for what the other found."""
        photos = [hashlib.sha256(self.files[key]).hexdigest() for key in ("ev-01", "ev-20")]
        for pen, kind, body in (
            (self.one, "sampling", {**SAMPLING, "number": WORDS["抽"]}), (self.two, "questioning", QUESTIONING),
            (self.one, "examination", {**EXAMINATION, "photos": photos, "number": WORDS["勘"]}),
            (self.two, "suspension", suspension("h-00", number=WORDS["现决"])),
        ):  # fmt: skip
            pen.note(kind, {name: value for name, value in body.items() if name != "inspection_id"}, minutes=-20)

    def correct_and_conclude(self) -> None:
        """The record is closed; beside it answers are changed, by whoever saw them and by whoever did not; then the order."""
        one, two = self.one, self.two
        one.note("correction", {"hazard_id": "h-30", "how": "当场清扫"}, minutes=-12)
        one.note("conclusion", {"signed_by": "厂长", "covers": list(self.answers)}, minutes=-10)
        self.change(two, 1, "violation", self._named(two, 1), hazards=("h-late",))
        self.found.append("h-late")
        self.photograph(two, 1, hazard_ids=["h-late"])
        self.change(one, 10, "compliant", self._named(one, 10))
        self.change(two, 2, "not-checked", self._named(one, 2))
        self.change(one, 3, "not-applicable")
        self.change(two, 4, "not-checked")
        self.change(two, 20, "compliant")
        dated = [{"hazard_id": f"h-{n:02}", "due_on": "2021-09-20"} for n in (5, 15, 25, 35, 40, 45, 50)]
        two.note("order", {"order_id": "order-1", "hazards": dated, "number": WORDS["责改"]}, minutes=-5)

    def change(self, pen: Pen, n: int, answer: str, *replaces: str, hazards: tuple[str, ...] = ()) -> None:
        """Another answer to an item."""
        body = answered(self.codes[n], self._called(pen, n, "-late"), answer, *replaces, hazards=hazards)
        pen.note("answers", {"answers": [body | ({"note": "停产"} if answer.startswith("not") else {})]}, minutes=-9)

    def _called(self, pen: Pen, n: int, late: str = "") -> str:
        self.answers.append(f"{self._named(pen, n)}{late}")
        return self.answers[-1]

    def _named(self, pen: Pen, n: int) -> str:
        return f"{'a' if pen is self.one else 'b'}-{n:02}"


async def outcome(load: Load, visit: Visit) -> dict[str, Any]:
    """What a visit came to, without what tells only in which order things arrived."""
    found = {key: (await load(HAZARD, key)).state for key in (*(f"h-{n:02}" for n in range(0, 55, 5)), "h-late")}
    inspection = (await load(INSPECTION, "task-1")).state
    given = {key: replace(answer, again=False) for key, answer in inspection.given.items()}
    return {
        "inspection": replace(inspection, plan=None, given=given), "disputed": inspection.disputed,
        "unsigned": inspection.unsigned, "hazards": found, "order": (await load(ORDER, "order-1")).state,
        "evidence": {key: replace((await load(EVIDENCE, key)).state, arrived=None) for key in visit.files},
        "measures": {key: (await load(MEASURE, key)).state for key in DOCUMENTS},
        "numbers": {key: (await load(SERIES, key)).state.devices for key in SERIES_KEYS},
    }  # fmt: skip

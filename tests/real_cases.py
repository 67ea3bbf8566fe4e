"""Cases that were really decided, each with the law of its year and province as far as it is known (`real_cases.json`)."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

from chassis.calendar import WorkingDays
from chassis.domain import CHINA, Actor, Event
from services.penalty import domain
from services.penalty.domain import CASE, CaseState, Charge, Rules, Sanctions

HERE = Path(__file__).parent
VOCABULARY = HERE.parent / "contracts" / "vocabulary"
TOLD: Any = json.loads((HERE / "real_cases.json").read_text(encoding="utf-8"))
NAMES: tuple[str, ...] = tuple(TOLD["cases"])
JIANGXI = "360000"
HEAD = Actor(id="head-1", name="局长", role="approver")
OFFICERS = tuple(
    domain.Officer(officer_id=f"o-{n}", name=f"执法员{n}", certificate_no=f"C{n}", certificate_valid_to=date(2027, 12, 31))
    for n in (1, 2)
)
IDS = tuple(officer.officer_id for officer in OFFICERS)


@cache
def book_of(name: str, province: str | None = None) -> dict[str, Any]:
    """The rulebook of a case's year for its province (or another one), with rows of laws that the published books lack."""
    told = TOLD["cases"][name]
    content: dict[str, Any] = copy.deepcopy(json.loads((VOCABULARY / told["book"]).read_text(encoding="utf-8")))
    known = {(law["id"], law["version"]) for law in content["laws"]}
    content["laws"] += [{**law, "articles": {}} for law in TOLD["laws"] if (law["id"], law["version"]) not in known]
    content["ranges"] += TOLD["ranges"]
    where = province or told["province"]
    content |= {"rulebook": f"province-{where}", "version": f"{content['version']}-{name}", "province": where}
    if told["former"]:
        _former(content)
    return content


def _former(content: dict[str, Any]) -> None:
    """What the law of 2021 says, as the one before it did: its articles, its periods in calendar days, its days in force."""
    law = TOLD["former_penalty_law"]
    for row in _rows(content):
        cited = row.get("basis")
        if isinstance(cited, dict) and (cited.get("law"), cited.get("version")) == ("APL", "2021"):
            row["basis"] = {"law": "APL", "version": "2017", "article": law["articles"][cited["article"]], "paragraph": None,
                            "item": None}  # fmt: skip
            row |= {"valid_from": "2018-01-01", "valid_to": "2021-07-14", "confidence": law["confidence"], "unverified": True}
    for row in content["deadlines"]:
        if row["code"] in law["calendar_days"]:
            row |= {"length": law["calendar_days"][row["code"]], "unit": "calendar-day"}
    for row in content["thresholds"]:
        if (limit := law["thresholds"].get(row["code"], {}).get(row["party"])) is not None:
            row["amount_fen"] = limit
    content["valid_from"] = "2018-01-01"


def _rows(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _rows(value)
    if isinstance(node, list):
        for value in node:
            yield from _rows(value)


def rules_of(name: str, day: date, province: str | None = None) -> Rules:
    """The rules of the case on a day."""
    content = book_of(name, province)
    return domain.rules_on(content, day, WorkingDays(domain.overrides(content)))


def items_of(name: str) -> list[dict[str, Any]]:
    """Items of a catalogue that lead to the provisions that were applied, with the ranges of these."""
    items: dict[str, dict[str, Any]] = {}
    for code, law, version, article, item, _, _, *_ in TOLD["cases"][name]["charges"]:
        wanted = [(law, version, article), tuple(TOLD["cases"][name].get("later", ()))]
        rows = [row for row in book_of(name)["ranges"] if (row["law"], row["version"], row["article"]) in wanted]
        penalty = [{**row, "provision": {**row, "item": item}} for row in rows]
        items[code] = {"code": code, "penalty": penalty}
    return list(items.values())


def charges_of(name: str) -> tuple[Charge, ...]:
    """What was imposed."""
    return tuple(
        Charge(
            item_code=code, law=law, law_version=version, article=article, item=item, phase="first",
            subject="person" if party else "unit", amount_fen=fen, kinds=tuple(kinds), reason=TOLD["cases"][name]["told"],
            party_id=party[0] if party else "unit",
        )
        for code, law, version, article, item, fen, kinds, *party in TOLD["cases"][name]["charges"]
    )  # fmt: skip


@dataclass
class Case:
    """A case on its way, driven by the decisions themselves."""

    name: str
    province: str | None = None
    state: CaseState = field(default_factory=CaseState)
    days: Mapping[str, str] = field(default_factory=dict)

    @property
    def told(self) -> Any:
        """What is told of it."""
        return TOLD["cases"][self.name]

    def day(self, step: str) -> date:
        """The day of a step."""
        return date.fromisoformat(self.days.get(step, self.told[step]))

    def at(self, step: str) -> datetime:
        """Noon of that day."""
        return datetime.combine(self.day(step), time(12), CHINA)

    def rules(self, step: str) -> Rules:
        """The rules of that day."""
        return rules_of(self.name, self.day(step), self.province)

    def take(self, events: list[Event]) -> list[Any]:
        """What was decided happens."""
        for event in events:
            self.state = CASE.evolve(self.state, event)
        return list(events)

    @property
    def sanctions(self) -> Sanctions:
        """What the law of the act's day and of the decision's allows."""
        items = {item["code"]: domain.penalties(item) for item in items_of(self.name)}
        ranges = domain.ranges(book_of(self.name, self.province))
        return Sanctions(items=items, ranges_at_act=ranges, ranges_now=ranges)

    @property
    def parties(self) -> list[str]:
        """Against whom something is proposed."""
        return list(dict.fromkeys(charge.party_id for charge in charges_of(self.name)))

    def file(self) -> None:
        """From the clue to the filing; a person joins."""
        codes = list(dict.fromkeys(charge.item_code for charge in charges_of(self.name)))
        codes += [f"ORDERED-{n}" for n in range(self.told["findings"] - len(codes))]
        acts = tuple(domain.CaseAct(hazard_id=f"h-{code}", item_code=code, fact=self.told["told"]) for code in codes)
        self.take(domain.register_clue(self.state, domain.RegisterClue(
            case_id=self.name, inspection_id="t-1", enterprise_id="e-1", enterprise_name=self.told["name"], uscc="x",
            level="district", organ_id="o", organ="应急管理局", act_date=self.day("act"), acts=acts, catalogue="real/1",
        )))  # fmt: skip
        at, rules = self.at("filed"), self.rules("filed")
        asked = domain.RequestFiling(cause="案", officer_ids=IDS, opinion="建议立案")
        self.take(domain.request_filing(self.state, asked, OFFICERS, at, rules))
        self.take(domain.file_case(self.state, HEAD, "案号", OFFICERS, at, rules))
        if "p-1" in self.parties:
            person = domain.Person(party_id="p-1", name="甲", id_number="1", capacity="directly-responsible", address="某地")
            self.take(domain.join_party(self.state, person, "直接责任人员", rules))
        if "extended" in self.told:
            self.take(domain.extend_case(self.state, HEAD, False, "案情复杂", self.at("extended"), self.rules("extended")))

    def investigate(self) -> None:
        """Evidence, and what is proposed."""
        at, rules = self.at("closed"), self.rules("closed")
        record = domain.RecordEvidence(kind="inspection-record", title="现场检查记录", officer_ids=IDS, sha256="a" * 64)
        self.take(domain.record_evidence(self.state, record, OFFICERS, at, rules))
        closing = domain.CloseInvestigation(charges=charges_of(self.name), opinion="建议处罚")
        self.take(domain.close_investigation(self.state, closing, self.sanctions, at, rules))

    def notify(self) -> list[int]:
        """The notices, by the form that the province's amounts demand; each party waives its statement."""
        at, rules = self.at("noticed"), self.rules("noticed")
        forms = []
        for party in self.parties:
            command = domain.ServeNotice(manner="direct", party_id=party)
            forms += [event.form_no for event in self.take(domain.serve_notice(self.state, command, "号", at, rules))]
            self.take(domain.record_statement(self.state, "waived", "", at, rules, party))
        return forms

    def decide(self) -> list[Any]:
        """Discussed together, then decided against each party."""
        at, rules = self.at("decided"), self.rules("decided")
        members = tuple(domain.Opinion(member_id=one, name="负责人", opinion="同意") for one in "ab")
        discussion = domain.DiscussCase(members=members, conclusion="approved", note="")
        self.take(domain.discuss_case(self.state, discussion, at, rules))
        decisions = []
        for party in self.parties:
            contents = domain.drafted_contents(self.state, "地址", rules, party)
            command = domain.DecidePenalty(approver=HEAD, amounts=None, contents=contents, sealed=True, party_id=party)
            decisions += self.take(domain.decide_penalty(self.state, command, "号", self.sanctions, at, rules))
        return decisions

    def serve(self) -> list[Any]:
        """The decisions are received."""
        served = []
        for party in self.parties:
            command = domain.ServeDecision(manner="direct", recipient="签收人", received_on=self.day("received"), party_id=party)
            served += self.take(domain.serve_decision(self.state, command, self.at("received"), self.rules("received")))
        return served

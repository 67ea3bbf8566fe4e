"""What the acts of some visits lead to: referral, filing, investigation, notice, statement, decision, payment, closing."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pilot.client import Answer
from pilot.people import Person
from pilot.scenario import Case
from pilot.setting_up import approver_of
from pilot.world import INSPECTION, PENALTY, Assigned, Hazard, Provision, World

ARTICLES = ("97", "99", "101", "102")  # of the Work Safety Law: the scenario's cases lie under these
LAW = "WSL"
HANDLERS = 2
MANNERS = ("direct", "direct", "post", "left")


@dataclass(frozen=True, slots=True)
class Matter:
    """A case with what it comes from: the visit, the acts with their provisions, and when rectification will have passed."""

    world: World
    task: Assigned
    case: Case
    acts: tuple[tuple[Hazard, Provision], ...]
    clean_on: date

    @property
    def case_id(self) -> str:
        """The id that the referral gave it."""
        return f"c-{self.task.short}"

    @property
    def fines(self) -> list[int]:
        """The fine decided for each act, in fen; they add up to the case's."""
        each, rest = divmod(self.case.fen, len(self.acts))
        return [each + (rest if place == 0 else 0) for place in range(len(self.acts))]

    async def post(self, who: Person, step: str, body: Mapping[str, Any], if_match: int | None = None) -> Answer:
        """Take a step of the procedure."""
        return await self.world.client.post(who, f"{PENALTY}/cases/{self.case_id}/{step}", body, if_match=if_match)

    async def read(self) -> Answer:
        """The case as it is."""
        return await self.world.client.get(self.task.lead, f"{PENALTY}/cases/{self.case_id}")

    def then(self, day: date, step: Callable[[Matter], Awaitable[None]]) -> None:
        """Go on with a step on a day."""

        async def go() -> None:
            await step(self)

        self.world.agenda.add(day, go)

    def next_day(self) -> date:
        """The next day on which something happens."""
        return self.world.scenario.days.after(self.world.today)


async def follow_case(world: World, task: Assigned, clean_on: date) -> None:
    """Refer the acts of a visit to penalty, and put the case on the agenda."""
    case = task.visit.case
    if case is None:
        raise ValueError(f"visit {task.visit.number} leads to no case")
    acts = _acts(world.hazards[task.visit.number], case.acts, task.visit.visited_on)
    matter = Matter(world, task, case, acts, clean_on)
    body = {
        "referral_id": matter.case_id, "inspection_id": task.task_id, "hazard_ids": [hazard.hazard_id for hazard, _ in acts],
    }  # fmt: skip
    await world.client.post(task.lead, f"{INSPECTION}/referrals", body)
    matter.then(matter.next_day(), file)


def _acts(hazards: Sequence[Hazard], count: int, day: date) -> tuple[tuple[Hazard, Provision], ...]:
    """Up to `count` hazards on different items for which the unit is fined at once."""
    found: dict[str, tuple[Hazard, Provision]] = {}
    for hazard in hazards:
        provision = hazard.item.provision_on(day, ARTICLES)
        if provision is not None and provision.law == LAW:
            found.setdefault(hazard.item.code, (hazard, provision))
    return tuple(found.values())[:count]


async def file(matter: Matter) -> None:
    """The handling officers ask for the filing, the head of the organ files the case."""
    hazard, _ = matter.acts[0]
    body = {
        "cause": f"{hazard.item.finding[:60]}案", "opinion": "涉嫌违反安全生产法，建议立案查处。",
        "officers": [{"officer_id": officer.officer_id} for officer in matter.task.officers[:HANDLERS]],
    }  # fmt: skip
    await matter.post(matter.task.lead, "filing-requests", body)
    await matter.post(approver_of(matter.task.organ), "filings", {})
    matter.then(matter.next_day(), investigate)


async def investigate(matter: Matter) -> None:
    """Gather evidence, propose the fines, have some reviewed, serve the notice."""
    handlers = [officer.officer_id for officer in matter.task.officers[:HANDLERS]]
    for kind, title in (("inspection-record", "现场检查记录"), ("witness-testimony", "询问笔录")):
        sha256 = hashlib.sha256(f"{matter.case_id}/{kind}".encode()).hexdigest()
        await matter.post(matter.task.lead, "evidence", {"kind": kind, "title": title, "officers": handlers, "sha256": sha256})
    opinion = "事实清楚，证据确凿，建议给予罚款。"
    await matter.post(matter.task.lead, "investigation-closings", {"charges": _charges(matter), "opinion": opinion})
    if matter.case.number % 2:
        review = {"passed": True, "opinion": "适用法律正确，程序合法。"}
        await matter.post(matter.world.staff.reviewer, "legal-reviews", review)
    await matter.post(matter.task.lead, "notices", {"manner": MANNERS[matter.case.number % len(MANNERS)]})
    await _hear(matter)


def _charges(matter: Matter) -> list[dict[str, Any]]:
    """What is proposed: the fine that will be decided, and for the first act what a founded statement will take off it."""
    relief = [matter.case.relief_fen, *(0 for _ in matter.acts[1:])]
    return [
        {
            "item_code": hazard.item.code, "law": provision.law, "law_version": provision.version,
            "article": provision.article, "paragraph": provision.paragraph, "item": provision.item, "phase": "first",
            "subject": "unit", "amount_fen": fine + more, "reason": "系首次发现，依法责令限期改正并处罚款。",
        }
        for (hazard, provision), fine, more in zip(matter.acts, matter.fines, relief, strict=True)
    ]  # fmt: skip


async def _hear(matter: Matter) -> None:
    """The party waives, or speaks, or lets the time that the notice gives it go by."""
    match matter.case.statement:
        case "waived":
            await matter.post(matter.task.lead, "statements", {"kind": "waived"})
            matter.then(matter.next_day(), decide)
        case "made":
            text = "已主动停用并完成整改，请求从轻处罚。"
            await matter.post(matter.task.lead, "statements", {"kind": "made", "text": text})
            matter.then(matter.next_day(), decide)
        case "lapsed":
            told = await matter.read()
            due_on = date.fromisoformat(told["notice"]["statement_due_on"])
            matter.then(matter.world.scenario.days.after(due_on), decide)


async def decide(matter: Matter) -> None:
    """The head of the organ decides on what was read; the decision is served, published, and will be paid for in time."""
    world, told = matter.world, await matter.read()
    amounts = {hazard.item.code: fine for (hazard, _), fine in zip(matter.acts, matter.fines, strict=True)}
    body = {"amounts": amounts} if matter.case.relief_fen else {}
    await matter.post(approver_of(matter.task.organ), "decisions", body, if_match=told.version)
    served = {"manner": "direct", "recipient": "企业主要负责人", "received_on": world.today.isoformat()}
    await matter.post(matter.task.lead, "services", served)
    await matter.post(matter.task.lead, "publications", {})
    due_on = date.fromisoformat((await matter.read())["payment"]["due_on"])
    random = world.scenario.random(f"payment/{matter.case.number}")
    matter.then(random.choice(world.scenario.days.between(world.today, due_on)), pay)


async def pay(matter: Matter) -> None:
    """The bank reports the transfer; the case is closed when its hazards have passed, too."""
    today = matter.world.today
    reference = f"NC{today:%Y%m%d}{matter.case.number:04d}"
    body = {"amount_fen": matter.case.fen, "bank_reference": reference, "paid_on": today.isoformat()}
    await matter.post(matter.task.organ.person("finance", "财务人员"), "payments", body)
    matter.then(max(matter.next_day(), matter.world.scenario.days.after(matter.clean_on)), close)


async def close(matter: Matter) -> None:
    """The head of the organ closes the case."""
    await matter.post(approver_of(matter.task.organ), "closings", {"reason": "处罚决定已全部履行，隐患整改复查合格。"})

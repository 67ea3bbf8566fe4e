"""A case told from clue to closing, to be cut off where a test begins, and the published rules it is told under."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from chassis.calendar import WorkingDays
from chassis.domain import CHINA, Actor, Event, Refused
from chassis.testing import given
from services.penalty import domain
from services.penalty.domain import CASE, CaseState, Charge, Officer, Rules

VOCABULARY = Path(__file__).parents[3] / "contracts" / "vocabulary"
CASE_ID = "ref-donghu-1"
ACT_DAY = date(2021, 9, 6)
FILED = date(2021, 9, 8)
NOTICED = date(2021, 9, 13)
LAPSED = date(2021, 9, 17)  # three working days after the notice are over
DECIDED = date(2021, 9, 17)
RECEIVED = date(2021, 9, 18)

HEAD = Actor(id="head-1", name="局长", role="approver")
REVIEWER = Actor(id="legal-1", name="法制员", role="legal-reviewer")
LI = Officer(officer_id="o-li", name="李明", certificate_no="JX001", certificate_valid_to=date(2024, 12, 31))
WANG = Officer(officer_id="o-wang", name="王芳", certificate_no="JX002", certificate_valid_to=date(2024, 12, 31))
ZHAO = Officer(officer_id="o-zhao", name="赵强", certificate_no="JX003", certificate_valid_to=date(2021, 9, 7))
QIAN = Officer(officer_id="o-qian", name="钱回", certificate_no="JX004", certificate_valid_to=date(2024, 12, 31), recused=True)
OFFICERS = (LI, WANG, ZHAO, QIAN)
HANDLERS = (LI.officer_id, WANG.officer_id)
SIX = ("party", "facts-and-evidence", "kind-and-basis", "performance", "remedies", "organ-and-date")
RECTIFIED = {"h-1": "rectified", "h-2": "rectified"}


@cache
def document(name: str) -> Any:
    """A published vocabulary document."""
    return json.loads((VOCABULARY / name).read_text(encoding="utf-8"))


@cache
def rules(day: date, book: str = "rulebook-2021.json") -> Rules:
    """The published rules on a day."""
    content = document(book)
    return domain.rules_on(content, day, WorkingDays(domain.overrides(content)))


@cache
def sanctions() -> domain.Sanctions:
    """What the published catalogue and ranges allow to impose."""
    items = {item["code"]: domain.penalties(item) for item in document("catalogue-2021.json")["items"]}
    ranges = domain.ranges(document("rulebook-2021.json"))
    return domain.Sanctions(items=items, ranges_at_act=ranges, ranges_now=ranges)


def noon(day: date) -> datetime:
    """Noon of a day in China."""
    return datetime.combine(day, time(12), CHINA)


@contextmanager
def refused(code: str, *, article: str | None = None) -> Iterator[None]:
    """The block is refused with this code, in both languages, with a basis (that names this article)."""
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.code == code
    assert caught.value.zh
    assert caught.value.en
    assert caught.value.basis
    assert article is None or article in caught.value.basis


def charge(amount_fen: int = 900_000, **changes: Any) -> Charge:
    """A first-branch fine of the unit under WSL 99(2), for casting cranes."""
    usual = Charge(
        item_code="STL-K1", law="WSL", law_version="2021", article="99", item="2", phase="first", subject="unit",
        amount_fen=amount_fen, reason="首次发现，已整改",
    )  # fmt: skip
    return replace(usual, **changes)


def training(amount_fen: int = 500_000) -> Charge:
    """A first-branch fine of the unit under WSL 97(3), for training."""
    return charge(amount_fen, item_code="GEN-03", article="97", item="3")


def clue(act_date: date = ACT_DAY) -> Event:
    """Two acts are referred."""
    acts = (
        domain.CaseAct(hazard_id="h-1", item_code="STL-K1", fact="铸造起重机未使用固定式龙门钩"),
        domain.CaseAct(hazard_id="h-2", item_code="GEN-03", fact="未如实记录培训情况"),
    )
    [event] = domain.register_clue(
        CaseState(),
        domain.RegisterClue(
            case_id=CASE_ID, inspection_id="t-1", enterprise_id="e-1", enterprise_name="南昌某钢铁有限公司",
            uscc="91360100MA35XXXX1X", level="district", organ_id="donghu-emb", organ="南昌市东湖区应急管理局",
            act_date=act_date, acts=acts, catalogue="nanchang-industry-trade/2021.1",
        ),
    )  # fmt: skip
    return event


def requested() -> Event:
    """Two officers ask for the filing."""
    handlers = tuple(domain.Handler(officer_id=o.officer_id, name=o.name, certificate_no=o.certificate_no) for o in (LI, WANG))
    return domain.FilingRequested(case_id=CASE_ID, cause="未使用固定式龙门钩案", officers=handlers, opinion="建议立案")


def filed(day: date = FILED, due_on: date = date(2021, 10, 8)) -> Event:
    """The case is filed."""
    return domain.CaseFiled(
        case_id=CASE_ID, case_no="（东湖）应急立〔2021〕1号", filed_on=day, approved_by=HEAD.id, decision_due_on=due_on
    )


def evidence(digest: str = "a" * 64) -> Event:
    """A piece of evidence is in the file."""
    return domain.EvidenceRecorded(
        case_id=CASE_ID, kind="inspection-record", title="现场检查记录", officers=HANDLERS, sha256=digest
    )


def investigated(*charges: Charge, grounds: tuple[str, ...] = ()) -> Event:
    """The investigation is closed."""
    charges = charges or (charge(),)
    return domain.InvestigationClosed(
        case_id=CASE_ID, outcome="penalise", charges=charges, proposed_fen=sum(c.amount_fen for c in charges), opinion="建议处罚",
        closed_on=date(2021, 9, 10), review_grounds=grounds,
    )  # fmt: skip


def noticed(intended_fen: int = 900_000, *, hearing: bool = False) -> Event:
    """The notice is served, by form 24 or 26."""
    return domain.NoticeServed(
        case_id=CASE_ID, form_no=26 if hearing else 24, document_no="（东湖）应急罚告〔2021〕1号", intended_fen=intended_fen,
        hearing_right=hearing, served_on=NOTICED, statement_due_on=date(2021, 9, 16), manner="direct",
        hearing_request_due_on=date(2021, 9, 18) if hearing else None,
    )  # fmt: skip


def waived() -> Event:
    """The party waives."""
    return domain.StatementWaived(case_id=CASE_ID)


def decided(*charges: Charge, on: date = DECIDED) -> Event:
    """The penalty is decided."""
    charges = charges or (charge(),)
    return domain.PenaltyDecided(
        case_id=CASE_ID, enterprise_id="e-1", document_no="（东湖）应急罚〔2021〕1号", decided_on=on,
        party=domain.Party(kind="unit", name="南昌某钢铁有限公司", uscc="91360100MA35XXXX1X"), charges=charges,
        total_fen=sum(c.amount_fen for c in charges), contents=SIX, sealed=True, approved_by=HEAD.id,
    )  # fmt: skip


def served(received_on: date = RECEIVED) -> Event:
    """The decision is received."""
    return domain.DecisionServed(
        case_id=CASE_ID, received_on=received_on, manner="direct", recipient="张三", payment_due_on=date(2021, 10, 8)
    )


def closed() -> Event:
    """The case is closed."""
    return domain.CaseClosed(case_id=CASE_ID, reason="已全部履行", closed_on=date(2021, 10, 8))


WHOLE = (clue(), requested(), filed(), evidence(), investigated(), noticed(), waived(), decided(), served(), closed())


def facts(events: list[Event]) -> list[Any]:
    """What was decided, to be looked into."""
    return list(events)


def told(*events: Event) -> CaseState:
    """The case that these events tell of."""
    return given(CASE, events)


def until(event_type: type[Event]) -> CaseState:
    """The whole story, cut off after the first event of this type."""
    upto = next(place for place, event in enumerate(WHOLE) if isinstance(event, event_type))
    return told(*WHOLE[: upto + 1])


def paid(amount_fen: int = 900_000, *transfers: int) -> domain.PaymentState:
    """A fine of this amount, and what came in."""
    events: list[Event] = [
        domain.PaymentOpened(case_id=CASE_ID, enterprise_id="e-1", amount_fen=amount_fen, due_on=date(2021, 10, 8))
    ]
    events += [
        domain.PaymentReceived(case_id=CASE_ID, amount_fen=fen, bank_reference=f"B{n}", paid_on=date(2021, 9, 28))
        for n, fen in enumerate(transfers)
    ]
    if sum(transfers) == amount_fen:
        events.append(domain.PaymentSettled(case_id=CASE_ID, settled_on=date(2021, 9, 28)))
    return given(domain.PAYMENTS, events)

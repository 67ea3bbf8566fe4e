"""Matters and measures that forms are composed of: an inspection with its hazards, and one measure for each form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from chassis.domain import Event
from chassis.testing import given
from services.inspection.documents import FORMS
from services.inspection.documents.composed import MEASURED, Known, Matter
from services.inspection.documents.parts import Remedies
from services.inspection.domain.document import DOCUMENT, DocumentState
from services.inspection.domain.measures import keeping, recording, seizure
from services.inspection.domain.measures.keeping import KeptArticle
from services.inspection.domain.measures.measure import MeasureState
from services.inspection.domain.measures.seizure_events import SeizedArticle
from services.inspection.domain.rules import Rules
from tests.domain.inspection import test_records as records
from tests.domain.inspection import test_supply_cut as cuts
from tests.domain.inspection.measured import (
    HEAD,
    emergency,
    hazards,
    keeping_asked,
    kept,
    kept_of,
    last,
    major,
    seized,
    seized_of,
    standing,
    suspended,
    target,
    told,
    visiting,
)
from tests.domain.inspection.scenes import AT, DAY, RULES, found

REMEDIES = Remedies(
    reconsideration=("南昌市东湖区人民政府",), reconsideration_period="60日", court="南昌铁路运输法院", litigation_period="6个月"
)
SITE = Known(address="扬子洲路8号", representative="张伟", phone="13800000000")
PERIODS = {"T04-evidence-pre-registration": "7个工作日", "T05-seizure": "30日"}
REQUIRED: Mapping[str, dict[str, Any]] = {
    "14": {"from_at": AT}, "15": {"organ_address": "三经路1号", "contact": "王建国", "phone": "0791-88888888"},
    "16": {"subject": "积尘清理"}, "23": {"contact": "王建国", "phone": "0791-88888888"},
}  # fmt: skip
"""What no event tells of a form."""


def matter(form: str, rules: Rules = RULES, **changes: Any) -> Matter:
    """The matter of a form about an inspection with two hazards, one of them major, with all that an officer must fill in."""
    basis = Matter(
        inspection=visiting(), hazards={"h-1": major("h-1"), "h-2": found("h-2")}, order=None, site=SITE, on=DAY,
        cited=lambda _: ("《工贸企业粉尘防爆安全规定》（2021）第15条",), remedies=REMEDIES, periods=PERIODS,
        articles=rules.articles,
        given=REQUIRED.get(form, {}), disobeyed=standing(cuts.ORDERED),
    )  # fmt: skip
    return replace(basis, **changes)


def composed(form: str, measure: MeasureState, **changes: Any) -> Any:
    """The facts of a form, as they are read back after the officer has added theirs."""
    about = matter(form, **changes)
    facts = MEASURED[form](about, measure)
    return FORMS[form].read({name: getattr(facts, name) for name in facts.__slots__} | dict(about.given))


def extended() -> list[Event]:
    """One of the two seized things was given back, then the seizure of the other was extended."""
    events = disposed("return", "a-1")
    longest = last(RULES, "T05-seizure-extension", date(2021, 10, 6))
    state = seized_of(events)
    return [*events, *seizure.extend(state, date(2021, 10, 20), "案情复杂", longest, HEAD, "查扣延期1号", RULES, DAY)]


def disposed(fate: Any, *article_ids: str, note: str | None = None) -> list[Event]:
    """Two things are seized, and it was decided what becomes of these."""
    events = seized(RULES, AT)
    decisions = tuple(SeizedArticle(article_id=one, fate=fate, note=note) for one in article_ids)
    return [*events, *seizure.decide(seized_of(events), decisions, HEAD, "查扣处1号", RULES, DAY)]


def reported() -> list[Event]:
    """Two things were seized in an emergency, and that was reported."""
    events = emergency(RULES, AT)
    state = seized_of(events)
    return [*events, *seizure.report(state, "现场粉尘浓度过高", "o-1", "强审2号", RULES, AT + timedelta(hours=2))]


def settled(*decisions: KeptArticle) -> list[Event]:
    """Two things are kept, and it was decided what becomes of them, or of these."""
    events = kept(RULES, AT)
    chosen = decisions or (
        KeptArticle(article_id="a-1", fate="return"),
        KeptArticle(article_id="a-2", fate="sample-or-appraise", note="送省安科院"),
    )
    return [*events, *keeping.decide(kept_of(events), chosen, HEAD, ("先保处审1号", "先保处1号"), DAY, RULES)]


def restored() -> list[Event]:
    """Supply was cut off, and then restored."""
    return cuts.restore(cuts.carry_out(cuts.notify(cuts.approved(), cuts.NOTICE), cuts.NOTICE))


def summoned() -> list[Event]:
    """Somebody was told to come with two papers, one of which the form has a box for."""
    command = replace(records.SUMMON, bring=("身份证", "除尘系统检修台账"), come_at=AT + timedelta(days=1))
    return recording.summon("m-1", visiting(), command, "询1号", RULES, AT)


def commissioned() -> list[Event]:
    """An institute is to appraise two things."""
    return recording.commission("m-1", visiting(), records.COMMISSION, "鉴1号", RULES, DAY)


MEASURES: Mapping[str, Callable[[], list[Event]]] = {
    "04": lambda: suspended(target("x-1", "h-1"), known=hazards(h_1=major("h-1"))), "07": lambda: seized(RULES, AT),
    "08": lambda: seized(RULES, AT), "09": lambda: seized(RULES, AT), "10": extended,
    "11": lambda: disposed("return", "a-1", "a-2"), "12": restored, "13": restored, "14": restored, "15": summoned,
    "16": records.question, "17": records.examine, "18": records.sample, "19": lambda: keeping_asked(RULES, AT),
    "20": lambda: kept(RULES, AT), "21": settled, "22": settled, "23": commissioned,
}  # fmt: skip
"""For each form made of a measure, a measure with all that it tells of."""


def measure(form: str) -> MeasureState:
    """The measure of a form."""
    return told(MEASURES[form]())


def documents(*histories: Sequence[Event]) -> list[DocumentState]:
    """Documents as these events tell them."""
    return [given(DOCUMENT, history) for history in histories]

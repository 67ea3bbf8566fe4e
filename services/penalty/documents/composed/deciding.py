"""Forms 34 and 35: the decision against a unit, or a natural person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.penalty.documents.composed.matter import (
    Matter,
    charged,
    day_text,
    evidence,
    happened,
    payable,
    penalty_text,
    person_of,
    remedies,
    unit_of,
)
from services.penalty.documents.decisions import PersonDecision, UnitDecision
from services.penalty.domain.ending_events import CaseDiscussed
from services.penalty.domain.events import (
    InvestigationClosed,
    LegalReviewPassed,
    NoticeServed,
    PenaltyDecided,
    StatementLapsed,
    StatementMade,
    StatementWaived,
)
from services.penalty.domain.hearing_events import HearingHeld, HearingRightLapsed

NAMES = {24: "行政处罚告知书", 26: "行政处罚听证告知书"}


def unit_decision(matter: Matter) -> UnitDecision:
    """Form 34: the decision against the unit."""
    return UnitDecision(party=unit_of(matter), **_decided(matter, _decision(matter, "unit", "34")))


def person_decision(matter: Matter) -> PersonDecision:
    """Form 35: the decision against a natural person."""
    return PersonDecision(party=person_of(matter), **_decided(matter, _decision(matter, "person", "35")))


def number(matter: Matter) -> str:
    """The number that the decision took."""
    return happened(_latest(matter), "34").document_no


def _latest(matter: Matter) -> PenaltyDecided | None:
    made = [one for one in matter.case.each(PenaltyDecided) if one.party.party_id == matter.party_id]
    return made[-1] if made else None


def _decision(matter: Matter, kind: str, form: str) -> PenaltyDecided:
    made = _latest(matter)
    return happened(made if made is not None and made.party.kind == kind else None, form)


def _decided(matter: Matter, made: PenaltyDecided) -> dict[str, Any]:
    rules = matter.rules_of(made)
    return {
        "charges": charged(matter, made.charges, rules), "evidence": evidence(matter, made),
        "procedure": "".join(_procedure(matter, made)),
        "penalty": penalty_text(made.total_fen, made.kinds, made.confiscate_fen, rules),
        "payment": payable(matter, rules) if made.total_fen else None, "remedies": remedies(matter, rules),
        "organ": matter.state.organ, "issued_on": made.decided_on,
    }  # fmt: skip


def _procedure(matter: Matter, made: PenaltyDecided) -> Iterator[str]:
    """How the party was told and heard, and what the organ did before it decided: since the investigation was closed last."""
    before, whom = matter.case.before(made), matter.whom
    told = before.after(happened(before.last(InvestigationClosed), "34"))
    notice = happened(told.last(NoticeServed, matter.party_id), "34")
    yield f"本机关于{day_text(notice.served_on)}向{whom}送达《{NAMES[notice.form_no]}》（{notice.document_no}），"
    yield f"告知拟作出的行政处罚及其事实、理由、依据和{whom}依法享有的权利。"
    if told.last(StatementMade, matter.party_id) is not None:
        yield f"{whom}进行了陈述、申辩。"
    elif told.last(StatementWaived, matter.party_id) is not None:
        yield f"{whom}明确表示放弃陈述、申辩。"
    elif told.last(StatementLapsed, matter.party_id) is not None:
        yield f"{whom}在规定期限内未陈述、申辩。"
    if (held := told.last(HearingHeld, matter.party_id)) is not None:
        yield f"本机关于{day_text(held.held_on)}举行听证。"
    elif told.last(HearingRightLapsed, matter.party_id) is not None:
        yield f"{whom}在规定期限内未申请听证。"
    steps = [("法制审核", LegalReviewPassed), ("集体讨论", CaseDiscussed)]
    if taken := [name for name, kind in steps if told.last(kind) is not None]:
        yield f"本案已经{'、'.join(taken)}。"

"""Forms 24 and 26: the notice, by which form what is intended demanded."""

from __future__ import annotations

from typing import Any

from services.penalty.documents.composed.matter import (
    Matter,
    charged,
    evidence,
    happened,
    name_of_party,
    penalty_text,
    period,
    reached,
    step_missing,
)
from services.penalty.documents.notices import HearingNotice, PenaltyNotice
from services.penalty.domain.events import InvestigationClosed, NoticeServed
from services.penalty.domain.rulebook import HEARING_REQUEST, STATEMENT, Rules


def penalty_notice(matter: Matter) -> PenaltyNotice:
    """Form 24: what is intended, and within which period the party may speak."""
    notice = _notice(matter, 24)
    return PenaltyNotice(**_told(matter, notice, matter.rules_of(notice)))


def hearing_notice(matter: Matter) -> HearingNotice:
    """Form 26: as form 24, with the right to a hearing."""
    notice = _notice(matter, 26)
    rules = matter.rules_of(notice)
    if notice.hearing_request_due_on is None:
        raise step_missing("26")
    return HearingNotice(
        **_told(matter, notice, rules), hearing_basis=(rules.cite("hearing-right"), rules.cite(HEARING_REQUEST)),
        hearing_period=period(rules, HEARING_REQUEST), hearing_until=notice.hearing_request_due_on,
    )  # fmt: skip


def number(matter: Matter) -> str:
    """The number that the notice took."""
    notice = matter.case.last(NoticeServed, matter.party_id)
    return "" if notice is None else notice.document_no


def _notice(matter: Matter, form_no: int) -> NoticeServed:
    notice = matter.case.last(NoticeServed, matter.party_id)
    if notice is None or notice.form_no != form_no:
        raise step_missing(str(form_no))
    return notice


def _told(matter: Matter, notice: NoticeServed, rules: Rules) -> dict[str, Any]:
    closed = happened(matter.case.before(notice).last(InvestigationClosed), str(notice.form_no))
    charges = [one for one in closed.charges if one.party_id == matter.party_id]
    return {
        "addressee": name_of_party(matter), "charges": charged(matter, charges, rules), "evidence": evidence(matter, notice),
        "penalty": penalty_text(
            notice.intended_fen, notice.intended_kinds, sum(one.confiscate_fen for one in charges), rules
        ),
        "basis": tuple(dict.fromkeys((rules.cite("notice"), rules.cite(STATEMENT)))), "period": period(rules, STATEMENT),
        "until": notice.statement_due_on, "reached": reached(matter), "organ": matter.state.organ, "issued_on": notice.served_on,
    }  # fmt: skip

"""Notice of the intended penalty, and the party's answer to it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from chassis.domain import Event, day_of
from services.penalty.domain.case import CaseState, Notice, require_investigated, require_not_before
from services.penalty.domain.events import Manner, NoticeServed, StatementLapsed, StatementMade, StatementWaived
from services.penalty.domain.numbers import HEARING_NOTICE, NOTICE, Form
from services.penalty.domain.rulebook import HEARING_REQUEST, STATEMENT, Rules

StatementKind = Literal["made", "waived"]


def form_of_notice(state: CaseState, rules: Rules) -> Form:
    """The form that the intended total demands: 26 with the hearing right from the threshold on, else 24.

    APL 2021, article 63; the amount is the province's (Jiangxi hearing provisions, article 2).
    """
    return HEARING_NOTICE if rules.reached("hearing", "unit", state.proposed_fen) else NOTICE


def serve_notice(state: CaseState, manner: Manner, document_no: str, at: datetime, rules: Rules) -> list[Event]:
    """Tell the party the intended penalty, its facts, reasons, basis and rights (APL 2021, articles 44, 62, 63, 64)."""
    require_investigated(state, rules)
    rules.require(state.notice is None, "notice", "noticed-already", "告知书已送达", "the notice was served already")
    require_not_returned(state, rules)
    require_manner(manner, rules)
    day = day_of(at)
    require_not_before(day, state.investigated_on, rules, "notice")
    form, statement, hearing = form_of_notice(state, rules), rules.due(STATEMENT, day), rules.due(HEARING_REQUEST, day)
    right = form is HEARING_NOTICE
    return [
        NoticeServed(
            case_id=state.case_id, form_no=form.no, document_no=document_no, intended_fen=state.proposed_fen,
            hearing_right=right, served_on=day, statement_due_on=statement.day, manner=manner,
            hearing_request_due_on=hearing.day if right else None,
            provisional=statement.provisional or (right and hearing.provisional),
        )
    ]  # fmt: skip


def record_statement(state: CaseState, kind: StatementKind, text: str, at: datetime, rules: Rules) -> list[Event]:
    """The party speaks within its period, or expressly waives (APL 2021, articles 44, 45, 62)."""
    notice = require_noticed(state, rules)
    require_not_before(day_of(at), notice.served_on, rules, "defence-before-decision")
    if kind == "waived":
        rules.require(not notice.waived, "defence-before-decision", "waived-already", "当事人已放弃", "the party waived already")
        return [StatementWaived(case_id=state.case_id)]
    rules.require(
        day_of(at) <= notice.statement_due_on, STATEMENT, "statement-late", f"陈述申辩期限已于 {notice.statement_due_on} 届满",
        "the period for statement and defence is over", due_on=notice.statement_due_on,
    )  # fmt: skip
    return [StatementMade(case_id=state.case_id, text=text)]


def lapse_statement(state: CaseState, due_on: date, at: datetime) -> list[Event]:
    """The period has passed in silence; nothing, if the party has answered or another notice stands."""
    notice = state.notice
    if notice is None or notice.answered or notice.statement_due_on != due_on or day_of(at) <= due_on:
        return []
    return [StatementLapsed(case_id=state.case_id, due_on=due_on)] if state.decision is None else []


def require_noticed(state: CaseState, rules: Rules) -> Notice:
    """The notice that stands; without one no decision may be made (APL 2021, articles 44, 62)."""
    require_investigated(state, rules)
    if state.notice is None:
        raise rules.refusal("notice-before-decision", "notice-missing", "未送达处罚告知书", "no notice was served")
    return state.notice


def require_manner(manner: Manner, rules: Rules) -> None:
    """Electronic service needs the party's signed confirmation, of which the file has none (APL 2021, article 61 paragraph 2)."""
    rules.require(
        manner != "electronic", "electronic-service-confirmation", "electronic-service-unconfirmed",
        "未签订电子送达确认书", "the party has not confirmed electronic service",
    )  # fmt: skip


def require_not_returned(state: CaseState, rules: Rules) -> None:
    """What the legal review returned goes no further (APL 2021, article 58)."""
    rules.require(
        state.review != "returned", "legal-review", "legal-review-returned", "法制审核未通过", "the legal review returned it"
    )

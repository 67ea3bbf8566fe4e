"""Notice of the intended penalty to one party, and what it says to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from chassis.domain import Event, Guards, day_of
from services.penalty.domain.case import CaseState
from services.penalty.domain.events import Manner, NoticeServed, StatementLapsed, StatementMade, StatementWaived
from services.penalty.domain.guards import require_not_before, require_side_undecided
from services.penalty.domain.numbers import HEARING_NOTICE, NOTICE, Form
from services.penalty.domain.parties import UNIT
from services.penalty.domain.people import require_handlers_stand
from services.penalty.domain.rulebook import ANNOUNCEMENT, HEARING_REQUEST, STATEMENT, Rules
from services.penalty.domain.sides import Notice, Side

StatementKind = Literal["made", "waived"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeNotice:
    """To whom a notice is served, and how; `confirmation` is the file of the signed confirmation of electronic service.

    `announced_on` is the day of an announcement, whose period is over: the notice counts as received at its end.
    """

    manner: Manner
    party_id: str = UNIT
    confirmation: str | None = None
    announced_on: date | None = None


def form_of_notice(state: CaseState, rules: Rules, party_id: str = UNIT) -> Form:
    """The form that what is intended for a party demands: 26 with the hearing right, else 24.

    APL 2021, article 63: by the province's amounts of fine and confiscation (Jiangxi hearing provisions, article 2), or by kind.
    """
    side = state.side(party_id)
    return HEARING_NOTICE if side is not None and _hearing_right(state, side, rules) else NOTICE


def serve_notice(state: CaseState, command: ServeNotice, document_no: str, at: datetime, rules: Rules) -> list[Event]:
    """Tell a party the intended penalty, its facts, reasons, basis and rights (APL 2021, articles 44, 62, 63, 64)."""
    side = _require_to_be_noticed(state, command.party_id, rules)
    guards, day = Guards(), day_of(at)
    with guards:
        require_not_returned(state, rules)
    with guards:
        require_handlers_stand(state, rules)
    with guards:
        require_manner(command.manner, rules, command.confirmation)
    with guards:
        day = _noticed_on(command, at, rules)
    with guards:
        require_not_before(command.announced_on or day, state.investigated_on, rules, "notice")
    guards.settle()
    right = _hearing_right(state, side, rules)
    statement, hearing = rules.due(STATEMENT, day), rules.due(HEARING_REQUEST, day)
    charges = state.charges_of(command.party_id)
    return [
        NoticeServed(
            case_id=state.case_id, form_no=(HEARING_NOTICE if right else NOTICE).no, document_no=document_no,
            intended_fen=sum(charge.amount_fen for charge in charges), hearing_right=right, served_on=day,
            statement_due_on=statement.day, manner=command.manner, hearing_request_due_on=hearing.day if right else None,
            provisional=statement.provisional or (right and hearing.provisional), party_id=command.party_id,
            intended_kinds=tuple(dict.fromkeys(kind for charge in charges for kind in charge.kinds)),
            announced_on=command.announced_on,
        )
    ]  # fmt: skip


def _noticed_on(command: ServeNotice, at: datetime, rules: Rules) -> date:
    """The day of the notice: today, or when its announcement is over. Refused `announcement-running`, `announcement-missing`."""
    day = day_of(at) if command.manner != "announcement" else announced(command.announced_on, rules)
    rules.require(
        day <= day_of(at), ANNOUNCEMENT, "announcement-running", f"公告期至 {day}，尚未视为送达",
        "the announcement is not over: it does not count as received yet", due_on=day,
    )  # fmt: skip
    return day


def record_statement(
    state: CaseState, kind: StatementKind, text: str, at: datetime, rules: Rules, party_id: str = UNIT
) -> list[Event]:
    """A party speaks within its period, or expressly waives (APL 2021, articles 44, 45, 62)."""
    notice = require_noticed(state, rules, party_id)
    require_not_before(day_of(at), notice.served_on, rules, "defence-before-decision")
    if kind == "waived":
        rules.require(not notice.waived, "defence-before-decision", "waived-already", "当事人已放弃", "the party waived already")
        return [StatementWaived(case_id=state.case_id, party_id=party_id)]
    rules.require(
        day_of(at) <= notice.statement_due_on, STATEMENT, "statement-late", f"陈述申辩期限已于 {notice.statement_due_on} 届满",
        "the period for statement and defence is over", due_on=notice.statement_due_on,
    )  # fmt: skip
    return [StatementMade(case_id=state.case_id, text=text, party_id=party_id)]


def lapse_statement(state: CaseState, due_on: date, at: datetime, party_id: str = UNIT) -> list[Event]:
    """The period has passed in silence; nothing, if the party has answered or another notice stands."""
    side = state.side(party_id)
    notice = None if side is None or side.decision is not None else side.notice
    if notice is None or notice.answered or notice.statement_due_on != due_on or day_of(at) <= due_on:
        return []
    if state.reached("closed"):
        return []
    return [StatementLapsed(case_id=state.case_id, due_on=due_on, party_id=party_id)]


def require_noticed(state: CaseState, rules: Rules, party_id: str = UNIT) -> Notice:
    """The notice that stands for a party; without one no decision against it may be made (APL 2021, articles 44, 62)."""
    side = require_side_undecided(state, party_id, rules)
    if side.notice is None:
        raise rules.refusal("notice-before-decision", "notice-missing", "未送达处罚告知书", "no notice was served")
    return side.notice


def require_manner(manner: Manner, rules: Rules, confirmation: str | None = None) -> None:
    """Electronic service needs the party's signed confirmation (APL 2021, article 61 paragraph 2)."""
    rules.require(
        manner != "electronic" or confirmation is not None, "electronic-service-confirmation", "electronic-service-unconfirmed",
        "未签订电子送达确认书", "the party has not confirmed electronic service",
    )  # fmt: skip


def announced(announced_on: date | None, rules: Rules) -> date:
    """The day on which what was announced counts as received: when the period of the announcement is over (CPL 2023, article 95).

    Refused `announcement-missing` without the day of the announcement.
    """
    if announced_on is None:
        raise rules.refusal(ANNOUNCEMENT, "announcement-missing", "公告送达须有公告日期", "an announcement has its day")
    return rules.due(ANNOUNCEMENT, announced_on).day


def require_not_returned(state: CaseState, rules: Rules) -> None:
    """What the legal review, or the discussion, returned goes no further (APL 2021, articles 57, 58)."""
    rules.require(
        state.review != "returned", "legal-review", "legal-review-returned", "法制审核未通过", "the legal review returned it"
    )


def _hearing_right(state: CaseState, side: Side, rules: Rules) -> bool:
    """Whether what is intended for a party gives it the right to be heard: by amount and kind of party, or by kind of penalty."""
    charges = state.charges_of(side.party_id)
    fine, gains = sum(c.amount_fen for c in charges), sum(c.confiscate_fen for c in charges)
    kinds = frozenset(kind for charge in charges for kind in charge.kinds)
    return (
        rules.reached("hearing", side.measured_as, fine)
        or rules.reached("hearing", side.measured_as, gains, measure="confiscation")
        or bool(kinds & rules.kinds("hearing-kind"))
    )


def _require_to_be_noticed(state: CaseState, party_id: str, rules: Rules) -> Side:
    side = require_side_undecided(state, party_id, rules)
    rules.require(
        state.outcome == "penalise", "notice", "nothing-to-notice", "不予处罚或者移送的案件无须告知处罚",
        "there is no penalty to give notice of",
    )  # fmt: skip
    rules.require(side.notice is None, "notice", "noticed-already", "告知书已送达", "the notice was served already")
    return side

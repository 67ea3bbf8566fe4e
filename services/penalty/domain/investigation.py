"""Investigation: evidence by two officers, what the handlers propose, legal review, discussion by the heads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from chassis.domain import Actor, Event, Guards, day_of
from services.penalty.domain.case import CaseState
from services.penalty.domain.charges import Sanctions, outside_band, require_charges
from services.penalty.domain.ending_events import CaseDiscussed, Conclusion, Opinion
from services.penalty.domain.events import (
    Charge,
    EvidenceKind,
    EvidenceRecorded,
    InvestigationClosed,
    LegalReviewPassed,
    LegalReviewReturned,
    Outcome,
)
from services.penalty.domain.guards import (
    Officer,
    require_apart,
    require_investigated,
    require_investigating,
    require_not_before,
    require_not_handler,
    require_qualified,
    require_undecided,
)
from services.penalty.domain.people import require_handlers_stand
from services.penalty.domain.rulebook import LIMITATION, LIMITATION_HARM, Rules, not_in_force

HEARING_HELD = "hearing-held"
OUTSIDE_BAND, MITIGATED = "outside-band", "mitigated"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordEvidence:
    """Officers put a piece of evidence into the file."""

    kind: EvidenceKind
    title: str
    officer_ids: tuple[str, ...]
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseInvestigation:
    """The handling officers say what follows (form 30): what to impose on whom, or why nothing; why review or discussion is due.

    `concurrences`: groups of items that one act breached.
    """

    charges: tuple[Charge, ...]
    opinion: str
    review_grounds: tuple[str, ...] = ()
    outcome: Outcome = "penalise"
    discussion_grounds: tuple[str, ...] = ()
    concurrences: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewCase:
    """The legal reviewer passes the case, or returns it."""

    passed: bool
    opinion: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscussCase:
    """The heads discussed the case together: what each said, and what came of it."""

    members: tuple[Opinion, ...]
    conclusion: Conclusion
    note: str


def record_evidence(
    state: CaseState, command: RecordEvidence, officers: Iterable[Officer], at: datetime, rules: Rules
) -> list[Event]:
    """Put evidence into the file: gathered by at least two officers of the case (APL 2021, articles 42, 46, 55)."""
    require_investigating(state, rules)
    if state.urgent_by is None:
        require_undecided(state, rules)
    own = {handler.officer_id for handler in state.officers}
    strangers = [officer_id for officer_id in command.officer_ids if officer_id not in own]
    rules.require(
        not strangers, "two-officers", "not-a-handler", "取证人员不是本案承办人",
        "evidence is gathered by officers of the case", officer_ids=strangers,
    )  # fmt: skip
    require_qualified(command.officer_ids, officers, day_of(at), rules, state.recused)
    rules.require(
        command.sha256 not in state.evidence, "lawful-evidence", "evidence-recorded-already", "该证据已入卷",
        "this evidence is in the file already", sha256=command.sha256,
    )  # fmt: skip
    return [
        EvidenceRecorded(
            case_id=state.case_id, kind=command.kind, title=command.title, officers=command.officer_ids,
            sha256=command.sha256,
        )
    ]  # fmt: skip


def close_investigation(
    state: CaseState, command: CloseInvestigation, sanctions: Sanctions, at: datetime, rules: Rules
) -> list[Event]:
    """Close the investigation with what is proposed; fines add up (APL 2021, articles 29, 33, 36, 37, 46, 57).

    It may be closed anew, before the decision, on new evidence or after a returned review: review and notice then begin anew.
    """
    require_undecided(state, rules)
    guards = Guards()
    with guards:
        require_handlers_stand(state, rules)
    with guards:
        require_not_before(day_of(at), state.filed_on, rules, "filing")
    with guards:
        _require_evidence(state, rules)
    for party_id in dict.fromkeys(charge.party_id for charge in command.charges):
        with guards:
            rules.require(
                state.decision_of(party_id) is None, "service-after-decision", "decided-already", "对该当事人已作出处罚决定",
                "it is decided already against this party", party_id=party_id,
            )  # fmt: skip
    charges: tuple[Charge, ...] = ()
    review: tuple[str, ...] = ()
    discussion: tuple[str, ...] = ()
    with guards:
        charges = _proposed(state, command, sanctions, day_of(at), rules)
    with guards:
        review = _review_grounds(command, rules)
    with guards:
        discussion = _discussion_grounds(command, charges, sanctions, rules)
    guards.settle()
    return [
        InvestigationClosed(
            case_id=state.case_id, outcome=command.outcome, charges=charges, opinion=command.opinion, closed_on=day_of(at),
            proposed_fen=sum(charge.amount_fen for charge in charges), review_grounds=review, discussion_grounds=discussion,
        )
    ]  # fmt: skip


def _require_evidence(state: CaseState, rules: Rules) -> None:
    """There is evidence; and something new, where the investigation was closed before."""
    rules.require(bool(state.evidence), "lawful-evidence", "no-evidence", "案卷内没有证据", "there is no evidence in the file")
    rules.require(
        state.investigated_on is None or state.fresh_evidence or state.review == "returned", "lawful-evidence",
        "nothing-new", "没有新的证据，不得重新调查终结", "closing anew needs new evidence or a returned review",
    )  # fmt: skip


def review_case(state: CaseState, command: ReviewCase, reviewer: Actor, rules: Rules) -> list[Event]:
    """Legal review 法制审核 by no handler, approver or host of the case: once per closing, and again after a hearing (APL 58)."""
    require_investigated(state, rules)
    require_not_handler(state, reviewer, rules, "legal-review")
    require_apart(state, reviewer.id, "legal-reviewer", rules, "legal-review")
    rules.require(
        state.review is None, "legal-review", "reviewed-already", "本次调查终结已审核", "these charges were reviewed already"
    )
    kind = LegalReviewPassed if command.passed else LegalReviewReturned
    return [kind(case_id=state.case_id, reviewer=reviewer.id, opinion=command.opinion)]


def discuss_case(state: CaseState, command: DiscussCase, at: datetime, rules: Rules) -> list[Event]:
    """The heads of the organ discuss the case together, each saying an opinion (APL 2021, article 57 paragraph 2; form 31)."""
    require_investigated(state, rules)
    day, rule = day_of(at), "collective-discussion"
    require_not_before(day, state.investigated_on, rules, rule)
    members, least = {member.member_id for member in command.members}, members_minimum(rules)
    rules.require(
        len(members) == len(command.members) and len(members) >= least, rule, "too-few-members",
        f"集体讨论须由不少于 {least} 名负责人分别发表意见", f"at least {least} heads discuss, each with an opinion",
        members=sorted(members), minimum=least,
    )  # fmt: skip
    handlers = sorted(members & {handler.officer_id for handler in state.officers})
    rules.require(
        not handlers, rule, "handler-discusses", "承办人只汇报案情，不参加讨论表决", "handlers report, they do not vote",
        officer_ids=handlers,
    )  # fmt: skip
    for member_id in sorted(members & set(state.recused)):
        require_apart(state, member_id, "approver", rules, rule)
    return [
        CaseDiscussed(
            case_id=state.case_id, discussed_on=day, members=command.members, conclusion=command.conclusion, note=command.note
        )
    ]


def why_discussed(state: CaseState, rules: Rules) -> tuple[str, ...]:
    """Why the heads have to discuss what is proposed: what was stated or noted of it at the closing of the investigation; a
    `kind` of penalty that demands it; an `amount` towards one party that does. APL 2021, article 57 paragraph 2."""
    kinds = frozenset(kind for charge in state.charges for kind in charge.kinds)
    by_kind = ("kind",) if kinds & rules.kinds("collective-discussion") else ()
    totals = [(side.measured_as, sum(charge.amount_fen for charge in state.charges_of(side.party_id))) for side in state.charged]
    reached = any(rules.reached("collective-discussion", measured_as, total) for measured_as, total in totals)
    return tuple(dict.fromkeys((*state.discussion_grounds, *by_kind, *(("amount",) if reached else ()))))


def members_minimum(rules: Rules) -> int:
    """How many heads discuss at least, as the rulebook reads 集体 (APL 2021, article 57 paragraph 2, which names no number).

    Refused `no-rule-in-force` where the rulebook of the day says nothing of it.
    """
    least: int | None = rules.section("collective_discussion").get("members_minimum")
    if least is None:
        raise not_in_force(rules.day, "collective_discussion.members_minimum")
    return least


def require_discussed(state: CaseState, rules: Rules) -> None:
    """Serious or complex cases are decided after the heads discussed them (APL 2021, article 57 paragraph 2)."""
    grounds = why_discussed(state, rules)
    rules.require(
        state.discussed_on is not None or not grounds, "collective-discussion", "collective-discussion-missing",
        "较重处罚应当由负责人集体讨论决定", "the heads of the organ must discuss this penalty first", grounds=grounds,
        total_fen=state.proposed_fen,
    )  # fmt: skip


def require_in_time(state: CaseState, rules: Rules) -> None:
    """What was not found within two years of its end is not punished; five, if life or health was harmed (APL 2021, 36)."""
    code = LIMITATION_HARM if state.harm else LIMITATION
    if code not in rules.periods:
        return
    last, found = rules.due(code, state.act_date).day, state.discovered_on or state.act_date
    rules.require(
        found <= last, "limitation", "penalty-time-barred", f"违法行为于 {found} 发现，已超过追责时效（至 {last}）",
        f"the act was found on {found}, after its limitation on {last}", discovered_on=found, last_day=last,
    )  # fmt: skip


def _proposed(state: CaseState, command: CloseInvestigation, sanctions: Sanctions, day: date, rules: Rules) -> tuple[Charge, ...]:
    if command.outcome == "penalise":
        require_in_time(state, rules)
        return require_charges(state, command.charges, sanctions, day, rules, command.concurrences)
    rules.require(
        not command.charges, "no-penalty", "charges-without-penalty", "不予处罚或者移送的，不得提出处罚事项",
        "nothing is charged where nothing is imposed", outcome=command.outcome,
    )  # fmt: skip
    return ()


def _review_grounds(command: CloseInvestigation, rules: Rules) -> tuple[str, ...]:
    """Why a legal review is due, as the officers state it; that a hearing was held is a fact of the case, not a statement."""
    known = [ground for ground in rules.review_grounds if ground != HEARING_HELD]
    return _stated(command.review_grounds, known, "legal-review", "unknown-review-ground", rules)


def _discussion_grounds(
    command: CloseInvestigation, charges: tuple[Charge, ...], sanctions: Sanctions, rules: Rules
) -> tuple[str, ...]:
    """Why the heads discuss: what the officers state, and what follows from the amounts."""
    known = list(rules.sections.get("collective_discussion", {}).get("required_when", ()))
    stated = _stated(command.discussion_grounds, known, "collective-discussion", "unknown-discussion-ground", rules)
    outside = (OUTSIDE_BAND,) if any([outside_band(charge, sanctions, rules) for charge in charges]) else ()
    return (*stated, *outside, *((MITIGATED,) if any(charge.mitigation for charge in charges) else ()))


def _stated(grounds: tuple[str, ...], known: list[str], rule: str, code: str, rules: Rules) -> tuple[str, ...]:
    stated = tuple(dict.fromkeys(grounds))
    rules.require(set(stated) <= set(known), rule, code, "所列情形不在法定范围内", "no such ground", grounds=stated, known=known)
    return stated

"""People in a case: natural persons who join it as parties, recusals, a change of those who handle it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from chassis.domain import Actor, Event, day_of
from services.penalty.domain.case import CaseState
from services.penalty.domain.events import Person
from services.penalty.domain.filing import as_handlers
from services.penalty.domain.guards import (
    APPROVAL,
    Officer,
    require_apart,
    require_filed,
    require_not_handler,
    require_not_kept_away,
    require_open,
    require_qualified,
    require_undecided,
)
from services.penalty.domain.identity import mark_of
from services.penalty.domain.party_events import (
    HandlersChanged,
    Office,
    PartyAmended,
    PartyJoined,
    RecusalDecided,
    RecusalRequested,
)
from services.penalty.domain.rulebook import Rules

PARTY = "party"
"""The rule that a decision names the party and where it is (APL 2021, article 59)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRecusal:
    """Somebody, a party or the person itself, says why a person should keep away."""

    officer_id: str
    office: Office
    reason: str


def join_party(state: CaseState, person: Person, reason: str, rules: Rules) -> list[Event]:
    """A natural person becomes a party; before the charges are proposed, or when they are to be proposed anew.

    WSL 2021, articles 94 to 114: most of them punish those responsible beside the unit.
    """
    require_undecided(state, rules)
    rules.require(
        state.side(person.party_id) is None, "notice", "party-joined-already", "已是本案当事人", "it is a party already",
        party_id=person.party_id,
    )  # fmt: skip
    _require_own_paper(state, person, rules)
    return [PartyJoined(case_id=state.case_id, person=person, reason=reason)]


def amend_party(state: CaseState, person: Person, reason: str, rules: Rules) -> list[Event]:
    """What is known of a person is put right until it is decided against (APL 2021, article 59: name and address of the party).

    What it is punished as stays: charges and notice rest on that.
    """
    require_filed(state, rules)
    side = state.side(person.party_id)
    if side is None or (known := side.person) is None:
        raise rules.refusal(
            PARTY, "party-unknown", "不是本案的自然人当事人（单位的信息以企业登记为准）",
            "no natural person who is a party of this case; what is known of a unit is put right in the register",
            party_id=person.party_id,
        )  # fmt: skip
    rules.require(
        side.decision is None and state.no_penalty_on is None, PARTY, "decided-already", "已作出处罚决定",
        "the penalty is decided already", party_id=person.party_id,
    )  # fmt: skip
    rules.require(
        person.capacity == known.capacity, PARTY, "capacity-fixed", "当事人的身份类别不得更正，处罚事项和告知均以其为准",
        "what a party is punished as is not put right: the charges rest on it", party_id=person.party_id, capacity=known.capacity,
    )  # fmt: skip
    _require_own_paper(state, person, rules)
    return [] if person == known else [PartyAmended(case_id=state.case_id, person=person, reason=reason)]


def _require_own_paper(state: CaseState, person: Person, rules: Rules) -> None:
    """Nobody is two parties of a case: one act of a person is fined once (APL 2021, article 29)."""
    mark = mark_of(person, state.enterprise_id)
    others = (side for side in state.sides if side.party_id != person.party_id)
    same = next((side.party_id for side in others if mark and mark_of(side.person, state.enterprise_id) == mark), None)
    rules.require(
        same is None, "one-act-one-fine", "paper-of-another-party", "该证件号码已是本案另一当事人的证件号码",
        "another party of this case has this paper already", party_id=same,
    )  # fmt: skip


def request_recusal(state: CaseState, command: RequestRecusal, rules: Rules) -> list[Event]:
    """Ask that somebody keep away; the investigation goes on until it is decided (APL 2021, article 43)."""
    require_open(state, rules)
    known = {handler.officer_id for handler in state.officers} | {person for person, _ in state.offices}
    rules.require(
        command.officer_id in known, "recusal", "not-in-the-case", "该人员未参与本案", "this person takes no part in the case",
        officer_id=command.officer_id,
    )  # fmt: skip
    rules.require(
        command.officer_id not in (*state.challenged, *state.recused), "recusal", "recusal-requested-already",
        "已申请回避", "the recusal was asked for already", officer_id=command.officer_id,
    )  # fmt: skip
    return [RecusalRequested(case_id=state.case_id, officer_id=command.officer_id, office=command.office, reason=command.reason)]


def decide_recusal(
    state: CaseState, officer_id: str, granted: bool, reason: str, head: Actor, rules: Rules
) -> list[Event]:  # fmt: skip
    """The head of the organ decides (APL 2021, article 43 paragraph 3)."""
    require_open(state, rules)
    rules.require(
        officer_id in state.challenged, "recusal", "recusal-not-requested", "没有待决定的回避申请",
        "no recusal of this person was asked for", officer_id=officer_id,
    )  # fmt: skip
    rules.require(
        head.id != officer_id, "recusal", "judge-in-own-matter", "不得决定本人的回避", "nobody decides on their own recusal"
    )
    require_not_kept_away(state, head.id, rules)
    require_not_handler(state, head, rules, "recusal")
    return [
        RecusalDecided(case_id=state.case_id, officer_id=officer_id, granted=granted, reason=reason, decided_by=head.id)
    ]  # fmt: skip


def change_handlers(
    state: CaseState, officer_ids: tuple[str, ...], reason: str, approver: Actor, officers: Iterable[Officer], at: datetime,
    rules: Rules,
) -> list[Event]:  # fmt: skip
    """Other officers handle the case; at least as many as the law demands, qualified, none kept away (APL 2021, article 42)."""
    require_open(state, rules)
    rules.require(bool(state.officers), "two-officers", "no-handlers", "尚无承办人", "nobody handles the case yet")
    require_not_handler(state, approver, rules, APPROVAL)
    require_apart(state, approver.id, "approver", rules, APPROVAL)
    chosen = require_qualified(officer_ids, officers, day_of(at), rules, state.recused)
    for officer in chosen:
        require_apart(state, officer.officer_id, "handler", rules, APPROVAL)
    return [HandlersChanged(case_id=state.case_id, officers=as_handlers(chosen), reason=reason, approved_by=approver.id)]


def require_handlers_stand(state: CaseState, rules: Rules) -> None:
    """Whoever was told to keep away has been replaced before the case goes on (APL 2021, article 43)."""
    away = sorted(handler.officer_id for handler in state.officers if handler.officer_id in state.recused)
    rules.require(
        not away, "recusal", "handler-to-be-replaced", "应当更换已决定回避的承办人",
        "a handler who was told to keep away must be replaced first", officer_ids=away,
    )  # fmt: skip

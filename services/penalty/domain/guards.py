"""Guards that several steps share: who may act, on which case, when."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable
from dataclasses import dataclass, replace
from datetime import date

from chassis.domain import Actor, Guards, Refused
from services.penalty.domain.case import CaseState
from services.penalty.domain.parties import UNIT
from services.penalty.domain.party_events import Office
from services.penalty.domain.rulebook import Rules
from services.penalty.domain.sides import Decision, Side

APPROVAL = "handlers-do-not-approve"  # the forms keep handling and approval apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """An enrolled officer: the certificate, and whether recused from the enterprise of the case."""

    officer_id: str
    name: str
    certificate_no: str
    certificate_valid_to: date
    recused: bool = False


def require_open(state: CaseState, rules: Rules) -> None:
    """A closed case is not touched any more (archive integrity)."""
    rules.require(not state.reached("closed"), "archive-integrity", "case-closed", "案件已结案，不得再变更", "the case is closed")


def require_investigating(state: CaseState, rules: Rules) -> None:
    """Evidence is gathered in a filed case, or in an urgent one whose filing is made up for (APL 2021, article 54)."""
    if state.urgent_by is None:
        require_filed(state, rules)
    require_open(state, rules)


def require_filed(state: CaseState, rules: Rules) -> None:
    """What belongs to the general procedure needs a filed case (APL 2021, article 54)."""
    require_open(state, rules)
    rules.require(
        state.reached("investigating"), "filing-before-penalty", "case-not-filed", "案件尚未立案", "the case is not filed yet"
    )


def require_undecided(state: CaseState, rules: Rules) -> None:
    """What prepares the decision must come before it: the first, or the one that has to be made anew."""
    require_filed(state, rules)
    rules.require(
        not state.decided or state.to_decide_anew,
        "service-after-decision",
        "decided-already",
        "已作出处罚决定",
        "the penalty is decided already",
    )


def require_investigated(state: CaseState, rules: Rules) -> None:
    """What rests on the charges needs a closed investigation, and comes before any decision (APL 2021, article 57)."""
    require_undecided(state, rules)
    _require_closed_investigation(state, rules)


def require_side_undecided(state: CaseState, party_id: str, rules: Rules) -> Side:
    """A party against whom something is proposed and nothing decided yet, whatever is decided against others."""
    require_filed(state, rules)
    _require_closed_investigation(state, rules)
    side = require_side(state, party_id, rules)
    rules.require(
        side.decision is None and state.no_penalty_on is None, "service-after-decision", "decided-already", "已作出处罚决定",
        "the penalty is decided already", party_id=party_id,
    )  # fmt: skip
    return side


def _require_closed_investigation(state: CaseState, rules: Rules) -> None:
    rules.require(
        state.investigated_on is not None, "notice", "investigation-open", "调查尚未终结", "the investigation is not closed yet"
    )


def require_side(state: CaseState, party_id: str, rules: Rules) -> Side:
    """The procedure towards a party of the case, against whom something is proposed."""
    side = state.side(party_id)
    if side is None:
        raise rules.refusal("notice", "party-unknown", "不是本案当事人", "no party of this case", party_id=party_id)
    rules.require(
        not state.charges or bool(state.charges_of(party_id)), "notice", "party-not-charged", "未拟对该当事人处罚",
        "nothing is proposed against this party", party_id=party_id,
    )  # fmt: skip
    return side


def require_decided(state: CaseState, party_id: str, rules: Rules) -> Decision:
    """The decision against a party, on a case that is not closed; one that was revoked is none."""
    require_filed(state, rules)
    decision = state.decision_of(party_id)
    if decision is None:
        raise rules.refusal("service-after-decision", "not-decided", "尚未作出处罚决定", "there is no decision yet")
    rules.require(
        decision.revoked_on is None, "publication-withdrawal", "decision-revoked", "处罚决定已被撤销", "the decision was revoked"
    )
    return decision


def require_served(state: CaseState, rules: Rules, party_id: str = UNIT) -> Decision:
    """The decision against a party, which must have been served, on a case that is not closed."""
    decision = require_decided(state, party_id, rules)
    rules.require(
        decision.received_on is not None, "payment-from-receipt", "decision-not-served", "决定书尚未送达",
        "the decision is not served yet",
    )  # fmt: skip
    return decision


def require_not_before(day: date, earlier: date | None, rules: Rules, rule: str) -> None:
    """No step happens on a day before the step it rests on."""
    rules.require(
        earlier is None or day >= earlier, rule, "before-earlier-step", f"日期 {day} 早于上一步骤的 {earlier}",
        f"{day} lies before the step it rests on ({earlier})", day=day, earlier=earlier,
    )  # fmt: skip


def require_not_handler(state: CaseState, actor: Actor, rules: Rules, rule: str) -> None:
    """Whoever handles the case does not approve or review it."""
    handles = any(actor.id == handler.officer_id or actor.certificate_no == handler.certificate_no for handler in state.officers)
    rules.require(
        not handles, rule, "handler-approves", "承办人不得审批或者审核本案", "a handling officer approves or reviews nothing"
    )


def require_apart(state: CaseState, person_id: str, office: Office, rules: Rules, rule: str) -> None:
    """Handling, review, approval and the hearing of one case are four people's; who was told to keep away acts in none.

    APL 2021, articles 43, 58, 64(4); the forms' chain of approval.
    """
    require_not_kept_away(state, person_id, rules)
    others = sorted({held for person, held in state.offices if person == person_id and held != office})
    rules.require(
        not others, rule, "office-held-already", "同一人不得在本案中担任两种职责", "nobody acts in two offices of one case",
        office=office, held=others,
    )  # fmt: skip


def require_not_kept_away(state: CaseState, person_id: str, rules: Rules) -> None:
    """Who was told to keep away from a case takes no step of it, whatever their role (APL 2021, article 43)."""
    rules.require(
        person_id not in state.recused, "recusal", "officer-recused", "应当回避", "this person must keep away",
        officer_id=person_id,
    )  # fmt: skip


def require_approver(state: CaseState, approver: Actor, rules: Rules) -> None:
    """Who decides, changes or revokes handles nothing of the case, holds no other office in it, and need not keep away."""
    require_not_handler(state, approver, rules, APPROVAL)
    require_apart(state, approver.id, "approver", rules, APPROVAL)


def require_qualified(
    ids: Iterable[str], known: Iterable[Officer], day: date, rules: Rules, kept_away: Collection[str] = ()
) -> tuple[Officer, ...]:
    """The officers of these ids, at least as many as the law demands, each with a certificate valid that day, none recused.

    `kept_away` are those who were told to keep away from this case.
    APL 2021, article 42 paragraph 1 (two officers holding the qualification), article 43 (recusal).
    """
    found = {o.officer_id: replace(o, recused=True) if o.officer_id in kept_away else o for o in known}
    asked, chosen, guards = tuple(dict.fromkeys(ids)), [], Guards()
    for officer_id in asked:
        with guards:
            chosen.append(_fit(officer_id, found.get(officer_id), day, rules))
    with guards:
        rules.require(
            len(asked) >= rules.minimum_officers, "two-officers", "too-few-officers",
            f"执法人员不得少于 {rules.minimum_officers} 人", f"at least {rules.minimum_officers} officers are needed",
            officers=len(asked), minimum=rules.minimum_officers,
        )  # fmt: skip
    guards.settle()
    return tuple(chosen)


def _fit(officer_id: str, officer: Officer | None, day: date, rules: Rules) -> Officer:
    if officer is None:
        zh, en = f"没有登记的执法人员：{officer_id}", f"no such officer: {officer_id}"
        raise Refused("officer-unknown", zh, en, basis=rules.cite("two-officers"), officer_id=officer_id)
    guards = Guards()
    with guards:
        rules.require(
            officer.certificate_valid_to >= day, "two-officers", "certificate-expired",
            f"{officer.name} 的执法证已于 {officer.certificate_valid_to} 到期", f"the certificate of {officer_id} has expired",
            officer_id=officer_id, valid_to=officer.certificate_valid_to,
        )  # fmt: skip
    with guards:
        rules.require(
            not officer.recused, "recusal", "officer-recused", f"{officer.name} 应当回避", f"{officer_id} is recused",
            officer_id=officer_id,
        )  # fmt: skip
    guards.settle()
    return officer


LACKING = {
    "party": ("当事人的姓名或者名称、地址", "name and address of the party"),
    "facts-and-evidence": ("违法事实和证据", "facts and evidence"),
    "kind-and-basis": ("处罚的种类和依据", "kind and basis of the penalty"),
    "performance": ("履行方式和期限", "how and until when it is performed"),
    "remedies": ("救济途径和期限", "remedies and their periods"),
    "organ-and-date": ("行政机关名称和日期", "organ and date"),
}
"""The content groups of a decision (APL 2021, article 59), as somebody is told who has to supply one."""


def require_contents(filled: Container[str], otherwise: str, rules: Rules) -> None:
    """Every content group of the rulebook is filled; Refused `decision-incomplete` names what is lacking (APL 2021, 59)."""
    missing = [code for code in rules.decision_contents if code not in filled]
    named = [LACKING.get(code, (code, code)) for code in missing]
    rules.require(
        not missing, missing[0] if missing else otherwise, "decision-incomplete",
        f"处罚决定书缺少法定内容：{'；'.join(zh for zh, _ in named)}",
        f"the decision lacks mandatory contents: {'; '.join(en for _, en in named)}", missing=missing,
    )  # fmt: skip

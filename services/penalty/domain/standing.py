"""What stands against an enterprise: acts that were fined are not fined again; many penalties with a major hazard close it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from chassis.domain import Actor, Event, Stream, day_of
from services.penalty.domain.case import CaseState
from services.penalty.domain.events import Charge
from services.penalty.domain.guards import require_approver, require_not_before
from services.penalty.domain.identity import mark_of
from services.penalty.domain.parties import UNIT
from services.penalty.domain.rulebook import CLOSURE_HALF_YEAR, CLOSURE_YEAR, Rules
from services.penalty.domain.standing_events import (
    ClosureAnswered,
    ClosureDue,
    ClosureFell,
    ClosureProposed,
    ClosureResult,
    FinedAct,
    PenaltyCounted,
    PenaltyStruck,
)

ONCE = "one-act-one-fine"
WINDOWS = (CLOSURE_HALF_YEAR, CLOSURE_YEAR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Penalty:
    """A penalty that is, or is to be, decided: what it fines, and which major hazards make it count towards a closure."""

    case_id: str
    party_id: str
    document_no: str
    fined: tuple[FinedAct, ...]
    major_hazards: tuple[str, ...] = ()
    party_mark: str = ""

    def of_same_party(self, other: PenaltyCounted) -> bool:
        """Whether it is against the same party: by its id, or a natural person by the paper it showed."""
        return other.party_id == self.party_id or (self.party_mark != "" and other.party_mark == self.party_mark)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeClosure:
    """To which government the closure is proposed, under which number, why."""

    authority: str
    reference_no: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerClosure:
    """What the government answered."""

    result: ClosureResult
    reference_no: str
    reason: str
    answered_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingState:
    """The penalties that stand against an enterprise, and how far its closure is."""

    counted: tuple[PenaltyCounted, ...] = ()
    due: ClosureDue | None = None
    proposal: ClosureProposed | None = None
    fell_on: date | None = None
    answer: ClosureAnswered | None = None

    @property
    def closure(self) -> str:
        """`none`, `due`, `proposed`, `fallen` (what was proposed lost its ground), `closed`, `not-closed`."""
        if self.answer is not None and self.due is None:
            return self.answer.result
        if self.proposal is not None:
            return "fallen" if self.fell_on is not None else "proposed"
        return "none" if self.due is None else "due"


def evolve_standing(state: StandingState, event: Event) -> StandingState:
    """The standing after one more event; events it does not know leave it as it is."""
    match event:
        case PenaltyCounted() as e:
            return replace(state, counted=(*state.counted, e))
        case PenaltyStruck() as e:
            return replace(state, counted=tuple(c for c in state.counted if (c.case_id, c.party_id) != (e.case_id, e.party_id)))
        case ClosureDue() as e:
            return replace(state, due=e, proposal=None, fell_on=None)
        case ClosureFell() as e:
            fell = replace(state, fell_on=e.fell_on)
            return fell if state.proposal is not None else replace(fell, due=None)
        case ClosureProposed() as e:
            return replace(state, proposal=e)
        case ClosureAnswered() as e:
            return replace(state, answer=e, due=None, proposal=None, fell_on=None)
        case _:
            return state


STANDINGS = Stream("standing", StandingState(), evolve_standing)


def penalty_of(
    case: CaseState, charges: Iterable[Charge], party_id: str, document_no: str, major: Collection[str], rules: Rules
) -> Penalty:
    """What charges against a party of a case fine; a penalty of a unit under the law of the window counts, with a major hazard.

    A warning is no fine (APL 2021, article 29); a fine that goes on day by day repeats an earlier one, as WSL 112 says.
    """
    asked = tuple(charges)
    items = {charge.item_code for charge in asked if charge.amount_fen > 0} if case.continues is None else set[str]()
    side = case.side(party_id) or case.side()
    of_law = any(charge.law == rules.law_of(window) for charge in asked for window in WINDOWS)
    counts = side is not None and side.kind == "unit" and of_law
    return Penalty(
        case_id=case.case_id, party_id=party_id, document_no=document_no,
        fined=tuple(
            FinedAct(hazard_id=act.hazard_id, item_code=act.item_code, act_date=case.act_date)
            for act in case.acts if act.item_code in items
        ),
        major_hazards=tuple(sorted({a.hazard_id for a in case.acts if a.hazard_id in major})) if counts else (),
        party_mark=paper_of(case, party_id),
    )  # fmt: skip


def unmarked(state: StandingState) -> tuple[tuple[str, str], ...]:
    """Penalties of natural persons that were counted before papers were compared: of which case (or on the spot), which party."""
    return tuple((one.case_id, one.party_id) for one in state.counted if one.party_id != UNIT and not one.party_mark)


def marked(state: StandingState, papers: Mapping[tuple[str, str], str]) -> StandingState:
    """With the marks of papers that their cases tell, where what was counted tells none."""
    return replace(
        state,
        counted=tuple(
            one if one.party_mark else replace(one, party_mark=papers.get((one.case_id, one.party_id), ""))
            for one in state.counted
        ),
    )  # fmt: skip


def paper_of(case: CaseState, party_id: str) -> str:
    """The mark of the paper that a natural person who is a party of a case showed; empty of a unit, and where none is known."""
    side = case.side(party_id) or case.side()
    return mark_of(None if side is None or party_id == UNIT else side.person, case.enterprise_id)


def require_not_fined(state: StandingState, penalty: Penalty, rules: Rules) -> None:
    """No act of it was fined already, in another case or on the spot (APL 2021, article 29: one act, one fine)."""
    for other in state.counted:
        if other.case_id == penalty.case_id or not penalty.of_same_party(other):
            continue
        twice = sorted({act.item_code for act in penalty.fined if any(_same(act, fined) for fined in other.fined)})
        rules.require(
            not twice, ONCE, "act-fined-already",
            f"该违法行为已经{other.decided_on}的处罚决定{other.document_no}罚款，对同一违法行为不得给予两次以上罚款",
            "this act was fined already: one act is fined once", item_codes=twice, case_id=other.case_id,
            document_no=other.document_no,
        )  # fmt: skip


def require_unfined(state: StandingState, case: CaseState, charges: Iterable[Charge], rules: Rules) -> None:
    """The same of what charges, which are not decided yet, would fine."""
    asked = tuple(charges)
    for party_id in {charge.party_id for charge in asked}:
        own = (charge for charge in asked if charge.party_id == party_id)
        require_not_fined(state, penalty_of(case, own, party_id, "", (), rules), rules)


def count_penalty(state: StandingState, penalty: Penalty, case: CaseState, at: datetime, rules: Rules) -> list[Event]:
    """A penalty is decided: it stands against the enterprise, and with it the closure may be due.

    APL 2021, article 29; WSL 2021, article 113(1): with a major hazard, so many penalties under this law in a window.
    """
    require_not_fined(state, penalty, rules)
    day = day_of(at)
    counted = PenaltyCounted(
        enterprise_id=case.enterprise_id, case_id=penalty.case_id, party_id=penalty.party_id, document_no=penalty.document_no,
        decided_on=day, fined=penalty.fined, major_hazards=penalty.major_hazards,
        party_mark=penalty.party_mark,
    )  # fmt: skip
    pending = state.due is not None and state.fell_on is None
    if not penalty.major_hazards or pending or state.closure == "closed":
        return [counted]
    reached = [(window, group) for window, group in _groups((*state.counted, counted), rules) if counted in group]
    due = [
        ClosureDue(
            enterprise_id=case.enterprise_id, enterprise_name=case.party.name, organ_id=case.organ_id, case_id=penalty.case_id,
            window=window, count=len(group), case_ids=tuple(one.case_id for one in group), reached_on=day,
        )
        for window, group in reached[:1]
    ]  # fmt: skip
    return [counted, *due]


def strike_penalty(state: StandingState, case: CaseState, party_id: str, at: datetime, rules: Rules) -> list[Event]:
    """A penalty is revoked: it counts no more; if too few are left, the closure is not due any more."""
    if not any((one.case_id, one.party_id) == (case.case_id, party_id) for one in state.counted):
        return []
    day = day_of(at)
    struck = PenaltyStruck(enterprise_id=case.enterprise_id, case_id=case.case_id, party_id=party_id, struck_on=day)
    left, due = evolve_standing(state, struck), state.due
    if due is None or state.fell_on is not None:
        return [struck]
    still = any(group[-1].decided_on >= due.reached_on for _, group in _groups(left.counted, rules))
    fell = ClosureFell(enterprise_id=case.enterprise_id, case_id=due.case_id, fell_on=day)
    return [struck] if still else [struck, fell]


def propose_closure(
    state: StandingState, case: CaseState, command: ProposeClosure, approver: Actor, at: datetime, rules: Rules
) -> list[Event]:
    """Propose to the government to close the enterprise, once it is due (WSL 2021, article 113(1)); by no handler of the case."""
    require_approver(case, approver, rules)
    due = state.due
    if due is None:
        raise rules.refusal(CLOSURE_HALF_YEAR, "closure-not-due", "未达到应当提请关闭的次数", "no closure is to be proposed")
    rules.require(state.proposal is None, due.window, "closure-proposed-already", "已提请关闭", "the closure is proposed already")
    return [
        ClosureProposed(
            enterprise_id=due.enterprise_id, case_id=due.case_id, authority=command.authority, reference_no=command.reference_no,
            reason=command.reason, proposed_on=day_of(at), approved_by=approver.id,
        )
    ]  # fmt: skip


def answer_closure(state: StandingState, command: AnswerClosure, at: datetime, rules: Rules) -> list[Event]:
    """Note what the government answered to the proposal."""
    proposal = state.proposal
    if proposal is None or state.due is None:
        raise rules.refusal(CLOSURE_HALF_YEAR, "closure-not-proposed", "尚未提请关闭", "no closure is proposed")
    rule = state.due.window
    require_not_before(command.answered_on, proposal.proposed_on, rules, rule)
    rules.require(command.answered_on <= day_of(at), rule, "day-in-future", "日期晚于今天", "the day lies in the future")
    return [
        ClosureAnswered(
            enterprise_id=proposal.enterprise_id, case_id=proposal.case_id, result=command.result,
            reference_no=command.reference_no, reason=command.reason, answered_on=command.answered_on,
        )
    ]  # fmt: skip


def _same(one: FinedAct, other: FinedAct) -> bool:
    """The same act: of the same hazard; where one names none, of the same item on the same day."""
    if one.hazard_id and other.hazard_id:
        return one.hazard_id == other.hazard_id
    return (one.item_code, one.act_date) == (other.item_code, other.act_date)


def _groups(counted: Iterable[PenaltyCounted], rules: Rules) -> Iterator[tuple[str, tuple[PenaltyCounted, ...]]]:
    """Penalties that came together in a window: its last day is counted from the first of them, which is not counted itself."""
    major = sorted((one for one in counted if one.major_hazards), key=lambda one: one.decided_on)
    for window in WINDOWS:
        number = rules.count_of(window)
        for first in range(len(major) - number + 1) if number else ():
            group = tuple(major[first : first + number])
            if group[-1].decided_on <= rules.due(window, group[0].decided_on).day:
                yield window, group

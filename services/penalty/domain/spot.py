"""The simple procedure 简易程序: small fines and warnings, decided on the spot, reported to the organ, and closed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from chassis.domain import Event, Guards, Stream, day_of
from services.penalty.domain.case import CASE, CaseState
from services.penalty.domain.cash_reasons import require_cash_reason
from services.penalty.domain.charges import Sanctions, require_charges
from services.penalty.domain.ending_events import DecisionChanged, DecisionRevoked
from services.penalty.domain.events import CaseAct, Charge, Handler, Party, Person
from services.penalty.domain.filing import as_handlers
from services.penalty.domain.guards import Officer, require_contents, require_not_before, require_qualified
from services.penalty.domain.numbers import SPOT_PERSON, SPOT_UNIT, Form
from services.penalty.domain.parties import UNIT
from services.penalty.domain.rulebook import LITIGATION, PAYMENT, RECONSIDERATION, Rules
from services.penalty.domain.sides import Decision, Side
from services.penalty.domain.spot_events import (
    CashCollected,
    CashCorrectionProposed,
    CashCorrectionRefused,
    CashCorrectionWithdrawn,
    CashDeposited,
    CashDepositOverdue,
    CashEntry,
    CashEntryStruck,
    CashHandedOver,
    CashHandoverOverdue,
    SpotPartyKind,
    SpotPenaltyClosed,
    SpotPenaltyDecided,
    SpotPenaltyNumbered,
    SpotPenaltyReported,
    SpotPerson,
    SpotReportOverdue,
    SpotUnit,
    Tick,
)

RULE, FORM = "simple-procedure", "simple-procedure-form"
REPORT = "S01-on-the-spot-report"
TAKEN = "confiscate-illegal-gains"
OF_ENTRY: Mapping[CashEntry, tuple[str, ...]] = {
    "collection": ("cash-handover-late", "cash-deposit-late"), "handover": ("cash-handover-late", "cash-deposit-late"),
    "deposit": ("cash-deposit-late",),
}  # fmt: skip
"""Which defects rest on an entry of the cash, or on what came after it."""
PARTIES = {"unit": "unit", "person": "citizen"}
"""How the rulebook's thresholds call a kind of party."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideOnSpot:
    """Officers fine or warn a party on the spot: the filled form, and how it was handed over.

    A charge of 0 fen is punished by `kinds` alone. `refused_to_sign` is the note of a refusal; None: the party signed.
    """

    spot_id: str
    enterprise_id: str
    party_kind: SpotPartyKind
    unit: SpotUnit | None
    person: SpotPerson | None
    organ_id: str
    organ: str
    act_date: date
    acts: tuple[CaseAct, ...]
    catalogue: str
    charges: tuple[Charge, ...]
    kinds: tuple[str, ...]
    officer_ids: tuple[str, ...]
    cards_shown: bool
    heard: bool
    statement: str | None
    handed_over: bool
    signed: bool
    refused_to_sign: str | None
    remedies: tuple[str, ...]
    payment: Tick
    cash_reason: str | None
    party_request: bool
    inspection_id: str | None = None

    @property
    def total_fen(self) -> int:
        """The fine, of all charges together."""
        return sum(charge.amount_fen for charge in self.charges)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpotState:
    """A penalty of the simple procedure; what it still lacks, and which defects of its procedure are known.

    `asked`: a correction of its cash that waits to be decided; `struck`: what of it had been recorded wrongly.
    """

    decided: SpotPenaltyDecided | None = None
    document_no: str | None = None
    reported_on: date | None = None
    collected: CashCollected | None = None
    handed_over: CashHandedOver | None = None
    deposited: CashDeposited | None = None
    defects: tuple[str, ...] = ()
    closed_on: date | None = None
    altered: tuple[DecisionChanged | DecisionRevoked, ...] = ()
    asked: CashCorrectionProposed | None = None
    struck: tuple[CashEntryStruck, ...] = ()

    @property
    def revoked(self) -> bool:
        """Whether the decision is void."""
        return any(isinstance(event, DecisionRevoked) for event in self.altered)

    @property
    def missing(self) -> tuple[str, ...]:
        """What makes the decision incomplete: its number, its report to the organ (APL 2021, article 52)."""
        lacks = (("number", self.document_no is None), ("report", self.reported_on is None))
        return tuple(name for name, lacking in lacks if lacking and self.decided is not None)

    @property
    def state(self) -> str:
        """`none`, `incomplete`, `complete`, `closed`."""
        if self.decided is None:
            return "none"
        return "closed" if self.closed_on else "incomplete" if self.missing else "complete"

    @property
    def officers(self) -> tuple[Handler, ...]:
        """Who decided it on the spot."""
        return () if self.decided is None else self.decided.officers


def evolve_spot(state: SpotState, event: Event) -> SpotState:
    """The penalty after one more event; events it does not know leave it as it is."""
    match event:
        case SpotPenaltyDecided() as e:
            return replace(state, decided=e, document_no=e.document_no)
        case SpotPenaltyNumbered() as e:
            return replace(state, document_no=e.document_no, defects=(*state.defects, "numbered-afterwards"))
        case SpotPenaltyReported() as e:
            return replace(_flagged(state, "report-late", e.late), reported_on=e.reported_on)
        case CashCollected() as e:
            return replace(state, collected=e)
        case CashHandedOver() as e:
            return replace(_done(state, "cash-handover-late", e.late), handed_over=e)
        case CashDeposited() as e:
            return replace(_done(state, "cash-deposit-late", e.late), deposited=e)
        case SpotReportOverdue():
            return _flagged(state, "report-late", True)
        case CashHandoverOverdue():
            return _flagged(state, "cash-handover-late", True)
        case CashDepositOverdue():
            return _flagged(state, "cash-deposit-late", True)
        case SpotPenaltyClosed() as e:
            return replace(state, closed_on=e.closed_on)
        case DecisionChanged() | DecisionRevoked() as e:
            return replace(state, altered=(*state.altered, e))
        case CashCorrectionProposed():
            return replace(state, asked=event)
        case CashCorrectionRefused() | CashCorrectionWithdrawn():
            return replace(state, asked=None)
        case CashEntryStruck():
            return _struck(state, event)
        case _:
            return state


def _struck(state: SpotState, e: CashEntryStruck) -> SpotState:
    """Without the entry and what came after it; whether what is missing then is late is flagged anew."""
    gone = OF_ENTRY[e.entry]
    return replace(
        state, struck=(*state.struck, e), asked=state.asked if e.entry == "deposit" else None,
        collected=None if e.entry == "collection" else state.collected,
        handed_over=state.handed_over if e.entry == "deposit" else None, deposited=None,
        defects=tuple(defect for defect in state.defects if defect not in gone),
    )  # fmt: skip


def _done(state: SpotState, defect: str, late: bool) -> SpotState:
    """A step of the cash was taken; in time it was, though an entry before had been struck, and the day passed meanwhile."""
    if late or not state.struck:
        return _flagged(state, defect, late)
    return replace(state, defects=tuple(one for one in state.defects if one != defect))


def _flagged(state: SpotState, defect: str, holds: bool) -> SpotState:
    return replace(state, defects=(*state.defects, defect)) if holds and defect not in state.defects else state


SPOTS = Stream("spot", SpotState(), evolve_spot)


def form_of(party_kind: SpotPartyKind) -> Form:
    """The form of a decision against a unit, or a person."""
    return SPOT_UNIT if party_kind == "unit" else SPOT_PERSON


def matter(told: DecideOnSpot | SpotPenaltyDecided) -> CaseState:
    """A penalty of the simple procedure told as a case, for the checks of charges and of money that both procedures share."""
    unit = told.unit
    party = Party(kind=told.party_kind, name="" if unit is None else unit.name, uscc="" if unit is None else unit.uscc)
    return CaseState(
        case_id=told.spot_id, enterprise_id=told.enterprise_id, party=party, organ_id=told.organ_id, organ=told.organ,
        act_date=told.act_date, acts=told.acts, catalogue=told.catalogue,
        sides=(Side(kind=told.party_kind, name=party.name, uscc=party.uscc),),
    )  # fmt: skip


def fined_party(told: DecideOnSpot | SpotPenaltyDecided) -> str:
    """Who is punished, as cases name a party: the unit, or a natural person by its id."""
    return UNIT if told.person is None else told.person.person_id


def served(state: SpotState) -> CaseState:
    """The penalty told as a case whose decision was served: what the payment of a fine is reckoned from."""
    told = state.decided
    if told is None:
        return CaseState()
    decision = Decision(
        document_no=state.document_no or "", decided_on=told.decided_on, charges=told.charges, total_fen=told.total_fen,
        late=False, received_on=told.decided_on, payment_due_on=told.payment_due_on, kinds=told.kinds,
    )  # fmt: skip
    case = matter(told)
    sides = tuple(replace(side, decision=decision, person=_person(told)) for side in case.sides)
    case = replace(case, stage="served", officers=told.officers, sides=sides)
    for event in state.altered:
        case = CASE.evolve(case, event)
    return case


def _person(told: SpotPenaltyDecided) -> Person | None:
    """Who was punished, as a case names a natural person."""
    if (one := told.person) is None:
        return None
    return Person(
        party_id=one.person_id, name=one.name, id_number=one.id_number, capacity="individual", address=one.address,
        phone=one.phone or "", id_kind=one.id_kind,
    )  # fmt: skip


def decide_on_spot(
    state: SpotState, command: DecideOnSpot, document_no: str | None, officers: Iterable[Officer], sanctions: Sanctions,
    at: datetime, rules: Rules,
) -> list[Event]:  # fmt: skip
    """Decide on the spot: a small fine or a warning, on facts that are certain, by two officers who showed their cards.

    APL 2021, articles 42 (two officers, as the simple procedure has no exception of its own), 51 (limits), 52 (form), 44, 45.
    """
    day = day_of(at)
    rules.require(state.decided is None, FORM, "spot-decided-already", "该当场处罚已作出", "this penalty was decided already")
    guards = Guards()
    charges: tuple[Charge, ...] = ()
    chosen: tuple[Officer, ...] = ()
    with guards:
        require_not_before(day, command.act_date, rules, RULE)
    with guards:
        _require_small(command, rules)
    with guards:
        charges = _allowed(command, sanctions, day, rules)
    with guards:
        chosen = require_qualified(command.officer_ids, officers, day, rules)
    with guards:
        _require_form(command, rules)
    with guards:
        if command.payment == "on-the-spot":
            require_cash_reason(command.cash_reason or "", command.party_request, command.total_fen, rules)
    guards.settle()
    contents = _contents(command, charges, rules)
    report, due, handlers = rules.due(REPORT, day), rules.due(PAYMENT, day), as_handlers(chosen)
    return [
        SpotPenaltyDecided(
            spot_id=command.spot_id, enterprise_id=command.enterprise_id, party_kind=command.party_kind, unit=command.unit,
            person=command.person, organ_id=command.organ_id, organ=command.organ, form_no=form_of(command.party_kind).no,
            document_no=document_no, decided_on=day, act_date=command.act_date, acts=command.acts, catalogue=command.catalogue,
            charges=charges, kinds=command.kinds, total_fen=command.total_fen, officers=handlers, statement=command.statement,
            refused_to_sign=command.refused_to_sign, contents=contents, payment=command.payment,
            cash_reason=command.cash_reason, payment_due_on=due.day if command.total_fen else None, report_by=report.day,
            inspection_id=command.inspection_id, provisional=report.provisional or due.provisional,
        )
    ]  # fmt: skip


def _require_small(command: DecideOnSpot, rules: Rules) -> None:
    """A warning, or a fine up to the limit for the kind of party; nothing heavier (APL 2021, article 51)."""
    kinds = frozenset(command.kinds) | frozenset(TAKEN for charge in command.charges if charge.confiscate_fen)
    rules.require(
        kinds <= rules.kinds(RULE), RULE, "kind-not-for-the-spot", "该种类的处罚不适用简易程序",
        "this kind of penalty is not imposed on the spot", kinds=sorted(kinds - rules.kinds(RULE)),
    )  # fmt: skip
    limit = rules.threshold(RULE, PARTIES[command.party_kind])
    small = command.total_fen == 0 or (limit is not None and limit.reached(command.total_fen))
    rules.require(
        small, RULE, "beyond-simple-procedure", "罚款数额超出简易程序的限额，应当适用普通程序",
        "the fine is beyond the simple procedure", total_fen=command.total_fen, limit_fen=limit.amount_fen if limit else None,
    )  # fmt: skip


def _allowed(command: DecideOnSpot, sanctions: Sanctions, day: date, rules: Rules) -> tuple[Charge, ...]:
    """The charges as the general procedure checks them; of one that is only warned about, its provision (articles 29, 37)."""
    rules.require(
        all(charge.amount_fen > 0 or command.kinds for charge in command.charges), RULE, "no-charge", "没有处罚事项",
        "an act is fined or warned about",
    )  # fmt: skip
    asked = tuple(replace(c, amount_fen=c.amount_fen or _least(c, sanctions)) for c in command.charges)
    checked = require_charges(matter(command), asked, sanctions, day, rules)
    return tuple(replace(done, amount_fen=c.amount_fen) for done, c in zip(checked, command.charges, strict=True))


def _least(charge: Charge, sanctions: Sanctions) -> int:
    """The least fine of the provision; the catalogue does not say which provisions threaten a warning, so that is not asked."""
    rows = sanctions.items.get(charge.item_code, ())
    alike = (row.min_fen for row in rows if (row.article, row.item, row.subject) == (charge.article, charge.item, charge.subject))
    return max(1, min(alike, default=1))


def _require_form(command: DecideOnSpot, rules: Rules) -> None:
    """Cards shown, rights told and the party heard, the decision handed over, a refusal to sign noted on it."""
    signed, guards = command.signed or bool(command.refused_to_sign), Guards()
    for holds, rule, code, zh, en in (
        (command.cards_shown, FORM, "card-not-shown", "未出示执法证件", "the enforcement cards were not shown"),
        (command.heard, "notice", "party-not-heard", "未当场告知并听取陈述申辩", "the party was not told and heard on the spot"),
        (command.handed_over, FORM, "not-handed-over", "决定书未当场交付", "the decision was not handed over on the spot"),
        (signed, FORM, "refusal-not-noted", "当事人拒绝签收的，应当在决定书上注明", "a refusal to sign is noted on the decision"),
    ):
        with guards:
            rules.require(holds, rule, code, zh, en)
    guards.settle()


def _contents(command: DecideOnSpot, charges: tuple[Charge, ...], rules: Rules) -> tuple[str, ...]:
    """The content groups that the form can be filled with; Refused `decision-incomplete` if one is lacking (articles 52, 59)."""
    named = (command.unit is not None and bool(command.unit.address)) or (command.person is not None)
    periods = RECONSIDERATION in rules.periods and LITIGATION in rules.periods
    filled = {
        "party": named, "facts-and-evidence": all(act.fact for act in command.acts), "kind-and-basis": bool(charges),
        "performance": PAYMENT in rules.periods, "remedies": bool(command.remedies) and periods,
        "organ-and-date": bool(command.organ),
    }  # fmt: skip
    require_contents([code for code, holds in filled.items() if holds], FORM, rules)
    return rules.decision_contents


def require_decided(state: SpotState, rules: Rules) -> SpotPenaltyDecided:
    """The decision, of a penalty that is not closed."""
    rules.require(state.closed_on is None, "archive-integrity", "spot-closed", "当场处罚已结案", "the penalty is closed")
    if state.decided is None:
        raise rules.refusal(FORM, "spot-not-decided", "尚未作出当场处罚", "nothing was decided on the spot")
    return state.decided


def number_spot(state: SpotState, document_no: str, at: datetime, rules: Rules) -> list[Event]:
    """Number a decision that was handed over without a number; that it was not pre-numbered stays known."""
    told = require_decided(state, rules)
    rules.require(state.document_no is None, FORM, "numbered-already", "决定书已编号", "the decision has a number")
    return [SpotPenaltyNumbered(spot_id=told.spot_id, document_no=document_no, numbered_on=day_of(at))]


def report_spot(state: SpotState, reported_on: date, at: datetime, rules: Rules) -> list[Event]:
    """Put the decision on the organ's record; late is possible, and a defect (APL 2021, article 52 paragraph 3)."""
    told = require_decided(state, rules)
    rules.require(state.reported_on is None, FORM, "reported-already", "已报备", "it was reported already")
    require_day(reported_on, told.decided_on, at, rules, FORM)
    return [SpotPenaltyReported(spot_id=told.spot_id, reported_on=reported_on, late=reported_on > told.report_by)]


def flag_report(state: SpotState, due_on: date, at: datetime) -> list[Event]:
    """The period for the report has passed without one; nothing if there is one."""
    told = state.decided
    if told is None or state.reported_on is not None or day_of(at) <= due_on or "report-late" in state.defects:
        return []
    return [SpotReportOverdue(spot_id=told.spot_id, due_on=due_on)]


def require_day(day: date, earlier: date, at: datetime, rules: Rules, rule: str) -> None:
    """A day that lies neither before the step it rests on nor in the future."""
    require_not_before(day, earlier, rules, rule)
    rules.require(day <= day_of(at), rule, "day-in-future", "日期晚于今天", "the day lies in the future", day=day)

"""A fine that goes on day by day 按日连续处罚: who was fined, was ordered to correct and refuses (WSL 2021, article 112)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from services.penalty.domain.case import CaseState
from services.penalty.domain.daily_events import Continuing, DailyFineBegun
from services.penalty.domain.events import CaseAct, Charge
from services.penalty.domain.filing import RegisterClue
from services.penalty.domain.guards import require_decided, require_served
from services.penalty.domain.parties import UNIT
from services.penalty.domain.rulebook import DAILY_FINE, Rules

SECTION = "continuing_fine"
OF_ORIGINAL = "original-fine-per-day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A hazard whose correction was refused: when it was ordered, and when re-inspection last found the hazard still there."""

    ordered_on: date
    failed_on: date


def begin_daily_fine(
    state: CaseState, item_code: str, refusals: Mapping[str, Refusal], rules: Rules
) -> tuple[DailyFineBegun, RegisterClue]:
    """Begin a further case that fines the unit day by day for an item, and note it in the case of the first fine.

    WSL 2021, article 112: the unit was fined under this law, was ordered to correct, and refuses; from the day after the order,
    the sum of the first fine for each day. The days end with the re-inspection that found the refusal, after the party had
    received the fine; days that were counted before are not counted again.
    """
    decision = require_served(state, rules)
    charge = next((c for c in decision.charges if c.item_code == item_code and c.party_id == UNIT), None)
    fined = charge is not None and charge.amount_fen > 0
    if charge is None or not fined:
        raise rules.refusal(DAILY_FINE, "not-fined", "该事项未受到罚款处罚", "this item was not fined", item_code=item_code)
    _require_provided(state, charge, rules)
    hazard_id, refusal = _refused(state, item_code, refusals, rules)
    rules.require(
        decision.received_on is not None and refusal.failed_on >= decision.received_on, DAILY_FINE, "not-refused",
        "收到处罚决定之后未查明拒不改正", "no re-inspection after the receipt of the fine found a refusal", item_code=item_code,
        failed_on=refusal.failed_on,
    )  # fmt: skip
    earlier = [one.until_on + timedelta(days=1) for one in state.daily if one.item_code == item_code]
    from_on = max([rules.due(DAILY_FINE, refusal.ordered_on).day, *earlier])
    rules.require(
        from_on <= refusal.failed_on, DAILY_FINE, "days-counted-already", "这些日期已经按日连续处罚",
        "these days were counted already", until_on=refusal.failed_on,
    )  # fmt: skip
    days = (refusal.failed_on - from_on).days + 1
    continues = Continuing(
        case_id=state.case_id, document_no=decision.document_no, item_code=item_code, hazard_id=hazard_id,
        original_fen=charge.amount_fen, ordered_on=refusal.ordered_on, from_on=from_on, until_on=refusal.failed_on, days=days,
        amount_fen=days * charge.amount_fen,
    )  # fmt: skip
    clue = _clue(state, continues)
    begun = DailyFineBegun(
        case_id=state.case_id, daily_case_id=clue.case_id, item_code=item_code, from_on=from_on, until_on=refusal.failed_on
    )
    return begun, clue


def beginnable(state: CaseState, refusals: Mapping[str, Refusal]) -> str:
    """The item of the unit's decision that a daily fine would be for: one whose correction is refused, else one that is fined."""
    decision = state.decision_of(UNIT)
    fined = [] if decision is None else [charge.item_code for charge in decision.charges if charge.amount_fen > 0]
    refused = [act.item_code for act in state.acts if act.hazard_id in refusals and act.item_code in fined]
    return next(iter([*refused, *fined]), "")


def daily_charge(continues: Continuing, rules: Rules) -> Charge:
    """The one charge of a case that fines day by day: days times the first fine, exactly, under the article of the rulebook."""
    basis = rules.section(SECTION)["basis"]
    return Charge(
        item_code=continues.item_code, law=basis["law"], law_version=basis["version"], article=basis["article"],
        paragraph=basis["paragraph"], item=basis["item"], phase="overdue", subject="unit", amount_fen=continues.amount_fen,
        reason="",
    )  # fmt: skip


def require_daily(continues: Continuing, charges: tuple[Charge, ...], rules: Rules) -> tuple[Charge, ...]:
    """Only that charge may be imposed in a case that fines day by day; its reason is the officers' own."""
    wanted = daily_charge(continues, rules)
    alike = len(charges) == 1 and replace(charges[0], reason="", paragraph=wanted.paragraph, amount_fen=0) == replace(
        wanted, amount_fen=0
    )
    rules.require(
        alike, DAILY_FINE, "not-the-daily-fine", "按日连续处罚案件只能就原违法事项按日连续处罚",
        "a case that fines day by day imposes nothing else", item_code=continues.item_code,
    )  # fmt: skip
    rules.require(
        charges[0].amount_fen == wanted.amount_fen, DAILY_FINE, "not-the-original-per-day",
        f"按日连续处罚数额为原处罚数额乘以 {continues.days} 日", "the sum is the original fine for each day",
        amount_fen=charges[0].amount_fen, original_fen=continues.original_fen, days=continues.days,
    )  # fmt: skip
    return (replace(charges[0], paragraph=wanted.paragraph),)


def require_original(original: CaseState, continues: Continuing, rules: Rules) -> None:
    """The first fine stands, and is what it was when the days were counted."""
    decision = require_decided(replace(original, stage="served"), UNIT, rules)
    charge = next((c for c in decision.charges if c.item_code == continues.item_code and c.party_id == UNIT), None)
    rules.require(
        decision.document_no == continues.document_no and charge is not None and charge.amount_fen == continues.original_fen,
        DAILY_FINE, "original-changed", "原处罚决定已变更", "the first fine is not what it was", case_id=continues.case_id,
    )  # fmt: skip


def _require_provided(state: CaseState, charge: Charge, rules: Rules) -> None:
    """Only a fine under the law of the article goes on day by day, and only for its own sum, not that of another daily fine."""
    section = rules.section(SECTION)
    rules.require(
        charge.law == section["basis"]["law"] and section["amount"] == OF_ORIGINAL and state.continues is None, DAILY_FINE,
        "daily-fine-not-provided", f"{_cited(charge, rules)} 的罚款不适用按日连续处罚", "this fine does not go on day by day",
        item_code=charge.item_code, provision=_cited(charge, rules),
    )  # fmt: skip


def _refused(state: CaseState, item_code: str, refusals: Mapping[str, Refusal], rules: Rules) -> tuple[str, Refusal]:
    """The hazard of the item whose refusal was found last."""
    hazards = [act.hazard_id for act in state.acts if act.item_code == item_code and act.hazard_id in refusals]
    if not hazards:
        raise rules.refusal(
            DAILY_FINE, "not-refused", "未查明被责令改正后拒不改正", "no re-inspection found that an order to correct is refused",
            item_code=item_code,
        )  # fmt: skip
    last = max(hazards, key=lambda hazard: refusals[hazard].failed_on)
    return last, refusals[last]


def _clue(state: CaseState, continues: Continuing) -> RegisterClue:
    fact = next(act.fact for act in state.acts if act.hazard_id == continues.hazard_id)
    told = (
        f"{fact}。{continues.ordered_on} 被责令改正，受到{continues.document_no}罚款处罚，{continues.until_on} 复查拒不改正，"
        f"自 {continues.from_on} 起连续 {continues.days} 日"
    )
    return RegisterClue(
        case_id=f"{state.case_id}-d{len(state.daily) + 1}", inspection_id="", enterprise_id=state.enterprise_id,
        enterprise_name=state.party.name, uscc=state.party.uscc, level=state.level, organ_id=state.organ_id, organ=state.organ,
        act_date=continues.until_on, catalogue=state.catalogue, continues=continues,
        acts=(CaseAct(hazard_id=continues.hazard_id, item_code=continues.item_code, fact=told),),
    )  # fmt: skip


def _cited(charge: Charge, rules: Rules) -> str:
    return rules.provision(charge.law, charge.law_version, charge.article, charge.paragraph, charge.item)

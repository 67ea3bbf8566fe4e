"""The clocks that run in a case after each of its events, for the lists that show them: of cases, and the calendar."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chassis.deadlines import Arm
from chassis.domain import Event
from chassis.envelope import Sequenced
from services.penalty.domain import (
    UNIT,
    CaseClosed,
    HearingRightLapsed,
    InvestigationClosed,
    PaymentReceived,
    PaymentSettled,
    StatementLapsed,
    region_key,
)
from services.penalty.domain.enforcement_events import CourtApplicationAllowed, CourtRightLapsed
from services.penalty.domain.remedy_events import LitigationRightLapsed, ReconsiderationRightLapsed
from services.penalty.domain.spot_events import SpotPenaltyClosed
from services.penalty.projections.clocks import HEARING, HEARING_RIGHT, STATEMENT, clock_day, deadlines
from services.penalty.projections.closure_clocks import CLOSURE, awaited
from services.penalty.projections.enforcement_clocks import COURT_ALLOWED, COURT_RIGHT
from services.penalty.projections.payment_clocks import INSTALMENT
from services.penalty.projections.publication_clocks import PUBLICITY
from services.penalty.projections.remedy_clocks import LITIGATION_RIGHT, RECONSIDERATION_RIGHT

REGIONS = ("case", "payment", "remedy", "enforcement", "publication", "transfer", "standing")
NOBODYS = (PUBLICITY,)  # nobody has anything to do by then
OF_ENTERPRISE = (CLOSURE,)  # do not end with the case
OF_NOTICES = (STATEMENT, HEARING_RIGHT, HEARING)  # end when the investigation is closed anew
LAPSED: Mapping[type[Event], str] = {
    StatementLapsed: STATEMENT, HearingRightLapsed: HEARING_RIGHT, ReconsiderationRightLapsed: RECONSIDERATION_RIGHT,
    LitigationRightLapsed: LITIGATION_RIGHT, CourtApplicationAllowed: COURT_ALLOWED, CourtRightLapsed: COURT_RIGHT,
}  # fmt: skip
"""What is over when it has run out: nothing is left to be done about it. A duty that was missed goes on."""
Clock = list[str]
"""Kind, last day, party, period of its own, and the fen that have yet to come until nothing is missing by then."""


def clocks_after(clocks: dict[str, Clock], sequenced: Sequenced, event: Event) -> dict[str, Clock]:
    """The clocks of a case by id after one more event of it or of a region beside it."""
    kept = _paid(dict(clocks), event)
    if isinstance(event, CaseClosed | SpotPenaltyClosed):
        return {key: clock for key, clock in kept.items() if clock[0] in OF_ENTERPRISE}
    if isinstance(event, InvestigationClosed):
        kept = {key: clock for key, clock in kept.items() if clock[0] not in OF_NOTICES}
    if (lapsed := LAPSED.get(type(event))) is not None:
        kept.pop(f"{lapsed}:{region_key(case_id_of(event), _party_of(event))}", None)
    for change in (*deadlines(sequenced, event), *awaited(sequenced, event)):
        if isinstance(change, Arm) and change.kind in NOBODYS:
            continue
        if isinstance(change, Arm):
            party = str(change.detail.get("party_id") or _party_of(event))
            told = change.told
            kept[change.id] = [change.kind, clock_day(change), party, told.get("period", ""), told.get("covered_by", "")]
        else:
            kept.pop(change.id, None)
    return kept


def _paid(clocks: dict[str, Clock], event: Event) -> dict[str, Clock]:
    """Without the instalments of a party that are paid: each as soon as enough has come, all when nothing is owed."""
    if not isinstance(event, PaymentReceived | PaymentSettled):
        return clocks
    kept = {}
    for key, clock in clocks.items():
        kind, due_on, party, own, left = clock
        if (kind, party) != (INSTALMENT, event.party_id):
            kept[key] = clock
        elif isinstance(event, PaymentReceived) and (missing := int(left) - event.amount_fen) > 0:
            kept[key] = [kind, due_on, party, own, str(missing)]
    return kept


def _party_of(event: Event) -> str:
    return str(getattr(event, "party_id", UNIT))


def is_about_a_case(sequenced: Sequenced, event: Event) -> bool:
    """Whether an event is one of a case or of a region beside it; those of number series only name what they serve."""
    return sequenced.envelope.stream_id.partition(":")[0] in REGIONS and hasattr(event, "case_id")


def case_id_of(event: Any) -> str:
    """The case that an event is about."""
    return str(event.case_id)

"""The clocks that run in a case after each of its events, for the lists that show them: of cases, and the calendar."""

from __future__ import annotations

from typing import Any

from chassis.deadlines import Arm
from chassis.domain import Event
from chassis.envelope import Sequenced
from services.penalty.domain import UNIT, CaseClosed, HearingRightLapsed, InvestigationClosed, StatementLapsed, region_key
from services.penalty.domain.spot_events import SpotPenaltyClosed
from services.penalty.projections.clocks import HEARING, HEARING_RIGHT, STATEMENT, clock_day, deadlines
from services.penalty.projections.closure_clocks import CLOSURE, awaited
from services.penalty.projections.publication_clocks import PUBLICITY

REGIONS = ("case", "payment", "remedy", "enforcement", "publication", "transfer", "standing")
NOBODYS = (PUBLICITY,)  # nobody has anything to do by then
OF_ENTERPRISE = (CLOSURE,)  # do not end with the case
OF_NOTICES = (STATEMENT, HEARING_RIGHT, HEARING)  # end when the investigation is closed anew


def clocks_after(clocks: dict[str, list[str]], sequenced: Sequenced, event: Event) -> dict[str, list[str]]:
    """The clocks of a case, id to kind, last day and party, after one more event of it or of a region beside it."""
    kept = dict(clocks)
    if isinstance(event, CaseClosed | SpotPenaltyClosed):
        return {key: clock for key, clock in kept.items() if clock[0] in OF_ENTERPRISE}
    if isinstance(event, InvestigationClosed):
        kept = {key: clock for key, clock in kept.items() if clock[0] not in OF_NOTICES}
    if isinstance(event, StatementLapsed):
        kept.pop(f"{STATEMENT}:{region_key(event.case_id, event.party_id)}", None)
    if isinstance(event, HearingRightLapsed):
        kept.pop(f"{HEARING_RIGHT}:{region_key(event.case_id, event.party_id)}", None)
    for change in (*deadlines(sequenced, event), *awaited(sequenced, event)):
        if isinstance(change, Arm) and change.kind in NOBODYS:
            continue
        if isinstance(change, Arm):
            party = str(change.detail.get("party_id") or getattr(event, "party_id", UNIT))
            kept[change.id] = [change.kind, clock_day(change), party]
        else:
            kept.pop(change.id, None)
    return kept


def is_about_a_case(sequenced: Sequenced, event: Event) -> bool:
    """Whether an event is one of a case or of a region beside it; those of number series only name what they serve."""
    return sequenced.envelope.stream_id.partition(":")[0] in REGIONS and hasattr(event, "case_id")


def case_id_of(event: Any) -> str:
    """The case that an event is about."""
    return str(event.case_id)

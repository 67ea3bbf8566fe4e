"""What enforcement against a party rests on, read from its other regions; and the period for asking a court."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.aggregates import Loaded
from chassis.domain import Event, day_of
from chassis.runner import Work
from services.penalty import domain, queries
from services.penalty.domain import PAYMENTS, CaseState, Rules, enforcing
from services.penalty.domain.enforcement import ENFORCEMENTS, EnforcementState
from services.penalty.domain.enforcing import Owed
from services.penalty.domain.remedy import REMEDIES


@dataclass(frozen=True, slots=True)
class Enforceable:
    """A party's enforcement with its case, what it owes, and the rules that decide."""

    case: Loaded[CaseState]
    enforcement: Loaded[EnforcementState]
    owed: Owed
    rules: Rules


async def enforceable(work: Work, case: Loaded[CaseState], party_id: str, rules: Rules) -> Enforceable:
    """What a party owes, until when that was put off, and its remedies, as they are now."""
    key = domain.region_key(case.key, party_id)
    payment, remedies = (await work.load(PAYMENTS, key)).state, (await work.load(REMEDIES, key)).state
    owed = enforcing.owed_by(case.state, party_id, payment, remedies)
    return Enforceable(case, await work.load(ENFORCEMENTS, key), owed, rules)


async def begin_court_period(work: Work, case: Loaded[CaseState], party_id: str) -> None:
    """The decision may have come to be beyond remedy: if so, and if something is unpaid, the period runs."""
    rules = await queries.rules_on(work.read, day_of(work.at))
    of = await enforceable(work, case, party_id, rules)
    note(work, of, enforcing.begin_court_period(of.enforcement.state, of.owed, work.at, rules))


def note(work: Work, of: Enforceable, events: list[Event]) -> EnforcementState:
    """Add what was decided to the party's enforcement."""
    case = of.case
    return work.append(
        of.enforcement, events, subject=case.subject, district=case.district, correlation_id=case.correlation_id
    ).state

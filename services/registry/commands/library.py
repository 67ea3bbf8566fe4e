"""The officer library and the experts after they were enrolled: certificates, units, recusals, who leaves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from chassis.domain import Refused
from chassis.runner import Work
from services.registry.domain import people, roster
from services.registry.domain.jurisdictions import JURISDICTION
from services.registry.domain.people import EXPERT, OFFICER, Assignment, Certificate, OfficerEnrolled, RecusalWithdrawn


async def renew_certificate(work: Work, officer_id: str, certificate: Certificate) -> dict[str, Any]:
    """Note an officer's renewed certificate."""
    officer = await work.existing(OFFICER, officer_id)
    work.append(officer, people.renew_certificate(officer.state, certificate, work.at))
    return {"officer_id": officer_id}


async def reassign_officer(work: Work, officer_id: str, to: Assignment) -> dict[str, Any]:
    """Note an officer's other unit, in a district that exists, or other specialities."""
    officer = await work.existing(OFFICER, officer_id)
    await work.existing(JURISDICTION, to.district)
    work.append(officer, people.reassign_officer(officer.state, to, work.at))
    return {"officer_id": officer_id}


async def retire_officer(work: Work, officer_id: str, last_day: date) -> dict[str, Any]:
    """Note an officer's last day."""
    officer = await work.existing(OFFICER, officer_id)
    work.append(officer, people.retire_officer(officer.state, last_day))
    return {"officer_id": officer_id}


async def withdraw_recusal(work: Work, fact: RecusalWithdrawn) -> dict[str, Any]:
    """Note that an officer need not keep away from an enterprise any more."""
    officer = await work.existing(OFFICER, fact.officer_id)
    work.append(officer, people.withdraw_recusal(officer.state, fact))
    return {"officer_id": fact.officer_id, "enterprise_id": fact.enterprise_id}


async def amend_expert(work: Work, expert_id: str, specialities: tuple[str, ...], last_day: date | None) -> dict[str, Any]:
    """Note an expert's other specialities, or last day."""
    expert = await work.existing(EXPERT, expert_id)
    work.append(expert, people.amend_expert(expert.state, specialities, last_day))
    return {"expert_id": expert_id}


async def enter_roster(work: Work, facts: Sequence[OfficerEnrolled]) -> dict[str, Any]:
    """Enrol, renew and reassign the officers of a roster: all of them or none."""
    repeated = [key for key, count in Counter(fact.officer_id for fact in facts).items() if count > 1]
    if repeated:
        raise Refused("officer-repeated", f"人员编号重复：{'、'.join(repeated)}", f"given more than once: {', '.join(repeated)}")
    entered: Counter[str] = Counter()
    for fact in facts:
        officer = await work.load(OFFICER, fact.officer_id)
        if officer.exists:
            officer = await work.existing(OFFICER, fact.officer_id)  # nobody is taken from a foreign district
        await work.existing(JURISDICTION, fact.district)
        events = roster.enter(officer.state, fact, work.at)
        work.append(officer, events, district=fact.district)
        entered["enrolled" if not officer.exists else "changed" if events else "unchanged"] += 1
    return {name: entered[name] for name in ("enrolled", "changed", "unchanged")}

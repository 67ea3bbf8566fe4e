"""Erasing a person: the event and the destruction of the keys are one transaction."""

from __future__ import annotations

from typing import Any

from chassis.erasure import erase
from chassis.runner import Work
from services.registry import queries
from services.registry.domain import erasure, jurisdictions
from services.registry.domain.erasure import ERASURE, PersonErased
from services.registry.domain.people import EXPERT, OFFICER
from services.registry.domain.site_file import ENTERPRISE


async def erase_person(work: Work, fact: PersonErased) -> dict[str, Any]:
    """Erase a person here; the other services follow by the key topic. Needs a command that runs `with_tables`."""
    loaded = await work.load(ERASURE, fact.person)
    district, subject = await _whereabouts(work, fact.person)
    events = erasure.erase_person(
        loaded.state, fact, known=await queries.has_key(work.read, fact.person),
        kept=await queries.files_with(work.read, fact.person), books=await queries.rulebooks(work.read), at=work.at,
    )  # fmt: skip
    work.append(loaded, events, district=district, subject=subject)
    if events and work.tx is not None and work.last_event_id is not None:
        await erase(work.tx, fact.person, work.last_event_id, work.at)
    return {"person": fact.person}


async def _whereabouts(work: Work, person: str) -> tuple[str, str | None]:
    """The district a person belongs to, and the enterprise that the erasure is about; whoever is unknown here is the city's."""
    base, _, role = person.partition("/")
    if role:
        enterprise = await work.load(ENTERPRISE, base)
        if enterprise.exists:
            return str(enterprise.district), base
    officer, expert = await work.load(OFFICER, base), await work.load(EXPERT, base)
    if (district := officer.district or expert.district) is not None:
        return district, None
    return jurisdictions.root_of(await queries.established(work.read)).jurisdiction_id, None

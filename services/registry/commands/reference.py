"""Jurisdictions, officers, experts, catalogues and rulebooks: load, decide, append."""

from __future__ import annotations

from typing import Any

from chassis.domain import Refused
from chassis.runner import Work
from services.registry import queries
from services.registry.domain import jurisdictions, law, people
from services.registry.domain.jurisdictions import JURISDICTION, JurisdictionEstablished, JurisdictionState
from services.registry.domain.law import CATALOGUE, RULEBOOK, CataloguePublished, RulebookPublished
from services.registry.domain.people import (
    EXPERT,
    OFFICER,
    ExpertEnrolled,
    OfficerEnrolled,
    RecusalDeclared,
)
from services.registry.domain.site_file import ENTERPRISE


async def establish_jurisdiction(work: Work, fact: JurisdictionEstablished) -> dict[str, Any]:
    """Register a jurisdiction under its parent."""
    jurisdiction = await work.load(JURISDICTION, fact.jurisdiction_id)
    parent = JurisdictionState()
    if fact.parent is not None:
        parent = (await work.load(JURISDICTION, fact.parent)).state
    events = jurisdictions.establish_jurisdiction(jurisdiction.state, fact, parent)
    work.append(jurisdiction, events, district=fact.jurisdiction_id)
    return {"jurisdiction_id": fact.jurisdiction_id}


async def enrol_officer(work: Work, fact: OfficerEnrolled) -> dict[str, Any]:
    """Enrol an officer in a district that exists."""
    officer = await work.load(OFFICER, fact.officer_id)
    await work.existing(JURISDICTION, fact.district)
    work.append(officer, people.enrol_officer(officer.state, fact, work.at), district=fact.district)
    return {"officer_id": fact.officer_id}


async def declare_recusal(work: Work, fact: RecusalDeclared) -> dict[str, Any]:
    """Note that an officer keeps away from an enterprise."""
    officer = await work.existing(OFFICER, fact.officer_id)
    await work.existing(ENTERPRISE, fact.enterprise_id)
    work.append(officer, people.declare_recusal(officer.state, fact))
    return {"officer_id": fact.officer_id, "enterprise_id": fact.enterprise_id}


async def enrol_expert(work: Work, fact: ExpertEnrolled) -> dict[str, Any]:
    """Enrol an expert in a district that exists."""
    expert = await work.load(EXPERT, fact.expert_id)
    await work.existing(JURISDICTION, fact.district)
    work.append(expert, people.enrol_expert(expert.state, fact), district=fact.district)
    return {"expert_id": fact.expert_id}


async def publish_catalogue(work: Work, fact: CataloguePublished, rulebook_key: str | None) -> dict[str, Any]:
    """Publish a version of a catalogue, checked against a published rulebook if one is named (`<rulebook>/<version>`)."""
    catalogue = await work.load(CATALOGUE, f"{fact.catalogue}/{fact.version}")
    rulebook = None
    if rulebook_key is not None:
        rulebook = (await work.load(RULEBOOK, rulebook_key)).state.published
        if rulebook is None:
            raise Refused("rulebook-unknown", f"规则库{rulebook_key}未发布", f"rulebook {rulebook_key} is not published")
    root = jurisdictions.root_of(await queries.established(work.read))
    work.append(catalogue, law.publish_catalogue(catalogue.state, fact, rulebook), district=root.jurisdiction_id)
    return {"catalogue": fact.catalogue, "catalogue_version": fact.version, "items": len(fact.items)}


async def publish_rulebook(work: Work, fact: RulebookPublished) -> dict[str, Any]:
    """Publish a version of a rulebook."""
    rulebook = await work.load(RULEBOOK, f"{fact.rulebook}/{fact.version}")
    root = jurisdictions.root_of(await queries.established(work.read))
    work.append(rulebook, law.publish_rulebook(rulebook.state, fact), district=root.jurisdiction_id)
    return {"rulebook": fact.rulebook, "rulebook_version": fact.version}

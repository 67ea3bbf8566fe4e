"""Enterprises: one file per production site (一企一档), and the claim that makes a second file for the same site impossible."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated, Literal

from chassis.domain import SUBJECT, Event, Personal, Refused, Stream, beside_its_matter, event
from services.registry.domain.changes import Sector
from services.registry.domain.stated import PERSONS, Value


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One field of a file: what is known, who said so, and how far it may be trusted."""

    name: str
    value: Annotated[Value, Personal(SUBJECT, role_in="person")]
    source: str
    confidence: str

    @property
    def person(self) -> str | None:
        """The role of the person whom the field is about; None if it is about the site."""
        return PERSONS.get(self.name)


@dataclass(frozen=True, slots=True)
class Place:
    """A place (场所) of a site; its id is unique within the site."""

    place_id: str
    kind: str
    name: str
    fields: tuple[FieldValue, ...]


@dataclass(frozen=True, slots=True)
class Equipment:
    """A piece of equipment (设备) of a site; its id is unique within the site."""

    equipment_id: str
    place_id: str | None
    kind: str
    name: str
    status: Literal["in-use", "idle", "retired"]
    fields: tuple[FieldValue, ...]


@event("casetrail.registry.site-claimed.v1", title="场所建档占用", summary="场所{uscc}/{site_no}建立企业档案{enterprise_id}")
class SiteClaimed(Event):
    """This site has its file; no other file may be opened for it."""

    uscc: str
    site_no: str
    enterprise_id: str


@event("casetrail.registry.enterprise-registered.v1", title="企业建档", summary="{name}建立企业档案")
class EnterpriseRegistered(Event):
    """A site's file as it was opened: identity, fields with their provenance, places, equipment."""

    enterprise_id: str
    uscc: str
    site_no: str
    name: str
    district: str
    sector: Sector
    industry_code: str
    address: str
    legal_representative: Annotated[str, Personal("enterprise_id", "legal-representative")]
    safety_head: Annotated[str, Personal("enterprise_id", "safety-head")]
    staff: int
    fields: tuple[FieldValue, ...]
    places: tuple[Place, ...]
    equipment: tuple[Equipment, ...]
    import_id: str


@event("casetrail.registry.site-claim-passed.v1", title="场所建档占用移转", summary="场所建档占用移转至企业档案{enterprise_id}")
class SiteClaimPassed(Event):
    """The site's file was a duplicate; the claim is now that of the file it was merged into."""

    enterprise_id: str
    former_enterprise_id: str


@dataclass(frozen=True, slots=True)
class ClaimState:
    """Whose the site is: the enterprise id of its file, or None."""

    enterprise_id: str | None = None


def evolve_claim(state: ClaimState, event: Event) -> ClaimState:
    """Fold one event into a claim."""
    return ClaimState(event.enterprise_id) if isinstance(event, SiteClaimed | SiteClaimPassed) else state


SITE_CLAIM = Stream("site-claim", ClaimState(), evolve_claim, held_in=beside_its_matter)


def claim_key(uscc: str, site_no: str) -> str:
    """The key of a site's claim."""
    return f"{uscc}/{site_no}"


def enterprise_id_of(uscc: str, site_no: str) -> str:
    """The enterprise id of a site: the same for ever and everywhere, because it follows from what identifies the site."""
    return "e-" + hashlib.sha256(claim_key(uscc, site_no).encode()).hexdigest()[:20]


def claim_site(state: ClaimState, fact: EnterpriseRegistered) -> list[Event]:
    """Claim the site for its file: one site, one file, also when two imports register it at the same moment."""
    if state.enterprise_id is not None:
        raise Refused(
            "site-already-registered", f"场所{fact.uscc}/{fact.site_no}已建档",
            f"site {fact.uscc}/{fact.site_no} is registered already", enterprise_id=state.enterprise_id,
        )  # fmt: skip
    return [SiteClaimed(uscc=fact.uscc, site_no=fact.site_no, enterprise_id=fact.enterprise_id)]


def pass_claim(state: ClaimState, former: str, survivor: str) -> list[Event]:
    """Give a site's claim to the file that its own was merged into."""
    if state.enterprise_id != former:
        return []
    return [SiteClaimPassed(enterprise_id=survivor, former_enterprise_id=former)]

"""What each role receives on the feed: the one table, and what a principal with several roles receives of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chassis.auth import Principal, needs_role
from services.reporting.api.viewers import READERS

ENTERPRISE = "enterprise"


@dataclass(frozen=True, slots=True)
class Share:
    """Of the entries of somebody's districts: which types (None: all), whether of the own enterprise only; what goes along."""

    types: frozenset[str] | None = None
    own: bool = False
    plain: bool = True  # personal data in plain as far as their keys live; otherwise masked
    figures: bool = True  # figures and panels


def _of(service: str, *names: str) -> frozenset[str]:
    return frozenset(f"casetrail.{service}.{name}.v1" for name in names)


#: What an enterprise hears of itself: what it did itself, and what was told, handed over or served to it. What an organ considers
#: (a clue, a plan, a review, a decision that is not served yet) is not among it.
PARTY_TYPES = (
    _of(
        "registry", "enterprise-registered", "enterprise-closed", "enterprise-reopened", "enterprise-moved", "profile-submitted",
        "submission-decided", "confirmed-on-site", "production-suspended", "production-resumed",
    )
    | _of(
        "inspection", "inspection-noticed", "checked-in", "order-issued", "order-relieved", "hazard-ordered", "hazard-corrected",
        "hazard-reported", "hazard-rectified", "re-inspected", "rectification-reported", "rectification-overdue",
        "extension-asked", "extension-granted", "extension-denied", "suspension-ordered", "resumption-asked",
        "resumption-reviewed", "seizure-carried-out", "seizure-extended", "seizure-lifted", "supply-cut-notified",
        "supply-restored", "document-served", "statement-made",
    )
    | _of(
        "penalty", "notice-served", "statement-made", "statement-waived", "hearing-requested", "hearing-convened",
        "hearing-withdrawn", "decision-served", "spot-penalty-decided", "payment-received", "payment-reversed",
        "payment-settled",
        "deferral-requested", "deferral-approved", "deferral-refused", "demand-served", "demand-answered",
        "credit-repair-requested", "credit-repair-refused",
    )
)  # fmt: skip
STAFF = Share()
#: Every role that is answered; to any other the feed is closed (403), as all that reporting shows.
SHARES: Mapping[str, Share] = {
    **dict.fromkeys(READERS, STAFF),
    ENTERPRISE: Share(types=PARTY_TYPES, own=True, plain=False, figures=False),
}


def share_of(principal: Principal) -> Share:
    """What a principal receives: people of an organ theirs, also if they are somebody else besides; Forbidden without a role."""
    for role, share in SHARES.items():
        if role in principal.roles:
            return share
    raise needs_role(tuple(SHARES), principal.roles)

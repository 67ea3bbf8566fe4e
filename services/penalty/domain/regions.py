"""What runs beside a case, each in a stream of its own; and what of it the closing of the case asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chassis.domain import Stream
from services.penalty.domain.account import PaymentState
from services.penalty.domain.case import CaseState
from services.penalty.domain.closing import Beside
from services.penalty.domain.enforcement import ENFORCEMENTS, EnforcementState
from services.penalty.domain.following import unfollowed
from services.penalty.domain.parties import region_key
from services.penalty.domain.payment import PAYMENTS
from services.penalty.domain.publication import PUBLICATIONS, PublicationState
from services.penalty.domain.remedy import REMEDIES, RemedyState
from services.penalty.domain.standing import StandingState
from services.penalty.domain.transfer import TRANSFERS, TransferState


@dataclass(frozen=True, slots=True, kw_only=True)
class Regions:
    """What runs beside a case, by party where each has its own; its transfer; the standing of its enterprise."""

    payments: Mapping[str, PaymentState]
    remedies: Mapping[str, RemedyState]
    enforcements: Mapping[str, EnforcementState]
    publications: Mapping[str, PublicationState]
    transfer: TransferState
    standing: StandingState = field(default_factory=StandingState)


def region_keys(case: CaseState) -> dict[str, str]:
    """The key of the regions of each party that was ever decided against: they begin with a decision, never before."""
    return {side.party_id: region_key(case.case_id, side.party_id) for side in case.sides if side.decision or side.former}


OF_A_PARTY: tuple[Stream[Any], ...] = (PAYMENTS, REMEDIES, ENFORCEMENTS, PUBLICATIONS)


def streams_beside(case: CaseState) -> list[tuple[Stream[Any], str]]:
    """Which streams run beside a case, with their keys: whoever reads them reads these, a command as a screen."""
    keys = region_keys(case).values()
    return [(TRANSFERS, case.case_id), *((stream, key) for stream in OF_A_PARTY for key in keys)]


def regions_of(case: CaseState, begun: Mapping[str, Any], standing: StandingState | None = None) -> Regions:
    """What runs beside a case, of the states of those of its streams that have begun, by stream id."""
    payments, remedies, enforcements, publications = (
        {party: begun[stream.id(key)] for party, key in region_keys(case).items() if stream.id(key) in begun}
        for stream in OF_A_PARTY
    )
    return Regions(
        payments=payments, remedies=remedies, enforcements=enforcements, publications=publications,
        transfer=begun.get(TRANSFERS.id(case.case_id), TRANSFERS.initial), standing=standing or StandingState(),
    )  # fmt: skip


def beside_of(case: CaseState, regions: Regions, hazards: Mapping[str, str], unpublished: Iterable[str]) -> Beside:
    """What the regions say of the ending of a case; `hazards`: the state of each, `unpublished`: parties."""
    return Beside(
        payments=regions.payments, hazards=hazards, transferred=regions.transfer.gone, transferring=regions.transfer.under_way,
        terminated=frozenset(party for party, region in regions.enforcements.items() if region.hopeless),
        pending=tuple(party for party, region in regions.remedies.items() if region.is_pending),
        unpublished=tuple(unpublished), unfollowed=unfollowed(case, regions.remedies), publications=regions.publications,
    )  # fmt: skip

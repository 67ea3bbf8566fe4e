"""What the decisions of a case rest on beside the case itself: rules, officers, sanctions, and what runs beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from services.penalty.domain.account import PaymentState
from services.penalty.domain.case import CaseState
from services.penalty.domain.charges import Sanctions
from services.penalty.domain.closing import NOTHING_PAID, Beside
from services.penalty.domain.daily import Refusal
from services.penalty.domain.enforcement import EnforcementState
from services.penalty.domain.following import Due, Unfollowed
from services.penalty.domain.guards import Officer
from services.penalty.domain.publication import PublicationState
from services.penalty.domain.remedy import RemedyState
from services.penalty.domain.rulebook import Rules
from services.penalty.domain.standing import StandingState
from services.penalty.domain.transfer import TransferState


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the decisions of a case rest on beside the case itself."""

    rules: Rules
    officers: tuple[Officer, ...]
    sanctions: Sanctions
    address: str
    beside: Beside = field(default_factory=Beside)
    standing: StandingState = field(default_factory=StandingState)
    transfer: TransferState = field(default_factory=TransferState)
    refusals: Mapping[str, Refusal] = field(default_factory=dict)
    remedies: Mapping[str, RemedyState] = field(default_factory=dict)
    enforcements: Mapping[str, EnforcementState] = field(default_factory=dict)

    def qualified(self, state: CaseState, day: date) -> tuple[str, ...]:
        """Officers with a valid certificate on a day who are not to keep away from the case."""
        return tuple(
            one.officer_id for one in self.officers
            if not one.recused and one.certificate_valid_to >= day and one.officer_id not in state.recused
        )  # fmt: skip

    def payment(self, party_id: str) -> PaymentState:
        """What a party owes and has paid."""
        return self.beside.payments.get(party_id, NOTHING_PAID)

    def due(self, party_id: str, step: Due) -> Unfollowed | None:
        """What a remedy decided for a party that is to be followed by this step."""
        found = (one for one in self.beside.unfollowed if (one.party_id, one.step) == (party_id, step))
        return next(found, None)

    def publication(self, party_id: str) -> PublicationState:
        """What is published of the decision against a party."""
        return self.beside.publications.get(party_id, PublicationState())

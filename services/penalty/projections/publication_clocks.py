"""The clocks of publications: by when a decision is published, by when it is withdrawn, until when it is public."""

from __future__ import annotations

from collections.abc import Iterable

from chassis.deadlines import Arm, Disarm
from chassis.domain import Event
from chassis.envelope import Sequenced
from services.penalty.domain import region_key
from services.penalty.domain.publication_events import (
    DecisionPublished,
    PublicationCalledOff,
    PublicationOpened,
    PublicationWithdrawn,
    PublicityEnded,
    WithdrawalRequired,
)
from services.penalty.domain.remedy import SETTING_ASIDE
from services.penalty.projections.arming import party_clock

PUBLICATION, WITHDRAWAL, PUBLICITY = "publication-due", "withdrawal-due", "publicity-end"


def publication_deadlines(sequenced: Sequenced, event: Event) -> Iterable[Arm | Disarm]:
    """What an event of a publication sets running, and what it ends."""
    match event:
        case PublicationOpened() as e:
            yield party_clock(sequenced, PUBLICATION, region_key(e.case_id, e.party_id), e.publish_by)
        case DecisionPublished() as e:
            key = region_key(e.case_id, e.party_id)
            yield party_clock(sequenced, PUBLICATION, key, None)
            yield party_clock(sequenced, PUBLICITY, key, e.public_until)
        case PublicationCalledOff() as e:
            yield party_clock(sequenced, PUBLICATION, region_key(e.case_id, e.party_id), None)
        case WithdrawalRequired() as e:
            key = region_key(e.case_id, e.party_id)
            yield party_clock(sequenced, WITHDRAWAL, key, e.withdraw_by)
            if e.result in SETTING_ASIDE:
                yield party_clock(sequenced, PUBLICATION, key, None)
        case PublicationWithdrawn() | PublicityEnded() as e:
            key = region_key(e.case_id, e.party_id)
            yield party_clock(sequenced, WITHDRAWAL, key, None)
            yield party_clock(sequenced, PUBLICITY, key, None)

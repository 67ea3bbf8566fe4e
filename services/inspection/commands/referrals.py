"""Hazards go to penalty as acts."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.runner import Work
from services.inspection.commands.deciding import hazards_of, rules_of
from services.inspection.domain import hazard as hazards
from services.inspection.domain.inspection import INSPECTION
from services.inspection.domain.referral import REFERRAL, refer_acts


async def refer(work: Work, referral_id: str, inspection_id: str, hazard_ids: Sequence[str]) -> None:
    """Refer hazards of an inspection to penalty."""
    referral = await work.load(REFERRAL, referral_id)
    inspection = await work.existing(INSPECTION, inspection_id)
    rules = await rules_of(work)
    found = await hazards_of(work, hazard_ids)
    findings = [hazards.of_inspection(loaded.state, inspection_id, rules) for loaded in found]
    work.append(
        referral, refer_acts(referral.state, referral_id, inspection.state, findings, rules),
        subject=inspection.subject, district=inspection.district, correlation_id=inspection.correlation_id,
    )  # fmt: skip
    for loaded in found:
        work.append(loaded, hazards.refer(loaded.state, inspection_id, referral_id, rules))

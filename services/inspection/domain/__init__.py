"""What would be true of an inspection with paper and ink: events, states, decisions. Pure."""

from services.inspection.domain import (
    catalogue,
    device,
    document,
    events,
    extension,
    hazard,
    hazard_events,
    inspection,
    numbers,
    onsite_plan,
    order,
    presence,
    referral,
    refusals,
    rules,
)

__all__ = [
    "catalogue",
    "device",
    "document",
    "events",
    "extension",
    "hazard",
    "hazard_events",
    "inspection",
    "numbers",
    "onsite_plan",
    "order",
    "presence",
    "referral",
    "refusals",
    "rules",
]

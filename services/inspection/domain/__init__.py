"""What would be true of an inspection with paper and ink: events, states, decisions. Pure."""

from services.inspection.domain import catalogue, events, hazard, inspection, numbers, order, referral, refusals, rules

__all__ = ["catalogue", "events", "hazard", "inspection", "numbers", "order", "referral", "refusals", "rules"]

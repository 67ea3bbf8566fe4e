"""Inspection over HTTP: parse, authorise, call, present."""

from services.inspection.api import hazards, orders, plans, visits

ROUTERS = (plans.router, visits.router, hazards.router, orders.router)

"""Inspection over HTTP: parse, authorise, call, present."""

from services.inspection.api import hazards, orders, visits

ROUTERS = (visits.router, hazards.router, orders.router)

"""Inspection over HTTP: parse, authorise, call, present."""

from services.inspection.api import devices, documents, hazards, orders, packages, plans, visits

ROUTERS = (plans.router, visits.router, hazards.router, orders.router, devices.router, packages.router, documents.router)

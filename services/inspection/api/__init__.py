"""Inspection over HTTP: parse, authorise, call, present."""

from services.inspection.api import (
    completeness,
    devices,
    documents,
    evidence,
    hazards,
    keepings,
    measures,
    orders,
    packages,
    phrases,
    plans,
    reads,
    records,
    seizures,
    services,
    supply_cuts,
    uploads,
    visits,
)

ROUTERS = (
    plans.router, visits.router, hazards.router, orders.router, measures.router, keepings.router, seizures.router,
    records.router, supply_cuts.router, devices.router, packages.router, documents.router, services.router, phrases.router,
    evidence.router, completeness.router, uploads.router, reads.router,
)  # fmt: skip

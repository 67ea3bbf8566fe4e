"""Measures taken at an inspection: on site, about evidence, seizure, records of investigation, supply; one stream for each."""

from services.inspection.domain.measures import (
    keeping,
    measure,
    parts,
    recording,
    records,
    seizure,
    seizure_events,
    supply_cut,
    suspension,
)

__all__ = [
    "keeping",
    "measure",
    "parts",
    "recording",
    "records",
    "seizure",
    "seizure_events",
    "supply_cut",
    "suspension",
]

"""Penalty over HTTP: parse, authorise, call, present."""

from services.penalty.api import (
    bank,
    calendar,
    cases,
    cash,
    charging,
    closing,
    deciding,
    documents,
    dossier,
    enforcement,
    filing,
    hearings,
    payments,
    publications,
    reads,
    remedies,
    spots,
    standing,
    transfers,
)

ROUTERS = (
    cases.router,  # first, because a path is looked for in this order, and this is what is asked most
    filing.router, charging.router, hearings.router, deciding.router, payments.router, bank.router, spots.router, cash.router,
    remedies.router, enforcement.router, publications.router, transfers.router, closing.router, calendar.router,
    standing.router, documents.router, dossier.router, reads.router,
)  # fmt: skip

"""Penalty over HTTP: parse, authorise, call, present."""

from services.penalty.api import bank, cases, charging, deciding, enforcement, filing, payments, remedies, spots

ROUTERS = (
    filing.router, charging.router, deciding.router, payments.router, bank.router, spots.router, remedies.router,
    enforcement.router, cases.router,
)  # fmt: skip

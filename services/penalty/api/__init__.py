"""Penalty over HTTP: parse, authorise, call, present."""

from services.penalty.api import bank, cases, charging, deciding, filing, payments, spots

ROUTERS = (
    filing.router, charging.router, deciding.router, payments.router, bank.router, spots.router, cases.router,
)  # fmt: skip

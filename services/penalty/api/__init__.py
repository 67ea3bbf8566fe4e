"""Penalty over HTTP: parse, authorise, call, present."""

from services.penalty.api import cases, charging, deciding, filing, payments

ROUTERS = (filing.router, charging.router, deciding.router, payments.router, cases.router)

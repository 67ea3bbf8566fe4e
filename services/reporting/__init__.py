"""Reporting: a copy of every ledger, and what is read from it; it decides nothing."""

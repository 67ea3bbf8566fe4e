"""The one thing that reporting records of its own: who was given a case file."""

from services.reporting.domain import access

__all__ = ["access"]

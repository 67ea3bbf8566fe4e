"""What asyncpg raises, in the words of the eventsourcing library."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from eventsourcing.persistence import (
    DataError,
    IntegrityError,
    InterfaceError,
    InternalError,
    NotSupportedError,
    OperationalError,
    PersistenceError,
    ProgrammingError,
)

from chassis.database import GONE
from chassis.writer import IN_THE_WAY

ERRORS: tuple[tuple[tuple[type[Exception], ...], type[PersistenceError]], ...] = (
    ((asyncpg.IntegrityConstraintViolationError,), IntegrityError),
    ((asyncpg.DataError,), DataError),
    ((*GONE, *IN_THE_WAY, asyncpg.OperatorInterventionError, asyncpg.InsufficientResourcesError), OperationalError),
    ((asyncpg.FeatureNotSupportedError,), NotSupportedError),
    ((asyncpg.SyntaxOrAccessError,), ProgrammingError),
    ((asyncpg.InternalServerError,), InternalError),
    ((asyncpg.InterfaceError, asyncpg.PostgresError), InterfaceError),
)
"""Errors of asyncpg and what they are called in the library; the first line that fits counts."""


@contextmanager
def library_errors() -> Iterator[None]:
    """Whatever asyncpg raises in the block is raised as the library's error of that meaning."""
    try:
        yield
    except Exception as error:
        for ours, theirs in ERRORS:
            if isinstance(error, ours):
                raise theirs(str(error)) from error
        raise

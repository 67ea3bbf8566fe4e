"""What every tier shares: a test carries the marker of the folder it lies in."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import structlog

from chassis.testing import forget_beginnings
from deploy.embedded import servers

TESTS = Path(__file__).parent
LONGEST = {"test_fuzz.py", "test_building.py"}
os.environ.pop("COLUMNS", None)  # of the terminal that started us: a console would keep that width, whatever a test wants to see

# What fails is told plainly, as a service tells it. Drawn with every variable of every frame it would hold the event loop for
# half a second, and on a busy machine for longer than a connection that is being opened beside it may take.
structlog.configure(
    processors=[
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with its tier; an unregistered folder fails collection, because markers are strict.

    The longest come first: where several run at once, the others fill the time beside them.
    """
    for item in items:
        if item.path.is_relative_to(TESTS):
            item.add_marker(item.path.relative_to(TESTS).parts[0])
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest_asyncio.fixture(scope="session")
async def admin_dsn() -> AsyncIterator[str]:
    """A real PostgreSQL server for the run: the one named by the environment, else a container, else the embedded one."""
    async with servers.postgres() as dsn:
        yield dsn
        await forget_beginnings(dsn)

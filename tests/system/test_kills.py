"""Any one process may be killed at any moment of the year: it comes back, and nothing is lost, doubled, or different."""

from __future__ import annotations

import random

import pytest

from deploy.embedded.servers import APACHE, kafka_choice, postgres_choice
from deploy.embedded.stack import Stack
from tests.system.conftest import Lived, Platform, live
from tests.system.evidence import evidence_of, violations

EVERYBODY = Stack().names()
#: On a broker that keeps its records, those whose loss meets it in another way than the one in memory.
WITH_APACHE = ("broker", "tasks-worker", "inspection-worker", "reporting-worker")
EMBEDDED = "embedded"


def victims() -> list[str]:
    """The processes that are the stack's own, with the servers that the environment names."""
    if kafka_choice().kind == APACHE:
        return list(WITH_APACHE)
    servers = {"broker": kafka_choice().kind, "postgres": postgres_choice().kind}
    return [name for name in EVERYBODY if servers.get(name, EMBEDDED) == EMBEDDED]


class Killer:
    """Kills a process when so many requests have been answered."""

    def __init__(self, stack: Stack, name: str, moment: int) -> None:
        self._stack, self._name, self._moment = stack, name, moment
        self._answered = 0

    def __call__(self) -> None:
        """One more request was answered."""
        self._answered += 1
        if self._answered == self._moment:
            self._stack.kill(self._name)


@pytest.mark.parametrize("name", victims())
async def test_killed_process_changes_nothing(name: str, platform: Platform, lived: Lived) -> None:
    moment = random.randint(lived.outcome.requests // 20, lived.outcome.requests * 19 // 20)
    async with platform() as stack:
        outcome = await live(stack, Killer(stack, name, moment))
        told = f"{name} was killed after request {moment} of {lived.outcome.requests}"
        assert outcome.differences == [], told
        assert outcome.figures.values == lived.outcome.figures.values, told
        found = await evidence_of(stack)
        assert violations(found) == [], told
        assert found.types == lived.evidence.types, told
        restarts = stack.restarts()
        assert {one for one, count in restarts.items() if count} == {name}, f"{told}: {restarts}"

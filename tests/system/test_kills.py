"""Any process may be killed at any moment of the year: it comes back, and nothing is lost, doubled, or different."""

from __future__ import annotations

import random

import pytest

from deploy.embedded.servers import APACHE, kafka_choice, postgres_choice
from deploy.embedded.stack import Stack
from tests.system.conftest import Lived, Platform, live
from tests.system.evidence import evidence_of, violations

pytestmark = pytest.mark.timeout(900)  # whichever test comes first lives the year for all

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


A_YEAR = 4  # killed in one year: each year costs a stack of its own


def years() -> list[list[str]]:
    """Who is killed in the same year: never the API and the worker of one service, which are neighbours in the list."""
    names = victims()
    count = -(-len(names) // A_YEAR)
    return [names[first::count] for first in range(count)]


class Killer:
    """Kills each of some processes when so many requests have been answered."""

    def __init__(self, stack: Stack, moments: dict[int, str]) -> None:
        self._stack, self._moments = stack, moments
        self._answered = 0

    def __call__(self) -> None:
        """One more request was answered."""
        self._answered += 1
        if name := self._moments.get(self._answered):
            self._stack.kill(name)


@pytest.mark.parametrize("names", years(), ids="+".join)
async def test_killed_processes_change_nothing(names: list[str], platform: Platform, lived: Lived) -> None:
    moments = random.sample(range(lived.outcome.requests // 20, lived.outcome.requests * 19 // 20), len(names))
    kills = dict(zip(moments, names, strict=True))
    async with platform() as stack:
        outcome = await live(stack, Killer(stack, kills))
        told = f"killed, each after a request of {lived.outcome.requests}: {dict(sorted(kills.items()))}"
        assert outcome.differences == [], told
        assert outcome.figures.values == lived.outcome.figures.values, told
        assert outcome.lived == lived.outcome.lived, told
        found = await evidence_of(stack)
        assert violations(found) == [], told
        assert found.types == lived.evidence.types, told
        assert {one: count for one, count in stack.restarts().items() if count} == dict.fromkeys(names, 1), told

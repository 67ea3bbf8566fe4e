"""The keeper of the simulated clock: it advances only when every service has fired what is due and caught up."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from chassis.clock import SimulatedClock
from deploy.answers import Problem, answer
from deploy.embedded.issuer import Issuer
from deploy.embedded.proxy import Upstreams

Status = Mapping[str, Any]
#: Asks every service at once how far it is: its status by name, or why there is none.
Round = Callable[[], Awaitable[Mapping[str, Status | str]]]

PATIENCE = 120.0  # seconds to wait for the services to catch up
FIRST_PAUSE, LONGEST_PAUSE = 0.005, 0.05  # seconds between two rounds
TIMEOUT = aiohttp.ClientTimeout(total=10)
KEEPER = "operator"  # the role that may move time


class ClockFile:
    """The file that every process reads the simulated time from (`CASETRAIL_CLOCK=simulated:<path>`)."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> datetime:
        """The simulated time, aware; OSError or ValueError if the file is missing or malformed."""
        return SimulatedClock(self.path).now()

    def write(self, now: datetime) -> None:
        """Set it, atomically: a reader sees the old time or the new one."""
        if now.tzinfo is None:
            raise ValueError(f"a time without a zone: {now.isoformat()}")
        making = self.path.with_name(f"{self.path.name}.new")
        making.write_text(json.dumps({"now": now.isoformat(), "simulated": True}), encoding="ascii")
        making.replace(self.path)


class ClockKeeper:
    """Moves the clock from deadline to deadline, one request at a time."""

    def __init__(self, file: ClockFile, ask: Round, patience: float = PATIENCE) -> None:
        self.file = file
        self._ask = ask
        self._patience = patience
        self._moving = asyncio.Lock()

    async def advance(self, to: datetime, *, settle: bool = False) -> int:
        """Move the clock to `to`, stopping at every deadline on the way until the services have dealt with it.

        Answers the number of steps. With `settle`, also waits at the end until everybody has caught up with `to`.
        Problem 422 for a time in the past, 503 if somebody does not catch up in time; the clock then stands where it got to.
        """
        async with self._moving:
            now, steps = self.file.read(), 0
            if to < now:
                raise Problem(422, "clock-backwards", "时钟不能倒退", f"it is already {now.isoformat()}", now=now.isoformat())
            while now < to:
                now = await self._step(now, to)
                steps += 1
            if settle:
                await self._settled(now)
            return steps

    async def _step(self, now: datetime, to: datetime) -> datetime:
        statuses = await self._settled(now)
        now = min([to, *next_deadlines(statuses)])
        self.file.write(now)
        return now

    async def _settled(self, now: datetime) -> Sequence[Status]:
        """The statuses once two rounds in a row were the same and showed that everybody has caught up.

        Invariant: then no event was in flight. The second round starts after the first has ended, so there is a moment
        between any service's two answers that they all share; each position in a status only grows, so one that is the same
        in both rounds was the same at that moment; and at that moment, by what the positions say, every event was sequenced,
        relayed, projected and consumed by all, and no deadline was due. Guarded by tests/stack/test_clock.py.
        """
        until, pause, before = time.monotonic() + self._patience, FIRST_PAUSE, None
        while True:
            statuses = await self._ask()
            behind = laggards(statuses, now)
            if not behind and statuses == before:
                return [status for status in statuses.values() if not isinstance(status, str)]
            if time.monotonic() > until:
                raise _too_slow(behind or ["still changing"])
            if behind:
                await asyncio.sleep(pause)
                pause = min(pause * 1.5, LONGEST_PAUSE)
            before = statuses


def _too_slow(behind: list[str]) -> Problem:
    return Problem(503, "not-caught-up", "服务尚未跟上，时钟未推进", f"not caught up: {'; '.join(behind)}", lagging=behind)


def next_deadlines(statuses: Sequence[Status]) -> list[datetime]:
    """When the services have something to do next, if they have."""
    upcoming = [(status.get("deadlines") or {}).get("next") for status in statuses]
    return [datetime.fromisoformat(text) for text in upcoming if text]


def laggards(statuses: Mapping[str, Status | str], now: datetime) -> list[str]:
    """Who has not caught up, and with what; empty if everybody has."""
    heads = {name: status["ledger"].get("shards") or {} for name, status in statuses.items() if not isinstance(status, str)}
    found: list[str] = []
    for name, status in statuses.items():
        if isinstance(status, str):
            found.append(f"{name}: {status}")
        else:
            found += [f"{name}: {what}" for what in (*_own_lag(status, now), *_consumer_lag(status, heads))]
    return found


def _own_lag(status: Status, now: datetime) -> list[str]:
    """What a service still has to do with its own ledger and deadlines. A part it does not have (null) never lags."""
    ledger, deadlines = status["ledger"], status.get("deadlines") or {}
    followed = (status.get("feed") or ledger)["head"]  # what projections follow: the ledger, reporting's its copy of all
    found = [f"{n} events wait for the sequencer" for n in [ledger["pending"]] if n]
    found += _behind({"relay": (status.get("relay") or {}).get("position")}, ledger["head"])
    found += _behind(status.get("projections") or {}, followed)
    found += [f"{n} deadlines due" for n in [deadlines.get("due") or 0] if n]
    upcoming = next_deadlines([status])
    return found + [f"a deadline due at {at.isoformat()}" for at in upcoming if at <= now]


def _behind(positions: Mapping[str, int | None], head: int) -> list[str]:
    return [f"{part} at {at} of {head}" for part, at in positions.items() if at not in (None, head)]


def _consumer_lag(status: Status, heads: Mapping[str, Mapping[str, int]]) -> list[str]:
    found = []
    for consumer, sources in (status.get("consumers") or {}).items():
        for source, positions in sources.items():
            for shard, head in heads.get(source, {}).items():
                at = positions.get(shard, 0)
                found += [f"{consumer} at {at} of {head} in {source}/{shard}"] if at != head else []
    return found


class StatusRounds:
    """Asks the services' `/ops/status` at once, over connections that are kept."""

    def __init__(self, upstreams: Upstreams, token: Callable[[], str]) -> None:
        self._upstreams, self._token = upstreams, token

    async def __call__(self) -> dict[str, Status | str]:
        """One round."""
        headers = {"Authorization": f"Bearer {self._token()}"}
        urls = self._upstreams.urls
        asked = [self._status(url, headers) for url in urls.values()]
        return dict(zip(urls, await asyncio.gather(*asked), strict=True))

    async def _status(self, url: str, headers: Mapping[str, str]) -> Status | str:
        try:
            async with self._upstreams.client.get(f"{url}/ops/status", headers=headers, timeout=TIMEOUT) as response:
                if response.status != 200:
                    return f"answers {response.status}"
                found: Status = await response.json()
                return found
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            # A process that is being restarted has simply not caught up yet.
            return f"does not answer: {type(error).__name__}"


def clock_routes(keeper: ClockKeeper, issuer: Issuer) -> list[Route]:
    """`GET /clock`, and `POST /clock {"to": "2021-05-01T09:00:00+08:00"}` for an operator, in a practice district for all."""

    async def read(request: Request) -> Response:
        issuer.claims_of(request.headers.get("authorization", ""))
        return answer({"now": keeper.file.read().isoformat(), "simulated": True})

    async def advance(request: Request) -> Response:
        claims = issuer.claims_of(request.headers.get("authorization", ""))
        if KEEPER not in claims.get("roles", ()) and not issuer.practice.exists():
            raise Problem(403, "forbidden", "没有权限", f"not permitted: needs role {KEEPER}")
        to, settle = _wish(await request.body())
        steps = await keeper.advance(to, settle=settle)
        return answer({"now": keeper.file.read().isoformat(), "steps": steps})

    return [Route("/clock", read, methods=["GET"]), Route("/clock", advance, methods=["POST"])]


def _wish(body: bytes) -> tuple[datetime, bool]:
    try:
        wish = json.loads(body)
        to = datetime.fromisoformat(wish["to"])
        if to.tzinfo is None:
            raise ValueError("a time without a zone")
    except (KeyError, TypeError, ValueError) as error:
        wanted = '{"to": "<ISO 8601 datetime with zone>"}'
        raise Problem(422, "invalid", "请求内容不符合要求", f"the body must be {wanted}: {error}") from error
    return to, bool(wish.get("settle", False))

"""The self-check that runs for ever, at low cost: what is new is audited at once, what is old slowly, again and again.

What it finds is kept in the table `health`, which the health page reads, and told to whoever listens, such as the metrics.
A finding of an audit stays until an audit of the same rows does not find it any more.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from chassis.audit import START, Verified
from chassis.clock import SystemClock
from chassis.database import leadership
from chassis.eventstore import Connection, Pool
from chassis.selfcheck.checks import Check, Look, check_counts, check_ledger, findings_json, quick_checks
from chassis.signednote import Verifier
from chassis.telemetry import log

LOOK_SECONDS = 5.0  # between two rounds of the quick checks and the audit of what is new
PATROL_REST = 1.0  # seconds after each page of the patrol: ten million rows take an hour and a half
PATROL_PAUSE = 600.0  # seconds between two patrols
COUNT_SECONDS = 3600.0  # between two counts of whole tables

POSITION = "SELECT position FROM audited WHERE name = $1"
SAVE_POSITION = """
INSERT INTO audited (name, position, ended_at) VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE SET position = EXCLUDED.position, ended_at = EXCLUDED.ended_at
"""
SAVE_HEALTH = """
INSERT INTO health (name, ok, figures, findings, checked_at) SELECT u.*, $5
FROM unnest($1::text[], $2::boolean[], $3::text[], $4::text[]) AS u
ON CONFLICT (name) DO UPDATE
SET ok = EXCLUDED.ok, figures = EXCLUDED.figures, findings = EXCLUDED.findings, checked_at = EXCLUDED.checked_at
"""
HEALTH = "SELECT name, ok, figures, findings, checked_at FROM health ORDER BY name"

LookAt = Callable[[Connection], Look]
Told = Callable[[Sequence[Check]], None]


@dataclass(slots=True)
class Keeper:
    """One service's self-check. `told` hears every check that was made."""

    look_at: LookAt
    verifiers: Sequence[Verifier]
    told: Told = lambda _: None
    counted: float = field(default=-COUNT_SECONDS)

    async def follow(self, dsn: str) -> None:
        """Lead, and check what is new for as long as the connection lives."""
        async with leadership(dsn, "selfcheck") as connection:
            while True:
                await self.round(connection)
                await asyncio.sleep(LOOK_SECONDS)

    async def round(self, connection: Connection) -> None:
        """The quick checks, the audit from where the last one ended, and now and then the counts."""
        look = self.look_at(connection)
        checks = await quick_checks(look)
        if look.ledger:
            checks.append(await self._audit_new(connection, look))
            if time.monotonic() - self.counted >= COUNT_SECONDS:
                checks.append(await check_counts(look))
                self.counted = time.monotonic()
        await self._keep(connection, checks)

    async def _audit_new(self, connection: Connection, look: Look) -> Check:
        since = await _position(connection, "follow")
        check, verified = await check_ledger(look, since, verifiers=self.verifiers)
        if verified != since:
            await _save(connection, "follow", verified, None)
        return check

    async def patrol(self, dsn: str) -> None:
        """Lead, and audit the ledger from its first row to its end, slowly, again and again."""
        async with leadership(dsn, "patrol") as connection:
            while self.look_at(connection).ledger:
                await self.patrol_once(connection)
                await asyncio.sleep(PATROL_PAUSE)

    async def patrol_once(self, connection: Connection, rest: float = PATROL_REST) -> None:
        """One patrol: an alteration of an old row is found by it, because nothing it says rests on an earlier audit."""

        async def paused(_: int, __: int) -> None:
            await asyncio.sleep(rest)

        check, verified = await check_ledger(self.look_at(connection), START, verifiers=self.verifiers, rest=paused)
        await _save(connection, "patrol", verified, SystemClock().now())
        await self._keep(connection, [Check("patrol", check.figures, check.findings)])

    async def _keep(self, connection: Connection, checks: Sequence[Check]) -> None:
        for check in checks:
            for finding in check.findings:
                log.error("selfcheck_found", check=check.name, where=finding.where, code=finding.code, found=finding.en)
        columns: list[list[Any]] = [
            [check.name for check in checks], [check.ok for check in checks],
            [orjson.dumps(check.figures).decode() for check in checks],
            [orjson.dumps(findings_json(check)).decode() for check in checks],
        ]  # fmt: skip
        await connection.execute(SAVE_HEALTH, *columns, SystemClock().now())
        self.told(checks)


async def health_of(pool: Pool) -> list[dict[str, Any]]:
    """What the self-check found last, check by check, each with when that was."""
    return [
        {
            "name": row["name"], "ok": row["ok"], "figures": orjson.loads(row["figures"]),
            "findings": orjson.loads(row["findings"]), "checked_at": row["checked_at"].isoformat(),
        }
        for row in await pool.fetch(HEALTH)
    ]  # fmt: skip


async def _position(connection: Connection, name: str) -> Verified:
    told = await connection.fetchval(POSITION, name)
    return START if told is None else Verified.from_json(orjson.loads(told))


async def _save(connection: Connection, name: str, verified: Verified, ended_at: Any) -> None:
    await connection.execute(SAVE_POSITION, name, orjson.dumps(verified.to_json()).decode(), ended_at)

"""Penalty alone, its API and its worker killed while commands come: all of them happen once, nothing acknowledged is lost."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
import random
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from starlette.applications import Starlette

from chassis.audit import audit_ledger, unsequenced
from chassis.domain import CHINA
from chassis.eventstore import Connection
from chassis.testing import service_under_test
from deploy.embedded.child import Child
from deploy.embedded.clock import ClockFile
from deploy.embedded.issuer import Issuer
from deploy.embedded.ports import LOOPBACK
from deploy.embedded.processes import ServiceProcess
from services.penalty.service import SERVICE
from tests.service.penalty.bureau import CASE, Bureau
from tests.service.penalty.conftest import heard
from tests.service.penalty.test_documents import body
from tests.stack.conftest import serving
from tests.system.dying import DURABLE, KEPT, LAID_OUT, PLACES
from tests.system.relaying import until

NOON = datetime(2021, 9, 18, 12, tzinfo=CHINA)
NOWHERE = f"{LOOPBACK}:1"
PASSING = {"conflict", "in-flight"}
PAYMENTS, SURPLUS, PAPERS = 8, 4, 5
KILLS = {"api": 4, "worker": 1}
FINE = 900_000
COUNTS = "SELECT (SELECT count(*) FROM events) = (SELECT count(*) FROM ledger) AND NOT EXISTS (SELECT FROM pending)"


@dataclass(frozen=True)
class Sent:
    """A command as it is sent, again and again if need be: always under the same key."""

    role: str
    path: str
    told: Mapping[str, Any]
    key: str


class Dying(ServiceProcess):
    """A role of penalty that dies where it is told to."""

    def __init__(self, role: str, env: Mapping[str, str], orders: Path) -> None:
        super().__init__("penalty", role, env)
        self._command = [sys.executable, "-m", "tests.system.dying", str(orders), "run", "penalty", role]


@dataclass
class Alone:
    """The processes of penalty, whoever commands it, and what was acknowledged, by key."""

    api: Child
    worker: Child
    orders: Path
    people: dict[str, httpx.AsyncClient]
    connection: Connection
    acknowledged: dict[str, Any] = field(default_factory=dict)

    async def send(self, one: Sent) -> Any:
        """Send a command until it is answered; what it was answered before, it is answered again."""
        answers: list[httpx.Response] = []

        async def answered() -> bool:
            try:
                answer = await self.people[one.role].post(one.path, json=one.told, headers={"Idempotency-Key": one.key})
            except httpx.TransportError:
                return False
            if answer.status_code >= 500 or answer.json().get("code") in PASSING:
                return False
            answers.append(answer)
            return True

        await until(answered, one.path)
        assert answers[-1].status_code == 201, answers[-1].text
        told = answers[-1].json()
        assert self.acknowledged.setdefault(one.key, told) == told
        return told

    async def die(self, place: str, one: Sent) -> Any:
        """As `send`, while the API dies at a place on the way."""
        before = self.api.restarts
        (self.orders / place).touch()
        told = await self.send(one)
        assert (self.api.restarts - before, (self.orders / place).exists()) == (1, False), f"died {place}"
        return told

    async def killed(self, child: Child, one: Sent, after: float) -> None:
        """As `send`, while a process is killed so many seconds later, wherever it is by then."""
        before, sending = child.restarts, asyncio.create_task(self.send(one))
        await asyncio.wait({sending}, timeout=after)
        child.kill()

        async def back() -> bool:
            return child.restarts > before and child.pid is not None

        await until(back, f"{child.program.name} after its death")
        await sending

    async def told(self, path: str, **asked: str) -> httpx.Response:
        """What an officer is told."""
        answer = await self.people["officer"].get(path, params=asked)
        assert answer.status_code == 200, answer.text
        return answer

    async def caught_up(self) -> None:
        """Return when the worker has sequenced all that there is."""

        async def done() -> bool:
            return bool(await self.connection.fetchval(COUNTS))

        await until(done, "the worker's ledger")

    async def happened(self, wire: str) -> list[asyncpg.Record]:
        """The events of a type."""
        sql = "SELECT stream_id, version, data FROM events WHERE type = $1 ORDER BY recorded_at, stream_id, version"
        return await self.connection.fetch(sql, f"casetrail.penalty.{wire}.v1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where orders, files, keys and logs lie."""
    for name in ("orders", "files", "issuer"):
        (tmp_path / name).mkdir()
    return tmp_path


@asynccontextmanager
async def alone(admin_dsn: str, folder: Path) -> AsyncIterator[Alone]:
    """Penalty with a case that was served, run by processes of its own; no broker answers."""
    async with AsyncExitStack() as ends:
        under_test = await ends.enter_async_context(service_under_test(SERVICE, admin_dsn, before=heard))
        bureau = Bureau(under_test)
        await bureau.served_case()
        issuer = Issuer(folder / "issuer", "http://issuer.test")
        at = await ends.enter_async_context(serving(Starlette(routes=issuer.routes())))
        clock = ClockFile(folder / "clock.json")
        clock.write(NOON)
        env = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("CASETRAIL_", "PG"))},
            "CASETRAIL_PENALTY_DSN": under_test.dsn, "CASETRAIL_PENALTY_OWNER_DSN": under_test.dsn,
            "CASETRAIL_PENALTY_URL": "http://penalty.test", "CASETRAIL_KAFKA_BOOTSTRAP": NOWHERE,
            "CASETRAIL_OIDC_ISSUER": issuer.url, "CASETRAIL_OIDC_JWKS_URL": f"{at}/jwks", "CASETRAIL_OIDC_DEVELOPMENT": "true",
            "CASETRAIL_MACHINE_TOKEN_URL": f"{at}/token", "CASETRAIL_MACHINE_SECRET": "x",
            "CASETRAIL_MASTER_KEY": f"1:{base64.b64encode(bytes(32)).decode()}",
            "CASETRAIL_CLOCK": f"simulated:{clock.path}", "CASETRAIL_FILES": str(folder / "files"),
        }  # fmt: skip
        processes = {role: Dying(role, env, folder / "orders") for role in ("api", "worker")}
        children = {role: Child(process, folder / f"{role}.log") for role, process in processes.items()}
        for child in children.values():
            ends.push_async_callback(child.stop, 1.0)
            await child.start()
        await children["api"].ready(120)
        people = {}
        for role in ("officer", "finance"):
            token = issuer.token(
                {"sub": f"p-{role}", "name": role, "roles": [role], "districts": ["donghu"], "organ": "donghu-emb"}
            )
            people[role] = await ends.enter_async_context(
                httpx.AsyncClient(base_url=processes["api"].url, headers={"Authorization": f"Bearer {token}"}, timeout=30)
            )
        for client in bureau.clients.values():
            ends.push_async_callback(client.aclose)
        yield Alone(children["api"], children["worker"], folder / "orders", people, under_test.connection)


def paid(number: int, fen: int) -> Sent:
    told = {"amount_fen": fen, "bank_reference": f"B{number}", "paid_on": "2021-09-18"}
    return Sent("finance", f"/v1/cases/{CASE}/payments", told, f"payment-key-{number:04d}")


def back(number: int, fen: int) -> Sent:
    told = {"amount_fen": fen, "bank_reference": f"R{number}", "refunded_on": "2021-09-18"}
    return Sent("finance", f"/v1/cases/{CASE}/refunds", told, f"refund-key-{number:04d}")


def proposal(number: int) -> Sent:
    """Form 30 takes the next number of its series each time it is issued."""
    return Sent("officer", "/v1/documents", body("30", f"paper-{number}"), f"paper-key-{number:04d}")


async def test_a_document_is_issued_once_under_one_number_wherever_its_process_dies(admin_dsn: str, folder: Path) -> None:
    """Its file is kept before it is issued: death on the way leaves no document without a file, no number twice or left out."""
    async with alone(admin_dsn, folder) as penalty:
        told = {place: await penalty.die(place, proposal(number)) for number, place in enumerate(PLACES, start=1)}
        assert [told[place]["document_no"] for place in (LAID_OUT, KEPT, DURABLE)] == [
            f"（东湖）应急处呈〔2021〕{number}号" for number in (1, 2, 3)
        ]
        issued = await penalty.happened("document-issued")
        assert sorted(row["stream_id"] for row in issued) == [f"document:paper-{number}" for number in (1, 2, 3)]
        for number, place in enumerate(PLACES, start=1):
            file = (await penalty.told(f"/v1/documents/paper-{number}/file")).content
            assert hashlib.sha256(file).hexdigest() == told[place]["sha256"]
            assert await penalty.send(proposal(number)) == told[place]
        await penalty.caught_up()
        assert [*(await audit_ledger(penalty.connection)).findings] == []


async def test_commands_happen_once_whatever_is_killed_and_when(admin_dsn: str, folder: Path) -> None:
    async with alone(admin_dsn, folder) as penalty:
        steps = [paid(number, FINE // PAYMENTS) for number in range(PAYMENTS)]
        steps += [paid(PAYMENTS + number, 1_000 + number) for number in range(SURPLUS)]
        steps += [proposal(number) for number in range(PAPERS)]
        random.shuffle(steps)
        steps += [back(number, 1_000 + number) for number in range(SURPLUS)]
        hit = dict.fromkeys(random.sample(range(len(steps)), KILLS["api"]), penalty.api)
        hit |= dict.fromkeys(random.sample(sorted({*range(len(steps))} - {*hit}), KILLS["worker"]), penalty.worker)
        for number, one in enumerate(steps):
            if number in hit:
                await penalty.killed(hit[number], one, random.uniform(0, 0.1))
            else:
                await penalty.send(one)
        first = dict(penalty.acknowledged)
        await asyncio.gather(*(penalty.send(one) for one in steps))  # all again: it is answered as before, nothing happens
        assert penalty.acknowledged == first
        assert len(first) == len(steps)
        await penalty.caught_up()
        assert len(await penalty.happened("payment-received")) == PAYMENTS + SURPLUS
        assert len(await penalty.happened("refund-made")) == SURPLUS
        assert len(await penalty.happened("document-issued")) == PAPERS
        numbers = {told["document_no"] for told in first.values() if "document_no" in told}
        assert numbers == {f"（东湖）应急处呈〔2021〕{number}号" for number in range(1, PAPERS + 1)}
        [account] = (await penalty.told(f"/v1/cases/{CASE}/payments")).json()["parties"]
        surplus = sum(1_000 + number for number in range(SURPLUS))
        assert (account["received_fen"], account["refunded_fen"], account["credit_fen"]) == (FINE + surplus, surplus, 0)
        audit = await audit_ledger(penalty.connection)
        assert [*audit.findings, *await unsequenced(penalty.connection)] == []
        assert {"api": penalty.api.restarts, "worker": penalty.worker.restarts} == KILLS

"""The keys of a process: made once per person, dropped when erased, never made anew for somebody who was."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Annotated
from unittest import mock

import pytest
import pytest_asyncio

from chassis.codec import encode
from chassis.database import READS, open_pool
from chassis.domain import ERASED, EVENT_TYPES, Actor, Event, Personal, Refused, event
from chassis.envelope import Recorded, uuid7
from chassis.erasure import erase
from chassis.eventstore import Connection
from chassis.personal import PENDING, MasterKeys, seal
from chassis.vault import KeysMissing, Vault
from tests.chassis.writing import AT, OFFICER, recorded, until

MASTERS = MasterKeys({1: bytes(32)})
NewVault = Callable[[], Awaitable[Vault]]


@event("casetrail.notes.met.v1", title="会面", summary="与{name}会面")
class Met(Event):
    officer_id: str
    name: Annotated[str, Personal("officer_id")]
    text: str = ""


EVENT_TYPES.pop(Met.__wire__)  # nobody else's business


@pytest_asyncio.fixture
async def new_vault(dsn: str) -> AsyncIterator[NewVault]:
    """Vaults of several processes of one service."""
    async with AsyncExitStack() as stack:

        async def made() -> Vault:
            pool = await open_pool(dsn, "vault", 4, READS)
            stack.push_async_callback(pool.close)
            return Vault(pool, MASTERS)

        yield made


def decided(happened: Event) -> tuple[Event, Recorded]:
    return happened, replace(recorded("note:n", 1), data=encode(happened))


async def erased(connection: Connection, person: str) -> None:
    async with connection.transaction():
        await erase(connection, person, uuid7(), AT)


async def live(connection: Connection) -> int:
    count: int = await connection.fetchval("SELECT count(*) FROM person_keys WHERE wrapped IS NOT NULL")
    return count


async def test_processes_that_need_a_key_at_once_share_one(new_vault: NewVault, connection: Connection) -> None:
    vaults = [await new_vault() for _ in range(4)]
    tokens = await asyncio.gather(*(vault.sealed_text("o-1", "王强") for vault in vaults for _ in range(3)))
    assert await live(connection) == 1
    for vault in vaults:
        assert await vault.plain(*tokens) == ["王强"] * 12


async def test_an_event_is_sealed_and_read_by_another_process(new_vault: NewVault) -> None:
    one, other = await new_vault(), await new_vault()
    stored = await one.sealed(*decided(Met(officer_id="o-1", name="王强", text="早")))
    assert "王强".encode() not in stored.data
    [opened] = await other.opened([stored])
    assert json.loads(opened.data) == {"officer_id": "o-1", "name": "王强", "text": "早"}


async def test_who_acted_is_sealed_too(new_vault: NewVault) -> None:
    vault = await new_vault()
    signed = await vault.signed(OFFICER)
    assert (signed.id, signed.role) == (OFFICER.id, OFFICER.role)
    assert await vault.plain(signed.name, str(signed.certificate_no)) == [OFFICER.name, OFFICER.certificate_no]
    assert await vault.signed(OFFICER) is signed


async def test_a_key_that_has_not_arrived_is_not_an_erased_one(new_vault: NewVault, connection: Connection) -> None:
    vault = await new_vault()
    wrapped = MASTERS.make("o-1")
    token = seal(MASTERS.open(wrapped), "王强")
    with pytest.raises(KeysMissing, match=wrapped.key_id):
        await vault.plain(token)
    assert json.loads(await vault.shown(json.dumps(token).encode())) == PENDING
    sql = "INSERT INTO person_keys (key_id, person, wrapping, wrapped, made_here, published) VALUES ($1, $2, 1, $3, false, true)"
    await connection.execute(sql, wrapped.key_id, "o-1", wrapped.wrapped)
    assert await vault.plain(token) == ["王强"]


async def test_erased_in_one_process_is_forgotten_in_all(new_vault: NewVault, connection: Connection, dsn: str) -> None:
    vault = await new_vault()
    token = await vault.sealed_text("o-1", "王强")
    follow = asyncio.create_task(vault.follow(dsn))
    listening = """SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'person keys'
                   AND query LIKE 'LISTEN%'"""
    await until(lambda: connection.fetchval(listening))
    assert await vault.plain(token) == ["王强"]
    await erased(connection, "o-1")

    async def forgotten() -> bool:
        return await vault.plain(token) == [ERASED]

    await until(forgotten)
    assert await vault.sealed_text("o-1", "王强") == ERASED
    assert (await vault.signed(replace(OFFICER, id="o-1"))).name == ERASED
    follow.cancel()
    await asyncio.gather(follow, return_exceptions=True)


async def test_whoever_was_erased_gets_no_key_again(new_vault: NewVault, connection: Connection) -> None:
    await erased(connection, "o-1")
    vault = await new_vault()
    stored = await vault.sealed(*decided(Met(officer_id="o-1", name="王强")))
    assert json.loads(stored.data)["name"] == ERASED
    assert await live(connection) == 0


async def test_a_key_is_not_made_while_its_person_is_erased(new_vault: NewVault, connection: Connection) -> None:
    """Whoever comes second sees what the first one did: without the person's lock the key would outlive the erasure."""
    vault = await new_vault()
    async with connection.transaction():
        await erase(connection, "o-1", uuid7(), AT)
        making = asyncio.create_task(vault.sealed_text("o-1", "王强"))
        waits = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'"
        await until(lambda: connection.fetchval(waits))
    assert await making == ERASED
    assert await live(connection) == 0


@pytest.mark.parametrize("change", ["UPDATE person_keys SET wrapped = '\\x00', erased_at = NULL", "DELETE FROM person_keys"])
async def test_an_erased_key_stays_erased(new_vault: NewVault, connection: Connection, change: str) -> None:
    await (await new_vault()).sealed_text("o-1", "王强")
    await erased(connection, "o-1")
    with pytest.raises(Exception, match="stays erased"):
        await connection.execute(change)


async def test_what_came_sealed_stays_as_it_came(new_vault: NewVault) -> None:
    vault = await new_vault()
    token = await vault.sealed_text("o-1", "王强")
    stored = await vault.sealed(*decided(Met(officer_id="o-1", name=token)))
    assert json.loads(stored.data)["name"] == token


@pytest.mark.parametrize("place", ["somebody else's field", "a plain field", "an event without personal fields", "half of one"])
async def test_nobody_has_a_stolen_token_read_out_to_them(new_vault: NewVault, place: str) -> None:
    vault = await new_vault()
    token = await vault.sealed_text("o-1", "王强")
    happened = {
        "somebody else's field": Met(officer_id="o-2", name=token),
        "a plain field": Met(officer_id="o-2", name="甲", text=f"见 {token}"),
        "an event without personal fields": Met(officer_id="o-2", name="", text=token),
        "half of one": Met(officer_id="o-2", name="enc:v1:乙"),
    }[place]
    with pytest.raises(Refused, match="text-looks-sealed"):
        await vault.sealed(*decided(happened))


async def test_an_actor_whose_name_looks_sealed_is_just_called_so(new_vault: NewVault) -> None:
    vault = await new_vault()
    token = await vault.sealed_text("o-1", "王强")
    signed = await vault.signed(Actor(id="o-2", name=token, role="officer"))
    assert await vault.plain(signed.name) == [token]


async def test_what_was_only_read_is_let_go_too(new_vault: NewVault) -> None:
    token = await (await new_vault()).sealed_text("o-1", "王强")
    reader = await new_vault()
    assert await reader.plain(token) == ["王强"]
    reader.let_go(["o-1", "o-2"])
    assert (reader._keys, reader._held) == ({}, {})
    assert await reader.plain(token) == ["王强"], "it is looked up again"


async def test_who_is_let_go_while_somebody_needs_them_is_in_hand(new_vault: NewVault) -> None:
    """A command waits for one person's key; the other's, which it had already, is dropped meanwhile."""
    vault = await new_vault()
    await vault.meet(["o-1"])
    real = vault._ask

    async def slow(persons: set[str]) -> object:
        vault.let_go(["o-1"])
        return await real(persons)

    with mock.patch.object(vault, "_ask", slow):
        assert set(await vault._told({"o-1", "o-2"})) == {"o-1", "o-2"}

"""A session lasts as long as it may, is renewed once for all who ask, and ends everywhere at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from chassis.issuerkeys import IssuerUnavailable
from deploy.sessions.keeping import KeepingUnavailable, Table, named, opened, seal
from tests.sessions.conftest import LIFE, Place


async def test_a_session_is_known_to_every_process_and_to_nobody_else(place: Place) -> None:
    secret = await place.enter()
    found = await place.beside.of(secret)
    assert found is not None
    assert (found.tokens.access, found.username) == ("zhang 0", "zhang@login")
    assert await place.sessions.of(secret[:-1] + ("A" if secret[-1] != "A" else "B")) is None


async def test_what_is_kept_opens_under_the_cookie_alone(place: Place) -> None:
    secret = await place.enter()
    kept = await place.store.read(named(secret))
    assert kept is not None
    assert b"zhang" not in kept.sealed
    assert secret.encode() not in named(secret) + kept.sealed
    assert opened("another", kept.sealed) is None
    await place.store.end(named(secret))
    await place.store.begin(named(secret), replace(kept, sealed=seal("another", b"{}")))
    assert await place.sessions.of(secret) is None


async def test_tokens_are_renewed_once_for_all_who_ask_meanwhile(place: Place) -> None:
    secret = await place.enter()
    place.now += LIFE - 5
    asked = [process.of(secret) for process in (place.sessions, place.beside) for _ in range(5)]
    found = await asyncio.gather(*asked)
    assert {one.tokens.access for one in found if one} == {"zhang 1"}
    assert len([one for one in found if one]) == 10
    assert place.issuer.renewals == 1


async def test_a_token_that_is_good_for_a_while_is_left_alone(place: Place) -> None:
    secret = await place.enter()
    place.now += LIFE - 20
    assert await place.sessions.of(secret) is not None
    assert place.issuer.renewals == 0


async def test_a_session_that_the_issuer_has_ended_ends_here(place: Place) -> None:
    secret = await place.enter()
    place.now += LIFE
    place.issuer.refuses = True
    assert await place.sessions.of(secret) is None
    place.issuer.refuses = False
    assert await place.beside.of(secret) is None


async def test_while_the_issuer_is_away_a_session_lasts_as_long_as_its_token(place: Place) -> None:
    secret = await place.enter()
    place.issuer.away = True
    place.now += LIFE - 5
    found = await place.sessions.of(secret)
    assert found is not None
    assert found.tokens.access == "zhang 0"
    place.now += 10
    with pytest.raises(IssuerUnavailable):
        await place.sessions.of(secret)
    place.issuer.away = False
    assert await place.sessions.of(secret) is not None


async def test_a_session_that_nobody_uses_ends(place: Place) -> None:
    secret = await place.enter()
    for _ in range(2):
        place.now += 900
        assert await place.sessions.of(secret) is not None
    place.now += 1001
    assert await place.beside.of(secret) is None


async def test_a_session_ends_however_much_it_is_used(place: Place) -> None:
    secret = await place.enter()
    for _ in range(3):
        place.now += 900
        assert await place.sessions.of(secret) is not None
    place.now += 301
    assert await place.sessions.of(secret) is None
    await place.enter("li")
    assert await place.store.read(named(secret)) is None


async def test_a_session_that_is_ended_is_over_in_every_process(place: Place) -> None:
    secret = await place.enter()
    assert await place.sessions.end(secret) == "http://127.0.0.1:9999/issuer/logout"
    assert place.issuer.left == ["refresh 0"]
    assert await place.beside.of(secret) is None
    assert await place.sessions.end(secret) is None


@pytest.mark.parametrize(("told", "left"), [("zhang sid-of-zhang", {"li"}), ("zhang ", {"li"}), ("li sid-of-zhang", {"li"})])
async def test_the_issuer_ends_a_session_or_all_of_a_person(place: Place, told: str, left: set[str]) -> None:
    secrets = {who: await place.enter(who) for who in ("zhang", "li")}
    await place.beside.logged_out(told)
    assert {who for who, secret in secrets.items() if await place.sessions.of(secret)} == left


async def test_sessions_that_cannot_be_read_are_no_sessions() -> None:
    with pytest.raises(KeepingUnavailable):
        await Table("postgresql://nobody@127.0.0.1:1/none").read(b"")

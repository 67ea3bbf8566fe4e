"""The issuer's keys: found, kept, changed; an issuer that is slow, broken or away stops nobody who is known by them."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from aiohttp import web
from joserfc.jwk import ECKey, OctKey, RSAKey

from chassis import issuerkeys
from chassis.auth import TokenVerifier, Trust, Unauthenticated
from chassis.issuerkeys import IssuerKeys, IssuerUnavailable
from tests.chassis.issuing import CURRENT, ISSUER, NEXT, Issuer, token
from tests.chassis.test_auth import BAD, STRANGER


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The monotonic clock that the copy goes by; a test moves it."""
    now = [1_000.0]
    monkeypatch.setattr(issuerkeys, "monotonic", lambda: now[0])
    return now


async def test_keys_are_found_by_discovery(issuer: Issuer) -> None:
    verifier = TokenVerifier(Trust(issuer=issuer.base, audience="casetrail"))
    assert (await verifier.verify(token(iss=issuer.base))).id == "o-1"


@pytest.mark.parametrize(
    "told",
    [{"issuer": "http://elsewhere.test", "jwks_uri": "{url}"}, {"issuer": "{base}"}, {"issuer": "{base}", "jwks_uri": 1}, {}],
)
async def test_discovery_of_another_issuer_is_not_believed(issuer: Issuer, told: dict[str, Any]) -> None:
    issuer.metadata = {
        name: value.format(url=issuer.url, base=issuer.base) if isinstance(value, str) else value for name, value in told.items()
    }
    with pytest.raises(IssuerUnavailable):
        await IssuerKeys(issuer.base).current()
    assert issuer.asked == 0


async def test_nobody_sends_us_elsewhere_for_keys(issuer: Issuer) -> None:
    issuer.answer = web.Response(status=302, headers={"Location": f"{issuer.base}/.well-known/openid-configuration"})
    with pytest.raises(IssuerUnavailable):
        await issuer.verifier().verify(token())


async def test_a_new_key_of_the_issuer_is_fetched_when_it_is_met(issuer: Issuer, clock: list[float]) -> None:
    verifier = issuer.verifier()
    await verifier.verify(token())
    issuer.keys = [NEXT, CURRENT]
    clock[0] += 2
    assert (await verifier.verify(token(NEXT, kid="two"))).id == "o-1"
    assert issuer.asked == 2
    await verifier.verify(token(NEXT, kid="two", sub="o-2"))
    assert issuer.asked == 2


async def test_a_key_that_was_taken_back_is_refused_when_the_copy_is_due(issuer: Issuer, clock: list[float]) -> None:
    """Also for a token that was verified before, and is asked with again and again."""
    verifier, given = issuer.verifier(), token()
    await verifier.verify(given)
    issuer.keys = [NEXT]
    clock[0] += issuerkeys.KEPT - 1
    await verifier.verify(given)
    clock[0] += 2
    with pytest.raises(Unauthenticated):
        await verifier.verify(given)


async def test_the_same_keys_again_cost_nobody_a_second_verification(issuer: Issuer, clock: list[float]) -> None:
    verifier, given = issuer.verifier(), token()
    await verifier.verify(given)
    clock[0] += issuerkeys.KEPT + 1
    await verifier.verify(given)
    assert issuer.asked == 2
    assert len(verifier._verified) == 1


async def test_garbage_does_not_make_us_hammer_the_issuer(issuer: Issuer) -> None:
    verifier = issuer.verifier()
    await verifier.verify(token())
    forged = [token(NEXT, kid=f"k{n}") for n in range(50)] + [token(STRANGER, sub=f"o-{n}") for n in range(50)] + ["x.y.z"] * 50
    outcomes = await asyncio.gather(*map(verifier.verify, forged), return_exceptions=True)
    assert all(isinstance(outcome, Unauthenticated) for outcome in outcomes)
    assert issuer.asked <= 2


async def test_garbage_alone_never_reaches_the_issuer_again(issuer: Issuer, clock: list[float]) -> None:
    """A token that no key could make good is no reason to ask for keys."""
    verifier = issuer.verifier()
    await verifier.verify(token())
    for bad in ("not a token", "algorithm none", "HMAC with the public key", "expired", "wrong issuer"):
        clock[0] += 5
        with pytest.raises(Unauthenticated):
            await verifier.verify(BAD[bad]())
    assert issuer.asked == 1


BROKEN = {
    "error": web.Response(status=500), "no json": web.Response(body=b"<html>"), "no keys": web.Response(body=b'{"keys":[]}'),
    "no set": web.Response(body=b"[]"), "broken key": web.Response(body=b'{"keys":[{"kty":"EC"}]}'),
    "keys no list": web.Response(body=b'{"keys":{}}'), "a key no object": web.Response(body=b'{"keys":["x"]}'),
    "endless": web.Response(body=b" " * (issuerkeys.LARGEST + 1)),
}  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN)
async def test_an_issuer_that_is_out_of_order_is_not_hammered_either(issuer: Issuer, broken: str) -> None:
    """Nothing can be said of a token: that is not its bearer's fault."""
    issuer.answer = BROKEN[broken]
    verifier = issuer.verifier()
    outcomes = await asyncio.gather(*(verifier.verify(token(sub=f"o-{n}")) for n in range(20)), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {IssuerUnavailable}
    assert issuer.asked == 1


@pytest.mark.parametrize("broken", BROKEN)
async def test_an_issuer_that_fails_does_not_lock_out_who_is_known_by_its_keys(
    issuer: Issuer, clock: list[float], broken: str
) -> None:
    verifier, given = issuer.verifier(), token()
    await verifier.verify(given)
    issuer.answer = BROKEN[broken]
    for hours in (1, 1, 21):
        clock[0] += hours * 3600
        assert (await verifier.verify(given)).id == "o-1"
        assert (await verifier.verify(token(sub="o-2"))).id == "o-2"
    assert issuer.asked == 4
    clock[0] += 3600 * 2  # not for ever: a copy of yesterday may hold a key that was stolen since
    with pytest.raises(IssuerUnavailable):
        await verifier.verify(given)
    issuer.answer = None
    clock[0] += 11
    assert (await verifier.verify(given)).id == "o-1"


async def test_an_issuer_that_is_slow_makes_those_wait_who_need_it_and_for_a_moment_only(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuerkeys, "PATIENCE", 0.05)
    monkeypatch.setattr(issuerkeys, "KEPT", 0.0)
    verifier, given = issuer.verifier(), token()
    await verifier.verify(given)
    monkeypatch.setattr(issuerkeys, "ASKED_AGAIN", 0.0)
    issuer.held.clear()
    began = time.monotonic()
    for _ in range(20):
        assert (await verifier.verify(given)).id == "o-1"
    assert time.monotonic() - began < 1
    assert issuer.asked == 2
    issuer.held.set()


async def test_an_issuer_that_cannot_be_reached(unused_tcp_port: int) -> None:
    verifier = TokenVerifier(Trust(issuer=ISSUER, audience="casetrail", jwks_url=f"http://127.0.0.1:{unused_tcp_port}/jwks"))
    with pytest.raises(IssuerUnavailable, match="keys"):
        await verifier.verify(token())


async def test_keys_of_other_kinds_and_purposes_verify_nothing(issuer: Issuer) -> None:
    """Beside keys for encryption, of unknown kinds and of none, the one that is meant is found; a secret is no public key."""
    others = [
        RSAKey.generate_key(2048, {"kid": "enc", "use": "enc", "alg": "RSA-OAEP"}),
        ECKey.generate_key("P-256", {"kid": "one", "use": "enc"}), ECKey.generate_key("P-384", {"kid": "other", "alg": "ES384"}),
    ]  # fmt: skip
    secret = OctKey.generate_key(256, {"kid": "secret"})
    issuer.keys = [*others, CURRENT]
    verifier = issuer.verifier()
    assert (await verifier.verify(token())).id == "o-1"
    issuer.answer = web.json_response({"keys": [{"kty": "AKP", "kid": "new"}, secret.as_dict(private=True)]})
    with pytest.raises(IssuerUnavailable):
        await issuer.verifier().verify(token(secret, "HS256", kid="secret"))

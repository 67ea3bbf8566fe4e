"""Tokens: only ours, for us, now; and no token makes us hammer the issuer."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from chassis.auth import Forbidden, Principal, TokenVerifier, Unauthenticated, principal_from

ISSUER = "http://issuer.test"
CURRENT = ECKey.generate_key("P-256", {"kid": "one", "use": "sig", "alg": "ES256"})
NEXT = ECKey.generate_key("P-256", {"kid": "two", "use": "sig", "alg": "ES256"})
STRANGER = ECKey.generate_key("P-256", {"kid": "one"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    given = {"iss": ISSUER, "aud": "casetrail", "sub": "o-1", "iat": now, "exp": now + 300, "name": "甲", "roles": ["officer"],
             "districts": ["donghu"], "organ": "donghu-emb", "certificate_no": "赣A-001", **changes}  # fmt: skip
    return {name: value for name, value in given.items() if value is not None}


def token(key: Any = CURRENT, alg: str = "ES256", typ: str | None = "at+jwt", kid: str | None = "one", **changes: Any) -> str:
    header = {"alg": alg} | ({"typ": typ} if typ else {}) | ({"kid": kid} if kid else {})
    return jwt.encode(header, claims(**changes), key, algorithms=[alg, "ES256"], default_type=None)


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@dataclass
class Issuer:
    """A server of public keys that counts how often it is asked."""

    url: str = ""
    keys: list[Any] = field(default_factory=lambda: [CURRENT])
    asked: int = 0
    answer: web.Response | None = None

    async def serve(self, _: web.Request) -> web.Response:
        self.asked += 1
        if self.answer is not None:
            return web.Response(body=self.answer.body, status=self.answer.status)
        return web.json_response(KeySet(self.keys).as_dict())

    def verifier(self) -> TokenVerifier:
        return TokenVerifier(ISSUER, "casetrail", self.url)


@pytest_asyncio.fixture
async def issuer() -> AsyncIterator[Issuer]:
    made = Issuer()
    app = web.Application()
    app.router.add_get("/jwks", made.serve)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    made.url = f"http://{host}:{port}/jwks"
    yield made
    await runner.cleanup()


async def test_a_token_of_ours_is_a_principal(issuer: Issuer) -> None:
    principal = await issuer.verifier().verify(token())
    assert principal == Principal(
        id="o-1", name="甲", roles=frozenset({"officer"}), districts=frozenset({"donghu"}), organ="donghu-emb",
        certificate_no="赣A-001",
    )  # fmt: skip


async def test_other_forms_of_a_good_token(issuer: Issuer) -> None:
    verifier = issuer.verifier()
    await verifier.verify(token(aud=["other", "casetrail"]))
    await verifier.verify(token(typ="application/at+JWT"))
    await verifier.verify(token(kid=None))  # the issuer has one key only
    await verifier.verify(token(exp=int(time.time()) - 10))  # clocks may differ by a little
    issuer.keys = [CURRENT, RSA]
    await issuer.verifier().verify(token(RSA, "RS256", kid="rsa"))
    assert (await verifier.verify(token(name=None, roles=None, districts=None, organ=None))).roles == frozenset()


def confused() -> str:
    """Signed with HMAC, its secret being the public key."""
    signed = f"{part({'alg': 'HS256', 'typ': 'at+jwt', 'kid': 'one'})}.{part(claims())}"
    mac = hmac.digest(CURRENT.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


BAD: dict[str, Callable[[], str]] = {
    "wrong issuer": lambda: token(iss="http://elsewhere.test"),
    "no issuer": lambda: token(iss=None),
    "another audience": lambda: token(aud="other"),
    "other audiences": lambda: token(aud=["other", "more"]),
    "no audience": lambda: token(aud=None),
    "an id token": lambda: token(typ="JWT"),
    "no type": lambda: token(typ=None),
    "expired": lambda: token(exp=int(time.time()) - 61),
    "never expires": lambda: token(exp=None),
    "not yet valid": lambda: token(nbf=int(time.time()) + 300),
    "expiry no number": lambda: token(exp="tomorrow"),
    "nobody": lambda: token(sub=None),
    "an empty subject": lambda: token(sub=""),
    "signed by a stranger": lambda: token(STRANGER),
    "unknown key": lambda: token(NEXT, kid="two"),
    "algorithm none": lambda: f"{part({'alg': 'none', 'typ': 'at+jwt', 'kid': 'one'})}.{part(claims())}.",
    "HMAC with the public key": confused,
    "signature of another token": lambda: ".".join([*token(sub="boss").split(".")[:2], token().split(".")[2]]),
    "claims changed": lambda: ".".join([token().split(".")[0], part(claims(roles=["administrator"])), token().split(".")[2]]),
    "claims no object": lambda: f"{token().split('.')[0]}.{part([1])}.{token().split('.')[2]}",
    "header no object": lambda: f"{part(['alg'])}.{part(claims())}.AAAA",
    "header without alg": lambda: f"{part({'typ': 'at+jwt'})}.{part(claims())}.AAAA",
    "kid no string": lambda: f"{part({'alg': 'ES256', 'typ': 'at+jwt', 'kid': ['one']})}.{part(claims())}.AAAA",
    "critical extension": lambda: (
        f"{part({'alg': 'ES256', 'typ': 'at+jwt', 'kid': 'one', 'crit': ['b64'], 'b64': False})}.e30.AAAA"
    ),
    "encrypted": lambda: f"{part({'alg': 'dir', 'enc': 'A128GCM'})}....",
    "empty": lambda: "",
    "not a token": lambda: "drop table events",
    "not even ASCII": lambda: "令牌.令牌.令牌",
}  # fmt: skip


@pytest.mark.parametrize("bad", BAD)
async def test_what_is_not_ours_is_refused(issuer: Issuer, bad: str) -> None:
    issuer.keys = [CURRENT, RSA]
    given = BAD[bad]()
    verifier = issuer.verifier()
    for _ in range(2):  # what was refused is not remembered as good
        with pytest.raises(Unauthenticated):
            await verifier.verify(given)


async def test_a_remembered_token_still_expires(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    verifier, given = issuer.verifier(), token()
    await verifier.verify(given)
    later = time.time() + 400
    monkeypatch.setattr("time.time", lambda: later)
    with pytest.raises(Unauthenticated):
        await verifier.verify(given)


GARBAGE = st.text() | st.builds(
    ".".join, st.lists(st.binary().map(lambda b: base64.urlsafe_b64encode(b).decode()), min_size=3, max_size=3)
)
HEADERS = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.dictionaries(st.text(), inner))
ODD_HEADERS = st.dictionaries(st.sampled_from(["alg", "typ", "kid", "crit", "jwk", "b64", "x5u"]), HEADERS).map(
    lambda header: f"{part(header)}.{part(claims())}.AAAA"
)


@settings(max_examples=80, deadline=None)
@given(garbage=GARBAGE | ODD_HEADERS)
async def test_garbage_is_refused_and_nothing_else(garbage: str) -> None:
    """Whatever it is: never another error, which would be a 500."""
    verifier = TokenVerifier(ISSUER, "casetrail", "unused")
    verifier._keys, verifier._fetched = KeySet([CURRENT]), time.monotonic()
    with pytest.raises(Unauthenticated):
        await verifier.verify(garbage)


async def test_a_new_key_of_the_issuer_is_fetched_when_it_is_met(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.auth.ASKED_AGAIN", 0.0)
    verifier = issuer.verifier()
    await verifier.verify(token())
    issuer.keys = [NEXT, CURRENT]
    assert (await verifier.verify(token(NEXT, kid="two"))).id == "o-1"
    assert issuer.asked == 2
    issuer.keys = [NEXT]
    await verifier.verify(token(NEXT, kid="two", sub="o-2"))
    assert issuer.asked == 2


async def test_garbage_does_not_make_us_hammer_the_issuer(issuer: Issuer) -> None:
    verifier = issuer.verifier()
    await verifier.verify(token())
    forged = [token(NEXT, kid=f"k{n}") for n in range(50)] + [token(STRANGER, sub=f"o-{n}") for n in range(50)] + ["x.y.z"] * 50
    outcomes = await asyncio.gather(*map(verifier.verify, forged), return_exceptions=True)
    assert all(isinstance(outcome, Unauthenticated) for outcome in outcomes)
    assert issuer.asked <= 2


async def test_garbage_alone_never_reaches_the_issuer_again(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that no key could make good is no reason to ask for keys."""
    monkeypatch.setattr("chassis.auth.ASKED_AGAIN", 0.0)
    verifier = issuer.verifier()
    await verifier.verify(token())
    for bad in ("not a token", "algorithm none", "HMAC with the public key", "expired", "wrong issuer"):
        with pytest.raises(Unauthenticated):
            await verifier.verify(BAD[bad]())
    assert issuer.asked == 1


BROKEN = {
    "error": web.Response(status=500), "no json": web.Response(body=b"<html>"), "no keys": web.Response(body=b'{"keys":[]}'),
    "no set": web.Response(body=b"[]"), "broken key": web.Response(body=b'{"keys":[{"kty":"EC"}]}'),
}  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN)
async def test_an_issuer_that_is_out_of_order_is_not_hammered_either(issuer: Issuer, broken: str) -> None:
    issuer.answer = BROKEN[broken]
    verifier = issuer.verifier()
    outcomes = await asyncio.gather(*(verifier.verify(token(sub=f"o-{n}")) for n in range(20)), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {Unauthenticated}
    assert issuer.asked == 1


async def test_an_issuer_that_is_away_does_not_lock_out_who_is_known_by_its_keys(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chassis.auth.KEYS_KEPT", 0.0)
    verifier = issuer.verifier()
    await verifier.verify(token())
    issuer.answer = web.Response(status=503)
    assert (await verifier.verify(token(sub="o-2"))).id == "o-2"
    assert issuer.asked == 2


async def test_an_issuer_that_cannot_be_reached(unused_tcp_port: int) -> None:
    verifier = TokenVerifier(ISSUER, "casetrail", f"http://127.0.0.1:{unused_tcp_port}/jwks")
    with pytest.raises(Unauthenticated, match="keys"):
        await verifier.verify(token())


def test_roles_and_districts_decide() -> None:
    officer = principal_from(claims(districts=["donghu", "xihu"], roles=["officer", "manager"]))
    assert officer.require("administrator", "manager", "officer") == "manager"
    assert officer.may_see("xihu")
    assert not officer.may_see("*")
    assert officer.seen_districts() == ["donghu", "xihu"]
    assert officer.actor("officer").certificate_no == "赣A-001"
    with pytest.raises(Forbidden, match="administrator"):
        officer.require("administrator")
    with pytest.raises(Forbidden, match="qingyunpu"):
        officer.require_district("qingyunpu")
    everywhere = principal_from(claims(districts=["*"]))
    assert everywhere.may_see("qingyunpu")
    assert everywhere.seen_districts() is None

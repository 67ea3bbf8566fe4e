"""Tokens: only ours, for us, now, whatever is forged; and what of a principal they tell."""

from __future__ import annotations

import base64
import hmac
import math
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from joserfc.jws import JWSRegistry

from chassis.auth import Forbidden, Principal, TokenVerifier, Trust, Unauthenticated, principal_from
from chassis.settings import CLAIMS
from tests.chassis.issuing import CURRENT, ISSUER, NEXT, Issuer, claims, part, token

STRANGER = ECKey.generate_key("P-256", {"kid": "one"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})


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


ELSEWHERE = "http://127.0.0.1:9"


def brought(**header: Any) -> str:
    """Signed by a key that the token itself brings along."""
    return jwt.encode(
        {"alg": "ES256", "typ": "at+jwt", "kid": "one", **header}, claims(), STRANGER, algorithms=["ES256"],
        registry=JWSRegistry(strict_check_header=False),
    )  # fmt: skip


BAD: dict[str, Callable[[], str]] = {
    "wrong issuer": lambda: token(iss="http://elsewhere.test"),
    "no issuer": lambda: token(iss=None),
    "another audience": lambda: token(aud="other"),
    "other audiences": lambda: token(aud=["other", "more"]),
    "no audience": lambda: token(aud=None),
    "another type": lambda: token(typ="JWT"),
    "a refresh token": lambda: token(typ="refresh+jwt"),
    "never issued": lambda: token(iat=None),
    "issued in the future": lambda: token(iat=int(time.time()) + 300, nbf=None),
    "issuer in capitals": lambda: token(iss=ISSUER.upper()),
    "issuer with a slash": lambda: token(iss=f"{ISSUER}/"),
    "expiry not finite": lambda: token(exp=math.inf),
    "a subject that is no text": lambda: token(sub=["o-1"]),
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
    "a key of its own at an address of its own": lambda: brought(jku=f"{ELSEWHERE}/jwks", x5u=f"{ELSEWHERE}/cert"),
    "a key of its own in its header": lambda: brought(jwk=STRANGER.as_dict(private=False)),
    "a certificate of its own in its header": lambda: brought(x5c=["MIIB"]),
    "kid that is a path": lambda: token(STRANGER, kid="../../../../dev/null"),
    "kid that is SQL": lambda: token(STRANGER, kid="x' UNION SELECT 'key"),
    "kid that is an address": lambda: token(STRANGER, kid=f"{ELSEWHERE}/key"),
    "EC key, RSA algorithm": lambda: f"{part({'alg': 'RS256', 'typ': 'at+jwt', 'kid': 'one'})}.{token().split('.', 1)[1]}",
    "RSA with another padding": lambda: token(RSA, "PS256", kid="rsa"),
    "EC signature of nothing": lambda: f"{'.'.join(token().split('.')[:2])}.{'A' * 86}",
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
    verifier = TokenVerifier(Trust(issuer=ISSUER, audience="casetrail", jwks_url="unused"))
    held = verifier._keys
    held._keys, held._given_at, held._due = KeySet([CURRENT]), time.monotonic(), time.monotonic() + 300
    held._asked_at = time.monotonic() + 300  # nobody is asked
    with pytest.raises(Unauthenticated):
        await verifier.verify(garbage)


async def test_an_issuer_that_cannot_say_the_type_says_it_in_a_claim(issuer: Issuer) -> None:
    """As Keycloak does unless it is told otherwise: its ID and refresh tokens are of type JWT too."""
    verifier = issuer.verifier(token_types=("jwt",))
    assert (await verifier.verify(token(typ="JWT", typ_claim="Bearer"))).id == "o-1"
    for said in ("ID", "Refresh", None):
        with pytest.raises(Unauthenticated):
            await verifier.verify(token(typ="JWT", typ_claim=said))
    with pytest.raises(Unauthenticated):
        await verifier.verify(token(typ="at+jwt"))


async def test_how_far_clocks_may_differ_is_agreed_on(issuer: Issuer) -> None:
    strict, lenient = issuer.verifier(leeway=1), issuer.verifier(leeway=600)
    for late in (token(exp=int(time.time()) - 30), token(nbf=int(time.time()) + 30), token(iat=int(time.time()) + 30)):
        with pytest.raises(Unauthenticated):
            await strict.verify(late)
        await lenient.verify(late)


async def test_claims_may_be_called_otherwise(issuer: Issuer) -> None:
    named = {
        **CLAIMS,
        "id": "preferred_username",
        "roles": "realm_access.roles",
        "districts": "https://casetrail.example/districts",
    }
    verifier = issuer.verifier(claims=named)
    told: dict[str, Any] = {
        "preferred_username": "nanchang-emb-01",
        "realm_access": {"roles": ["officer"]},
        "roles": ["administrator"],
    }
    told["https://casetrail.example/districts"] = ["xihu"]
    principal = await verifier.verify(token(**told))
    assert principal.id == "nanchang-emb-01"
    assert (sorted(principal.roles), sorted(principal.districts)) == (["officer"], ["xihu"])
    wrongs: list[dict[str, Any]] = [{"preferred_username": None}, {"preferred_username": ""}, {"realm_access": {"roles": "x"}}]
    for wrong in wrongs:
        with pytest.raises(Unauthenticated):
            await verifier.verify(token(**{**told, **wrong}))
    assert (await verifier.verify(token(**{**told, "realm_access": ["roles"]}))).roles == frozenset()


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

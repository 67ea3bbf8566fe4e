"""Keys in the environment: read, checked against the log's name, never shown."""

from __future__ import annotations

import base64

import pytest

from chassis.settings import Misconfigured, settings_from
from chassis.signednote import Signer

LOG, WITNESS = Signer("casetrail.example/registry", b"r" * 32), Signer("casetrail.example/reporting", b"w" * 32)
NEEDED = {
    "CASETRAIL_REGISTRY_DSN": "postgresql:///x", "CASETRAIL_KAFKA_BOOTSTRAP": "127.0.0.1:1", "CASETRAIL_OIDC_ISSUER": "https://i",
    "CASETRAIL_OIDC_JWKS_URL": "https://i/jwks", "CASETRAIL_MASTER_KEY": f"1:{base64.b64encode(bytes(32)).decode()}",
}  # fmt: skip


def test_without_keys_nothing_is_signed() -> None:
    settings = settings_from("registry", NEEDED)
    assert (settings.signer, settings.trusted, settings.checkpoint_seconds) == (None, (), 5)


def test_keys_are_read() -> None:
    keys = {
        "CASETRAIL_REGISTRY_SIGNING_KEY": LOG.secret(),
        "CASETRAIL_REGISTRY_VERIFIER_KEY": str(LOG.verifier),
        "CASETRAIL_REPORTING_VERIFIER_KEY": f"{WITNESS.verifier} {WITNESS.witness}",
    }
    settings = settings_from("registry", {**NEEDED, **keys})
    assert settings.signer == LOG
    assert settings.trusted == (LOG.verifier, WITNESS.verifier, WITNESS.witness)
    assert LOG.secret().rpartition("+")[2] not in repr(settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CASETRAIL_REGISTRY_SIGNING_KEY", "PRIVATE+KEY+x"),
        ("CASETRAIL_REGISTRY_SIGNING_KEY", WITNESS.secret()),
        ("CASETRAIL_TASKS_VERIFIER_KEY", f"{LOG.verifier} x"),
        ("CASETRAIL_CHECKPOINT_SECONDS", "0"),
    ],
)
def test_a_key_that_is_none_or_of_another_log_is_refused(name: str, value: str) -> None:
    with pytest.raises(Misconfigured, match=name) as refused:
        settings_from("registry", {**NEEDED, name: value})
    assert WITNESS.secret() not in str(refused.value)


def test_the_key_of_a_log_of_another_deployment_is_refused() -> None:
    with pytest.raises(
        Misconfigured, match=r"a key of casetrail\.example/registry, but the log is called nanchang\.example/registry"
    ):
        settings_from(
            "registry",
            {**NEEDED, "CASETRAIL_REGISTRY_SIGNING_KEY": LOG.secret(), "CASETRAIL_LOG_ORIGIN": "nanchang.example"},
        )

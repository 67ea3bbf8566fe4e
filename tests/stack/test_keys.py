"""The stack's signing keys: made once, kept, readable by their owner only."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from chassis.settings import SERVICES, settings_from
from chassis.signednote import NoteError
from deploy.embedded.private import master_key_in, signer_in
from deploy.embedded.stack import Stack


def test_a_key_is_made_once_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "registry-signing-key"
    made = signer_in(path, "casetrail.example/registry")
    assert signer_in(path, "casetrail.example/registry") == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("nonsense", encoding="ascii")
    with pytest.raises(NoteError):
        signer_in(path, "casetrail.example/registry")


def test_every_service_reads_its_keys_and_those_of_others(tmp_path: Path) -> None:
    """What the stack hands to its processes is what settings take; again the same with the folder kept."""
    stack, again = Stack(tmp_path, fresh=False), Stack(tmp_path, fresh=False)
    keys = stack._keys()
    assert again._keys() == keys
    needed = {
        "CASETRAIL_KAFKA_BOOTSTRAP": "x", "CASETRAIL_OIDC_ISSUER": "https://x", "CASETRAIL_OIDC_JWKS_URL": "x",
        "CASETRAIL_MASTER_KEY": f"1:{master_key_in(tmp_path / 'master-key')}",
    }  # fmt: skip
    for name in SERVICES:
        settings = settings_from(name, {**keys, **needed, f"CASETRAIL_{name.upper()}_DSN": "x"})
        assert settings.signer is not None
        assert settings.signer.verifier in settings.verifiers[name]
        assert len(settings.trusted) == len(SERVICES) + 1

"""What is given out can be checked by whoever takes it; a secret in the tree, and a library known to be vulnerable, are named."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RELEASE = ROOT / "deploy" / "release"

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs OpenSSH's ssh-keygen, which signs")


def run(name: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """One of the commands of a release."""
    command = [str(RELEASE / name), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **environment})


def key(folder: Path, name: str) -> Path:
    """A key pair, and beside it the file of allowed signers that trusts it."""
    made = folder / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(made)], check=True)
    public = made.with_suffix(".pub").read_text(encoding="utf-8")
    made.with_suffix(".signers").write_text(f'release@casetrail namespaces="casetrail-release" {public}', encoding="utf-8")
    return made


@pytest.fixture
def given(tmp_path: Path) -> tuple[Path, Path]:
    """A folder of two files as it is given out, and the file of signers that its taker has."""
    folder = tmp_path / "release"
    folder.mkdir()
    (folder / "casetrail.whl").write_bytes(b"wheel")
    (folder / "casetrail chart.tgz").write_bytes(b"chart")
    ours = key(tmp_path, "ours")
    assert run("sign", folder, ours).returncode == 0
    return folder, ours.with_suffix(".signers")


def test_what_was_signed_is_taken(given: tuple[Path, Path]) -> None:
    assert run("verify", *given).stdout == "as signed: 2 files\n"


@pytest.mark.parametrize("name", ["casetrail.whl", "casetrail chart.tgz"])
def test_an_altered_file_is_named(given: tuple[Path, Path], name: str) -> None:
    (given[0] / name).write_bytes(b"another")
    answer = run("verify", *given)
    assert answer.returncode == 1
    assert name in answer.stdout + answer.stderr


def test_an_added_and_a_missing_file_are_named(given: tuple[Path, Path]) -> None:
    (given[0] / "install.sh").write_text("echo", encoding="utf-8")
    assert "install.sh" in run("verify", *given).stderr
    (given[0] / "install.sh").unlink()
    (given[0] / "casetrail.whl").unlink()
    assert "casetrail.whl" in run("verify", *given).stderr


def test_a_list_signed_by_somebody_else_or_altered_is_refused(given: tuple[Path, Path], tmp_path: Path) -> None:
    folder, signers = given
    other = key(tmp_path, "other")
    assert run("verify", folder, other.with_suffix(".signers")).returncode == 1
    (folder / "casetrail.whl").write_bytes(b"another")
    sums = (folder / "SHA256SUMS").read_bytes()
    assert run("sign", folder, other).returncode == 0
    assert (folder / "SHA256SUMS").read_bytes() != sums
    answer = run("verify", folder, signers)
    assert answer.returncode == 1
    assert "install nothing" in answer.stderr


AUDITS = {
    "sound": ("exit 0", 0, "no known vulnerability"),
    "vulnerable": ("echo 'jinja2 2.4.1 has GHSA-462w-v97r-4m45'; exit 1", 1, "GHSA-462w-v97r-4m45"),
    "silent": ("echo 'error: Request failed after 3 retries'; echo 'audit endpoint returned an error'; exit 2", 0, "not audited"),
}


@pytest.mark.parametrize("how", AUDITS)
def test_an_audit_names_what_is_vulnerable_and_says_when_nobody_was_asked(how: str, tmp_path: Path) -> None:
    body, code, told = AUDITS[how]
    for name in ("uv", "npm"):
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    asked = {"UV": str(tmp_path / "uv"), "PATH": f"{tmp_path}:{os.environ['PATH']}", "CASETRAIL_AUDIT": ""}
    answer = run("audit", **asked)
    assert answer.returncode == code
    assert told in answer.stdout + answer.stderr
    if how == "silent":
        assert run("audit", **{**asked, "CASETRAIL_AUDIT": "required"}).returncode == 1


def test_a_secret_in_a_new_file_is_found(tmp_path: Path) -> None:
    """The real scanner with the real baseline, over a repository of one file."""
    scan = shutil.copytree(RELEASE, tmp_path / "deploy" / "release") / "secrets"
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    (tmp_path / "settings.py").write_text('TOKEN = "' + "ghp_" + "a1B2" * 9 + '"\n', encoding="utf-8")
    real = {"SCAN": str(ROOT / ".venv/bin/detect-secrets-hook"), "BASELINE": str(ROOT / ".secrets.baseline")}
    answer = subprocess.run([str(scan)], capture_output=True, text=True, check=False, env={**os.environ, **real})
    assert answer.returncode == 1
    assert "settings.py" in answer.stdout + answer.stderr
    (tmp_path / "settings.py").write_text("TOKEN = None\n", encoding="utf-8")
    subprocess.run([str(scan)], check=True, env={**os.environ, **real})

"""Where there is the wheel with its libraries, and neither the repository nor a network, case files and bundles are verified."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.chassis import casefiles
from tests.chassis.test_bundle import DIGEST, FILE, written

ROOT = Path(__file__).parents[2]
# -I -S: no environment, no user's folder, no .pth files, so not this repository either. Whoever opens a socket fails.
VERIFY = """
import socket, sys
wheel, libraries, *arguments = sys.argv[1:]
sys.path[:0] = [wheel, libraries]
def no_network(*_, **__): raise OSError("no network here")
socket.socket.connect = socket.socket.bind = socket.getaddrinfo = no_network
import chassis
assert chassis.__path__[0].startswith(wheel), chassis.__path__
from chassis.process import main
sys.argv = ["casetrail", "verify", *arguments]
main()
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as it is distributed, unpacked as an installer does it."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=120)
    [file] = folder.glob("*.whl")
    with zipfile.ZipFile(file) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def verified(wheel: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`casetrail verify` in an empty folder."""
    command = [sys.executable, "-I", "-S", "-c", VERIFY, str(wheel), sysconfig.get_paths()["purelib"], *arguments]
    return subprocess.run(command, cwd=folder, env={}, capture_output=True, text=True, check=False, timeout=60)


SENT = {
    "case.json": (casefiles.GOLDEN.read_bytes(), "未设置防护栏".encode(), "event 1: "),
    "case.zip": (written(), FILE, f"files/{DIGEST}"),
}


@pytest.mark.parametrize("name", SENT)
def test_the_wheel_alone_verifies_and_names_one_altered_byte(wheel: Path, tmp_path: Path, name: str) -> None:
    content, inside, named = SENT[name]
    keys = [part for key in casefiles.KEYS for part in ("--key", str(key))]
    (tmp_path / name).write_bytes(content)
    result = verified(wheel, tmp_path, name, *keys)
    assert result.returncode == 0, result.stdout + result.stderr
    place = content.index(inside)
    (tmp_path / name).write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    result = verified(wheel, tmp_path, name, *keys)
    assert result.returncode == 1, result.stdout + result.stderr
    assert named in result.stdout, result.stdout

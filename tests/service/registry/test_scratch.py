"""Scratch folders: what a living process uses stays, what a killed one left is taken away when the next one starts."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from chassis.testing import service_under_test
from services.registry.commands import scratch
from services.registry.commands.scratch import EXPORTS, IMPORTS, Scratch
from services.registry.service import SERVICE

OWNER = """
import signal
from services.registry.commands.scratch import IMPORTS, Scratch
folder = Scratch(IMPORTS)
(folder.path / "rows").write_bytes(b"x")
print(folder.path, flush=True)
signal.pause()
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this process and its children have their scratch folders."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def owner(place: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Another process with a scratch folder."""
    with subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process, Path(process.stdout.readline().strip())
        process.kill()


def test_folder_of_a_killed_process_is_swept(owner: tuple[subprocess.Popen[str], Path]) -> None:
    process, folder = owner
    assert scratch.sweep() == 0
    assert (folder / "rows").exists(), "its process lives"
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert folder.exists(), "nobody could tidy up"
    assert scratch.sweep() == 1
    assert not folder.exists()


async def test_process_that_starts_sweeps(owner: tuple[subprocess.Popen[str], Path], admin_dsn: str) -> None:
    process, folder = owner
    process.send_signal(signal.SIGKILL)
    process.wait()
    mine = Scratch(EXPORTS)
    async with service_under_test(SERVICE, admin_dsn), asyncio.timeout(20):
        while folder.exists():
            await asyncio.sleep(0.01)
        assert mine.path.exists()
    mine.drop()


def test_own_folders_and_other_files_stay(place: Path) -> None:
    with scratch.scratch(IMPORTS) as mine:
        (place / "casetrail-import-file").touch()
        (place / "elsewhere").mkdir()
        (place / "casetrail-export-link").symlink_to(place / "elsewhere")
        assert scratch.sweep() == 0
        assert mine.stat().st_mode & 0o077 == 0
    assert not mine.exists()
    assert (place / "elsewhere").exists()


def test_folder_that_was_swept_before_it_was_owned_is_made_again(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    make = tempfile.mkdtemp

    def made_and_swept(prefix: str) -> str:
        made.append(make(prefix=prefix))
        if len(made) == 1:
            assert scratch.sweep() == 1, "a sweep falls between making a folder and owning it"
        return made[-1]

    monkeypatch.setattr(tempfile, "mkdtemp", made_and_swept)
    folder = Scratch(IMPORTS)
    assert str(folder.path) == made[1]
    assert scratch.sweep() == 0
    folder.drop()
    folder.drop()
    assert list(place.iterdir()) == []

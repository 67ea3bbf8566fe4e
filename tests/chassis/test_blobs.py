"""Files by their hash: whole, once, checked."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest

from chassis.blobs import BlobDamaged, BlobMissing, Blobs

DATA = "照片".encode() * 1000
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(params=["folder", "memory"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    return Blobs(str(tmp_path / "files") if request.param == "folder" else "memory:///")


async def test_a_file_is_kept_once_and_read_as_it_was(blobs: Blobs) -> None:
    assert await blobs.size(SHA256) is None
    assert {await blobs.keep(DATA) for _ in range(3)} == {SHA256}
    assert (await blobs.read(SHA256), await blobs.size(SHA256)) == (DATA, len(DATA))


async def test_many_keep_the_same_at_once(blobs: Blobs) -> None:
    assert set(await asyncio.gather(*(blobs.keep(DATA) for _ in range(32)))) == {SHA256}


async def test_what_is_missing_is_said_to_be(blobs: Blobs) -> None:
    with pytest.raises(BlobMissing):
        await blobs.read(SHA256)


async def test_no_path_but_a_hash_is_ever_used(blobs: Blobs) -> None:
    for name in ("../etc/passwd", SHA256.upper(), SHA256[:-1], ""):
        with pytest.raises(ValueError, match="not a SHA-256"):
            await blobs.size(name)


async def test_a_changed_file_is_noticed(tmp_path: Path) -> None:
    blobs = Blobs(str(tmp_path))
    await blobs.keep(DATA)
    _damage(tmp_path)
    for again in (blobs.read(SHA256), blobs.keep(DATA)):
        with pytest.raises(BlobDamaged):
            await again


def _damage(folder: Path) -> None:
    [path] = [path for path in folder.rglob("*") if path.is_file()]
    path.write_bytes(DATA + b"x")

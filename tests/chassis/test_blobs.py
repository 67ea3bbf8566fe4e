"""Files by their hash: whole, once, checked."""

from __future__ import annotations

import asyncio
import hashlib
import io
from pathlib import Path

import pytest

from chassis.blobs import BlobDamaged, BlobMissing, Blobs

DATA = "照片".encode() * 1000
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(params=["folder", "memory", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    match request.param:
        case "folder":
            return Blobs(str(tmp_path / "files"))
        case "s3":
            return Blobs(request.getfixturevalue("s3"))
        case _:
            return Blobs("memory:///")


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


def _damage(folder: Path, content: bytes = DATA + b"x") -> None:
    [path] = [path for path in folder.rglob("*") if path.is_file()]
    path.write_bytes(content)


async def test_a_large_file_is_kept_once_and_read_in_pieces(blobs: Blobs) -> None:
    for _ in range(2):
        await blobs.keep_file(io.BytesIO(DATA), SHA256, len(DATA))
    assert b"".join([piece async for piece in blobs.pieces(SHA256, 0, len(DATA) - 1)]) == DATA
    assert b"".join([piece async for piece in blobs.pieces(SHA256, 5, 9)]) == DATA[5:10]
    with pytest.raises(BlobDamaged):
        await blobs.keep_file(io.BytesIO(DATA), SHA256, len(DATA) + 1)
    with pytest.raises(BlobMissing):
        _ = [piece async for piece in blobs.pieces("0" * 64, 0, 1)]


async def test_a_changed_file_is_never_sent_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.blobs.PIECE", 1000)
    blobs = Blobs(str(tmp_path))
    await blobs.keep(DATA)
    _damage(tmp_path, DATA[:-1] + b"x")
    sent = bytearray()

    async def send() -> None:
        async for piece in blobs.pieces(SHA256, 0, len(DATA) - 1):
            sent.extend(piece)

    with pytest.raises(BlobDamaged):
        await send()
    assert 0 < len(sent) < len(DATA)

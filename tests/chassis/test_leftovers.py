"""Leftovers: halves are removed when they are old; what is kept is only set aside, and put back by whoever asks for it."""

from __future__ import annotations

import hashlib
import io
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from chassis.blobs import BlobMissing, Blobs
from chassis.leftovers import Leftovers
from chassis.uploads import Uploads

DATA = "照片".encode() * 1000
SHA256 = hashlib.sha256(DATA).hexdigest()
NOW = datetime.now(UTC)
LONG_AGO, DAY = NOW - timedelta(days=40), date(2021, 9, 6)


def aged(path: Path, at: datetime = LONG_AGO) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        path.write_bytes(b"half")
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


async def test_old_halves_are_removed_and_nothing_else(tmp_path: Path) -> None:
    await Blobs(str(tmp_path)).keep(DATA)
    await Uploads(str(tmp_path), 10).put("some-file", 0, b"part")
    kept = aged(tmp_path / "sha256" / SHA256[:2] / SHA256[2:])
    old = [aged(tmp_path / name) for name in ("staged/0a1b", f"sha256/{SHA256[:2]}/{SHA256[2:]}#1", "staged/0a1c#12")]
    young = [aged(tmp_path / "staged/0a1d", NOW), aged(tmp_path / "staged/0a1e#1", NOW)]
    others = [aged(tmp_path / "notes#1"), aged(tmp_path / "sha256/a#b"), next((tmp_path / "uploads").rglob("000000"))]
    assert await Leftovers(str(tmp_path)).sweep_halves(NOW - timedelta(days=7)) == 3
    assert [path.exists() for path in old] == [False] * 3
    assert all(path.exists() for path in (kept, *young, *others))


async def test_files_are_told_by_age(tmp_path: Path) -> None:
    await Blobs(str(tmp_path)).keep(DATA)
    young = await Blobs(str(tmp_path)).keep(b"young")
    aged(tmp_path / "sha256" / SHA256[:2] / SHA256[2:])
    leftovers = Leftovers(str(tmp_path))
    assert [(one.sha256, one.size) for one in await leftovers.kept(NOW - timedelta(days=30))] == [(SHA256, len(DATA))]
    assert {one.sha256 for one in await leftovers.kept(NOW + timedelta(days=1))} == {SHA256, young}


async def test_who_reads_or_keeps_what_was_set_aside_puts_it_back(tmp_path: Path) -> None:
    blobs, leftovers = Blobs(str(tmp_path)), Leftovers(str(tmp_path))
    for ask in ("read", "size", "keep_file", "keep"):
        await blobs.keep(DATA)
        await leftovers.set_aside([SHA256], DAY)
        assert not (tmp_path / "sha256" / SHA256[:2] / SHA256[2:]).exists()
        assert [(one.sha256, one.since.date()) for one in await leftovers.aside()] == [(SHA256, DAY)]
        match ask:
            case "read":
                assert await blobs.read(SHA256) == DATA
            case "size":
                assert await blobs.size(SHA256) == len(DATA)
            case "keep_file":
                await blobs.keep_file(io.BytesIO(DATA), SHA256, len(DATA))
            case _:
                await blobs.keep(DATA)
        assert (tmp_path / "sha256" / SHA256[:2] / SHA256[2:]).read_bytes() == DATA
        assert len(await leftovers.aside()) == (ask == "keep")  # a new one was written beside it


async def test_what_was_set_aside_and_removed_is_gone(tmp_path: Path) -> None:
    blobs, leftovers = Blobs(str(tmp_path)), Leftovers(str(tmp_path))
    await blobs.keep(DATA)
    await leftovers.set_aside([SHA256, "0" * 64], DAY)
    await leftovers.remove_aside(await leftovers.aside())
    with pytest.raises(BlobMissing):
        await blobs.read(SHA256)


async def test_what_is_set_aside_in_an_object_store_is_put_back(s3: str) -> None:
    await Blobs(s3).keep(DATA)
    await Leftovers(s3).set_aside([SHA256], DAY)
    assert [one.sha256 for one in await Leftovers(s3).aside()] == [SHA256]
    assert await Blobs(s3).read(SHA256) == DATA
    assert await Leftovers(s3).aside() == []

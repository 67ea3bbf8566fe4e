"""Files in parts: in any order, cut, repeated, by other processes, at once - what comes out is the file or nothing."""

from __future__ import annotations

import asyncio
import hashlib
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.blobs import Blobs
from chassis.uploads import OtherContent, PartsMissing, Uploads

PART = 10
DATA = bytes(range(95))
SHA256 = hashlib.sha256(DATA).hexdigest()
NUMBERS = range(10)


def part(number: int) -> bytes:
    return DATA[number * PART : (number + 1) * PART]


async def whole(uploads: Uploads, key: str = "some-file") -> bytes:
    async with uploads.whole(key, len(DATA), SHA256) as file:
        return file.read()


def test_parts_are_counted_and_measured() -> None:
    uploads = Uploads("memory:///", PART)
    assert [uploads.length(95, number) for number in (-1, 0, 9, 10)] == [None, 10, 5, None]
    assert [uploads.parts_of(size) for size in (1, 10, 11)] == [1, 1, 2]


# A step: this part is sent (again), by the process at hand; or the process is killed, and another goes on (None).
STEPS = st.lists(st.none() | st.sampled_from(NUMBERS), max_size=30)


@given(steps=STEPS, left=st.permutations(NUMBERS))
@settings(deadline=None, max_examples=40)
def test_any_order_any_cut_any_repeat_comes_to_the_same(steps: list[int | None], left: list[int]) -> None:
    async def run(folder: str) -> None:
        uploads, sent = Uploads(folder, PART), set[int]()
        for step in steps:
            if step is None:
                uploads = Uploads(folder, PART)
            else:
                await uploads.put("some-file", step, part(step))
                sent.add(step)
            assert await uploads.arrived("some-file") == sorted(sent)
        if missing := [number for number in NUMBERS if number not in sent]:
            with pytest.raises(PartsMissing) as error:
                await whole(uploads)
            assert list(error.value.numbers) == missing
        for number in left:
            await uploads.put("some-file", number, part(number))
        assert await whole(Uploads(folder, PART)) == DATA

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(folder))


async def test_the_same_part_is_sent_at_once_by_many(tmp_path: Path) -> None:
    uploads = [Uploads(str(tmp_path), PART) for _ in range(4)]
    await asyncio.gather(*(one.put("some-file", number, part(number)) for number in NUMBERS for one in uploads))
    assert await whole(uploads[0]) == DATA


async def test_another_content_is_noticed_and_put_right(tmp_path: Path) -> None:
    uploads = Uploads(str(tmp_path), PART)
    for number in NUMBERS:
        await uploads.put("some-file", number, part(number) if number != 3 else b"x" * PART)
    with pytest.raises(OtherContent):
        await whole(uploads)
    await uploads.put("some-file", 3, part(3))
    assert await whole(uploads) == DATA


async def test_old_parts_are_swept_and_finished_files_are_not(tmp_path: Path) -> None:
    uploads, blobs = Uploads(str(tmp_path), PART), Blobs(str(tmp_path))
    sha256 = await blobs.keep(DATA)
    await uploads.put("some-file", 0, part(0))
    assert await uploads.sweep(datetime.now(UTC) - timedelta(days=1)) == 0
    assert await uploads.sweep(datetime.now(UTC) + timedelta(days=1)) == 1
    assert (await uploads.arrived("some-file"), await blobs.read(sha256)) == ([], DATA)


async def test_files_are_kept_apart_and_forgotten(tmp_path: Path) -> None:
    uploads = Uploads(str(tmp_path), PART)
    await uploads.put("some-file", 0, part(0))
    await uploads.put("some-file-2", 1, part(1))
    await uploads.forget("some-file")
    await uploads.forget("some-file")
    assert (await uploads.arrived("some-file"), await uploads.arrived("some-file-2")) == ([], [1])
    assert await Uploads(str(tmp_path), PART + 1).arrived("some-file-2") == []


@pytest.mark.parametrize("key", ["../some", "a/b", "", "..", "A" * 5])
async def test_no_path_is_ever_made_of_a_key(key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        await Uploads("memory:///", PART).put(key, 0, b"")


async def test_a_file_arrives_in_parts_in_an_object_store(s3: str) -> None:
    for number in reversed(NUMBERS):
        await Uploads(s3, PART).put("some-file", number, part(number))
    assert await Uploads(s3, PART).arrived("some-file", len(DATA)) == [*NUMBERS]
    async with Uploads(s3, PART).whole("some-file", len(DATA), SHA256) as file:
        await Blobs(s3).keep_file(file, SHA256, len(DATA))
    assert await Blobs(s3).read(SHA256) == DATA

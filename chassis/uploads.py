"""Files that arrive in parts: each part lies under its number until the whole is put together; any process goes on with it."""

from __future__ import annotations

import asyncio
import hashlib
import re
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import IO

import obstore

from chassis.blobs import store_of

KEY = re.compile(r"[a-z0-9][a-z0-9-]{2,63}")
IN_MEMORY = 4 << 20  # bytes of a file that is put together without a file on disk


class PartsMissing(Exception):
    """Parts of a file have not arrived; their numbers."""

    def __init__(self, numbers: Sequence[int]) -> None:
        super().__init__(f"{len(numbers)} parts are missing")
        self.numbers = tuple(numbers)


class OtherContent(Exception):
    """What arrived, put together, has another hash than what was announced."""


class Uploads:
    """Unfinished files of one deployment. A part appears whole or not at all; the last one under a number stands."""

    def __init__(self, place: str, part_bytes: int) -> None:
        self._store = store_of(place)
        self.part_bytes = part_bytes

    def parts_of(self, size: int) -> int:
        """In how many parts a file of `size` bytes arrives."""
        return -(-size // self.part_bytes)

    def length(self, size: int, number: int) -> int | None:
        """How many bytes part `number`, counted from 0, has; None if there is no such part."""
        return min(self.part_bytes, size - number * self.part_bytes) if 0 <= number < self.parts_of(size) else None

    async def put(self, key: str, number: int, data: bytes) -> None:
        """Keep a part; again changes nothing."""
        await obstore.put_async(self._store, f"{self._folder(key)}/{number:06}", data, use_multipart=False)

    async def arrived(self, key: str, size: int | None = None) -> list[int]:
        """The numbers of the parts that are here; with the file's `size` only of those that have their length in such a file."""
        found = [one async for page in obstore.list(self._store, f"{self._folder(key)}/") for one in page]
        numbers = [(int(str(one["path"]).rpartition("/")[2]), int(one["size"])) for one in found]
        return sorted(number for number, length in numbers if size is None or length == self.length(size, number))

    @asynccontextmanager
    async def whole(self, key: str, size: int, sha256: str) -> AsyncIterator[IO[bytes]]:
        """The file put together, its hash taken of what is stored; raises PartsMissing, OtherContent."""
        here = set(await self.arrived(key, size))
        if missing := [number for number in range(self.parts_of(size)) if number not in here]:
            raise PartsMissing(missing)
        digest = hashlib.sha256()
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
            for number in range(self.parts_of(size)):
                data = await self._part(key, number)
                digest.update(data)
                await asyncio.to_thread(file.write, data)
            if digest.hexdigest() != sha256 or file.tell() != size:
                raise OtherContent(sha256)
            file.seek(0)
            yield file

    async def _part(self, key: str, number: int) -> bytes:
        try:
            found = await obstore.get_async(self._store, f"{self._folder(key)}/{number:06}")
        except FileNotFoundError as error:
            raise PartsMissing([number]) from error
        return bytes(await found.bytes_async())

    async def forget(self, key: str) -> None:
        """Remove the parts of a file, whether or not there are any."""
        for number in await self.arrived(key):
            with suppress(FileNotFoundError):
                await obstore.delete_async(self._store, f"{self._folder(key)}/{number:06}")

    async def sweep(self, before: datetime) -> int:
        """Remove parts that were written before a moment; answers how many. Finished files lie elsewhere and are never met."""
        old = [
            str(one["path"]) async for page in obstore.list(self._store, "uploads/") for one in page
            if one["last_modified"] < before
        ]  # fmt: skip
        for path in old:
            with suppress(FileNotFoundError):
                await obstore.delete_async(self._store, path)
        return len(old)

    def _folder(self, key: str) -> str:
        """Where parts lie: under their size too, so that parts of another size are never mixed in."""
        if not KEY.fullmatch(key):
            raise ValueError(f"not a key: {key!r}")
        return f"uploads/{key}/{self.part_bytes}"

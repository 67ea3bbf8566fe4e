"""Files by the SHA-256 of their content, in a folder or an S3-compatible store: kept once, never changed, checked when read."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import IO

import obstore
from obstore.exceptions import AlreadyExistsError
from obstore.store import LocalStore, ObjectStore, from_url

SHA256 = re.compile(r"[0-9a-f]{64}")
ASIDE = "aside/"  # <day>/<hash>: files that no event named on that day (chassis/leftovers.py)
PIECE = 1 << 20  # bytes that are read of a large file at once
ADDRESS = re.compile(r"^[a-z][a-z0-9+.-]*://")


class BlobMissing(Exception):
    """No file of this hash is kept here."""


class BlobDamaged(Exception):
    """What is kept under this hash is another content: the store was tampered with, or lost bytes."""


def store_of(place: str) -> ObjectStore:
    """The store at an address (`s3://…`, `memory:///`), or in a folder, which is made."""
    if ADDRESS.match(place):
        return from_url(place)
    folder = Path(place).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return LocalStore(folder)


class Blobs:
    """Files of one deployment. A file appears whole or not at all; keeping it again changes nothing."""

    def __init__(self, place: str) -> None:
        self._store = store_of(place)

    async def keep(self, data: bytes) -> str:
        """Keep a file; answers its SHA-256."""
        sha256 = hashlib.sha256(data).hexdigest()
        try:
            await obstore.put_async(self._store, path_of(sha256), data, mode="create")
        except AlreadyExistsError:
            await self.read(sha256)  # what lies there must be what is to be kept
        return sha256

    async def read(self, sha256: str) -> bytes:
        """A file; raises BlobMissing, BlobDamaged."""
        try:
            if await self.size(sha256) is None:
                raise BlobMissing(sha256)
            found = await obstore.get_async(self._store, path_of(sha256))
        except FileNotFoundError as error:  # removed, or set aside, since
            raise BlobMissing(sha256) from error
        data = bytes(await found.bytes_async())
        if hashlib.sha256(data).hexdigest() != sha256:
            raise BlobDamaged(sha256)
        return data

    async def keep_file(self, file: IO[bytes], sha256: str, size: int) -> None:
        """Keep a file whose hash and size were checked, without reading it whole; raises BlobDamaged if another lies there."""
        path, known = path_of(sha256), await self.size(sha256)
        if known is None:
            staged = f"staged/{uuid.uuid4().hex}"
            await obstore.put_async(self._store, staged, file)
            await obstore.rename_async(self._store, staged, path)  # whoever else does so at this moment writes the same bytes
        elif known != size:
            raise BlobDamaged(sha256)

    async def pieces(self, sha256: str, first: int, last: int) -> AsyncIterator[bytes]:
        """The bytes `first` to `last` of a file, piece by piece; BlobDamaged before the last piece if the whole is another."""
        size, digest = await self.size(sha256), hashlib.sha256()
        if size is None:
            raise BlobMissing(sha256)
        is_whole = (first, last) == (0, size - 1)
        for start in range(first, last + 1, PIECE):
            end = min(start + PIECE, last + 1)
            data = bytes(await obstore.get_range_async(self._store, path_of(sha256), start=start, end=end))
            digest.update(data)
            if is_whole and end == size and digest.hexdigest() != sha256:
                raise BlobDamaged(sha256)
            yield data

    async def size(self, sha256: str) -> int | None:
        """How many bytes a file has; None if it is not kept here. One that was set aside is put back."""
        if (size := await self._size(sha256)) is None and await self.put_back(sha256):
            return await self._size(sha256)
        return size

    async def _size(self, sha256: str) -> int | None:
        try:
            return int((await obstore.head_async(self._store, path_of(sha256)))["size"])
        except FileNotFoundError:
            return None

    async def put_back(self, sha256: str) -> bool:
        """Put a file back that was set aside; answers whether there was one."""
        path = path_of(sha256)
        found = [str(one["path"]) async for page in obstore.list(self._store, ASIDE) for one in page]
        for aside in (one for one in found if one.endswith(f"/{sha256}")):
            with suppress(FileNotFoundError):
                await obstore.rename_async(self._store, aside, path)
        return await self._size(sha256) is not None


def path_of(sha256: str) -> str:
    """Where a file lies: two levels, so that no folder holds too many. ValueError for anything that is no hash."""
    if not SHA256.fullmatch(sha256):
        raise ValueError(f"not a SHA-256: {sha256!r}")
    return f"sha256/{sha256[:2]}/{sha256[2:]}"

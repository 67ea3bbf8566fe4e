"""What nobody needs any more in the store of files: halves of writes that were cut short, and files that no event names.

A half is removed once it is old: whoever wrote it is gone. A file that no event names is first set aside and, when it has lain
there as long as it had to be old before, removed; whoever asks for it meanwhile puts it back (chassis/blobs.py). So a file
whose event was committed while somebody looked is never lost.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import obstore

from chassis.blobs import ADDRESS, ASIDE, SHA256, path_of, store_of

STAGED = "staged/"
OURS = ("sha256", "staged", "uploads")
HALF = re.compile(r"#[0-9]+")  # how a folder's store calls what it has not written whole yet


@dataclass(frozen=True, slots=True)
class Left:
    """A file by its hash, its size in bytes, and since when it lies where it is."""

    sha256: str
    size: int
    since: datetime


class Leftovers:
    """The leftovers of one deployment."""

    def __init__(self, place: str) -> None:
        self._store = store_of(place)
        self._folder = None if ADDRESS.match(place) else Path(place).absolute()

    async def sweep_halves(self, before: datetime) -> int:
        """Remove halves that were written before a moment; answers how many. Files that are kept are never met."""
        old = [str(one["path"]) for one in await self._list(STAGED) if one["last_modified"] < before]
        for path in old:
            await self._remove(path)
        return len(old) + self._sweep_folder(before)

    def _sweep_folder(self, before: datetime) -> int:
        """A folder's store writes beside the place and then renames; a listing does not show what was left there."""
        count = 0
        for top in OURS if self._folder is not None else ():
            for path in (self._folder or Path()).joinpath(top).rglob("*#*"):
                with suppress(FileNotFoundError):
                    written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                    if HALF.fullmatch(path.name[path.name.rindex("#") :]) and written < before:
                        path.unlink()
                        count += 1
        return count

    async def kept(self, before: datetime) -> list[Left]:
        """The files that were kept before a moment."""
        found = [(str(one["path"]), one) for one in await self._list("sha256/")]
        told = [(path.removeprefix("sha256/").replace("/", ""), one) for path, one in found]
        return [
            Left(sha256, int(one["size"]), one["last_modified"]) for sha256, one in told
            if SHA256.fullmatch(sha256) and one["last_modified"] < before
        ]  # fmt: skip

    async def aside(self) -> list[Left]:
        """The files that were set aside, and on which day."""
        left: list[Left] = []
        for one in await self._list(ASIDE):
            day, _, sha256 = str(one["path"]).removeprefix(ASIDE).partition("/")
            if SHA256.fullmatch(sha256):
                left.append(Left(sha256, int(one["size"]), datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)))
        return left

    async def set_aside(self, sha256s: Collection[str], day: date) -> None:
        """Set files aside on a day; who reads or keeps one of them puts it back."""
        for sha256 in sha256s:
            with suppress(FileNotFoundError):
                await obstore.rename_async(self._store, path_of(sha256), f"{ASIDE}{day.isoformat()}/{sha256}")

    async def remove_aside(self, left: Collection[Left]) -> None:
        """Remove files for good that were set aside."""
        for one in left:
            await self._remove(f"{ASIDE}{one.since.date().isoformat()}/{one.sha256}")

    async def _list(self, prefix: str) -> list[obstore.ObjectMeta]:
        return [one async for page in obstore.list(self._store, prefix) for one in page]

    async def _remove(self, path: str) -> None:
        with suppress(FileNotFoundError):
            await obstore.delete_async(self._store, path)

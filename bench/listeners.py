"""A thousand who listen, in a process of their own: `python -m bench.listeners <plan>`, a JSON file; prints what they heard.

Reads the bytes of each stream as they come, without a library between: it must not be what is measured.
"""

from __future__ import annotations

import asyncio
import re
import resource
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import uvloop

FIGURES = re.compile(rb'event: figures\ndata: \{"as_of":\{"seq":(\d+)')
ENTRY = re.compile(rb'"event_id":"([0-9a-f-]{36})"')
IDS = re.compile(rb"id: [0-9a-z]+-(\d+)\n\n")
RESET, ID = b"event: reset\n", b"\nid: "
END = b"\n\n"
AT_ONCE = 50  # connections under way
FILES = 8192


@dataclass
class Heard(asyncio.Protocol):
    """One stream: when figures of which moment came, how many entries, how many bytes; of the first few also which entries."""

    request: bytes
    begun: asyncio.Future[None]
    whole: bool = False
    figures: list[tuple[int, float]] = field(default_factory=list)
    entries: dict[str, tuple[int, float]] = field(default_factory=dict)
    count: int = 0
    size: int = 0
    resets: int = 0
    ended: bool = False
    _rest: bytes = b""

    def connection_made(self, transport: Any) -> None:
        """Ask."""
        transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        """Look through what has come whole."""
        now = time.monotonic()
        if not self.begun.done():
            if not data.startswith(b"HTTP/1.1 200"):
                self.begun.set_exception(RuntimeError(data[:300].decode("utf-8", "replace")))
                return
            self.begun.set_result(None)
        self.size += len(data)
        whole, found, self._rest = (self._rest + data).rpartition(END)
        text = whole + found
        self.figures += [(int(seq), now) for seq in FIGURES.findall(text)]
        self.resets += text.count(RESET)
        self.count += text.count(ID)
        if self.whole:
            self.entries.update(
                (event.decode(), (int(seq), now)) for event, seq in re.findall(ENTRY.pattern + rb"[^\n]*\n" + IDS.pattern, text)
            )

    def connection_lost(self, error: Exception | None) -> None:
        """The stream has ended."""
        self.ended = True
        if not self.begun.done():
            self.begun.set_exception(error or ConnectionResetError("closed before it began"))


async def listened(plan: dict[str, Any]) -> list[Heard]:
    """Open all streams, say so, and hear until a line comes on standard input."""
    loop, free = asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE)
    at = urlsplit(plan["url"])

    async def one(number: int, asked: dict[str, Any]) -> Heard:
        async with free:
            head = f"GET /v1/feed{asked['query']} HTTP/1.1\r\nHost: {at.netloc}\r\nAuthorization: Bearer {asked['token']}\r\n\r\n"
            heard = Heard(head.encode(), loop.create_future(), whole=number < plan["whole"])
            await loop.create_connection(lambda: heard, at.hostname, at.port)
            await heard.begun
            return heard

    found = list(await asyncio.gather(*(one(number, asked) for number, asked in enumerate(plan["listeners"]))))
    print("listening", flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    return found


def told(found: list[Heard]) -> dict[str, Any]:
    """What all of them heard."""
    entries: dict[str, tuple[int, float]] = {}
    for heard in found:
        entries |= heard.entries
    return {
        "entries": entries, "figures": [heard.figures for heard in found], "counts": [heard.count for heard in found],
        "bytes": sum(heard.size for heard in found), "resets": sum(heard.resets for heard in found),
        "ended": sum(heard.ended for heard in found), "cpu": time.process_time(),
    }  # fmt: skip


def main() -> None:
    """Hear, and write what was heard beside the plan."""
    path = Path(sys.argv[1])
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES if most == resource.RLIM_INFINITY else min(FILES, most), most))
    found = uvloop.run(listened(orjson.loads(path.read_bytes())))
    path.with_suffix(".heard").write_bytes(orjson.dumps(told(found)))


if __name__ == "__main__":
    main()

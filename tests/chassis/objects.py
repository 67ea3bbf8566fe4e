"""An S3-compatible server on loopback, as a process of its own, for tests of what is kept in one."""

from __future__ import annotations

import os
import signal
import sys
import urllib.request
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from deploy.embedded.child import Child, Launch, listens
from deploy.embedded.ports import free_port

HOST = "127.0.0.1"


class Server:
    """moto's server; it forgets everything when it ends."""

    name = "s3"
    polite = signal.SIGTERM

    def __init__(self) -> None:
        self.port = free_port()

    async def launch(self) -> Launch:
        """How to start it."""
        return Launch(argv=[sys.executable, "-m", "moto.server", "-H", HOST, "-p", str(self.port)], env=dict(os.environ))

    async def answers(self) -> bool:
        """Whether it accepts connections."""
        return await listens(HOST, self.port)


@asynccontextmanager
async def bucket(folder: Path) -> AsyncIterator[dict[str, str]]:
    """The environment in which `s3://casetrail/…` is an empty bucket of such a server."""
    server = Server()
    child = Child(server, folder / "s3.log")
    await child.start()
    try:
        await child.ready()
        address = f"http://{HOST}:{server.port}"
        request = urllib.request.Request(f"{address}/casetrail", method="PUT")  # noqa: S310 - loopback
        urllib.request.urlopen(request, timeout=10).close()  # noqa: ASYNC210, S310 - loopback, before anything else runs
        yield {
            "AWS_ENDPOINT_URL": address, "AWS_ALLOW_HTTP": "true", "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nothing",
        }  # fmt: skip
    finally:
        await child.stop()


def place() -> str:
    """A place in the bucket that nothing else uses."""
    return f"s3://casetrail/{uuid.uuid4().hex}"

"""`casetrail run …` that dies where it is told to: its first argument is a folder of orders, one file for each place.

A process that comes to a place of which there is an order takes it (the file is gone then) and kills itself on the spot: when a
document is laid out, when its file is kept, when a write set is durable and nobody has been answered.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any
from unittest import mock

from chassis.blobs import Blobs
from chassis.eventstore import Verdict, WriteSet
from chassis.forms import Form
from chassis.process import main
from chassis.rendering import Rendered
from chassis.writer import GroupCommit

LAID_OUT, KEPT, DURABLE = "laid-out", "kept", "durable"
PLACES = (LAID_OUT, KEPT, DURABLE)


def die(orders: Path, place: str) -> None:
    """Die, if that is ordered of this place."""
    try:
        (orders / place).unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def run(orders: Path) -> None:
    """The command, with its places."""
    render, keep, append = Form.render, Blobs.keep, GroupCommit.append

    def dying_render(*args: Any, **named: Any) -> Rendered:
        rendered = render(*args, **named)
        die(orders, LAID_OUT)
        return rendered

    async def dying_keep(blobs: Blobs, data: bytes) -> str:
        sha256 = await keep(blobs, data)
        die(orders, KEPT)
        return sha256

    async def dying_append(writer: GroupCommit, write_set: WriteSet) -> Verdict:
        verdict = await append(writer, write_set)
        die(orders, DURABLE)
        return verdict

    with (
        mock.patch.object(Form, "render", dying_render),
        mock.patch.object(Blobs, "keep", dying_keep),
        mock.patch.object(GroupCommit, "append", dying_append),
    ):
        main()


if __name__ == "__main__":
    folder = Path(sys.argv.pop(1))
    run(folder)

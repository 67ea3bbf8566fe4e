"""A child process that is kept alive: restarted when it dies, ended with its parent, its output in a log file."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0  # seconds between a death and the restart
STEADY = 10.0  # seconds of life after which the next death is a first one again
GRACE = 10.0  # seconds between the polite signal and SIGKILL
FIRST_POLL, LONGEST_POLL = 0.02, 0.2  # seconds between two questions whether a server answers
PR_SET_PDEATHSIG = 1


class NotReady(Exception):
    """A process did not answer in time; the message names it and its log."""


class NotStarted(Exception):
    """A program could not be started, or its preparation failed; the message says what was tried and what it answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """How to start a program: command line, environment, working directory, and the user and group it runs as (None: ours)."""

    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    cwd: Path | None = None
    user: int | None = None
    group: int | None = None

    @property
    def groups(self) -> list[int] | None:
        """No other groups for another user; our own for ourselves."""
        return None if self.user is None else []


class Program(Protocol):
    """What a child runs: a server, or one role of a service."""

    name: str
    polite: signal.Signals  #: asks it to end cleanly

    async def launch(self) -> Launch:
        """How to start it now, after mending what its last death left behind."""
        ...

    async def answers(self) -> bool:
        """Whether it does its work now."""
        ...


def tied_to_parent(polite: signal.Signals) -> Callable[[], None] | None:
    """What a child does before it becomes its program: ask the kernel (Linux) to end it when its parent dies."""
    if not sys.platform.startswith("linux"):
        return None
    libc, parent = ctypes.CDLL(None, use_errno=True), os.getpid()

    def tie() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(polite), 0, 0, 0)
        if os.getppid() != parent:  # the parent died before the call
            os._exit(1)

    return tie


async def spawn(launch: Launch, log: Path, polite: signal.Signals = signal.SIGTERM) -> asyncio.subprocess.Process:
    """Start a program in a session of its own (Ctrl-C is its supervisor's business), its output appended to `log`."""
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            *launch.argv, env=launch.env, cwd=launch.cwd, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True, preexec_fn=tied_to_parent(polite),
            user=launch.user, group=launch.group, extra_groups=launch.groups,
        )  # fmt: skip


def run_to_end(launch: Launch) -> None:
    """Run a program that prepares something; NotStarted with what it said if it fails."""
    done = subprocess.run(
        launch.argv, env=launch.env, cwd=launch.cwd, capture_output=True, text=True, check=False,
        user=launch.user, group=launch.group, extra_groups=launch.groups,
    )  # fmt: skip
    if done.returncode:
        raise NotStarted(f"{launch.argv[0]} failed: {done.stdout[-2000:]}{done.stderr[-2000:]}")


class Child:
    """One supervised process; it is restarted whenever it dies, until it is stopped."""

    def __init__(self, program: Program, log: Path) -> None:
        self.program = program
        self.log = log
        self.restarts = 0
        self._process: asyncio.subprocess.Process | None = None
        self._supervisor: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Its process id; None while it is not running."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process and running else None

    async def start(self) -> None:
        """Start it and keep it alive; returns when the process exists, not when it answers. Raises OSError, NotStarted."""
        await self._spawn()
        self._supervisor = asyncio.create_task(self._supervise(), name=f"supervise {self.program.name}")

    async def ready(self, timeout: float = 60.0) -> None:  # noqa: ASYNC109 -- the limit is part of the message
        """Return when it answers; NotReady after `timeout` seconds."""
        until, pause = time.monotonic() + timeout, FIRST_POLL
        while self.pid is None or not await self.program.answers():
            if time.monotonic() > until:
                raise NotReady(f"{self.program.name} does not answer after {timeout:g} s, see {self.log}")
            await asyncio.sleep(pause)
            pause = min(pause * 1.2, LONGEST_POLL)

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Send it a signal; ProcessLookupError while it is not running."""
        if self.pid is None or self._process is None:
            raise ProcessLookupError(f"{self.program.name} is not running")
        self._process.send_signal(number)

    async def stop(self, grace: float = GRACE) -> None:
        """End it, politely at first; it is not restarted any more."""
        if self._supervisor:
            self._supervisor.cancel()
            with suppress(asyncio.CancelledError):
                await self._supervisor
            self._supervisor = None
        if self._process and self.pid is not None:
            await _end(self._process, self.program.polite, grace)

    async def _spawn(self) -> None:
        self._process = await spawn(await self.program.launch(), self.log, self.program.polite)

    async def _supervise(self) -> None:
        pause = FIRST_PAUSE
        while self._process is not None:
            born = time.monotonic()
            await self._process.wait()
            pause = FIRST_PAUSE if time.monotonic() - born > STEADY else pause
            self._note(f"{self.program.name} ended with {self._process.returncode}; again in {pause:g} s")
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
            await self._respawn()

    async def _respawn(self) -> None:
        self.restarts += 1
        while True:
            try:
                return await self._spawn()
            except (OSError, NotStarted) as error:
                self._note(f"{self.program.name} cannot be started: {error}")
                await asyncio.sleep(LONGEST_PAUSE)

    def _note(self, text: str) -> None:
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"supervisor: {text}\n")


async def _end(process: asyncio.subprocess.Process, polite: signal.Signals, grace: float) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(polite)
    try:
        await asyncio.wait_for(process.wait(), grace)
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def listens(host: str, port: int) -> bool:
    """Whether something accepts connections there."""
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), 1.0)
    except (OSError, TimeoutError):
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True

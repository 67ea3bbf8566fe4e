"""A supervised process comes back when it dies, ends when it is told to, and never outlives its parent."""

from __future__ import annotations

import asyncio
import signal
import sys
import textwrap
from pathlib import Path

import psutil
import pytest

from deploy.embedded.child import Child, Launch, NotReady, NotStarted, run_to_end
from tests.stack.conftest import Run

SLEEP = "import time; time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"


class Python:
    """A program for tests: a line of Python."""

    polite = signal.SIGTERM

    def __init__(self, code: str, *, answers: bool = True) -> None:
        self.name = "python"
        self.launches = 0
        self._code, self._answers = code, answers

    async def launch(self) -> Launch:
        self.launches += 1
        return Launch(argv=[sys.executable, "-c", self._code])

    async def answers(self) -> bool:
        return self._answers


async def test_killed_process_comes_back(run: Run) -> None:
    child = await run(Python(SLEEP))
    first = child.pid
    child.kill()
    await until(lambda: child.pid not in (None, first))
    assert child.restarts == 1
    assert "python ended with -9" in child.log.read_text()


async def test_process_that_always_dies_is_tried_again_and_again(run: Run) -> None:
    child = await run(Python("print('born')"))
    await until(lambda: child.restarts >= 2)
    assert child.log.read_text().count("born") >= 2


async def test_process_that_cannot_be_started_is_tried_again(run: Run) -> None:
    program = Python(SLEEP)
    child = await run(program)
    usable = program.launch

    async def broken() -> Launch:
        raise NotStarted("not now")

    program.launch = broken  # type: ignore[method-assign]
    child.kill()
    await until(lambda: "cannot be started: not now" in child.log.read_text())
    program.launch = usable  # type: ignore[method-assign]
    await until(lambda: child.pid is not None)


async def test_stopped_process_stays_stopped(run: Run) -> None:
    child = await run(Python(SLEEP))
    pid = child.pid
    await child.stop()
    assert child.pid is None
    assert pid is not None
    assert not psutil.pid_exists(pid)
    assert child.restarts == 0


async def test_deaf_process_is_killed_after_its_grace(run: Run) -> None:
    child = await run(Python(DEAF))
    await until(lambda: "deaf" in child.log.read_text())
    await child.stop(grace=0.1)
    assert child.pid is None


async def test_process_that_never_answers_is_named(tmp_path: Path) -> None:
    child = Child(Python(SLEEP, answers=False), tmp_path / "log")
    await child.start()
    with pytest.raises(NotReady, match=r"python does not answer after 0\.1 s"):
        await child.ready(0.1)
    await child.stop()


async def test_dead_process_cannot_be_killed(tmp_path: Path) -> None:
    with pytest.raises(ProcessLookupError):
        Child(Python(SLEEP), tmp_path / "log").kill()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's help exists on Linux only")
async def test_child_dies_with_its_parent(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", textwrap.dedent(f"""
        import asyncio, sys
        from pathlib import Path
        from deploy.embedded.child import Launch, spawn

        async def main():
            process = await spawn(Launch(argv=[sys.executable, "-c", {SLEEP!r}]), Path({str(tmp_path / "log")!r}))
            Path({str(pid_file)!r}).write_text(str(process.pid))
            await asyncio.sleep(60)

        asyncio.run(main())
    """))  # fmt: skip
    await until(lambda: pid_file.exists() and pid_file.read_text() != "")
    child = psutil.Process(int(pid_file.read_text()))
    parent.kill()
    await parent.wait()
    await until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_failed_preparation_says_what_the_program_said() -> None:
    with pytest.raises(NotStarted, match="no such luck"):
        run_to_end(Launch(argv=[sys.executable, "-c", "import sys; sys.exit('no such luck')"]))


async def until(condition: object, seconds: float = 20.0) -> None:
    """Wait for something that happens in another process."""
    assert callable(condition)
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)

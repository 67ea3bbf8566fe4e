"""The supervisor's own parts: its folder, ports, measuring and choices. The running whole is the system tier's business."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from deploy.embedded import servers
from deploy.embedded.folder import Folder, InUse
from deploy.embedded.memory import Meter, resident
from deploy.embedded.ports import EPHEMERAL, free_port
from deploy.embedded.servers import KAFKA_IMAGE, POSTGRES_IMAGE, kafka_choice, postgres_choice
from deploy.embedded.stack import Stack

ALL = {"postgres", "broker", "gateway", "registry-api", "registry-worker", "tasks-api", "tasks-worker", "inspection-api",
       "inspection-worker", "penalty-api", "penalty-worker", "reporting-api", "reporting-worker"}  # fmt: skip
NOWHERE = "postgresql://nobody:x@127.0.0.1:1/postgres"


def test_folder_belongs_to_one_stack_at_a_time(tmp_path: Path) -> None:
    first, second = Folder(tmp_path), Folder(tmp_path)
    first.claim()
    with pytest.raises(InUse, match=str(tmp_path)):
        second.claim()
    first.release()
    second.claim()
    second.release()


def test_fresh_folder_keeps_downloads_only(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.claim()
    (tmp_path / "kafka" / "lib").mkdir(parents=True)
    (tmp_path / "clock.json").write_text("{}")
    (folder.logs / "gateway.log").write_text("old")
    folder.empty()
    folder.release()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kafka", "lock", "logs"]
    assert list(folder.logs.iterdir()) == []


@pytest.mark.skipif(not EPHEMERAL.exists(), reason="only Linux tells its range")
def test_ports_are_never_those_of_outgoing_connections() -> None:
    ports = [free_port() for _ in range(50)]
    assert len(set(ports)) == 50
    assert max(ports) < int(EPHEMERAL.read_text().split()[0])


def test_memory_counts_the_family_and_remembers_the_peak() -> None:
    meter = Meter(os.getpid())
    alone = meter.now()
    code = "block = bytearray(b'x' * 100_000_000); print('made', flush=True); input()"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"made\n"
    assert meter.now() - alone > 90_000_000
    child.communicate(b"\n")
    assert meter.now() - alone < 50_000_000
    assert meter.peak - alone > 90_000_000
    assert resident(child.pid) == 0


@pytest.mark.parametrize(
    ("environ", "images", "postgres", "kafka"),
    [
        ({}, set(), "embedded", "embedded"),
        ({}, {POSTGRES_IMAGE, KAFKA_IMAGE}, "container", "container"),
        ({}, {POSTGRES_IMAGE}, "container", "embedded"),
        ({"CASETRAIL_TEST_KAFKA": "apache"}, {POSTGRES_IMAGE, KAFKA_IMAGE}, "container", "apache"),
        ({"CASETRAIL_TEST_PG_DSN": "d", "CASETRAIL_TEST_KAFKA_BOOTSTRAP": "b", "CASETRAIL_TEST_KAFKA": "apache"},
         {POSTGRES_IMAGE, KAFKA_IMAGE}, "given", "given"),
    ],
)  # fmt: skip
def test_given_servers_come_before_containers_before_embedded_ones(
    environ: Mapping[str, str], images: set[str], postgres: str, kafka: str
) -> None:
    assert postgres_choice(environ, images.__contains__).kind == postgres
    assert kafka_choice(environ, images.__contains__).kind == kafka


def test_memory_is_used_where_there_is_enough_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "ROOMY", 1)
    assert servers.memory(tmp_path) == tmp_path
    assert servers.memory(tmp_path / "none") is None
    monkeypatch.setattr(servers, "ROOMY", 1 << 60)
    assert servers.memory(tmp_path) is None


def test_unknown_test_broker_is_refused() -> None:
    with pytest.raises(ValueError, match="must be apache"):
        kafka_choice({"CASETRAIL_TEST_KAFKA": "rabbit"}, lambda _: False)


def test_every_process_has_a_name_and_given_servers_have_none(tmp_path: Path) -> None:
    assert set(Stack(tmp_path).names()) == ALL
    given = Stack(tmp_path, kafka="127.0.0.1:9092", postgres=NOWHERE)
    assert set(given.names()) == ALL - {"postgres", "broker"}
    assert given.bootstrap == "127.0.0.1:9092"
    assert given.dsn("tasks") == "postgresql://nobody:x@127.0.0.1:1/casetrail_tasks"


async def test_start_that_fails_leaves_nothing_running(tmp_path: Path) -> None:
    stack = Stack(tmp_path, postgres=NOWHERE)
    with pytest.raises(OSError, match="Connect"):
        await stack.start()
    assert set(stack.pids().values()) == {None}
    folder = Folder(tmp_path)
    folder.claim()  # the lock is free again
    folder.release()

"""Which PostgreSQL and which broker the tests run on: given ones first, then containers, then the embedded ones.

The order: addresses in the environment (CASETRAIL_TEST_PG_DSN, CASETRAIL_TEST_KAFKA_BOOTSTRAP); CASETRAIL_TEST_KAFKA=apache,
which fetches Apache Kafka by Maven; containers, where a Docker engine answers and has the images; what the wheels bring.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deploy.embedded.broker import Tansu
from deploy.embedded.child import Child, Program
from deploy.embedded.kafka import Kafka
from deploy.embedded.ports import LOOPBACK
from deploy.embedded.postgres import Postgres

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

POSTGRES_IMAGE = "postgres:18"
KAFKA_IMAGE = "confluentinc/cp-kafka:8.1.0"  # Apache Kafka 4.1
REAPER_IMAGE = "testcontainers/ryuk:0.8.1"
ENGINES = (Path("/var/run/docker.sock"),)
MEMORY = Path("/dev/shm")  # noqa: S108 -- a folder of our own is made in it
ROOMY = 4 << 30  # bytes: two servers with their databases and logs take about a half of it
GIVEN, APACHE, CONTAINER, EMBEDDED = "given", "apache", "container", "embedded"


@dataclass(frozen=True, slots=True)
class Choice:
    """What kind of server it will be, and its address where that is given."""

    kind: str
    address: str = ""


def postgres_choice(environ: Mapping[str, str] = os.environ, has: Callable[[str], bool] | None = None) -> Choice:
    """Which PostgreSQL; `has` tells whether a Docker engine has an image."""
    if given := environ.get("CASETRAIL_TEST_PG_DSN"):
        return Choice(GIVEN, given)
    return Choice(CONTAINER if (has or has_image)(POSTGRES_IMAGE) else EMBEDDED)


def kafka_choice(environ: Mapping[str, str] = os.environ, has: Callable[[str], bool] | None = None) -> Choice:
    """Which broker; ValueError for a CASETRAIL_TEST_KAFKA that we do not know."""
    if given := environ.get("CASETRAIL_TEST_KAFKA_BOOTSTRAP"):
        return Choice(GIVEN, given)
    if wanted := environ.get("CASETRAIL_TEST_KAFKA"):
        if wanted != APACHE:
            raise ValueError(f"CASETRAIL_TEST_KAFKA must be {APACHE} or empty, not {wanted!r}")
        return Choice(APACHE)
    return Choice(CONTAINER if (has or has_image)(KAFKA_IMAGE) else EMBEDDED)


@asynccontextmanager
async def postgres() -> AsyncIterator[str]:
    """An administrator's DSN of a PostgreSQL server for the length of a block."""
    choice = postgres_choice()
    if choice.kind == GIVEN:
        yield choice.address
    elif choice.kind == CONTAINER:
        async with _container(_postgres_container) as address:
            yield address
    else:
        async with _scratch(memory()) as root:
            server = Postgres(root, survives_power_loss=False)
            async with _running(server, root):
                yield server.dsn()
            server.erase()


@asynccontextmanager
async def kafka() -> AsyncIterator[str]:
    """The bootstrap address of a broker for the length of a block."""
    choice = kafka_choice()
    if choice.kind == GIVEN:
        yield choice.address
    elif choice.kind == CONTAINER:
        async with _container(_kafka_container) as address:
            yield address
    else:
        async with _scratch() as root:
            broker = Kafka(root) if choice.kind == APACHE else Tansu()
            async with _running(broker, root):
                yield broker.bootstrap


@asynccontextmanager
async def for_stack() -> AsyncIterator[dict[str, str]]:
    """The `postgres` and `kafka` arguments of a `Stack`, chosen in the same order.

    What is embedded belongs to the stack, which can then kill it; a container lasts for the length of the block.
    """
    database, broker = postgres_choice(), kafka_choice()
    async with _address(database, postgres, EMBEDDED) as dsn, _address(broker, kafka, "tansu") as bootstrap:
        yield {"postgres": dsn, "kafka": APACHE if broker.kind == APACHE else bootstrap}


@asynccontextmanager
async def _address(choice: Choice, server: Callable[[], Any], embedded: str) -> AsyncIterator[str]:
    if choice.kind in (EMBEDDED, APACHE):
        yield embedded
    else:
        async with server() as address:
            yield address


@asynccontextmanager
async def _scratch(within: Path | None = None) -> AsyncIterator[Path]:
    root = _scratch_folder(within)
    try:
        yield root
    finally:
        await asyncio.to_thread(shutil.rmtree, root, ignore_errors=True)


@asynccontextmanager
async def _running(program: Program, root: Path) -> AsyncIterator[None]:
    child = Child(program, root / f"{program.name}.log")
    await child.start()
    try:
        await child.ready()
        yield
    finally:
        await child.stop()


def memory(folder: Path = MEMORY) -> Path | None:
    """A roomy folder in memory, None where there is none: a database for each test is some hundred files, made and deleted."""
    if folder.is_dir() and os.access(folder, os.W_OK | os.X_OK) and shutil.disk_usage(folder).free >= ROOMY:
        return folder
    return None


def _scratch_folder(within: Path | None) -> Path:
    root = Path(tempfile.mkdtemp(prefix="casetrail-", dir=within))
    root.chmod(0o755)  # PostgreSQL's user must get through when we are root; what is secret in it is 0600
    return root


def has_image(image: str) -> bool:
    """Whether a Docker engine answers and has this image already: tests fetch nothing from a network."""
    if "DOCKER_HOST" not in os.environ and not any(path.exists() for path in ENGINES):
        return False
    import docker  # type: ignore[import-untyped]  # noqa: PLC0415 -- only where there may be an engine
    from docker.errors import DockerException  # type: ignore[import-untyped]  # noqa: PLC0415

    try:
        client = docker.from_env(timeout=2)
    except DockerException:
        return False
    try:
        client.images.get(image)
    except DockerException:
        return False
    finally:
        client.close()
    return True


@asynccontextmanager
async def _container(make: Callable[[], tuple[DockerContainer, Callable[[], str]]]) -> AsyncIterator[str]:
    _expect_an_engine_beside_us()
    container, address = await asyncio.to_thread(make)
    await asyncio.to_thread(container.start)
    try:
        yield address()
    finally:
        await asyncio.to_thread(container.stop)


def _expect_an_engine_beside_us() -> None:
    """An engine on a socket of this machine publishes ports on loopback, also where we run in a container ourselves.

    The library would look for them at the gateway then. Its reaper is an image like any other: we fetch none.
    """
    if os.environ.get("DOCKER_HOST", "unix:").startswith("unix:"):
        os.environ.setdefault("TESTCONTAINERS_HOST_OVERRIDE", LOOPBACK)
        os.environ.setdefault("TESTCONTAINERS_CONNECTION_MODE", "docker_host")
    if not has_image(REAPER_IMAGE):
        os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")


def _postgres_container() -> tuple[DockerContainer, Callable[[], str]]:
    from testcontainers.community.postgres import PostgresContainer  # noqa: PLC0415 -- only where there is an engine

    container = PostgresContainer(POSTGRES_IMAGE, driver=None)
    return container, container.get_connection_url


def _kafka_container() -> tuple[DockerContainer, Callable[[], str]]:
    from testcontainers.community.kafka import KafkaContainer  # noqa: PLC0415 -- only where there is an engine

    container = KafkaContainer(KAFKA_IMAGE).with_kraft()
    return container, container.get_bootstrap_server

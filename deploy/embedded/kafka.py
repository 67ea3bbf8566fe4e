"""Apache Kafka 4.x as one KRaft node on loopback, or three, fetched by Maven coordinates: a JDK 17+ and, at first, Maven."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import signal
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.child import Launch, NotStarted, listens, run_to_end
from deploy.embedded.ports import LOOPBACK, free_port

PROJECT = Path(__file__).resolve().parents[2]
POM = PROJECT / "deploy" / "kafka" / "pom.xml"
LOGGING = PROJECT / "deploy" / "kafka" / "log4j2.properties"
LIBRARIES = PROJECT / ".casetrail" / "kafka" / "lib"  # kept over fresh starts: a download of 100 MB
JVM = ("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:MaxMetaspaceSize=128m", "-XX:ReservedCodeCacheSize=64m")
SMALL_JVM = (*JVM, "-Xmx256m", "-XX:TieredStopAtLevel=1")  # the later -Xmx counts; a short life does not repay more compiling
PROPERTIES = """\
process.roles=broker,controller
node.id={node}
controller.quorum.voters={voters}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
log.dirs={data}
auto.create.topics.enable=false
log.retention.ms=-1
log.retention.bytes=-1
default.replication.factor={replicas}
min.insync.replicas={in_sync}
offsets.topic.replication.factor={replicas}
offsets.topic.num.partitions=1
transaction.state.log.replication.factor={replicas}
transaction.state.log.min.isr={in_sync}
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
share.coordinator.state.topic.replication.factor={replicas}
share.coordinator.state.topic.num.partitions=1
broker.heartbeat.interval.ms=300
broker.session.timeout.ms=1500
num.network.threads=2
num.io.threads=2
num.recovery.threads.per.data.dir=2
log.cleaner.dedupe.buffer.size=2097152
"""


@dataclass(frozen=True, slots=True)
class Quorum:
    """What the nodes of one cluster share: its id (empty: drawn when its storage is formatted), each node's controller port."""

    cluster: str
    controllers: Mapping[int, int]

    @property
    def voters(self) -> str:
        """The nodes that elect the controller, as Kafka wants them written."""
        return ",".join(f"{node}@{LOOPBACK}:{port}" for node, port in self.controllers.items())


class Kafka:
    """A node as a program that a `Child` runs; it keeps its records over a crash, as production does."""

    polite = signal.SIGTERM
    idempotent = True  #: whether producers may ask for idempotence

    def __init__(self, root: Path, node: int = 1, quorum: Quorum | None = None, further: Mapping[str, str] | None = None) -> None:
        """The node whose data lie in `<root>/kafka`: alone, or one of a quorum; `further` properties come last and win."""
        self.name = "broker" if quorum is None else f"broker-{node}"
        self.port = free_port()
        self._node = node
        self._quorum = quorum or Quorum("", {node: free_port()})
        self._home = root.absolute() / "kafka"
        self._further = "".join(f"{name}={value}\n" for name, value in (further or {}).items())

    @property
    def bootstrap(self) -> str:
        """The address that clients start from."""
        return f"{LOOPBACK}:{self.port}"

    async def launch(self) -> Launch:
        """Fetch the libraries and format the storage where that has not been done; say how to start it."""
        return await asyncio.to_thread(self._prepare)

    async def answers(self) -> bool:
        """Whether it accepts connections; it opens its port when it has recovered."""
        return await listens(LOOPBACK, self.port)

    def erase(self) -> None:
        """Delete the records; it must not run. The libraries stay."""
        shutil.rmtree(self._home / "data", ignore_errors=True)

    def _prepare(self) -> Launch:
        fetch_libraries()
        nodes = len(self._quorum.controllers)
        self._home.mkdir(parents=True, exist_ok=True)
        properties = self._home / "server.properties"
        properties.write_text(
            PROPERTIES.format(
                host=LOOPBACK, port=self.port, node=self._node, controller=self._quorum.controllers[self._node],
                voters=self._quorum.voters, replicas=nodes, in_sync=max(1, nodes - 1), data=self._home / "data",
            )
            + self._further,
            encoding="ascii",
        )  # fmt: skip
        if not (self._home / "data" / "meta.properties").exists():
            cluster_id = self._quorum.cluster or str(uuid.uuid4())  # alone, it is another cluster each time it was erased
            run_to_end(
                Launch(argv=[*java("-Xmx128m"), "kafka.tools.StorageTool", "format", "-t", cluster_id, "-c", str(properties)])
            )
        return Launch(argv=[*java(*(JVM if nodes == 1 else SMALL_JVM)), "kafka.Kafka", str(properties)], cwd=self._home)


def cluster(root: Path, nodes: int = 3) -> list[Kafka]:
    """The nodes of one cluster, each broker and controller, that holds everything on all of them and bears the loss of one.

    Each is a program of its own, so that each can be killed.
    """
    quorum = Quorum(str(uuid.uuid4()), {node: free_port() for node in range(1, nodes + 1)})
    return [Kafka(root / f"node-{node}", node, quorum) for node in quorum.controllers]


def fetch_libraries() -> None:
    """Bring the broker's libraries into .casetrail/kafka/lib, once per version of the pom; NotStarted if Maven cannot."""
    wanted = hashlib.sha256(POM.read_bytes()).hexdigest()
    stamp = LIBRARIES / "complete"
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return
    if shutil.which("mvn") is None:
        raise NotStarted("Apache Kafka is fetched by Maven: put `mvn` on the PATH")
    shutil.rmtree(LIBRARIES, ignore_errors=True)
    run_to_end(Launch(argv=["mvn", "--batch-mode", "--quiet", "--file", str(POM), "dependency:copy-dependencies",
          "-DincludeScope=runtime", f"-DoutputDirectory={LIBRARIES}"]))  # fmt: skip
    stamp.write_text(wanted, encoding="ascii")


def java(*options: str) -> list[str]:
    """A Java command line up to the main class of the broker or of one of its tools; NotStarted without a JDK."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")
    if java is None:
        raise NotStarted("Apache Kafka needs a JDK 17+: set JAVA_HOME, or put `java` on the PATH")
    return [java, *options, f"-Dlog4j2.configurationFile={LOGGING}", "-cp", f"{LIBRARIES}/*"]

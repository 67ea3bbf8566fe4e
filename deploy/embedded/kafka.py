"""Apache Kafka 4.x as one KRaft node on loopback, fetched by Maven coordinates; needs a JDK 17+ and, the first time, Maven."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import signal
import uuid
from pathlib import Path

from deploy.embedded.child import Launch, NotStarted, listens, run_to_end
from deploy.embedded.ports import LOOPBACK, free_port

PROJECT = Path(__file__).resolve().parents[2]
POM = PROJECT / "deploy" / "kafka" / "pom.xml"
LOGGING = PROJECT / "deploy" / "kafka" / "log4j2.properties"
LIBRARIES = PROJECT / ".casetrail" / "kafka" / "lib"  # kept over fresh starts: a download of 100 MB
JVM = ("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:MaxMetaspaceSize=128m", "-XX:ReservedCodeCacheSize=64m")
PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
log.dirs={data}
auto.create.topics.enable=false
log.retention.ms=-1
log.retention.bytes=-1
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.num.partitions=1
broker.heartbeat.interval.ms=300
broker.session.timeout.ms=1500
num.network.threads=2
num.io.threads=2
num.recovery.threads.per.data.dir=2
log.cleaner.dedupe.buffer.size=2097152
"""


class Kafka:
    """The node as a program that a `Child` runs; it keeps its records over a crash, as production does."""

    name = "broker"
    polite = signal.SIGTERM
    idempotent = True  #: whether producers may ask for idempotence

    def __init__(self, root: Path) -> None:
        """The node whose data lie in `<root>/kafka`."""
        self.port, self._controller = free_port(), free_port()
        self._home = root.absolute() / "kafka"

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
        self._home.mkdir(parents=True, exist_ok=True)
        properties = self._home / "server.properties"
        properties.write_text(
            PROPERTIES.format(host=LOOPBACK, port=self.port, controller=self._controller, data=self._home / "data"),
            encoding="ascii",
        )
        if not (self._home / "data" / "meta.properties").exists():
            cluster = str(uuid.uuid4())
            run_to_end(
                Launch(argv=[*_java("-Xmx128m"), "kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(properties)])
            )
        return Launch(argv=[*_java(*JVM), "kafka.Kafka", str(properties)], cwd=self._home)


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


def _java(*options: str) -> list[str]:
    """A Java command line up to the main class; NotStarted without a JDK."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")
    if java is None:
        raise NotStarted("Apache Kafka needs a JDK 17+: set JAVA_HOME, or put `java` on the PATH")
    return [java, *options, f"-Dlog4j2.configurationFile={LOGGING}", "-cp", f"{LIBRARIES}/*"]

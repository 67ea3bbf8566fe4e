"""What the processes of one stress run share: folder, databases, broker, seed; written once, read by each of them."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

from chassis.database import CHASSIS_MIGRATIONS
from chassis.settings import Settings, settings_from
from deploy.embedded.ports import LOOPBACK

SOURCE, SINK = "stress", "echo"
"""The service that is written to, and the one that consumes its topic, copies it, and reacts with events of its own."""

COPY, ECHO = "copy", "echo"
"""The consumers of the sink: one copies everything, one is a policy that reacts to marked events."""

WRITERS = ("writer-1", "writer-2")
MIGRATIONS = [CHASSIS_MIGRATIONS, Path(__file__).parent / "sql"]
NOWHERE = f"http://{LOOPBACK}:1"
#: The two run as services that the settings know; they share nothing with those services but the names of the variables.
SETTINGS_OF = {SOURCE: "registry", SINK: "reporting"}


@dataclass(frozen=True, slots=True)
class Plan:
    """One run."""

    folder: Path
    seed: int
    dsns: Mapping[str, str]
    bootstrap: str
    broker: Mapping[str, str]  #: settings of its clients

    def save(self) -> Path:
        """Write it for the processes; answers where."""
        path = self.folder / "plan.json"
        path.write_bytes(orjson.dumps(dataclasses.asdict(self) | {"folder": str(self.folder)}))
        return path

    @staticmethod
    def read(path: Path) -> Plan:
        """What `save` wrote."""
        fields = orjson.loads(path.read_bytes())
        return Plan(**{**fields, "folder": Path(fields["folder"])})

    def settings(self, service: str) -> Settings:
        """The settings of one of the two services."""
        name = SETTINGS_OF[service]
        # Of servers that hold nobody's data and end with the run.
        master_key = base64.b64encode(hashlib.sha256(str(self.seed).encode()).digest()).decode()
        environ = {
            **self.broker, f"CASETRAIL_{name.upper()}_DSN": self.dsns[service], "CASETRAIL_KAFKA_BOOTSTRAP": self.bootstrap,
            "CASETRAIL_OIDC_ISSUER": NOWHERE, "CASETRAIL_OIDC_JWKS_URL": NOWHERE, "CASETRAIL_POLL_MS": "50",
            "CASETRAIL_MASTER_KEY": f"1:{master_key}",
        }  # fmt: skip
        return dataclasses.replace(settings_from(name, environ), service=service)

    def journal(self, writer: str) -> Path:
        """Where a writer keeps its journal."""
        return self.folder / f"{writer}.jsonl"

    @property
    def enough(self) -> Path:
        """The file whose existence tells writers to finish."""
        return self.folder / "enough"

    def finished(self, writer: str) -> Path:
        """The file by which a writer tells that everything it sent is answered."""
        return self.folder / f"{writer}.finished"

"""The platform's own processes as programs that a `Child` runs: a role of a service, and the gateway."""

from __future__ import annotations

import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import aiohttp

from chassis import database
from deploy.embedded.child import Launch
from deploy.embedded.ports import LOOPBACK, free_port

PROJECT = Path(__file__).resolve().parents[2]
ASKING = aiohttp.ClientTimeout(total=2)


async def is_ready(url: str) -> bool:
    """Whether a process says that it is ready."""
    try:
        async with aiohttp.request("GET", f"{url}/readyz", timeout=ASKING) as response:
            return response.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False


class ServiceProcess:
    """`casetrail run <service> <role>` with an environment; its port is chosen once."""

    polite = signal.SIGTERM

    def __init__(self, service: str, role: str, env: Mapping[str, str]) -> None:
        self.name = f"{service}-{role}"
        self.port = free_port()
        self._command = [sys.executable, "-m", "chassis.process", "run", service, role]
        self._env = env

    @property
    def url(self) -> str:
        """Its base address."""
        return f"http://{LOOPBACK}:{self.port}"

    async def launch(self) -> Launch:
        """How to start it."""
        env = {**self._env, "CASETRAIL_HTTP_HOST": LOOPBACK, "CASETRAIL_HTTP_PORT": str(self.port)}
        return Launch(argv=self._command, env=env, cwd=PROJECT)

    async def answers(self) -> bool:
        """Whether it is ready."""
        return await is_ready(self.url)


class GatewayProcess:
    """The gateway, in front of the services' addresses."""

    name = "gateway"
    polite = signal.SIGTERM

    def __init__(self, data: Path, services: Mapping[str, str], env: Mapping[str, str], port: int | None = None) -> None:
        self.port = port or free_port()
        self._data, self._services, self._env = data, services, env

    @property
    def url(self) -> str:
        """The one address of the stack."""
        return f"http://{LOOPBACK}:{self.port}"

    async def launch(self) -> Launch:
        """How to start it."""
        services = [f"{name}={url}" for name, url in self._services.items()]
        argv = [sys.executable, "-m", "deploy.embedded.gateway", "--port", str(self.port), "--data", str(self._data)]
        return Launch(argv=[*argv, *services], env=self._env, cwd=PROJECT)

    async def answers(self) -> bool:
        """Whether it is ready."""
        return await is_ready(self.url)


async def migrate(service: str, dsn: str) -> None:
    """Bring a service's database to this version, in this interpreter: five more of them would only cost start-up time."""
    await database.migrate(dsn, [database.CHASSIS_MIGRATIONS, PROJECT / "services" / service / "migrations"])

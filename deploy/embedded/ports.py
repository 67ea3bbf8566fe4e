"""Free loopback ports for servers that come back on the same port after a crash."""

from __future__ import annotations

import random
import socket
from pathlib import Path

LOOPBACK = "127.0.0.1"
EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
LOWEST = 15_000
_given: set[int] = set()


def free_port() -> int:
    """A port on loopback that nobody listens on, never the same twice in this process; OSError if there is none.

    It lies below the range from which the kernel takes the ports of outgoing connections: a client that retries against a
    dead server in that range ends up, sooner or later, connected to itself, and holds the port the server needs.
    """
    for port in random.SystemRandom().sample(range(LOWEST, _highest()), 200):
        if port not in _given and _is_free(port):
            _given.add(port)
            return port
    raise OSError("no free port on loopback")


def _highest() -> int:
    if EPHEMERAL.exists():
        first = int(EPHEMERAL.read_text().split()[0])
        return first if first > LOWEST + 1000 else 65_536
    return 32_768


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True

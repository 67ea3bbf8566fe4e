"""Traces: continued from the request, exported where the environment says, carried also where nothing is exported."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.trace import SpanKind

from chassis.telemetry import current_traceparent, new_traceparent, span, valid_traceparent

GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
# A process of its own, because the tracer provider is set once per process.
EXPORTING = """
from opentelemetry import trace
from opentelemetry.trace import SpanKind
from chassis.telemetry import configure_tracing, span
configure_tracing("tasks", "api", __import__("os").environ["OTEL_EXPORTER_OTLP_ENDPOINT"])
with span("POST /v1/plans", SpanKind.SERVER, "%s") as carried:
    print(carried)
trace.get_tracer_provider().shutdown()
"""


@contextmanager
def collector() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """An OTLP collector that only remembers what it was sent."""
    got: list[tuple[str, bytes]] = []

    class Remember(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((self.path, self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Remember)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_span_is_exported_and_continues_the_trace_it_was_given() -> None:
    with collector() as (address, got):
        done = subprocess.run(
            [sys.executable, "-c", EXPORTING % GIVEN], env={**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": address},
            capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
    assert done.stdout.strip().split("-")[1] == GIVEN.split("-")[1]
    assert done.stdout.strip() != GIVEN
    assert [path for path, _ in got] == ["/v1/traces"]
    assert b"POST /v1/plans" in got[0][1]
    assert b"casetrail-tasks" in got[0][1]
    assert bytes.fromhex(GIVEN.split("-")[1]) in got[0][1]


def test_without_an_exporter_the_trace_is_carried_all_the_same() -> None:
    with span("POST /v1/plans", SpanKind.SERVER, GIVEN) as carried:
        assert carried.split("-")[1] == GIVEN.split("-")[1]
        assert current_traceparent() == carried


def test_a_request_without_a_trace_begins_one() -> None:
    with span("POST /v1/plans", SpanKind.SERVER, None) as carried:
        assert valid_traceparent(carried)
        assert current_traceparent() == carried


@pytest.mark.parametrize("malformed", ["", "00-xyz-1-01", GIVEN.upper(), "00-" + "0" * 32 + "-00f067aa0ba902b7-01", GIVEN + "-x"])
def test_a_malformed_traceparent_is_not_carried(malformed: str) -> None:
    assert valid_traceparent(malformed) is None
    with span("GET /v1/tasks", SpanKind.SERVER, malformed) as carried:
        assert carried != malformed


def test_new_traceparents_differ_and_are_well_formed() -> None:
    first, second = new_traceparent(), new_traceparent()
    assert first != second
    assert valid_traceparent(first)
    assert valid_traceparent(second)

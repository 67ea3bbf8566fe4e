"""Structured JSON logs, and the trace of a request carried through the stored event and the Kafka headers to the consumer."""

from __future__ import annotations

import logging
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog
from opentelemetry import metrics, trace
from opentelemetry.trace import Link, SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

log: structlog.stdlib.BoundLogger = structlog.get_logger()

_TRACEPARENT = re.compile(r"^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$")
METRICS_MS = 15_000  # between two exports
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)
_propagator = TraceContextTextMapPropagator()


def configure_logging(service: str, role: str, level: str) -> None:
    """JSON lines on standard error: event name, key-values, service, role, time."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service, role=role)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s %(message)s")


def configure_tracing(service: str, role: str, endpoint: str) -> None:
    """Export spans and metrics by OTLP over HTTP to `endpoint`; with an empty one, traces are carried and nothing is exported."""
    if not endpoint:
        return
    # Imported here: the exporter costs start-up time and memory that a stack without a collector need not pay.
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter  # noqa: PLC0415
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.instrumentation.asyncpg import AsyncPGInstrumentor  # noqa: PLC0415
    from opentelemetry.sdk.metrics import MeterProvider  # noqa: PLC0415
    from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    resource = Resource.create({"service.name": f"casetrail-{service}", "service.instance.role": role})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(), export_interval_millis=METRICS_MS)
    metrics.set_meter_provider(MeterProvider([reader], resource))
    AsyncPGInstrumentor().instrument()  # type: ignore[no-untyped-call]


def valid_traceparent(value: str | None) -> str | None:
    """The W3C traceparent if it is well-formed, else None."""
    return value if value is not None and _TRACEPARENT.match(value) else None


def new_traceparent() -> str:
    """A fresh, unsampled trace: where a request brought none, its events still share one."""
    return f"00-{os.urandom(16).hex()}-{os.urandom(8).hex()}-00"


def current_traceparent() -> str:
    """The traceparent of what runs now."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get("traceparent") or _current.get() or new_traceparent()


@contextmanager
def span(name: str, kind: SpanKind, traceparent: str | None, links: list[str] | None = None) -> Iterator[str]:
    """Run inside a span that continues `traceparent`; yields the traceparent to carry on."""
    parent = valid_traceparent(traceparent)
    context = _propagator.extract({"traceparent": parent}) if parent else None
    linked = [Link(trace.get_current_span(_propagator.extract({"traceparent": t})).get_span_context()) for t in links or []]
    token = _current.set(parent or new_traceparent())
    try:
        with trace.get_tracer("casetrail").start_as_current_span(name, context=context, kind=kind, links=linked):
            yield current_traceparent()
    finally:
        _current.reset(token)

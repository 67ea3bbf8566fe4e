"""Generates what crosses a boundary from the code: JSON Schema and an example per event, AsyncAPI, OpenAPI (`make contracts`)."""

from __future__ import annotations

import dataclasses
import datetime
import importlib
import json
import sys
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from chassis.broker import topic_of
from chassis.codec import encode
from chassis.domain import EVENT_TYPES, EventType
from chassis.http import create_app
from chassis.process import load_service
from chassis.service import Service
from chassis.settings import SERVICES

ROOT = Path(__file__).parent
DECIDING = tuple(name for name in SERVICES if name != "reporting")
DIALECT = "https://json-schema.org/draft/2020-12/schema"
HEADERS = {
    "ce_id": "event id (UUIDv7)", "ce_source": "/services/<service>", "ce_type": "wire name", "ce_subject": "site, else stream",
    "ce_time": "when it happened", "ce_recordedtime": "when the store took it", "ce_streamid": "stream id",
    "ce_sequence": "stream version, zero-padded", "ce_idx": "place in the service's ledger", "ce_shard": "logical shard, 0-63",
    "ce_shardidx": "place in the shard, without a hole", "ce_district": "jurisdiction of the site", "ce_organ": "who acts",
    "ce_actor": "person, role, certificate (JSON)", "ce_correlationid": "the matter",
    "ce_causationid": "command or event that caused it",
    "ce_commandid": "the command", "ce_hash": "leaf hash (hex)", "ce_chain": "chain hash (hex)",
}  # fmt: skip


def load_events() -> list[EventType]:
    """Every event type of every service, by wire name."""
    for service in DECIDING:
        importlib.import_module(f"services.{service}.domain")
    return [EVENT_TYPES[wire] for wire in sorted(EVENT_TYPES)]


def stem(event_type: EventType) -> str:
    """The file name of an event type, without suffix: `<event-name>.v<N>`."""
    return f"{event_type.name}.v{event_type.version}"


def schema_of(event_type: EventType) -> dict[str, Any]:
    """The JSON Schema of an event's data; `x-summary` is the Chinese sentence that timelines are rendered from."""
    schema = TypeAdapter(event_type.cls).json_schema(mode="serialization")
    schema.pop("title", None)
    return {
        "$schema": DIALECT,
        "$id": f"/contracts/events/{event_type.service}/{stem(event_type)}.json",
        "title": event_type.title,
        "x-wire": event_type.wire,
        "x-summary": event_type.summary,
        **schema,
    }


def example_of(cls: type) -> Any:
    """A made-up value of a dataclass, every field filled."""
    hints = typing.get_type_hints(cls)
    return cls(**{field.name: _value(hints[field.name], field.name) for field in dataclasses.fields(cls)})


def _value(hint: Any, name: str) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _value(next(a for a in arguments if a is not type(None)), name)
    if origin is typing.Literal:
        return arguments[0]
    if origin is tuple:
        return (_value(arguments[0], name.removesuffix("s")),)
    if origin is dict or hint is dict:
        return {"示例": name}
    if dataclasses.is_dataclass(hint):
        return example_of(typing.cast(type, hint))
    return _plain(hint, name)


def _plain(hint: Any, name: str) -> Any:
    if hint is bool:
        return True
    if hint is int:
        return 900_000 if name.endswith("_fen") else 2
    if hint is datetime.datetime:
        return datetime.datetime(2021, 9, 6, 9, 30, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
    if hint is datetime.date:
        return datetime.date(2021, 9, 6)
    if hint is str or hint is Any:
        return _text(name)
    raise TypeError(f"an event field may not have the type {hint!r} ({name})")


def _text(name: str) -> str:
    if name.endswith("_id"):
        return f"{name.removesuffix('_id').replace('_', '-')}-1"
    return {"district": "donghu", "organ": "南昌市东湖区应急管理局", "law": "WSL", "article": "99"}.get(name, f"示例（{name}）")


def asyncapi(events: list[EventType], services: dict[str, Service]) -> dict[str, Any]:
    """AsyncAPI 3.0: a channel per service, who sends and who receives which messages, Kafka bindings."""
    messages = {
        f"{e.service}.{stem(e)}": {
            "name": e.wire, "title": e.title, "contentType": "application/json",
            "headers": {"$ref": "#/components/schemas/headers"}, "payload": {"$ref": f"events/{e.service}/{stem(e)}.json"},
            "correlationId": {"location": "$message.header#/ce_correlationid"},
        }
        for e in events
    }  # fmt: skip
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Casetrail events", "version": "1", "description": "CloudEvents 1.0, binary mode"},
        "defaultContentType": "application/json",
        "channels": {name: _channel(name, events) for name in DECIDING},
        "operations": dict(_operations(services)),
        "components": {
            "messages": messages,
            "schemas": {"headers": {
                "type": "object", "required": sorted(HEADERS),
                "properties": {name: {"type": "string", "description": text} for name, text in HEADERS.items()},
            }},
        },
    }  # fmt: skip


def _channel(service: str, events: list[EventType]) -> dict[str, Any]:
    named = [f"{e.service}.{stem(e)}" for e in events if e.service == service]
    return {
        "address": topic_of(service),
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in named},
        "bindings": {"kafka": {"topicConfiguration": {"retention.ms": -1, "retention.bytes": -1}, "bindingVersion": "0.5.0"}},
    }


def _operations(services: dict[str, Service]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, service in services.items():
        if name in DECIDING:
            yield f"{name}-sends", {"action": "send", "channel": {"$ref": f"#/channels/{name}"}}
        for source in service.sources:
            operation: dict[str, Any] = {"action": "receive", "channel": {"$ref": f"#/channels/{source}"}}
            if service.reactions:
                wires = sorted(wire for wire in service.reactions if wire.startswith(f"casetrail.{source}."))
                operation["messages"] = [
                    {"$ref": f"#/channels/{source}/messages/{source}.{wire.split('.', 2)[2]}"} for wire in wires
                ]
            yield f"{name}-receives-from-{source}", operation


def openapi(service: Service) -> dict[str, Any]:
    """The OpenAPI document of a service's own routes."""
    return create_app(f"Casetrail {service.name}（{service.title}）", service.routers).openapi()


def generated() -> dict[Path, str]:
    """Every generated file with its content, but for the examples, which are golden once they exist."""
    events = load_events()
    services = {name: load_service(name) for name in SERVICES}
    files = {ROOT / "events" / e.service / f"{stem(e)}.json": _json(schema_of(e)) for e in events}
    files[ROOT / "asyncapi.yaml"] = yaml.safe_dump(asyncapi(events, services), allow_unicode=True, sort_keys=False, width=120)
    for name, service in services.items():
        files[ROOT / "http" / f"{name}.openapi.json"] = _json(openapi(service))
    return files


def examples() -> dict[Path, str]:
    """A made-up example of every event, to begin with; a golden file that exists is never overwritten."""
    return {
        ROOT / "examples" / e.service / f"{stem(e)}.json": _json(json.loads(encode(example_of(e.cls)))) for e in load_events()
    }


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def main() -> None:
    """Write what changed, and say what."""
    wanted = generated()
    wanted |= {path: content for path, content in examples().items() if not path.exists()}
    changed = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")
        sys.stdout.write(f"written: {path.relative_to(ROOT.parent)}\n")
    sys.stdout.write(f"contracts: {len(wanted)} files, {len(changed)} changed\n")


if __name__ == "__main__":
    main()

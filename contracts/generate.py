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

from chassis.codec import encode
from chassis.domain import EVENT_TYPES, EventType, Personal
from chassis.http import create_app
from chassis.personal import plan_of, within
from chassis.process import load_service
from chassis.service import Service
from chassis.settings import SERVICES
from contracts import acls, channels, permissions
from contracts.channels import Published
from contracts.compatibility import Change, Verdict, changes

ROOT = Path(__file__).parent
NAMES: dict[str, str] = json.loads((ROOT / "field-names.json").read_text(encoding="utf-8"))
DIALECT = "https://json-schema.org/draft/2020-12/schema"
ASYNCAPI, EVENTS, EXAMPLES, HTTP = "asyncapi", "events", "examples", "http"


def load_events() -> list[EventType]:
    """Every event type of every service, by wire name."""
    for service in SERVICES:
        importlib.import_module(f"services.{service}.domain")
    return [EVENT_TYPES[wire] for wire in sorted(EVENT_TYPES) if EVENT_TYPES[wire].service in SERVICES]


def stem(event_type: EventType) -> str:
    """The file name of an event type, without suffix: `<event-name>.v<N>`."""
    return f"{event_type.name}.v{event_type.version}"


def schema_of(event_type: EventType) -> dict[str, Any]:
    """The JSON Schema of an event's data; each field has its Chinese name, `x-summary` is the sentence that timelines show."""
    schema = TypeAdapter(event_type.cls).json_schema(mode="serialization")
    schema.pop("title", None)
    _mark_personal(schema, schema.get("$defs", {}), event_type.cls)
    for name, field in _fields(schema):
        field["title"] = NAMES.get(name, name)  # without a name nothing is generated: `unnamed`
    return {
        "$schema": DIALECT,
        "$id": f"/contracts/events/{event_type.service}/{stem(event_type)}.json",
        "title": event_type.title,
        "x-wire": event_type.wire,
        "x-summary": event_type.summary,
        **schema,
    }


def _fields(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The fields of an event and of what it is made of."""
    for told in (schema, *schema.get("$defs", {}).values()):
        yield from told.get("properties", {}).items()


def unnamed(events: list[EventType]) -> dict[str, list[str]]:
    """The fields that have no Chinese name in field-names.json, each with the wire names of the events that it is in."""
    found: dict[str, list[str]] = {}
    for event_type in events:
        for name in sorted({name for name, _ in _fields(schema_of(event_type))} - NAMES.keys()):
            found.setdefault(name, []).append(event_type.wire)
    return found


def _mark_personal(schema: dict[str, Any], definitions: dict[str, Any], cls: type) -> None:
    """Say of each personal field whose it is: such a field is stored, and sent, sealed (`enc:v1:…`)."""
    hints = typing.get_type_hints(cls)
    for name, marker in plan_of(cls).items():
        if marker is not None:
            schema["properties"][name]["x-personal"] = _whose(marker)
            continue
        for inner in within(hints[name]):
            if plan_of(inner):
                _mark_personal(definitions[inner.__name__], definitions, inner)


def _whose(marker: Personal) -> dict[str, str]:
    person = {"of": marker.of, "role": marker.role, "role_in": marker.role_in}
    return {name: value for name, value in person.items() if value is not None}


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


def published(events: list[EventType]) -> Published:
    """Every version there is a schema of: those of the code, and older ones, which stay for ever."""
    titles: Published = {name: {} for name in SERVICES}
    for path in (ROOT / EVENTS).glob("*/*.json"):
        titles[path.parent.name][path.stem] = json.loads(path.read_bytes())["title"]
    for event_type in events:
        titles[event_type.service][stem(event_type)] = event_type.title
    return {name: dict(sorted(stems.items())) for name, stems in titles.items()}


def schema_file(event_type: EventType) -> Path:
    """Where an event type's schema is committed."""
    return ROOT / EVENTS / event_type.service / f"{stem(event_type)}.json"


def openapi(service: Service) -> dict[str, Any]:
    """The OpenAPI document of a service's own routes."""
    return create_app(f"Casetrail {service.name}（{service.title}）", service.routers).openapi()


def generated() -> dict[Path, str]:
    """Every generated file with its content, but for the examples, which are golden once they exist."""
    events = load_events()
    services = {name: load_service(name) for name in SERVICES}
    files = {schema_file(e): _json(schema_of(e)) for e in events}
    known = published(events)
    for name, service in services.items():
        text = yaml.safe_dump(channels.document(service, known), allow_unicode=True, sort_keys=False, width=120)
        files[ROOT / ASYNCAPI / f"{name}.yaml"] = text
        files[ROOT / HTTP / f"{name}.openapi.json"] = _json(openapi(service))
    return files | acls.generated(list(services.values())) | {permissions.PAGE: permissions.page()}


def examples() -> dict[Path, str]:
    """A made-up example of every event, to begin with; a golden file that exists is never overwritten."""
    return {ROOT / EXAMPLES / e.service / f"{stem(e)}.json": _json(json.loads(encode(example_of(e.cls)))) for e in load_events()}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def judged() -> dict[str, list[Change]]:
    """Per wire name, how its schema differs from the committed one; a version that is not committed yet is none of these."""
    found: dict[str, list[Change]] = {}
    for event_type in load_events():
        file = schema_file(event_type)
        if file.exists() and (differs := changes(json.loads(file.read_bytes()), schema_of(event_type))):
            found[event_type.wire] = differs
    return found


def main() -> None:
    """Write what changed, and say what it means; nothing is written (exit code 1) if a published version would break.

    Nor while a field has no Chinese name, by which timelines and forms call it.
    """
    if nameless := unnamed(load_events()):
        sys.stdout.write("".join(f"  {name}: {', '.join(wires)}\n" for name, wires in nameless.items()))
        sys.stdout.write("contracts: nothing written. These fields need their Chinese names in contracts/field-names.json.\n")
        raise SystemExit(1)
    differs = judged()
    for wire, found in differs.items():
        sys.stdout.write(f"{wire}\n" + "".join(f"  {change}\n" for change in found))
    if refused := [wire for wire, found in differs.items() if any(c.verdict is Verdict.BREAKING for c in found)]:
        sys.stdout.write(
            f"contracts: nothing written. {', '.join(refused)}: a published version may not change so. Give the event class the "
            "next version (`.v<N+1>`), with `upcast_v<N>_v<N+1>` for what was stored, and run this again.\n"
        )
        raise SystemExit(1)
    _write(generated() | {path: content for path, content in examples().items() if not path.exists()})


def _write(wanted: dict[Path, str]) -> None:
    changed = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(wanted[path], encoding="utf-8")
        sys.stdout.write(f"written: {path.relative_to(ROOT.parent)}\n")
    sys.stdout.write(f"contracts: {len(wanted)} files, {len(changed)} changed\n")


if __name__ == "__main__":
    main()

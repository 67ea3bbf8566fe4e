"""What is committed in contracts/ is what the code says, and every consumer reads every example."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from chassis.codec import decode, encode
from chassis.domain import EventType, Stream
from chassis.process import load_service
from chassis.settings import SERVICES
from contracts import generate
from tests.contracts.writing import said_in

EVENTS = generate.load_events()
SPECIFICATIONS = Path(__file__).parent / "node_modules" / "@asyncapi" / "specs" / "schemas"
EXAMPLES = sorted((generate.ROOT / "examples").glob("*/*.json"))


def wire_of(example: Path) -> str:
    return f"casetrail.{example.parent.name}.{example.stem}"


def test_committed_contracts_are_what_the_code_says() -> None:
    drifted = [
        str(path.relative_to(generate.ROOT.parent))
        for path, content in generate.generated().items()
        if not path.exists() or path.read_text(encoding="utf-8") != content
    ]
    assert drifted == [], "run `make contracts` and review the difference"


def test_every_field_has_its_chinese_name() -> None:
    """Also those inside others; an event's own, also of versions that are no longer written, are held by reporting's tests."""
    assert generate.unnamed(EVENTS) == {}


def test_nothing_is_generated_while_a_field_has_no_chinese_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is missing is listed with the events that it is in, and no file is written."""
    monkeypatch.setattr(generate, "NAMES", {name: zh for name, zh in generate.NAMES.items() if name != "seed_sha256"})
    monkeypatch.setattr(generate, "_write", lambda _: pytest.fail("written"))
    with pytest.raises(SystemExit) as ended:
        generate.main()
    told = capsys.readouterr().out
    assert ended.value.code == 1
    assert "  seed_sha256: casetrail.tasks.draw-committed.v1" in told
    assert "field-names.json" in told


@pytest.mark.parametrize("event_type", EVENTS, ids=lambda e: e.wire)
def test_every_event_has_an_example_that_its_schema_accepts(event_type: EventType) -> None:
    example = generate.ROOT / "examples" / event_type.service / f"{generate.stem(event_type)}.json"
    data = json.loads(example.read_bytes())
    jsonschema.Draft202012Validator(generate.schema_of(event_type)).validate(data)


@pytest.mark.parametrize("event_type", EVENTS, ids=lambda e: e.wire)
def test_every_event_says_what_happened_in_chinese(event_type: EventType) -> None:
    example = (generate.ROOT / "examples" / event_type.service / f"{generate.stem(event_type)}.json").read_bytes()
    event = decode(event_type.wire, example)
    for text in (event_type.title, event_type.summary):
        assert any("\u4e00" <= character <= "\u9fff" for character in text)
    fields = inspect.get_annotations(event_type.cls)
    assert event_type.summary.format(**{name: getattr(event, name) for name in fields})


@pytest.mark.parametrize("example", EXAMPLES, ids=wire_of)
def test_every_example_ever_published_can_be_read_and_written_again(example: Path) -> None:
    data = example.read_bytes()
    event = decode(wire_of(example), data)
    if event.__wire__ == wire_of(example):
        assert said_in(json.loads(data), json.loads(encode(event)))


@pytest.mark.parametrize("name", SERVICES)
def test_every_reaction_is_to_a_published_event_of_a_source_it_consumes(name: str) -> None:
    service = load_service(name)
    wires = {event_type.wire for event_type in EVENTS}
    for wire in service.reactions:
        assert wire in wires
        assert wire.split(".")[1] in service.sources


def streams_of(name: str) -> set[str]:
    """The streams that a service's domain names."""
    domain = f"services.{name}.domain"
    rooms = pkgutil.walk_packages(importlib.import_module(domain).__path__, f"{domain}.")
    modules = [importlib.import_module(room.name) for room in rooms]
    return {one.name for module in modules for one in vars(module).values() if isinstance(one, Stream)}


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_not_found_has_a_chinese_name(name: str) -> None:
    things, streams = load_service(name).things, streams_of(name)
    assert streams
    assert streams <= things.keys()
    assert all(any("\u4e00" <= character <= "\u9fff" for character in title) for title in things.values())


def asyncapi(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((generate.ROOT / "asyncapi" / f"{name}.yaml").read_text(encoding="utf-8"))
    return document


@pytest.mark.parametrize("name", SERVICES)
def test_asyncapi_is_valid(name: str) -> None:
    """By the specification's own schema, as its package publishes it."""
    specification = json.loads((SPECIFICATIONS / "3.0.0-without-$id.json").read_bytes())
    jsonschema.Draft7Validator(specification).validate(asyncapi(name))


@pytest.mark.parametrize("name", SERVICES)
def test_asyncapi_holds_what_a_service_sends_and_receives_and_nothing_else(name: str) -> None:
    document = asyncapi(name)
    events = {key: message for key, message in document["components"]["messages"].items() if key != "checkpoint"}
    named = {message["name"] for key, message in events.items() if key != "feed-entry"}
    near = {name, *load_service(name).sources}
    assert named == {event_type.wire for event_type in EVENTS if event_type.service in near}
    for channel in document["channels"].values():
        for message in channel["messages"].values():
            assert message["$ref"].rpartition("/")[2] in document["components"]["messages"]
    for message in events.values():
        assert (generate.ROOT / "asyncapi" / message["payload"]["schema"]["$ref"]).resolve().exists()


@pytest.mark.parametrize("name", SERVICES)
def test_asyncapi_tells_who_signs_checkpoints_and_who_witnesses_them(name: str) -> None:
    document = asyncapi(name)
    topics = {channel["address"] for key, channel in document["channels"].items() if key.endswith("-checkpoints")}
    expected = {name, *(load_service(name).sources if name == "reporting" else ())}
    assert topics == {f"casetrail.{source}.checkpoints.v1" for source in expected}


def test_a_schema_that_changed_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    planted = EVENTS[0]
    monkeypatch.setattr(generate, "schema_of", lambda event_type: {"changed": event_type.wire == planted.wire})
    with pytest.raises(AssertionError, match="make contracts"):
        test_committed_contracts_are_what_the_code_says()

"""A published version of an event stays what it is: changes are classified, and what breaks needs a new version."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from chassis.codec import decode, encode
from chassis.domain import EVENT_TYPES, Event, EventType, event
from contracts import corpus as golden_corpus
from contracts import generate
from contracts.compatibility import Verdict, breaking, changes
from contracts.corpus import Golden, corpus, shape
from tests.contracts.writing import said_in

ROOT = generate.ROOT.parent
BEGINNING = "contracts/golden/README.md"  # with it the contracts were first published
CORPUS = list(corpus())
EVENTS = generate.load_events()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """What a test changes."""

    text: str
    number: int
    kind: Literal["a", "b"]
    parts: tuple[Part, ...]
    note: str | None = None


def of(**annotations: Any) -> dict[str, Any]:
    """The schema of `Before` with other fields; `...` leaves one out, a pair gives a default."""
    body: dict[str, Any] = {"__annotations__": {}}
    fields: dict[str, Any] = {"text": str, "number": int, "kind": Literal["a", "b"], "parts": tuple[Part, ...]}
    for name, hint in {**fields, "note": (str | None, None), **annotations}.items():
        if hint is ...:
            continue
        body["__annotations__"][name], *default = hint if isinstance(hint, tuple) else (hint,)
        if default:
            body[name] = default[0]
    made: type = dataclass(frozen=True, kw_only=True)(type("Before", (), body))
    return TypeAdapter(made).json_schema(mode="serialization")


@dataclass(frozen=True, slots=True, kw_only=True)
class LongerPart:
    name: str
    size: int


CHANGES: dict[str, tuple[dict[str, Any], Verdict | None]] = {
    "nothing": ({}, None),
    "optional field added": ({"more": (int, 0)}, Verdict.COMPATIBLE),
    "required field added": ({"more": int}, Verdict.BREAKING),
    "field removed": ({"number": ...}, Verdict.BREAKING),
    "optional field removed": ({"note": ...}, Verdict.BREAKING),
    "type changed": ({"number": str}, Verdict.BREAKING),
    "may be null now": ({"text": str | None}, Verdict.BREAKING),
    "may not be null any more": ({"note": (str, "")}, Verdict.BREAKING),
    "optional made required": ({"note": str | None}, Verdict.BREAKING),
    "required made optional": ({"text": (str, "")}, Verdict.COMPATIBLE),
    "value added": ({"kind": Literal["a", "b", "c"]}, Verdict.COMPATIBLE),
    "value removed": ({"kind": Literal["a"]}, Verdict.BREAKING),
    "any text allowed": ({"kind": str}, Verdict.COMPATIBLE),
    "text restricted": ({"text": Literal["x"]}, Verdict.BREAKING),
    "part got a required member": ({"parts": tuple[LongerPart, ...]}, Verdict.BREAKING),
    "list of another thing": ({"parts": tuple[str, ...]}, Verdict.BREAKING),
    "list became one": ({"parts": Part}, Verdict.BREAKING),
}


@pytest.mark.parametrize("change", CHANGES)
def test_changes_are_told_apart(change: str) -> None:
    annotations, verdict = CHANGES[change]
    found = {one.verdict for one in changes(of(), of(**annotations))}
    assert (Verdict.BREAKING in found) == (verdict is Verdict.BREAKING)
    assert (found == set()) == (verdict is None)


def test_words_are_editorial() -> None:
    old = {**of(), "title": "记下", "x-summary": "记下 {text}"}
    assert [one.verdict for one in changes(old, {**old, "title": "登记"})] == [Verdict.EDITORIAL]


hints = st.sampled_from([str, int, bool, str | None, Literal["a", "b"], tuple[Part, ...], Part, dict[str, str], (str, "x"), ...])


@given(st.fixed_dictionaries({}, optional={name: hints for name in ("text", "number", "kind", "parts", "note", "more")}))
def test_what_is_not_breaking_loads_what_was_stored(annotations: dict[str, Any]) -> None:
    """An event of the old schema is accepted by the new one unless the difference was called breaking."""
    old, new = of(), of(**annotations)
    stored = {"text": "t", "number": 1, "kind": "a", "parts": [{"name": "n"}]}
    accepted = all(jsonschema.Draft202012Validator(new).is_valid(one) for one in (stored, {**stored, "note": None}))
    assert accepted or breaking(old, new)


@pytest.mark.parametrize("golden_event", CORPUS, ids=lambda g: g.wire)
def test_what_was_ever_stored_loads(golden_event: Golden) -> None:
    """Through every upcaster; and what is of today's version is written again alike: the same bytes, if no member came since."""
    loaded = decode(golden_event.wire, golden_event.data)
    if loaded.__wire__ == golden_event.wire:
        again = json.loads(encode(loaded))
        assert said_in(json.loads(golden_event.data), again)
        if shape(encode(loaded)) == shape(golden_event.data):
            assert encode(loaded) == golden_event.data


def test_a_member_that_came_since_has_its_empty_default() -> None:
    assert said_in({"a": [{"b": 1}]}, {"a": [{"b": 1, "c": None}], "d": []})
    wrong: list[dict[str, Any]] = [{"a": [{"b": 2}]}, {"a": []}, {"a": [{"b": 1}], "d": "x"}, {}]
    for one in wrong:
        assert not said_in({"a": [{"b": 1}]}, one)


@pytest.mark.parametrize("golden_event", CORPUS, ids=lambda g: g.wire)
def test_what_was_ever_stored_fits_the_schema_of_its_version(golden_event: Golden) -> None:
    service, stem = golden_event.file.parent.name, golden_event.file.stem
    schema = json.loads((generate.ROOT / "events" / service / f"{stem}.json").read_bytes())
    jsonschema.Draft202012Validator(schema).validate(json.loads(golden_event.data))


@pytest.mark.parametrize("event_type", EVENTS, ids=lambda e: e.wire)
def test_every_older_version_has_an_upcaster_and_a_golden_event(event_type: EventType) -> None:
    for version in range(1, event_type.version):
        assert hasattr(event_type.cls, f"upcast_v{version}_v{version + 1}")
        assert golden_corpus.golden_file(event_type.wire.rpartition(".v")[0] + f".v{version}").exists()


def test_a_corpus_of_most_events_there_are() -> None:
    """What the pilot's year stores is in it."""
    assert len({golden_event.wire for golden_event in CORPUS}) >= 50


def git(*arguments: str) -> str:
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def baseline() -> str:
    """The commit whose contracts are published: the newest release, else the one that began to publish."""
    try:
        tags = git("tag", "--list", "v*", "--merged", "HEAD", "--sort=-creatordate").split()
        found = tags or git("log", "--diff-filter=A", "--format=%H", "--", BEGINNING).split()
    except (subprocess.CalledProcessError, FileNotFoundError):
        pytest.skip("this is no git checkout: there is no history to compare with")
    if not found:
        pytest.skip("nothing has been published yet, or the clone is shallow")
    return found[-1] if not tags else found[0]


def test_no_published_schema_changed_incompatibly() -> None:
    """Also when somebody wrote the committed schema anew by hand."""
    base = baseline()
    found = []
    for path in git("ls-tree", "-r", "--name-only", base, "contracts/events").split():
        if not (ROOT / path).exists():
            found.append(f"{path}: is gone")
            continue
        old, new = json.loads(git("show", f"{base}:{path}")), json.loads((ROOT / path).read_bytes())
        found += [f"{path}: {change}" for change in breaking(old, new)]
    assert found == []


def test_the_golden_corpus_only_grows() -> None:
    base = baseline()
    for path in git("ls-tree", "-r", "--name-only", base, "contracts/golden").split():
        if path.endswith(".jsonl"):
            assert (ROOT / path).read_text(encoding="utf-8").startswith(git("show", f"{base}:{path}")), path


# ---- make contracts


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of contracts of one event, as committed earlier."""
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    monkeypatch.setattr(generate, "generated", lambda: {generate.schema_file(one): "{}" for one in generate.load_events()})
    monkeypatch.setattr(generate, "examples", dict)
    monkeypatch.setattr(generate, "NAMES", {"text": "内容", "words": "话", "loud": "大声"})
    return tmp_path


def one_event(monkeypatch: pytest.MonkeyPatch, cls: type[Event]) -> EventType:
    known = EVENT_TYPES.pop(cls.__wire__)
    monkeypatch.setattr(generate, "load_events", lambda: [known])
    return known


def committed(planted: Path, known: EventType) -> None:
    file = generate.schema_file(known)
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(generate.schema_of(known)), encoding="utf-8")


def test_a_breaking_change_is_named_and_not_written(
    planted: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @event("casetrail.penalty.thing-said.v1", title="说", summary="说")
    class Said(Event):
        text: str

    committed(planted, one_event(monkeypatch, Said))
    before = generate.schema_file(generate.load_events()[0]).read_text(encoding="utf-8")

    @event("casetrail.penalty.thing-said.v1", title="说", summary="说")
    class SaidOtherwise(Event):
        words: str

    one_event(monkeypatch, SaidOtherwise)
    with pytest.raises(SystemExit) as ended:
        generate.main()
    assert ended.value.code == 1
    said = capsys.readouterr().out
    assert "breaking: /text is gone" in said
    assert "upcast_v<N>_v<N+1>" in said
    assert generate.schema_file(generate.load_events()[0]).read_text(encoding="utf-8") == before


def test_a_compatible_change_is_named_and_written(
    planted: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @event("casetrail.penalty.thing-said.v1", title="说", summary="说")
    class Said(Event):
        text: str

    committed(planted, one_event(monkeypatch, Said))

    @event("casetrail.penalty.thing-said.v1", title="说", summary="说")
    class SaidMore(Event):
        text: str
        loud: bool = False

    one_event(monkeypatch, SaidMore)
    generate.main()
    said = capsys.readouterr().out
    assert "compatible: /loud is new, with a default" in said
    assert "written: " in said


def test_a_new_version_stands_beside_the_old_one(planted: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    @event("casetrail.penalty.thing-said.v1", title="说", summary="说")
    class Said(Event):
        text: str

    committed(planted, one_event(monkeypatch, Said))

    @event("casetrail.penalty.thing-said.v2", title="说", summary="说")
    class SaidOtherwise(Event):
        words: str

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> dict[str, Any]:
            return {"words": state["text"]}

    known = one_event(monkeypatch, SaidOtherwise)
    assert generate.judged() == {}
    assert list(generate.published([known])["penalty"]) == ["thing-said.v1", "thing-said.v2"]


def test_the_corpus_takes_what_it_has_no_like_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(golden_corpus, "FOLDER", tmp_path)
    wire = "casetrail.penalty.thing-said.v1"
    assert golden_corpus.add(wire, [b'{"text":"a"}', b'{"text":"b"}', b'{"n":null,"text":"c"}']) == 2
    assert golden_corpus.add(wire, [b'{"text":"d"}', b'{"n":1,"text":"e"}', b'{"n":true,"text":"f"}']) == 1
    assert [one.data for one in corpus()] == [b'{"text":"a"}', b'{"n":null,"text":"c"}', b'{"n":1,"text":"e"}']

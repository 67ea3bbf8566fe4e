"""Case files: a matter's whole history in one file that proves itself, without network, database or settings.

One canonical JSON document (sorted keys, no spaces) and not an archive: there is one way to read it, so nobody can be shown
another content than was verified, and any editor opens it. Members:

    format    casetrail-casefile/1
    matter    kind and id of what the file is about
    exported  when, by whom, and whether the clock was simulated
    logs      per service its checkpoint: a signed note with the witness's cosignature
    keys      verifier keys of logs and witness; to be compared out of band with those one trusts
    events    in causal order: log, idx, envelope, the stored data bytes verbatim, the inclusion proof in the log's checkpoint
    outside   ids of causes that belong to other histories
    seal      the exporter's signed note over the hash of all the rest, so that nothing can be left out afterwards
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from chassis.envelope import Recorded, canonical_json, leaf_of_members, members_of
from chassis.merkle import includes
from chassis.signednote import (
    COSIGNATURE,
    ED25519,
    Checkpoint,
    NoteError,
    Signer,
    Verifier,
    body_of,
    opened,
    parse,
    verifier_from,
)

FORMAT = "casetrail-casefile/1"
ENVELOPE: dict[str, type | tuple[type, ...]] = {
    "actor": dict, "causation_id": str, "command_id": str, "correlation_id": str, "device": (str, type(None)), "district": str,
    "event_id": str, "occurred_at": str, "organ": str, "recorded_at": str, "rulebook": (str, type(None)), "stream_id": str,
    "subject": str, "traceparent": (str, type(None)), "type": str, "version": int,
}  # fmt: skip
MEMBERS = {"format": str, "matter": dict, "exported": dict, "logs": dict, "keys": list, "events": list, "outside": list,
           "seal": str}  # fmt: skip


class NotACaseFile(ValueError):
    """The content is no case file of a format that is known here; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class Proven:
    """An event with its place in its log and the proof that it is there."""

    log: str
    idx: int
    recorded: Recorded
    proof: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, and precisely where: a stable code, Chinese and English."""

    where: str
    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class LogFacts:
    """What was shown of one log: until which size, when a witness saw it, by which keys."""

    log: str
    checkpoint: Checkpoint
    signed_by: tuple[str, ...]
    witnessed_by: tuple[str, ...]
    witnessed_at: datetime | None


@dataclass(slots=True)
class Verdict:
    """The outcome of a verification: what was shown, and what is wrong; the file is good if nothing is."""

    matter: str = ""
    exported: str = ""
    events: int = 0
    streams: int = 0
    outside: int = 0
    logs: list[LogFacts] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    sealed_by: str = ""
    findings: list[Finding] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    def found(self, where: str, code: str, zh: str, en: str) -> None:
        """Note what is wrong."""
        self.findings.append(Finding(where, code, zh, en))


def write(
    *, kind: str, key: str, at: str, by: Mapping[str, str], simulated: bool, checkpoints: Mapping[str, str],
    keys: Iterable[Verifier], events: Sequence[Proven], signer: Signer,
) -> bytes:  # fmt: skip
    """A sealed case file; `events` in causal order, `checkpoints` a note for each log of an event, `at` an instant."""
    inside = {str(each.recorded.envelope.event_id) for each in events}
    document: dict[str, Any] = {
        "format": FORMAT,
        "matter": {"kind": kind, "id": key},
        "exported": {"at": at, "by": dict(by), "simulated": simulated},
        "logs": {log: {"checkpoint": note} for log, note in checkpoints.items()},
        "keys": sorted(map(str, keys)),
        "events": [_written(each) for each in events],
        "outside": sorted({cause for each in events if (cause := _outer_cause(each)) not in (None, *inside)}),
    }
    document["seal"] = signer.sign(_seal_text(document))
    return canonical_json(document) + b"\n"


def _outer_cause(event: Proven) -> str | None:
    e = event.recorded.envelope
    return None if e.causation_id == e.command_id else str(e.causation_id)


def _written(event: Proven) -> dict[str, Any]:
    data = event.recorded.data
    try:
        stored = {"data": data.decode()}
    except UnicodeDecodeError:
        stored = {"data_base64": base64.b64encode(data).decode()}
    return {
        "log": event.log, "idx": event.idx, "envelope": members_of(event.recorded.envelope), **stored,
        "proof": [base64.b64encode(each).decode() for each in event.proof],
    }  # fmt: skip


def _seal_text(document: Mapping[str, Any]) -> str:
    """What is sealed. Its first line keeps it from ever being a checkpoint or a cosignature."""
    rest = canonical_json({name: value for name, value in document.items() if name != "seal"})
    matter = document["matter"]
    lines = (FORMAT, f"{matter['kind']} {matter['id']}", f"events {len(document['events'])}", hashlib.sha256(rest).hexdigest())
    return "".join(f"{line}\n" for line in lines)


def read(content: bytes) -> dict[str, Any]:
    """The document of a case file, its shape checked; raises NotACaseFile."""
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise NotACaseFile(f"not JSON: {error}") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise NotACaseFile(f"not of the format {FORMAT}")
    _shaped(document, MEMBERS, "the file")
    if _canonical(document) != content:
        raise NotACaseFile("not canonical JSON: it was written by something else, or a member stands twice")
    _shaped(document["matter"], {"kind": str, "id": str}, "matter")
    _shaped(document["exported"], {"at": str, "by": dict, "simulated": bool}, "exported")
    for name, log in document["logs"].items():
        _shaped(log, {"checkpoint": str}, f"log {name}")
    for number, event in enumerate(document["events"], start=1):
        stored = "data_base64" if isinstance(event, dict) and "data_base64" in event else "data"
        _shaped(event, {"log": str, "idx": int, "envelope": dict, stored: str, "proof": list}, f"event {number}")
        _shaped(event["envelope"], ENVELOPE, f"the envelope of event {number}")
    return document


def _canonical(document: dict[str, Any]) -> bytes | None:
    try:
        return canonical_json(document) + b"\n"
    except TypeError:
        return None  # nested too deeply, or a number too large


def _shaped(value: Any, members: Mapping[str, Any], what: str) -> None:
    if not isinstance(value, dict) or value.keys() != members.keys():
        raise NotACaseFile(f"{what} has not the members {', '.join(members)}")
    for name, kind in members.items():
        if not isinstance(value[name], kind) or (isinstance(value[name], bool) and kind is not bool):
            raise NotACaseFile(f"{what}: {name} is of another type")


def verify(content: bytes, trusted: Sequence[Verifier] = ()) -> Verdict:
    """Verify everything that a case file claims, by the trusted keys; without any, by the file's own, which proves less."""
    verdict = Verdict()
    try:
        document = read(content)
        known = list(trusted) or [verifier_from(str(key)) for key in document["keys"]]
    except (NotACaseFile, NoteError) as error:
        verdict.found("file", "not-a-case-file", f"不是可识别的案卷文件：{error}", f"not a case file: {error}")
        return verdict
    matter, exported = document["matter"], document["exported"]
    verdict.matter = f"{matter['kind']} {matter['id']}"
    verdict.exported = f"{exported['at']} {exported['by'].get('name', '')} ({exported['by'].get('id', '')})"
    verdict.events, verdict.outside = len(document["events"]), len(document["outside"])
    verdict.keys = [str(key) for key in known]
    heads = dict(_heads(document, known, verdict))
    for where, event in _named(document):
        _verify_event(where, event, heads, verdict)
    if not document["events"]:
        verdict.found("events", "no-events", "案卷中没有任何事件", "it holds no event: it proves nothing of its matter")
    _verify_streams(document, verdict)
    _verify_causes(document, verdict)
    _verify_seal(document, known, verdict)
    return verdict


def _named(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each event, and how it is called in messages."""
    for number, event in enumerate(document["events"], start=1):
        e = event["envelope"]
        yield f"event {number}: {event['log']}/{event['idx']} {e['stream_id']} v{e['version']} {e['event_id']}", event


def _heads(document: Mapping[str, Any], known: Sequence[Verifier], verdict: Verdict) -> Iterator[tuple[str, Checkpoint]]:
    """The checkpoint of each log, whether or not its signatures hold: the events are held against what is there."""
    for name, log in document["logs"].items():
        where, note = f"checkpoint of {name}", log["checkpoint"]
        try:
            head = body_of(note)
        except NoteError as error:
            verdict.found(where, "checkpoint-malformed", f"检查点格式不正确：{error}", f"malformed: {error}")
            continue
        yield name, head
        if head.origin.rpartition("/")[2] != name:
            verdict.found(where, "checkpoint-of-another-log", f"检查点属于 {head.origin}", f"it is one of {head.origin}")
        _verify_head(name, head, note, known, verdict)


def _verify_head(name: str, head: Checkpoint, note: str, known: Sequence[Verifier], verdict: Verdict) -> None:
    where = f"checkpoint of {name}"
    try:
        _, valid = opened(note, known)
    except NoteError as error:
        verdict.found(where, "checkpoint-signature", f"签名无法验证：{error}", f"signature: {error}")
        return
    signed = tuple(s.key for v, s in valid if v.kind == ED25519 and v.name == head.origin)
    witnessed = [(s.key, s.at) for v, s in valid if v.kind == COSIGNATURE]
    if not signed:
        verdict.found(where, "checkpoint-signature", "没有该日志自身的可信签名", "no trusted signature of the log itself")
    if not witnessed and any(verifier.kind == COSIGNATURE for verifier in known):
        verdict.found(where, "cosignature", "没有可信见证方的会签", "no cosignature of a trusted witness")
    at = min((at for _, at in witnessed), default=None)
    seen = None if at is None else datetime.fromtimestamp(min(at, 253402300799), UTC)
    verdict.logs.append(LogFacts(name, head, signed, tuple(key for key, _ in witnessed), seen))


def _verify_event(where: str, event: Mapping[str, Any], heads: Mapping[str, Checkpoint], verdict: Verdict) -> None:
    head = heads.get(event["log"])
    if head is None:
        verdict.found(where, "no-checkpoint", "所属日志没有检查点", "its log has no checkpoint")
        return
    try:
        data = event["data"].encode() if "data" in event else base64.b64decode(event["data_base64"], validate=True)
        proof = [base64.b64decode(each, validate=True) for each in event["proof"]]
    except (binascii.Error, ValueError, TypeError) as error:
        verdict.found(where, "malformed", f"内容无法解码：{error}", f"cannot be decoded: {error}")
        return
    leaf = leaf_of_members(event["envelope"], data)
    if not includes(event["idx"] - 1, head.size, leaf, proof, head.root):
        verdict.found(
            where, "event-altered", "该事件（内容、信封或位置）与所签台账不符",
            "this event (its data, envelope or place) is not the one in the signed ledger",
        )  # fmt: skip


def _verify_streams(document: Mapping[str, Any], verdict: Verdict) -> None:
    """Each stream is whole from its first event, in order, at ascending places of its log."""
    streams: dict[tuple[str, str], tuple[int, int]] = {}
    places: set[tuple[str, int]] = set()
    for where, event in _named(document):
        key, version, idx = (event["log"], event["envelope"]["stream_id"]), event["envelope"]["version"], event["idx"]
        last, before = streams.get(key, (0, 0))
        if version != last + 1:
            verdict.found(
                where, "stream-incomplete", f"事件流在第 {last} 版之后缺失或错序",
                f"the stream lacks version {last + 1}, or it is out of order",
            )  # fmt: skip
        if idx <= before or (event["log"], idx) in places:
            verdict.found(where, "place-repeated", "台账位置重复或倒退", "its place in the ledger repeats or goes back")
        streams[key] = version, idx
        places.add((event["log"], idx))
    verdict.streams = len(streams)


def _verify_causes(document: Mapping[str, Any], verdict: Verdict) -> None:
    """Each cause is a command of the event's own, an earlier event of the file, or named as belonging to another history."""
    seen: set[str] = set()
    outside = set(map(str, document["outside"]))
    for where, event in _named(document):
        e = event["envelope"]
        cause = e["causation_id"]
        if cause != e["command_id"] and cause not in seen and cause not in outside:
            verdict.found(
                where, "cause-missing", f"引起它的事件 {cause} 不在其前", f"the event that caused it, {cause}, is not before it"
            )
        seen.add(e["event_id"])
    for inner in sorted(outside & seen):
        verdict.found(f"outside {inner}", "cause-misnamed", "列为卷外的事件却在卷内", "named as outside, but it is in the file")


def _verify_seal(document: Mapping[str, Any], known: Sequence[Verifier], verdict: Verdict) -> None:
    note = document["seal"]
    try:
        text, signatures = parse(note)
        if text != _seal_text(document):
            verdict.found(
                "seal",
                "seal-broken",
                "封印与内容不符：有增删或改动",
                "it seals another content: something was added, left out or altered",
            )
            return
        # Whoever keeps a log of the matter is not who exported it: its key seals nothing.
        logs = {verdict_log.checkpoint.origin for verdict_log in verdict.logs}
        sealers = {signature.name for signature in signatures} - logs
        exporters = [verifier for verifier in known if verifier.name in sealers and verifier.kind == ED25519]
        if not exporters:
            # Proofs tell that what is there is genuine, not that all of it is there: without the seal a tail may be gone.
            by = ", ".join(sorted(sealers)) or "nobody"
            en = f"none of the trusted keys sealed it ({by} did): parts may have been left out"
            verdict.found("seal", "seal-unknown", "封印不是由可信的导出方作出，无法证明未被删减", en)
            return
        verdict.sealed_by = opened(note, exporters)[1][0][1].key
    except NoteError as error:
        verdict.found("seal", "seal-broken", f"封印无法验证：{error}", f"seal: {error}")

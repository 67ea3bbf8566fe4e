"""Case files: the golden one verifies for ever, and whatever is altered, left out, moved or forged in one is named."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from chassis.casefile import Verdict, verify
from chassis.envelope import canonical_json
from chassis.process import cli
from chassis.signednote import Signer, verifier_from
from tests.chassis.casefiles import GOLDEN, KEYS, SIGNERS, WITNESS, Log, matter, written

CONTENT = GOLDEN.read_bytes()
Change = Callable[[dict[str, Any]], None]


def changed(change: Change) -> bytes:
    """The golden file after a change that keeps its form."""
    document = json.loads(CONTENT)
    change(document)
    return canonical_json(document) + b"\n"


def codes(verdict: Verdict) -> list[tuple[str, str]]:
    return [(finding.where.partition(":")[0], finding.code) for finding in verdict.findings]


def test_the_golden_file_verifies_for_ever() -> None:
    verdict = verify(CONTENT, KEYS)
    assert verdict.findings == []
    assert (verdict.matter, verdict.events, verdict.streams, verdict.outside) == ("case k-1", 5, 2, 0)
    assert [(log.log, log.checkpoint.size) for log in verdict.logs] == [("inspection", 6), ("penalty", 4)]
    assert all(log.signed_by and log.witnessed_by and log.witnessed_at for log in verdict.logs)
    assert verdict.sealed_by == "casetrail.example/reporting+d1812912"


def test_the_golden_file_is_what_is_written_today() -> None:
    assert written(*matter()) == CONTENT


def test_the_data_bytes_are_there_verbatim() -> None:
    events = json.loads(CONTENT)["events"]
    assert events[0]["data"] == '{"fact":"未设置防护栏","hazard_id":"h-1"}'
    assert events[3]["data_base64"] == "/wAgbm90IHRleHQ="


ENVELOPE = json.loads(CONTENT)["events"][0]["envelope"]
OTHER: dict[str, Any] = {"version": 9, "actor": {"id": "x"}, "device": "phone", "traceparent": "00-1", "rulebook": None}


@pytest.mark.parametrize("member", sorted(ENVELOPE))
def test_an_altered_envelope_is_named(member: str) -> None:
    """Whichever member it is."""

    def change(document: dict[str, Any]) -> None:
        document["events"][1]["envelope"][member] = OTHER.get(member, "2021-01-01T00:00:00.000000Z")

    found = codes(verify(changed(change), KEYS))
    assert ("event 2", "event-altered") in found
    assert ("seal", "seal-broken") in found


def move(document: dict[str, Any], one: int, other: int) -> None:
    events = document["events"]
    events[one], events[other] = events[other], events[one]


def swap(document: dict[str, Any], name: str, one: int, other: int) -> None:
    a, b = document["events"][one], document["events"][other]
    a[name], b[name] = b[name], a[name]


CHANGES: dict[str, tuple[Change, list[tuple[str, str]]]] = {
    "one byte of data": (
        lambda d: d["events"][4].update(data='{"case_id":"k-1","total_fen":120000}'), [("event 5", "event-altered")],
    ),
    "one byte of other data": (lambda d: d["events"][3].update(data_base64="/wAgbm90IHRleHU="), [("event 4", "event-altered")]),
    "data that is none": (lambda d: d["events"][3].update(data_base64="%"), [("event 4", "malformed")]),
    "a place": (lambda d: d["events"][4].update(idx=2), [("event 5", "event-altered"), ("event 5", "place-repeated")]),
    "no place": (lambda d: d["events"][0].update(idx=0), [("event 1", "event-altered"), ("event 1", "place-repeated")]),
    "a log": (
        lambda d: d["events"][0].update(log="penalty"),
        [("event 1", "event-altered"), ("event 2", "stream-incomplete"), ("event 5", "place-repeated")],
    ),
    "an unknown log": (
        lambda d: d["events"][0].update(log="tasks"), [("event 1", "no-checkpoint"), ("event 2", "stream-incomplete")],
    ),
    "two proofs": (lambda d: swap(d, "proof", 2, 4), [("event 3", "event-altered"), ("event 5", "event-altered")]),
    "two data": (lambda d: swap(d, "data", 2, 4), [("event 3", "event-altered"), ("event 5", "event-altered")]),
    "a proof cut": (lambda d: d["events"][0]["proof"].pop(), [("event 1", "event-altered")]),
    "a proof of no hash": (lambda d: d["events"][0]["proof"].append("AA="), [("event 1", "malformed")]),
    "an event left out": (
        lambda d: d["events"].pop(2), [("event 3", "stream-incomplete"), ("event 3", "cause-missing")],
    ),
    "the last event left out": (lambda d: d["events"].pop(), []),
    "an event twice": (
        lambda d: d["events"].append(d["events"][4]), [("event 6", "stream-incomplete"), ("event 6", "place-repeated")],
    ),
    "two events in another order": (
        lambda d: move(d, 0, 1),
        [("event 1", "stream-incomplete"), ("event 2", "stream-incomplete"), ("event 2", "place-repeated"),
         ("event 1", "cause-missing")],
    ),
    "a cause called outside": (
        lambda d: d["outside"].append(d["events"][0]["envelope"]["event_id"]),
        [("outside c1d80d7e-9cc5-536e-9d15-afacabb9c0ef", "cause-misnamed")],
    ),
    "a checkpoint of another log": (
        lambda d: d["logs"].update(penalty=d["logs"]["inspection"]),
        [("checkpoint of penalty", "checkpoint-of-another-log"), *((f"event {n}", "event-altered") for n in (3, 4, 5))],
    ),
    "no checkpoint": (
        lambda d: d["logs"].pop("penalty"), [(f"event {n}", "no-checkpoint") for n in (3, 4, 5)],
    ),
    "a checkpoint that is none": (
        lambda d: d["logs"]["penalty"].update(checkpoint="x"),
        [("checkpoint of penalty", "checkpoint-malformed"), *((f"event {n}", "no-checkpoint") for n in (3, 4, 5))],
    ),
    "who exported": (lambda d: d["exported"]["by"].update(name="他人"), []),
    "what it is about": (lambda d: d["matter"].update(id="k-2"), []),
    "a seal of nobody": (lambda d: d.update(seal="x"), []),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_changed_is_named(name: str) -> None:
    """And nothing else is; the seal breaks each time."""
    change, expected = CHANGES[name]
    verdict = verify(changed(change), KEYS)
    assert codes(verdict) == [*expected, ("seal", "seal-broken")]


@given(st.data())
def test_no_byte_can_be_changed(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(CONTENT) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != CONTENT[at]))
    content = CONTENT[:at] + bytes([byte]) + CONTENT[at + 1 :]
    assert not verify(content, KEYS).good
    assert not verify(content).good


def test_who_seals_anew_needs_the_key_of_the_exporter() -> None:
    """Leaving out what came last, and sealing that with a key of one's own."""
    events, heads = matter()
    forged = written(events[:-1], heads, Signer(WITNESS.name, b"x" * 32))
    assert codes(verify(forged, KEYS)) == [("seal", "seal-broken")]
    foreign = verify(written(events[:-1], heads, Signer("elsewhere.example/x", b"x" * 32)), KEYS)
    assert (codes(foreign), foreign.sealed_by) == ([("seal", "seal-unknown")], "")
    of_a_log = verify(written(events[:-1], heads, SIGNERS["inspection"]), KEYS)
    assert (codes(of_a_log), of_a_log.sealed_by) == ([("seal", "seal-unknown")], "")
    honest = written(events[:-1], heads)
    assert verify(honest, KEYS).sealed_by != ""


def test_a_file_without_events_proves_nothing() -> None:
    assert [code for _, code in codes(verify(written([], {}), KEYS))] == ["no-events"]


def test_a_history_written_anew_needs_the_keys_of_log_and_witness() -> None:
    """Everything in the file fits together, but nobody we trust has signed it."""
    forger = {name: Signer(signer.name, b"f" * 32) for name, signer in SIGNERS.items()}
    events, heads = matter()
    body = heads["penalty"].partition("—")[0][:-1]
    by_forger = WITNESS.cosign(forger["penalty"].sign(body), 5)
    assert codes(verify(written(events, heads | {"penalty": by_forger}), KEYS)) == [
        ("checkpoint of penalty", "checkpoint-signature")
    ]
    unwitnessed = SIGNERS["penalty"].sign(body)
    assert codes(verify(written(events, heads | {"penalty": unwitnessed}), KEYS)) == [("checkpoint of penalty", "cosignature")]
    by_its_own_witness = forger["reporting"].cosign(unwitnessed, 5)
    assert codes(verify(written(events, heads | {"penalty": by_its_own_witness}), KEYS)) == [
        ("checkpoint of penalty", "cosignature")
    ]
    mangled = heads["penalty"][:-20] + ("A" if heads["penalty"][-20] != "A" else "B") + heads["penalty"][-19:]
    assert codes(verify(written(events, heads | {"penalty": mangled}), KEYS)) == [
        ("checkpoint of penalty", "checkpoint-signature")
    ]


def test_a_fork_between_two_files_shows_in_the_checkpoints() -> None:
    """Two heads of one size with different roots, both signed: whoever has both files has the proof."""
    _, heads = matter()
    other = Log("penalty", matter()[0][0].recorded.envelope.occurred_at)
    for n in range(4):
        other.record(f"case:other-{n}", 1, "clue-registered", b"{}")
    assert other.head().splitlines()[:2] == heads["penalty"].splitlines()[:2]
    assert other.head().splitlines()[2] != heads["penalty"].splitlines()[2]


def test_keys_of_the_logs_alone_leave_witness_and_seal_unchecked() -> None:
    """What is there is genuine; whether all of it is there only the exporter's seal tells."""
    verdict = verify(CONTENT, KEYS[:2])
    assert [code for _, code in codes(verdict)] == ["seal-unknown"]
    assert [log.witnessed_by for log in verdict.logs] == [(), ()]
    assert verdict.sealed_by == ""


def test_keys_of_other_logs_prove_nothing() -> None:
    assert {code for _, code in codes(verify(CONTENT, [Signer("elsewhere.example/x", b"x" * 32).verifier]))} == {
        "checkpoint-signature", "seal-unknown",
    }  # fmt: skip


def test_causes_of_other_histories_are_listed() -> None:
    events, heads = matter()
    verdict = verify(written(events[2:], heads), KEYS)
    assert (verdict.findings, verdict.outside) == ([], 1)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{}", b"[]", b"\xff", CONTENT[:-1], CONTENT + b"\n", CONTENT.replace(b"casefile/1", b"casefile/2"),
        json.dumps(json.loads(CONTENT)).encode(), b'{"format":"casetrail-casefile/1",' + CONTENT[1:], b"[" * 2000,
        changed(lambda d: d.update(more=1)), changed(lambda d: d["events"][0].update(idx="4")),
        changed(lambda d: d["events"][0].update(idx=True)), changed(lambda d: d["events"].append(None)),
        changed(lambda d: d["events"][0]["envelope"].pop("organ")),
        changed(lambda d: d["logs"].update(penalty="x")), changed(lambda d: d["events"][0]["envelope"].update(version=None)),
    ],
)  # fmt: skip
def test_what_is_no_case_file(content: bytes) -> None:
    assert codes(verify(content, KEYS)) == [("file", "not-a-case-file")]


def test_a_file_without_keys_proves_nothing_by_itself() -> None:
    assert codes(verify(changed(lambda d: d.update(keys=["x"])))) == [("file", "not-a-case-file")]
    found = codes(verify(changed(lambda d: d.update(keys=[]))))
    assert ("checkpoint of penalty", "checkpoint-signature") in found


def cli_run(*args: str) -> Any:
    return CliRunner().invoke(cli, ["verify", *args])


def test_the_command_says_what_was_proved_and_by_which_keys() -> None:
    keys = [part for key in KEYS for part in ("--key", str(key))]
    result = cli_run(str(GOLDEN), *keys)
    assert result.exit_code == 0
    assert "5 个事件逐一与所签台账相符" in result.output
    assert "5 events are each in the signed ledgers, unaltered" in result.output
    assert "Compare these" not in result.output
    alone = cli_run(str(GOLDEN))
    assert alone.exit_code == 0
    assert "Compare these" in alone.output
    assert [verifier_from(line.strip()) for line in alone.output.splitlines()[-4:]] == sorted(KEYS, key=str)


def test_the_command_names_what_is_wrong(tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_bytes(changed(lambda d: d["events"][4]["envelope"].update(stream_id="case:\x1b[2J")))
    result = cli_run(str(bad))
    assert result.exit_code == 1
    assert "event 5: penalty/4 case:\\u001b[2J v3" in result.output
    assert "\x1b" not in result.output
    assert "[event-altered] 该事件（内容、信封或位置）与所签台账不符" in result.output


@pytest.mark.parametrize("args", [[], ["/nowhere.json"], [str(GOLDEN), "--key", "x"], [str(GOLDEN.parent)]])
def test_misuse_is_told_apart(args: list[str]) -> None:
    assert cli_run(*args).exit_code == 2


def test_nothing_but_the_file_is_needed(tmp_path: Path) -> None:
    """No setting, no network, no embedded stack in the folder."""
    program = "import socket; socket.socket.connect = None; from chassis.process import main; main()"
    command = [sys.executable, "-c", program, "verify", str(GOLDEN)]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2])}
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_new_keys_are_printed_in_the_form_of_other_tools() -> None:
    result = CliRunner().invoke(cli, ["keys", "new", "casetrail.example/registry"])
    secret, public, witness = [line[14:] for line in result.output.splitlines()[:3]]
    shown = CliRunner().invoke(cli, ["keys", "show", "--secret", secret])
    assert [line[14:] for line in shown.output.splitlines()] == [public, witness]
    assert secret.startswith("PRIVATE+KEY+casetrail.example/registry+")
    assert CliRunner().invoke(cli, ["keys", "new", "a b"]).exit_code == 2
    assert CliRunner().invoke(cli, ["keys", "show", "--secret", "x"]).exit_code == 2


def test_a_proof_of_another_place_does_not_serve() -> None:
    events, heads = matter()
    moved = [replace(events[0], idx=events[1].idx), *events[1:]]
    assert ("event 1", "event-altered") in codes(verify(written(moved, heads), KEYS))

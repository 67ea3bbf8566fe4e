"""`casetrail bulletin`: whether a paper is the weekly bulletin that was issued, without the platform: no database, no network."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from chassis.casefile import read
from chassis.casefile import verify as verify_content
from chassis.process.endings import WRONG, misused
from chassis.process.verify import LARGEST, say, told
from chassis.signednote import NoteError, verifier_from
from services.reporting.queries.issued import WIRE

PAPERS = {"pdf_sha256": "PDF", "json_sha256": "JSON"}

cli = typer.Typer(name="bulletin", no_args_is_help=True, help="Weekly bulletins (每周调度通报), held against what was issued.")


@cli.callback()
def bulletins() -> None:
    """Weekly bulletins (每周调度通报), held against what was issued."""


@cli.command("verify")
def verify(
    paper: Annotated[Path, typer.Argument(help="a bulletin as somebody has it: its PDF or its JSON")],
    proof: Annotated[Path, typer.Argument(help="as GET /v1/bulletins/{week}/issued/file of reporting answers it")],
    key: Annotated[list[str] | None, typer.Option(help="a verifier key that you trust; may be given several times")] = None,
) -> None:
    """Say whether a paper is a bulletin that was issued. Code 0: it is, byte for byte; 1: it is not, or nothing proves it."""
    try:
        trusted = [verifier_from(text) for text in key or ()]
        if max(paper.stat().st_size, proof.stat().st_size) > LARGEST:
            raise OSError(f"larger than {LARGEST} bytes")
        held, content = paper.read_bytes(), proof.read_bytes()
    except (NoteError, OSError) as error:
        misused(str(error))
    if code := told(verify_content(content, trusted), trusted):
        raise typer.Exit(code)
    raise typer.Exit(_compared(hashlib.sha256(held).hexdigest(), [*_issues(content)]))


@dataclass(frozen=True, slots=True)
class Issue:
    """A bulletin that a proof tells of."""

    envelope: Mapping[str, Any]
    said: Mapping[str, Any]

    @property
    def issued(self) -> Mapping[str, Any]:
        """What was issued."""
        found: Mapping[str, Any] = self.said["issued"]
        return found


def _issues(content: bytes) -> Iterator[Issue]:
    for event in read(content)["events"]:
        if event["envelope"]["type"] == WIRE and "data" in event:
            said = json.loads(event["data"])
            if isinstance(said.get("issued"), dict):
                yield Issue(event["envelope"], said)


def _compared(sha256: str, issues: list[Issue]) -> int:
    """Print which of the issues has this hash; the exit code."""
    found = [(one, name) for one in issues for member, name in PAPERS.items() if one.issued.get(member) == sha256]
    for one, name in found:
        number, week, who, at = one.said["number"], one.issued["week"], one.said["issued_by"], one.envelope["occurred_at"]
        used = "、".join(f"{each['ledger']} {each['size']}" for each in one.issued["cuts"][-1]["ledgers"])
        say(f"✓ 这是第{number}期通报（{week}）的 {name}，{who} 于 {at} 发布，逐字节一致。\n"
            f"  This is the {name} of bulletin {number} ({week}), issued by {who} at {at}, byte for byte.\n"
            f"  依据的台账范围 made from: {used}")  # fmt: skip
    if found:
        return 0
    say(f"✗ 所附证明中没有这份文件：或未曾发布，或已被改动（SHA-256 {sha256}）。\n"
        "  The proof tells of no such paper: it was never issued, or it was altered. What was issued:")  # fmt: skip
    for one in issues:
        say(f"  {one.issued['week']} " + ", ".join(f"{name} {one.issued.get(member)}" for member, name in PAPERS.items()))
    return WRONG

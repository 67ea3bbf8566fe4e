"""`casetrail draw`: a draw repeated from an exported file, without the platform: no database, no network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from services.tasks.domain.drawfile import Checked, MalformedFile, check

LARGEST = 1 << 28  # bytes of a file: a pool of a million
GOOD, WRONG, MISUSED = 0, 1, 2  # exit codes, as of every casetrail command

cli = typer.Typer(name="draw", no_args_is_help=True, help="Draws (双随机抽取), checked from their exported files.")


@cli.callback()
def draws() -> None:
    """Draws (双随机抽取), checked from their exported files."""


@cli.command("verify")
def verify(file: Annotated[Path, typer.Argument(help="a draw's file, as GET /v1/draws/{draw_id}/file exports it")]) -> None:
    """Repeat a draw from its file. Code 0: it is what the seed draws; 1: something differs; 2: not a draw's file."""
    try:
        if file.stat().st_size > LARGEST:
            raise MalformedFile(f"larger than {LARGEST} bytes")
        checked = check(json.loads(file.read_bytes()))
    except (OSError, ValueError, RecursionError) as error:
        _say(f"无法核验：{file} 不是抽取文件。Cannot be checked: {file} is not a draw's file: {error}\n"
             "下一步：重新导出 Next: export it again, GET /v1/draws/<draw_id>/file.")  # fmt: skip
        raise typer.Exit(MISUSED) from error
    raise typer.Exit(told(checked))


def told(checked: Checked) -> int:
    """Print the verdict in Chinese and English, and what to do next; answers the exit code."""
    for finding in checked.findings:
        _say(f"✗ [{finding.code}] {finding.zh}\n  {finding.en}")
    if checked.findings:
        _say(f"未通过：{len(checked.findings)} 处不符。Not verified: {len(checked.findings)} things are wrong.\n"
             "下一步：从平台重新导出并核对事件编号；仍不符的，此抽取不得作为依据，请提交监督机关。\n"
             "Next: export the file again from the platform and compare the event ids; if it still differs, the draw cannot be "
             "relied upon: hand both files to the supervising authority.")  # fmt: skip
        return WRONG
    _say(f"抽取 draw {checked.draw_id} ({checked.purpose}): 名录 pool {checked.pool}, 排除 left out {checked.left_out}")
    for wire, event_id, recorded_at in checked.events:
        _say(f"✓ {recorded_at} {wire} {event_id}")
    if not checked.revealed:
        _say("承诺完整，种子尚未公布，结果不能重算。\n"
             "The commitment is whole; the seed is not revealed, so nothing can be repeated yet.\n"
             "下一步：保留此文件，公布后重新导出并比对两份文件的承诺。\n"
             "Next: keep this file; export again after the reveal and compare the commitments.")  # fmt: skip
        return GOOD
    _say(f"✓ 通过：重算结果与公布一致，共抽取 {checked.drawn}。Verified: repeated, and the same {checked.drawn} are drawn.\n"
         "下一步：承诺是否真的先于公布，由台账证明：用 casetrail verify 核验含上述事件编号的案卷或台账。\n"
         "Next: that the commitment was recorded before the reveal is the ledger's to prove: look the event ids up in a ledger "
         "that casetrail verify finds sound.")  # fmt: skip
    return GOOD


def _say(text: str) -> None:
    """Print what a file says of itself, so that nothing in it can speak to the terminal."""
    typer.echo("".join(sign if sign.isprintable() or sign == "\n" else f"\\u{ord(sign):04x}" for sign in text))

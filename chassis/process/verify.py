"""`casetrail verify`: whether a case file proves what it says, without a network; or whether a running deployment is sound."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from chassis import bundle
from chassis.casefile import LogFacts, Verdict
from chassis.casefile import verify as verify_content
from chassis.database import GONE
from chassis.process import live
from chassis.process.endings import misused, settings_of, unreachable
from chassis.process.live import sites
from chassis.process.stress import Kafka, Seconds, Seed, stress
from chassis.settings import SERVICES
from chassis.signednote import NoteError, Verifier, verifier_from

LARGEST = 1 << 30  # bytes of a case file


def verify(
    file: Annotated[Path | None, typer.Argument(help="a case file, or a bundle (zip)", dir_okay=False)] = None,
    key: Annotated[list[str] | None, typer.Option(help="a verifier key that you trust; may be given several times")] = None,
    service: Annotated[list[str] | None, typer.Option(help="only this service of the deployment; may be given again")] = None,
    digests: Annotated[bool, typer.Option(help="fold every read model from scratch beside the live one, and compare")] = True,
    stressed: Annotated[
        bool, typer.Option("--stress", help="write under kills on servers of its own, and judge what is left")
    ] = False,
    seconds: Seconds = 60.0,
    seed: Seed = None,
    kafka: Kafka = "tansu",
) -> None:
    """Verify an exported case file offline, or, without a file, the running deployment. Code 1: something is wrong.

    Of a file: every event, proof, signature and cosignature; of a bundle each of its bytes. Of a deployment: ledgers
    from the first row, counts, read models, positions. With --stress: the guarantees themselves, under kills, for --seconds.
    """
    if stressed:
        stress(seconds, seed, kafka)
        return
    if file is None:
        raise typer.Exit(asyncio.run(_live(service or list(SERVICES), digests=digests)))
    try:
        trusted = [verifier_from(text) for text in key or ()]
        if file.stat().st_size > LARGEST:
            raise OSError(f"{file} is larger than {LARGEST} bytes")
        content = file.read_bytes()
    except (NoteError, OSError) as error:
        misused(str(error))
    verified = bundle.verify if content.startswith(bundle.MAGIC[:2]) else verify_content
    raise typer.Exit(told(verified(content, trusted), trusted))


async def _live(services: list[str], *, digests: bool) -> int:
    console = Console()
    settings = [settings_of(name) for name in services]
    try:
        async with sites(settings) as found:
            return live.told(await live.verified(found, digests=digests, console=console), console)
    except GONE as error:
        unreachable("a database", error)


def told(verdict: Verdict, trusted: list[Verifier]) -> int:
    """Print a verdict in Chinese and English; answers the exit code."""
    for finding in verdict.findings:
        say(f"✗ {finding.where}\n  [{finding.code}] {finding.zh}\n  {finding.en}")
    if not verdict.good:
        typer.echo(f"未通过：{len(verdict.findings)} 处不符。Not verified: {len(verdict.findings)} things are wrong.")
        return 1
    say(f"案卷 case file: {verdict.matter}; 导出 exported: {verdict.exported}")
    for log in verdict.logs:
        say(_line(log))
    typer.echo(
        f"✓ {verdict.events} 个事件逐一与所签台账相符，{verdict.streams} 个事件流自首版起连续，前因均在其前"
        f"（卷外前因 {verdict.outside} 个）。\n"
        f"  {verdict.events} events are each in the signed ledgers, unaltered; {verdict.streams} streams are whole from their "
        f"first event; every cause comes before its effect ({verdict.outside} belong to other histories)."
    )
    typer.echo(f"✓ 封印完整 sealed by {verdict.sealed_by}")
    typer.echo("导出之后发生的事不在此卷。What happened after the export is not in this file.")
    if not trusted:
        typer.echo(
            "注意：以上只用了文件自带的密钥。请通过其他途径核对下列密钥，再用 --key 逐一给出。\n"
            "Note: only the file's own keys were used. Compare these with the published ones, then give them as --key:"
        )
        for known in verdict.keys:
            say(f"  {known}")
    return 0


def _line(log: LogFacts) -> str:
    head = log.checkpoint
    by = ", ".join(log.witnessed_by) or "–"
    at = "" if log.witnessed_at is None else f" {log.witnessed_at.isoformat()}"
    more = f" ({', '.join(head.extensions)})" if head.extensions else ""
    return f"✓ {head.origin} {head.size}: 签名 signed by {', '.join(log.signed_by)}; 见证 witnessed by {by}{at}{more}"


def say(text: str) -> None:
    """Print what a file says of itself, so that nothing in it can speak to the terminal."""
    typer.echo("".join(sign if sign.isprintable() or sign == "\n" else f"\\u{ord(sign):04x}" for sign in text))

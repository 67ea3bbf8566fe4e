"""`python -m pilot.practice`: a practice district on this machine, for a guided visit and a guided case; `--wipe` forgets it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from deploy.embedded.child import NotReady, NotStarted
from deploy.embedded.folder import Folder, InUse
from deploy.embedded.stack import Stack, told_to_end
from pilot.client import Client, Stopped
from pilot.days import CHINA
from pilot.practice.setting_up import HERE, PEOPLE, Ground, set_up

SEED = 1
MOST_TRAINEES = 30
console = Console()
commands = typer.Typer(add_completion=False)


@commands.command()
def main(
    trainees: Annotated[
        int, typer.Option(min=1, max=MOST_TRAINEES, help="How many people practise, each with an own visit and case.")
    ] = 1,
    root: Annotated[Path, typer.Option(help="Folder of the practice district's data.")] = Path(".casetrail-practice"),
    port: Annotated[int | None, typer.Option(help="The gateway's port; a free one if not given.")] = None,
    wipe: Annotated[bool, typer.Option("--wipe", help="Forget everything that was practised, and end.")] = False,
) -> None:
    """Serve a practice district whose clock moves when a trainee moves it. Every start begins anew."""
    try:
        if wipe:
            _wipe(root)
        else:
            asyncio.run(_serve(trainees, root, port))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except InUse as error:
        console.print(f"[red]{escape(str(error))}[/] End that one first (Ctrl-C).", highlight=False)
        raise typer.Exit(1) from None
    except (Stopped, NotReady, NotStarted) as error:
        console.print(f"[red]The practice district did not start.[/] {escape(str(error))}", highlight=False)
        console.print(f"The processes' logs are in {root / 'logs'}.")
        raise typer.Exit(1) from None


def _wipe(root: Path) -> None:
    """Forget it, unless somebody practises there now."""
    folder = Folder(root)
    folder.claim()
    try:
        folder.empty()
    finally:
        folder.release()
    console.print("Everything that was practised is gone. `python -m pilot.practice` begins anew.")


async def _serve(trainees: int, root: Path, port: int | None) -> None:
    console.print("Starting PostgreSQL, the broker, five services and the gateway …")
    now = datetime.now(CHINA).replace(microsecond=0)
    async with Stack(root, fresh=True, port=port, clock=now) as stack:
        console.print("Preparing the practice district …")
        async with Client(stack.gateway_url, stack.development_secret, SEED) as client:
            grounds = await set_up(client, now.date(), trainees, root / "workbooks")
        tell(stack.folder.path, grounds)
        console.print(f"Practise at [bold]{stack.gateway_url}/console/training[/]; Ctrl-C ends it.")
        console.print(f"The phone app is at {stack.gateway_url}/inspector/.")
        console.print("`python -m pilot.practice --wipe` then forgets all of it.")
        await told_to_end().wait()


def tell(data: Path, grounds: list[Ground]) -> None:
    """Write down for the gateway who may enter and what the lessons are."""
    folder = data / "practice"
    folder.mkdir(exist_ok=True)
    known: dict[str, Any] = {name: dict(one) for name, one in PEOPLE.items() if name != "enterprise"}
    for number, ground in enumerate(grounds, 1):
        name = "enterprise" if number == 1 else f"enterprise-{number}"
        called = f"{PEOPLE['enterprise']['name']}{'' if number == 1 else number}"
        known[name] = {**PEOPLE["enterprise"], "name": called, "enterprise_id": ground.enterprise_id}
    lessons = json.loads((HERE / "lessons.json").read_text(encoding="utf-8"))
    lessons["trainees"] = [asdict(ground) for ground in grounds]
    (folder / "lessons.json").write_text(json.dumps(lessons, ensure_ascii=False), encoding="utf-8")
    (folder / "people.json").write_text(json.dumps({"people": known}, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    commands()

"""`casetrail document`: forms on paper for whoever works on them, without the platform: no database, no network."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from chassis.domain import Refused
from services.inspection.documents import FORMS, Form
from services.inspection.documents.samples import AT, KINDS, images_of, number_of

MISUSED = 2  # exit code, as of every casetrail command


class Kind(StrEnum):
    """Which made-up facts: `samples.KINDS`."""

    ORDINARY = "ordinary"
    FULL = "full"
    SPARSE = "sparse"


cli = typer.Typer(name="document", no_args_is_help=True, help="Forms (执法文书) on paper, with made-up facts or yours.")


@cli.callback()
def documents() -> None:
    """Forms (执法文书) on paper, with made-up facts or yours."""


@cli.command("list")
def listed() -> None:
    """Every form: its number, name, word, who signs it, and how sure its text is."""
    for form in FORMS.values():
        typer.echo(f"{form.no:7} {form.name}（{form.zi or '—'}） {', '.join(form.signatories) or '—'} [{form.confidence}]")


@cli.command("preview")
def preview(
    no: Annotated[str, typer.Argument(metavar="FORM", help="the form's number, as `casetrail document list` tells it")],
    out: Annotated[Path, typer.Option(help="the file to write")] = Path("preview.pdf"),
    kind: Annotated[Kind, typer.Option(help="which made-up facts")] = Kind.ORDINARY,
    facts: Annotated[Path | None, typer.Option(help="a JSON file with your facts instead")] = None,
    number: Annotated[str | None, typer.Option(help="the document number; without it, a made-up one")] = None,
) -> None:
    """Write a form as PDF. Code 0: written; 2: no such form, or the facts are not its facts."""
    if (form := FORMS.get(no)) is None:
        raise typer.BadParameter(f"no such form: {no} (`casetrail document list`)", param_hint="FORM")
    images = images_of(form) if facts is None and kind is not Kind.SPARSE else {}
    try:
        members = KINDS[kind](form) if facts is None else _read(form, facts)
        document = form.render(members, number_of(form) if number is None else number, AT, images)
    except (Refused, ValidationError, ValueError, OSError) as error:
        typer.echo(f"无法生成。Cannot be made: {error.zh if isinstance(error, Refused) else ''} {error}", err=True)
        raise typer.Exit(MISUSED) from error
    out.write_bytes(document.pdf)
    typer.echo(f"{out}: {document.template}, 内容摘要 facts {document.facts_sha256}")


def _read(form: Form[Any], file: Path) -> Any:
    """The facts in a file; ValueError if it is not JSON."""
    return form.read(json.loads(file.read_bytes()))

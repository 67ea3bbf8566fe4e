"""`casetrail document`: forms on paper for whoever works on them, without the platform: no database, no network."""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from chassis.domain import Refused
from chassis.forms import Form
from chassis.process.manifests import samples
from chassis.samples import AT, Samples
from chassis.sealing import NotSignable, Seal, certificates_of, revisions_of, seals_of, shows_the_same, sign

FALSE, MISUSED = 1, 2  # exit codes, as of every casetrail command


class Kind(StrEnum):
    """Which made-up facts, as `chassis.samples` has them."""

    ORDINARY = "ordinary"
    FULL = "full"
    SPARSE = "sparse"


cli = typer.Typer(name="document", no_args_is_help=True, help="Forms (执法文书) on paper, with made-up facts or yours.")


@cli.callback()
def documents() -> None:
    """Forms (执法文书) on paper, with made-up facts or yours."""


@cli.command("list")
def listed() -> None:
    """Every form: its service and number, name, word, who signs it, and how sure its text is."""
    for form in (form for known in samples() for form in known.forms.values()):
        signing = ", ".join(form.signatories) or "—"
        typer.echo(f"{f'{form.service}/{form.no}':18} {form.name}（{form.zi or '—'}） {signing} [{form.confidence}]")


@cli.command("preview")
def preview(
    no: Annotated[str, typer.Argument(metavar="FORM", help="as `casetrail document list` tells it; or its number alone")],
    out: Annotated[Path, typer.Option(help="the file to write")] = Path("preview.pdf"),
    kind: Annotated[Kind, typer.Option(help="which made-up facts")] = Kind.ORDINARY,
    facts: Annotated[Path | None, typer.Option(help="a JSON file with your facts instead")] = None,
    number: Annotated[str | None, typer.Option(help="the document number; without it, a made-up one")] = None,
) -> None:
    """Write a form as PDF. Code 0: written; 2: no such form, or the facts are not its facts."""
    known, form = _chosen(no)
    images = known.images_of(form) if facts is None and kind is not Kind.SPARSE else {}
    try:
        members = known.of(kind.value, form) if facts is None else _read(form, facts)
        document = form.render(members, known.number_of(form) if number is None else number, AT, images)
    except (Refused, ValidationError, ValueError, OSError) as error:
        typer.echo(f"无法生成。Cannot be made: {error.zh if isinstance(error, Refused) else ''} {error}", err=True)
        raise typer.Exit(MISUSED) from error
    out.write_bytes(document.pdf)
    typer.echo(f"{out}: {document.template}, 内容摘要 facts {document.facts_sha256}")


def _chosen(no: str) -> tuple[Samples, Form[Any]]:
    """The form that is meant by `<service>/<number>`, or by its number alone."""
    forms = [
        (known, form) for known in samples() for form in known.forms.values() if no in (form.no, f"{form.service}/{form.no}")
    ]
    if len(forms) != 1:
        told = " / ".join(f"{form.service}/{form.no}" for _, form in forms) or "`casetrail document list`"
        raise typer.BadParameter(f"{'no such form' if not forms else 'several forms'}: {no} ({told})", param_hint="FORM")
    return forms[0]


@cli.command("seal")
def seal(
    file: Annotated[Path, typer.Argument(help="the document as it was issued", exists=True, dir_okay=False)],
    p12: Annotated[Path, typer.Option(help="the organ's key and certificate (PKCS #12)", exists=True, dir_okay=False)],
    out: Annotated[Path, typer.Option(help="the file to write")],
    reason: Annotated[str, typer.Option(help="what is signed for")] = "电子印章",
    passphrase: Annotated[str, typer.Option(prompt=True, hide_input=True, help="of the key")] = "",
) -> None:
    """Add an organ's electronic signature (PAdES) to a document. Code 0: written; 2: file, key or passphrase is no good."""
    try:
        signed = sign(file.read_bytes(), p12.read_bytes(), passphrase, reason)
    except NotSignable as error:
        typer.echo(f"无法签章。Cannot be signed: {error}", err=True)
        raise typer.Exit(MISUSED) from error
    out.write_bytes(signed)
    typer.echo(f"{out}: {hashlib.sha256(signed).hexdigest()}")
    typer.echo("下一步：上传签章文件。Next: send it to /v1/documents/…/signatures with the manner `certificate`.")


@cli.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(help="a document, signed or not", exists=True, dir_okay=False)],
    ca: Annotated[list[Path] | None, typer.Option(help="certificates (PEM or DER) that are trusted", exists=True)] = None,
    sha256: Annotated[str | None, typer.Option(help="the hash of the file as the record has it (`file_sha256`)")] = None,
) -> None:
    """Say whether a document is as it was issued and signed. Code 0: it is; 1: it is not; 2: no PDF, or no certificate."""
    data = file.read_bytes()
    try:
        roots = [one for path in ca or () for one in certificates_of(path.read_bytes())]
        seals = seals_of(data, roots)
    except ValueError as error:
        typer.echo(f"无法读取。Cannot be read: {error}", err=True)
        raise typer.Exit(MISUSED) from error
    good = True
    if sha256 is not None:
        same = _is_what_was_issued(data, sha256)
        good &= same
        typer.echo("与出具时一致。It is what was issued." if same else "与出具时不一致。It is not what was issued.")
    for one in seals:
        good &= one.intact and one.covers_all and (one.trusted or not roots)
        typer.echo(_said(one, bool(roots)))
    if not seals:
        typer.echo("没有电子签名。No electronic signature.")
    if sha256 is None and not seals:
        typer.echo(
            f"文件摘要 SHA-256 {hashlib.sha256(data).hexdigest()}；与记录中的 file_sha256 核对。Compare it with the record."
        )
    raise typer.Exit(0 if good else FALSE)


def _is_what_was_issued(data: bytes, sha256: str) -> bool:
    """Whether this, or an earlier revision of it that shows the same, has the hash."""
    part = next((part for part in revisions_of(data) if hashlib.sha256(part).hexdigest() == sha256), None)
    try:
        return part is not None and (part == data or shows_the_same(data, part))
    except ValueError:
        return False


def _said(one: Seal, asked: bool) -> str:
    state = "签名有效，文件未被改动" if one.intact and one.covers_all else "签名无效，或者文件被改动"
    english = "valid, unaltered" if one.intact and one.covers_all else "not valid, or altered"
    trust = ("；证书可信" if one.trusted else "；证书不可信") if asked else "；未核对证书（--ca）"
    return f"{one.signer}（{one.signed_at}）：{state}{trust}。Signature {english}; {'trusted' if one.trusted else 'not trusted'}."


def _read(form: Form[Any], file: Path) -> Any:
    """The facts in a file; ValueError if it is not JSON."""
    return form.read(json.loads(file.read_bytes()))

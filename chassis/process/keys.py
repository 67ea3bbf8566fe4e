"""`casetrail keys`: keys by which checkpoints are signed and known."""

from __future__ import annotations

from typing import Annotated

import typer

from chassis.process.endings import misused
from chassis.signednote import NoteError, new_signer, signer_from

keys = typer.Typer(help="keys of logs and witnesses", no_args_is_help=True)


@keys.command()
def new(name: Annotated[str, typer.Argument(help="the log's name: <CASETRAIL_LOG_ORIGIN>/<service>")]) -> None:
    """Make a key pair: the signing key is the service's secret, the verifier keys are for everybody."""
    try:
        signer = new_signer(name)
    except NoteError as error:
        misused(str(error))
    typer.echo(f"signing key   {signer.secret()}")
    typer.echo(f"verifier key  {signer.verifier}")
    typer.echo(f"as a witness  {signer.witness}")
    typer.echo("Next: CASETRAIL_<SERVICE>_SIGNING_KEY of that service alone takes the first; every service's")
    typer.echo("CASETRAIL_<SERVICE>_VERIFIER_KEY takes the second; publish both verifier keys where auditors look.")


@keys.command()
def show(
    secret: Annotated[str, typer.Option(prompt=True, hide_input=True, help="a signing key; asked for if not given")],
) -> None:
    """The verifier keys of a signing key."""
    try:
        signer = signer_from(secret)
    except NoteError as error:
        misused(str(error))
    typer.echo(f"verifier key  {signer.verifier}")
    typer.echo(f"as a witness  {signer.witness}")

"""The `casetrail` command: one role of one service per process, as production runs it, and what operators and auditors ask."""

from __future__ import annotations

import sys

import typer

from chassis.process import projections
from chassis.process.erase import erase
from chassis.process.files import commands as file_commands
from chassis.process.keys import keys
from chassis.process.manifests import consoles, load_service
from chassis.process.parked import commands as parked_commands
from chassis.process.roles import run
from chassis.process.verify import verify

__all__ = ["load_service", "main"]

cli = typer.Typer(name="casetrail", no_args_is_help=True, pretty_exceptions_enable=False)
cli.command()(run)
cli.add_typer(projections.cli, name="projections")
cli.command()(verify)
cli.add_typer(keys, name="keys")
cli.add_typer(parked_commands)
cli.command()(erase)
cli.add_typer(file_commands)
# A process that serves is one of many, and what lays out and seals documents for the command line takes 14 MiB in each.
if sys.argv[1:2] != ["run"]:
    from chassis.process import documents

    for added in (documents.cli, *consoles()):
        cli.add_typer(added)


@cli.callback()
def main_help() -> None:
    """互联网+执法: casetrail runs one role of one service; `make demo` runs everything."""


def main() -> None:
    """The console script."""
    cli()

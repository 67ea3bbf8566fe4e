"""How every command ends badly: an exit code, and one line that says what is wrong and what to do about it."""

from __future__ import annotations

from typing import NoReturn

import typer

from chassis.settings import Misconfigured, Settings, environment, settings_from

GOOD, WRONG, MISUSED = 0, 1, 2
"""Exit codes: all is well; what was looked at is wrong or was refused; it could not be looked at, or was asked for wrongly."""

START = "Start a stack here (make demo), or see docs/operations.md for every variable."


def end(code: int, said: str) -> NoReturn:
    """End the command with a line on standard error; nothing in it can speak to the terminal."""
    typer.echo("".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in said), err=True)
    raise typer.Exit(code)


def misused(what: str) -> NoReturn:
    """End the command because it was asked for wrongly."""
    end(MISUSED, f"casetrail: {what}")


def unreachable(server: str, error: BaseException) -> NoReturn:
    """End the command because a server is away."""
    misused(f"{server} cannot be reached, nothing was done: {error!r}. {START}")


def settings_of(service: str) -> Settings:
    """The settings of a service, from the environment or the stack of this folder; ends the command if there are none."""
    try:
        return settings_from(service, environment())
    except Misconfigured as error:
        misused(f"{error}. {START}")

"""Services found by name: the chassis knows none of them."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator
from typing import cast

import typer

from chassis.samples import Samples
from chassis.service import Service
from chassis.settings import SERVICES


def load_service(name: str) -> Service:
    """The manifest of a service."""
    return cast(Service, importlib.import_module(f"services.{name}.service").SERVICE)


def consoles() -> Iterator[typer.Typer]:
    """The commands that services add to `casetrail`: those that need no running platform, in their `console` room."""
    for name in SERVICES:
        if importlib.util.find_spec(f"services.{name}.console") is not None:
            yield cast(typer.Typer, importlib.import_module(f"services.{name}.console").cli)


def samples() -> Iterator[Samples]:
    """The forms of each service that issues some, with made-up facts; a service may print other things than forms."""
    for name in SERVICES:
        prints = importlib.util.find_spec(f"services.{name}.documents") is not None
        if prints and importlib.util.find_spec(f"services.{name}.documents.samples") is not None:
            yield cast(Samples, importlib.import_module(f"services.{name}.documents.samples").SAMPLES)

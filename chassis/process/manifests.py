"""Services found by name: the chassis knows none of them."""

from __future__ import annotations

import importlib
from typing import cast

from chassis.service import Service


def load_service(name: str) -> Service:
    """The manifest of a service."""
    return cast(Service, importlib.import_module(f"services.{name}.service").SERVICE)

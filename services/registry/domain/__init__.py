"""What the registry knows and decides: jurisdictions, people, published law, enterprises and the forms that tell of them."""

from services.registry.domain import (
    cells,
    codes,
    enterprise,
    erasure,
    files,
    forms,
    imports,
    jurisdictions,
    law,
    numbers,
    people,
    workbook,
)

__all__ = [
    "cells",
    "codes",
    "enterprise",
    "erasure",
    "files",
    "forms",
    "imports",
    "jurisdictions",
    "law",
    "numbers",
    "people",
    "workbook",
]

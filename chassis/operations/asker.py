"""Who may ask these things."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from chassis.auth import Principal, reader

Operator = Annotated[Principal, Depends(reader("operator"))]
Auditor = Annotated[Principal, Depends(reader("auditor", "operator"))]

"""What every law document is made of: parts that keep what they do not know, places in a law, amounts."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from chassis.http import IsoDate
from services.registry.api.reference import Name

Version = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]{0,19}$")]
Fen = Annotated[int, Field(ge=0, strict=True)]


class Part(BaseModel):
    """A part of a law document: the fields that the platform computes with are checked, others are kept as they are."""

    model_config = ConfigDict(extra="allow")


class Reference(Part):
    """A place in a law."""

    law: Name
    version: Version
    article: Name
    paragraph: int | None = None
    item: str | None = None


class DatedReference(Reference):
    """A place in a law, for acts within its dates."""

    valid_from: IsoDate
    valid_to: IsoDate | None

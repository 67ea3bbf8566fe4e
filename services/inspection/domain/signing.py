"""Who took a document or signed a record; or why they refused, and who saw it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Protocol

from chassis.domain import SUBJECT, Personal
from services.inspection.domain.refusals import refused
from services.inspection.domain.rules import Rules


class Signature(Protocol):
    """Signed by somebody, or refused for a reason before a witness."""

    @property
    def signed_by(self) -> str | None:
        """Who signed."""
        ...

    @property
    def refused_reason(self) -> str | None:
        """Why the signature was refused."""
        ...

    @property
    def witness(self) -> str | None:
        """Who saw that it was refused."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The recipient's signature under a document or a list, or its refusal before a witness."""

    signed_by: Annotated[str | None, Personal(SUBJECT, "recipient")] = None
    refused_reason: Annotated[str | None, Personal(SUBJECT, "recipient")] = None
    witness: Annotated[str | None, Personal(SUBJECT, "witness")] = None


def check_signed(signature: Signature, rules: Rules) -> None:
    """Refuse `signed-and-refused`, `signature-missing` unless it is either signed, or refused with reason and witness."""
    if signature.signed_by and (signature.refused_reason or signature.witness):
        raise refused("signed-and-refused", rules)
    if not signature.signed_by and not (signature.refused_reason and signature.witness):
        raise refused("signature-missing", rules)

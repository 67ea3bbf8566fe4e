"""HTTP for erasing a person."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from chassis.http import Body, Command, command
from services.registry.api.reference import PRINTABLE, Text
from services.registry.commands import erasures
from services.registry.domain.erasure import PersonErased

Eraser = Annotated[Command, Depends(command("administrator", "operator"))]

router = APIRouter(prefix="/v1")


class ErasureBody(Body):
    """Whom, as `<id>` or `<id>/<role>`, and why; the reason stays for good and names nobody."""

    person: Annotated[str, Field(pattern=PRINTABLE, max_length=200)]
    reason: Text


@router.post("/erasures", status_code=201)
async def erase_person(body: ErasureBody, command: Eraser) -> Response:
    """Erase a person's data: from here on nobody can read them; every proof still holds. Refused where the law keeps a file."""
    fact = PersonErased(person=body.person, reason=body.reason)
    answer = await command.run(erasures.erase_person, fact, status=201, with_tables=True)
    if command.runner.vault is not None:
        command.runner.vault.forget(body.person)  # other processes are notified; this one need not wait for that
    return answer

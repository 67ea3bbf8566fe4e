"""HTTP for the officer library and the experts: certificates, units, recusals, who leaves, whose certificate expires next."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from chassis.http import Body, Id, IsoDate, Paged, Seen, foreign_cursor, listed
from services.registry import queries
from services.registry.api.reference import LISTED, Administrator, CertificateNo, Name, Reader, Specialities, Text
from services.registry.commands import library
from services.registry.domain.people import Assignment, Certificate, RecusalWithdrawn

router = APIRouter(prefix="/v1")


class CertificateBody(Body):
    """A renewed certificate."""

    certificate_no: CertificateNo
    certificate_valid_to: IsoDate


class AssignmentBody(Body):
    """The unit an officer belongs to, and what they know."""

    organ_id: Id
    organ: Name
    district: Id
    specialities: Specialities = ()


class LeavingBody(Body):
    """An officer's last day."""

    last_day: IsoDate


class WithdrawalBody(Body):
    """Why an officer need not keep away any more."""

    reason: Text


class ExpertChangesBody(Body):
    """What an expert knows, and their last day if they leave."""

    specialities: Specialities = ()
    last_day: IsoDate | None = None


@router.post("/officers/{officer_id}/certificates", status_code=201)
async def renew_certificate(officer_id: Id, body: CertificateBody, command: Administrator) -> Response:
    """Note an officer's renewed certificate."""
    return await command.run(library.renew_certificate, officer_id, Certificate(**body.model_dump()), status=201)


@router.post("/officers/{officer_id}/assignments", status_code=201)
async def reassign_officer(officer_id: Id, body: AssignmentBody, command: Administrator) -> Response:
    """Note an officer's other unit, or other specialities."""
    return await command.run(library.reassign_officer, officer_id, Assignment(**body.model_dump()), status=201)


@router.post("/officers/{officer_id}/leavings", status_code=201)
async def retire_officer(officer_id: Id, body: LeavingBody, command: Administrator) -> Response:
    """Note an officer's last day."""
    return await command.run(library.retire_officer, officer_id, body.last_day, status=201)


@router.post("/officers/{officer_id}/recusals/{enterprise_id}/withdrawals", status_code=201)
async def withdraw_recusal(officer_id: Id, enterprise_id: Id, body: WithdrawalBody, command: Administrator) -> Response:
    """Note that an officer need not keep away from an enterprise any more."""
    fact = RecusalWithdrawn(officer_id=officer_id, enterprise_id=enterprise_id, reason=body.reason)
    return await command.run(library.withdraw_recusal, fact, status=201)


@router.post("/experts/{expert_id}/changes", status_code=201)
async def amend_expert(expert_id: Id, body: ExpertChangesBody, command: Administrator) -> Response:
    """Note an expert's other specialities, or last day."""
    return await command.run(library.amend_expert, expert_id, body.specialities, body.last_day, status=201)


@router.get("/certificates", dependencies=LISTED)
async def certificates(
    request: Request, principal: Reader, db: Seen, asked: Paged, before: Annotated[IsoDate | None, Query()] = None
) -> Response:  # fmt: skip
    """The serving officers of the asker's districts by the day on which their certificates expire (before a day)."""
    after_day, after_id = _after(asked.after)
    rows = await db.fetch(queries.CERTIFICATES, principal.seen_districts(), before, after_day, after_id, asked.limit + 1)
    return listed(request, asked, rows, lambda row: [row["certificate_valid_to"].isoformat(), row["officer_id"]])


def _after(cursor: list[object] | None) -> tuple[date, str]:
    if cursor is None:
        return date.min, ""
    match cursor:
        case [str(day), str(officer_id)] if "\0" not in officer_id:
            try:
                return date.fromisoformat(day), officer_id
            except ValueError:
                raise foreign_cursor() from None
        case _:
            raise foreign_cursor()

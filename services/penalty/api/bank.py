"""Bank statements and transfers over HTTP: taken in as CSV, listed, assigned by hand, sent back; and what everybody owes."""

from __future__ import annotations

import asyncio
import hashlib
import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from chassis import separated
from chassis.aggregates import AsOf, Loaded
from chassis.auth import Principal
from chassis.domain import Unknown, day_of
from chassis.http import Body, Id, IsoDate, Paged, Seen, answer_json, listed
from chassis.moments import Moment, aggregate, related_together
from chassis.offers import NO_STEPS, Steps
from chassis.problems import BadRequest
from services.penalty import domain, queries
from services.penalty.api import answers
from services.penalty.api.offered import now, offered
from services.penalty.api.payments import Reference
from services.penalty.api.reading import LISTED, Approver, Finance, Known, Line, Reader, Text, day_told
from services.penalty.commands import corrections, statements
from services.penalty.domain import PAYMENTS, bank
from services.penalty.domain.bank import TransferState
from services.penalty.domain.bank_steps import transfer_outlook
from services.penalty.domain.payment_events import Misrecorded
from services.penalty.domain.spot import SPOTS
from services.penalty.domain.statement import Fault, Statement, StatementRefused, layout_of, read_statement

FORMS = Path(__file__).parents[3] / "contracts" / "forms"
LAYOUT = layout_of(json.loads((FORMS / "bank-statement-2026.json").read_text(encoding="utf-8")))
CSV_BODY = {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}
LISTED_FAULTS = 1000  # in an answer

router = APIRouter(prefix="/v1", tags=["payments"])

StatementId = Annotated[str, Query(pattern=r"^[0-9a-f]{32}$")]
Word = Annotated[str | None, Query(max_length=64)]
TransferKey = Annotated[str, Field(pattern=bank.KEYS)]
POSTED = {name: (f"/v1/bank-transfers/{{}}/{path}", role) for name, path, role in (
    ("assign", "assignments", "finance"), ("return", "returns", "finance"), ("propose-correction", "corrections", "finance"),
    ("answer-correction", "correction-answers", "approver"), ("withdraw-correction", "correction-withdrawals", "finance"),
)}  # fmt: skip
"""Where each step of a transfer is posted, and by which role."""


class AssignmentBody(Body):
    """入账认领: whose fine it was for, and how that was found out."""

    case_id: Id
    """The case, or the penalty on the spot, whose fine it is for."""
    party_id: Id = domain.UNIT
    """Which party: `unit`, or the id of a person who joined the case."""
    note: Text
    """How that was found out."""


class CorrectionWithdrawalBody(Body):
    """更正申请撤回."""

    reason: Text
    """Why it is not proposed any more."""


class ReturnBody(Body):
    """入账退回."""

    return_reference: Reference
    """The bank's number of the transfer by which it went back."""
    returned_on: IsoDate
    """The day of that transfer; not before it came."""
    note: Text
    """Why it goes back."""


class CorrectionBody(Body):
    """入账更正申请: in what it is recorded wrongly."""

    kind: Misrecorded
    """`misassigned` 认领有误: the money was for another's fine; `mistyped` 录入有误: sum, day or reference was typed wrongly."""
    reason: Text
    """What is wrong, and how that was found out."""


class CorrectionAnswerBody(Body):
    """入账更正审批."""

    agreed: bool
    """Whether it is corrected."""
    opinion: Text
    """What the approver says."""


@router.post("/bank-statements", status_code=201, openapi_extra={"requestBody": CSV_BODY})
async def import_statement(
    request: Request, command: Finance, file_name: Annotated[Line, Query()] = "statement.csv"
) -> Response:  # fmt: skip
    """Take in a statement, CSV in UTF-8 or GB 18030 of at most 4 MiB: all rows are judged first, and with any fault nothing is.

    Each transfer goes to the fine whose number or code its row names; one that names none is kept for somebody to assign. The
    same statement, and any row of it, counts once. Rows of money that went out are `passed_over`; those with a minus, by which a
    bank books back what had come (冲正、退汇), are told in `returns` by line, each with which of the transfers here it names.
    """
    content = await request.body()
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        read = await asyncio.to_thread(_read, content, day_of(command.occurred_at))
        order = statements.ImportStatement(
            statement_id=sha256[:32], file_name=file_name, sha256=sha256, entries=read.entries, passed_over=read.passed_over,
            returns=read.returns,
        )  # fmt: skip
        return await command.run(statements.import_statement, order, status=201)
    except StatementRefused as refused:
        raise _refused(refused.faults) from refused


def _read(content: bytes, today: date) -> Statement:
    try:
        return read_statement(LAYOUT, separated.rows_of(content), today)
    except separated.Malformed as error:
        fault = Fault(error.number, None, "csv-malformed", "不是有效的CSV", f"this is no CSV: {error.why}")
        raise StatementRefused([fault]) from error
    except separated.NotText as error:
        fault = Fault(None, None, "csv-encoding", "文件编码无法识别，请存为UTF-8", "the file is neither UTF-8 nor GB 18030")
        raise StatementRefused([fault]) from error


def _refused(faults: tuple[Fault, ...]) -> BadRequest:
    total = len(faults)
    told = [{**asdict(fault), "reason": f"{fault.zh} / {fault.en}"} for fault in faults[:LISTED_FAULTS]]
    return BadRequest(
        "statement-refused", f"对账单有{total}处错误，未导入任何数据", f"the statement has {total} faults; nothing was taken in",
        status=422, errors=told, errors_total=total,
    )  # fmt: skip


@router.get("/bank-statements/{statement_id}")
async def read_statement_of(statement_id: Id, request: Request, principal: Reader, as_of: Moment) -> Response:
    """A statement that was taken in: how many transfers, how many of them for a fine."""
    found = await aggregate(request, principal, bank.STATEMENTS, statement_id, as_of)
    if found.state is None:
        raise Unknown("bank-statement", statement_id)
    return answer_json(asdict(found.state), version=found.version)


@router.get("/bank-transfers", dependencies=LISTED, responses=answers.told(answers.Page[answers.TransferRow]))
async def list_transfers(
    request: Request, principal: Reader, db: Seen, asked: Paged,
    state: Annotated[Literal["matched", "unmatched", "returned", "struck"] | None, Query()] = None, district: Word = None,
    statement_id: StatementId | None = None, case_id: Word = None, proposed: bool | None = None,
) -> Response:  # fmt: skip
    """Transfers that the bank reported, by the day they were made; those without a fine with the reason.

    `proposed`: those whose correction waits to be decided.
    """
    if district is not None:
        principal.require_district(district)
    rows = await queries.bank_transfers(
        db, (state, district, statement_id, case_id, proposed), asked.after_day, asked.limit + 1
    )  # fmt: skip
    return listed(request, asked, rows, lambda row: [row["paid_on"], row["bank_reference"]])


@router.get("/bank-transfers/{bank_reference}", responses=answers.told(answers.TransferAnswer))
async def read_transfer(
    bank_reference: TransferKey, request: Request, principal: Reader, db: Known, as_of: Moment
) -> Response:  # fmt: skip
    """One transfer: what the bank said of it, what became of it, how it had been recorded before a correction (`former`).

    A reference is one of an organ's account; that of a second account goes by `reference@organ`, which is also told to whoever
    names only the reference and may not see the first one's. With what may be done next, what not and why.
    """
    found = await _transfer(request, principal, bank_reference, as_of)
    view = {
        "bank_transfer": found.key, **asdict(found.state), "district": found.district, "organ_id": found.organ,
        **(NO_STEPS if as_of is not None else await _steps(request, db, found)),
    }  # fmt: skip
    return answer_json(view, version=found.version)


async def _transfer(request: Request, principal: Principal, key: str, as_of: AsOf | None) -> Loaded[TransferState]:
    try:
        return await aggregate(request, principal, bank.TRANSFERS, key, as_of)
    except Unknown:
        return await aggregate(request, principal, bank.TRANSFERS, bank.account_key(key, principal.organ), as_of)


async def _steps(request: Request, db: Known, found: Loaded[TransferState]) -> Steps:
    """What may be done with a transfer: asked of its own decisions, and of what the money rests on that it is recorded for."""
    case_id, party_id, at = found.state.case_id or "", found.state.party_id or "", now(request)
    payment, on_the_spot = await related_together(
        request, ((PAYMENTS, domain.region_key(case_id, party_id)), (SPOTS, case_id)), None, found
    )
    posted = {name: (path.format(found.key), role) for name, (path, role) in POSTED.items()}

    async def asked() -> tuple[domain.Rules, tuple[domain.Outlook, ...]]:
        rules = await queries.rules_on(db.fetch, day_of(at))
        return rules, transfer_outlook(found.state, payment.state, on_the_spot.state, at, rules)

    return (await offered(asked(), posted))[1]


@router.post("/bank-transfers/{bank_reference}/assignments", status_code=201)
async def assign_transfer(bank_reference: TransferKey, body: AssignmentBody, command: Finance) -> Response:
    """Say which fine a transfer was for."""
    whose = (body.case_id, body.party_id, body.note)
    return await command.run(statements.assign_transfer, bank_reference, *whose, status=201)


@router.post("/bank-transfers/{bank_reference}/corrections", status_code=201)
async def propose_correction(bank_reference: TransferKey, body: CorrectionBody, command: Finance) -> Response:
    """Propose to correct a transfer that is recorded wrongly: for another's fine, or typed in wrongly.

    Nothing changes before the answer. Refused where its money was given back already, in whole or in part (`payment-refunded`).
    A transfer by which the organ paid cash in is corrected so too: then it is the deposit that is taken back, not the payment.
    """
    return await command.run(corrections.propose_correction, bank_reference, body.kind, body.reason, status=201)


@router.post("/bank-transfers/{bank_reference}/correction-withdrawals", status_code=201)
async def withdraw_correction(bank_reference: TransferKey, body: CorrectionWithdrawalBody, command: Finance) -> Response:
    """Withdraw a correction that waits to be decided, by whoever proposed it; nothing has changed."""
    return await command.run(corrections.withdraw_correction, bank_reference, body.reason, status=201)


@router.post("/bank-transfers/{bank_reference}/correction-answers", status_code=201)
async def answer_correction(bank_reference: TransferKey, body: CorrectionAnswerBody, command: Approver) -> Response:
    """Agree or not, by somebody else than who proposed it, who handles nothing of the case.

    If agreed, the account is as if the payment had never been there; a transfer that was `misassigned` may be assigned again or
    sent back, the reference of one that was `mistyped` is free. A closed case stays closed; what is owed again may be paid.
    """
    return await command.run(corrections.answer_correction, bank_reference, body.agreed, body.opinion, status=201)


@router.post("/bank-transfers/{bank_reference}/returns", status_code=201)
async def return_transfer(bank_reference: TransferKey, body: ReturnBody, command: Finance) -> Response:
    """Record that a transfer that was for no fine went back."""
    return await command.run(statements.return_transfer, bank_reference, bank.ReturnTransfer(**body.model_dump()), status=201)


@router.get("/payments", dependencies=LISTED, responses=answers.told(answers.Page[answers.PaymentRow]))
async def list_payments(
    request: Request, principal: Reader, db: Seen, asked: Paged,
    state: Annotated[Literal["open", "settled", "revoked"] | None, Query()] = None, district: Word = None, organ_id: Word = None,
    officer_id: Word = None, enterprise_id: Word = None, overdue: bool | None = None, credit: bool | None = None,
) -> Response:  # fmt: skip
    """What each party owes, what is due next first; `overdue`: what is late; `credit`: where something is to be given back."""
    if district is not None:
        principal.require_district(district)
    wanted = queries.PaymentFilter(state, district, organ_id, officer_id, enterprise_id, overdue, credit)
    rows = await queries.payments(db, wanted, asked.after_day, asked.limit + 1)
    items = [{**row, "due_on": day_told(row["due_on"])} for row in rows]
    return listed(request, asked, items, lambda row: [row["due_on"] or date.max, row["payment_code"]])

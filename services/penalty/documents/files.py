"""Forms 40, 44, 47 and 48: service, transfer to another authority, the file of a case and its contents."""

from __future__ import annotations

from datetime import date

from services.penalty.documents.form import Form
from services.penalty.documents.parts import facts


@facts()
class Served:
    """One document that was served: how, where, when, by whom; `received_by`: who took it."""

    document: str
    number: str
    received_by: str | None = None
    place: str | None = None
    on: date
    manner: str
    server: str


@facts()
class ServiceReceipt:
    """What of a case was served on a party, by which rules; `remark`: who took it instead, or how it was left before whom."""

    case_name: str
    recipient: str
    served: tuple[Served, ...]
    basis: tuple[str, ...]
    organ: str
    remark: str | None = None


@facts()
class Transfer:
    """To the other authority: what was found, why it is not ours, what comes with it."""

    addressee: str
    filed_on: date | None = None
    case_name: str
    finding: str
    basis: tuple[str, ...]
    materials: tuple[str, ...]
    copies: int
    pages: int
    organ: str
    issued_on: date


@facts()
class FileCover:
    """The first page of a case's file."""

    organ: str
    case_no: str
    case_name: str
    cause: str
    result: str
    filed_on: date | None = None
    closed_on: date | None = None
    handlers: tuple[str, ...]
    archived_on: date | None = None
    archive_no: str | None = None
    kept_for: str | None = None


@facts()
class Filed:
    """A document in a file."""

    title: str
    number: str | None = None
    on: date
    page: str | None = None
    remark: str | None = None


@facts()
class FileContents:
    """What a file holds, in its order."""

    case_name: str
    entries: tuple[Filed, ...]


RECEIPT = Form(no="40", name="文书送达回执", zi="回", facts=ServiceReceipt, signatories=("recipient", "server", "seal"))
TRANSFER = Form(no="44", name="案件移送书", zi="移", facts=Transfer, signatories=("seal",))
COVER = Form(no="47", name="案卷（首页）", zi="案", facts=FileCover)
CONTENTS = Form(no="48", name="卷内目录", zi=None, facts=FileContents)
FORMS = (RECEIPT, TRANSFER, COVER, CONTENTS)

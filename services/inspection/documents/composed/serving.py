"""Form 40: one receipt for everything that was served at an inspection, from the services of its documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from services.inspection.documents.composed.matter import Matter, name_of, rules_cited
from services.inspection.documents.files import Served, ServiceReceipt
from services.inspection.domain.document import DocumentIssued, DocumentState, issued
from services.inspection.domain.refusals import refused
from services.inspection.domain.serving import DocumentReturned, DocumentServed

WAYS = {
    "in-person": "直接送达", "left": "留置送达", "mail": "邮寄送达", "electronic": "电子送达", "announcement": "公告送达",
}  # fmt: skip
SERVICE = "service"


def service_receipt(matter: Matter) -> ServiceReceipt:
    """Form 40: each service on a line, in the order of their days (rule `service`); what is to be said of one, as a remark.

    The day is that from which it counts as served; of what is not known to have arrived yet, that on which it was sent.
    Refused `nothing-served`.
    """
    rows = sorted(_services(matter.issued), key=lambda row: (row[1].served_on, issued(row[0]).issued_on, row[1].service_id))
    if not rows:
        raise refused("nothing-served")
    remarks = [
        f"第{place}份{'；'.join(notes)}。"
        for place, (document, service) in enumerate(rows, start=1)
        if (notes := list(_notes(document, service)))
    ]
    return ServiceReceipt(
        case_name=matter.case_name, recipient=matter.plan.enterprise_name,
        served=tuple(_served(matter, issued(document), service) for document, service in rows),
        basis=rules_cited(matter, SERVICE), organ=matter.plan.organ, remark="\n".join(remarks) or None,
    )  # fmt: skip


def _services(documents: Iterable[DocumentState]) -> Iterator[tuple[DocumentState, DocumentServed]]:
    for document in documents:
        for service in document.services.values():
            yield document, service


def _served(matter: Matter, document: DocumentIssued, service: DocumentServed) -> Served:
    return Served(
        document=document.name, number=document.document_no or "", received_by=_taker(service), place=service.place,
        on=service.effective_on or service.served_on, manner=WAYS[service.way],
        server="、".join(name_of(matter, one) for one in service.servers),
    )  # fmt: skip


def _taker(service: DocumentServed) -> str | None:
    """Who took it for the addressee; nobody else, if nothing is said of what they are to each other."""
    return f"{service.recipient}（代收）" if service.relation else None


def _notes(document: DocumentState, service: DocumentServed) -> Iterator[str]:
    """What the receipt has to say of a service: who took it instead, who saw it left, under which reference it went, its fate."""
    if service.relation:
        yield f"由{service.recipient}代收，与受送达人的关系：{service.relation}"
    if service.way == "left":
        yield f"留置送达，{f'见证人{service.witness}' if service.witness else '全过程录音录像'}"
    if service.reference:
        yield f"{'公告' if service.way == 'announcement' else '邮寄单号'}{service.reference}，{_day(service.served_on)}发出"
    if service.way == "electronic":
        yield "受送达人已签署电子送达确认书"
    yield from _fate(document.returned.get(service.service_id), service)
    if document.superseded is not None:
        yield "该文书已更正"


def _fate(returned: DocumentReturned | None, service: DocumentServed) -> Iterator[str]:
    if returned is not None:
        yield f"{_day(returned.returned_on)}退回：{returned.reason}，未送达"
    elif service.effective_on is None:
        yield "尚未签收"


def _day(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"

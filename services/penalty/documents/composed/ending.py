"""Forms 40, 44, 47 and 48: what was served, the case handed over, its file."""

from __future__ import annotations

from collections.abc import Iterator

from chassis.domain import day_of
from services.penalty.documents.composed.approving import results
from services.penalty.documents.composed.deciding import NAMES
from services.penalty.documents.composed.matter import Matter, case_name, handlers, happened, incomplete, name_of_party, required
from services.penalty.documents.files import FileContents, FileCover, Filed, Served, ServiceReceipt, Transfer
from services.penalty.domain.ending_events import CaseArchived
from services.penalty.domain.enforcement_events import DemandServed
from services.penalty.domain.events import DecisionServed, EvidenceRecorded, Manner, NoticeServed, PenaltyDecided
from services.penalty.domain.hearing_events import HearingConvened
from services.penalty.domain.transfer_events import CaseTransferred

MANNERS: dict[Manner, str] = {
    "direct": "直接送达", "left": "留置送达", "entrusted": "委托送达", "post": "邮寄送达", "electronic": "电子送达",
    "announcement": "公告送达",
}  # fmt: skip
ELSEWHERE = ("electronic", "announcement", "post")
"""Manners in which nobody comes to a place."""
DEMANDS = {"payment": "缴纳罚款催告书", "court": "行政强制执行事先催告书"}


def service_receipt(matter: Matter) -> ServiceReceipt:
    """Form 40: what was served on a party, on one sheet, in the order of days; where else than at its address (`places`)."""
    rows = sorted(_services(matter), key=lambda row: row.on)
    rules = matter.rules[matter.on]
    return ServiceReceipt(
        case_name=case_name(matter), recipient=name_of_party(matter), served=tuple(rows), basis=(rules.cite("service"),),
        organ=matter.state.organ, remark=matter.given.get("remark"),
    )  # fmt: skip


def _services(matter: Matter) -> Iterator[Served]:
    told, party = matter.case, matter.party_id
    for notice in told.each(NoticeServed):
        if notice.party_id == party:
            yield _served(matter, NAMES[notice.form_no], notice.document_no, notice.manner, notice)
    for convened in told.each(HearingConvened):
        if convened.party_id == party:
            yield _served(matter, "行政处罚听证会通知书", convened.document_no, "direct", convened)
    made: dict[str, PenaltyDecided] = {}
    for event in told.events:
        if isinstance(event, PenaltyDecided):
            made[event.party.party_id] = event
        elif isinstance(event, DecisionServed) and event.party_id == party and party in made:
            decision = made[party]
            name = f"行政处罚决定书（{'个人' if decision.party.kind == 'person' else '单位'}）"
            yield _served(matter, name, decision.document_no, event.manner, event)
    for demand in matter.told["enforcement"].each(DemandServed):
        yield _served(matter, DEMANDS[demand.purpose], demand.document_no, demand.manner, demand)


def _served(
    matter: Matter, name: str, number: str, manner: Manner, event: NoticeServed | HearingConvened | DecisionServed | DemandServed
) -> Served:  # fmt: skip
    places = matter.given.get("places") or {}
    if not isinstance(places, dict):
        raise incomplete("places")
    usual = None if manner in ELSEWHERE else _address(matter)
    taker: str | None = None
    match event:
        case DecisionServed():
            on, taker = event.received_on, event.recipient
        case DemandServed():
            on, taker = event.served_on, event.recipient
        case HearingConvened():
            on = event.notified_on
        case _:
            on = event.served_on
    return Served(
        document=name, number=number, received_by=None if taker == name_of_party(matter) else taker,
        place=places.get(number, usual), on=on, manner=MANNERS[manner], server="、".join(handlers(matter)),
    )  # fmt: skip


def _address(matter: Matter) -> str | None:
    person = matter.side.person
    return (matter.address if person is None else person.address) or None


def transfer(matter: Matter) -> Transfer:
    """Form 44: the case and its materials go to the other authority; how many pages, the officer counts."""
    told = matter.told["transfer"]
    event = happened(told.last(CaseTransferred), "44")
    rules, state = matter.rules_of(event), matter.state
    return Transfer(
        addressee=event.receiver, filed_on=state.filed_on, case_name=case_name(matter), finding=told.state.reason.rstrip("。"),
        basis=(rules.cite(told.state.duty),), materials=tuple(f"{one.name}{one.count}份" for one in event.materials),
        copies=sum(one.count for one in event.materials), pages=required(matter, "pages"), organ=state.organ,
        issued_on=day_of(event.handed_over_at),
    )  # fmt: skip


def transfer_number(matter: Matter) -> str:
    """The number that the handing over took."""
    return happened(matter.told["transfer"].last(CaseTransferred), "44").document_no


def cover(matter: Matter) -> FileCover:
    """Form 47: the first page of the file; nobody is named who is a natural person and a party."""
    state, archived = matter.state, matter.case.last(CaseArchived)
    kept = None if archived is None else "永久" if archived.keep_years is None else f"{archived.keep_years}年"
    return FileCover(
        organ=state.organ, case_no=state.case_no, case_name=case_name(matter), cause=state.cause or "／",
        result="\n".join(results(matter)), filed_on=state.filed_on, closed_on=state.closed_on, handlers=handlers(matter),
        archived_on=state.archived_on, kept_for=kept,
    )  # fmt: skip


def contents(matter: Matter) -> FileContents:
    """Form 48: the documents that stand and the evidence, in the order of days; pages are given by their ids (`pages`)."""
    pages = matter.given.get("pages") or {}
    if not isinstance(pages, dict):
        raise incomplete("pages")
    rows = [
        Filed(title=one.name, number=one.document_no, on=one.issued_on, page=pages.get(one.document_id))
        for one in (state.issued for state in matter.issued if state.superseded is None)
        if one is not None and one.form not in ("47", "48")
    ]
    for piece in matter.case.each(EvidenceRecorded):
        on = day_of(matter.deed(piece).at)
        rows.append(Filed(title=f"证据：{piece.title}", on=on, page=pages.get(piece.sha256)))
    return FileContents(case_name=case_name(matter), entries=tuple(sorted(rows, key=lambda row: row.on)))

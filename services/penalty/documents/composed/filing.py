"""Form 1: the filing of a case."""

from __future__ import annotations

from services.penalty.documents.approvals import FilingApproval
from services.penalty.documents.composed.matter import (
    Matter,
    acts_text,
    case_name,
    happened,
    officers_of,
    said,
    sentence,
    unit_of,
)
from services.penalty.documents.parts import Opinion
from services.penalty.domain.events import CaseFiled, FilingRequested
from services.penalty.domain.party_events import FilingRefused

SOURCES = {
    "inspection": "监督检查发现", "report": "举报", "transfer": "其他机关移送", "assignment": "上级交办", "accident": "事故调查",
    "monitoring": "监测预警",
}  # fmt: skip


def filing_approval(matter: Matter) -> FilingApproval:
    """Form 1: what is known from where, what the officers ask for, and how the approver answered."""
    request, clue = happened(matter.case.last(FilingRequested), "01"), matter.clue
    return FilingApproval(
        cause=request.cause, source="：".join(part for part in (SOURCES[clue.origin], clue.source) if part),
        found_on=clue.discovered_on or clue.act_date, case_name=case_name(matter), party=unit_of(matter),
        case_facts=acts_text(matter), opinion=sentence(request.opinion), officers=officers_of(request.officers),
        requested_on=said(matter, request, "").on, approval=_answer(matter),
    )  # fmt: skip


def number(matter: Matter) -> str:
    """The number of the case; a case that was not filed has none."""
    return matter.state.case_no


def _answer(matter: Matter) -> Opinion | None:
    filed, refused = matter.case.last(CaseFiled), matter.case.last(FilingRefused)
    if filed is not None:
        return said(matter, filed, "同意立案")
    return None if refused is None else said(matter, refused, f"不予立案：{refused.reason}")

"""Cases over HTTP up to their filing: clues, asked for, granted or not; the people of a case; its limit extended."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from chassis.http import Body, Id, IsoDate
from services.penalty import domain
from services.penalty.api.papers import Papered
from services.penalty.api.reading import Approver, Code, Line, Officer, Optional, Text
from services.penalty.commands import filing

router = APIRouter(prefix="/v1", tags=["cases"])

Officers = Annotated[tuple[Id, ...], Field(min_length=1, max_length=20)]


class ActBody(Body):
    """违法行为: which item, and the fact."""

    item_code: Code
    """The code of the item 检查事项 that was breached, as the catalogue of the clue calls it."""
    fact: Text
    """What was found 违法事实, in words: when, where, what."""
    hazard_id: Id | None = None
    """The hazard 隐患 of the inspection service that the act showed as, if there is one."""


class ClueBody(Body):
    """线索登记: what was reported, transferred or assigned, under an id that the sender made."""

    case_id: Id
    """The id of the case to be, made by the sender."""
    origin: domain.Origin
    """Where it comes from 线索来源: inspection, report 举报, transfer 移送, assignment 交办, accident 事故, monitoring 监测."""
    enterprise_id: Id
    """The enterprise (site) of the register that it is about."""
    act_date: IsoDate
    """The day of the act, or the day on which a continuing act ended: limitation counts from it (行政处罚法 36)."""
    discovered_on: IsoDate
    """The day on which the act was found: it must lie within the limitation (行政处罚法 36)."""
    source: Line
    """Who reported, transferred or assigned it, and under which number."""
    harm: bool = False
    """Whether life, health or financial safety was harmed: then the longer limitation holds (行政处罚法 36)."""
    acts: Annotated[list[ActBody], Field(min_length=1, max_length=100)]
    """The acts, each once."""
    catalogue: Line
    """The edition of the catalogue whose codes the acts name, as `nanchang-industry-trade/2021.1`."""


class NamedOfficer(Body):
    """An officer by id."""

    officer_id: Id
    """The id of an officer of the register."""


class FilingRequest(Body):
    """立案审批申请."""

    cause: Line
    """What the case is about 案由, in one line, as documents will call it."""
    officers: Annotated[list[NamedOfficer], Field(max_length=20)]
    """Who shall handle the case 承办人: at least two, with certificates valid that day, none recused (行政处罚法 42, 43)."""
    opinion: Text
    """What the officers propose (form 1)."""


class UrgentBody(Body):
    """先行调查."""

    officers: Officers
    """Who investigates: at least two qualified officers (行政处罚法 42)."""
    reason: Text
    """Why it cannot wait for the filing."""


class Nothing(Body):
    """A command that needs no more than its address."""


class ReasonBody(Body):
    """Why."""

    reason: Text
    """Why, in words; it stands in the file."""


class PersonBody(Papered):
    """追加当事人: a natural person, under an id that the sender made; before a decision the address must be known."""

    party_id: Id
    """The id of the person in this case, made by the sender; never that of an enterprise."""
    name: Line
    """Name 姓名; sealed for the person."""
    capacity: domain.Capacity
    """As what the person is punished: principal head 主要负责人, manager in charge 分管负责人, directly responsible 直接责任人员,
    individual 个人. It decides which provisions fit (安全生产法 95, 96)."""
    sex: Optional = ""
    """性别, as the form says it; empty if it is not known."""
    age: Annotated[int, Field(ge=0, le=150)] | None = None
    """年龄, in years."""
    employer: Optional = ""
    """单位; empty if there is none."""
    post: Optional = ""
    """职务; empty if there is none."""
    address: Optional = ""
    """住址; a decision against the person needs it (行政处罚法 59)."""
    phone: Optional = ""
    """联系电话; empty if it is not known."""
    reason: Text
    """Why the person is a party, or what was wrong before."""


class RecusalBody(Body):
    """申请回避."""

    officer_id: Id
    """Who shall keep away 被申请回避人."""
    office: domain.Office
    """As what that person acts in the case: handler, legal-reviewer, approver, hearing-host."""
    reason: Text
    """Why (行政处罚法 43)."""


class RecusalDecisionBody(Body):
    """决定回避."""

    officer_id: Id
    """Whose recusal is decided; it was asked for before."""
    granted: bool
    """Whether the person keeps away."""
    reason: Text
    """Why."""


class HandlersBody(Body):
    """更换承办人."""

    officers: Officers
    """Who handles the case from now on, all of them: at least two qualified officers (行政处罚法 42)."""
    reason: Text
    """Why they change."""


@router.post("/clues", status_code=201)
async def register_report(body: ClueBody, command: Officer) -> Response:
    """Register what was reported, transferred or assigned."""
    acts = tuple(domain.CaseAct(hazard_id=a.hazard_id or "", item_code=a.item_code, fact=a.fact) for a in body.acts)
    told = filing.Reported(
        case_id=body.case_id, origin=body.origin, enterprise_id=body.enterprise_id, act_date=body.act_date,
        discovered_on=body.discovered_on, source=body.source, harm=body.harm, acts=acts, catalogue=body.catalogue,
    )  # fmt: skip
    return await command.run(filing.register_report, told, status=201)


@router.post("/cases/{case_id}/filing-requests", status_code=201)
async def request_filing(case_id: str, body: FilingRequest, command: Officer) -> Response:
    """Ask for the case to be filed."""
    ids = tuple(officer.officer_id for officer in body.officers)
    wanted = domain.RequestFiling(cause=body.cause, officer_ids=ids, opinion=body.opinion)
    return await command.run(filing.request_filing, case_id, wanted, status=201)


@router.post("/cases/{case_id}/urgent-investigations", status_code=201)
async def begin_urgently(case_id: str, body: UrgentBody, command: Officer) -> Response:
    """Investigate before the filing, which is made up for in time."""
    return await command.run(filing.begin_urgently, case_id, body.officers, body.reason, status=201)


@router.post("/cases/{case_id}/filings", status_code=201)
async def file_case(case_id: str, command: Approver, body: Nothing | None = None) -> Response:  # noqa: ARG001 - empty
    """File the case."""
    return await command.run(filing.file_case, case_id, status=201)


@router.post("/cases/{case_id}/filing-refusals", status_code=201)
async def refuse_filing(case_id: str, body: ReasonBody, command: Approver) -> Response:
    """Do not file the case."""
    return await command.run(filing.refuse_filing, case_id, body.reason, status=201)


@router.post("/cases/{case_id}/parties", status_code=201)
async def join_party(case_id: str, body: PersonBody, command: Officer) -> Response:
    """Make a natural person a party of the case."""
    told = body.model_dump()
    reason = told.pop("reason")
    return await command.run(filing.join_party, case_id, domain.Person(**told), reason, status=201)


@router.post("/cases/{case_id}/party-amendments", status_code=201)
async def amend_party(case_id: str, body: PersonBody, command: Officer) -> Response:
    """Put right what is known of a person who is a party, all of it anew, until it is decided against; `capacity` stays."""
    told = body.model_dump()
    reason = told.pop("reason")
    return await command.run(filing.amend_party, case_id, domain.Person(**told), reason, status=201)


@router.post("/cases/{case_id}/recusal-requests", status_code=201)
async def request_recusal(case_id: str, body: RecusalBody, command: Officer) -> Response:
    """Ask that somebody keep away from the case; the investigation goes on."""
    wanted = domain.RequestRecusal(officer_id=body.officer_id, office=body.office, reason=body.reason)
    return await command.run(filing.request_recusal, case_id, wanted, status=201)


@router.post("/cases/{case_id}/recusal-decisions", status_code=201)
async def decide_recusal(case_id: str, body: RecusalDecisionBody, command: Approver) -> Response:
    """Decide whether somebody keeps away."""
    return await command.run(filing.decide_recusal, case_id, body.officer_id, body.granted, body.reason, status=201)


@router.post("/cases/{case_id}/handlers", status_code=201)
async def change_handlers(case_id: str, body: HandlersBody, command: Approver) -> Response:
    """Let other officers handle the case."""
    return await command.run(filing.change_handlers, case_id, body.officers, body.reason, status=201)


@router.post("/cases/{case_id}/extensions", status_code=201)
async def extend_case(case_id: str, body: ReasonBody, command: Approver) -> Response:
    """Extend the limit for the decision, as head or as superior organ."""
    return await command.run(filing.extend_case, case_id, body.reason, status=201)

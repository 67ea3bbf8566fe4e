"""Evidence, the closing of the investigation with its charges, legal review and discussion, over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from chassis.domain import day_of
from chassis.http import Body, Id, Sha256, answer_json
from services.penalty import domain, queries
from services.penalty.api.offered import now
from services.penalty.api.reading import AnyDay, Approver, Code, Due, Kinds, Known, Line, Officer, Party, Reader, Reviewer, Text
from services.penalty.commands import charging

router = APIRouter(prefix="/v1", tags=["cases"])

# The rulebook says which codes there are; those of today stand here as examples, held to it by tests/contracts/test_described.py.
Mitigation = Annotated[Code, Field(examples=["active-removal", "coerced", "confessed", "merit", "other-by-law"])]
ReviewGround = Annotated[Code, Field(examples=["major-public-interest", "difficult-case", "other-by-law"])]
DiscussionGround = Annotated[Code, Field(examples=["complex-case", "serious-case"])]


class Evidence(Body):
    """证据."""

    kind: domain.EvidenceKind
    """The kind of evidence (行政处罚法 46)."""
    title: Line
    """What the piece is called in the file."""
    officers: Annotated[list[Id], Field(max_length=20)]
    """Who gathered it: at least two handlers of the case (行政处罚法 42)."""
    sha256: Sha256
    """SHA-256 of its file; the same file is in a case once."""


class ChargeBody(Body):
    """One act's provision, branch and fine; what it is a share of (`base`) the provision says, so that is not read."""

    item_code: Code
    """The code of the item of an act of the case."""
    law: Code
    """The law of the provision by the id of the rulebook, as `WSL` 安全生产法. `GET /v1/provisions` lists them."""
    law_version: Code
    """The version of the law, as `2021`."""
    article: Code
    """The article 条, as `99`."""
    paragraph: Annotated[int, Field(ge=1, le=20)] | None = None
    """The paragraph 款; may be left out: it is that of the chosen branch."""
    item: Code | None = None
    """The item 项 of the article, as `2`, if the provision has one."""
    phase: domain.Phase
    """`first`: first found; `overdue`: correction is overdue, as inspection established it (安全生产法 97, 99, 101, 102)."""
    subject: domain.Subject
    """Whom the branch is for, which must be what the party is: `unit` 单位, `person` 个人."""
    amount_fen: Due
    """The fine in fen (100 fen are 1 yuan), whole; within the range of the provision (行政处罚法 29)."""
    reason: Text
    """Why this much 裁量理由: it stands in notice and decision."""
    party_id: Party = domain.UNIT
    """Who is charged: `unit`, or the id of a person who joined."""
    kinds: Kinds = ()
    """Penalties beside the fine, by the codes of the rulebook (`penalty_kinds`), of those that the provision provides for."""
    confiscate_fen: Due = 0
    """Illegal gains to be confiscated 没收违法所得, in fen; 0 if there are none."""
    metric: Annotated[int, Field(ge=0, le=100_000, strict=True)] | None = None
    """The count that the band of discretion goes by (of persons, places, …), where a band speaks of the branch."""
    mitigation: Mitigation | None = None
    """Why the fine is below the least, by a ground of the rulebook (`mitigation_grounds`; 行政处罚法 32)."""
    base: Code | None = None
    """Not read: what a share is a share of the provision says. Charges that were read may be sent back with it."""
    base_fen: Due | None = None
    """Of a fine that is a share: what it is a share of, in fen, as last year's income (安全生产法 95, 96, 103, 114)."""
    base_evidence: Sha256 | None = None
    """Of a fine that is a share: the SHA-256 of the evidence of the case for its base (行政处罚法 46)."""


class InvestigationClosing(Body):
    """案件处理呈批."""

    charges: Annotated[tuple[ChargeBody, ...], Field(max_length=100)] = ()
    """What is proposed, each act once towards each party (行政处罚法 29); none where nothing is imposed."""
    opinion: Text
    """What the handlers propose, in words (form 30)."""
    outcome: domain.Outcome = "penalise"
    """`penalise`; or why nothing is imposed: minor and corrected, first and slight, no fault (行政处罚法 33), not proven,
    transfer."""
    review_grounds: Annotated[tuple[ReviewGround, ...], Field(max_length=10)] = ()
    """Why a legal review is due, by the grounds of the rulebook (`legal_review`; 行政处罚法 58). A hearing that was held
    is known."""
    discussion_grounds: Annotated[tuple[DiscussionGround, ...], Field(max_length=10)] = ()
    """Why the heads shall discuss it, by the grounds of the rulebook (`collective_discussion`; 行政处罚法 57). What
    follows from amounts and kinds is added."""
    concurrences: Annotated[tuple[tuple[Code, ...], ...], Field(max_length=50)] = ()
    """Groups of item codes that one act breached: only the one with the higher fine is charged (行政处罚法 29)."""


class LegalReview(Body):
    """法制审核."""

    passed: bool
    """Whether the charges pass, or go back to the handlers."""
    opinion: Text
    """What the reviewer says (行政处罚法 58)."""


class OpinionBody(Body):
    """What one of the heads said."""

    member_id: Id
    """Who of the heads; no handler of the case."""
    name: Line
    """The name, as it stands in the record; sealed for the person."""
    opinion: Text
    """What the person said."""


class DiscussionBody(Body):
    """集体讨论."""

    members: Annotated[list[OpinionBody], Field(max_length=50)]
    """Two or more heads, each with an opinion (行政处罚法 57; form 31)."""
    conclusion: domain.Conclusion
    """What came of it: approved, or returned to the handlers."""
    note: Text
    """The conclusion in words 结论性意见."""


@router.get("/provisions", responses={409: {}})
async def list_provisions(
    request: Request, principal: Reader, db: Known,  # noqa: ARG001 - who asks: published law is the same in every district
    item_code: Annotated[Code, Query(description="the item, or the grade of an accident, as `accident-general`")],
    catalogue: Annotated[Line, Query(description="the edition of the catalogue that the case names")],
    act_date: Annotated[AnyDay, Query(description="the day of the act")],
    on: Annotated[AnyDay | None, Query(description="the day of the decision; today where none is given")] = None,
) -> Response:  # fmt: skip
    """Which provisions an act may be charged under: the branches of its item that are in force on either day, with their ranges.

    Which of them applies is judged when charges are proposed: the law of the act, or that of today if it is lighter
    (APL 2021, article 37), and the higher norm (29). None for an item that the catalogue does not know.
    """
    day = on or day_of(now(request))
    found = await queries.choices_of(db.fetch, catalogue, item_code, act_date, day)
    told = {"item_code": item_code, "catalogue": catalogue, "act_date": act_date, "on": day, "provisions": found}
    return answer_json(told)


@router.post("/cases/{case_id}/evidence", status_code=201)
async def record_evidence(case_id: str, body: Evidence, command: Officer) -> Response:
    """Put evidence into the file."""
    evidence = domain.RecordEvidence(kind=body.kind, title=body.title, officer_ids=tuple(body.officers), sha256=body.sha256)
    return await command.run(charging.record_evidence, case_id, evidence, status=201)


@router.post("/cases/{case_id}/investigation-closings", status_code=201)
async def close_investigation(case_id: str, body: InvestigationClosing, command: Officer) -> Response:
    """Close the investigation with charges."""
    charges = tuple(domain.Charge(**charge.model_dump()) for charge in body.charges)
    closing = domain.CloseInvestigation(
        charges=charges, opinion=body.opinion, review_grounds=body.review_grounds, outcome=body.outcome,
        discussion_grounds=body.discussion_grounds, concurrences=body.concurrences,
    )  # fmt: skip
    return await command.run(charging.close_investigation, case_id, closing, status=201)


@router.post("/cases/{case_id}/legal-reviews", status_code=201)
async def review_case(case_id: str, body: LegalReview, command: Reviewer) -> Response:
    """Pass or return the case."""
    review = domain.ReviewCase(passed=body.passed, opinion=body.opinion)
    return await command.run(charging.review_case, case_id, review, status=201)


@router.post("/cases/{case_id}/discussions", status_code=201)
async def discuss_case(case_id: str, body: DiscussionBody, command: Approver) -> Response:
    """Record what the heads said of the case."""
    members = tuple(domain.Opinion(**member.model_dump()) for member in body.members)
    discussion = domain.DiscussCase(members=members, conclusion=body.conclusion, note=body.note)
    return await command.run(charging.discuss_case, case_id, discussion, status=201)

"""What the published rules answer: what an article threatens for an act of one day that is decided on another."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from chassis.domain import Refused
from chassis.http import IsoDate, answer_json, pool_of
from services.registry import queries
from services.registry.api.reference import PUBLIC
from services.registry.domain import lookup
from services.registry.domain.lookup import Branch
from services.registry.domain.provisions import Provision

router = APIRouter(prefix="/v1")
Name = Annotated[str, Query(pattern=r"^[A-Z0-9][A-Z0-9-]{1,19}$")]
Version = Annotated[str, Query(pattern=r"^[0-9]{4}$")]
Article = Annotated[str, Query(pattern=r"^[0-9]{1,4}(-[0-9]{1,2})?$")]
Paragraph = Annotated[int | None, Query(ge=1, le=100)]
Item = Annotated[str | None, Query(pattern=r"^[0-9]{1,3}$")]


@router.get("/penalty-branches", dependencies=PUBLIC)
async def penalty_branch(
    request: Request, law: Name, version: Version, article: Article, phase: Literal["first", "overdue"],
    subject: Literal["unit", "person"], act_on: IsoDate, decided_on: IsoDate, paragraph: Paragraph = None, item: Item = None,
    now_version: Version | None = None, now_article: Article | None = None,
) -> Response:  # fmt: skip
    """What applies to an act of one day that is decided on another: the law of the act, or today's if it is lighter.

    行政处罚法 37. `now_version` and `now_article` say where the same conduct is threatened on the day of the decision, if not in
    the same place. Where nothing applies, `why` says so: `law-unknown`, `article-unknown`, `law-not-in-force`, `no-such-branch`.
    """
    then = Provision(law, version, article, paragraph, item)
    now = then
    if now_version is not None or now_article is not None:
        now = Provision(law, now_version or version, now_article or article)
    books = await queries.rulebooks(pool_of(request).fetch)
    try:
        found = lookup.applied(books, then, now, phase, subject, act_on=act_on, decided_on=decided_on)
    except Refused as refused:
        return answer_json({"law_of": None, "branch": None, "why": {"code": refused.code, "zh": refused.zh, "en": refused.en}})
    branch = None if found.branch is None else _told(found.branch)
    return answer_json({"law_of": found.law_of, "branch": branch, "why": None})


def _told(branch: Branch) -> dict[str, Any]:
    return {
        "law": branch.place.law, "version": branch.place.version, "article": branch.place.article,
        "paragraph": branch.place.paragraph, "item": branch.place.item, "phase": branch.phase, "subject": branch.subject,
        "min_fen": branch.min_fen, "max_fen": branch.max_fen, "at_least_inclusive": branch.boundary.at_least_inclusive,
        "at_most_inclusive": branch.boundary.at_most_inclusive, "other_kinds": sorted(branch.other_kinds),
        "condition": branch.condition,
    }  # fmt: skip

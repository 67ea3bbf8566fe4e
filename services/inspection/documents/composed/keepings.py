"""Forms 19 to 22, filled in from evidence that is kept: approval, notice with its list, what becomes of it."""

from __future__ import annotations

from collections.abc import Iterable

from services.inspection.documents.composed.matter import (
    Matter,
    amounts,
    answer_of,
    case_facts,
    happened,
    matter_of,
    names,
    party,
    period,
    remedies,
    resting_on,
    sentence,
    whereabouts,
)
from services.inspection.documents.evidence import (
    DisposalApproval,
    KeepingApproval,
    KeepingDecision,
    KeepingNotice,
    KeptThing,
)
from services.inspection.documents.parts import Earlier, Opinion
from services.inspection.domain.measures.keeping import Keeping, KeepingCarriedOut, KeptArticle, requested
from services.inspection.domain.measures.measure import MeasureState
from services.inspection.domain.measures.parts import Article

KEEPING = "T04-evidence-pre-registration"
FATES = {
    "return": "予以退还", "seize": "依法查封、扣押", "sample-or-appraise": "依法抽样取证或者送交鉴定",
    "transfer": "移送有关部门处理", "refer-for-confiscation": "转入行政处罚程序，依法没收",
}  # fmt: skip


def keeping_approval(matter: Matter, measure: MeasureState) -> KeepingApproval:
    """Form 19: which evidence is to be kept why and how; who asked, and the answer."""
    state = matter_of(measure, Keeping, "19")
    event = requested(state)
    places = "\n".join(f"{one.article}：{whereabouts(one)}" for one in event.articles)
    signers = tuple(one.name for one in matter.plan.officers if one.officer_id in {each.officer_id for each in event.officers})
    return KeepingApproval(
        case_name=matter.case_name, party=party(matter), case_facts=case_facts(matter), evidence=_listed(event.articles),
        grounds="\n".join([sentence(event.grounds), resting_on(event.basis)]), keeping=places,
        handling=Opinion(text="拟对上述证据先行登记保存，请审批。", signers=signers, on=event.requested_on),
        approval=answer_of(state.answer),
    )  # fmt: skip


def keeping_notice(matter: Matter, measure: MeasureState) -> KeepingNotice:
    """Form 20: what is kept, and by when it is decided what becomes of it."""
    state, plan = matter_of(measure, Keeping, "20"), matter.plan
    event, asked = happened(state.carried_out, "20"), requested(state)
    things = tuple(
        KeptThing(name=one.article, model=one.specification, quality=one.condition, amount=one.amount, remark=whereabouts(one))
        for one in event.articles
    )
    return KeepingNotice(
        addressee=plan.enterprise_name, suspicion=asked.grounds, basis=asked.basis, period=period(matter, KEEPING),
        answered_on=event.decide_by, answered_at=plan.organ, things=things, organ=plan.organ, issued_on=event.carried_out_on,
    )  # fmt: skip


def disposal_approval(matter: Matter, measure: MeasureState) -> DisposalApproval:
    """Form 21: what is to become of the evidence that the latest decision is about. Opinions are written on it by hand."""
    state = matter_of(measure, Keeping, "21")
    kept, event = happened(state.carried_out, "21"), happened(state.decided, "21")
    return DisposalApproval(
        case_name=matter.case_name, party=party(matter), case_facts=case_facts(matter),
        evidence=_listed(_among(kept, event.decisions)),
        grounds="\n".join(["拟作如下处理：", *_fates(kept, event.decisions), resting_on(requested(state).basis)]),
    )  # fmt: skip


def keeping_decision(matter: Matter, measure: MeasureState) -> KeepingDecision:
    """Form 22: what becomes of the evidence that the latest decision is about."""
    state = matter_of(measure, Keeping, "22")
    kept, event = happened(state.carried_out, "22"), happened(state.decided, "22")
    return KeepingDecision(
        addressee=matter.plan.enterprise_name,
        earlier=Earlier(name="先行登记保存证据通知书", number=kept.document_no, on=kept.carried_out_on),
        objects=names(_among(kept, event.decisions)), decision="\n".join(_fates(kept, event.decisions)),
        remedies=remedies(matter), organ=matter.plan.organ, issued_on=event.decided_on,
    )  # fmt: skip


def _listed(articles: Iterable[Article]) -> str:
    return "\n".join(f"{place}．{amounts([one])}" for place, one in enumerate(articles, start=1))


def _among(kept: KeepingCarriedOut, decisions: Iterable[KeptArticle]) -> list[Article]:
    wanted = {one.article_id for one in decisions}
    return [one for one in kept.articles if one.article_id in wanted]


def _fates(kept: KeepingCarriedOut, decisions: Iterable[KeptArticle]) -> list[str]:
    listed = {one.article_id: one for one in kept.articles}
    return [
        f"{place}．{amounts([listed[one.article_id]])}：{FATES[one.fate]}{f'（{one.note}）' if one.note else ''}。"
        for place, one in enumerate(decisions, start=1)
    ]

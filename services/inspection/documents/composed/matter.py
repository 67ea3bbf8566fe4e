"""What forms are filled in from, and how people, lists, refusals and citations of it are put."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from chassis.domain import CHINA
from services.inspection.documents.parts import Named, Officer, Opinion, Refusal, Remedies
from services.inspection.domain.document import DocumentState
from services.inspection.domain.events import AssignedOfficer, CheckedInOfficer, HazardFound, InspectionPrepared
from services.inspection.domain.inspection import InspectionState, prepared
from services.inspection.domain.measures.keeping import Keeping
from services.inspection.domain.measures.measure import MeasureState
from services.inspection.domain.measures.parts import Article, MeasureApproved, MeasureDenied
from services.inspection.domain.measures.records import Record
from services.inspection.domain.measures.seizure import Seizure
from services.inspection.domain.measures.supply_cut import SupplyCut
from services.inspection.domain.measures.suspension import Suspension
from services.inspection.domain.order import OrderState
from services.inspection.domain.refusals import refused
from services.inspection.domain.signing import Signature

T = TypeVar("T")
K = TypeVar("K", Suspension, Keeping, Seizure, SupplyCut, Record)
STOPS = "。！？；.!?;"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the register knows of the site; what it does not know is None, and is printed as an empty field is."""

    address: str | None = None
    postcode: str | None = None
    contact: str | None = None
    industry: str | None = None
    representative: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What a form is filled in from: the inspection, its hazards by id, the order if there is one, what is known beside it.

    `cited` gives the citations that a hazard rests on, by the law of the day on which it was found; `articles` are what the
    rulebook cites for its rules; `remedies` are the organs and court as stated with the periods of the rulebook; `wording`
    replaces the text of hazards, by their ids; `periods` are the rulebook's as texts, by code; `given` is what the officer
    fills in; `disobeyed` is the decision because of which supply is cut off; `issued` are documents of the inspection.
    """

    inspection: InspectionState
    hazards: Mapping[str, HazardFound]
    order: OrderState | None
    site: Known
    on: date
    cited: Callable[[HazardFound], Sequence[str]]
    remedies: Remedies | None
    wording: Mapping[str, str] = field(default_factory=dict)
    periods: Mapping[str, str] = field(default_factory=dict)
    articles: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)
    disobeyed: Suspension | None = None
    issued: Sequence[DocumentState] = ()

    @property
    def plan(self) -> InspectionPrepared:
        """Who goes where, and which organ's they are."""
        return prepared(self.inspection)

    @property
    def address(self) -> str:
        """Where the site is; ／ if nobody has told."""
        return self.site.address or "／"

    @property
    def case_name(self) -> str:
        """What an inspection is called on forms that name a case, as long as none is filed."""
        return f"{self.plan.enterprise_name}安全生产监督检查"


def worded(matter: Matter, hazard_id: str) -> str:
    """A hazard as the document words it."""
    return matter.wording.get(hazard_id, matter.hazards[hazard_id].fact)


def required(matter: Matter, name: str) -> Any:
    """What no event tells, so that the officer fills it in. Refused `facts-incomplete`."""
    if matter.given.get(name) in (None, ""):
        raise refused("facts-incomplete", detail=f"{name}: Field required")
    return matter.given[name]


def keep_names(matter: Matter, name: str, recorded: Sequence[str]) -> None:
    """Refuse `fact-not-editable` if the officer names another person than was recorded: details are added to them only."""
    told = matter.given.get(name)
    persons = told if isinstance(told, list | tuple) else [] if told is None else [told]
    if told is not None and [one.get("name") if isinstance(one, Mapping) else None for one in persons] != list(recorded):
        raise refused("fact-not-editable", field=f"{name}.name")


def matter_of(measure: MeasureState, kind: type[K], form: str) -> K:
    """The measure as one of this kind. Refused `measure-without-document`."""
    if not isinstance(measure.matter, kind):
        raise refused("measure-without-document", form=form)
    return measure.matter


def happened(event: T | None, form: str) -> T:
    """What the form is about. Refused `measure-without-document` before it has happened."""
    if event is None:
        raise refused("measure-without-document", form=form)
    return event


def rules_cited(matter: Matter, *codes: str) -> tuple[str, ...]:
    """What the rulebook cites for these rules. Refused `no-legal-basis` if it has none of them."""
    cited = tuple(dict.fromkeys(matter.articles[code] for code in codes if code in matter.articles))
    if not cited:
        raise refused("no-legal-basis", rule=codes[0], day=matter.on.isoformat())
    return cited


def period(matter: Matter, code: str) -> str:
    """A period of the rulebook as a text. Refused `no-period`."""
    if code not in matter.periods:
        raise refused("no-period", rule=code)
    return matter.periods[code]


def remedies(matter: Matter) -> Remedies:
    """What may be done against an act. Refused `facts-incomplete` if nobody told before whom."""
    if matter.remedies is None:
        raise refused("facts-incomplete", detail="remedies")
    return matter.remedies


def planned(officers: Iterable[AssignedOfficer]) -> tuple[Officer, ...]:
    """Officers as the task names them."""
    return tuple(Officer(name=one.name, card=one.certificate_no) for one in officers)


def present(matter: Matter) -> tuple[Officer, ...]:
    """The officers who checked in; those who are planned, as long as nobody has."""
    check_in = matter.inspection.check_in
    there = None if check_in is None else {one.officer_id for one in check_in.officers}
    return planned(one for one in matter.plan.officers if there is None or one.officer_id in there)


def officers_of(matter: Matter, officers: Iterable[CheckedInOfficer]) -> tuple[Officer, ...]:
    """Officers of a measure, with the cards that they showed."""
    return tuple(Officer(name=name_of(matter, one.officer_id), card=one.certificate_no) for one in officers)


def name_of(matter: Matter, officer_id: str) -> str:
    """What an officer is called; the id of somebody whom the task does not name."""
    return next((one.name for one in matter.plan.officers if one.officer_id == officer_id), officer_id)


def ours(matter: Matter, officer_id: str) -> Named:
    """An officer as somebody who takes part."""
    return Named(name=name_of(matter, officer_id), post=f"{matter.plan.organ}行政执法人员")


def refusal_of(signature: Signature, who: str = "被检查单位负责人") -> Refusal | None:
    """What stands where somebody would not sign."""
    if signature.refused_reason is None:
        return None
    return Refusal(who=who, reason=signature.refused_reason, witness=signature.witness or "")


def answer_of(answer: MeasureApproved | MeasureDenied | None) -> Opinion | None:
    """How the head of the organ answered a request; None: not yet."""
    match answer:
        case MeasureApproved():
            return Opinion(text=answer.opinion, signers=(answer.approved_by,), on=answer.approved_on)
        case MeasureDenied():
            return Opinion(text=f"不予批准：{answer.opinion}", signers=(answer.denied_by,), on=answer.denied_on)
        case _:
            return None


def local(at: datetime) -> datetime:
    """A moment as it is printed: in China's time."""
    return at.astimezone(CHINA)


def amounts(articles: Iterable[Article]) -> str:
    """Things in one line, each with its specification and how much of it."""
    return "、".join(
        f"{one.article}（{'，'.join(part for part in (one.specification, one.amount) if part)}）" for one in articles
    )


def names(articles: Iterable[Article]) -> str:
    """Things in one line by their names, each name once."""
    return "、".join(dict.fromkeys(one.article for one in articles))


def whereabouts(article: Article) -> str:
    """Where a thing is kept, and by whom."""
    return "；".join(part for part in (article.kept_at, article.keeper) if part)


def sentence(text: str) -> str:
    """A text that ends as a sentence does, whoever wrote it."""
    stripped = text.strip()
    return stripped if stripped[-1:] in STOPS else f"{stripped}。"


def resting_on(basis: Sequence[str]) -> str:
    """A sentence that says what something rests on."""
    return f"依据：{'、'.join(basis)}。"


def case_facts(matter: Matter) -> str:
    """What the inspection found, as a case begins: who was looked at when, and each hazard with its place."""
    arrival, plan = matter.inspection.check_in, matter.plan
    on = local(arrival.arrived_at).date() if arrival is not None and arrival.arrived_at is not None else plan.planned_on
    begun = f"{on.year}年{on.month}月{on.day}日，{plan.organ}对{plan.enterprise_name}进行现场检查"
    if not matter.hazards:
        return f"{begun}。"
    marks = {"major": "【重大事故隐患】", "general": ""}
    told = [
        f"{place}．{marks[hazard.severity]}{hazard.place}：{sentence(worded(matter, hazard_id))}"
        for place, (hazard_id, hazard) in enumerate(matter.hazards.items(), start=1)
    ]  # fmt: skip
    return "\n".join([f"{begun}，发现下列问题：", *told])


def party(matter: Matter) -> str:
    """The enterprise in a few words: what it is called and known by, where it is, who represents it."""
    plan, site = matter.plan, matter.site
    known = (
        plan.enterprise_name, f"统一社会信用代码{plan.uscc}" if plan.uscc else None,
        f"住所地{site.address}" if site.address else None,
        f"法定代表人（负责人）{site.representative}" if site.representative else None,
        f"联系电话{site.phone}" if site.phone else None,
    )  # fmt: skip
    return "，".join(part for part in known if part) + "。"

"""What forms are filled in from, and how parties, charges, evidence, periods and citations of it are put."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from chassis.domain import CHINA, Event, Refused, Stream, day_of
from services.penalty.documents.parts import Charged, Officer, Opinion, Payable, Person, Reached, Remedies, Unit, sum_of
from services.penalty.domain import CaseState, Rules
from services.penalty.domain.account import PaymentState
from services.penalty.domain.document import DocumentState
from services.penalty.domain.enforcement_events import EnforcementVoided
from services.penalty.domain.events import Charge, ClueRegistered, EvidenceRecorded, Handler, PaymentOpened
from services.penalty.domain.numbers import COVER, NUMBERED, RECEIPT, TRANSFER, TRANSFER_APPROVAL
from services.penalty.domain.provisions import Norm
from services.penalty.domain.rulebook import LITIGATION, PAYMENT, RECONSIDERATION
from services.penalty.domain.sides import Side
from services.penalty.domain.told import Told

T = TypeVar("T")
S = TypeVar("S")
STOPS = "。！？；.!?;"
LABELS = {
    "organ_address": "机关联系地址", "contact": "机关联系人", "organ_phone": "机关联系电话", "organ_head": "机关负责人",
    "bank": "收款银行", "account": "收款账号", "remedies": "复议机关和法院", "place": "地点", "record": "听证笔录内容",
    "summary": "听证情况", "pages": "页数",
}  # fmt: skip
"""What people call the facts that an officer fills in."""
TOGETHER = (("organ_address", "contact", "organ_phone"), ("bank", "account"))
"""Facts that are asked for together."""
TITLES = {f"{form.no:02d}": form.name for form in (*NUMBERED, TRANSFER_APPROVAL, TRANSFER, RECEIPT, COVER)} | {
    "25": "当事人陈述申辩笔录", "28": "听证笔录", "48": "卷内目录",
}  # fmt: skip
"""How forms are called, by number."""
UNITS = {"calendar-day": "日", "working-day": "个工作日", "month": "个月", "year": "年", "hour": "小时"}


@dataclass(frozen=True, slots=True)
class Deed:
    """When an event happened, and who caused it: the name and the id."""

    at: datetime
    actor: str
    actor_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What a form is filled in from: a case with its events, of which one party is spoken of, and what stands beside it.

    `told` are the streams by name (`case`, `payment`, …), `deeds` their events' times and actors, by version; `rules` those of
    each day on which something happened, and of today; `norms` are what each item of the case breaches by the catalogue;
    `address` is the unit's as its file names it; `names` are people's, by id; `hazards` say where each one's rectification
    stands; `issued` are the documents of the case. `wording` replaces the fact of an item; `given` is what the officer fills
    in; `remedies` are organs and court.
    """

    told: Mapping[str, Told[Any]]
    party_id: str
    on: date
    deeds: Mapping[str, Sequence[Deed]]
    rules: Mapping[date, Rules]
    norms: Mapping[str, Sequence[Norm]] = field(default_factory=dict)
    address: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    hazards: Mapping[str, str] = field(default_factory=dict)
    issued: Sequence[DocumentState] = ()
    wording: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)
    remedies: tuple[tuple[str, ...], str] | None = None

    @property
    def case(self) -> Told[CaseState]:
        """The case with its events."""
        return self.told["case"]

    @property
    def state(self) -> CaseState:
        """The case as it is now."""
        return self.case.state

    @property
    def payment(self) -> Told[PaymentState]:
        """What the party owes, with its events."""
        return self.told["payment"]

    @property
    def owing(self) -> Told[PaymentState]:
        """What the party owes, with the events since its decision was served: not those of one that was made anew."""
        opened = self.payment.last(PaymentOpened)
        return self.payment if opened is None else self.payment.after(opened)

    @property
    def enforced(self) -> Told[Any]:
        """What was demanded and asked of a court, since a decision that was made anew."""
        region = self.told["enforcement"]
        void = region.last(EnforcementVoided)
        return region if void is None else region.after(void)

    @property
    def side(self) -> Side:
        """The party that is spoken of; whoever asks has made sure that there is one."""
        return self.state.side(self.party_id) or Side()

    @property
    def whom(self) -> str:
        """How the party is spoken to."""
        return "你" if self.side.kind == "person" else "你单位"

    @property
    def clue(self) -> ClueRegistered:
        """How the case began."""
        return next(self.case.each(ClueRegistered))

    def deed(self, event: Event) -> Deed:
        """When an event happened, and who caused it; ValueError if it is none of these."""
        for name, told in self.told.items():
            if any(one is event for one in told.events):
                return self.deeds[name][told.version_of(event) - 1]
        raise ValueError("an event of another stream")

    def as_of(self, stream: Stream[S], name: str, event: Event) -> S:
        """What a stream beside said at the moment of an event of another; as it begins, if nothing had happened in it."""
        moment, state = self.deed(event).at, stream.initial
        for one, deed in zip(self.told[name].events, self.deeds.get(name, ()), strict=True):
            if deed.at <= moment:
                state = stream.evolve(state, one)
        return state

    def name(self, person_id: str) -> str:
        """What somebody is called; the id of somebody who is not known here."""
        return self.names.get(person_id, person_id)

    def rules_of(self, event: Event) -> Rules:
        """The rules of the day on which an event of the case happened."""
        return self.rules[day_of(self.deed(event).at)]


def happened(event: T | None, form: str) -> T:
    """What the form is about. Refused `step-missing` before it has happened."""
    if event is None:
        raise step_missing(form)
    return event


def step_missing(form: str) -> Refused:
    """The refusal of a form whose step was not taken."""
    name = TITLES.get(form, form)
    return Refused(
        "step-missing", f"《{name}》（式样{form}）所载的步骤尚未办理", f"what form {form} says has not happened", form=form
    )


def required(matter: Matter, name: str) -> Any:
    """What no event tells, so that the officer fills it in. Refused `facts-incomplete`."""
    if matter.given.get(name) in (None, ""):
        group = next((names for names in TOGETHER if name in names), (name,))
        raise lacking(*(one for one in group if matter.given.get(one) in (None, "")))
    return matter.given[name]


def lacking(*names: str) -> Refused:
    """The refusal of a form for facts that nobody told: all that are told together, by what people and programs call them."""
    zh = "、".join(f"{LABELS.get(name, '')}（{name}）" for name in names)
    return Refused(
        "facts-incomplete", f"文书内容不完整，缺少：{zh}", f"the facts are not those of the form: {', '.join(names)} required",
        missing=list(names),
    )  # fmt: skip


def incomplete(detail: str) -> Refused:
    """The refusal of facts that are not those of the form."""
    return Refused(
        "facts-incomplete", f"文书内容不完整：{detail}", f"the facts are not those of the form: {detail}", detail=detail
    )


def unit_of(matter: Matter) -> Unit:
    """The unit of the case, with what the officer adds."""
    party = matter.state.party
    added = {name: matter.given.get(name) for name in ("postcode", "representative", "post", "phone")}
    return Unit(name=party.name, uscc=party.uscc or None, address=matter.address or None, **added)


def person_of(matter: Matter) -> Person:
    """The natural person that is spoken of. Refused `not-a-person`."""
    person = matter.side.person
    if person is None:
        raise Refused("not-a-person", "当事人不是个人", "the party is no natural person", party_id=matter.party_id)
    return Person(
        name=person.name, sex=person.sex or None, age=person.age, id_no=person.id_number, employer=person.employer or None,
        post=person.post or None, address=person.address or None, phone=person.phone or None,
    )  # fmt: skip


def name_of_party(matter: Matter) -> str:
    """What the party is called."""
    return matter.side.name


def fact_of(matter: Matter, item_code: str) -> str:
    """What was done, as the document words it."""
    facts = [act.fact for act in matter.state.acts if act.item_code == item_code]
    return matter.wording.get(item_code) or "；".join(dict.fromkeys(one.strip().rstrip(STOPS) for one in facts)) or item_code


def charged(matter: Matter, charges: Iterable[Charge], rules: Rules) -> tuple[Charged, ...]:
    """Charges, each with the norms that were in force on the day of the act, and the provision that is applied."""
    return tuple(
        Charged(
            text=sentence(fact_of(matter, one.item_code)), breached=breached(matter, one.item_code, rules),
            provision=rules.provision(one.law, one.law_version, one.article, one.paragraph, one.item),
            penalty=penalty_text(one.amount_fen, one.kinds, one.confiscate_fen, rules),
            reason="；".join(part.strip().rstrip(STOPS) for part in (one.reason, _mitigated(one, rules)) if part) or None,
        )
        for one in charges
    )  # fmt: skip


def _mitigated(charge: Charge, rules: Rules) -> str | None:
    """Why less than the least, as the rulebook says it."""
    return None if charge.mitigation is None else rules.mitigations.get(charge.mitigation, charge.mitigation)


def breached(matter: Matter, item_code: str, rules: Rules) -> tuple[str, ...]:
    """Which norms an item breaches, by the law of the day of the act."""
    day = matter.state.act_date
    found = [norm for norm in matter.norms.get(item_code, ()) if norm.in_force(day) and (norm.law, norm.version) in rules.laws]
    return tuple(dict.fromkeys(rules.provision(one.law, one.version, one.article, one.paragraph, one.item) for one in found))


def penalty_text(fen: int, kinds: Iterable[str], confiscate_fen: int, rules: Rules) -> str:
    """What is imposed, in words: kinds beside the fine, illegal gains, the fine in capitals and figures."""
    told = [rules.penalty_kinds.get(kind, kind) for kind in kinds if kind != "fine" and not (confiscate_fen and kind in GAINS)]
    if confiscate_fen:
        told.append(f"没收违法所得{money(confiscate_fen)}")
    if fen:
        told.append(f"罚款{money(fen)}")
    return "、".join(told) or "不予处罚"


GAINS = ("confiscate-illegal-gains",)


def money(fen: int) -> str:
    """A sum as a document says it."""
    told = sum_of(fen)
    return f"人民币{told.capitals}（¥{told.digits}）"


def evidence(matter: Matter, event: Event) -> tuple[str, ...]:
    """What had been gathered when an event happened, in its order."""
    return tuple(dict.fromkeys(one.title for one in matter.case.before(event).each(EvidenceRecorded)))


def officers_of(handlers: Iterable[Handler]) -> tuple[Officer, ...]:
    """Handling officers with their cards."""
    return tuple(Officer(name=one.name, card=one.certificate_no) for one in handlers)


def period(rules: Rules, code: str) -> str:
    """A period of the rulebook as a text. Refused `no-rule-in-force`."""
    found = rules.periods.get(code)
    if found is None:
        raise Refused("no-rule-in-force", f"没有可适用的期限：{code}", f"no period in force: {code}", rule=code, day=rules.day)
    return f"{found.length}{UNITS[found.unit]}"


def remedies(matter: Matter, rules: Rules) -> Remedies:
    """What may be done against the decision. Refused `facts-incomplete` if nobody told before whom."""
    if matter.remedies is None:
        raise lacking("remedies")
    organs, court = matter.remedies
    return Remedies(
        reconsideration=organs, reconsideration_period=period(rules, RECONSIDERATION), court=court,
        litigation_period=period(rules, LITIGATION),
    )  # fmt: skip


def payable(matter: Matter, rules: Rules) -> Payable:
    """How a fine is paid, by the rules of the decision's day. Refused `facts-incomplete` if nobody told where."""
    surcharge = rules.section("surcharge")
    return Payable(
        period=period(rules, PAYMENT), bank=required(matter, "bank"), account=required(matter, "account"),
        surcharge=f"{surcharge['rate_permille_per_day'] / 10:g}%", surcharge_most=f"{surcharge['cap_percent']}%",
        surcharge_basis=rules.cite("surcharge"),
    )  # fmt: skip


def reached(matter: Matter) -> Reached:
    """Where and through whom the organ is reached. Refused `facts-incomplete`."""
    return Reached(
        address=required(matter, "organ_address"), postcode=matter.given.get("organ_postcode"),
        contact=required(matter, "contact"), phone=required(matter, "organ_phone"),
    )  # fmt: skip


def said(matter: Matter, event: Event, text: str) -> Opinion:
    """What whoever caused an event said, and when."""
    deed = matter.deed(event)
    return Opinion(text=sentence(text), signers=(deed.actor,), on=day_of(deed.at))


def case_name(matter: Matter) -> str:
    """What the case is called: the party and what it is about."""
    cause = matter.state.cause or "涉嫌安全生产违法"
    return f"{matter.state.party.name}{cause}{'' if cause.endswith('案') else '案'}"


def sentence(text: str) -> str:
    """A text that ends as a sentence does, whoever wrote it."""
    stripped = text.strip()
    return stripped if stripped[-1:] in STOPS else f"{stripped}。"


def day_text(on: date) -> str:
    """A day in a sentence."""
    return f"{on.year}年{on.month}月{on.day}日"


def local(at: datetime) -> datetime:
    """A moment as it is printed: in China's time."""
    return at.astimezone(CHINA)


def facts_text(charges: Iterable[Charged]) -> str:
    """Charges in one text, each on a line: what was done, what that breaches, by which provision it is punished."""
    return "\n".join(
        f"{place}．{one.text}违反了{'、'.join(one.breached) or '有关规定'}的规定，依据{one.provision}的规定。"
        for place, one in enumerate(charges, start=1)
    )


def acts_text(matter: Matter) -> str:
    """The acts of the case, each on a line."""
    codes = dict.fromkeys(act.item_code for act in matter.state.acts)
    return "\n".join(f"{place}．{sentence(fact_of(matter, code))}" for place, code in enumerate(codes, start=1))


def party_block(matter: Matter) -> dict[str, Any]:
    """The party in the place of a unit, or in that of a natural person."""
    if matter.side.kind == "person":
        return {"unit": None, "person": person_of(matter)}
    return {"unit": unit_of(matter), "person": None}


def handlers(matter: Matter) -> tuple[str, ...]:
    """The names of who handles the case."""
    return tuple(one.name for one in matter.state.officers)

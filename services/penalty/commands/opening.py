"""What every command of a case begins with: the case under the rules of the day, a deadline's case, the next number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from chassis.aggregates import Loaded
from chassis.deadlines import Deadline
from chassis.domain import Event, Guards, Refused, day_of
from chassis.runner import Work
from services.penalty import domain, queries
from services.penalty.domain import CASE, SERIES, UNIT, CaseAct, CaseState, Rules
from services.penalty.domain.guards import require_not_kept_away
from services.penalty.domain.numbers import take_given
from services.penalty.domain.spot import SPOTS, SpotState, served


async def opened(work: Work, case_id: str, day: date | None = None) -> tuple[Loaded[CaseState], Rules]:
    """The case, and the rules of the day of the command (or of `day`), which its events will name.

    Refused `officer-recused` to whoever was told to keep away from the case: no step of it is theirs to take.
    """
    return _at_hand(work, await work.existing(CASE, case_id), await ruled(work, day))


async def ruled(work: Work, day: date | None = None) -> Rules:
    """The rules of the day of the command (or of `day`), which its events will name."""
    rules = await queries.rules_on(work.read, day or day_of(work.at))
    work.rulebook = rules.name
    return rules


async def fined(work: Work, key: str) -> Loaded[CaseState]:
    """What a fine belongs to: a case; or a penalty decided on the spot, told as a case that was served.

    For money and publication: nothing is appended to it.
    """
    if (await work.whichever(key, SPOTS, CASE)).stream is CASE:
        return await work.existing(CASE, key)
    return as_case(await work.existing(SPOTS, key))


async def fined_anywhere(work: Work, key: str) -> Loaded[CaseState]:
    """As `fined`, of whichever district, or of nobody: what a decision rests on, told to nobody and appended to never."""
    found = await work.whichever(key, SPOTS, CASE)
    return found if found.stream is CASE else as_case(found)


async def fined_at_hand(work: Work, key: str, day: date | None = None) -> tuple[Loaded[CaseState], Rules]:
    """As `opened`, of what a fine belongs to: a case, or a penalty decided on the spot."""
    return _at_hand(work, await fined(work, key), await ruled(work, day))


def _at_hand(work: Work, case: Loaded[CaseState], rules: Rules) -> tuple[Loaded[CaseState], Rules]:
    require_not_kept_away(case.state, work.actor.id, rules)
    return case, rules


async def require_no_enterprise(work: Work, person_id: str) -> None:
    """No natural person goes by the id of an enterprise: what is sealed for one would be sealed for the other. `id-in-use`."""
    if await queries.enterprise_of(work.read, person_id) is not None:
        raise Refused("id-in-use", "该编号已被一家企业使用", "an enterprise goes by this id", id=person_id)


async def require_own_hazards(work: Work, enterprise_id: str, acts: Iterable[CaseAct]) -> None:
    """The hazards that acts name are none of another enterprise, as far as inspection has told. `hazard-of-another`."""
    named = [act.hazard_id for act in acts if act.hazard_id]
    if foreign := await queries.hazards_of_others(work.read, enterprise_id, named) if named else []:
        zh, en = "所列隐患不是该企业的隐患", "a hazard is another enterprise's"
        raise Refused("hazard-of-another", zh, en, hazard_ids=foreign)


def as_case(spot: Loaded[SpotState]) -> Loaded[CaseState]:
    """A penalty decided on the spot, told as a case that was served: nothing is appended to it."""
    return Loaded(
        CASE, spot.key, spot.stream_id, spot.version, served(spot.state), spot.subject, spot.district, spot.correlation_id,
        spot.organ, spot.began_at,
    )  # fmt: skip


def is_spot(case: Loaded[CaseState]) -> bool:
    """Whether it is a penalty decided on the spot that is told as a case."""
    return case.stream_id == SPOTS.id(case.key)


async def due(work: Work, deadline: Deadline) -> Loaded[CaseState]:
    """The case of a deadline, under the rules that armed it."""
    work.rulebook = deadline.detail.get("rulebook")
    return await work.existing(CASE, deadline.key)


def due_on(deadline: Deadline) -> date:
    """The last day of a deadline, as it was armed."""
    return date.fromisoformat(deadline.detail["due_on"])


def party_of(deadline: Deadline) -> str:
    """The party that a deadline is about."""
    return str(deadline.detail.get("party_id", UNIT))


async def next_number(work: Work, case: CaseState, form: domain.Form, given: int | None = None) -> str:
    """The next number of the organ's series for a form, taken in this write set: no hole, no double.

    `given` is the number that the device, whose command this is, took out of its block.
    Guarded by tests/service/penalty/test_numbers.py.
    """
    organ = await queries.organ_of(work.read, case.organ_id)
    if organ is None:
        raise Refused("organ-unknown", f"未登记的机关：{case.organ}", f"no such organ: {case.organ_id}", organ_id=case.organ_id)
    day = day_of(work.at)
    series = await work.load(SERIES, domain.series_key(case.organ_id, form, day))
    if given is None:
        taken = domain.take_number(
            series.state, organ_id=case.organ_id, abbreviation=organ.abbreviation, form=form, day=day, case_id=case.case_id
        )
    else:
        blocks = await queries.blocks_of(work.read, work.context.device or "", series.key)
        taken = take_given(
            series.state, blocks, organ_id=case.organ_id, abbreviation=organ.abbreviation, form=form, day=day, number=given,
            case_id=case.case_id,
        )  # fmt: skip
    work.append(series, taken, district=organ.jurisdiction_id)
    return taken[-1].document_no


async def numbered(
    work: Work, case: CaseState, form: domain.Form, decide: Callable[[str], list[Event]], given: int | None = None
) -> tuple[str, list[Event]]:
    """The next number, and what is decided under it; what the decision refuses is told first, the series' refusal beside it."""
    numbers, events = await numbered_together(work, case, (form,), lambda taken: decide(taken[0]), given)
    return numbers[0], events


async def numbered_together(
    work: Work, case: CaseState, forms: Sequence[domain.Form], decide: Callable[[tuple[str, ...]], list[Event]],
    given: int | None = None,
) -> tuple[tuple[str, ...], list[Event]]:  # fmt: skip
    """As `numbered`, of a decision that is made by several forms: the next number of each."""
    unnumbered: Refused | None = None
    numbers, guards, events = ("",) * len(forms), Guards(), list[Event]()
    try:
        numbers = tuple([await next_number(work, case, form, given) for form in forms])
    except Refused as refused:
        unnumbered = refused
    with guards:
        events = decide(numbers)
    with guards:
        if unnumbered is not None:
            raise unnumbered
    guards.settle()
    return numbers, events


async def leased_number(work: Work, case: CaseState, form: domain.Form) -> str:
    """The next number of a series that another service numbers, if a block of it was leased to us; else the document has none."""
    series = await work.load(SERIES, domain.series_key(case.organ_id, form, day_of(work.at)))
    return await next_number(work, case, form) if series.state.left else ""

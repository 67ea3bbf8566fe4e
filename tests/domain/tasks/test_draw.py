"""Draws: committed before they are drawn, repeatable by anybody, recusals respected."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chassis.domain import Refused
from services.tasks import domain
from services.tasks.domain import DRAW, CommitDraw, DrawState, Pick
from services.tasks.domain.draw import held_back
from tests.domain.tasks.situations import AT, CITY, DONGHU, RULES, assigned, fold, generated

SEED = "a seed that nobody can guess"
DAY = date(2021, 3, 8)
SEEDS = st.text("abc019| 种子", min_size=1, max_size=30)
OFFICER_IDS = tuple(f"o-{one}" for one in range(8))


def officer(officer_id: str, valid_to: date = date(2024, 12, 31)) -> domain.Officer:
    return domain.Officer(
        officer_id=officer_id, name="人员", organ_id="donghu-emb", certificate_no=f"C-{officer_id}", certificate_valid_to=valid_to
    )


def asked(*picks: Pick, seed: str = SEED, campaign_id: str | None = None, organ_id: str = "donghu-emb") -> CommitDraw:
    return CommitDraw(
        draw_id="draw-1", purpose="officers" if picks[0].task_id else "enterprises", organ_id=organ_id, campaign_id=campaign_id,
        seed_sha256=sha256(seed.encode()).hexdigest(), picks=picks,
    )  # fmt: skip


def pick(number: int = 1, count: int = 2, planned_on: date = DAY, experts: tuple[str, ...] = ()) -> Pick:
    return Pick(task_id=f"t-{number}", count=count, planned_on=planned_on, expert_ids=experts)


def task(number: int = 1, **changes: object) -> domain.TaskState:
    return generated(**{"task_id": f"t-{number}", "enterprise_id": f"e-{number}", **changes})


def commit(
    command: CommitDraw,
    officers: Sequence[domain.Officer] | None = None,
    recusals: Sequence[domain.Recusal] = (),
    tasks: dict[str, domain.TaskState] | None = None,
    state: DrawState = DRAW.initial,
) -> domain.DrawCommitted:
    tasks = tasks if tasks is not None else {str(p.task_id): task(int(str(p.task_id)[2:])) for p in command.picks}
    officers = officers if officers is not None else [officer(one) for one in OFFICER_IDS]
    experts = {"x-1": domain.Expert(expert_id="x-1", name="专家")}
    [event] = domain.commit_officer_draw(state, command, tasks, officers, recusals, experts, [RULES], AT)
    assert isinstance(event, domain.DrawCommitted)
    return event


def reveal(committed: domain.DrawCommitted, seed: str = SEED, late: Sequence[domain.Exclusion] = ()) -> domain.DrawRevealed:
    [event] = domain.reveal(fold(DRAW, DRAW.initial, [committed]), seed, late)
    assert isinstance(event, domain.DrawRevealed)
    return event


def test_commitment_names_pool_and_hashes_and_hides_the_seed() -> None:
    event = commit(asked(pick()))
    assert event.pool == OFFICER_IDS
    assert event.pool_sha256 == sha256("".join(f"{one}\n" for one in OFFICER_IDS).encode()).hexdigest()
    assert event.seed_sha256 == sha256(SEED.encode()).hexdigest()
    assert event.picks[0].enterprise_id == "e-1"
    assert SEED not in repr(event)


def test_anybody_can_repeat_the_draw() -> None:
    """Nothing but sha256 and sorting, written down once more without the project's code."""
    command = asked(pick(1, 3), pick(2, 2))
    committed = commit(command, recusals=[domain.Recusal("o-3", "e-1"), domain.Recusal("o-5", "e-2")])
    revealed = reveal(committed)
    assert revealed.algorithm == "sha256-rank/1"
    excluded = {(e.officer_id, e.enterprise_id) for e in committed.exclusions}
    for one, result in zip(committed.picks, revealed.results, strict=True):
        order = sorted(committed.pool, key=lambda o: sha256(f"{revealed.seed}|{one.task_id}|{o}".encode()).hexdigest())
        allowed = [o for o in order if (o, one.enterprise_id) not in excluded]
        assert (result.task_id, list(result.drawn)) == (one.task_id, allowed[: one.count])


def test_fixed_example() -> None:
    """`printf '%s' 'seed|t-1|o-c' | sha256sum` and so on: 025b…, 15ca…, 7567…, 9ee6…."""
    assert domain.ranked("seed", "t-1", ["o-a", "o-b", "o-c", "o-d"]) == ["o-c", "o-b", "o-d", "o-a"]


@given(
    recused=st.sets(st.tuples(st.sampled_from(OFFICER_IDS), st.sampled_from(["e-1", "e-2", "e-3"]))),
    late=st.sets(st.tuples(st.sampled_from(OFFICER_IDS), st.sampled_from(["e-1", "e-2", "e-3"]))),
    expired=st.sets(st.sampled_from(OFFICER_IDS)),
    seed=SEEDS,
    count=st.integers(2, 4),
)
@settings(max_examples=60)
def test_no_recused_or_expired_officer_is_ever_drawn(
    recused: set[tuple[str, str]], late: set[tuple[str, str]], expired: set[str], seed: str, count: int
) -> None:
    officers = [officer(one, date(2021, 3, 7) if one in expired else DAY) for one in OFFICER_IDS]
    recusals = [domain.Recusal(*one) for one in recused]
    late_ones = [domain.Exclusion(officer_id=o, enterprise_id=e, reason="recusal") for o, e in late]
    picks = [pick(number, count) for number in (1, 2, 3)]
    free = {e: [o for o in OFFICER_IDS if o not in expired and (o, e) not in recused | late] for e in ("e-1", "e-2", "e-3")}

    def drawn() -> tuple[domain.Result, ...]:
        return reveal(commit(asked(*picks, seed=seed), officers, recusals), seed, late_ones).results

    if min(len(those) for those in free.values()) < count:
        with pytest.raises(Refused, match="not-enough-officers"):
            drawn()
        return
    for result, those in zip(drawn(), free.values(), strict=True):
        assert len(set(result.drawn)) == count
        assert set(result.drawn) <= set(those)


@given(shuffle=st.integers(), seed=SEEDS)
@settings(max_examples=30)
def test_draw_depends_on_the_seed_and_not_on_the_order_of_the_pool(shuffle: int, seed: str) -> None:
    mixed = [officer(one) for one in OFFICER_IDS]
    random.Random(shuffle).shuffle(mixed)
    command = asked(pick(1, 3), seed=seed)
    assert commit(command, mixed) == commit(command)
    assert reveal(commit(command, mixed), seed) == reveal(commit(command), seed)


def test_certificate_is_valid_on_the_planned_day_itself() -> None:
    last_day = [officer("o-0", DAY), officer("o-1", DAY), officer("o-2", date(2021, 3, 7))]
    event = commit(asked(pick()), last_day)
    assert event.exclusions == (domain.Exclusion(officer_id="o-2", enterprise_id="e-1", reason="certificate-expired"),)
    assert set(reveal(event).results[0].drawn) == {"o-0", "o-1"}


def test_who_was_not_trained_is_excluded_where_the_rulebook_demands_it() -> None:
    trained = [replace(officer(one), modules=("inspection",)) for one in ("o-0", "o-1")]
    command = asked(pick())
    demanding = replace(RULES, required_modules=("inspection",))
    roll = [*trained, officer("o-2")]
    [event] = domain.commit_officer_draw(DRAW.initial, command, {"t-1": task()}, roll, [], {}, [demanding], AT)
    assert isinstance(event, domain.DrawCommitted)
    assert event.exclusions == (domain.Exclusion(officer_id="o-2", enterprise_id="e-1", reason="not-trained"),)
    assert commit(command, roll).exclusions == ()


def test_recusal_counts_per_task() -> None:
    recused = [domain.Recusal(one, "e-1") for one in OFFICER_IDS[2:]]
    results = reveal(commit(asked(pick(1), pick(2, 8)), recusals=recused)).results
    assert set(results[0].drawn) == {"o-0", "o-1"}
    assert set(results[1].drawn) == set(OFFICER_IDS)


def test_recusal_after_the_commitment_is_respected_and_named() -> None:
    committed = commit(asked(pick()))
    drawn = reveal(committed).results[0].drawn
    late = domain.Exclusion(officer_id=drawn[0], enterprise_id="e-1", reason="recusal")
    revealed = reveal(committed, late=[late])
    assert drawn[0] not in revealed.results[0].drawn
    assert revealed.late_exclusions == (late,)


@pytest.mark.parametrize(
    ("planned_on", "basis"),
    [(date(2021, 7, 14), "行政处罚法（2017）第37条第1款"), (date(2021, 7, 15), "行政处罚法（2021）第42条第1款")],
)
def test_f05_fewer_officers_than_the_rules_demand_are_refused(planned_on: date, basis: str) -> None:
    with pytest.raises(Refused, match="too-few-officers") as caught:
        commit(asked(pick(count=1, planned_on=planned_on)))
    assert (caught.value.basis, caught.value.facts["minimum"]) == (basis, 2)


def test_not_enough_officers() -> None:
    with pytest.raises(Refused, match="not-enough-officers") as caught:
        commit(asked(pick(count=3)), [officer("o-0"), officer("o-1"), officer("o-2")], [domain.Recusal("o-1", "e-1")])
    assert (caught.value.facts["available"], caught.value.facts["needed"]) == (2, 3)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        (assigned(), "task-not-open"),
        (domain.TaskState(), "task-not-open"),
        (task(1, organ_id="xihu-emb"), "task-of-another-organ"),
        (task(1, campaign_id="campaign-other"), "task-of-another-campaign"),
    ],
    ids=["assigned", "none", "another organ", "another campaign"],
)
def test_task_must_be_open_and_of_the_organ(changed: domain.TaskState, code: str) -> None:
    with pytest.raises(Refused, match=code):
        commit(asked(pick(), campaign_id="campaign-2021"), tasks={"t-1": changed})


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (asked(pick(), pick()), "task-picked-twice"),
        (asked(pick(planned_on=date(2021, 2, 28))), "planned-in-the-past"),
        (asked(pick(experts=("x-1", "x-2"))), "unknown-expert"),
        (asked(Pick(task_id="t-1", count=2)), "pick-incomplete"),
    ],
)
def test_what_cannot_be_drawn(command: CommitDraw, code: str) -> None:
    with pytest.raises(Refused, match=code):
        commit(command)


def test_committed_once_and_revealed_once_with_the_seed_committed_to() -> None:
    committed = commit(asked(pick()))
    state = fold(DRAW, DRAW.initial, [committed])
    with pytest.raises(Refused, match="draw-exists"):
        commit(asked(pick()), state=state)
    with pytest.raises(Refused, match="seed-does-not-match"):
        domain.reveal(state, "another seed than that")
    with pytest.raises(Refused, match="draw-already-revealed"):
        domain.reveal(fold(DRAW, state, domain.reveal(state, SEED)), SEED)
    with pytest.raises(Refused, match="draw-not-committed"):
        domain.reveal(DRAW.initial, SEED)


POOL = [f"e-{one}" for one in range(30)]
DISTRICTS = ["nanchang", "donghu"]


CAPPED = Refused("cap-reached", "已达上限", "the yearly cap is reached")


def test_f39_a_task_that_may_not_go_ahead_is_named_in_the_order_of_the_picks() -> None:
    unapproved = Refused("inspection-not-approved", "未经批准", "not approved")
    named = held_back({"t-3": unapproved, "t-1": CAPPED}, [pick(1), pick(2), pick(3)])
    assert [(one.task_id, one.code, one.zh) for one in named] == [
        ("t-1", "cap-reached", "已达上限"),
        ("t-3", "inspection-not-approved", "未经批准"),
    ]
    assert held_back({}, [pick(1)]) == ()


@pytest.mark.parametrize(
    ("refusals", "code"),
    [
        ({"t-1": CAPPED, "t-2": CAPPED}, "cap-reached"),
        ({"t-2": Refused("task-not-open", "x", "x")}, "task-not-open"),
    ],
    ids=["all held back", "refused for another reason"],
)
def test_a_draw_from_which_nothing_follows_and_any_other_refusal_refuse_it_whole(refusals: dict[str, Refused], code: str) -> None:
    with pytest.raises(Refused, match=code):
        held_back(refusals, [pick(1), pick(2)])


def commit_enterprises(
    count: int = 5,
    district: str | None = "donghu",
    due_on: date = date(2021, 12, 31),
    picks: int = 1,
    barred: Sequence[domain.Barred] = (),
) -> domain.DrawCommitted:
    command = asked(*[Pick(count=count, district=district, due_on=due_on)] * picks, organ_id="nanchang-emb")
    [event] = domain.commit_enterprise_draw(DRAW.initial, command, CITY, DISTRICTS, POOL, barred, AT)
    assert isinstance(event, domain.DrawCommitted)
    return event


@given(count=st.integers(1, 30), seed=SEEDS)
@settings(max_examples=30)
def test_enterprises_are_drawn_without_replacement_by_the_published_rule(count: int, seed: str) -> None:
    committed = replace(commit_enterprises(count), seed_sha256=sha256(seed.encode()).hexdigest())
    [result] = reveal(committed, seed).results
    order = sorted(POOL, key=lambda one: sha256(f"{seed}|draw-1|{one}".encode()).hexdigest())
    assert (result.task_id, list(result.drawn)) == (None, order[:count])
    assert len(set(result.drawn)) == count


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"count": 31}, "not-enough-enterprises"),
        ({"district": "xihu"}, "district-of-another-organ"),
        ({"due_on": date(2021, 2, 28)}, "due-in-the-past"),
        ({"picks": 2}, "one-pick-only"),
    ],
)
def test_enterprises_that_cannot_be_drawn(changes: dict[str, object], code: str) -> None:
    with pytest.raises(Refused, match=code):
        commit_enterprises(**changes)  # type: ignore[arg-type]


def test_organ_of_a_district_draws_in_its_own_district_only() -> None:
    command = asked(Pick(count=1, district="xihu", due_on=date(2021, 12, 31)))
    with pytest.raises(Refused, match="district-of-another-organ"):
        domain.commit_enterprise_draw(DRAW.initial, command, DONGHU, ["donghu"], POOL, (), AT)


@given(out=st.sets(st.sampled_from(POOL)), late=st.sets(st.sampled_from(POOL)), count=st.integers(1, 30), seed=SEEDS)
@settings(max_examples=60)
def test_no_closed_suspended_or_capped_enterprise_is_ever_drawn(out: set[str], late: set[str], count: int, seed: str) -> None:
    barred = [domain.Barred(enterprise_id=one, reason="closed") for one in out]
    late_barred = [domain.Barred(enterprise_id=one, reason="cap-reached") for one in late]

    def drawn() -> domain.DrawRevealed:
        committed = replace(commit_enterprises(count, barred=barred), seed_sha256=sha256(seed.encode()).hexdigest())
        [event] = domain.reveal(fold(DRAW, DRAW.initial, [committed]), seed, (), late_barred)
        assert isinstance(event, domain.DrawRevealed)
        return event

    if len(set(POOL) - out - late) < count:
        with pytest.raises(Refused, match="not-enough-enterprises"):
            drawn()
        return
    revealed = drawn()
    assert not set(revealed.results[0].drawn) & (out | late)
    assert {one.enterprise_id for one in revealed.late_barred} == late - out

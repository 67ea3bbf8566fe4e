"""A draw (双随机抽取): the seed is committed to first, the pool is fixed, and whoever reads the record can repeat it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, TypeVar

from chassis.domain import Event, Refused, Stream, day_of, event
from services.tasks.domain.knowledge import Expert, Officer, Organ, Recusal, Rules, cited, rules_on
from services.tasks.domain.ranking import ALGORITHM, digest, pool_digest, ranked
from services.tasks.domain.task import TaskState

Purpose = Literal["officers", "enterprises"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """What is to be drawn: `count` officers for a task, or `count` enterprises of a district (None: the whole pool)."""

    task_id: str | None = None
    enterprise_id: str | None = None
    count: int
    planned_on: date | None = None
    expert_ids: tuple[str, ...] = ()
    district: str | None = None
    due_on: date | None = None

    @property
    def task(self) -> str:
        """The task that officers are drawn for."""
        return _given(self.task_id)

    @property
    def planned(self) -> date:
        """The day that a visit of drawn officers is planned for."""
        return _given(self.planned_on)

    @property
    def due(self) -> date:
        """The last day of a task at a drawn enterprise."""
        return _given(self.due_on)


def _given(value: T | None) -> T:
    if value is None:
        raise Refused("pick-incomplete", "抽取内容不完整", "the pick lacks a value that its purpose needs")
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """An officer who may not be drawn for this enterprise: `recusal`, `certificate-expired` or `not-trained`."""

    officer_id: str
    enterprise_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Barred:
    """An enterprise of the pool that may not be drawn: `closed`, `suspended` or `cap-reached`."""

    enterprise_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Who was drawn for a pick, in the order of the draw."""

    task_id: str | None
    drawn: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unassigned:
    """A task of a draw that officers were drawn for, but that may not go ahead: `code` is the refusal's, with its reason."""

    task_id: str
    code: str
    zh: str
    en: str


HOLDING_BACK = frozenset({"inspection-not-approved", "cap-reached"})
"""Refusals of a visit that hold one task of a draw back, and leave the draw and its other tasks as they are."""


@event("casetrail.tasks.draw-committed.v1", title="抽取承诺", summary="抽取 {draw_id} 已固定名录并公布种子摘要")
class DrawCommitted(Event):
    """Before the draw: the pool, who is excluded, what is to be drawn, and the hash of a seed nobody else knows yet."""

    draw_id: str
    purpose: Purpose
    campaign_id: str | None
    organ_id: str
    pool: tuple[str, ...]
    pool_sha256: str
    seed_sha256: str
    picks: tuple[Pick, ...]
    exclusions: tuple[Exclusion, ...]
    barred: tuple[Barred, ...] = ()


@event("casetrail.tasks.draw-revealed.v1", title="抽取结果", summary="抽取 {draw_id} 已公布种子与结果（{algorithm}）")
class DrawRevealed(Event):
    """After the draw: the seed, the algorithm, the results; what is `late` came to be known after the commitment.

    `results` are what the seed draws, for every pick; the tasks in `unassigned` were drawn for like the others and not assigned.
    """

    draw_id: str
    seed: str
    algorithm: str
    results: tuple[Result, ...]
    late_exclusions: tuple[Exclusion, ...] = ()
    late_barred: tuple[Barred, ...] = ()
    unassigned: tuple[Unassigned, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawState:
    """A draw; `revealed` is None until its seed is known."""

    committed: DrawCommitted | None = None
    revealed: DrawRevealed | None = None

    @property
    def commitment(self) -> DrawCommitted:
        """What was committed to; raises Refused `draw-not-committed` for a draw that does not exist."""
        if self.committed is None:
            raise Refused("draw-not-committed", "抽取不存在", "there is no such draw")
        return self.committed

    @property
    def results(self) -> tuple[Result, ...]:
        """Who was drawn, pick by pick; nobody before the draw is revealed."""
        return () if self.revealed is None else self.revealed.results


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitDraw:
    """Commit to a draw; `seed_sha256` is the lower-case hex SHA-256 of the UTF-8 bytes of the seed text."""

    draw_id: str
    purpose: Purpose
    organ_id: str
    campaign_id: str | None
    seed_sha256: str
    picks: tuple[Pick, ...]


def evolve_draw(state: DrawState, event: Event) -> DrawState:
    """The draw after an event."""
    match event:
        case DrawCommitted():
            return replace(state, committed=event)
        case DrawRevealed():
            return replace(state, revealed=event)
        case _:
            return state


DRAW = Stream("draw", DrawState(), evolve_draw)


def commit_officer_draw(
    state: DrawState,
    command: CommitDraw,
    tasks: Mapping[str, TaskState],
    officers: Sequence[Officer],
    recusals: Collection[Recusal],
    experts: Mapping[str, Expert],
    rulebooks: Sequence[Rules],
    at: datetime,
) -> list[Event]:
    """Fix the pool of an organ's officers and commit to the seed by which they will be drawn for these tasks.

    Refused `draw-exists`, `task-picked-twice`, `task-not-open`, `task-of-another-organ`, `task-of-another-campaign`,
    `planned-in-the-past`, `too-few-officers` (行政处罚法（2021）第42条: not fewer than two; the number is the rulebook's),
    `unknown-expert`, `not-enough-officers`. Excluded are the recused (同法第43条), those whose certificate
    expires, and the untrained.
    """
    _check_fresh(state)
    picks = tuple(_officer_pick(command, pick, tasks, experts, rulebooks, day_of(at)) for pick in command.picks)
    if len({pick.task_id for pick in picks}) < len(picks):
        raise Refused("task-picked-twice", "同一任务重复抽取", "a task is picked twice in one draw")
    pool = tuple(sorted(officer.officer_id for officer in officers))
    exclusions = exclusions_for(picks, officers, recusals, rulebooks)
    _check_enough(picks, pool, exclusions)
    return [_committed(command, pool, picks, exclusions)]


def _officer_pick(
    command: CommitDraw, pick: Pick, tasks: Mapping[str, TaskState], experts: Mapping[str, Expert],
    rulebooks: Sequence[Rules], today: date,
) -> Pick:  # fmt: skip
    task_id = pick.task
    task = tasks.get(task_id, TaskState())
    if task.state != "generated":
        raise Refused("task-not-open", f"任务 {task_id} 不处于待派发状态", "the task is not open to be assigned",
                      task_id=task_id, state=task.state)  # fmt: skip
    if task.facts.organ_id != command.organ_id:
        raise Refused("task-of-another-organ", f"任务 {task_id} 属于其他执法主体", "the task is another organ's",
                      task_id=task_id, organ_id=task.facts.organ_id)  # fmt: skip
    if command.campaign_id is not None and task.facts.campaign_id != command.campaign_id:
        raise Refused("task-of-another-campaign", f"任务 {task_id} 不属于该专项行动", "the task is not of this campaign",
                      task_id=task_id)  # fmt: skip
    _check_pick(pick, experts, rules_on(rulebooks, pick.planned), today)
    return replace(pick, enterprise_id=task.facts.enterprise_id)


def _check_pick(pick: Pick, experts: Mapping[str, Expert], rules: Rules, today: date) -> None:
    if pick.planned < today:
        raise Refused("planned-in-the-past", "计划检查日期早于今日", "the planned day has passed", task_id=pick.task_id)
    if pick.count < rules.officers_minimum:
        raise Refused("too-few-officers", f"执法人员不得少于 {rules.officers_minimum} 人",
                      f"at least {rules.officers_minimum} officers are needed", basis=cited(rules.officers_bases, pick.planned),
                      task_id=pick.task_id, minimum=rules.officers_minimum)  # fmt: skip
    if unknown := sorted(set(pick.expert_ids) - experts.keys()):
        raise Refused("unknown-expert", "专家不在专家库中", "experts who are not enrolled", expert_ids=unknown)


def exclusions_for(
    picks: Iterable[Pick], officers: Iterable[Officer], recusals: Collection[Recusal], rulebooks: Sequence[Rules]
) -> tuple[Exclusion, ...]:
    """Who may not be drawn for which enterprise: recused, the certificate ends before the planned day, or not trained.

    Training counts where the rulebook of the planned day names the modules that it takes (`officers.required_modules`).
    """
    roll = list(officers)
    recused = {(recusal.officer_id, recusal.enterprise_id) for recusal in recusals}
    found: dict[tuple[str, str], str] = {}
    for pick in picks:
        rules = rules_on(rulebooks, pick.planned)
        for officer in roll:
            key = (officer.officer_id, str(pick.enterprise_id))
            if key in recused:
                found[key] = "recusal"
            elif officer.certificate_valid_to < pick.planned:
                found[key] = "certificate-expired"
            elif rules.untaught(officer):
                found[key] = "not-trained"
    return tuple(Exclusion(officer_id=o, enterprise_id=e, reason=reason) for (o, e), reason in sorted(found.items()))


def commit_enterprise_draw(
    state: DrawState, command: CommitDraw, organ: Organ, districts: Collection[str], pool: Iterable[str],
    barred: Iterable[Barred], at: datetime,
) -> list[Event]:  # fmt: skip
    """Fix the pool of enterprises of the organ's districts and commit to the seed by which they will be drawn.

    `districts` are the organ's; `pool` is of the pick's district, or of all; who is `barred` is in the pool, and is
    skipped. Refused `draw-exists`, `one-pick-only`,
    `district-of-another-organ`, `due-in-the-past`, `not-enough-enterprises`. Source: 双随机、一公开（国办发〔2015〕58号）.
    """
    _check_fresh(state)
    if len(command.picks) != 1:
        raise Refused("one-pick-only", "企业抽取只能有一项", "a draw of enterprises has exactly one pick")
    [pick] = command.picks
    if pick.district is not None and pick.district not in districts:
        raise Refused("district-of-another-organ", f"{pick.district} 不属于{organ.organ}", "the district is not the organ's",
                      district=pick.district)  # fmt: skip
    if pick.due < day_of(at):
        raise Refused("due-in-the-past", "完成期限早于今日", "the task would be due before today")
    candidates = tuple(sorted(set(pool)))
    out = tuple(sorted((one for one in barred if one.enterprise_id in set(candidates)), key=lambda one: one.enterprise_id))
    _check_enough_enterprises(pick, candidates, out)
    return [replace(_committed(command, candidates, (pick,), ()), barred=out)]


def _check_enough_enterprises(pick: Pick, pool: Collection[str], barred: Iterable[Barred]) -> None:
    available = len(pool) - len({one.enterprise_id for one in barred})
    if available < pick.count:
        raise Refused("not-enough-enterprises", f"可抽取企业仅 {available} 家", "fewer enterprises than are to be drawn",
                      available=available, needed=pick.count)  # fmt: skip


def held_back(refusals: Mapping[str, Refused], picks: Collection[Pick]) -> tuple[Unassigned, ...]:
    """The tasks of a draw that may not go ahead, by the refusal of their visit, in the order of the picks.

    Raises the first of them if no task may go ahead: nothing would follow from the draw, so it is revealed once something can.
    Raises any other refusal than those of `HOLDING_BACK` (国办发〔2024〕54号: approval, yearly cap).
    """
    found = [(pick.task, refusals[pick.task]) for pick in picks if pick.task in refusals]
    for _, refused in found:
        if refused.code not in HOLDING_BACK or len(found) == len(picks):
            raise refused
    return tuple(Unassigned(task_id=task, code=one.code, zh=one.zh, en=one.en) for task, one in found)


def reveal(state: DrawState, seed: str, late: Iterable[Exclusion] = (), late_barred: Iterable[Barred] = ()) -> list[DrawRevealed]:
    """Reveal the seed and draw. Who was excluded or barred since the commitment is not drawn either, and is named.

    Refused `draw-not-committed`, `draw-already-revealed`, `seed-does-not-match`, `not-enough-officers`,
    `not-enough-enterprises`.
    """
    committed = state.commitment
    if state.revealed is not None:
        raise Refused("draw-already-revealed", "抽取结果已公布", "the draw is revealed already")
    if digest(seed) != committed.seed_sha256:
        raise Refused("seed-does-not-match", "种子与承诺的摘要不符", "the seed is not the one that was committed to")
    late_ones = tuple(sorted(set(late) - set(committed.exclusions), key=lambda e: (e.officer_id, e.enterprise_id)))
    exclusions = (*committed.exclusions, *late_ones)
    late_out = _late(committed, late_barred)
    if committed.purpose == "officers":
        _check_enough(committed.picks, committed.pool, exclusions)
    else:
        _check_enough_enterprises(committed.picks[0], committed.pool, (*committed.barred, *late_out))
    results = results_of(seed, committed, exclusions, (*committed.barred, *late_out))
    return [
        DrawRevealed(
            draw_id=committed.draw_id, seed=seed, algorithm=ALGORITHM, results=results, late_exclusions=late_ones,
            late_barred=late_out,
        )
    ]  # fmt: skip


def _late(committed: DrawCommitted, late: Iterable[Barred]) -> tuple[Barred, ...]:
    pool, known = set(committed.pool), {one.enterprise_id for one in committed.barred}
    found = {one.enterprise_id: one for one in late if one.enterprise_id in pool and one.enterprise_id not in known}
    return tuple(found[one] for one in sorted(found))


def results_of(
    seed: str, committed: DrawCommitted, exclusions: Iterable[Exclusion], barred: Iterable[Barred] = ()
) -> tuple[Result, ...]:
    """The draw itself (sha256-rank/1): for each pick the first `count` of the ranked pool, excluded and barred ones skipped."""
    excluded = {(exclusion.enterprise_id, exclusion.officer_id) for exclusion in exclusions}
    out = {one.enterprise_id for one in barred}
    results = []
    for pick in committed.picks:
        order = ranked(seed, pick.task_id or committed.draw_id, committed.pool)
        allowed = [one for one in order if one not in out and (pick.enterprise_id, one) not in excluded]
        results.append(Result(task_id=pick.task_id, drawn=tuple(allowed[: pick.count])))
    return tuple(results)


def _check_fresh(state: DrawState) -> None:
    if state.committed is not None:
        raise Refused("draw-exists", f"抽取 {state.committed.draw_id} 已存在", "the draw exists already")


def _check_enough(picks: Iterable[Pick], pool: Collection[str], exclusions: Iterable[Exclusion]) -> None:
    excluded = {(exclusion.enterprise_id, exclusion.officer_id) for exclusion in exclusions}
    for pick in picks:
        available = sum((pick.enterprise_id, one) not in excluded for one in pool)
        if available < pick.count:
            raise Refused("not-enough-officers", f"任务 {pick.task_id} 可派执法人员仅 {available} 人，需 {pick.count} 人",
                          "fewer officers may be drawn than are needed", task_id=pick.task_id, available=available,
                          needed=pick.count)  # fmt: skip


def _committed(
    command: CommitDraw, pool: tuple[str, ...], picks: tuple[Pick, ...], exclusions: tuple[Exclusion, ...]
) -> DrawCommitted:
    return DrawCommitted(
        draw_id=command.draw_id, purpose=command.purpose, campaign_id=command.campaign_id, organ_id=command.organ_id,
        pool=pool, pool_sha256=pool_digest(pool), seed_sha256=command.seed_sha256, picks=picks, exclusions=exclusions,
    )  # fmt: skip

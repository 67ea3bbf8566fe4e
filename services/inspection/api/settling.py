"""Carrying out what devices noted offline: each command once, under its author, when what it rests on is there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any
from uuid import NAMESPACE_URL, uuid5

from fastapi import FastAPI
from pydantic import Field, ValidationError

from chassis.aggregates import read
from chassis.auth import ALL, Forbidden
from chassis.database import GONE
from chassis.domain import Actor, Refused, Unknown
from chassis.http import Id
from chassis.runner import Conflict, Context, InFlight, KeyReused, Runner, Work
from chassis.sight import Sight
from chassis.telemetry import current_traceparent, log
from chassis.vault import KeysMissing
from services.inspection import queries
from services.inspection.api.evidence import EvidenceBody, taken_of
from services.inspection.api.hazards import CorrectionBody
from services.inspection.api.noted import MEASURES
from services.inspection.api.orders import OrderBody
from services.inspection.api.signing import CommandBody, payload_of
from services.inspection.api.visits import (
    AdviceBody,
    AnswerId,
    AnswersBody,
    CheckInBody,
    ConclusionBody,
    MeetingBody,
    StatementBody,
    advice_of,
    answered_of,
    arrival_of,
    conclusion_of,
    meeting_of,
    statement_of,
)
from services.inspection.commands import devices, evidence, hazards, orders, visits
from services.inspection.domain.answering import Answered
from services.inspection.domain.device import DEVICE, CommandReceived, DeviceState, Outcome, registered, settle
from services.inspection.domain.order import Dated
from services.inspection.domain.refusals import refused

LOOK_SECONDS = 5.0  # between two looks at what waits: it waits for people, or for another device
NOT_YET = frozenset({
    "not-found", "plan-not-approved", "not-checked-in", "answer-unknown", "not-concluded", "notice-missing", "no-rulebook",
    "number-not-leased", "meeting-missing",
})  # fmt: skip
"""Refusals that more events may lift: the command waits."""
BESIDE_ANOTHER = frozenset({
    "already-ordered", "hazard-exists", "meeting-exists", "statement-exists", "answer-exists", "order-exists", "hazard-twice",
    "hazard-ended", "number-used", "measure-exists", "evidence-exists",
})  # fmt: skip
"""Refusals because somebody else was faster: both sides are shown."""

Carry = Callable[[Work, CommandBody], Awaitable[dict[str, Any] | None]]


async def _check_in(work: Work, command: CommandBody) -> None:
    body = CheckInBody.model_validate(command.body)
    await visits.check_in(work, command.inspection_id, arrival_of(body), unseen=True)


async def _answer(work: Work, command: CommandBody) -> dict[str, Any]:
    body = AnswersBody.model_validate(command.body)
    told = [_named(answered_of(each), f"{command.command_id}-{place}") for place, each in enumerate(body.answers, start=1)]
    answer = await visits.answer(work, command.inspection_id, told, unseen=True)
    named = {one.item_code for one in told}
    return {"disputed": [code for code in answer["disputed"] if code in named]}


def _named(answered: Answered, name: str) -> Answered:
    """Every answer of a device has an id of its own: without one it would overwrite another that has none either."""
    return answered if answered.answer_id is not None else replace(answered, answer_id=name)


async def _advise(work: Work, command: CommandBody) -> None:
    body = AdviceBody.model_validate(command.body)
    await visits.advise(work, command.inspection_id, advice_of(body, command.command_id), unseen=True)


async def _meet(work: Work, command: CommandBody) -> None:
    body = MeetingBody.model_validate(command.body)
    await visits.hold_meeting(work, command.inspection_id, meeting_of(body, work.at), unseen=True)


async def _state(work: Work, command: CommandBody) -> None:
    body = StatementBody.model_validate(command.body)
    await visits.state_something(work, command.inspection_id, statement_of(body, work.at), unseen=True)


async def _conclude(work: Work, command: CommandBody) -> None:
    body = RecordBody.model_validate(command.body)
    await visits.conclude(work, command.inspection_id, conclusion_of(body), unseen=True)


class NumberedOrderBody(OrderBody):
    """An order that was given its number on the device, out of the device's block; without one it is numbered when it arrives."""

    number: Annotated[int, Field(ge=1, le=10**9, strict=True)] | None = None


async def _order(work: Work, command: CommandBody) -> dict[str, Any]:
    body = NumberedOrderBody.model_validate({**command.body, "inspection_id": command.inspection_id})
    dated = [Dated(hazard.hazard_id, hazard.due_on) for hazard in body.hazards]
    return await orders.issue_order(work, body.order_id, body.inspection_id, dated, body.number)


class OfflineCorrectionBody(CorrectionBody):
    """Which hazard was put right at once, and how."""

    hazard_id: Id


class RecordBody(ConclusionBody):
    """A record made on a device names the answers that it holds: those that its author saw."""

    covers: Annotated[tuple[AnswerId, ...], Field(max_length=2000)]


async def _correct(work: Work, command: CommandBody) -> None:
    body = OfflineCorrectionBody.model_validate(command.body)
    await hazards.correct(work, body.hazard_id, body.how, body.photos)


async def _capture(work: Work, command: CommandBody) -> None:
    body = EvidenceBody.model_validate({**command.body, "inspection_id": command.inspection_id})
    await evidence.capture(work, taken_of(body), unseen=True)


KINDS: dict[str, Carry] = {
    "check-in": _check_in, "answers": _answer, "advice": _advise, "meeting": _meet, "statement": _state,
    "conclusion": _conclude, "order": _order, "correction": _correct, "evidence": _capture, **MEASURES,
}  # fmt: skip
ASIDE = frozenset({"evidence"})
"""Kinds on which nothing rests: whatever they wait for, later ones go on (it may be among them), and it is not kept back."""


@dataclass(frozen=True, slots=True)
class Waits:
    """A command that waits, and for what."""

    code: str
    zh: str
    en: str
    counter: int = 0

    def behind(self) -> Waits:
        """What a later command waits for: this one, and so for what this one waits for."""
        zh, en = f"须先处理序号 {self.counter} 的记录：{self.zh}", f"command {self.counter} comes first: {self.en}"
        return Waits(self.code, zh, en)


async def settle_device(runner: Runner, device_id: str) -> dict[int, Waits]:
    """Carry out what a device sent as far as it goes; answers what waits, by counter.

    In the order of the counter; a command that waits keeps back the later ones of its inspection only (see `ASIDE`), but no
    check-in that it waits for: a refused one is noted anew. May run in any number of processes at once, and die at any line:
    what a command causes and that it is settled are one write set.
    """
    while True:
        waits, moved = await _settle_once(runner, device_id)
        if not waits or not moved:
            return waits


async def _settle_once(runner: Runner, device_id: str) -> tuple[dict[int, Waits], bool]:
    """What waits, and whether anything else was settled, which may be what it waits for."""
    state = (await read(runner.pool, DEVICE, device_id, opener=runner.vault)).state
    waits: dict[int, Waits] = {}
    kept_back: dict[str, Waits] = {}
    ready = state.next_ones()
    for received in ready:
        aside = received.kind in ASIDE
        before = None if aside else kept_back.get(received.inspection_id)
        overtakes = before is not None and (received.kind, before.code) == ("check-in", "not-checked-in")
        wait = before.behind() if before is not None and not overtakes else await _settled(runner, state, received)
        if wait is None:
            continue
        waits[received.counter] = wait
        if not aside:
            kept_back.setdefault(received.inspection_id, replace(wait, counter=received.counter))
    return waits, len(waits) < len(ready)


async def _settled(runner: Runner, state: DeviceState, received: CommandReceived) -> Waits | None:
    """Carry one command out and note what became of it; None if it is settled, else what it waits for."""
    try:
        outcome = await _carry_out(runner, state, received)
        if isinstance(outcome, Outcome):
            await _note(runner, received, outcome)
            return None
        return outcome
    except (InFlight, Conflict, KeysMissing) as error:
        return Waits("in-flight", "正在处理", repr(error))
    except GONE:
        raise
    except Exception as error:  # noqa: BLE001 - what breaks on one command keeps no other back; it waits for whoever mends it
        log.error("offline_command_failed", device=received.device_id, counter=received.counter, error=type(error).__name__)
        return Waits("failed", "处理失败，等待运维人员处理", "carrying it out failed; it is tried again")


async def _carry_out(runner: Runner, state: DeviceState, received: CommandReceived) -> Outcome | Waits | None:
    """None: carried out and settled in one write set."""
    carry = KINDS.get(received.kind)
    if carry is None:
        return Outcome(verdict="refused", code="kind-unknown", zh="未知的记录类型", en="an unknown kind of command")
    command = payload_of(received.signed)

    async def bound(work: Work) -> dict[str, Any] | None:
        device = await work.load(DEVICE, received.device_id)
        if received.counter not in device.state.waiting:
            return None
        if device.state.revoked is not None:
            raise refused("device-revoked")
        await devices.require_author(work, registered(device.state).officer_id)
        answer = await carry(work, command)
        work.append(device, settle(device.state, received.counter, _outcome(answer or {})))
        return answer

    try:
        await runner.run(_authors(state, received), bound)
    except ValidationError as error:
        places = "; ".join(".".join(str(part) for part in one["loc"]) for one in error.errors(include_input=False)[:5])
        return Outcome(
            verdict="refused", code="command-malformed", zh="记录内容不符合格式", en=f"not of the form: {places}"[:300]
        )
    except KeyReused:
        return Outcome(verdict="refused", code="command-id-reused", zh="记录编号已被使用", en="the command id was used before")
    except Forbidden:
        return Outcome(verdict="refused", code="forbidden", zh="无权在该辖区执法", en="not the author's district")
    except Refused as error:
        return _refused(error)
    return None


def _refused(error: Refused) -> Outcome | Waits:
    if error.code in NOT_YET or isinstance(error, Unknown):
        return Waits(error.code, error.zh, error.en)
    verdict = "conflict" if error.code in BESIDE_ANOTHER else "refused"
    return Outcome(verdict=verdict, code=error.code, zh=error.zh, en=error.en)  # type: ignore[arg-type]


def _outcome(answer: Mapping[str, Any]) -> Outcome:
    disputed = tuple(answer.get("disputed", ()))
    if disputed:
        zh, en = f"与其他设备的结论不一致：{'、'.join(disputed)}", "recorded; another device answered otherwise"
        return Outcome(verdict="conflict", code="items-disputed", zh=zh, en=en, disputed=disputed)
    return Outcome(verdict="accepted")


def _authors(state: DeviceState, received: CommandReceived) -> Context:
    """The author commands, not whoever sent it in; with the rights that the author's device was registered with."""
    device = registered(state)
    command_id = uuid5(NAMESPACE_URL, f"casetrail:command:{received.device_id}:{received.command_id}")
    actor = Actor(
        id=device.officer_id, name=device.officer_name, role="officer", certificate_no=device.certificate_no
    )  # fmt: skip
    return Context(
        command_id=command_id, actor=actor, organ=device.organ_id, districts=frozenset(device.districts),
        occurred_at=received.noted_at, causation_id=command_id, stated=True, device=device.device_id,
        traceparent=current_traceparent(), key=f"offline|{received.device_id}|{received.command_id}",
        fingerprint=bytes.fromhex(received.sha256),
    )  # fmt: skip


async def _note(runner: Runner, received: CommandReceived, outcome: Outcome) -> None:
    async def bound(work: Work) -> None:
        await devices.settle(work, received.device_id, received.counter, outcome)

    await runner.run(_machine(runner, f"settle|{received.device_id}|{received.counter}"), bound)


def _machine(runner: Runner, key: str) -> Context:
    """The platform itself, which notes what became of a command."""
    command_id = uuid5(NAMESPACE_URL, f"casetrail:{key}")
    return Context(
        command_id=command_id, actor=Actor(id="service:settling", name="系统", role="settling"), organ="",
        districts=frozenset({ALL}), occurred_at=runner.clock.now(), causation_id=command_id,
        traceparent=current_traceparent(), key=key,
    )  # fmt: skip


async def settle_waiting(runner: Runner, district: str | None = None) -> int:
    """Try again whatever waits, of every device (of a district), until nothing moves; answers how many devices still wait.

    What one device sent may be what another one waits for.
    """
    before = -1
    while True:
        rows = await Sight(runner.pool, None).fetch(queries.DEVICES_THAT_WAIT, district)
        waits = [len(await settle_device(runner, row["device_id"])) for row in rows]
        if sum(waits) in (0, before):
            return sum(1 for each in waits if each)
        before = sum(waits)


async def settle_held(app: FastAPI) -> None:
    """Try what waits again and again, as a task of an API process: it waits for people, other devices, a task's events."""
    runner: Runner = app.state.runner
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            await settle_waiting(runner)
        except Exception as error:  # noqa: BLE001 - whatever breaks one look, the next one comes
            log.warning("settling_interrupted", error=repr(error))

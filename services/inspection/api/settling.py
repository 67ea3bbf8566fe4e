"""Carrying out what devices noted offline: each command once, under its author, when what it rests on is there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import NAMESPACE_URL, uuid5

import orjson
from fastapi import FastAPI
from pydantic import Field, ValidationError

from chassis.aggregates import read
from chassis.auth import ALL, Forbidden
from chassis.database import GONE
from chassis.domain import Actor, Refused, Unknown
from chassis.runner import Answer, Conflict, Context, InFlight, KeyReused, Runner, Work
from chassis.sight import Sight
from chassis.telemetry import current_traceparent, log
from chassis.vault import KeysMissing
from services.inspection import queries
from services.inspection.api.hazards import CorrectionBody
from services.inspection.api.noted import MEASURES
from services.inspection.api.orders import OrderBody
from services.inspection.api.signing import CommandBody, payload_of
from services.inspection.api.visits import (
    AdviceBody,
    AnswersBody,
    CheckInBody,
    ConclusionBody,
    MeetingBody,
    StatementBody,
    answered_of,
    arrival_of,
    conclusion_of,
    meeting_of,
    statement_of,
)
from services.inspection.commands import devices, hazards, orders, visits
from services.inspection.domain.device import DEVICE, CommandReceived, DeviceState, Outcome, registered
from services.inspection.domain.order import Dated

LOOK_SECONDS = 5.0  # between two looks at what waits: it waits for people, or for another device
NOT_YET = frozenset({
    "not-found", "plan-not-approved", "not-checked-in", "answer-unknown", "not-concluded", "notice-missing", "no-rulebook",
    "number-not-leased",
})  # fmt: skip
"""Refusals that more events may lift: the command waits."""
BESIDE_ANOTHER = frozenset({
    "already-ordered", "hazard-exists", "meeting-exists", "statement-exists", "answer-exists", "order-exists", "hazard-twice",
    "hazard-ended", "number-used", "measure-exists",
})  # fmt: skip
"""Refusals because somebody else was faster: both sides are shown."""

Carry = Callable[[Work, CommandBody], Awaitable[dict[str, Any] | None]]


async def _check_in(work: Work, command: CommandBody) -> None:
    body = CheckInBody.model_validate(command.body)
    await visits.check_in(work, command.inspection_id, arrival_of(body), unseen=True)


async def _answer(work: Work, command: CommandBody) -> dict[str, Any]:
    body = AnswersBody.model_validate(command.body)
    told = [answered_of(each) for each in body.answers]
    answer = await visits.answer(work, command.inspection_id, told, unseen=True)
    named = {one.item_code for one in told}
    return {"disputed": [code for code in answer["disputed"] if code in named]}


async def _advise(work: Work, command: CommandBody) -> None:
    body = AdviceBody.model_validate(command.body)
    await visits.advise(
        work, command.inspection_id, body.expert_id, body.advice, body.advice_id or command.command_id, unseen=True
    )


async def _meet(work: Work, command: CommandBody) -> None:
    body = MeetingBody.model_validate(command.body)
    await visits.hold_meeting(work, command.inspection_id, meeting_of(body, work.at), unseen=True)


async def _state(work: Work, command: CommandBody) -> None:
    body = StatementBody.model_validate(command.body)
    await visits.state_something(work, command.inspection_id, statement_of(body, work.at), unseen=True)


async def _conclude(work: Work, command: CommandBody) -> None:
    body = ConclusionBody.model_validate(command.body)
    await visits.conclude(work, command.inspection_id, conclusion_of(body), unseen=True)


class NumberedOrderBody(OrderBody):
    """An order that was given its number on the device, out of the device's block; without one it is numbered when it arrives."""

    number: Annotated[int, Field(ge=1, le=10**9, strict=True)] | None = None


async def _order(work: Work, command: CommandBody) -> dict[str, Any]:
    body = NumberedOrderBody.model_validate({**command.body, "inspection_id": command.inspection_id})
    dated = [Dated(hazard.hazard_id, hazard.due_on) for hazard in body.hazards]
    return await orders.issue_order(work, body.order_id, body.inspection_id, dated, body.number)


async def _correct(work: Work, command: CommandBody) -> None:
    hazard_id = str(command.body.get("hazard_id", ""))
    body = CorrectionBody.model_validate({key: value for key, value in command.body.items() if key != "hazard_id"})
    await hazards.correct(work, hazard_id, body.how, body.photos)


KINDS: dict[str, Carry] = {
    "check-in": _check_in, "answers": _answer, "advice": _advise, "meeting": _meet, "statement": _state,
    "conclusion": _conclude, "order": _order, "correction": _correct, **MEASURES,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waits:
    """A command that waits, and for what."""

    code: str
    zh: str
    en: str


async def settle_device(runner: Runner, device_id: str) -> dict[int, Waits]:
    """Carry out what a device sent as far as it goes; answers what waits, by counter.

    In the order of the counter; a command that waits keeps back the later ones of its inspection only. May run in any number of
    processes at once, and die at any line: a command is carried out once, because its id is its idempotency key.
    """
    state = (await read(runner.pool, DEVICE, device_id, opener=runner.vault)).state
    waits: dict[int, Waits] = {}
    kept_back: dict[str, Waits] = {}
    for received in state.next_ones():
        if (before := kept_back.get(received.inspection_id)) is not None:
            waits[received.counter] = before
            continue
        outcome = await _carry_out(runner, state, received)
        if isinstance(outcome, Waits):
            waits[received.counter] = kept_back[received.inspection_id] = outcome
            continue
        await _note(runner, device_id, received, outcome)
    return waits


async def _carry_out(runner: Runner, state: DeviceState, received: CommandReceived) -> Outcome | Waits:
    if state.revoked is not None:
        return Outcome(verdict="refused", code="device-revoked", zh="设备已被吊销", en="the device was revoked")
    carry = KINDS.get(received.kind)
    if carry is None:
        return Outcome(
            verdict="refused", code="kind-unknown", zh=f"未知的记录类型 {received.kind}", en="an unknown kind of command"
        )
    command = payload_of(received.signed)

    async def bound(work: Work) -> dict[str, Any] | None:
        return await carry(work, command)

    try:
        answer = await runner.run(_authors(state, received), bound)
    except ValidationError as error:
        return Outcome(verdict="refused", code="command-malformed", zh="记录内容不符合格式", en=str(error)[:500])
    except KeyReused:
        return Outcome(verdict="refused", code="command-id-reused", zh="记录编号已被使用", en="the command id was used before")
    except Forbidden as error:
        return Outcome(verdict="refused", code="forbidden", zh="无权在该辖区执法", en=str(error))
    except (InFlight, Conflict, KeysMissing) as error:
        return Waits("in-flight", "正在处理", repr(error))
    except Refused as error:
        return _refused(error)
    return _accepted(answer)


def _refused(error: Refused) -> Outcome | Waits:
    if error.code in NOT_YET or isinstance(error, Unknown):
        return Waits(error.code, error.zh, error.en)
    verdict = "conflict" if error.code in BESIDE_ANOTHER else "refused"
    return Outcome(verdict=verdict, code=error.code, zh=error.zh, en=error.en)  # type: ignore[arg-type]


def _accepted(answer: Answer) -> Outcome:
    disputed = tuple(orjson.loads(answer.body).get("disputed", ()))
    if disputed:
        zh, en = f"与其他设备的结论不一致：{'、'.join(disputed)}", "recorded; another device answered otherwise"
        return Outcome(verdict="conflict", code="items-disputed", zh=zh, en=en, disputed=disputed)
    return Outcome(verdict="accepted")


def _authors(state: DeviceState, received: CommandReceived) -> Context:
    """The author commands, not whoever sent it in; with the rights that the author's device was registered with."""
    device = registered(state)
    command_id = uuid5(NAMESPACE_URL, f"casetrail:command:{received.command_id}")
    actor = Actor(
        id=device.officer_id, name=device.officer_name, role="officer", certificate_no=device.certificate_no
    )  # fmt: skip
    return Context(
        command_id=command_id, actor=actor, organ=device.organ_id, districts=frozenset(device.districts),
        occurred_at=received.noted_at, causation_id=command_id, stated=True, device=device.device_id,
        traceparent=current_traceparent(), key=f"offline|{received.command_id}", fingerprint=bytes.fromhex(received.sha256),
    )  # fmt: skip


async def _note(runner: Runner, device_id: str, received: CommandReceived, outcome: Outcome) -> None:
    async def bound(work: Work) -> None:
        await devices.settle(work, device_id, received.counter, outcome)

    await runner.run(_machine(runner, f"settle|{device_id}|{received.counter}"), bound)


def _machine(runner: Runner, key: str) -> Context:
    """The platform itself, which notes what became of a command."""
    command_id = uuid5(NAMESPACE_URL, f"casetrail:{key}")
    return Context(
        command_id=command_id, actor=Actor(id="service:settling", name="系统", role="settling"), organ="",
        districts=frozenset({ALL}), occurred_at=runner.clock.now(), causation_id=command_id,
        traceparent=current_traceparent(), key=key,
    )  # fmt: skip


async def settle_waiting(runner: Runner) -> int:
    """Try again whatever waits, of every device, until nothing moves; answers how many devices still have something that waits.

    What one device sent may be what another one waits for.
    """
    before = -1
    while True:
        rows = await Sight(runner.pool, None).fetch(queries.DEVICES_THAT_WAIT)
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
        except (*GONE, OSError) as error:
            log.warning("settling_interrupted", error=repr(error))

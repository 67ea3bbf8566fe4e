"""A device of an officer, and what it sent: signed commands in the order of its own counter, each settled once.

A device has a key of its own that never leaves it (ECDSA P-256); whoever uploads, the author is the officer whose device signed.
Commands are kept as they were signed. They are carried out in the order of the counter, one that waits for something keeps back
those of its inspection only; what became of each is an event too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Literal

from chassis.domain import Event, Personal, Refused, Stream, event
from services.inspection.domain.refusals import refused

Verdict = Literal["accepted", "conflict", "refused"]
LONGEST_LEAD = 1000  # commands that may be ahead of the next one, and that may wait: more is a mistake, not a day's work


@event("casetrail.inspection.device-registered.v1", title="登记设备", summary="登记执法设备 {label}")
class DeviceRegistered(Event):
    """An officer's device and the public half of its key (JWK coordinates); for which organ and districts it may speak."""

    device_id: str
    officer_id: str
    officer_name: Annotated[str, Personal("officer_id")]
    certificate_no: Annotated[str | None, Personal("officer_id")]
    organ_id: str
    districts: tuple[str, ...]
    label: str
    key_x: str
    key_y: str


@event("casetrail.inspection.device-revoked.v1", title="吊销设备", summary="吊销设备：{reason}")
class DeviceRevoked(Event):
    """The device was lost or given back: nothing of it that was not carried out by now ever will be."""

    device_id: str
    reason: str


@event("casetrail.inspection.command-received.v1", title="收到离线记录", summary="收到离线记录第 {counter} 号（{kind}）")
class CommandReceived(Event):
    """A command as the device signed it (compact JWS), its hash, and who sent it in."""

    device_id: str
    command_id: str
    counter: int
    inspection_id: str
    kind: str
    noted_at: datetime
    received_at: datetime
    uploaded_by: str
    sha256: str
    signed: Annotated[str, Personal("device_id", "commands")]


@event("casetrail.inspection.command-settled.v1", title="离线记录处理结果", summary="离线记录第 {counter} 号：{verdict}")
class CommandSettled(Event):
    """What became of a command: accepted, in conflict (recorded, or not possible beside another), or refused, and why."""

    device_id: str
    command_id: str
    counter: int
    verdict: Verdict
    code: str | None
    zh: str | None
    en: str | None
    disputed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeviceState:
    """A device: its registration, what arrived, waits and was settled by counter; up to `contiguous` nothing is missing."""

    registered: DeviceRegistered | None = None
    revoked: DeviceRevoked | None = None
    waiting: Mapping[int, CommandReceived] = field(default_factory=dict)
    hashes: Mapping[int, str] = field(default_factory=dict)
    settled: Mapping[int, CommandSettled] = field(default_factory=dict)
    contiguous: int = 0

    def next_ones(self) -> list[CommandReceived]:
        """What may be tried now: arrived without a hole before it, in the order of the counter."""
        return [self.waiting[counter] for counter in sorted(self.waiting) if counter <= self.contiguous]


def evolve_device(state: DeviceState, event: Event) -> DeviceState:
    """The device after one more event."""
    match event:
        case DeviceRegistered():
            return replace(state, registered=event)
        case DeviceRevoked():
            return replace(state, revoked=event)
        case CommandReceived():
            hashes = {**state.hashes, event.counter: event.sha256}
            last = state.contiguous
            while last + 1 in hashes:
                last += 1
            return replace(state, waiting={**state.waiting, event.counter: event}, hashes=hashes, contiguous=last)
        case CommandSettled():
            waiting = {counter: one for counter, one in state.waiting.items() if counter != event.counter}
            return replace(state, waiting=waiting, settled={**state.settled, event.counter: event})
        case _:
            return state


DEVICE = Stream("device", DeviceState(), evolve_device, snapshot_every=200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A device as it presents itself, and for whom."""

    device_id: str
    officer_id: str
    officer_name: str
    certificate_no: str | None
    organ_id: str
    districts: tuple[str, ...]
    label: str
    key_x: str
    key_y: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A command whose signature was verified; `text` is the compact JWS, `sha256` of it."""

    command_id: str
    counter: int
    inspection_id: str
    kind: str
    noted_at: datetime
    sha256: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a command that was tried."""

    verdict: Verdict
    code: str | None = None
    zh: str | None = None
    en: str | None = None
    disputed: tuple[str, ...] = ()


def register(state: DeviceState, command: Registration) -> list[Event]:
    """Register a device under a new id. Refused `device-exists`; the same again changes nothing."""
    event = DeviceRegistered(
        device_id=command.device_id, officer_id=command.officer_id, officer_name=command.officer_name,
        certificate_no=command.certificate_no, organ_id=command.organ_id, districts=command.districts, label=command.label,
        key_x=command.key_x, key_y=command.key_y,
    )  # fmt: skip
    if state.registered is None:
        return [event]
    known = state.registered
    if (known.officer_id, known.key_x, known.key_y) != (event.officer_id, event.key_x, event.key_y):
        raise refused("device-exists", device_id=command.device_id)
    return []


def revoke(state: DeviceState, reason: str) -> list[Event]:
    """Revoke a device, once."""
    if state.revoked is not None:
        return []
    return [DeviceRevoked(device_id=registered(state).device_id, reason=reason)]


def registered(state: DeviceState) -> DeviceRegistered:
    """The registration of a device that exists; whoever asks has loaded an existing stream."""
    if state.registered is None:
        raise ValueError("the device is not registered")
    return state.registered


def receive(state: DeviceState, commands: Iterable[Signed], at: datetime, uploaded_by: str) -> list[Event]:
    """Keep what is new of a batch, in whatever order it comes; what arrived before is left out.

    Nobody is refused here for what a command says: it is kept first and judged when its turn comes. What `check_counter` is
    against is left out, and told to the device, which then repairs its outbox.
    """
    events: list[Event] = []
    for command in sorted(commands, key=lambda one: one.counter):
        if check_counter(state, command) is not None or command.counter in state.hashes:
            continue
        event = CommandReceived(
            device_id=registered(state).device_id, command_id=command.command_id, counter=command.counter,
            inspection_id=command.inspection_id, kind=command.kind, noted_at=min(command.noted_at, at), received_at=at,
            uploaded_by=uploaded_by, sha256=command.sha256, signed=command.text,
        )  # fmt: skip
        events.append(event)
        state = evolve_device(state, event)
    return events


def check_counter(state: DeviceState, command: Signed) -> Refused | None:
    """Why a command cannot be kept under its counter, if so."""
    known = state.hashes.get(command.counter)
    if known is not None and known != command.sha256:
        return refused("counter-reused", counter=command.counter)
    if known is None and (command.counter > state.contiguous + LONGEST_LEAD or len(state.waiting) >= LONGEST_LEAD):
        return refused("counter-too-far", counter=command.counter, next=state.contiguous + 1)
    return None


def check_kept(state: DeviceState, command: Signed) -> Refused | None:
    """Why a command that was sent is not among what is kept, if so: another one of its upload, or of another, has its place."""
    if state.hashes.get(command.counter) == command.sha256:
        return None
    return check_counter(state, command) or refused("counter-too-far", counter=command.counter, next=state.contiguous + 1)


def abandon(state: DeviceState, counter: int, reason: str) -> list[Event]:
    """Give up a command that waits for something that will never be. Refused `command-not-held`."""
    if counter not in state.waiting:
        raise refused("command-not-held", counter=counter)
    why = refused("abandoned", reason=reason)
    return settle(state, counter, Outcome(verdict="refused", code=why.code, zh=why.zh, en=why.en))


def settle(state: DeviceState, counter: int, outcome: Outcome) -> list[Event]:
    """Note what became of a command; nothing if that is known."""
    command = state.waiting.get(counter)
    if command is None:
        return []
    return [
        CommandSettled(
            device_id=command.device_id, command_id=command.command_id, counter=counter, verdict=outcome.verdict,
            code=outcome.code, zh=outcome.zh, en=outcome.en, disputed=outcome.disputed,
        )
    ]  # fmt: skip

"""Devices: registered, revoked; what they send is kept, and noted when it was settled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chassis.domain import day_of
from chassis.runner import Work
from services.inspection import queries
from services.inspection.domain import device as devices
from services.inspection.domain.device import DEVICE, Outcome, Registration, Signed
from services.inspection.domain.refusals import refused


async def register(work: Work, command: Registration, district: str) -> None:
    """Register a device of the actor; its stream is in the district of the actor's organ."""
    device = await work.load(DEVICE, command.device_id)
    work.append(device, devices.register(device.state, command), district=district)


async def revoke(work: Work, device_id: str, reason: str) -> None:
    """Revoke a device."""
    device = await work.existing(DEVICE, device_id)
    work.append(device, devices.revoke(device.state, reason))


async def receive(work: Work, device_id: str, commands: Sequence[Signed], at: datetime) -> None:
    """Keep what a device sends, whoever sends it in."""
    device = await work.load(DEVICE, device_id)
    work.append(device, devices.receive(device.state, commands, at, work.actor.id))


async def require_author(work: Work, officer_id: str) -> None:
    """Refuse what an officer notes after the last day of their certificate, or of their service: `certificate-expired`."""
    known = (await queries.certificates(work.read, [officer_id])).get(officer_id)
    if known is not None and known.valid_to < day_of(work.at):
        raise refused("certificate-expired", officer_id=officer_id, valid_to=known.valid_to.isoformat())


async def abandon(work: Work, device_id: str, counter: int, reason: str) -> None:
    """Give up a command that waits for what will never be."""
    device = await work.existing(DEVICE, device_id)
    work.append(device, devices.abandon(device.state, counter, reason))


async def settle(work: Work, device_id: str, counter: int, outcome: Outcome) -> None:
    """Note what became of a command."""
    device = await work.load(DEVICE, device_id)
    work.append(device, devices.settle(device.state, counter, outcome))

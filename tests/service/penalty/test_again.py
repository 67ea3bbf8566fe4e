"""What is done again after a process died, or beside another one, is done once: deadlines, referrals, whatever comes too late."""

from __future__ import annotations

import asyncio

import orjson
import pytest

from chassis.database import READS, connect
from chassis.deadlines import fire_due
from chassis.policy import Overtaken
from chassis.testing import settings_for
from chassis.worker import command_side
from services.penalty.worker import FIRES
from tests.service.penalty import test_procedure
from tests.service.penalty.bureau import CASE, ENTERPRISE, Bureau
from tests.service.penalty.rebuilding import differences
from tests.service.penalty.test_payments import served

FORGET = "DELETE FROM fired_deadlines"
RESET = "UPDATE settled_deadlines SET idx = 0, due_before = '-infinity'"


async def wires(bureau: Bureau) -> list[str]:
    return [event["type"].split(".")[2] for event in await bureau.service.events("casetrail.penalty.")]


async def test_deadlines_that_two_workers_fire_are_missed_once(bureau: Bureau) -> None:
    await served(bureau)
    await bureau.service.settle()
    bureau.until("2022-06-30")
    settings = settings_for("penalty", bureau.service.dsn)
    async with command_side(settings, "worker", 2, READS) as (_, runner, _):
        runner.clock = bureau.service.clock
        other = await connect(bureau.service.dsn, "tests")
        await asyncio.gather(fire_due(bureau.service.connection, bureau.service.runner, FIRES), fire_due(other, runner, FIRES))
        await other.close()
    await bureau.service.settle()
    happened = await wires(bureau)
    for wire in ("payment-overdue", "reconsideration-right-lapsed", "litigation-right-lapsed", "publication-overdue"):
        assert happened.count(wire) == 1, wire


async def test_deadlines_that_fired_before_the_worker_died_change_nothing_when_they_fire_again(bureau: Bureau) -> None:
    await served(bureau)
    bureau.until("2022-06-30")
    await bureau.service.settle()
    before = await wires(bureau)
    await bureau.service.connection.execute(FORGET)  # it died between its commands and the note of them
    await bureau.service.connection.execute(RESET)
    await bureau.service.settle()
    assert await wires(bureau) == before
    assert await differences(bureau.service, 1000) == []


async def test_what_comes_again_or_after_the_closing_leaves_the_case_as_it_is(bureau: Bureau) -> None:
    await test_procedure.test_from_clue_to_closing(bureau)
    await bureau.service.settle()
    before, case = await wires(bureau), await bureau.get()
    failed = {"hazard_id": "h-1", "order_id": "order-1", "re_inspected_on": "2021-09-30", "remark": "又发现"}
    told = bureau.service.received(
        "inspection", "casetrail.inspection.re-inspection-failed.v1", orjson.dumps(failed), subject=ENTERPRISE
    )
    assert await bureau.service.receive(told) == told.shard_idx
    with pytest.raises(Overtaken):  # a second worker with the same run: nothing of it is applied
        await bureau.service.receive(told)
    await bureau.hears_a_referral()  # the same referral under another place, as after a topic was filled again
    await bureau.service.settle()
    assert await wires(bureau) == before
    assert await bureau.get(f"/v1/cases/{CASE}") == case

"""What of the feed is told to whom: by role, by district and below it, by what is asked for; and what cannot be asked."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterable, Mapping
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.broker import Received
from chassis.personal import Key, seal
from services.reporting.api import feed as feed_module
from services.reporting.api import hub as hub_module
from services.reporting.api.hub import Hub
from services.reporting.api.shares import PARTY_TYPES, SHARES
from services.reporting.queries import following
from services.reporting.queries.captions import is_published
from services.reporting.queries.copies import copied_after
from services.reporting.queries.entries import MASK
from services.reporting.queries.following import Wanted, passed
from tests.service.reporting.conftest import Reporting
from tests.service.reporting.ledgers import Ledgers, jurisdictions, runs_of, small_year
from tests.service.reporting.listening import Stream, listening, served
from tests.service.reporting.test_feed import until
from tests.service.test_permissions import EVERY_ROLE

CLIENT = Path(__file__).parents[3] / "docs" / "examples" / "sse_client.py"
STAFF = {"officer", "manager", "approver", "legal-reviewer", "finance", "administrator", "auditor", "operator"}
DECIDED = "casetrail.penalty.penalty-decided.v1"


class World:
    """A small year in reporting, listened to by anybody."""

    def __init__(self, reporting: Reporting, url: str, ledgers: Ledgers) -> None:
        self.reporting, self.url, self.ledgers = reporting, url, ledgers
        self.recorded = list(ledgers.recorded)
        self.epoch = reporting.under_test.app.state.hub.head.epoch

    def header(self, role: str, districts: Iterable[str], enterprise: str | None) -> dict[str, str]:
        """The token of somebody."""
        client = self.reporting.client(role, districts=districts, enterprise_id=enterprise)
        return {"Authorization": client.headers["Authorization"]}

    async def told(
        self, *, role: str = "manager", districts: tuple[str, ...] = ("*",), enterprise: str | None = None, **query: Any
    ) -> list[Any]:
        """All entries from the first on that somebody is told who asks so."""
        query = {"after": f"{self.epoch}-0", "figures": "none", **query}
        async with listening(self.url, self.header(role, districts, enterprise), **query) as stream:
            return await up_to(stream, f"{self.epoch}-{len(self.recorded)}")

    async def answer(
        self, *, role: str = "manager", districts: tuple[str, ...] = ("*",), enterprise: str | None = None, **query: Any
    ) -> Mapping[str, Any]:
        """What somebody is answered who is refused."""
        async with self.reporting.client(role, districts=districts, enterprise_id=enterprise) as client:
            answer = await client.get("/v1/feed", params=query)
            body: dict[str, Any] = answer.json()
            assert answer.status_code == body["status"]
            return body


async def up_to(stream: Stream, place: str) -> list[Any]:
    """What is told until the listener knows that it is at a place."""
    found: list[Any] = []
    while stream.last != place:
        if (told := await stream.next_or_place()) is not None:
            found.append(told.data)
    return found


@pytest_asyncio.fixture
async def world(reporting: Reporting) -> AsyncIterator[World]:
    ledgers = small_year()
    await reporting.receive(ledgers.recorded)
    async with served(reporting.under_test.app) as url:
        hub: Hub = reporting.under_test.app.state.hub
        await hub.began()
        # What it reads after somebody came may be named to them again: a panel that may have changed.
        await until(lambda: hub.head.seq == len(ledgers.recorded))
        yield World(reporting, url, ledgers)


def ids(events: Iterable[Received]) -> set[str]:
    return {str(one.envelope.event_id) for one in events}


def told_ids(told: Iterable[Any]) -> set[str]:
    return {one["event_id"] for one in told}


@pytest.mark.parametrize("role", sorted(EVERY_ROLE))
async def test_each_role_receives_its_share(world: World, role: str) -> None:
    """People of an organ: all of their districts. An enterprise: of itself what a party is told. Anybody else: nothing, 403."""
    if role in STAFF:
        mine = [one for one in world.recorded if one.envelope.district == "donghu"]
        assert told_ids(await world.told(role=role, districts=("donghu",))) == ids(mine)
    elif role == "enterprise":
        own = [one for one in world.recorded if one.envelope.subject == "e-a1" and one.envelope.type in PARTY_TYPES]
        assert told_ids(await world.told(role=role, districts=("donghu",), enterprise="e-a1")) == ids(own)
        assert 0 < len(own) < len([one for one in world.recorded if one.envelope.subject == "e-a1"])
        assert await world.told(role=role, districts=("donghu",)) == [], "a token that names no enterprise"
    else:
        assert (await world.answer(role=role))["status"] == 403


def test_the_table_of_roles_is_whole() -> None:
    assert {*SHARES} == {*STAFF, "enterprise"}
    assert all(is_published(wire) for wire in PARTY_TYPES)


@pytest.mark.parametrize(("role", "shown"), [("officer", "张三"), ("enterprise", MASK)])
async def test_personal_data_are_in_plain_for_people_of_an_organ_and_masked_for_parties(
    world: World, role: str, shown: str
) -> None:
    vault = world.reporting.under_test.vault
    token = seal(Key("k" * 16, "p-1", AESGCM(bytes(32))), "张三")
    vault._keys["k" * 16] = Key("k" * 16, "p-1", AESGCM(bytes(32)))
    data = {"recipient": token, "received_on": "2021-09-20", "case_id": "k-a"}
    late = world.ledgers.record("penalty", "decision-served", data, stream="case:k-a", subject="e-a1")
    before = world.header(role, ("donghu",), "e-a1")
    async with listening(world.url, before, figures="none") as stream:
        await world.reporting.receive([late])
        live = await stream.next()
    world.recorded.append(late)
    again = (await world.told(role=role, districts=("donghu",), enterprise="e-a1"))[-1]
    assert live.data["summary"] == again["summary"] == f"{shown} 于 2021-09-20 收到"


async def test_by_district_and_all_below_it(world: World) -> None:
    jurisdictions(world.ledgers, "donghu", "xihu")
    new = world.ledgers.recorded[len(world.recorded) :]
    await world.reporting.receive(new)
    world.recorded += new
    everything = ids(world.recorded)
    donghu = ids(one for one in world.recorded if one.envelope.district == "donghu")
    assert told_ids(await world.told(district="donghu")) == donghu
    assert told_ids(await world.told(district="nanchang")) == everything
    assert told_ids(await world.told(district="nanchang", districts=("donghu",))) == donghu, "as far as they may see it"
    assert told_ids(await world.told(district="donghu,xihu")) == told_ids(await world.told(district=["donghu", "xihu"]))
    assert (await world.answer(district="xihu", districts=("donghu",)))["status"] == 403


async def test_by_what_happened_and_by_what_it_is_about(world: World) -> None:
    decided = [one for one in world.recorded if one.envelope.type == DECIDED]
    assert told_ids(await world.told(type=DECIDED)) == ids(decided)
    assert told_ids(await world.told(service="penalty")) == ids(one for one in world.recorded if one.source == "penalty")
    assert told_ids(await world.told(service="tasks", type=DECIDED)) == set(), "all conditions hold"
    assert told_ids(await world.told(subject="e-a1")) == ids(one for one in world.recorded if one.envelope.subject == "e-a1")
    one = decided[0].envelope
    correlated = ids(each for each in world.recorded if each.envelope.correlation_id == one.correlation_id)
    assert told_ids(await world.told(correlation=str(one.correlation_id))) == correlated


async def test_by_a_case_as_its_history_tells_it(world: World) -> None:
    opening = next(one for one in world.recorded if one.source == "penalty" and one.envelope.version == 1)
    case = opening.envelope.stream_id.removeprefix("case:")
    async with world.reporting.client("manager") as client:
        history = {entry["event_id"] for entry in (await client.get(f"/v1/histories/cases/{case}")).json()["items"]}
    assert told_ids(await world.told(case=case)) == history
    assert (await world.answer(case="no-such"))["status"] == 404
    elsewhere = {"donghu", "xihu"} - {opening.envelope.district}
    assert (await world.answer(case=case, districts=tuple(elsewhere)))["status"] == 404
    refused = await world.answer(case=case, role="enterprise", districts=("*",), enterprise="e-other")
    assert refused["status"] == 404


async def test_an_enterprise_asks_about_itself_only(world: World) -> None:
    own: dict[str, Any] = {"role": "enterprise", "districts": ("donghu",), "enterprise": "e-a1"}
    assert told_ids(await world.told(**own, subject="e-a1")) == told_ids(await world.told(**own))
    assert (await world.answer(**own, subject="e-b1"))["status"] == 403
    assert await world.told(**own, type=DECIDED) == [], "what is no party's is not told because it is asked for"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("district", "atlantis"), ("district", "a b"), ("type", "casetrail.penalty.nonsense.v1"), ("type", "../../etc/passwd"),
        ("service", "weather"), ("figures", "nonsense"), ("panels", "nonsense"), ("panels", "none"),
    ],
)  # fmt: skip
async def test_what_there_is_not_cannot_be_asked_for(world: World, name: str, value: str) -> None:
    asked: dict[str, Any] = {name: value}
    refused = await world.answer(**asked)
    assert (refused["status"], refused["code"], refused["errors"][0]["pointer"]) == (422, "bad-filter", f"#/{name}")
    assert value in refused["detail"]
    assert value in refused["title"]
    assert refused["detail"] != refused["title"]


@pytest.mark.parametrize(("name", "value"), [("subject", "E A"), ("case", "?"), ("correlation", "no-uuid"), ("recent", "201")])
async def test_what_is_malformed_is_refused(world: World, name: str, value: str) -> None:
    asked: dict[str, Any] = {name: value}
    assert (await world.answer(**asked))["status"] == 422


async def test_only_the_figures_that_are_wanted(world: World) -> None:
    """Of the pilot table unless said otherwise; any measure may be named."""
    for asked, names in (("hazards,penalties", {"hazards", "penalties"}), ("cases_registered", {"cases_registered"})):
        async with listening(world.url, world.header("manager", ("*",), None), figures=asked) as stream:
            assert {*(found := await stream.figures())} == names
            assert all(found.values())


async def test_panels_are_named_at_the_beginning_and_when_they_may_have_changed(world: World) -> None:
    header = world.header("manager", ("donghu",), None)
    async with listening(world.url, header, panels="tasks,penalties,use", figures="none") as stream:
        first = await stream.next()
        assert first.event == "panels"
        assert [panel["name"] for panel in first.data["panels"]] == ["tasks", "penalties", "use"]
        assert first.data["as_of"]["seq"] == len(world.recorded)
        assert first.data["panels"][0]["href"] == "/v1/panels/tasks"
        data = {"plan_id": "plan-1"}
        world.ledgers.record("tasks", "plan-drafted", data, stream="plan:1", district="xihu")
        late = world.ledgers.record("tasks", "plan-drafted", data, stream="plan:2", district="donghu")
        await world.reporting.receive(world.ledgers.recorded[-2:])
        while (told := await stream.next()).event != "panels":
            assert told.data["event_id"] == str(late.envelope.event_id)
        assert [panel["name"] for panel in told.data["panels"]] == ["use"], "a draft of a plan is use of the system, no more"


async def test_what_was_read_before_anybody_listened_and_is_projected_after_is_named(world: World) -> None:
    """Read by the hub while nobody listened and behind the projection: whoever came first would never hear that it changed."""
    hub: Hub = world.reporting.under_test.app.state.hub
    data = {"plan_id": "plan-1"}
    world.ledgers.record("tasks", "plan-drafted", data, stream="plan:1", district="donghu")
    await world.reporting.copy.apply(runs_of(world.ledgers.recorded[-1:]))
    await until(lambda: hub.head.seq == len(world.ledgers.recorded) and not hub._untold)
    async with listening(world.url, world.header("manager", ("donghu",), None), panels="use", figures="none") as stream:
        first = await stream.next()
        assert (first.event, first.data["as_of"]["seq"]) == ("panels", len(world.recorded))
        await world.reporting.under_test.settle()
        second = await stream.next()
        assert (second.event, second.data["as_of"]["seq"]) == ("panels", len(world.ledgers.recorded))


async def test_who_hears_nothing_knows_how_far_it_is(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long way without an entry is not looked through twice: on the way and while nothing comes, places are told."""
    monkeypatch.setattr(following, "STRIDE", 7)
    monkeypatch.setattr(hub_module, "SILENCE", 0.01)
    monkeypatch.setattr(hub_module, "BEAT", 0.01)
    query = {"type": "casetrail.registry.rulebook-published.v1", "figures": "none", "after": f"{world.epoch}-0"}
    async with listening(world.url, world.header("manager", ("*",), None), **query) as stream:
        places = []
        while stream.last != f"{world.epoch}-{len(world.recorded)}":
            assert await stream.next_or_place() is None
            places.append(stream.last)
        assert places[0] == f"{world.epoch}-7"
        await world.reporting.receive([world.ledgers.record("tasks", "plan-drafted", {}, stream="plan:1")])
        while stream.last != f"{world.epoch}-{len(world.recorded) + 1}":
            assert await stream.next_or_place() is None


async def test_the_last_few_of_those_that_are_wanted(world: World) -> None:
    penalty = [one for one in world.recorded if one.source == "penalty"]
    async with listening(world.url, world.header("manager", ("*",), None), recent=2, service="penalty") as stream:
        told = [one.data["event_id"] for one in await stream.events(2)]
    assert {*told} <= ids(penalty)
    seqs = await world.reporting.pool.fetch("SELECT event_id FROM ledger_copy WHERE source = 'penalty' ORDER BY seq DESC LIMIT 2")
    assert told == [str(row["event_id"]) for row in reversed(seqs)]


async def test_no_more_streams_than_there_may_be(world: World) -> None:
    object.__setattr__(world.reporting.under_test.app.state.settings, "feed_listeners", 1)
    async with listening(world.url, world.header("manager", ("*",), None)) as stream:
        await stream.figures()
        refused = await world.answer()
        assert (refused["status"], refused["code"]) == (503, "feed-full")


async def test_the_past_is_found_as_the_present_is_recognised(world: World) -> None:
    """The conditions in SQL and in memory are the same, alone and together."""
    copied = await copied_after(world.reporting.pool, 0, len(world.recorded), None, 1000)
    case = next(one.envelope for one in copied if one.source == "penalty")
    abouts: list[dict[str, Any]] = [
        {}, {"subject": "e-a1"}, {"correlation": case.correlation_id}, {"matter": (case.correlation_id, case.subject)},
    ]  # fmt: skip
    for districts, types, services, about in product(
        (None, frozenset(["donghu"]), frozenset[str]()), (None, frozenset([DECIDED])), (None, frozenset(["penalty", "tasks"])),
        abouts,
    ):  # fmt: skip
        wanted = Wanted(districts, types, services, **about)
        found = [one.seq async for page in passed(world.reporting.pool, wanted, 3, len(copied) - 1) for one in page.found]
        assert found == [one.seq for one in copied[3:-1] if wanted.holds(one)], wanted


async def test_the_client_of_the_guide_prints_what_it_asks_for_and_goes_on_behind_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Streams end after a moment here, so that it must come back: it is told each entry once."""
    monkeypatch.setattr(feed_module, "LIFETIME", 0.2)
    monkeypatch.setattr(feed_module, "RETRY", 10)
    token = world.header("manager", ("*",), None)["Authorization"].removeprefix("Bearer ")
    client = await asyncio.create_subprocess_exec(
        sys.executable, str(CLIENT), world.url, f"service=tasks&figures=none&after={world.epoch}-0",
        env={**os.environ, "TOKEN": token}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert client.stdout is not None
    wanted = [
        one for one in await copied_after(world.reporting.pool, 0, len(world.recorded), None, 1000) if one.source == "tasks"
    ]
    try:
        async with asyncio.timeout(30):
            lines = [(await client.stdout.readline()).decode() for _ in wanted]
            for number in range(3):
                await world.reporting.receive([world.ledgers.record("tasks", "plan-drafted", {}, stream=f"plan:{number}")])
                lines.append((await client.stdout.readline()).decode())
    finally:
        client.terminate()
        await client.wait()
    seqs = [*(one.seq for one in wanted), *(len(world.recorded) + n for n in (1, 2, 3))]
    assert [line.split(" ")[0] for line in lines] == [f"{world.epoch}-{seq}" for seq in seqs]
    assert len(CLIENT.read_text(encoding="utf-8").splitlines()) <= 36

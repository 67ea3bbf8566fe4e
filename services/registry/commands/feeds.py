"""The market supervision's register beside ours: a feed compared enterprise by enterprise, its differences decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from chassis import aggregates
from chassis.aggregates import Loaded
from chassis.auth import ALL, Forbidden
from chassis.domain import Refused, Unknown, day_of
from chassis.runner import Answer, Context, Runner, Work
from chassis.sight import Sight
from chassis.telemetry import log
from services.registry import queries
from services.registry.commands import register
from services.registry.commands.register import bound, part, some_at_once
from services.registry.commands.site_files import require_district
from services.registry.domain import adopting, feed, reconciling, site_file
from services.registry.domain import enterprise as enterprises
from services.registry.domain.adopting import Opening
from services.registry.domain.cells import District
from services.registry.domain.enterprise import SITE_CLAIM, claim_key, enterprise_id_of
from services.registry.domain.feed import FEED, Feed, FeedReceived, FeedReconciled, Told
from services.registry.domain.reconciling import (
    RECONCILIATION,
    ChangeDecided,
    ChangeProposed,
    Decided,
    Outcome,
    ReconciliationState,
)
from services.registry.domain.site_file import ENTERPRISE, EnterpriseState
from services.registry.domain.workbook import WorkbookRefused

AT_ONCE = 32  # enterprises that are compared concurrently
CHUNK = 512  # enterprises whose files are looked for together
COUNTED = ("new", "changed", "closed", "conflicting", "unchanged", "elsewhere")

Read = Callable[[Mapping[str, District]], Awaitable[Feed]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveFeed:
    """A feed to compare: under which id, what file, of which day, and whether its good rows count though others are bad."""

    feed_id: str
    as_of: date
    layout: str
    layout_version: str
    sha256: str
    file_name: str
    accept_valid: bool

    def fact(self, rows: int, refused: int) -> FeedReceived:
        """The event that it came."""
        return FeedReceived(
            feed_id=self.feed_id, as_of=self.as_of, layout=self.layout, layout_version=self.layout_version, sha256=self.sha256,
            file_name=self.file_name, rows=rows, refused=refused, accept_valid=self.accept_valid,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Matter:
    """What is compared at once: the rows of one enterprise with one of its files, or, without one, as news."""

    key: str
    rows: Sequence[Told]
    enterprise_id: str | None
    subject: str
    district: str
    others: tuple[str, ...] = ()


async def receive_feed(runner: Runner, context: Context, command: ReceiveFeed, read: Read) -> Answer:
    """Compare a feed with the register once, however often it is sent; sent again after a kill, it goes on where it was.

    Raises WorkbookRefused with every fault, and then nothing was proposed; Refused if the feed's id stands for another file.
    """
    async with register.alone(runner.pool):
        state = (await aggregates.read(runner.pool, FEED, command.feed_id)).state
        feed.require_same(state, command.fact(0, 0))
        if state.reconciled is not None:
            return await _finished(runner, context, command, state.reconciled)
        told = await read(await register.districts_of(runner.pool, context))
        if told.faults and not command.accept_valid:
            raise WorkbookRefused(told.faults)
        district = await register.district_of(runner.pool, context, set())
        await runner.run(context, bound(_receive, command.fact(told.rows, told.refused), district))
        counts = await _reconcile_all(runner, context, command, told, district)
        fact = FeedReconciled(feed_id=command.feed_id, **{name: counts[name] for name in COUNTED})
        return await _finished(runner, context, command, fact)


async def _receive(work: Work, fact: FeedReceived, district: str) -> None:
    known = await work.load(FEED, fact.feed_id)
    work.append(known, feed.receive(known.state, fact), district=district)


async def _finished(runner: Runner, context: Context, command: ReceiveFeed, fact: FeedReconciled) -> Answer:
    return await runner.run(part(context, f"feed:{command.feed_id}/finish", command.sha256), bound(_finish, fact))


async def _finish(work: Work, fact: FeedReconciled) -> dict[str, Any]:
    known = await work.existing(FEED, fact.feed_id)
    after = work.append(known, feed.finish(known.state, fact)).state
    told = after.reconciled or fact
    return {"feed_id": told.feed_id, **{name: getattr(told, name) for name in COUNTED}}


async def _reconcile_all(
    runner: Runner, context: Context, command: ReceiveFeed, told: Feed, fallback: str
) -> Counter[str]:  # fmt: skip
    """Compare every enterprise of a feed, some at a time; answers how many there were of each kind.

    `fallback` is the district of those who have no file and of whom no row names one.
    """
    counts: Counter[str] = Counter()
    codes = sorted(told.told)
    for begin in range(0, len(codes), CHUNK):
        rows = {code: told.told[code] for code in codes[begin : begin + CHUNK]}
        matters = await _matters(runner, rows, fallback)
        mine = [matter for matter in matters if ALL in context.districts or matter.district in context.districts]
        counts["elsewhere"] += len(matters) - len(mine)
        persons = [f"{matter.subject}/legal-representative" for matter in mine]
        if runner.vault is not None:  # in few round trips, not one for each
            await runner.vault.meet(persons)
        await _reconcile_some(runner, context, command, mine, counts)
        if runner.vault is not None:
            runner.vault.let_go(persons)
        log.info("feed_reconciling", feed_id=command.feed_id, done=min(begin + CHUNK, len(codes)), of=len(codes))
    return counts


async def _reconcile_some(
    runner: Runner, context: Context, command: ReceiveFeed, matters: Sequence[Matter], counts: Counter[str]
) -> None:
    async def one(matter: Matter) -> None:
        key = f"feed:{command.feed_id}/{matter.key}"
        try:
            answer = await runner.run(part(context, key, command.sha256), bound(reconcile, matter, command))
            counts[queries.told(answer.body)["kind"]] += 1
        except Forbidden:  # it went to another district meanwhile
            counts["elsewhere"] += 1

    await some_at_once(matters, one, AT_ONCE)


async def _matters(runner: Runner, rows: Mapping[str, Sequence[Told]], fallback: str) -> list[Matter]:
    """What is to be compared with what: each file of an enterprise with its rows; whoever has none is news in some district."""
    everywhere = Sight(runner.pool, None)
    found = await everywhere.fetch(queries.FILES_OF, list(rows))
    files = {code: list(group) for code, group in groupby(found, key=lambda row: row["uscc"])}
    lacking = [code for code in rows if code not in files]
    names = [str(rows[code][0].values["name"]) for code in lacking]
    named: dict[str, tuple[str, ...]] = {}
    for row in await everywhere.fetch(queries.FILES_NAMED, names):
        named[row["name"]] = (*named.get(row["name"], ()), row["enterprise_id"])
    matters = [
        Matter(row["enterprise_id"], rows[code], row["enterprise_id"], row["enterprise_id"], row["district"])
        for code, group in files.items()
        for row in group
    ]
    for code, name in zip(lacking, names, strict=True):
        district = next((row.district for row in rows[code] if row.district is not None), fallback)
        key, subject = reconciling.reconciliation_of(code), enterprise_id_of(code, adopting.FIRST)
        matters.append(Matter(key, rows[code], None, subject, district, named.get(name, ())))
    return matters


async def reconcile(work: Work, matter: Matter, command: ReceiveFeed) -> dict[str, Any]:
    """Propose what the rows of one enterprise say otherwise than its file."""
    known = await work.load(RECONCILIATION, matter.key)
    if matter.enterprise_id is None and await _has_file(work, matter.rows[0].uscc):  # the list that was asked lags behind
        work.append(known, reconciling.withdraw(known.state, command.feed_id, day_of(work.at)))
        return {"kind": "unchanged"}
    file = None if matter.enterprise_id is None else (await work.load(ENTERPRISE, matter.enterprise_id)).state
    district = matter.district if file is None else str(file.district)
    state = known.state if known.exists or file is None else await _opened_with(work, known.state, matter.rows[0].uscc)
    fact = ChangeProposed(
        reconciliation_id=matter.key, proposal=0, kind="changed", feed_id=command.feed_id, uscc=matter.rows[0].uscc,
        enterprise_id=matter.enterprise_id, title=str(matter.rows[0].values["name"]), differences=(),
        proposed_on=day_of(work.at), others=matter.others, district=district,
    )  # fmt: skip
    after = work.append(known, reconciling.propose(state, fact, matter.rows, file), subject=matter.subject, district=district)
    proposed = after.state.proposed
    return {"kind": "unchanged" if proposed is None else proposed.kind}


async def _has_file(work: Work, uscc: str) -> bool:
    return (await work.load(SITE_CLAIM, claim_key(uscc, adopting.FIRST))).state.enterprise_id is not None


async def _opened_with(work: Work, state: ReconciliationState, uscc: str) -> ReconciliationState:
    """The state of a file that was never compared: what an officer did not take over when it was opened stays so."""
    before = await work.load(RECONCILIATION, reconciling.reconciliation_of(uscc))
    return replace(state, kept=before.state.kept)


async def renew(work: Work, reconciliation_id: str) -> dict[str, Any]:
    """Compare what is proposed with the file as it is now."""
    known = await work.existing(RECONCILIATION, reconciliation_id)
    file, proposed = await _file(work, known), known.state.proposed
    if file is None and proposed is not None and await _has_file(work, proposed.uscc):
        events = reconciling.withdraw(known.state, proposed.feed_id, day_of(work.at))
    else:
        events = reconciling.renew(known.state, file.state if file else None, day_of(work.at))
    after = work.append(known, events).state
    return {"reconciliation_id": reconciliation_id, "state": after.stage, "proposal": after.count}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What an officer makes of a proposal that they looked at; `opening` where a file is opened by it.

    Files are opened, closed and reopened by managers, here as anywhere (`as_manager`).
    """

    proposal: int
    named: Sequence[Decided] = ()
    others: Outcome | None = None
    reason: str | None = None
    opening: Opening | None = None
    as_manager: bool = False


async def decide(work: Work, reconciliation_id: str, decision: Decision) -> dict[str, Any]:
    """Decide about a proposal; what is accepted is in the file in the same write set, or a file is opened with it."""
    known = await work.existing(RECONCILIATION, reconciliation_id)
    file, day = await _file(work, known), day_of(work.at)
    fact = reconciling.decide(
        known.state, file.state if file else None, decision.proposal, decision.named, decision.others, decision.reason,
        work.actor.id, day,
    )  # fmt: skip
    proposed = known.state.proposed
    if proposed is None:
        raise Unknown(RECONCILIATION.name, reconciliation_id)
    opens = file is None and fact.accepted > 0
    if not decision.as_manager and (opens or adopting.accepted_status(fact) is not None):
        raise Forbidden("role manager", "需要角色 manager")
    work.append(known, [fact])
    told: dict[str, Any] = {"reconciliation_id": reconciliation_id, "accepted": fact.accepted, "kept": fact.kept}
    if file is not None:
        work.append(file, adopting.taken_over(file.state, proposed, fact, day))
    elif opens:
        told["enterprise_id"] = await _open_file(work, proposed, fact, decision.opening)
    return told


async def _file(work: Work, known: Loaded[ReconciliationState]) -> Loaded[EnterpriseState] | None:
    proposed = known.state.proposed
    if proposed is None or proposed.enterprise_id is None:
        return None
    return await work.existing(ENTERPRISE, proposed.enterprise_id)


async def _open_file(work: Work, proposed: ChangeProposed, decided: ChangeDecided, given: Opening | None) -> str:
    """Open the file of an enterprise that is news, under the claim of its site, as any other way in does."""
    if given is None:
        raise Refused("opening-missing", "建档须补充辖区、行业、场所等信息", "a file needs what their register does not know")
    await require_district(work, given.district)
    values = adopting.accepted_fields(decided)
    fact = adopting.opened(proposed.uscc, values, given, proposed.feed_id)
    claim = await work.load(SITE_CLAIM, claim_key(fact.uscc, fact.site_no))
    file = await work.load(ENTERPRISE, fact.enterprise_id)
    site, district = fact.enterprise_id, fact.district
    work.append(claim, enterprises.claim_site(claim.state, fact), subject=site, district=district)
    begun = work.append(file, site_file.register_enterprise(file.state, fact), subject=site, district=district)
    work.append(begun, adopting.told_of(proposed, values, begun.state))
    return site


async def decide_some(runner: Runner, context: Context, proposals: Sequence[tuple[str, int]], alike: Decision) -> dict[str, Any]:
    """Decide proposals that were looked at together, each as a command of its own; answers which were refused, and why."""
    refused: list[dict[str, Any]] = []
    for reconciliation_id, proposal in proposals:
        key = f"{context.key}/{reconciliation_id}"
        decision = replace(alike, proposal=proposal)
        try:
            await runner.run(part(context, key, context.fingerprint.hex()), bound(decide, reconciliation_id, decision))
        except Refused as error:
            refused.append({"reconciliation_id": reconciliation_id, "code": error.code, "zh": error.zh, "en": error.en})
        except Forbidden:
            zh, en = "须由管理人员核定", "a manager decides this"
            refused.append({"reconciliation_id": reconciliation_id, "code": "forbidden", "zh": zh, "en": en})
    return {"decided": len(proposals) - len(refused), "refused": refused}

"""The checks of one service's database, each with its figures and what it found wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chassis.audit import START, LedgerAudit, Verified, unsequenced
from chassis.casefile import Finding
from chassis.deadlines import WAITING
from chassis.eventstore import Connection, ledger_head
from chassis.parking import parked_count
from chassis.projector import Feed
from chassis.signednote import Verifier
from chassis.versions import BUILDING, LIVE, generations

PATIENCE = timedelta(seconds=60)
"""How long something may wait for its place or its time before it counts as standing still."""

COUNTS = """
SELECT (SELECT count(*) FROM events) AS events, (SELECT count(*) FROM ledger) AS ledger, (SELECT count(*) FROM pending) AS pending
"""
# A scalar sub-query, not a join: that may be planned as a scan of all events.
PENDING = """
SELECT count(*) AS pending,
       (SELECT (SELECT e.recorded_at FROM events e WHERE e.stream_id = p.stream_id AND e.version = p.version)
        FROM pending p ORDER BY p.append_seq, p.ord LIMIT 1) AS oldest
FROM pending
"""
RELAY = "SELECT coalesce((SELECT position FROM checkpoints WHERE name = 'relay'), 0)"
CONSUMED = "SELECT source, sum(position)::bigint AS events FROM inbox WHERE consumer = $1 GROUP BY source ORDER BY source"
REFUSALS = "SELECT count(*) FROM refusals"

Figures = dict[str, int | str | None]


@dataclass(frozen=True, slots=True)
class Check:
    """What one check saw: its name, figures, and what is wrong; sound if nothing is."""

    name: str
    figures: Figures = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


@dataclass(frozen=True, slots=True)
class Look:
    """What the checks look at: a service's database, at a time.

    `ledger`: whether the service has one of its own. A simulated clock tells nothing of how long something waits. `more` are
    checks of the service's own.
    """

    connection: Connection
    feed: Feed
    consumer: str
    ledger: bool
    now: datetime
    simulated: bool
    more: tuple[CheckOne, ...] = ()


CheckOne = Callable[[Look], Awaitable[Check]]
Rest = Callable[[int, int], Awaitable[None]]
"""Is told how many rows were read and how many there are; may take a rest."""


async def check_ledger(
    look: Look, since: Verified = START, *, verifiers: Sequence[Verifier] = (), cosigned: Sequence[str] = (),
    rest: Rest | None = None,
) -> tuple[Check, Verified]:  # fmt: skip
    """Contiguity, leaves, chain, tree and signed heads, from a verified position to the end, page by page.

    Answers the check and the position up to which the ledger is sound.
    """
    audit = LedgerAudit(look.connection, since, verifiers, cosigned)
    await audit.begin()
    while await audit.step():
        if rest is not None:
            await rest(since.idx + audit.rows_read, audit.end)
    outcome = await audit.finish()
    figures: Figures = {"head": audit.end, "verified": outcome.verified.idx, "read": outcome.rows}
    return Check("ledger", figures, outcome.findings), outcome.verified


async def check_counts(look: Look) -> Check:
    """Every event is in the ledger or waits for its place, and nothing else is there. Reads every row of both tables."""
    async with look.connection.transaction(isolation="repeatable_read", readonly=True):
        [row] = await look.connection.fetch(COUNTS)
        missing = row["events"] - row["ledger"] - row["pending"]
        found = await unsequenced(look.connection) if missing > 0 else []
    if missing < 0:
        zh, en = "台账行多于已记录事件", "the ledger has more rows than there are events"
        found = [Finding("ledger", "rows-without-event", f"{zh}：{-missing}", f"{en}: {-missing}")]
    return Check("counts", dict(row), tuple(found))


async def check_pending(look: Look) -> Check:
    """Nothing waits long for its place: the sequencer works."""
    [row] = await look.connection.fetch(PENDING)
    oldest: datetime | None = row["oldest"]
    figures: Figures = {"pending": row["pending"], "oldest": oldest.isoformat() if oldest else None}
    if oldest is None or look.simulated or look.now - oldest < PATIENCE:
        return Check("pending", figures)
    where = f"recorded {oldest.isoformat()}"
    wrong = Finding(where, "sequencer-stands", "事件久未入账", "events have been waiting for their place in the ledger")
    return Check("pending", figures, (wrong,))


async def check_relay(look: Look) -> Check:
    """The relay is not ahead of the ledger; how far it is behind.

    What follows is asked before what it follows: both move, and the other way round it would seem to be ahead.
    """
    position: int = await look.connection.fetchval(RELAY)
    head = await ledger_head(look.connection)
    figures: Figures = {"position": position, "lag": max(head - position, 0)}
    return Check("relay", figures, _ahead("relay", position, head))


def _ahead(who: str, position: int, head: int) -> tuple[Finding, ...]:
    if position <= head:
        return ()
    zh, en = f"位置 {position} 超过末尾 {head}", f"is at {position}, beyond the end {head}"
    return (
        Finding(who, "ahead-of-ledger", f"{zh}：台账被截或恢复到较早时点", f"{en}: the ledger was cut, or restored to earlier"),
    )


async def check_projections(look: Look) -> Check:
    """No live read model is ahead of its feed or has parked events, no build was stopped; how far each is behind."""
    known = await generations(look.connection)
    head = await look.feed.head(look.connection)  # after the positions, as in check_relay
    figures: Figures = {}
    found: list[Finding] = []
    for one in known:
        if one.state == LIVE:
            figures[one.label] = one.position
            figures[f"{one.label} lag"] = max(head - one.position, 0)
            found += _ahead(f"projection {one.label}", one.position, head)
            found += _parked(f"projection {one.label}", await parked_count(look.connection, one.checkpoint))
        elif one.state == BUILDING and one.stopped is not None:
            event = f"event {one.stopped.get('idx')}"
            found.append(Finding(f"build {one.label} {event}", "build-stopped", "重建停止", "the build cannot apply this event"))
    return Check("projections", figures, tuple(found))


def _parked(who: str, count: int) -> tuple[Finding, ...]:
    if not count:
        return ()
    return (Finding(who, "events-parked", f"{count} 个事件被搁置", f"{count} events are parked: casetrail parked list"),)


async def check_consumers(look: Look) -> Check:
    """How many events of each source are applied, and whether some are parked."""
    rows = await look.connection.fetch(CONSUMED, look.consumer)
    parked = await parked_count(look.connection, look.consumer)
    return Check("consumers", {row["source"]: row["events"] for row in rows}, _parked(look.consumer, parked))


async def check_deadlines(look: Look) -> Check:
    """No deadline is long overdue; how many reactions and deadlines the rules refused."""
    [waiting] = await look.connection.fetch(WAITING, look.now - PATIENCE)
    overdue: int = waiting["due"]
    figures: Figures = {"overdue": overdue, "refusals": await look.connection.fetchval(REFUSALS)}
    if not overdue or look.simulated:
        return Check("deadlines", figures)
    wrong = Finding("deadlines", "deadlines-overdue", f"{overdue} 个期限到期未触发", f"{overdue} deadlines are due and not fired")
    return Check("deadlines", figures, (wrong,))


async def quick_checks(look: Look) -> list[Check]:
    """What costs a few index look-ups: for every few seconds."""
    checks: list[CheckOne] = [check_pending, check_relay] if look.ledger else []
    return [await check(look) for check in (*checks, check_projections, check_consumers, check_deadlines, *look.more)]


async def thorough_checks(look: Look) -> list[Check]:
    """The quick ones, and what reads whole tables: for when somebody asks."""
    return [*([await check_counts(look)] if look.ledger else []), *await quick_checks(look)]


def findings_json(check: Check) -> list[dict[str, str]]:
    """What a check found, as JSON values."""
    return [{"where": found.where, "code": found.code, "zh": found.zh, "en": found.en} for found in check.findings]

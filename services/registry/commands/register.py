"""The register loaded from a workbook: judged as a whole first, then one write set per site, resumable after a kill."""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Set
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar

from chassis import aggregates
from chassis.auth import ALL, needs_district
from chassis.database import AS_WORKER, GONE
from chassis.domain import Refused, day_of
from chassis.erasure import Purge
from chassis.eventstore import Connection, Pool
from chassis.runner import Answer, Conflict, Context, Runner, Work
from services.registry import queries
from services.registry.domain import enterprise, imports, jurisdictions, site_file, stated, submission, supervision, workbook
from services.registry.domain.amending import Told
from services.registry.domain.cells import District, as_text
from services.registry.domain.enterprise import SITE_CLAIM, EnterpriseRegistered, claim_key
from services.registry.domain.files import file_of, told_of
from services.registry.domain.forms import Form
from services.registry.domain.imports import IMPORT, ImportFinished, ImportStarted
from services.registry.domain.site_file import ENTERPRISE
from services.registry.domain.submission import SUBMISSION, ProfileSubmitted
from services.registry.domain.workbook import Draft, Entry, Judged, Site, WorkbookRefused

Item = TypeVar("Item")
NAMESPACE = uuid.UUID("0b6f0a1e-4c7d-5b0e-9a53-6a8f5b2d9c11")
AT_ONCE = 32  # sites that are registered concurrently, so that group commit has something to group
PATIENCE = 20.0  # seconds to wait for another import to end

LOCK = "SELECT pg_try_advisory_lock(hashtext('casetrail registry import'))"
UNLOCK = "SELECT pg_advisory_unlock(hashtext('casetrail registry import'))"
FORGET_REFUSED = "DELETE FROM refused_rows WHERE import_id = $1"
FORGET_REFUSED_OF = "DELETE FROM refused_rows WHERE enterprise_id = split_part($1, '/', 1)"
REFUSED_COLUMNS = ("import_id", "place", "district", "enterprise_id", "sheet", "row_number", "cells", "faults")

Read = Callable[[Mapping[str, District]], Awaitable[Draft]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRegister:
    """A workbook to load: under which id, what file, and whether its good sites are loaded though others are bad.

    `existing`: what becomes of a site that has its file: submitted with what differs, or (None) refused.
    """

    import_id: str
    file_name: str
    sha256: str
    accept_valid: bool
    existing: Literal["submit"] | None = None


@dataclass(slots=True)
class Loaded:
    """What became of the sites of an import: the claims that others hold, and of sites with a file how many were submitted."""

    taken: set[str] = field(default_factory=set)
    submitted: int = 0
    unchanged: int = 0


async def start_import(work: Work, fact: ImportStarted, district: str) -> None:
    """Note that the workbook was judged and is being loaded, or is loaded on."""
    started = await work.load(IMPORT, fact.import_id)
    work.append(started, imports.start_import(started.state, fact), district=district)


async def register_site(work: Work, fact: EnterpriseRegistered) -> None:
    """Claim a site and open its file, in one write set."""
    claim = await work.load(SITE_CLAIM, claim_key(fact.uscc, fact.site_no))
    opened = await work.load(ENTERPRISE, fact.enterprise_id)
    site, district = fact.enterprise_id, fact.district
    work.append(claim, enterprise.claim_site(claim.state, fact), subject=site, district=district)
    work.append(opened, site_file.register_enterprise(opened.state, fact), subject=site, district=district)


async def finish_import(work: Work, fact: ImportFinished) -> dict[str, Any]:
    """Note that every site has its file or was refused."""
    loaded = await work.existing(IMPORT, fact.import_id)
    work.append(loaded, imports.finish_import(loaded.state, fact))
    started = loaded.state.started
    return {
        "import_id": fact.import_id, "sector": started.sector if started else None, "accepted": fact.accepted,
        "refused": fact.refused, "refused_rows": fact.refused_rows, "submitted": fact.submitted, "unchanged": fact.unchanged,
    }  # fmt: skip


async def import_once(runner: Runner, context: Context, command: ImportRegister, load: Callable[[], Awaitable[Answer]]) -> Answer:
    """Load a file once, however often it is sent; sent again after a kill, it goes on where it was. One import at a time.

    A finished import is answered the same again. Raises WorkbookRefused if nothing was loaded because of faults; Refused if the
    import id stands for another file, Conflict if another import does not end.
    """
    async with alone(runner.pool):
        state = (await aggregates.read(runner.pool, IMPORT, command.import_id)).state
        imports.refuse_other_file(state, command.sha256, command.accept_valid, command.existing)
        if state.started is None or state.finished is None:
            return await load()
        await runner.run(context, bound(start_import, state.started, ""))
        return await finish(runner, context, state.finished)


async def load_draft(runner: Runner, context: Context, command: ImportRegister, read: Read) -> Answer:
    """Load a workbook in memory: `read` reads the file, given the jurisdictions by name."""
    draft = await read(await districts_of(runner.pool, context))
    judged = await asyncio.to_thread(workbook.judge, draft, await _held_by_others(runner.pool, command, draft))
    if judged.refused and not command.accept_valid:
        raise WorkbookRefused(judged.faults)
    among = {str(site.sites[0].values["district"]) for site in judged.good.values()}
    district = await district_of(runner.pool, context, among)
    await runner.run(context, bound(start_import, _started(command, judged), district))
    loaded = await _register_all(runner, context, command, judged)
    if loaded.taken:
        judged = await asyncio.to_thread(workbook.judge, draft, loaded.taken)
    await keep_refused(runner, command.import_id, district, judged.refused)
    finished = ImportFinished(
        import_id=command.import_id, accepted=len(judged.good) - loaded.submitted - loaded.unchanged,
        refused=judged.refused_sites, refused_rows=len(judged.refused), submitted=loaded.submitted, unchanged=loaded.unchanged,
    )  # fmt: skip
    return await finish(runner, context, finished)


@asynccontextmanager
async def alone(pool: Pool) -> AsyncIterator[None]:
    """One import at a time, in all processes: what a workbook was judged by is still true while it is loaded.

    A waiting import holds no connection. That a site has one file does not rest on this lock but on the claim's stream.
    """
    until = asyncio.get_running_loop().time() + PATIENCE
    while asyncio.get_running_loop().time() < until:
        async with pool.acquire() as connection:
            if await connection.fetchval(LOCK):
                try:
                    yield
                finally:
                    with suppress(*GONE):  # then the lock is gone too
                        await connection.execute(UNLOCK)
                return
        await asyncio.sleep(0.1)
    raise Conflict("another import has not ended")


async def districts_of(pool: Pool, context: Context) -> dict[str, District]:
    """The jurisdictions that a row may name, as they are for the importer on the day of the import."""
    known = await queries.established(pool.fetch)
    day = day_of(context.occurred_at)
    parents = {fact.parent for fact in known}
    return {
        fact.name: District(
            fact.jurisdiction_id, exists=jurisdictions.valid_on(fact, day), divided=fact.jurisdiction_id in parents,
            permitted=ALL in context.districts or fact.jurisdiction_id in context.districts,
        )
        # of two with the same name, the present one
        for fact in sorted(known, key=lambda fact: jurisdictions.valid_on(fact, day))
    }  # fmt: skip


async def _held_by_others(pool: Pool, command: ImportRegister, draft: Draft) -> set[str]:
    """The claims among a workbook's that were not made by this very import before it was interrupted, if that is a fault."""
    if command.existing == "submit":
        return set()
    held = await queries.claimed_by(pool.fetch, draft.claims)
    return {claim for claim, by in held.items() if by != command_id_of(site_key(command, claim))}


async def district_of(pool: Pool, context: Context, among: Set[str]) -> str:
    """Whose the import is: the one district of its sites; of several, the city's; at least one of the importer's."""
    if len(among) == 1:
        return next(iter(among))
    if not context.districts:
        raise needs_district(None, context.districts)
    root = jurisdictions.root_of(await queries.established(pool.fetch)).jurisdiction_id
    return root if ALL in context.districts or root in context.districts else min(context.districts)


def _started(command: ImportRegister, judged: Judged) -> ImportStarted:
    return ImportStarted(
        import_id=command.import_id, sector=judged.form.sector, form=judged.form.title, form_version=judged.form.version,
        sha256=command.sha256, file_name=command.file_name, rows=judged.rows, sites=len(judged.good),
        refused=judged.refused_sites, refused_rows=len(judged.refused), accept_valid=command.accept_valid,
        existing=command.existing,
    )  # fmt: skip


async def _register_all(runner: Runner, context: Context, command: ImportRegister, judged: Judged) -> Loaded:
    """Register every good site; answers the claims that somebody else made in the meantime."""
    return await register_sites(runner, context, command, judged.form, judged.good)


async def register_sites(
    runner: Runner, context: Context, command: ImportRegister, form: Form, sites: Mapping[workbook.Key, Site]
) -> Loaded:
    """Register sites, some at a time; answers the claims that others hold, whose sites are submitted if that was asked for."""
    if runner.vault is not None:  # in few round trips, not one for each site
        await runner.vault.meet([f"{site}/{role}" for site in map(_enterprise_id, sites) for role in stated.ROLES])
    loaded = Loaded()

    async def one(found: tuple[workbook.Key, Site]) -> None:
        key, site = found
        claim = claim_key(*key)
        fact = file_of(form, key, site, command.import_id)
        try:
            await runner.run(part(context, site_key(command, claim), command.sha256), bound(register_site, fact))
        except Refused as refused:
            if not await _submitted(runner, context, command, form, site, refused, loaded):
                loaded.taken.add(claim)

    await some_at_once(sites.items(), one, AT_ONCE)
    return loaded


async def some_at_once(items: Iterable[Item], do: Callable[[Item], Awaitable[None]], count: int) -> None:
    """Do something with each item, so many at a time: group commit then has something to group. Raises what one raises."""
    waiting = iter(items)

    async def some() -> None:
        for item in waiting:
            await do(item)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(count):
                group.create_task(some())
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from failed  # what the table of problems knows


async def _submitted(
    runner: Runner, context: Context, command: ImportRegister, form: Form, site: Site, refused: Refused, loaded: Loaded
) -> bool:
    """Submit what the rows of a site say otherwise than its file, if that was asked for; whether it has been."""
    enterprise_id = refused.facts.get("enterprise_id")
    if command.existing != "submit" or enterprise_id != _enterprise_id(site.sites[0].key):
        return False  # also the row of a duplicate that was merged: what is left of it is another site's file
    key = f"import:{command.import_id}/submit/{enterprise_id}"
    try:
        answer = await runner.run(
            part(context, key, command.sha256), bound(_submit, command.import_id, str(enterprise_id), form, told_of(site))
        )
    except Refused:  # closed, of another district, not kept by this form: it is told with the other refused sites
        return False
    if queries.told(answer.body)["answers"]:
        loaded.submitted += 1
    else:
        loaded.unchanged += 1
    return True


async def _submit(work: Work, import_id: str, enterprise_id: str, form: Form, told: Told) -> dict[str, Any]:
    submission_id = f"s-{hashlib.sha256(f'{import_id}/{enterprise_id}'.encode()).hexdigest()[:20]}"
    file = await work.existing(ENTERPRISE, enterprise_id)
    known = await work.load(SUBMISSION, submission_id)
    site_file.require_open(file.state)
    supervision.require_sectors(file.state, [form.sector])
    fact = ProfileSubmitted(
        submission_id=submission_id, enterprise_id=enterprise_id, sector=form.sector, form=form.title, form_version=form.version,
        answers=submission.answers_of(submission.differing(told, file.state)), submitted_by=work.actor.id,
        submitted_on=day_of(work.at),
    )  # fmt: skip
    if fact.answers:
        work.append(known, submission.submit(known.state, file.state, fact), subject=enterprise_id, district=str(file.district))
    return {"submission_id": submission_id, "answers": len(fact.answers)}


async def finish(runner: Runner, context: Context, fact: ImportFinished) -> Answer:
    """Note that the import is finished."""
    part = replace(context, key=f"import:{fact.import_id}/finish", command_id=command_id_of(f"import:{fact.import_id}/finish"))
    return await runner.run(replace(part, fingerprint=b""), bound(finish_import, fact))


def _enterprise_id(key: workbook.Key) -> str:
    return enterprise.enterprise_id_of(*key)


def site_key(command: ImportRegister, claim: str) -> str:
    """The idempotency key of one site's registration: of the import's id, so that whoever sends it again goes on with it."""
    return f"import:{command.import_id}/{claim}"


def command_id_of(key: str) -> uuid.UUID:
    """The id of the command with this key."""
    return uuid.uuid5(NAMESPACE, key)


def part(context: Context, key: str, sha256: str) -> Context:
    """A command that the import of a file causes, under a key of its own."""
    return replace(
        context, key=key, command_id=command_id_of(key), causation_id=context.command_id,
        fingerprint=bytes.fromhex(sha256), if_match=None,
    )  # fmt: skip


def bound(
    handler: Callable[..., Awaitable[dict[str, Any] | None]], *args: Any
) -> Callable[[Work], Awaitable[dict[str, Any] | None]]:
    """A handler with its arguments, as the runner takes it."""
    return lambda work: handler(work, *args)


async def keep_refused(runner: Runner, import_id: str, district: str, entries: Iterable[Entry]) -> None:
    """Keep the refused rows as they stood in the workbook, sealed as the import's, to be handed back with reasons."""
    rows = [
        (import_id, place, district, enterprise.enterprise_id_of(*entry.key), entry.sheet.name, entry.number, *texts)
        for place, entry in enumerate(entries)
        for texts in [[await _sealed(runner, import_id, told) for told in _told(entry)]]
    ]
    async with runner.pool.acquire() as connection, connection.transaction():
        await connection.execute(AS_WORKER)
        await connection.execute(FORGET_REFUSED, import_id)
        await connection.copy_records_to_table("refused_rows", records=rows, columns=REFUSED_COLUMNS)


async def _sealed(runner: Runner, import_id: str, told: Any) -> str:
    if runner.vault is None:
        raise RuntimeError("refused rows are kept sealed: this needs a vault")
    return await runner.vault.sealed_text(queries.refused_rows_of(import_id), told)


def _told(entry: Entry) -> tuple[list[Any], list[dict[str, Any]]]:
    """The cells of a row, and what is wrong with it; the reasons repeat what stood in the cells."""
    cells = [cell if isinstance(cell, int | float) and not isinstance(cell, bool) else as_text(cell) for cell in entry.cells]
    return cells, [{"column": fault.column, "code": fault.code, "zh": fault.zh, "en": fault.en} for fault in entry.faults]


async def forget_refused(connection: Connection, person: str) -> int:
    """Take the refused rows about an enterprise away when one of its people is erased; answers how many."""
    if "/" not in person:
        return 0
    return int((await connection.execute(FORGET_REFUSED_OF, person)).removeprefix("DELETE "))


PURGES = (Purge("refused_rows", forget_refused),)

"""The register loaded from files of any size: staged on disk, judged as a whole, then one write set per site."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from chassis.runner import Answer, Context, Runner
from chassis.telemetry import log
from services.registry import queries
from services.registry.commands import register
from services.registry.commands.register import ImportRegister
from services.registry.commands.staging import Staged, staging
from services.registry.domain import stated
from services.registry.domain.cells import District
from services.registry.domain.enterprise import claim_key, enterprise_id_of
from services.registry.domain.forms import Form
from services.registry.domain.imports import ImportFinished, ImportStarted
from services.registry.domain.workbook import (
    COMPANION,
    Fault,
    Key,
    Site,
    WorkbookRefused,
    already_registered,
    judge_site,
    no_rows,
)

AT_ONCE = 512  # sites in memory
TOLD = 1000  # faults that are told; the others are counted
KEPT = 50_000  # refused rows that are kept to be handed back: those of the rest are counted

Stage = Callable[[Staged, Mapping[str, District]], Form]
Found = tuple[Key, Site, list[int]]


@dataclass(slots=True)
class Tally:
    """What judging all sites found."""

    rows: int = 0
    sites: int = 0
    faults_total: int = 0
    districts: set[str] = field(default_factory=set)

    def blame(self, site: Site) -> None:
        """Count the faults of a refused site."""
        self.faults_total += sum(fault.code != COMPANION.code for entry in site.entries for fault in entry.faults)


async def load_rows(runner: Runner, context: Context, command: ImportRegister, stage: Stage) -> Answer:
    """Load a file of any size; `stage` puts its rows on disk, in a thread.

    Raises WorkbookRefused with the first faults, and then nothing was loaded.
    """
    with staging() as staged:
        form = await asyncio.to_thread(stage, staged, await register.districts_of(runner.pool, context))
        tally = Tally()
        await _judge_all(runner, command, staged, tally)
        if not tally.sites:
            raise WorkbookRefused([no_rows(form)])
        if tally.faults_total and not command.accept_valid:
            raise WorkbookRefused(list(islice(_faults(staged), TOLD)), tally.faults_total)
        district = await register.district_of(runner.pool, context, tally.districts)
        await runner.run(context, register.bound(register.start_import, _started(command, form, staged, tally), district))
        submitted, unchanged = await _register_all(runner, context, command, staged)
        await register.keep_refused(runner, command.import_id, district, staged.refused(KEPT))
        good, refused, rows = staged.counts()
        finished = ImportFinished(
            import_id=command.import_id, accepted=good - submitted - unchanged, refused=refused, refused_rows=rows,
            submitted=submitted, unchanged=unchanged,
        )  # fmt: skip
        return await register.finish(runner, context, finished)


def _faults(staged: Staged) -> Iterator[Fault]:
    """What is wrong, in the order of the file."""
    return (fault for entry in staged.refused(KEPT) for fault in entry.faults if fault.code != COMPANION.code)


def _started(command: ImportRegister, form: Form, staged: Staged, tally: Tally) -> ImportStarted:
    good, refused, rows = staged.counts()
    return ImportStarted(
        import_id=command.import_id, sector=form.sector, form=form.title, form_version=form.version, sha256=command.sha256,
        file_name=command.file_name, rows=tally.rows, sites=good, refused=refused, refused_rows=rows,
        accept_valid=command.accept_valid, existing=command.existing,
    )  # fmt: skip


async def _judge_all(runner: Runner, command: ImportRegister, staged: Staged, tally: Tally) -> None:
    """Judge every site, and whether somebody else holds its claim."""
    sites = staged.sites()
    refused: list[Found] = []
    while found := await asyncio.to_thread(_judged, sites, tally):
        held = await _held_by_others(runner, command, [key for key, site, _ in found if site.good])
        for each in found:
            key, site, _ = each
            if site.good and claim_key(*key) in held:
                already_registered(site)
            if site.good:
                tally.districts.add(str(site.sites[0].values["district"]))
            else:
                tally.blame(site)
                refused.append(each)
        if len(refused) >= AT_ONCE:  # while the cursor of `sites` is open: it reads other rows by then
            await asyncio.to_thread(staged.refuse, refused)
            refused = []
    await asyncio.to_thread(staged.refuse, refused)
    log.info("import_judged", import_id=command.import_id, sites=tally.sites, rows=tally.rows, faults=tally.faults_total)


def _judged(sites: Iterator[Found], tally: Tally) -> list[Found]:
    found = list(islice(sites, AT_ONCE))
    for _, site, _ in found:
        judge_site(site)
        tally.rows += len(site.entries)
        tally.sites += len(site.sites)
    return found


async def _held_by_others(runner: Runner, command: ImportRegister, keys: list[Key]) -> set[str]:
    """The claims that were not made by this very import before it was interrupted, if that is a fault."""
    if command.existing == "submit":
        return set()
    claims = [claim_key(*key) for key in keys]
    held = await queries.claimed_by(runner.pool.fetch, claims)
    return {claim for claim, by in held.items() if by != register.command_id_of(register.site_key(command, claim))}


async def _register_all(runner: Runner, context: Context, command: ImportRegister, staged: Staged) -> tuple[int, int]:
    """Register every good site, some in memory at a time; who lost a claim in the meantime is refused, or was submitted.

    Answers how many were submitted, and of how many nothing differs.
    """
    sites, done, submitted, unchanged = staged.sites(good=True), 0, 0, 0
    lost: list[Found] = []
    while found := await asyncio.to_thread(lambda: list(islice(sites, AT_ONCE))):
        loaded = await register.register_sites(runner, context, command, staged.form, {key: site for key, site, _ in found})
        submitted, unchanged = submitted + loaded.submitted, unchanged + loaded.unchanged
        for each in found:
            if claim_key(*each[0]) in loaded.taken:
                already_registered(each[1])
                lost.append(each)
        _let_go(runner, found)
        done += len(found)
        if done % (AT_ONCE * 20) == 0:
            log.info("import_loading", import_id=command.import_id, sites=done)
    await asyncio.to_thread(staged.refuse, lost)
    return submitted, unchanged


def _let_go(runner: Runner, found: list[Found]) -> None:
    """The keys of a site's people are not needed again: a register's would fill the memory."""
    if runner.vault is not None:
        runner.vault.let_go([f"{enterprise_id_of(*key)}/{role}" for key, _, _ in found for role in stated.ROLES])

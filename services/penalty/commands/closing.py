"""How a case ends: closed, put away, read again."""

from __future__ import annotations

from datetime import date

from chassis.runner import Work
from services.penalty import domain, queries
from services.penalty.commands.dossier import pieces_of
from services.penalty.commands.filling import CASE_TOLD
from services.penalty.commands.opening import opened, require_no_enterprise, ruled
from services.penalty.domain import CaseState
from services.penalty.domain.dossier import Binding, list_digest
from services.penalty.domain.ending_events import OutsideReader
from services.penalty.domain.guards import require_not_kept_away
from services.penalty.domain.regions import beside_of, regions_of, streams_beside


async def beside(work: Work, state: CaseState) -> domain.Beside:
    """What the regions beside the case say of its ending; the write set rests on them."""
    loaded = [await work.load(stream, key) for stream, key in streams_beside(state)]
    regions = regions_of(state, {one.stream_id: one.state for one in loaded if one.exists})
    hazards = await queries.hazards_of(work.read, state)
    return beside_of(state, regions, hazards, await queries.unpublished(work.read, state, regions.publications))


async def close_case(work: Work, case_id: str, reason: str, ground: domain.Ground) -> None:
    """The approver closes the case."""
    case, rules = await opened(work, case_id)
    events = domain.close_case(case.state, await beside(work, case.state), ground, reason, work.actor, work.at, rules)
    work.append(case, events)


async def archive_case(
    work: Work, case_id: str, volumes: int, pages: int, keep_years: int | None, binding: Binding
) -> None:  # fmt: skip
    """The file of a closed case is put away, with the digest of what it holds."""
    case = await work.existing(CASE_TOLD, case_id)
    rules = await ruled(work)
    require_not_kept_away(case.state.state, work.actor.id, rules)
    held = list_digest(await pieces_of(work, case, binding))
    work.append(case, domain.archive_case(case.state.state, volumes, pages, keep_years, work.actor, work.at, rules, held))


async def borrow_file(
    work: Work, case_id: str, loan_id: str, borrower: str | OutsideReader, purpose: str, return_by: date
) -> None:  # fmt: skip
    """The archived file is lent, to one of ours by id, or to somebody outside, who goes by no enterprise's id."""
    case, rules = await opened(work, case_id)
    if isinstance(borrower, OutsideReader):
        await require_no_enterprise(work, borrower.reader_id)
    domain.require_approver(case.state, work.actor, rules)
    events = domain.borrow_file(case.state, loan_id, borrower, purpose, return_by, work.actor, work.at, rules)
    work.append(case, events)


async def return_file(work: Work, case_id: str, loan_id: str) -> None:
    """The archived file is back."""
    case, rules = await opened(work, case_id)
    work.append(case, domain.return_file(case.state, loan_id, work.at, rules))

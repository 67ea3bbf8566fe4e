"""How a case ends: closed, put away, read again."""

from __future__ import annotations

from datetime import date

from chassis.runner import Work
from services.penalty import domain, queries
from services.penalty.commands.dossier import pieces_of
from services.penalty.commands.filling import CASE_TOLD
from services.penalty.commands.opening import opened, ruled
from services.penalty.commands.publishing import publications
from services.penalty.domain import PAYMENTS, CaseState, region_key
from services.penalty.domain.dossier import Binding, list_digest
from services.penalty.domain.enforcement import ENFORCEMENTS
from services.penalty.domain.guards import require_not_kept_away
from services.penalty.domain.regions import Regions, beside_of, region_keys
from services.penalty.domain.remedy import REMEDIES
from services.penalty.domain.transfer import TRANSFERS


async def beside(work: Work, state: CaseState) -> domain.Beside:
    """What the regions beside the case say of its ending."""
    payments = {side.party_id: await work.load(PAYMENTS, region_key(state.case_id, side.party_id)) for side in state.sides}
    keys = region_keys(state)
    regions = Regions(
        payments={party: payment.state for party, payment in payments.items()},
        remedies={party: (await work.load(REMEDIES, key)).state for party, key in keys.items()},
        enforcements={party: (await work.load(ENFORCEMENTS, key)).state for party, key in keys.items()},
        publications=await publications(work, state),
        transfer=(await work.load(TRANSFERS, state.case_id)).state,
    )
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


async def borrow_file(work: Work, case_id: str, loan_id: str, borrower: str, purpose: str, return_by: date) -> None:
    """The archived file is lent."""
    case, rules = await opened(work, case_id)
    domain.require_approver(case.state, work.actor, rules)
    events = domain.borrow_file(case.state, loan_id, borrower, purpose, return_by, work.actor, work.at, rules)
    work.append(case, events)


async def return_file(work: Work, case_id: str, loan_id: str) -> None:
    """The archived file is back."""
    case, rules = await opened(work, case_id)
    work.append(case, domain.return_file(case.state, loan_id, work.at, rules))

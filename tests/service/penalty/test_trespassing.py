"""Every command of lived cases, with the body that it was given with, is refused to whoever may not give it, and changes nothing.

Other roles and other districts; who keeps away from the case; where somebody approves or reviews: who handles it, or holds the
other office.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from chassis.testing import service_under_test
from services.penalty.service import SERVICE
from tests.service.penalty import test_papers, test_procedure, test_remedy, test_transfer
from tests.service.penalty.bureau import Bureau
from tests.service.penalty.conftest import heard
from tests.service.penalty.trespassing import Trespassers

STORIES: dict[Callable[[Bureau], Awaitable[None]], set[str]] = {
    test_procedure.test_from_clue_to_closing: {"filings", "evidence", "notices", "statements", "services", "closings"},
    test_papers.test_hearing_proposal_and_discussion: {"hearing-convocations", "legal-reviews", "discussions"},
    test_papers.test_the_limit_is_extended: {"extensions"},
    test_papers.test_paid_later_and_added_to: {"deferrals", "deferral-answers", "surcharges", "demands"},
    test_papers.test_demand_and_court: {"demands/services", "court-applications"},
    test_papers.test_the_case_is_closed_and_its_file_put_away: {"archivings"},
    test_remedy.test_reconsideration_is_noted_to_its_end: {"remedies", "remedies/answers", "stays", "decision-changes"},
    test_transfer.test_to_the_police_and_back: {"transfers", "transfer-decisions", "transfer-handovers", "transfer-returns"},
}
"""What is lived, and what of it must have been tried."""


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_nobody_gets_through(admin_dsn: str, story: Callable[[Bureau], Awaitable[None]]) -> None:
    async with service_under_test(SERVICE, admin_dsn, before=heard) as under_test:
        bureau = Trespassers(under_test)
        await story(bureau)
        assert bureau.slips == []
        wanted = {f"keeps away: /v1/cases/{{case_id}}/{path}" for path in STORIES[story] - {"filings"}}
        assert wanted <= bureau.tried
        for client in bureau.clients.values():
            await client.aclose()

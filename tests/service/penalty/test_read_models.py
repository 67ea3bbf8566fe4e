"""Every read model is what the ledger tells: built anew it has the same rows; and the three places of clocks tell the same."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from services.penalty.projections import PROJECTIONS
from tests.service.penalty import (
    test_after_closing,
    test_anew,
    test_bank,
    test_clocks,
    test_file,
    test_parties,
    test_payments,
    test_spot_regions,
    test_standing,
    test_transfer,
)
from tests.service.penalty.bureau import Bureau
from tests.service.penalty.clocks_agree import disagreements
from tests.service.penalty.rebuilding import differences

Story = Callable[[Bureau], Awaitable[None]]
CASES = ("case_list", "calendar", "calendar_cases", "calendar_officers")
OWED = (*CASES, "payment_list", "payment_cases", "party_matters")


async def judged_after_closing(bureau: Bureau) -> None:
    """A case that was closed, archived, sued against and changed."""
    await test_after_closing.test_judgment_after_closing_changes_what_is_owed_and_published_but_not_the_file(bureau, True)


STORIES: dict[Story, tuple[str, ...]] = {
    judged_after_closing: (*OWED, "publication_list"),
    test_anew.test_decision_made_anew_is_owed_open_to_remedies_published_and_enforced: (*OWED, "publication_list"),
    test_bank.test_unmatched_transfer_is_assigned_by_hand_or_sent_back: ("bank_transfers",),
    test_clocks.test_a_serious_penalty_is_reported_to_the_organ_above: ("superior_reports",),
    test_file.test_the_same_state_gives_the_same_bytes_and_who_reads_it_is_recorded: ("documents", "reads"),
    test_parties.test_the_calendar_tells_what_runs_for_whom_and_what_its_end_means: CASES,
    test_payments.test_instalments_have_clocks_of_their_own: OWED,
    test_spot_regions.test_what_is_not_paid_is_surcharged_demanded_and_brought_before_a_court: ("spot_list", "calendar"),
    test_standing.test_third_penalty_with_a_major_hazard_is_a_case_for_closure: ("closure_list", "calendar"),
    test_transfer.test_missed_clocks_are_flagged: CASES,
}
"""What is lived, and which tables it fills."""


def test_every_table_is_filled_by_a_story() -> None:
    filled = {table for tables in STORIES.values() for table in tables}
    assert filled == {table for projection in PROJECTIONS for table in projection.tables}


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_built_anew_it_is_the_same(bureau: Bureau, story: Story) -> None:
    await story(bureau)
    assert await differences(bureau.service, 1, 1000) == []
    empty = [table for table in STORIES[story] if not await bureau.service.connection.fetchval(f"SELECT count(*) FROM {table}")]  # noqa: S608
    assert empty == []
    assert await disagreements(bureau.service) == []

"""What the description says of an answer is what is answered, to the field: whoever makes a client of it is not misled."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from services.penalty.api import answers
from tests.service.penalty import test_cash_corrections, test_corrections, test_parties
from tests.service.penalty.bureau import Bureau

Story = Callable[[Bureau], Awaitable[None]]
READ: dict[str, Any] = {
    "/v1/cases": answers.Page[answers.CaseRow], "/v1/payments": answers.Page[answers.PaymentRow],
    "/v1/bank-transfers": answers.Page[answers.TransferRow], "/v1/deadlines": answers.Page[answers.ClockRow],
    "/v1/spot-penalties": answers.Page[answers.SpotRow],
}  # fmt: skip
ONE: dict[str, tuple[str, Any]] = {
    "/v1/cases": ("case_id", answers.CaseAnswer), "/v1/spot-penalties": ("spot_id", answers.SpotAnswer),
    "/v1/bank-transfers": ("bank_reference", answers.TransferAnswer),
}  # fmt: skip
OUTLOOKS: dict[str, Any] = {"/v1/cases": answers.CaseOutlook, "/v1/spot-penalties": answers.SpotOutlook}


async def closed_and_archived(bureau: Bureau) -> None:
    await test_corrections.test_a_closed_case_stays_closed_and_what_is_owed_again_is_paid(bureau, True)


STORIES: tuple[Story, ...] = (
    closed_and_archived,
    test_cash_corrections.test_cash_of_another_penalty_is_struck_owed_again_and_its_receipt_is_free,
    test_corrections.test_instalments_that_seemed_paid_have_their_clocks_again,
    test_parties.charged,
)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
async def test_what_is_answered_is_what_the_description_says(bureau: Bureau, story: Story) -> None:
    await story(bureau)
    await bureau.service.settle()
    seen = 0
    for path, page in READ.items():
        rows = await bureau.get(path)
        page.model_validate(rows)
        key, model = ONE.get(path, ("", None))
        for row in rows["items"] if model else ():
            seen += 1
            for as_of in ("", "?as_of=v1"):
                model.model_validate(await bureau.get(f"{path}/{row[key]}{as_of}"))
            if path in OUTLOOKS:
                OUTLOOKS[path].model_validate(await bureau.get(f"{path}/{row[key]}/outlook"))
    assert seen

"""Forms of sites that have their file already: what differs is submitted and decided, nothing is overwritten."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.registry.domain.enterprise import enterprise_id_of
from tests.domain.registry.filled import PLACES, SITE, Filled, code, filled
from tests.service.registry.desk import Desk, xlsx
from tests.service.registry.test_bulk import zipped


@pytest.mark.parametrize("written", [xlsx, zipped], ids=["workbook", "CSV"])
async def test_sites_with_a_file_are_submitted_with_what_differs(desk: Desk, written: Callable[[Filled], bytes]) -> None:
    """A form that is filled in anew: unknown sites are registered, what differs waits for an officer, nothing is overwritten."""
    assert (await desk.send(xlsx(filled(3)), "import-1")).status_code == 201
    book = filled(5)
    book.rows[SITE][0]["从业人数"] = 99
    book.rows[PLACES][0]["场所名称"] = "二车间"
    content = written(book)
    answer = await desk.send(content, "import-2", existing="submit", key="sent-again-2")
    counts = {"accepted": 2, "submitted": 1, "unchanged": 2, "refused": 0}
    assert (answer.status_code, {name: answer.json().get(name) for name in counts}) == (201, counts), answer.text
    assert (await desk.send(content, "import-2", existing="submit", key="sent-again-2")).json() == answer.json()
    assert (await desk.send(content, "import-2")).json()["code"] == "import-id-taken"
    [waiting] = await desk.settled("/v1/submissions")
    assert waiting["answers"] == 2
    enterprises = {row["uscc"]: row for row in await desk.settled("/v1/enterprises")}
    assert enterprises[code(1)]["staff"] == 45
    async with desk.under_test.client("officer", districts=(enterprises[code(1)]["district"],)) as officer:
        path = f"/v1/submissions/{waiting['submission_id']}/decisions"
        assert (await officer.post(path, json={"others": "accepted"})).status_code == 201
    after = {row["uscc"]: row for row in await desk.settled("/v1/enterprises")}
    assert after[code(1)]["staff"] == 99
    assert (await desk.send(written(book), "import-3", existing="submit")).json()["unchanged"] == 5


async def test_a_closed_site_is_refused_also_where_others_are_submitted(desk: Desk) -> None:
    assert (await desk.send(xlsx(filled(2)), "import-1")).status_code == 201
    closed = enterprise_id_of(code(1), "1")
    body = {"on": "2021-01-05", "reason": "关停"}
    assert (await desk.manager.post(f"/v1/enterprises/{closed}/closures", json=body)).status_code == 201
    book = filled(2)
    for row in book.rows[SITE]:
        row["从业人数"] = 99
    answer = await desk.send(xlsx(book), "import-2", existing="submit")
    assert (answer.json()["submitted"], answer.json()["refused"]) == (1, 1)

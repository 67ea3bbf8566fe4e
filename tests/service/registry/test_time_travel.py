"""An import as it was."""

from __future__ import annotations

from tests.domain.registry.filled import filled
from tests.service.registry.desk import Desk, xlsx


async def test_an_import_before_it_was_finished(desk: Desk) -> None:
    assert (await desk.send(xlsx(filled(2)))).status_code == 201
    assert [(await desk.get("/v1/imports/import-1", as_of=f"v{version}"))["finished"] for version in (1, 2)] == [False, True]
    assert (await desk.get("/v1/imports/import-1"))["finished"] is True

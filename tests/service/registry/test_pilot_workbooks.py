"""The pilot's workbooks are good forms: every one is loaded whole, by the same door as anybody's."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from pilot.workbooks import make_sites, uscc, write_workbooks
from services.registry.domain.codes import checked_uscc
from services.registry.domain.enterprise import enterprise_id_of
from tests.service.registry.desk import Desk, document

DISTRICTS = {
    row["id"]: row["name"] for row in document("jurisdictions")["jurisdictions"] if row["parent"] and not row["valid_to"]
}
COUNTS = {district: {"steel": 2, "aluminium": 2, "dust": 18} for district in DISTRICTS}


@pytest.mark.parametrize("seed", range(20))
def test_codes_are_valid_and_sites_unique(seed: int) -> None:
    sites = make_sites(Random(seed), COUNTS, DISTRICTS)
    assert Counter((site.district, site.sector) for site in sites) == Counter(
        {(district, sector): count for district, sectors in COUNTS.items() for sector, count in sectors.items()}
    )
    assert all(checked_uscc(site.uscc) == site.uscc for site in sites)
    assert len({(site.uscc, site.site_no) for site in sites}) == len(sites)
    assert len({site.values["name"] for site in sites}) == len(sites)


def test_some_enterprises_have_two_sites() -> None:
    sites = make_sites(Random(1), COUNTS, DISTRICTS)
    assert len({site.uscc for site in sites}) < len(sites)


def test_code_of_sixteen_characters() -> None:
    assert uscc("9144030019220382") == "914403001922038216"
    assert uscc("9133010079965505") == "91330100799655058B"


def test_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    written = [write_workbooks(tmp_path / name, make_sites(Random(7), COUNTS, DISTRICTS)) for name in ("a", "b")]
    assert [path.name for path in written[0]] == ["steel.xlsx", "aluminium.xlsx", "dust.xlsx"]
    assert [path.read_bytes() for path in written[0]] == [path.read_bytes() for path in written[1]]
    other = write_workbooks(tmp_path / "c", make_sites(Random(8), COUNTS, DISTRICTS))
    assert other[0].read_bytes() != written[0][0].read_bytes()


async def test_workbooks_are_loaded_whole(desk: Desk, tmp_path: Path) -> None:
    sites = make_sites(Random(3), COUNTS, DISTRICTS)
    for path in write_workbooks(tmp_path, sites):
        answer = await desk.send(path.read_bytes(), f"register-2021-{path.stem}")
        assert answer.status_code == 201, answer.text
        assert (answer.json()["sector"], answer.json()["refused"]) == (path.stem, 0)
    await desk.under_test.settle()
    rows = await desk.under_test.connection.fetch("SELECT enterprise_id, district, sector FROM enterprises")
    assert {tuple(row) for row in rows} == {
        (enterprise_id_of(site.uscc, str(site.site_no)), site.district, site.sector) for site in sites
    }

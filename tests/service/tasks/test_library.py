"""What the registry tells of its library later: recusals withdrawn, certificates renewed, officers who leave, ended districts."""

from __future__ import annotations

from datetime import date

from tests.service.tasks.city import City


async def test_the_tables_follow_the_library(city: City) -> None:
    await city.founded()
    await city.recusal("o-a", "e-1")
    await city.recusal("o-a", "e-2")
    withdrawn = {"officer_id": "o-a", "enterprise_id": "e-1", "reason": "离职"}
    await city.hear("registry", "recusal-withdrawn", "officer:o-a", **withdrawn)
    renewed = {
        "officer_id": "o-b", "name": "人员", "organ_id": "xihu-emb", "organ": "应急管理局", "district": "xihu",
        "certificate_no": "C-2", "certificate_valid_to": "2030-12-31", "specialities": [],
    }  # fmt: skip
    await city.hear("registry", "certificate-renewed", "officer:o-b", **renewed)
    await city.hear("registry", "officer-reassigned", "officer:o-b", **renewed)
    await city.hear("registry", "officer-retired", "officer:o-c", officer_id="o-c", last_day="2021-10-01")
    connection = city.under_test.connection
    assert [row["enterprise_id"] for row in await connection.fetch("SELECT * FROM recusals")] == ["e-2"]
    rows = {row["officer_id"]: row for row in await connection.fetch("SELECT * FROM officers")}
    assert (rows["o-b"]["certificate_valid_to"], rows["o-b"]["organ_id"]) == (date(2030, 12, 31), "xihu-emb")
    assert rows["o-c"]["certificate_valid_to"] == date(2021, 10, 1)
    ended = {
        "jurisdiction_id": "donghu", "name": "东湖区", "kind": "district", "parent": "nanchang", "organ_id": "donghu-emb",
        "organ": "应急管理局", "valid_from": None, "valid_to": "2021-12-31", "successors": ["xihu"], "reason": "合并",
    }  # fmt: skip
    await city.hear("registry", "jurisdiction-ended", "jurisdiction:donghu", **ended)
    [row] = await connection.fetch("SELECT valid_to FROM jurisdictions WHERE jurisdiction_id = 'donghu'")
    assert row["valid_to"] == date(2021, 12, 31)


async def test_a_site_is_known_by_its_present_name_and_district(city: City) -> None:
    await city.founded()
    site = await city.enterprise(1, "donghu")
    told = [{"name": "name", "value": "新名有限公司"}, {"name": "staff", "value": 3}]
    await city.hear("registry", "profile-amended", site, enterprise_id=site, fields=told)
    await city.hear("registry", "enterprise-moved", site, enterprise_id=site, district="xihu", reason="区划调整")
    [row] = await city.under_test.connection.fetch("SELECT name, district FROM enterprises")
    assert (row["name"], row["district"]) == ("新名有限公司", "xihu")

"""Jurisdictions that change, the officer library and releases of law over HTTP."""

from __future__ import annotations

from typing import Any

from services.registry.api.workbooks import plain_workbook
from services.registry.domain import itemsheets
from services.registry.domain.enterprise import enterprise_id_of
from tests.domain.registry.filled import code, filled
from tests.service.registry.desk import XLSX, Desk, document, jurisdiction_bodies, officer_body, xlsx


async def post(desk: Desk, path: str, body: dict[str, Any], status: int = 201) -> dict[str, Any]:
    answer = await desk.administrator.post(path, json=body)
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_district_is_merged_and_its_history_stays(desk: Desk) -> None:
    await post(desk, "/v1/officers", officer_body())
    new = {
        **jurisdiction_bodies()[1], "jurisdiction_id": "hubin", "name": "湖滨区", "national_code": None, "organ_id": "hubin-emb",
        "valid_from": "2021-01-01", "valid_to": None,
    }  # fmt: skip
    reorganisation = {
        "last_day": "2020-12-31", "reason": "区划调整", "source": "批复", "begins": [new],
        "ends": [{"jurisdiction_id": one, "successors": ["hubin"]} for one in ("donghu", "xihu")],
    }  # fmt: skip
    told = await post(desk, "/v1/jurisdictions/reorganisations", reorganisation)
    assert (told["begun"], told["ended"]) == (["hubin"], ["donghu", "xihu"])
    rows = {row["jurisdiction_id"]: row for row in await desk.settled("/v1/jurisdictions", limit=100)}
    assert (rows["donghu"]["valid_to"], rows["donghu"]["successors"]) == ("2020-12-31", ["hubin"])
    [officer] = await desk.settled("/v1/officers")
    assert officer["district"] == "donghu", "what was recorded under the old district is still found there"
    before = await desk.get("/v1/jurisdictions/donghu", as_of="v1")
    assert (before["ended"], before["valid_to"]) == (False, None)
    again = await desk.administrator.post("/v1/jurisdictions/reorganisations", json=reorganisation)
    assert (again.status_code, again.json()["code"]) == (409, "jurisdiction-exists")
    answer = await desk.send(xlsx(filled(1)))
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "jurisdiction-closed")


async def test_organ_is_named_anew(desk: Desk) -> None:
    names = {"name": "东湖区", "short_name": "东湖", "organ": "东湖区应急管理和消防局", "document_abbreviation": "东湖应急",
             "since": "2021-01-01", "source": "文件"}  # fmt: skip
    await post(desk, "/v1/jurisdictions/donghu/names", names)
    told = await desk.get("/v1/jurisdictions/donghu")
    assert [naming["document_abbreviation"] for naming in told["names"]] == ["东湖", "东湖应急"]
    [row] = [r for r in await desk.settled("/v1/jurisdictions", limit=100) if r["jurisdiction_id"] == "donghu"]
    assert (row["organ"], row["version"]) == ("东湖区应急管理和消防局", 2)
    assert (await desk.auditor.get("/v1/jurisdictions/nowhere-at-all")).status_code == 404


async def test_who_moved_is_kept_by_the_new_district_alone(desk: Desk) -> None:
    await post(desk, "/v1/officers", officer_body())
    unit = {"organ_id": "xihu-emb", "organ": "南昌市西湖区应急管理局", "district": "xihu", "specialities": ["冶金"]}
    path, leaving = "/v1/officers/officer-001", {"last_day": "2021-06-30"}
    async with (
        desk.under_test.client("administrator", districts=("donghu",)) as old,
        desk.under_test.client("administrator", districts=("xihu",)) as new,
    ):
        assert (await new.post(f"{path}/leavings", json=leaving)).status_code == 404
        assert (await old.post(f"{path}/assignments", json=unit)).status_code == 404, (
            "nobody sends somebody to a foreign district"
        )
        await post(desk, f"{path}/assignments", unit)
        assert (await old.post(f"{path}/leavings", json=leaving)).status_code == 404
        assert (await new.post(f"{path}/leavings", json=leaving)).status_code == 201
    told = await desk.under_test.events("casetrail.registry.officer")
    assert [event["district"] for event in told] == ["donghu", "donghu", "xihu"]


async def test_officer_through_the_years(desk: Desk) -> None:
    await post(desk, "/v1/officers", officer_body())
    await post(desk, "/v1/officers", officer_body(officer_id="officer-002", certificate_valid_to="2022-06-30"))
    await desk.send(xlsx(filled(1)))
    enterprise = enterprise_id_of(code(1), "1")
    path = "/v1/officers/officer-001"
    await post(desk, f"{path}/recusals", {"enterprise_id": enterprise, "reason": "配偶任职"})
    await post(desk, f"{path}/recusals/{enterprise}/withdrawals", {"reason": "配偶离职"})
    await post(desk, f"{path}/certificates", {"certificate_no": "JX-3601-900", "certificate_valid_to": "2027-12-31"})
    unit = {"organ_id": "xihu-emb", "organ": "南昌市西湖区应急管理局", "district": "xihu", "specialities": ["冶金"]}
    await post(desk, f"{path}/assignments", unit)
    rows = {row["officer_id"]: row for row in await desk.settled("/v1/officers")}
    seen = {
        name: rows["officer-001"][name] for name in ("name", "recusals", "certificate_no", "certificate_valid_to", "district")
    }
    assert seen == {
        "name": "王强", "recusals": [], "certificate_no": "JX-3601-900", "certificate_valid_to": "2027-12-31", "district": "xihu",
    }  # fmt: skip
    expiring = await desk.settled("/v1/certificates", before="2023-01-01")
    assert [row["officer_id"] for row in expiring] == ["officer-002"]
    page = await desk.get("/v1/certificates", limit=1)
    following = await desk.get("/v1/certificates", limit=1, cursor=page["next"])
    assert [row["officer_id"] for row in (*page["items"], *following["items"])] == ["officer-002", "officer-001"]
    await post(desk, "/v1/officers/officer-002/leavings", {"last_day": "2021-12-31"})
    assert await desk.settled("/v1/certificates", before="2023-01-01") == []
    assert (await desk.auditor.get("/v1/certificates", params={"cursor": "WzFd"})).status_code == 400


async def test_expert_learns_and_leaves(desk: Desk) -> None:
    await post(desk, "/v1/experts", {"expert_id": "expert-001", "name": "李工", "district": "nanchang"})
    await post(desk, "/v1/experts/expert-001/changes", {"specialities": ["冶金"], "last_day": "2021-12-31"})
    [expert] = await desk.settled("/v1/experts")
    assert (expert["name"], expert["specialities"], expert["last_day"]) == ("李工", ["冶金"], "2021-12-31")


async def test_releases_are_listed_by_day_and_compared(desk: Desk) -> None:
    for name in ("rulebook-2021", "rulebook-2023", "rulebook-2025", "rulebook-2026", "rulebook-2026-2", "rulebook-2026-3"):
        await post(desk, "/v1/rulebooks", document(name))
    catalogue = document("catalogue-2021")
    await post(desk, "/v1/catalogues", {**catalogue, "rulebook": "jiangxi-work-safety/2021.1"})
    later = {**catalogue, "version": "2022.1", "valid_from": "2022-01-01", "items": catalogue["items"][1:]}
    await post(desk, "/v1/catalogues", later)
    listed = await desk.settled("/v1/rulebooks", on="2026-03-01")
    assert [row["version_name"] for row in listed] == ["2026.1", "2026.2", "2026.3"]
    for day, version in (("2021-03-01", "2021.1"), ("2024-05-01", "2023.1"), ("2025-05-01", "2025.1"), ("2026-01-31", "2025.1")):
        assert [row["version_name"] for row in await desk.settled("/v1/rulebooks", on=day)] == [version]
    assert [row["items"] for row in await desk.settled("/v1/catalogues")] == [len(catalogue["items"]), len(later["items"])]
    path = f"/v1/catalogues/{catalogue['catalogue']}/2022.1/changes"
    told = await desk.get(path)
    removed = catalogue["items"][0]
    assert (told["against"], [change["zh"] for change in told["changes"]]) == (
        "2021.1", ["修改有效期起", f"删除检查事项{removed['code']} {removed['title']}"],
    )  # fmt: skip
    assert (await desk.get(path, against="2022.1"))["changes"] == []
    assert (await desk.auditor.get(path, params={"against": "2099.1"})).status_code == 404
    book = await desk.get("/v1/rulebooks/jiangxi-work-safety/2026.2/changes")
    assert book["against"] == "2026.1"
    assert "inspection_caps" in {change["section"] for change in book["changes"]}


async def test_catalogue_whose_penalty_leaves_the_range_of_its_article(desk: Desk) -> None:
    await post(desk, "/v1/rulebooks", document("rulebook-2021"))
    catalogue = {**document("catalogue-2021"), "rulebook": "jiangxi-work-safety/2021.1"}
    catalogue["items"][0]["penalty"][0]["max_fen"] = 5_000_001
    assert (await post(desk, "/v1/catalogues", catalogue, 409))["code"] == "penalty-outside-range"


async def test_catalogue_goes_out_as_a_workbook_and_comes_in_as_the_next_release(desk: Desk) -> None:
    await post(desk, "/v1/rulebooks", document("rulebook-2021"))
    catalogue = document("catalogue-2021")
    await post(desk, "/v1/catalogues", catalogue)
    path = f"/v1/catalogues/{catalogue['catalogue']}"
    workbook = (await desk.auditor.get(f"{path}/2021.1/workbook")).content
    tables = itemsheets.tables_of(
        {**catalogue, "version": "2021.2", "rulebook": "jiangxi-work-safety/2021.1"}, catalogue["items"]
    )
    for content, version, status in ((workbook, "2021.1", 201), (plain_workbook(tables), "2021.2", 201)):
        answer = await desk.administrator.post("/v1/catalogues/workbooks", files={"file": ("目录.xlsx", content, XLSX)})
        assert (answer.status_code, answer.json().get("catalogue_version")) == (status, version), answer.text
        assert (await desk.get(f"{path}/{version}"))["items"] == catalogue["items"]
    assert len(await desk.under_test.events("casetrail.registry.catalogue-published")) == 2, "the same again is no change"


async def test_workbook_with_a_fault_publishes_nothing(desk: Desk) -> None:
    catalogue = document("catalogue-2021")
    catalogue["items"][3]["finding_text"] = ""
    content = plain_workbook(itemsheets.tables_of(catalogue, catalogue["items"]))
    answer = await desk.administrator.post("/v1/catalogues/workbooks", files={"file": ("目录.xlsx", content, XLSX)})
    assert (answer.status_code, answer.json()["code"]) == (422, "workbook-refused")
    [fault] = answer.json()["errors"]
    assert (fault["column"], fault["reason"].split()[0]) == ("finding_text", catalogue["items"][3]["code"])
    refused = await desk.administrator.post("/v1/catalogues/workbooks", files={"file": ("目录.xlsx", b"PK", XLSX)})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "file-damaged")


async def test_the_lighter_of_two_days_laws_applies(desk: Desk) -> None:
    for name in ("rulebook-2021", "rulebook-2023", "rulebook-2025", "rulebook-2026", "rulebook-2026-2", "rulebook-2026-3"):
        await post(desk, "/v1/rulebooks", document(name))
    case: dict[str, Any] = {
        "law": "WSL", "version": "2021", "article": "99", "phase": "first", "subject": "unit", "act_on": "2021-10-01",
        "decided_on": "2026-03-02",
    }  # fmt: skip
    told = await desk.get("/v1/penalty-branches", **case)
    assert (told["law_of"], told["branch"]["max_fen"], told["why"]) == ("act", 5_000_000, None)
    person = await desk.get("/v1/penalty-branches", **{**case, "subject": "person"})
    assert (person["branch"], person["why"]["code"]) == (None, "no-such-branch")
    early = await desk.get("/v1/penalty-branches", **{**case, "act_on": "2021-08-31"})
    assert early["why"]["code"] == "law-not-in-force"
    unknown = await desk.get("/v1/penalty-branches", **{**case, "article": "1000"})
    assert unknown["why"]["code"] == "article-unknown"

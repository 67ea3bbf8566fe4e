"""Jurisdictions, people and published law over HTTP."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from services.registry.domain.enterprise import enterprise_id_of
from tests.domain.registry.filled import SITE, code, filled
from tests.service.registry.desk import Desk, document, jurisdiction_bodies, officer_body, xlsx


async def test_jurisdictions_of_the_vocabulary(desk: Desk) -> None:
    listed = await desk.settled("/v1/jurisdictions", limit=100)
    assert {row["jurisdiction_id"] for row in listed} == {body["jurisdiction_id"] for body in jurisdiction_bodies()}
    [wanli] = [row for row in listed if row["jurisdiction_id"] == "wanli-qu"]
    assert (wanli["parent"], wanli["valid_to"], wanli["district"]) == ("nanchang", "2019-12-31", "wanli-qu")


async def test_jurisdiction_before_its_parent(empty_desk: Desk) -> None:
    [city, first, *_] = jurisdiction_bodies()
    answer = await empty_desk.administrator.post("/v1/jurisdictions", json=first)
    assert (answer.status_code, answer.json()["code"]) == (409, "parent-unknown")
    for body in (city, first, first):
        assert (await empty_desk.administrator.post("/v1/jurisdictions", json=body)).status_code == 201
    assert len(await empty_desk.under_test.events("casetrail.registry.")) == 2


async def test_officer_with_recusal(desk: Desk) -> None:
    assert (await desk.administrator.post("/v1/officers", json=officer_body())).status_code == 201
    await desk.send(xlsx(filled(1)))
    enterprise_id = enterprise_id_of(code(1), "1")
    recusal = {"enterprise_id": enterprise_id, "reason": "配偶任职"}
    answer = await desk.administrator.post("/v1/officers/officer-001/recusals", json=recusal)
    assert (answer.status_code, answer.json()["version"]) == (201, 2)
    [officer] = await desk.settled("/v1/officers", district="donghu")
    assert (officer["name"], officer["recusals"], officer["version"]) == ("王强", [enterprise_id], 2)
    assert officer["specialities"] == ["粉尘防爆"]


@pytest.mark.parametrize(("officer", "enterprise"), [("officer-009", True), ("officer-001", False)])
async def test_recusal_of_somebody_or_something_unknown(desk: Desk, officer: str, enterprise: bool) -> None:
    await desk.administrator.post("/v1/officers", json=officer_body())
    await desk.send(xlsx(filled(1)))
    body = {"enterprise_id": enterprise_id_of(code(1), "1") if enterprise else "e-unknown", "reason": "配偶任职"}
    answer = await desk.administrator.post(f"/v1/officers/{officer}/recusals", json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"district": "nowhere"}, 404),
        ({"certificate_valid_to": "2020-01-01"}, 409),
        ({"name": ""}, 422),
        ({"name": "王\u0000强"}, 422),
        ({"rank": "captain"}, 422),
        ({"officer_id": "Officer 1"}, 422),
    ],
)
async def test_officer_that_cannot_be_enrolled(desk: Desk, changes: dict[str, Any], status: int) -> None:
    answer = await desk.administrator.post("/v1/officers", json=officer_body(**changes))
    assert answer.status_code == status
    assert await desk.under_test.events("casetrail.registry.officer") == []


async def test_officers_are_seen_in_their_district(desk: Desk) -> None:
    for number, district in enumerate(("donghu", "xihu", "donghu"), start=1):
        body = officer_body(officer_id=f"officer-00{number}", district=district)
        assert (await desk.administrator.post("/v1/officers", json=body)).status_code == 201
    async with desk.under_test.client("manager", districts=["donghu"]) as donghu:
        listed = await desk.settled("/v1/officers", donghu)
        assert [row["officer_id"] for row in listed] == ["officer-001", "officer-003"]
        assert await desk.settled("/v1/officers", donghu, district="xihu") == []
        assert len(await desk.settled("/v1/jurisdictions", donghu, limit=100)) == len(jurisdiction_bodies())


async def test_pages_of_officers(desk: Desk) -> None:
    for number in range(5):
        await desk.administrator.post("/v1/officers", json=officer_body(officer_id=f"officer-00{number}"))
    await desk.under_test.settle()
    seen, cursor = [], None
    while True:
        page = await desk.get("/v1/officers", limit=2, **({"cursor": cursor} if cursor else {}))
        seen += [row["officer_id"] for row in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert seen == [f"officer-00{number}" for number in range(5)]


@pytest.mark.parametrize("cursor", ["WzFd", "W10=", "WyJhIiwiYiJd", "WyJcdTAwMDAiXQ=="])
async def test_foreign_cursor(desk: Desk, cursor: str) -> None:
    answer = await desk.auditor.get("/v1/officers", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-cursor")


async def test_expert(desk: Desk) -> None:
    body = {"expert_id": "expert-001", "name": "李工", "district": "nanchang", "specialities": ["冶金"]}
    assert (await desk.administrator.post("/v1/experts", json=body)).status_code == 201
    [expert] = await desk.settled("/v1/experts")
    assert (expert["name"], expert["specialities"]) == ("李工", ["冶金"])


async def test_enterprises_are_found_by_name_code_sector_and_district(desk: Desk) -> None:
    book = filled(3)
    book.rows[SITE][1].update(企业名称="江西恒昌家具有限公司", 所属辖区="西湖区")
    await desk.send(xlsx(book))
    assert len(await desk.settled("/v1/enterprises")) == 3
    for name, value in (("q", "恒昌"), ("q", code(2)), ("q", code(2).lower()), ("district", "xihu")):
        found = await desk.settled("/v1/enterprises", None, **{name: value})
        assert [row["uscc"] for row in found] == [code(2)], value
    assert await desk.settled("/v1/enterprises", sector="steel") == []
    assert await desk.settled("/v1/enterprises", q="%") == []
    names = [row["name"] for row in await desk.settled("/v1/enterprises")]
    assert names == sorted(names)


@pytest.mark.parametrize(
    "path", ["/v1/enterprises?q=%00", "/v1/enterprises/%00abc", "/v1/enterprises?sector=coal", "/v1/officers?district=A"]
)
async def test_question_that_makes_no_sense(desk: Desk, path: str) -> None:
    assert (await desk.auditor.get(path)).status_code == 422


async def test_rulebook_and_catalogue_are_published_and_given_out_as_they_came(desk: Desk) -> None:
    book, catalogue = document("rulebook-2021"), document("catalogue-2021")
    assert (await desk.administrator.post("/v1/rulebooks", json=book)).status_code == 201
    sent = {**catalogue, "rulebook": "jiangxi-work-safety/2021.1"}
    answer = await desk.administrator.post("/v1/catalogues", json=sent)
    assert (answer.status_code, answer.json()["items"]) == (201, len(catalogue["items"]))
    async with desk.under_test.client("officer", districts=["donghu"]) as officer:
        assert await desk.get("/v1/rulebooks/jiangxi-work-safety/2021.1", officer) == book
        assert await desk.get("/v1/catalogues/nanchang-industry-trade/2021.1", officer) == catalogue
        assert (await officer.get("/v1/catalogues/nanchang-industry-trade/2099.1")).status_code == 404
    [published] = await desk.under_test.events("casetrail.registry.catalogue")
    assert (published["stream_id"], published["district"]) == ("catalogue:nanchang-industry-trade/2021.1", "nanchang")


async def test_version_is_published_once(desk: Desk) -> None:
    catalogue = document("catalogue-2021")
    for _ in range(2):
        assert (await desk.administrator.post("/v1/catalogues", json=catalogue)).status_code == 201
    assert len(await desk.under_test.events("casetrail.registry.catalogue")) == 1
    catalogue["items"][0]["title"] = "别的"
    answer = await desk.administrator.post("/v1/catalogues", json=catalogue)
    assert (answer.status_code, answer.json()["code"]) == (409, "version-published")


async def test_catalogue_by_a_rulebook_that_is_not_published(desk: Desk) -> None:
    sent = {**document("catalogue-2021"), "rulebook": "jiangxi-work-safety/2099.1"}
    answer = await desk.administrator.post("/v1/catalogues", json=sent)
    assert (answer.status_code, answer.json()["code"]) == (409, "rulebook-unknown")


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("code", "no code"),
        ("penalty", [{}]),
        ("applies_if", {}),
        ("valid_from", "2021-02-30"),
        ("onsite_measure", {"kind": "shout"}),
    ],
)
async def test_malformed_item(desk: Desk, part: str, value: Any) -> None:
    catalogue = copy.deepcopy(document("catalogue-2021"))
    catalogue["items"][0][part] = value
    assert (await desk.administrator.post("/v1/catalogues", json=catalogue)).status_code == 422


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("laws", []), ("province", "江西"), ("deadlines", [{"code": "T01"}]),
        # What another service computes with: it would stumble over this only after it is published for good.
        ("officers", "two"), ("inspection", {}), ("apportionment", {"share_numerator": 1, "share_denominator": 0}),
        ("rules", None), ("legal_review", {"required_when": []}), ("calendar_overrides", ["2021-10-01"]), ("title", None),
    ],
)  # fmt: skip
async def test_malformed_rulebook(desk: Desk, part: str, value: Any) -> None:
    answer = await desk.administrator.post("/v1/rulebooks", json={**document("rulebook-2021"), part: value})
    assert answer.status_code == 422


async def test_law_before_any_jurisdiction(empty_desk: Desk) -> None:
    answer = await empty_desk.administrator.post("/v1/rulebooks", json=document("rulebook-2021"))
    assert (answer.status_code, answer.json()["code"]) == (409, "no-jurisdiction")


@pytest.mark.parametrize(
    "path",
    ["/v1/jurisdictions", "/v1/officers", "/v1/experts", "/v1/catalogues", "/v1/rulebooks", "/v1/officers/officer-001/recusals"],
)
async def test_only_an_administrator_changes_reference_data(desk: Desk, path: str) -> None:
    bodies = {
        "/v1/jurisdictions": jurisdiction_bodies()[0],
        "/v1/officers": officer_body(),
        "/v1/experts": {"expert_id": "expert-001", "name": "李工", "district": "nanchang"},
        "/v1/catalogues": document("catalogue-2021"),
        "/v1/rulebooks": document("rulebook-2021"),
        "/v1/officers/officer-001/recusals": {"enterprise_id": "e-unknown", "reason": "配偶任职"},
    }
    assert (await desk.manager.post(path, json=bodies[path])).status_code == 403

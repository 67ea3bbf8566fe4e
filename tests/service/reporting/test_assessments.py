"""Assessments over HTTP: each line's figure, points and rows; by a sheet that is published; the same bytes for ever."""

from __future__ import annotations

from typing import Any

import pytest

from services.reporting.queries.scoring import sheets
from tests.service.reporting.conftest import Reporting
from tests.service.reporting.test_bulletins import asked, followed
from tests.service.reporting.weeks import LATER, MORNING, planted

PERIOD = "2019-Q1"


async def test_every_line_is_the_share_of_its_rows_and_the_points_follow_the_published_formula(quarter: Reporting) -> None:
    async with quarter.client("auditor") as client:
        found = await asked(client, f"/v1/assessments/{PERIOD}")
        published = {one["code"]: one for one in found["sheet"]["lines"]}
        assert {one["district"] for one in found["districts"]} == {"d-0", "d-1"}
        for district in found["districts"]:
            for line in district["lines"]:
                rows = {one["measure"]: await followed(client, one["href"]) for one in line["rows"]}
                assert all(row["district"] == district["district"] for of in rows.values() for row in of)
                counts = {name: (sum(r["counts"] for r in of), sum(r.get("out_of", 0) for r in of)) for name, of in rows.items()}
                if published[line["code"]]["name"] == "coverage_percent":
                    sums = counts["enterprises_covered"][0], counts["enterprises"][0]
                else:
                    sums = sum(one for one, _ in counts.values()), sum(of for _, of in counts.values())
                assert sums == (line["counts"], line["out_of"]), line["title"]
                assert line["points"] == by_hand(line, published[line["code"]])
            points = sum(line["points"] for line in district["lines"] if line["points"] is not None)
            assert district["score"] == pytest.approx(100 * points / district["weight"], abs=0.05)


def by_hand(line: dict[str, Any], published: dict[str, Any]) -> Any:
    """As somebody with the published sheet and a calculator would."""
    if not line["out_of"]:
        return None
    part = 3 / 12 if published["pro_rata"] else 1
    none, full = published["none_at"] * part, published["full_at"] * part
    reached = (100 * line["counts"] / line["out_of"] - none) / (full - none)
    return pytest.approx(published["weight"] * min(max(reached, 0), 1), abs=0.006)


async def test_districts_with_few_sites_have_a_score_and_no_place(quarter: Reporting) -> None:
    async with quarter.client("manager") as client:
        for district in (await asked(client, f"/v1/assessments/{PERIOD}"))["districts"]:
            assert (district["place"], district["unplaced"]["code"], district["sites"]) == (None, "few-sites", 4)
            assert district["score"] is not None


async def test_an_assessment_is_the_same_bytes_whatever_is_recorded_later(reporting: Reporting) -> None:
    ledgers = planted(late=True)
    await reporting.live_until(ledgers, MORNING)
    async with reporting.client("manager") as client:
        first = await client.get("/v1/assessments/2019-02")
        await reporting.live_until(ledgers, LATER)
        reporting.under_test.app.state.kept = None
        again = await client.get("/v1/assessments/2019-02")
        assert again.content == first.content
        assert again.headers["casetrail-waiting"] == ""
        month = await asked(client, "/v1/assessments/2019-03", as_of=MORNING.isoformat())
        assert month["as_of"]["final"] is False
        assert month["as_of"]["recorded_before"] == "2019-03-11T09:00:00+08:00"


async def test_the_sheets_are_published_with_formulas_weights_limits_and_sources(quarter: Reporting) -> None:
    async with quarter.client("officer") as client:
        items = (await asked(client, "/v1/scoring-sheets"))["items"]
        assert [one["version"] for one in items] == [sheet.version for sheet in sheets()]
        for sheet in items:
            assert sheet["status"] in ("settled", "recalled", "unverified")
            assert sum(line["weight"] for line in sheet["lines"]) == 100
            assert all(line["formula"] and line["source"] and line["unit"] == "%" for line in sheet["lines"])
        found = await asked(client, f"/v1/assessments/{PERIOD}", sheet=items[0]["version"])
        assert found["sheet"] == items[0]


async def test_nobody_sees_another_district(quarter: Reporting) -> None:
    async with quarter.client("manager", districts=["d-0"]) as client:
        found = await asked(client, f"/v1/assessments/{PERIOD}")
        assert [one["district"] for one in found["districts"]] == ["d-0"]
        assert {row["district"] for row in await followed(client, f"/v1/assessments/{PERIOD}/rows?code=2")} == {"d-0"}
        for path in ("?", "/rows?code=2&"):
            answer = await client.get(f"/v1/assessments/{PERIOD}{path}district=d-1")
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("2019-Q5", 400, "bad-period"), ("2019-W10", 400, "bad-period"), ("1000", 400, "bad-period"),
        ("2019-Q4", 400, "bad-moment"), ("2019-Q1?as_of=2018-12-31T00:00:00Z", 400, "bad-moment"),
        ("2018", 404, "not-found"), ("2019-Q1?sheet=none", 404, "not-found"), ("2019-Q1/rows?code=none", 404, "not-found"),
        ("2019-Q1/rows?code=2&measure=none", 404, "not-found"),
    ],
)  # fmt: skip
async def test_what_cannot_be_answered(quarter: Reporting, path: str, status: int, code: str) -> None:
    async with quarter.client("manager") as client:
        answer = await client.get(f"/v1/assessments/{path}")
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


@pytest.mark.parametrize("role", ["enterprise", "expert"])
async def test_others_may_not_look(reporting: Reporting, role: str) -> None:
    async with reporting.client(role) as client:
        for path in (f"assessments/{PERIOD}", f"assessments/{PERIOD}/rows?code=1", "scoring-sheets"):
            assert (await client.get(f"/v1/{path}")).status_code == 403

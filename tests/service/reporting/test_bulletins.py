"""The weekly bulletin over HTTP: figures that are followed to their rows, the same bytes for ever, what came late told apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from chassis.building import rebuild
from chassis.switching import Switcher
from services.reporting.projections import PROJECTIONS
from services.reporting.queries.bulletins import LINES, SECTIONS
from services.reporting.queries.lagging import versions
from services.reporting.worker import CopyFeed
from tests.service.reporting.conftest import Reporting
from tests.service.reporting.weeks import BEFORE, BUSY, LATER, MORNING, NEXT, WEEK, planted

RARE = {
    "cases_clue", "cases_filing-requested", "cases_investigating", "cases_investigated", "cases_undecided_due-soon",
    "cases_undecided_overdue",
}  # fmt: skip
"""States that last for days only, in which none of the planted cases is then."""
SPANS = ("week", "week_before", "last_year", "year", "year_before")


async def asked(client: httpx.AsyncClient, path: str, **query: Any) -> Any:
    answer = await client.get(path, params=query or None)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def followed(client: httpx.AsyncClient, href: str, **query: Any) -> list[dict[str, Any]]:
    """Every row of a list, page by page."""
    url = httpx.URL(href)
    found: list[dict[str, Any]] = []
    page = await asked(client, url.path, **dict(url.params), **query, limit=50)
    while page["next"] is not None:
        found += page["items"]
        page = await asked(client, url.path, **dict(url.params), **query, limit=50, cursor=page["next"])
    return [*found, *page["items"]]


def lines_of(bulletin: Any) -> Iterator[Any]:
    for section in bulletin["sections"]:
        yield from section["lines"]


def line_of(bulletin: Any, name: str, district: str | None = None) -> Any:
    [line] = [one for one in lines_of(bulletin) if one["name"] == name]
    return line if district is None else next(one for one in line["by_district"] if one["district"] == district)


async def test_every_figure_is_the_sum_of_its_rows_in_every_span(quarter: Reporting) -> None:
    """Also of a share, whose rows are those of all that it is made of; and the rows have links to their events."""
    seen: dict[str, int] = dict.fromkeys(LINES, 0)
    async with quarter.client("manager") as client:
        bulletin = await asked(client, f"/v1/bulletins/{BUSY}")
        for line in lines_of(bulletin):
            for span in SPANS:
                if line[span] is None:
                    continue
                rows = {one["measure"]: await followed(client, one["href"], span=span) for one in line["rows"]}
                counts = {name: (sum(r["counts"] for r in of), sum(r.get("out_of", 0) for r in of)) for name, of in rows.items()}
                if line["name"] == "coverage_percent":
                    told = (counts["enterprises_covered"][0], counts["enterprises"][0])
                else:
                    told = (sum(c for c, _ in counts.values()), sum(o for _, o in counts.values()))
                value = line[span]
                assert told == (value.get("counts", value["value"]), value.get("out_of", 0)), (line["name"], span)
                seen[line["name"]] += len([row for of in rows.values() for row in of])
                assert all(row["links"]["events"] for of in rows.values() for row in of)
    assert {name for name, count in seen.items() if not count} <= RARE


async def test_districts_add_up_and_what_changed_is_the_difference(quarter: Reporting) -> None:
    async with quarter.client("manager") as client:
        bulletin = await asked(client, f"/v1/bulletins/{WEEK}")
        before = await asked(client, f"/v1/bulletins/{BEFORE}")
        for line in lines_of(bulletin):
            if "counts" not in line["week"]:
                assert line["week"]["value"] == sum(one["week"]["value"] for one in line["by_district"]), line["name"]
                assert line["change"] == line["week"]["value"] - line["week_before"]["value"]
            assert line["week_before"] == line_of(before, line["name"])["week"], "as it was told a week before"
            assert line["last_year"]["value"] in (0, None)
            one = await asked(client, f"/v1/bulletins/{WEEK}", district="d-1")
            assert line_of(one, line["name"])["week"] == line_of(bulletin, line["name"], "d-1")["week"]


async def test_the_year_is_what_it_was_and_the_week_and_what_came_late(reporting: Reporting) -> None:
    """上期累计 + 本周 + 补录 = 本期累计, of everything that adds up."""
    ledgers = planted(late=True)
    await reporting.live_until(ledgers, MORNING)
    await reporting.live_until(ledgers, LATER)
    async with reporting.client("manager") as client:
        before, now = [await asked(client, f"/v1/bulletins/{week}") for week in (WEEK, NEXT)]
        late = 0
        for line in lines_of(now):
            if line["late"] is not None and "value" in line["late"]:
                assert (
                    line_of(before, line["name"])["year"]["value"] + line["week"]["value"] + line["late"]["value"]
                    == (line["year"]["value"])
                ), line["name"]
                late += line["late"]["value"]
        assert line_of(now, "hazards")["late"] == line_of(now, "hazards", "d-1")["late"] == {"value": 1}
        assert line_of(now, "inspections")["late"] == {"value": 1}
        assert line_of(now, "hazards", "d-0")["late"] == {"value": 0}
        assert late > 2


async def test_a_bulletin_is_the_same_bytes_whatever_is_recorded_later(reporting: Reporting) -> None:
    """Asked on Monday, asked again after late entries and a rebuild, by another process that has folded nothing yet."""
    ledgers = planted(late=True)
    await reporting.live_until(ledgers, MORNING)
    async with reporting.client("manager") as client:
        first = await client.get(f"/v1/bulletins/{WEEK}")
        assert first.headers["casetrail-waiting"], "not every ledger has told something since"
        await reporting.live_until(ledgers, LATER)
        again = await client.get(f"/v1/bulletins/{WEEK}")
        assert again.headers["casetrail-waiting"] == ""
        assert again.content == first.content
        [facts] = PROJECTIONS
        assert await rebuild(reporting.under_test.dsn, CopyFeed(), facts, simulated=True) is not None
        await Switcher(reporting.under_test.dsn, CopyFeed(), PROJECTIONS, simulated=True).switch("facts")
        reporting.under_test.app.state.kept = None
        assert (await client.get(f"/v1/bulletins/{WEEK}")).content == first.content


async def test_what_came_too_late_is_told_beside_the_bulletin(reporting: Reporting) -> None:
    ledgers = planted(late=True)
    await reporting.live_until(ledgers, MORNING)
    async with reporting.client("manager") as client:
        assert (await asked(client, f"/v1/bulletins/{WEEK}/late"))["lines"] == []
        told = await asked(client, f"/v1/bulletins/{WEEK}")
        await reporting.live_until(ledgers, LATER)
        late = {line["name"]: line for line in (await asked(client, f"/v1/bulletins/{WEEK}/late"))["lines"]}
        was = line_of(told, "hazards")["week"]["value"]
        assert (late["hazards"]["told"], late["hazards"]["now"]) == (was, was + 1)
        assert [one["district"] for one in late["hazards_major"]["by_district"]] == ["d-1"]
        now = await asked(client, f"/v1/bulletins/{WEEK}", as_of=LATER.isoformat())
        assert line_of(now, "hazards")["week"]["value"] == was + 1
        assert now["as_of"]["ledgers"] != told["as_of"]["ledgers"]
        rows = await followed(client, line_of(now, "hazards")["rows"][0]["href"])
        assert "h-late" in {row["key"] for row in rows}, "the link keeps the moment"
        rows = await followed(client, line_of(told, "hazards")["rows"][0]["href"])
        assert "h-late" not in {row["key"] for row in rows}


async def test_a_week_that_is_not_over_is_told_as_of_now(reporting: Reporting) -> None:
    ledgers = planted()
    await reporting.live_until(ledgers, MORNING)
    async with reporting.client("manager") as client:
        now = await asked(client, f"/v1/bulletins/{NEXT}")
        assert now["as_of"]["final"] is False
        assert (await asked(client, f"/v1/bulletins/{WEEK}"))["as_of"]["final"] is True
        assert now["as_of"]["recorded_before"] == "2019-03-11T09:00:00+08:00"


async def test_what_lags_is_said_with_its_rows_and_what_is_to_be_done(quarter: Reporting) -> None:
    async with quarter.client("manager") as client:
        bulletin = await asked(client, f"/v1/bulletins/{NEXT}")
        assert bulletin["sentences"]
        for sentence in bulletin["sentences"]:
            assert sentence["text"].startswith(sentence["name"])
            assert sentence["text"].endswith("。")
            [rows] = sentence["rows"][:1]
            found = await followed(client, rows["href"])
            if "_overdue" in sentence["line"]:
                assert sum(row["counts"] for row in found) == sentence["value"] > 0
        assert {one["district"] for one in bulletin["actions"]} == {one["district"] for one in bulletin["sentences"]}
        assert all(one["texts"] and one["until"] == "2019-03-24" for one in bulletin["actions"])
        assert any("执法检查" in sentence for sentence in bulletin["summary"])


async def test_districts_are_ranked_only_where_enough_is_counted(quarter: Reporting) -> None:
    async with quarter.client("manager") as client:
        bulletin = await asked(client, f"/v1/bulletins/{NEXT}")
        ranking = {one["line"]: one for one in bulletin["rankings"]}
        assert {one["district"] for one in ranking["coverage_percent"]["not_ranked"]} == {"d-0", "d-1"}, "four sites each"
        places = ranking["completion_percent"]["places"]
        assert [one["place"] for one in places] == [1, 2]
        assert places[0]["value"] >= places[1]["value"]
        assert all(one["out_of"] >= ranking["completion_percent"]["fewest"] for one in places)


async def test_rows_of_what_is_still_open_are_paged(quarter: Reporting) -> None:
    """Their last day has not come, and the cursor says so."""
    async with quarter.client("manager") as client:
        first = await asked(client, f"/v1/bulletins/{WEEK}/rows", line="enterprises", limit=3)
        then = await asked(client, f"/v1/bulletins/{WEEK}/rows", line="enterprises", limit=9, cursor=first["next"])
        assert [row["key"] for row in first["items"] + then["items"]] == [f"e-{number}" for number in range(8)]
        assert then["next"] is None


async def test_nobody_sees_another_district(quarter: Reporting) -> None:
    async with quarter.client("manager", districts=["d-0"]) as client:
        bulletin = await asked(client, f"/v1/bulletins/{WEEK}")
        assert [one["district"] for one in bulletin["scope"]["districts"]] == ["d-0"]
        for line in lines_of(bulletin):
            assert {one["district"] for one in line["by_district"]} == {"d-0"}
            rows = await followed(client, line["rows"][0]["href"], span="week")
            assert {row["district"] for row in rows} <= {"d-0"}
        for path in ("", "/rows?line=hazards&", "/late?"):
            answer = await client.get(f"/v1/bulletins/{WEEK}{path}", params={"district": "d-1"} | dict(httpx.URL(path).params))
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    async with quarter.client("manager", districts=["city", "d-0", "d-1"]) as client:
        whole = await asked(client, f"/v1/bulletins/{WEEK}", district="city")
        assert [one["district"] for one in whole["scope"]["districts"]] == ["city", "d-0", "d-1"], "those below it too"
        assert [one["district"] for one in line_of(whole, "hazards")["by_district"]] == ["d-0", "d-1"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("2019-10", 400, "bad-week"), ("2019-W54", 400, "bad-week"), ("2019-W53", 400, "bad-week"), ("0019-W10", 400, "bad-week"),
        ("2019-W10?as_of=2019-03-03T23:00:00%2B08:00", 400, "bad-moment"), ("2019-W40", 400, "bad-moment"),
        ("2019-W10?as_of=2031-01-01T00:00:00%2B08:00", 400, "bad-moment"), ("2019-W10/rows?line=none", 404, "not-found"),
        ("2019-W10/rows?line=hazards&span=earlier", 404, "not-found"),
        ("2019-W10/rows?line=hazards_open&span=year", 404, "not-found"),
        ("2019-W10/rows?line=hazards&measure=inspections", 404, "not-found"),
        ("2019-W10/rows?line=hazards&cursor=WzFd", 400, "bad-cursor"),
    ],
)  # fmt: skip
async def test_what_cannot_be_answered(quarter: Reporting, path: str, status: int, code: str) -> None:
    async with quarter.client("manager") as client:
        answer = await client.get(f"/v1/bulletins/{path}")
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


@pytest.mark.parametrize("role", ["enterprise", "expert"])
async def test_others_may_not_look(reporting: Reporting, role: str) -> None:
    async with reporting.client(role) as client:
        for path in ("", "/rows?line=hazards", "/late"):
            assert (await client.get(f"/v1/bulletins/{WEEK}{path}")).status_code == 403


def test_no_line_is_of_money() -> None:
    """行政处罚法 2021，第七十四条."""
    assert len(LINES) == sum(len(section.lines) for section in SECTIONS)
    for line in LINES.values():
        assert line.of.unit != "fen"
        assert not any("fen" in measure.counts.sql for measure in line.measures)


def test_rules_say_how_far_they_can_be_relied_on() -> None:
    for rules in versions():
        assert rules.source
        assert rules.status == "unverified" or "示例" not in rules.source
        for lag in rules.lags:
            assert sum(one is not None for one in (lag.above, lag.below, lag.below_average)) == 1

"""What else was lived is what the platform's lists tell, and each count that is not as the scenario has it is named."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from pilot.client import Client
from pilot.lived import ask_what_was_lived, faults_of, numbered
from pilot.people import Person
from pilot.programme import FIGURES, programme_of
from pilot.setting_up import LATER_RULEBOOKS
from tests.domain.pilot.test_scenario import scenario

YEAR = scenario(3, "small")
PROGRAMME = programme_of(YEAR)
AUDITOR = Person(sub="auditor", name="审计人员", roles=("auditor",), districts=("*",))
ORGANS = {"洪": "nanchang-emb", "湾里": "wanli-guanliju-emb"}
DIRTY = sum(visit.hazards > 0 for visit in YEAR.visits)

Lists = dict[str, list[dict[str, Any]]]
Change = Callable[[Lists, dict[str, Any]], Any]


class Platform:
    """Answers lists by the last part of their path and accounts by series; remembers which figures' rows were asked for."""

    def __init__(self, lists: Lists, accounts: dict[str, Any]) -> None:
        self.lists, self.accounts, self.asked = lists, accounts, set[str]()

    async def items(self, _: Person, path: str, **__: Any) -> list[dict[str, Any]]:
        return self.lists[path.rpartition("/")[2]]

    async def get(self, _: Person, path: str) -> Any:
        if "/number-series/" in path:
            return Answered(self.accounts[path.split("/number-series/")[1]])
        if "/cases/" in path:
            return Answered(next(case for case in self.lists["cases"] if path.endswith(case["case_id"])))
        self.asked.add(path)
        return Answered({})


class Answered(dict[str, Any]):
    @property
    def body(self) -> dict[str, Any]:
        return self


def span(first: int, last: int) -> dict[str, int]:
    return {"first": first, "last": last}


def lived() -> tuple[Lists, dict[str, Any]]:
    """What the platform answers when all went as the scenario has it."""
    mondays = [monday.isoformat() for monday in PROGRAMME.mondays]
    links = [{"figure": name, "rows": f"/v1/figures/{name}/rows"} for name in FIGURES]
    officers = [officer.officer_id for officer in YEAR.officers]
    cases = sum(visit.case is not None for visit in YEAR.visits)
    lists: Lists = {
        "implementations": [
            {"state": "approved", "version_no": 1 + (n == 0), "in_force": 1 + (n == 0)} for n in range(len(YEAR.districts))
        ],
        "weeks": [
            {"monday": monday, "suggestions": [], "supplements": ["x"] * ((organ.district, day) in PROGRAMME.supplements)}
            for organ in YEAR.districts
            for monday, day in zip(mondays, PROGRAMME.mondays, strict=True)
        ],
        "problems": [{"state": "closed", "answer": "x", "reopened": int(one.reopened)} for one in PROGRAMME.problems],
        "bulletins": [
            {"number": n, "figures": links, "issued": "/v1/bulletins/2021-W10/issued"} for n, _ in enumerate(mondays, start=1)
        ],
        "issued": [{"same": True}],
        "trainings": [{"state": "held", "attended": len(t.attended), "passed": t.passed} for t in PROGRAMME.trainings],
        "module-users": [
            {"module": module, "granted_on": "2021-08-20" if module == "penalty" else "2021-02-25", "officer_id": officer_id}
            for officer_id in officers
            for module in ("registry", "tasks", "inspection", "penalty")
        ],
        "demonstrations": [
            {"state": "held", "district": one.district, "observers": [*one.observers], "present": [*one.present]}
            for one in PROGRAMME.demonstrations
        ],
        "guidance-visits": [
            {"state": "reported", "monday": monday, "findings": [*one.findings], "serious": int(one.serious)}
            for monday, one in zip(mondays, PROGRAMME.guidance, strict=True)
        ],
        "rulebooks": [{"valid_from": day} for day in ("2021-01-01", *["2023-01-01"] * len(LATER_RULEBOOKS))],
        "orders": [{"document_no": f"（洪）应急责改〔2021〕{n}号"} for n in range(1, DIRTY + 1)],
        "cases": [
            {
                "case_id": f"c-{n}", "case_no": f"（洪）应急立〔2021〕{n}号",
                "notice": {"document_no": f"（洪）应急罚告〔2021〕{n}号"},
                "decision": {"document_no": f"（洪）应急罚〔2021〕{n}号"},
            }
            for n in range(1, cases + 1)
        ],
    }  # fmt: skip
    accounts = {f"nanchang-emb/{word}/2021": account(word, cases) for word in ("立", "罚告", "罚")}
    accounts["nanchang-emb/责改/2021"] = account("责改", DIRTY, void=1)
    lists["number-series"] = [
        dict(zip(("organ_id", "word"), key.split("/")[:2], strict=True)) for key in accounts
    ]  # fmt: skip
    return lists, accounts


def account(word: str, used: int, void: int = 0) -> dict[str, Any]:
    """A series of which so many numbers are used, then some void, and two were given back."""
    return {
        "series": f"nanchang-emb/{word}/2021", "last": used + void + 2, "used": [span(1, used)],
        "voided": [span(used + 1, used + void)] if void else [], "free": [span(used + void + 1, used + void + 2)], "out": [],
    }  # fmt: skip


async def differences(change: Change | None = None) -> list[str]:
    lists, accounts = lived()
    if change is not None:
        change(lists, accounts)
    platform = Platform(lists, accounts)
    lines = await ask_what_was_lived(cast("Client", platform), AUDITOR, YEAR, PROGRAMME)
    return [said for line in lines for said in line.differences]


async def test_nothing_differs_when_all_was_lived() -> None:
    assert await differences() == []


async def test_figures_of_bulletins_are_asked_of_reporting_where_the_bulletins_say() -> None:
    platform = Platform(*lived())
    await ask_what_was_lived(cast("Client", platform), AUDITOR, YEAR, PROGRAMME)
    assert platform.asked == {f"/api/reporting/v1/figures/{name}/rows?limit=1" for name in FIGURES}


ORDERS = "nanchang-emb/责改/2021"
CHANGES: dict[str, tuple[Change, list[str]]] = {
    "a plan not approved": (lambda o, _: o["implementations"][1].update(state="drafted", in_force=0), ["in force instead"]),
    "a plan not written anew": (lambda o, _: o["implementations"][0].update(version_no=1, in_force=1), ["versions instead"]),
    "a week not reported": (lambda o, _: o["weeks"].pop(), ["reports of districts instead"]),
    "a problem left open": (lambda o, _: o["problems"][0].update(state="answered"), ["closed after an answer instead"]),
    "a bulletin's number left out": (lambda o, _: o["bulletins"][-1].update(number=99), ["numbered in a row instead"]),
    "a bulletin without figures": (lambda o, _: [b.update(figures=[]) for b in o["bulletins"]], ["figures of reporting named"]),
    "a bulletin that cannot be made again": (lambda o, _: o["issued"][0].update(same=False), ["made again the same instead"]),
    "later rules not published": (
        lambda o, _: o["rulebooks"].pop(), ["published instead", "of the years to come instead"],
    ),
    "trained too late": (
        lambda o, _: o["module-users"][2].update(granted_on="2021-03-01"), ["may inspect before the first inspection instead"],
    ),
    "not trained": (
        lambda o, _: o["module-users"].pop(), ["may handle cases before the first case", "modules granted instead"],
    ),
    "a demonstration cancelled": (lambda o, _: o["demonstrations"][0].update(state="cancelled"), ["held instead"]),
    "an observer more": (lambda o, _: o["demonstrations"][0]["present"].append("x"), ["came instead"]),
    "guidance not reported": (lambda o, _: o["guidance-visits"][0].update(state="arranged"), ["visits reported instead"]),
    "a number nowhere": (lambda _, a: a[ORDERS].update(free=[]), ["2 holes instead of 0"]),
    "a number used and free": (lambda _, a: a[ORDERS]["free"].append(span(1, 1)), ["1 doubles instead of 0"]),
    "a block not given back": (
        lambda _, a: a[ORDERS].update(free=[], out=[{"out": [span(DIRTY + 2, DIRTY + 3)]}]), ["1 still out instead of 0"],
    ),
    "a number on two documents": (
        lambda o, _: o["orders"][0].update(o["orders"][1]), ["1 doubles", "1 documents or numbers without the other"],
    ),
    "a document of its own numbering": (
        lambda o, _: o["orders"][0].update(document_no="（洪）应急责改〔2021〕999号"),
        ["2 documents or numbers without the other"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
async def test_each_thing_that_was_not_lived_is_named(change: str) -> None:
    alter, wanted = CHANGES[change]
    said = await differences(alter)
    assert len(said) == len(wanted), said
    for line, text in zip(said, wanted, strict=True):
        assert text in line


def test_every_number_is_one_thing_exactly() -> None:
    whole = account("罚", 3, void=1)
    assert faults_of({"a": whole}) == (0, 0)
    assert faults_of({"a": {**whole, "last": 7}}) == (1, 0)
    assert faults_of({"a": {**whole, "last": 5}}) == (0, 1), "a number beyond the last"
    assert faults_of({"a": {**whole, "out": [{"out": [span(1, 2)]}]}}) == (0, 2)


def test_a_documents_number_says_its_series() -> None:
    assert numbered("（湾里）应急罚告〔2021〕12号", ORGANS) == ("wanli-guanliju-emb/罚告/2021", 12)
    for strange in ("（某）应急罚〔2021〕1号", "（洪）应急罚2021第1号", ""):
        with pytest.raises(ValueError, match="no document number"):
            numbered(strange, ORGANS)

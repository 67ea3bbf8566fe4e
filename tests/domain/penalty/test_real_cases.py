"""Cases that were really decided go through the same decisions to the same result, under the law of their own year."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.penalty import domain
from tests.domain.penalty.story import refused
from tests.real_cases import JIANGXI, NAMES, OFFICERS, TOLD, Case, book_of, charges_of, items_of, rules_of


@pytest.mark.parametrize("name", NAMES)
def test_it_ends_as_it_did(name: str) -> None:
    case = Case(name)
    case.file()
    case.investigate()
    assert len(case.state.acts) == case.told["findings"]
    assert case.notify() == [case.told["form"]] * len(case.parties)
    decisions = case.decide()
    unit = decisions[0]
    assert (unit.total_fen, list(unit.kinds), unit.late) == (case.told["total_fen"], case.told["kinds"], False)
    assert [one.total_fen for one in decisions[1:]] == [case.told[key] for key in ("person_fen",) if key in case.told]
    assert {served.payment_due_on for served in case.serve()} == {date.fromisoformat(case.told["due"])}
    assert case.state.stage == "served"


@pytest.mark.parametrize("name", NAMES)
def test_in_jiangxi_the_unit_would_have_had_a_hearing(name: str) -> None:
    """Every one of these sums reaches Jiangxi's 20,000 yuan (江西省行政处罚听证程序规定, article 2, since 9 June 2021)."""
    case = Case(name, JIANGXI)
    case.file()
    case.investigate()
    before = date.fromisoformat(case.told["noticed"]) < date(2021, 6, 9)
    assert case.notify()[0] == (case.told["form"] if before else case.told["jiangxi_form"])


@pytest.mark.parametrize("name", NAMES)
def test_no_fen_more_than_the_range_of_its_year(name: str) -> None:
    for charge in charges_of(name):
        ranges = [row for item in items_of(name) if item["code"] == charge.item_code for row in item["penalty"]]
        top = next(row for row in ranges if (row["phase"], row["subject"]) == ("first", charge.subject))
        most = top["max_fen"] if top["max_inclusive"] else top["max_fen"] - 1
        case = Case(name)
        case.file()
        at, rules = case.at("closed"), case.rules("closed")
        record = domain.RecordEvidence(kind="documentary", title="证据", officer_ids=("o-1", "o-2"), sha256="a" * 64)
        case.take(domain.record_evidence(case.state, record, OFFICERS, at, rules))

        def close(fen: int, case: Case = case, charge: domain.Charge = charge) -> None:
            closing = domain.CloseInvestigation(charges=(replace(charge, amount_fen=fen),), opinion="建议处罚")
            domain.close_investigation(case.state, closing, case.sanctions, case.at("closed"), case.rules("closed"))

        close(most)
        with refused("amount-out-of-range", article=f"第{charge.article}条"):
            close(most + 1)


def test_what_is_not_eliminated_was_not_fined_at_once_before_2021() -> None:
    """WSL 2014, article 99 fines only who refuses; WSL 2021, article 102 fines at once."""
    rows = [row for row in TOLD["ranges"] if (row["law"], row["article"]) == ("WSL", "99")]
    assert {row["phase"] for row in rows} == {"overdue"}


@pytest.mark.parametrize("decided", ["2021-08-12", "2021-09-03", "2021-09-17"])
def test_the_old_law_stays_where_the_new_one_is_no_lighter(decided: str) -> None:
    """An act of July 2021 that is decided after 1 September 2021 is punished by the law of July (APL 2021, article 37)."""
    case = Case("wujiaqu-2021", days={"decided": decided})
    case.file()
    case.investigate()
    case.notify()
    [unit] = case.decide()
    assert {(charge.law_version, charge.article) for charge in unit.charges} == {("2014", "96")}


def test_the_law_of_before_knew_no_working_days_and_smaller_fines_on_the_spot() -> None:
    day = date(2021, 2, 18)  # a Thursday
    rules = rules_of("liaoning-2021", day)
    assert rules.due("T08-hearing-request", day).day == date(2021, 2, 21)  # a Sunday
    assert rules.cite("notice") == "《行政处罚法》（2017）第31条"
    limit = rules.threshold("simple-procedure", "unit")
    assert limit is not None
    assert (limit.reached(100_000), limit.reached(100_001)) == (True, False)


def test_every_row_that_is_not_read_is_marked_recalled() -> None:
    for row in (*TOLD["ranges"], *TOLD["laws"], TOLD["former_penalty_law"]):
        assert row["confidence"].startswith("recalled")
        assert row["unverified"] is True
        assert row["source"]
    assert all(told["assumed"] for told in TOLD["cases"].values())
    assert book_of("liaoning-2021")["province"] == "210000"

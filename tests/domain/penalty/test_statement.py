"""A bank's statement: sums exact to the fen, days as banks write them, numbers in remarks; every fault with its row."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.domain import Refused
from services.penalty.domain import bank, bank_events
from services.penalty.domain.statement import StatementRefused, codes_in, day_in, fen_of, layout_of, numbers_in, read_statement

FORMS = Path(__file__).parents[3] / "contracts" / "forms"
LAYOUT = layout_of(json.loads((FORMS / "bank-statement-2026.json").read_text(encoding="utf-8")))
TODAY = date(2026, 10, 9)
HEADS = ["流水号", "交易日期", "贷方金额", "对方户名", "摘要"]
GOOD = ["B1", "2026-10-08", "9,000.00", "南昌某钢铁有限公司", "缴纳罚款（东湖）应急罚〔2026〕1号"]


def read(*rows: list[str], heads: list[str] | None = None) -> Any:
    return read_statement(LAYOUT, enumerate([heads or HEADS, *rows], start=1), TODAY).entries


def faults(*rows: list[str], heads: list[str] | None = None) -> list[tuple[int | None, str]]:
    with pytest.raises(StatementRefused) as caught:
        read(*rows, heads=heads)
    assert all(fault.zh and fault.en for fault in caught.value.faults)
    return [(fault.row, fault.code) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("9000", 900_000), ("9000.1", 900_010), ("9,000.01", 900_001), ("0.01", 1), ("¥1,234,567.89", 123_456_789),
        ("９０００．５０", 900_050), ("+100.00", 10_000), ("100元", 10_000), ("CNY 12.30", 1230), (" 1 000.00", 100_000),
        ("1.005", None), ("-5.00", None), ("0", None), ("0.00", None), ("", None), ("1e3", None), ("1,00.00", None),
        ("一百", None), ("100000000000.01", None), (".5", None), ("1" + "0" * 15, None),
        ("9" * 5000, None), ("1" + ",000" * 2000, None), ("(5.00)", None), ("５．０５０", None), ("=5+5", None),
        ("1.000,00", None), ("5.", None), ("NaN", None),
    ],
)  # fmt: skip
def test_sums_are_exact(text: str, fen: int | None) -> None:
    assert fen_of(text) == fen


@given(st.integers(1, 10**13))
def test_every_sum_is_read_as_it_is_written(fen: int) -> None:
    yuan, rest = divmod(fen, 100)
    assert fen_of(f"{yuan}.{rest:02d}") == fen_of(f"{yuan:,}.{rest:02d}") == fen


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-10-08", date(2026, 10, 8)), ("2026/10/8", date(2026, 10, 8)), ("20261008", date(2026, 10, 8)),
        ("2026年10月8日", date(2026, 10, 8)), ("2026-10-08 14:03:22", date(2026, 10, 8)), ("2026.10.08", date(2026, 10, 8)),
        ("2026111", None), ("2026-13-01", None), ("08/10/2026", None), ("", None), ("45938", None), ("20260230", None),
    ],
)  # fmt: skip
def test_days_are_read_as_banks_write_them(text: str, day: date | None) -> None:
    assert day_in(text) == day


@pytest.mark.parametrize(
    "remark",
    [
        "缴纳罚款（东湖）应急罚〔2026〕1号",
        "(东湖)应急罚[2026]1号 罚款",
        "（东湖）应急罚（２０２６）１号",
        "罚款:（东湖） 应急罚【2026】 1号.",
    ],
)
def test_number_is_found_however_it_is_written(remark: str) -> None:
    [readings] = numbers_in(remark)
    assert bank.number_key("（东湖）应急罚〔2026〕1号") in readings
    assert len(max(readings, key=len)) == len(readings[0])


def test_several_numbers_are_found_and_none_where_none_is() -> None:
    assert len(numbers_in("（东湖）应急罚〔2026〕1号、（东湖）应急罚〔2026〕2号")) == 2
    assert numbers_in("货款2026年第1号") == ()


def test_rows_become_entries() -> None:
    [entry] = read(GOOD)
    assert (entry.line, entry.bank_reference, entry.amount_fen, entry.paid_on) == (2, "B1", 900_000, date(2026, 10, 8))
    assert (entry.payer, entry.remark) == ("南昌某钢铁有限公司", "缴纳罚款（东湖）应急罚〔2026〕1号")


def test_titles_above_and_totals_below_are_no_transfers() -> None:
    rows = [["账户明细"], ["账号", "360101"], HEADS, GOOD, ["合计", "", "9,000.00"]]
    assert len(read_statement(LAYOUT, enumerate(rows, start=1), TODAY).entries) == 1
    for total in (["合计：", "", "9,000.00"], ["", "总计 1 笔", "9,000.00"]):
        assert read_statement(LAYOUT, enumerate([HEADS, GOOD, total], start=1), TODAY).passed_over == 0
    assert len(read(GOOD, ["B2", "2026-10-08", "1", "合计公司"])) == 2


def test_money_that_went_out_is_passed_over_and_counted() -> None:
    """As a bank's own export tells it: in a column of its own, by a mark, or with a minus."""
    heads = ["流水号", "交易日期", "借方发生额", "贷方发生额", "借贷标志"]
    rows = [
        ["B1", "2026-10-08", "", "9,000.00", "贷"], ["B2", "2026-10-08", "15.00", "", ""],
        ["B3", "2026-10-08", "15.00", "0.00", ""], ["", "", "", "15.00", "借"], ["B5", "2026-10-08", "", "-15.00", ""],
    ]  # fmt: skip
    told = read_statement(LAYOUT, enumerate([heads, *rows], start=1), TODAY)
    assert ([entry.bank_reference for entry in told.entries], told.passed_over) == (["B1"], 4)
    assert faults(["B1", "2026-10-08", "", "", ""], heads=heads) == [(2, "amount-malformed")]
    assert faults(["B1", "2026-10-08", "15.00", "x", ""], heads=heads) == [(2, "amount-malformed")]
    assert faults(rows[1], heads=heads) == [(None, "no-rows")]


def test_a_column_that_is_missing_is_named_with_what_else_it_may_be_called() -> None:
    with pytest.raises(StatementRefused) as caught:
        read(["B1", "1", "2026-10-08"], heads=["流水号", "金额", "日期"])
    [fault] = caught.value.faults
    assert fault.zh == "缺少列：缴款日期（或者交易日期、入账日期、记账日期、交易时间）"
    with pytest.raises(StatementRefused) as nothing:
        read_statement(LAYOUT, [], TODAY)
    assert [one.code for one in nothing.value.faults] == ["no-rows"]


def test_digits_kept_as_text_are_digits() -> None:
    assert [entry.bank_reference for entry in read(['="001"', *GOOD[1:]], ["'002", *GOOD[1:]], ["\t003", *GOOD[1:]])] == [
        "001", "002", "003",
    ]  # fmt: skip


def test_document_number_and_code_have_columns_of_their_own() -> None:
    heads = ["流水号", "交易日期", "金额", "文书字号", "缴款码"]
    [entry] = read(["B1", "2026-10-08", "1", "（东湖）应急罚〔2026〕1号", "ref-1"], heads=heads)
    assert (entry.code, len(entry.numbers), entry.payer) == ("ref-1", 1, None)


def test_row_that_is_there_twice_counts_once() -> None:
    assert len(read(GOOD, GOOD)) == 1
    assert faults(GOOD, ["B1", "2026-10-08", "9,000.01"]) == [(3, "bank-reference-repeated")]


def test_one_reference_for_two_fines_loses_neither() -> None:
    other = [*GOOD[:4], "缴纳罚款（东湖）应急罚〔2026〕2号"]
    assert faults(GOOD, other) == [(3, "bank-reference-repeated")]
    assert faults(GOOD, [*GOOD[:3], "另一家公司", GOOD[4]]) == [(3, "bank-reference-repeated")]


def test_every_fault_is_named_with_its_row() -> None:
    assert faults(
        GOOD, ["", "2026-10-08", "1"], ["B3", "gestern", "1"], ["B4", "2026-10-08", "1.001"], ["B5", "2026-10-10", "1"],
        ["B6"], ["B 7", "2026-10-08", "1"], ["B8", "2026-10-08", "1", "x" * 201],
    ) == [
        (3, "bank-reference-malformed"), (4, "day-malformed"), (5, "amount-malformed"), (6, "paid-in-future"),
        (7, "amount-malformed"), (7, "day-malformed"), (8, "bank-reference-malformed"), (9, "too-long"),
    ]  # fmt: skip


def test_statement_must_have_its_columns_and_something_in_it() -> None:
    assert faults(GOOD, heads=["流水号", "交易日期", "币种"]) == [(None, "columns-missing")]
    assert faults() == [(None, "no-rows")]
    assert faults(["合计", "", "0"]) == [(None, "no-rows")]
    many = ([f"B{n}", *GOOD[1:]] for n in range(LAYOUT.maximum_rows + 1))
    assert faults(*many) == [(None, "too-many-rows")]


def reported(**changes: Any) -> bank_events.BankTransferReported:
    usual = {"bank_reference": "B1", "amount_fen": 100, "paid_on": date(2026, 10, 8), "unmatched": "number-missing"}
    return bank_events.BankTransferReported(**{**usual, **changes})


def state(*events: Any) -> bank.TransferState:
    found = bank.TransferState()
    for event in events:
        found = bank.evolve_transfer(found, event)
    return found


def test_transfer_is_reported_once() -> None:
    assert len(bank.report_transfer(bank.TransferState(), reported())) == 1
    assert bank.report_transfer(state(reported()), reported(remark="又")) == []
    for changes in ({"amount_fen": 101}, {"paid_on": date(2026, 10, 7)}):
        with pytest.raises(Refused, match="bank-reference-known"):
            bank.report_transfer(state(reported()), reported(**changes))


def test_transfer_that_went_out_is_no_other_and_for_nobody() -> None:
    sent = bank.send_transfer(bank.TransferState(), "B1", 100, TODAY)
    with pytest.raises(Refused, match="bank-reference-known"):
        bank.report_transfer(state(*sent), reported())
    with pytest.raises(Refused, match="bank-reference-known"):
        bank.assign_transfer(state(*sent), "c", "unit", "x")
    for known in (state(*sent), state(reported())):
        with pytest.raises(Refused, match="bank-reference-known"):
            bank.send_transfer(known, "B1", 100, TODAY)


def test_transfer_is_assigned_or_sent_back_once() -> None:
    [assigned] = bank.assign_transfer(state(reported()), "c", "unit", "电话核实")
    back = bank.ReturnTransfer(return_reference="R1", returned_on=TODAY, note="误汇")
    [returned] = bank.return_transfer(state(reported()), back, TODAY)
    for known in (state(reported(), assigned), state(reported(case_id="c", party_id="unit", unmatched=None))):
        with pytest.raises(Refused, match="transfer-assigned-already"):
            bank.assign_transfer(known, "c", "unit", "再次")
        with pytest.raises(Refused, match="transfer-assigned-already"):
            bank.return_transfer(known, back, TODAY)
    with pytest.raises(Refused, match="transfer-returned-already"):
        bank.assign_transfer(state(reported(), returned), "c", "unit", "再次")
    for day in (date(2026, 10, 7), date(2026, 10, 10)):
        with pytest.raises(Refused, match="return-day"):
            bank.return_transfer(state(reported()), bank.ReturnTransfer(return_reference="R", returned_on=day, note="x"), TODAY)


def test_words_of_a_remark_that_may_be_payment_codes() -> None:
    labels = ("缴款码", "缴款识别码")
    assert codes_in("缴款码ref-1罚款", labels) == ("ref-1",)
    assert codes_in("ｒｅｆ－１～ｐ-2。", labels) == ("ref-1~p-2",)
    assert codes_in("Ref-1.", labels) == ("Ref-1.", "Ref-1")
    assert codes_in("2021-09-18 13870000000 5000.00", labels) == ()
    assert codes_in("缴款码： 20210918", labels) == ("20210918",)

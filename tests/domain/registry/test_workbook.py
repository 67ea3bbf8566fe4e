"""A filled-in form is judged as a whole: each fault is named by sheet, row and column; a site is loaded whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from services.registry.domain.enterprise import claim_key, enterprise_id_of
from services.registry.domain.files import file_of
from services.registry.domain.forms import Form
from services.registry.domain.workbook import COMPANION, Row, WorkbookRefused, judge, letters, read_workbook
from tests.domain.registry.filled import (
    EQUIPMENT,
    FORMS,
    PLACES,
    SETTING,
    SITE,
    Filled,
    code,
    equipment,
    filled,
    place,
    site,
    where,
)

USCC = "统一社会信用代码"
Spoil = Callable[[Filled], object]


def rename(book: Filled, sheet: str, old: str, new: str) -> None:
    book.heads[sheet][book.heads[sheet].index(old)] = new


def drop(book: Filled, sheet: str) -> object:
    return book.heads.pop(sheet), book.rows.pop(sheet)


def emptied(book: Filled, *sheets: str) -> None:
    for sheet in sheets:
        book.rows[sheet].clear()


WHOLE: list[tuple[str, Spoil, list[tuple[str | None, int | None, str | None, str]]]] = [
    ("sheet missing", lambda b: drop(b, PLACES), [(PLACES, None, None, "sheet-missing")]),
    (
        "sheet renamed",
        lambda b: (drop(b, EQUIPMENT), b.more.update(设备表=[Row(1, ["设备编号"])])),
        [(EQUIPMENT, None, None, "sheet-missing"), ("设备表", None, None, "sheet-unknown")],
    ),
    ("column missing", lambda b: b.heads[SITE].remove("从业人数"), [(SITE, 1, "从业人数", "column-missing")]),
    (
        "column renamed",
        lambda b: rename(b, SITE, "从业人数", "员工数"),
        [(SITE, 1, "从业人数", "column-missing"), (SITE, 1, "员工数", "column-unknown")],
    ),
    ("column added", lambda b: b.heads[PLACES].append("备注"), [(PLACES, 1, "备注", "column-unknown")]),
    ("column twice", lambda b: b.heads[PLACES].append("场所名称"), [(PLACES, 1, "场所名称", "column-repeated")]),
    ("no heads", lambda b: b.heads.update({EQUIPMENT: []}), [(EQUIPMENT, 1, None, "heads-missing")]),
    ("no rows", lambda b: emptied(b, SITE, PLACES, EQUIPMENT), [(SITE, None, None, "no-rows")]),
    ("no site, only a place", lambda b: emptied(b, SITE), [(SITE, None, None, "no-rows")]),
    ("no readme", lambda b: setattr(b, "form", replace(b.form, readme="首页")), [("说明", None, None, "sheet-missing")]),
    ("unknown form", lambda b: setattr(b, "readme", [("表单", "家禽登记表")]), [("说明", None, "表单", "form-unknown")]),
    (
        "unknown version",
        lambda b: setattr(b, "readme", [("表单", b.form.title), ("版本", "1999.1")]),
        [("说明", None, "表单", "form-unknown")],
    ),
]

#: One bad cell or row each, in a workbook of three sites: the faults are in rows of the second one.
ROWS: list[tuple[str, Spoil, list[tuple[str | None, int | None, str | None, str]]]] = [
    ("wrong digit", lambda b: respell(b, 1, code(2)[:17] + "?"), [(SITE, 3, USCC, "uscc-character")]),
    ("text for a number", lambda b: b.rows[SITE][1].update(从业人数="四十五"), [(SITE, 3, "从业人数", "not-a-number")]),
    ("required cell empty", lambda b: b.rows[SITE][1].update(企业名称="  "), [(SITE, 3, "企业名称", "value-missing")]),
    ("unknown district", lambda b: b.rows[SITE][1].update(所属辖区="东胡区"), [(SITE, 3, "所属辖区", "jurisdiction-unknown")]),
    ("bad date", lambda b: b.rows[SITE][1].update(成立日期="2021-13-01"), [(SITE, 3, "成立日期", "not-a-date")]),
    ("unknown code", lambda b: b.rows[SITE][1].update(行业代码="C9999"), [(SITE, 3, "行业代码", "value-unknown")]),
    ("code of another sector", lambda b: b.rows[SITE][1].update(行业代码="C3120"), [(SITE, 3, "行业代码", "value-unknown")]),
    ("title of another code", lambda b: b.rows[SITE][1].update(行业名称="炼钢"), [(SITE, 3, "行业名称", "title-differs")]),
    (
        "two faults in a row",
        lambda b: b.rows[SITE][1].update(从业人数=-1, 企业规模="巨型"),
        [(SITE, 3, "企业规模", "value-unknown"), (SITE, 3, "从业人数", "out-of-range")],
    ),
    ("bad place", lambda b: b.rows[PLACES][1].update(场所类别="炼钢区域"), [(PLACES, 3, "场所类别", "value-unknown")]),
    ("bad equipment", lambda b: b.rows[EQUIPMENT][1].update(设备状态=None), [(EQUIPMENT, 3, "设备状态", "value-missing")]),
    (
        "equipment at no place",
        lambda b: b.rows[EQUIPMENT][1].update(所在场所编号="P9"),
        [(EQUIPMENT, 3, "所在场所编号", "place-unknown")],
    ),
    (
        "site twice",
        lambda b: b.rows[SITE].append(site(2)),
        [(SITE, 3, "场所序号", "site-repeated"), (SITE, 5, "场所序号", "site-repeated")],
    ),
    (
        "place twice",
        lambda b: b.rows[PLACES].append(place(2)),
        [(PLACES, 3, "场所编号", "place-repeated"), (PLACES, 5, "场所编号", "place-repeated")],
    ),
    (
        "equipment twice",
        lambda b: b.rows[EQUIPMENT].append(equipment(2, 所在场所编号=None)),
        [(EQUIPMENT, 3, "设备编号", "equipment-repeated"), (EQUIPMENT, 5, "设备编号", "equipment-repeated")],
    ),
]  # fmt: skip


def respell(book: Filled, place: int, wrong: str) -> None:
    book.rows[SITE][place][USCC] = wrong
    book.rows[PLACES].pop(place)
    book.rows[EQUIPMENT].pop(place)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.sector)
def test_form_in_order(form: Form) -> None:
    judged = filled(3, form.sector).judged()
    assert judged.form is form
    assert (len(judged.good), judged.refused, judged.rows) == (3, (), 9)


@pytest.mark.parametrize(("spoil", "expected"), [row[1:] for row in WHOLE], ids=[row[0] for row in WHOLE])
def test_workbook_that_is_not_the_form(spoil: Spoil, expected: list[tuple[str | None, int | None, str | None, str]]) -> None:
    book = filled(3)
    spoil(book)
    with pytest.raises(WorkbookRefused) as refused:
        book.read()
    assert [where(fault) for fault in refused.value.faults] == expected
    assert all(fault.zh and fault.en for fault in refused.value.faults)


@pytest.mark.parametrize(("spoil", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_bad_row_refuses_its_site_and_no_other(
    spoil: Spoil, expected: list[tuple[str | None, int | None, str | None, str]]
) -> None:
    book = filled(3)
    spoil(book)
    judged = book.judged()
    assert [where(fault) for fault in judged.faults] == expected
    assert [key[0] for key in judged.good] == [code(1), code(3)]
    assert all(fault.zh and fault.en for fault in judged.faults)


def test_all_rows_of_a_refused_site_are_handed_back() -> None:
    book = filled(2)
    book.rows[EQUIPMENT][1]["设备状态"] = "坏了"
    judged = book.judged()
    rows = [(entry.sheet.name, entry.number, [fault.code for fault in entry.faults]) for entry in judged.refused]
    assert rows == [(SITE, 3, [COMPANION.code]), (PLACES, 3, [COMPANION.code]), (EQUIPMENT, 3, ["value-unknown"])]
    assert judged.refused_sites == 1


def test_place_of_a_site_that_is_not_there() -> None:
    book = filled(2)
    book.rows[PLACES].append(place(9))
    judged = book.judged()
    assert [where(fault) for fault in judged.faults] == [(PLACES, 4, USCC, "site-unknown")]
    assert (len(judged.good), judged.refused_sites, len(judged.refused)) == (2, 0, 1)


def test_site_number_must_fit_too() -> None:
    book = filled()
    book.rows[EQUIPMENT][0]["场所序号"] = 2
    assert [where(fault) for fault in book.judged().faults] == [(EQUIPMENT, 2, USCC, "site-unknown")]


def test_site_number_written_as_text_is_the_same_number() -> None:
    book = filled()
    book.rows[PLACES][0]["场所序号"] = "01"
    assert book.faults() == []


def test_rows_without_a_code_are_not_taken_for_one_site() -> None:
    book = filled(2)
    for row in book.rows[SITE]:
        row[USCC] = None
    assert {where(fault)[3] for fault in book.judged().faults} == {"value-missing", "site-unknown"}


def test_wrong_code_that_all_rows_share_is_named_in_each_and_nothing_else() -> None:
    book = filled()
    wrong = code(1)[:17] + ("0" if code(1)[17] != "0" else "1")
    for rows in book.rows.values():
        rows[0][USCC] = wrong
    expected = [(sheet, 2, USCC, "uscc-check-digit") for sheet in (SITE, PLACES, EQUIPMENT)]
    assert [where(fault) for fault in book.judged().faults] == expected


def test_two_sites_of_one_enterprise() -> None:
    book = filled()
    book.rows[SITE].append(site(1, 场所序号=2))
    judged = book.judged()
    assert list(judged.good) == [(code(1), "1"), (code(1), "2")]


def test_site_that_others_have_claimed() -> None:
    judged = filled(2).judged(frozenset({claim_key(code(2), "1")}))
    assert [where(fault) for fault in judged.faults] == [(SITE, 3, USCC, "site-already-registered")]
    assert list(judged.good) == [(code(1), "1")]


def test_judging_again_with_more_claims_adds_only_those() -> None:
    draft = filled(3).read()
    judge(draft, {claim_key(code(2), "1")})
    judged = judge(draft, {claim_key(code(3), "1")})
    assert [where(fault)[1] for fault in judged.faults] == [3, 4]
    assert list(judged.good) == [(code(1), "1")]


def test_order_of_columns_is_free() -> None:
    book = filled()
    book.heads[SITE].reverse()
    assert book.faults() == []


def test_reason_column_of_a_handed_back_workbook_is_ignored() -> None:
    book = filled()
    for sheet in (SITE, PLACES, EQUIPMENT):
        book.heads[sheet].append("退回原因")
        book.rows[sheet][0]["退回原因"] = "从业人数：应填数字"
    assert book.faults() == []


def test_empty_rows_between_are_skipped_and_numbers_stay() -> None:
    book = filled(1)
    book.rows[SITE] = [{}, {}, site(1, 从业人数="无")]
    assert [where(fault) for fault in book.judged().faults] == [(SITE, 4, "从业人数", "not-a-number")]


def test_empty_further_sheet_does_not_matter() -> None:
    book = filled()
    book.more["Sheet1"] = []
    assert book.faults() == []


def test_column_without_a_head_must_be_empty() -> None:
    book = filled()
    book.heads[PLACES].append("")
    assert book.faults() == []
    book.rows[PLACES][0][""] = "丢了的备注"
    assert [where(fault) for fault in book.faults()] == [(PLACES, 1, letters(len(book.heads[PLACES]) - 1), "column-unknown")]


def test_too_many_rows() -> None:
    forms = [replace(form, maximum_rows=2) for form in FORMS]
    assert len(read_workbook(filled(2).sheets(), forms, SETTING).sites) == 2
    with pytest.raises(WorkbookRefused) as refused:
        read_workbook(filled(3).sheets(), forms, SETTING)
    assert {where(fault) for fault in refused.value.faults} == {
        (name, None, None, "too-many-rows") for name in (SITE, PLACES, EQUIPMENT)
    }


@pytest.mark.parametrize(("place", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")])
def test_letters_of_columns(place: int, name: str) -> None:
    assert letters(place) == name


def test_file_of_a_site() -> None:
    book = filled(1)
    book.rows[SITE][0].update(成立日期="2001-05-06", 监管分类="B类", 规模以上企业="是")
    book.rows[PLACES][0].update(粉尘种类="木粉", 涉粉作业人数=12.0)
    book.rows[EQUIPMENT][0].update(除尘方式="干式", 上次检验日期="2020-08-01")
    judged = book.judged()
    [(key, rows)] = judged.good.items()
    file = file_of(judged.form, key, rows, "import-1")
    assert file.enterprise_id == enterprise_id_of(code(1), "1")
    assert (file.uscc, file.site_no, file.district, file.sector, file.staff) == (code(1), "1", "donghu", "dust", 45)
    told = {field.name: field.value for field in file.fields}
    assert told["confined_space_count"] == 2
    assert told["has_contractors"] is True
    assert told["established_on"] == "2001-05-06"
    assert told["supervision_class"] == "B"
    assert told["scale"] == "small"
    assert not {"name", "uscc", "site_no", "staff", "district"} & told.keys()
    assert {(field.source, field.confidence) for field in file.fields} == {("self-report", "reported")}
    [one] = file.places
    assert (one.place_id, one.kind, {field.name: field.value for field in one.fields}) == (
        "P1", "dust-workshop", {"dust_kind": "wood", "dust_workers": 12},
    )  # fmt: skip
    [machine] = file.equipment
    assert (machine.equipment_id, machine.place_id, machine.kind, machine.status) == ("E1", "P1", "dust-removal-system", "in-use")
    assert {field.name: field.value for field in machine.fields} == {"last_test_on": "2020-08-01", "removal_method": "dry"}

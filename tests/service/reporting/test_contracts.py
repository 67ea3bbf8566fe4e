"""What reporting reads of other services' events: the golden examples of each, and the words their schemas carry."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from chassis.codec import read_as
from services.reporting.projections import FOLDS
from services.reporting.queries.captions import CONTRACTS, Caption, caption_of, names_of, register_names, said

EXAMPLES = CONTRACTS.parent / "examples"
SCHEMAS = sorted(CONTRACTS.glob("*/*.json"))


def example_of(schema: Path) -> bytes:
    return (EXAMPLES / schema.relative_to(CONTRACTS)).read_bytes()


@pytest.mark.parametrize("wire", FOLDS)
def test_every_reader_reads_the_golden_example(wire: str) -> None:
    """Read strictly: a reader that only fits its own test's data would turn every real event into a failure."""
    service, name = wire.removeprefix("casetrail.").split(".", 1)
    data = (EXAMPLES / service / f"{name}.json").read_bytes()
    read: Any = read_as(FOLDS[wire].reader, data)
    told = orjson.loads(data)
    assert all(same(getattr(read, field), told[field]) for field in read.__dataclass_fields__ if field in told)


def same(read: Any, told: Any) -> bool:
    """Whether a reader has what was told, in lists and in records within them as well."""
    if isinstance(read, tuple):
        return len(read) == len(told) and all(same(one, other) for one, other in zip(read, told, strict=True))
    if is_dataclass(read):
        return all(same(getattr(read, one.name), told[one.name]) for one in fields(read) if one.name in told)
    return str(read) == str(told)


def test_there_are_schemas() -> None:
    assert len(SCHEMAS) > 30


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.stem)
def test_every_published_event_is_told_in_chinese(schema: Path) -> None:
    """A title, and a summary in which every place is filled from the golden example."""
    caption = caption_of(f"casetrail.{schema.parent.name}.{schema.stem}")
    assert any("一" <= sign <= "鿿" for sign in caption.title)
    told = caption.render(orjson.loads(example_of(schema)))
    assert told
    assert "{" not in told
    assert "—" not in told.replace(caption.summary, "")


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.stem)
def test_every_field_of_a_published_event_has_a_chinese_name(schema: Path) -> None:
    """Also of versions that nobody writes any more."""
    names = names_of(f"casetrail.{schema.parent.name}.{schema.stem}")
    assert names.keys() == orjson.loads(schema.read_bytes())["properties"].keys()
    assert [name for name in names.values() if not any("一" <= sign <= "鿿" for sign in name)] == []


def test_fields_of_a_sites_file_are_called_as_the_register_calls_them() -> None:
    assert register_names()["uscc"] == "统一社会信用代码"
    assert names_of("casetrail.tasks.unheard-of.v3") == {}


def test_an_event_nobody_published_is_called_by_its_name() -> None:
    assert caption_of("casetrail.tasks.unheard-of.v3") == Caption("unheard-of", "")
    assert caption_of("nonsense").title == "nonsense"


def test_money_is_told_in_yuan_whatever_the_template_says() -> None:
    caption = Caption("行政处罚决定", "{document_no} 决定罚款 {total_fen} 分")
    assert caption.render({"document_no": "1号", "total_fen": 1_200_050}) == "1号 决定罚款 12,000.50 元"


def test_values_inside_others_and_missing_ones() -> None:
    caption = Caption("线索登记", "当事人 {party.name}，{missing}，{party.name.deeper}")
    assert caption.render({"party": {"name": "某厂"}}) == "当事人 某厂，—，—"
    assert caption.render(None) == "当事人 —，—，—"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "—"), (True, "是"), (False, "否"), (3, "3"), ("violation", "不符合"), ([], "—"), (["甲", "乙"], "甲、乙"),
        ([1, 2, 3, 4, 5], "5 项"), ({"name": "甲", "x": 1}, "甲"), ({}, "—"),
    ],
)  # fmt: skip
def test_values_read_aloud(value: object, words: str) -> None:
    assert said("x", value) == words

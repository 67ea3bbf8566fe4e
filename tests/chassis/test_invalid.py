"""What is wrong with a value is told in Chinese and English, whatever pydantic calls it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core._pydantic_core import list_all_errors

from chassis import invalid


def _refuse(_: int) -> int:
    raise invalid.not_as_meant("不是所指", "not what is meant")


def _value_error(_: int) -> int:
    raise ValueError("of ours")


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: Literal["a", "b", "c"] = "a"
    count: Annotated[int, Field(ge=1, strict=True)] = 1
    text: Annotated[str, Field(max_length=2, pattern="^[a-z]+$")] = "a"
    many: Annotated[list[int], Field(min_length=2)] = [1, 2]
    meant: Annotated[int, AfterValidator(_refuse)] | None = None
    other: Annotated[int, AfterValidator(_value_error)] | None = None


@pytest.mark.parametrize(
    ("given", "detail"),
    [
        ({"kind": "d"}, "应为下列之一：'a'、'b'、'c'"),
        ({"count": 0}, "不得小于 1"),
        ({"count": "1"}, "应为整数"),
        ({"text": "abc"}, "至多 2 个字符"),
        ({"text": "A"}, "格式应符合 ^[a-z]+$"),
        ({"many": [1]}, "至少应有 2 项，现有 1 项"),
        ({"meant": 1}, "不是所指"),
        ({"other": 1}, invalid.GENERAL),
    ],
)
def test_each_wrong_value_is_told_in_chinese(given: dict[str, Any], detail: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Asked.model_validate(given)
    told = invalid.told({**caught.value.errors()[0], "loc": ("body", *given)})
    assert told["detail"] == detail
    assert (told["pointer"], told["in"]) == (f"#/{next(iter(given))}", "body")
    assert told["title"].isascii()
    assert told["code"].replace("-", "").isalnum()


def test_every_text_fits_an_error_of_pydantic_s_and_its_facts() -> None:
    known: dict[str, Any] = {one["type"]: one for one in list_all_errors()}
    for kind, text in invalid.TEXTS.items():
        assert text.format(**(known[kind].get("example_context") or {}))


def test_a_kind_that_the_table_does_not_know_is_told_in_general() -> None:
    told = invalid.told({"loc": ("query", "limit"), "type": "of_tomorrow", "msg": "Something new"})
    assert told == {
        "pointer": "#/limit",
        "in": "query",
        "code": "of-tomorrow",
        "detail": invalid.GENERAL,
        "title": "Something new",
    }

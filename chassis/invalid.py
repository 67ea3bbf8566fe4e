"""What is wrong with a value of a request, in Chinese and English: pydantic's kinds of error, and a service's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic_core import PydanticCustomError

NOT_AS_MEANT = "not-as-meant"
GENERAL = "内容不符合要求"
"""What is said of a kind of error that the table does not know: a later pydantic may know more."""

TEXTS: Mapping[str, str] = {
    "missing": "缺少此项",
    "extra_forbidden": "没有这一项，不得填写",
    "json_invalid": "不是有效的 JSON",
    "json_type": "应为 JSON 文本",
    "none_required": "应为空",
    "model_type": "应为一个对象",
    "model_attributes_type": "应为一个对象",
    "dataclass_type": "应为一个对象",
    "dict_type": "应为一个对象",
    "mapping_type": "应为一个对象",
    "invalid_key": "名称应为文本",
    "list_type": "应为一个列表",
    "tuple_type": "应为一个列表",
    "set_type": "应为一个列表",
    "frozen_set_type": "应为一个列表",
    "iterable_type": "应为一个列表",
    "too_short": "至少应有 {min_length} 项，现有 {actual_length} 项",
    "too_long": "至多 {max_length} 项",
    "string_type": "应为文本",
    "string_unicode": "应为 UTF-8 文本",
    "string_not_ascii": "只能使用 ASCII 字符",
    "string_too_short": "至少 {min_length} 个字符",
    "string_too_long": "至多 {max_length} 个字符",
    "string_pattern_mismatch": "格式应符合 {pattern}",
    "bytes_type": "应为字节内容",
    "bytes_too_short": "至少 {min_length} 个字节",
    "bytes_too_long": "至多 {max_length} 个字节",
    "enum": "应为下列之一：{expected}",
    "literal_error": "应为下列之一：{expected}",
    "union_tag_invalid": "{discriminator} 应为下列之一：{expected_tags}",
    "union_tag_not_found": "缺少 {discriminator}，无法判断是哪一种",
    "bool_type": "应为 true 或者 false",
    "bool_parsing": "应为 true 或者 false",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_parsing_size": "整数过大",
    "int_from_float": "应为整数，不得有小数",
    "float_type": "应为数字",
    "float_parsing": "应为数字",
    "finite_number": "应为有限的数字",
    "decimal_type": "应为数字",
    "decimal_parsing": "应为数字",
    "decimal_max_digits": "至多 {max_digits} 位数字",
    "decimal_max_places": "至多 {decimal_places} 位小数",
    "decimal_whole_digits": "小数点前至多 {whole_digits} 位",
    "multiple_of": "应为 {multiple_of} 的倍数",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "不得小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "不得大于 {le}",
    "date_type": "应为日期，写作 2026-03-01",
    "date_parsing": "应为日期，写作 2026-03-01",
    "date_from_datetime_parsing": "应为日期，写作 2026-03-01",
    "date_from_datetime_inexact": "应为日期，不带时间",
    "time_type": "应为时刻，写作 08:30",
    "time_parsing": "应为时刻，写作 08:30",
    "datetime_type": "应为时间，写作 2026-03-01T08:00:00+08:00",
    "datetime_parsing": "应为时间，写作 2026-03-01T08:00:00+08:00",
    "datetime_object_invalid": "应为时间，写作 2026-03-01T08:00:00+08:00",
    "datetime_from_date_parsing": "应为时间，写作 2026-03-01T08:00:00+08:00",
    "timezone_aware": "时间应带时区，如 +08:00",
    "timezone_naive": "时间不应带时区",
    "uuid_type": "应为 UUID",
    "uuid_parsing": "应为 UUID",
    "uuid_version": "应为第 {expected_version} 版的 UUID",
    "url_type": "应为网址",
    "url_parsing": "应为网址",
    "url_too_long": "网址至多 {max_length} 个字符",
    "url_scheme": "网址应以 {expected_schemes} 开头",
}
"""What pydantic's kinds of error are called, with what it tells of each."""


def not_as_meant(zh: str, en: str) -> PydanticCustomError:
    """What a validator of ours raises: the value is well-formed, and not what is meant."""
    return PydanticCustomError(NOT_AS_MEANT, "{en}", {"zh": zh, "en": en})


def told(error: Mapping[str, Any]) -> dict[str, str]:
    """An error of pydantic as a member of `errors`: where it is, a stable code, `detail` in Chinese, `title` in English."""
    where = error["loc"]
    return {
        "pointer": "#/" + "/".join(str(part) for part in where[1:]), "in": str(where[0]),
        "code": str(error["type"]).replace("_", "-"), "detail": _in_chinese(error), "title": str(error["msg"]),
    }  # fmt: skip


def _in_chinese(error: Mapping[str, Any]) -> str:
    facts = error.get("ctx") or {}
    if error["type"] == NOT_AS_MEANT:
        return str(facts["zh"])
    try:
        text = TEXTS[error["type"]].format(**facts)
    except KeyError:
        return GENERAL
    return text.replace("' or '", "'、'").replace("', '", "'、'")

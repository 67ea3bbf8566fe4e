"""What an event is called and said in Chinese, from the published schema of its type; reporting has no event classes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

PUBLISHED = Path(__file__).parents[3] / "contracts"
CONTRACTS = PUBLISHED / "events"
PLACE = re.compile(r"\{([a-z0-9_.]+)\}( ?分)?")
LONGEST_LIST = 4
NOTHING = "—"
WORDS = {"compliant": "符合", "violation": "不符合", "not-applicable": "不适用", "not-checked": "未检查"}


@dataclass(frozen=True, slots=True)
class Caption:
    """The Chinese title of an event type, and its summary with `{field}` places."""

    title: str
    summary: str

    def render(self, data: Any) -> str:
        """The summary with the event's own values; what it does not have is a dash."""
        before, places = _parts(self.summary)
        return before + "".join(_filled(name, unit, data) + after for name, unit, after in places)


@cache
def _parts(summary: str) -> tuple[str, tuple[tuple[str, str, str], ...]]:
    """A summary taken apart: its beginning, then each place's name and unit with the text after it."""
    before, *rest = PLACE.split(summary)
    return before, tuple((name, unit or "", after) for name, unit, after in zip(*[iter(rest)] * 3, strict=True))


def _path(wire: str) -> Path:
    _, service, rest = wire.split(".", 2) if wire.count(".") >= 2 else ("", "", wire)
    return CONTRACTS / service / f"{rest}.json"


def is_published(wire: str) -> bool:
    """Whether there is a schema of this wire name; to be asked of what looks like one only."""
    return _path(wire).is_file()


@cache
def caption_of(wire: str) -> Caption:
    """The caption of a wire name; a type without a published schema is called by its name."""
    path, rest = _path(wire), wire.split(".", 2)[-1] if wire.count(".") >= 2 else wire
    if not path.is_file():
        return Caption(rest.rpartition(".v")[0] or wire, "")
    schema = orjson.loads(path.read_bytes())
    return Caption(schema.get("title") or rest, schema.get("x-summary") or "")


@cache
def names_of(wire: str) -> Mapping[str, str]:
    """What the fields of a type are called in Chinese, by its published schema; a type without one has none."""
    fields = orjson.loads(_path(wire).read_bytes())["properties"] if is_published(wire) else {}
    return {name: field["title"] for name, field in fields.items()}


@cache
def register_names() -> Mapping[str, str]:
    """What the fields of a site's file are called, by the register's forms: of a name on several sheets, by the first."""
    forms = [orjson.loads(path.read_bytes()) for path in sorted((PUBLISHED / "forms").glob("register-*.json"), reverse=True)]
    columns = [column for form in forms for sheet in form["sheets"] for column in sheet["columns"]]
    return {column["field"]: column["head"] for column in reversed(columns)}


def _filled(name: str, unit: str, data: Any) -> str:
    """A place's value; an amount is told in yuan, whatever unit the template says."""
    for step in name.split("."):
        data = data.get(step) if isinstance(data, dict) else None
    return said(name, data) + (unit if not name.endswith("_fen") else "")


def said(name: str, value: Any) -> str:
    """A value as it is read aloud: money in yuan, yes and no, lists short or counted."""
    match value:
        case None | "":
            return NOTHING
        case bool():
            return "是" if value else "否"
        case int() if name.endswith("_fen"):
            return yuan(value)
        case list() if len(value) > LONGEST_LIST:
            return f"{len(value)} 项"
        case list():
            return "、".join(said("", one) for one in value) or NOTHING
        case dict():
            return str(value.get("name") or value.get("title") or next(iter(value.values()), NOTHING))
        case _:
            return WORDS.get(str(value), str(value))


def yuan(fen: int) -> str:
    """An amount in fen as yuan: `12,000 元`, `0.50 元`."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}{f'.{rest:02d}' if rest else ''} 元"

"""How one release of a catalogue or rulebook differs from another: what came, what went, what reads otherwise."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Protocol

from services.registry.domain.provisions import Row
from services.registry.domain.soundness import ALTERNATIVES, SECTIONS

LABELS: Mapping[str, str] = {
    "title": "事项名称", "sector": "行业", "check_points": "检查要点", "method": "检查方法", "finding_text": "违法事实",
    "applies_if": "适用条件", "is_major_hazard": "重大隐患", "key_item_code": "重点事项编号", "basis": "违反条款",
    "onsite_measure": "现场处理", "penalty": "处罚", "valid_from": "有效期起", "valid_to": "有效期止", "source": "来源",
    "confidence": "可信度", "unverified": "待核实", "length": "期限长度", "unit": "计算单位", "amount_fen": "数额（分）",
    "min_fen": "下限（分）", "max_fen": "上限（分）", "rolls_to_working_day": "逢节假日顺延", "maximum": "上限次数",
}  # fmt: skip
HEADS: Mapping[str, str] = {
    "title": "名称", "valid_from": "有效期起", "valid_to": "有效期止", "register_terms": "登记用语", "version": "版本",
}  # fmt: skip
"""What is said of a release as a whole."""

WORDS: Mapping[str, str] = {"added": "新增", "removed": "删除", "changed": "修改"}
ABSENT = object()


class Released(Protocol):
    """A published version, of either kind."""

    @property
    def version(self) -> str:
        """Its name among the versions."""
        ...

    @property
    def valid_from(self) -> date:
        """Since when it holds."""
        ...


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that reads otherwise; None where it was or is not there."""

    field: str
    label: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one row: of a catalogue's items, or of a section of a rulebook."""

    section: str
    code: str
    change: Literal["added", "removed", "changed"]
    title: str
    fields: tuple[FieldChange, ...]

    @property
    def zh(self) -> str:
        """The change as a sentence."""
        if self.section == self.code:  # a part of the release as a whole
            return f"{WORDS[self.change]}{self.fields[0].label}"
        name = f"{self.code} {self.title}".strip()
        inside = "：" + "、".join(field.label for field in self.fields) if self.fields else ""
        return f"{WORDS[self.change]}{SECTIONS.get(self.section, '检查事项')}{name}{inside}"


def previous(known: Iterable[Released], of: Released) -> Released | None:
    """The release before this one, by the day it holds from, then by version."""
    earlier = [one for one in known if (one.valid_from, one.version) < (of.valid_from, of.version)]
    return max(earlier, key=lambda one: (one.valid_from, one.version), default=None)


def catalogue_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """How two catalogues differ: their items by code, and what is said of the whole (`HEADS`) if there was one before."""
    heads = [name for name in HEADS if name != "version" and name in before and _differs(before, after, name)]
    items = _changes("items", before.get("items") or (), after["items"], lambda row: str(row["code"]))
    return [*(_whole(name, before, after) for name in heads), *items]


def rulebook_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """How two rulebooks differ: rows by what makes them answers to one question from one day on, single sections whole."""
    found: list[Change] = []
    for section in SECTIONS:
        found += _changes(section, before.get(section) or (), after.get(section) or (), _key_of(section))
    rest = [name for name in sorted(before.keys() | after.keys()) if name not in SECTIONS and _differs(before, after, name)]
    return found + [_whole(name, before, after) for name in rest]


def _key_of(section: str) -> Callable[[Row], Hashable]:
    key = ALTERNATIVES.get(section)
    if key is None:
        return lambda row: str(row.get("code") or row.get("date"))
    return lambda row: (key(row), str(row.get("version")), str(row.get("valid_from")))


def _changes(section: str, before: Iterable[Row], after: Iterable[Row], key: Callable[[Row], Hashable]) -> list[Change]:
    old, new = ({key(row): row for row in rows} for rows in (before, after))
    found = [_change(section, old.get(one), new.get(one)) for one in dict.fromkeys((*old, *new))]
    return [change for change in found if change is not None]


def _change(section: str, old: Row | None, new: Row | None) -> Change | None:
    row = new or old or {}
    code, title = _named(row), str(row.get("title") or row.get("short_title") or "")
    if old is None or new is None:
        return Change(section, code, "added" if old is None else "removed", title, ())
    names = [name for name in dict.fromkeys((*old, *new)) if _differs(old, new, name)]
    fields = tuple(FieldChange(name, LABELS.get(name, name), old.get(name), new.get(name)) for name in names)
    return Change(section, code, "changed", title, fields) if fields else None


def _named(row: Row) -> str:
    if code := row.get("code") or row.get("date"):
        return str(code)
    parts = ("law", "id", "version", "article", "paragraph", "item", "phase", "subject", "grade")
    return " ".join(str(row[name]) for name in parts if row.get(name) is not None)


def _whole(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Change:
    field = FieldChange(name, HEADS.get(name, name), before.get(name), after.get(name))
    return Change(name, name, "changed", "", (field,))


def _differs(old: Mapping[str, Any], new: Mapping[str, Any], name: str) -> bool:
    return bool(old.get(name, ABSENT) != new.get(name, ABSENT))

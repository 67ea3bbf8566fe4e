"""The rules of procedure that an inspection is decided under, as the published rulebook has them on a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

RE_INSPECTION = "R01-reinspection"
EXTENSION_REQUEST = "R02-extension-request"
EXTENSION_ANSWER = "R03-extension-answer"
CORRECTION_AT_ONCE = "R07-correction-at-once"
EXTENSION = "rectification-extension"

Laws = Mapping[tuple[str, str], str]
"""Titles of laws by (law id, version)."""


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time that the law sets, and whether its last day rolls to a working day."""

    length: int
    unit: str
    rolls: bool


@dataclass(frozen=True, slots=True)
class Due:
    """A day that was counted; provisional if the calendar of its year was not known."""

    on: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """What the rulebook says on one day; `articles` are citations by the code of the rule or period, `periods` are by code."""

    rulebook: str
    minimum_officers: int
    approved_plan_required: bool
    re_inspection: Period | None
    articles: Mapping[str, str]
    laws: Laws
    overrides: Mapping[date, bool]
    extension_request: Period | None = None
    extension_answer: Period | None = None
    extension_needs_force_majeure: bool = False
    site_code_required: bool = False
    plan_review_required: bool = False
    notice_required: bool = False
    meetings: tuple[str, ...] = ()
    presence: tuple[str, ...] = ()
    periods: Mapping[str, Period] = field(default_factory=dict)


def rules_on(content: Mapping[str, Any], day: date) -> Rules:
    """The rules of a published rulebook (its whole JSON) as they are on `day`."""
    laws = {(law["id"], law["version"]): str(law["title"]) for law in content["laws"]}
    return Rules(
        rulebook=f"{content['rulebook']}/{content['version']}",
        minimum_officers=int(content["officers"]["minimum"]),
        approved_plan_required=bool(content["inspection"]["approved_plan_required"]),
        re_inspection=_period(content["deadlines"], RE_INSPECTION, day),
        articles={
            row["code"]: cite(row["basis"], laws)
            for row in (*_valid(content["deadlines"], day), *_valid(content["rules"], day))
            if row["basis"] is not None
        },
        laws=laws,
        overrides={date.fromisoformat(row["date"]): bool(row["working"]) for row in content["calendar_overrides"]},
        extension_request=_period(content["deadlines"], EXTENSION_REQUEST, day),
        extension_answer=_period(content["deadlines"], EXTENSION_ANSWER, day),
        extension_needs_force_majeure=any(rule["code"] == EXTENSION for rule in _valid(content["rules"], day)),
        site_code_required=bool(content["inspection"].get("check_in_code_required")),
        plan_review_required=bool(content["inspection"].get("plan_review_required")),
        notice_required=bool(content["inspection"].get("notice_required")),
        meetings=tuple(content["inspection"].get("meetings_required", ())),
        presence=tuple(content["inspection"].get("presence_required", ())),
        periods={row["code"]: _period_of(row) for row in _valid(content["deadlines"], day)},
    )


def _valid(rows: Iterable[Mapping[str, Any]], day: date) -> list[Mapping[str, Any]]:
    return [row for row in rows if row["status"] != "historical" and valid_on(row, day)]


def _period(rows: Iterable[Mapping[str, Any]], code: str, day: date) -> Period | None:
    found = [row for row in _valid(rows, day) if row["code"] == code]
    return _period_of(found[0]) if found else None


def _period_of(row: Mapping[str, Any]) -> Period:
    return Period(int(row["length"]), str(row["unit"]), bool(row["rolls_to_working_day"]))


def valid_on(row: Mapping[str, Any], day: date) -> bool:
    """Whether a dated row (`valid_from`, `valid_to` inclusive ISO dates, None: open) holds on `day`."""
    text = day.isoformat()
    return (row["valid_from"] or text) <= text <= (row["valid_to"] or text)


def cite(ref: Mapping[str, Any], laws: Laws) -> str:
    """A reference to law as text: title, version, article, paragraph, item; KeyError if the rulebook has no such law."""
    text = f"《{laws[ref['law'], ref['version']]}》（{ref['version']}）"
    parts = (("article", "条"), ("paragraph", "款"), ("item", "项"))
    return text + "".join(f"第{ref[part]}{unit}" for part, unit in parts if ref.get(part) is not None)

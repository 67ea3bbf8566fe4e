"""Erasing a person's data: decided here, unless the law keeps a file in which the person stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from chassis.domain import Event, Refused, Stream, Unknown, day_of, event

FILE_RULE = "archive-integrity"
"""The rulebook's rule that a case's file stays whole."""


@event("casetrail.registry.person-erased.v1", title="个人信息删除", summary="依法删除{person}的个人信息：{reason}")
class PersonErased(Event):
    """A person's key was destroyed in the same moment; `person` is an id, or `<id>/<role>`, and tells nothing by itself."""

    person: str
    reason: str


@dataclass(frozen=True, slots=True)
class ErasureState:
    """Whether a person was erased."""

    erased: bool = False


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A case that was filed, and whose file the law keeps."""

    case_id: str
    case_no: str
    filed_on: date


def evolve_erasure(state: ErasureState, event: Event) -> ErasureState:
    """Fold one event into an erasure."""
    return ErasureState(erased=True) if isinstance(event, PersonErased) else state


ERASURE = Stream("erasure", ErasureState(), evolve_erasure)


def erase_person(
    state: ErasureState, fact: PersonErased, *, known: bool, kept: Sequence[KeptFile], books: Iterable[Mapping[str, Any]],
    at: datetime,
) -> list[Event]:  # fmt: skip
    """Erase a person of whom something is known. Again changes nothing.

    Refused for the people of a party, and for the handling officers, of a filed case: nobody may take anything out of its file
    (rule archive-integrity of the rulebook). No source names a period after which the file may go, so none is assumed.
    """
    if state.erased:
        return []
    if not known:
        raise Unknown("person", fact.person)
    if kept:
        file = kept[0]
        raise Refused(
            "file-kept", f"已立案（{file.case_no}，{file.filed_on}），案卷依法保存，不得删除其中的个人信息",
            f"case {file.case_no} was filed on {file.filed_on}, and the law keeps its file", case_id=file.case_id,
            basis=article_of(books, FILE_RULE, day_of(at)), case_no=file.case_no,
        )  # fmt: skip
    return [fact]


def article_of(books: Iterable[Mapping[str, Any]], rule: str, day: date) -> str | None:
    """The article on which a rule rests, in a rulebook that is in force on a day; None if there is none."""
    for book in books:
        titles = {(law["id"], law["version"]): law["short_title"] for law in book.get("laws", ())}
        for row in book.get("rules", ()):
            if row["code"] == rule and row["basis"] and _in_force(book, day) and _in_force(row, day):
                basis = row["basis"]
                title = titles.get((basis["law"], basis["version"]), basis["law"])
                return f"《{title}》（{basis['version']}）第{basis['article']}条"
    return None


def _in_force(row: Mapping[str, Any], day: date) -> bool:
    first, last = row.get("valid_from"), row.get("valid_to")
    return (first is None or first <= day.isoformat()) and (last is None or day.isoformat() <= last)

"""Imports of the register from workbooks: begun once all rows are judged, finished when every good site has its file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from chassis.domain import Event, Refused, Stream, event
from services.registry.domain.changes import Sector


@event("casetrail.registry.import-started.v1", title="企业登记表导入开始", summary="开始导入登记表{file_name}：{sites}个场所")
class ImportStarted(Event):
    """A workbook was judged and is being loaded: what file, by which form, how many sites and rows will be loaded or refused.

    `existing`: whether what differs of a site that has its file already is submitted for an officer to decide (None: refused).
    """

    import_id: str
    sector: Sector
    form: str
    form_version: str
    sha256: str
    file_name: str
    rows: int
    sites: int
    refused: int
    refused_rows: int
    accept_valid: bool
    existing: Literal["submit"] | None = None


@event("casetrail.registry.import-finished.v1", title="企业登记表导入完成", summary="导入完成：建档{accepted}个，退回{refused}个")
class ImportFinished(Event):
    """Every site of the workbook has its file, or was refused; of those that had one, how many wait for an officer's decision.

    `accepted` counts the files that were opened, `unchanged` the sites of which nothing differs from their file.
    """

    import_id: str
    accepted: int
    refused: int
    refused_rows: int
    submitted: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class ImportState:
    """How far an import is."""

    started: ImportStarted | None = None
    finished: ImportFinished | None = None


def evolve_import(state: ImportState, event: Event) -> ImportState:
    """Fold one event into an import."""
    match event:
        case ImportStarted():
            return replace(state, started=event)
        case ImportFinished():
            return replace(state, finished=event)
        case _:
            return state


IMPORT = Stream("import", ImportState(), evolve_import)


def start_import(state: ImportState, fact: ImportStarted) -> list[Event]:
    """Begin an import, or go on with one that was interrupted: the same file under the same id, until it is finished."""
    if state.started is None:
        return [fact]
    refuse_other_file(state, fact.sha256, fact.accept_valid, fact.existing)
    if state.finished is not None:
        raise Refused("import-finished", f"导入{fact.import_id}已完成", f"import {fact.import_id} is finished already")
    return []


def refuse_other_file(state: ImportState, sha256: str, accept_valid: bool, existing: str | None = None) -> None:
    """An import id stands for one file, one choice about bad rows and one about sites that have their file."""
    started = state.started
    if started is not None and (started.sha256, started.accept_valid, started.existing) != (sha256, accept_valid, existing):
        raise Refused(
            "import-id-taken", f"导入编号{started.import_id}已用于另一文件或选项",
            f"import id {started.import_id} was used for another file or another accept_valid or existing",
        )  # fmt: skip


def finish_import(state: ImportState, fact: ImportFinished) -> list[Event]:
    """Note that every site was loaded or refused; once."""
    return [] if state.finished is not None else [fact]

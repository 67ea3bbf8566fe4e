"""Facts and counters: the rows behind the figures, folded from the copy, and what they add up to, in one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from chassis.codec import read_as
from chassis.projector import Batch, Projection, Rows
from services.reporting.projections import of_penalty, of_registry, of_work
from services.reporting.projections.cells import CELLS, COUNTERS, count
from services.reporting.projections.derived import derive
from services.reporting.projections.fold import Fold, Folded, Told
from services.reporting.projections.used import note_use
from services.reporting.queries.figures import FACTS, VERSION

FOLDS: Mapping[str, Folded] = {**of_registry.FOLDS, **of_work.FOLDS, **of_penalty.FOLDS}
TABLES = (*COUNTERS, *CELLS)


async def project_facts(batch: Batch) -> None:
    """Fold a batch of the copy into the fact tables and their counters.

    All events of one row come from one source and are about one subject, so they come in order.
    """
    tables: dict[str, Rows] = {}
    read = [
        Told(event, read_as(folded.reader, event.recorded.data), tables)
        for event in batch.events
        if (folded := FOLDS.get(event.envelope.type)) is not None
    ]
    folded_keys = [(told, fold, fold.key(told)) for told in read for fold in FOLDS[told.event.envelope.type].folds]
    for table, keys in _asked(folded_keys).items():
        tables[table] = await batch.rows(table, keys)
    before: dict[tuple[str, str], dict[str, Any] | None] = {}
    for told, fold, key in folded_keys:
        if key is not None:
            _fold(told, fold, key, tables[fold.table], before)
    for table, key, was in await note_use(batch):
        before[table, key] = was
        tables[table] = await batch.rows(table, ())
    if not batch.bare:
        await count(batch, ((table, was, tables[table].found[key]) for (table, key), was in before.items()))


def _asked(folded: list[tuple[Told, Fold, str | None]]) -> dict[str, set[str]]:
    """Which rows of which tables the folds need."""
    asked: dict[str, set[str]] = defaultdict(set)
    for told, fold, key in folded:
        if key is not None:
            asked[fold.table].add(key)
        for table, looked in (fold.looks(told.e) if fold.looks is not None else {}).items():
            if looked is not None:
                asked[table].add(looked)
    return asked


def _fold(told: Told, fold: Fold, key: str, rows: Rows, before: dict[tuple[str, str], dict[str, Any] | None]) -> None:
    row = rows.get(key)
    after = fold.changed(told, row)
    if after is not None:
        before.setdefault((fold.table, key), row)
        rows.put(key, {**after, "seq": told.event.idx})


PROJECTIONS = (Projection(FACTS, VERSION, project_facts, TABLES, derive=derive),)

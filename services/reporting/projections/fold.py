"""How one event changes rows of facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from chassis.domain import day_of
from chassis.envelope import Sequenced
from chassis.projector import Rows

Changes = Mapping[str, Any]


@dataclass(slots=True)
class Told:
    """An event at its place, read by reporting's own small reader; the row that it changes (empty if none), and others."""

    event: Sequenced
    e: Any
    tables: Mapping[str, Rows]
    row: Mapping[str, Any] = field(default_factory=dict)

    def look(self, table: str, key: str | None) -> dict[str, Any]:
        """The row of another table, as far as the copy tells by now; empty if it tells of none."""
        return {} if key is None else self.tables[table].get(key) or {}

    @property
    def day(self) -> str:
        """The day in China on which it happened."""
        return day_text(self.event.envelope.occurred_at)


@lru_cache(maxsize=8192)
def day_text(at: datetime) -> str:
    """The ISO day in China of a time."""
    return day_of(at).isoformat()


@dataclass(frozen=True, slots=True)
class Fold:
    """What one type of event does to one row of a table.

    `key` says which row; where it says None the event does nothing. `change` answers what of the row changes. A row that is not
    there is begun only if the event `begins` it. `looks` names the rows of other tables that `change` looks at.
    """

    table: str
    key: Callable[[Told], str | None]
    change: Callable[[Told], Changes]
    begins: bool = False
    looks: Callable[[Any], Mapping[str, str | None]] | None = None

    def changed(self, told: Told, row: dict[str, Any] | None) -> dict[str, Any] | None:
        """The row after an event, its `seq` left as it was; None if the event does nothing to it."""
        if row is None and not self.begins:
            return None
        told.row = row or {}
        changes = self.change(told)
        if not changes:
            return None
        district = {"district": told.event.envelope.district} if row is None else {}
        return {**told.row, **district, **changes}


@dataclass(frozen=True, slots=True)
class Folded:
    """What is read of one type of event, and what it does."""

    reader: type
    folds: tuple[Fold, ...] = field(default=())


def by(name: str) -> Callable[[Told], str | None]:
    """The row whose key the event tells in this field."""

    def key(told: Told) -> str | None:
        found: str | None = getattr(told.e, name)
        return found

    return key


def sets(**values: Any) -> Callable[[Told], Changes]:
    """These values, whatever the event tells."""
    return lambda _: values


def takes(*names: str, **values: Any) -> Callable[[Told], Changes]:
    """The fields of these names, and these values."""
    return lambda told: {**{name: getattr(told.e, name) for name in names}, **values}

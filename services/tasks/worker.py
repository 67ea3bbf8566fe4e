"""What the worker of tasks listens to, and what it does when a deadline has come."""

from __future__ import annotations

from collections.abc import Mapping

from chassis.deadlines import Fire
from services.tasks.commands import permits
from services.tasks.commands import tasks as commands

SOURCES = ("registry", "inspection")
FIRES: Mapping[str, Fire] = {
    "task-due": commands.mark_overdue,
    "task-warning": commands.remind,
    "inspection-regularisation": permits.regularisation_fell_due,
}

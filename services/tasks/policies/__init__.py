"""When something happened in the registry or at an inspection, then this follows for tasks."""

from services.tasks.policies import inspections, register, rules

REACTIONS = {**register.REACTIONS, **rules.REACTIONS, **inspections.REACTIONS}

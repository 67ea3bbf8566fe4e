"""When something happened in the registry or to a task, then this follows for inspections."""

from services.inspection.policies import assigned, sites

REACTIONS = {**sites.REACTIONS, **assigned.REACTIONS}

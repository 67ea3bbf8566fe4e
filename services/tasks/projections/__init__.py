"""Own events to rows: plans and campaigns, tasks and who has them, weekly dispatch, field work, training."""

from services.tasks.projections import approvals, counts, dispatch, duties, fieldwork, planning, tasks, training

PROJECTIONS = (
    *tasks.PROJECTIONS,
    *planning.PROJECTIONS,
    *duties.PROJECTIONS,
    *approvals.PROJECTIONS,
    *counts.PROJECTIONS,
    *dispatch.PROJECTIONS,
    *fieldwork.PROJECTIONS,
    *training.PROJECTIONS,
)

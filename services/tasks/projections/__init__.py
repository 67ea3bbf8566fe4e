"""Own events to rows: plans and campaigns, draws, tasks and who has them, weekly dispatch, field work, training."""

from services.tasks.projections import approvals, counts, dispatch, draws, duties, fieldwork, planning, tasks, training

PROJECTIONS = (
    *tasks.PROJECTIONS,
    *planning.PROJECTIONS,
    *draws.PROJECTIONS,
    *duties.PROJECTIONS,
    *approvals.PROJECTIONS,
    *counts.PROJECTIONS,
    *dispatch.PROJECTIONS,
    *fieldwork.PROJECTIONS,
    *training.PROJECTIONS,
)

"""Tasks over HTTP: plans, campaigns, draws, tasks, weekly dispatch, field work, training."""

from services.tasks.api import approvals, campaigns, dispatch, draws, fieldwork, plans, tasks, training

ROUTERS = (
    plans.router,
    campaigns.router,
    draws.router,
    tasks.router,
    approvals.router,
    dispatch.router,
    fieldwork.router,
    training.router,
)

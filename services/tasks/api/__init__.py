"""Tasks over HTTP: plans, campaigns, draws, tasks, weekly dispatch, field work, training."""

from services.tasks.api import campaigns, dispatch, draws, fieldwork, plans, tasks, training

ROUTERS = (
    plans.router,
    campaigns.router,
    draws.router,
    tasks.router,
    dispatch.router,
    fieldwork.router,
    training.router,
)

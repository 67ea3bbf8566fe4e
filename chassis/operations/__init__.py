"""What an operator and other services ask of a service, the same of every one."""

from fastapi import APIRouter

from chassis.operations import health, log, parked, projections, repair, status
from chassis.operations.repair import LedgerClient

__all__ = ["LedgerClient", "router"]

router = APIRouter(prefix="/ops", tags=["operations"])
router.include_router(status.router)
router.include_router(repair.router)
router.include_router(projections.router)
router.include_router(parked.router)
router.include_router(log.router)
router.include_router(health.router)

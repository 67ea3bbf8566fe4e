"""What an operator and other services ask of a service, the same of every one."""

from fastapi import APIRouter

from chassis.operations import erasures, health, log, parked, projections, repair, status
from chassis.operations.repair import LedgerClient, machine_token

__all__ = ["LedgerClient", "machine_token", "router"]

router = APIRouter(prefix="/ops", tags=["operations"])
router.include_router(status.router)
router.include_router(repair.router)
router.include_router(projections.router)
router.include_router(parked.router)
router.include_router(log.router)
router.include_router(health.router)
router.include_router(erasures.router)

"""Reporting over HTTP: figures and their rows, the live feed, histories."""

from fastapi import APIRouter

from services.reporting.api import (
    assessments,
    bulletins,
    bundles,
    conformance,
    events,
    exports,
    feed,
    figures,
    files,
    histories,
    issued,
    ledgers,
    panels,
    public,
    reads,
)

router = APIRouter(prefix="/v1")
router.include_router(figures.router)
router.include_router(panels.router)
router.include_router(bulletins.router)
router.include_router(issued.router)
router.include_router(assessments.router)
router.include_router(events.router)
router.include_router(feed.router)
router.include_router(reads.router)
router.include_router(histories.router)
router.include_router(ledgers.router)
router.include_router(files.router)
router.include_router(bundles.router)
router.include_router(exports.router)
router.include_router(conformance.router)
router.include_router(public.router)

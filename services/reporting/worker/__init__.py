"""What reporting runs: the copy of every ledger, and the witness of every log."""

from services.reporting.queries.trees import SOURCES
from services.reporting.worker.copy import CopyFeed, LedgerCopy
from services.reporting.worker.witness import run_witness

__all__ = ["LOOPS", "SOURCES", "CopyFeed", "LedgerCopy"]

LOOPS = {"witness": run_witness}

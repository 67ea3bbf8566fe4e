"""What reporting runs: the copy of every ledger, the witness of every log, the topics for dashboards outside."""

from services.reporting.queries.trees import SOURCES
from services.reporting.worker.copy import CopyFeed, LedgerCopy
from services.reporting.worker.feed_topics import run_feed_topics
from services.reporting.worker.witness import run_witness

__all__ = ["LOOPS", "SOURCES", "CopyFeed", "LedgerCopy"]

LOOPS = {"witness": run_witness, "feed-topics": run_feed_topics}

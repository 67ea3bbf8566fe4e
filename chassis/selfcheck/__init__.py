"""The self-check: whether a service's ledger, read models and positions are what they must be.

The same code serves `casetrail verify`, the health page (`/ops/health`) and the metrics: a check answers figures and findings,
and never changes what it looks at.
"""

from chassis.selfcheck.checks import Check, CheckOne, Look, check_ledger, quick_checks, thorough_checks

__all__ = ["Check", "CheckOne", "Look", "check_ledger", "quick_checks", "thorough_checks"]

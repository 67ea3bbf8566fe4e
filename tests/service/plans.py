"""What the tests of lists ask PostgreSQL: the nodes of a plan, and which tables are shown by district."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

WITH_DISTRICT = """
SELECT c.relname AS name, c.relrowsecurity AS secured
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'district'
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'events' ORDER BY 1
"""


def nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A plan's nodes."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)

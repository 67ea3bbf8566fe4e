"""Orders and draws that anybody can repeat: SHA-256 over published text, nothing else.

sha256-order/1 (apportionment): within a district, enterprises in ascending order of hex(sha256(utf8(seed "|" enterprise_id))).
sha256-rank/1 (draws): candidates in ascending order of hex(sha256(utf8(seed "|" scope "|" candidate))), excluded ones skipped,
the first `count` drawn. The scope is the task id when officers are drawn, the draw id when enterprises are drawn.
A pool's hash is the sha256 of its ids in ascending order, each followed by a line feed: `LC_ALL=C sort ids | sha256sum`.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

METHOD = "sha256-order/1"
ALGORITHM = "sha256-rank/1"
ID_DIGITS = 20  # hexadecimal digits of a derived id


def digest(text: str) -> str:
    """SHA-256 of a text's UTF-8 bytes, in lower-case hexadecimal digits."""
    return sha256(text.encode()).hexdigest()


def pool_digest(pool: Iterable[str]) -> str:
    """The hash of a pool of ids, whatever order they are given in."""
    return digest("".join(f"{one}\n" for one in sorted(pool)))


def in_order(seed: str, enterprise_ids: Iterable[str]) -> list[str]:
    """Enterprises in the order of sha256-order/1; the order they are given in does not matter."""
    return sorted(enterprise_ids, key=lambda one: (digest(f"{seed}|{one}"), one))


def ranked(seed: str, scope: str, candidates: Iterable[str]) -> list[str]:
    """Candidates in the order of sha256-rank/1; the order they are given in does not matter."""
    return sorted(candidates, key=lambda one: (digest(f"{seed}|{scope}|{one}"), one))


def task_id_for(source_id: str, enterprise_id: str) -> str:
    """The id of the one task that a campaign (or a draw) can have at an enterprise."""
    return "t-" + digest(f"{source_id}/{enterprise_id}")[:ID_DIGITS]

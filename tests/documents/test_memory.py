"""What a long document leaves behind in a process that serves: next to nothing, however many are laid out."""

from __future__ import annotations

import subprocess
import sys

LAYOUTS = """
import resource
from datetime import UTC, datetime
from services.reporting.documents.paper import Paper, Section, Table
from services.reporting.documents.print import printed

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

def paper(number):
    tables = [Table(f"表{n}", ("辖区", "甲", "乙"), tuple((f"区{number}-{n}-{m}", m, n) for m in range(120))) for n in range(8)]
    return Paper("通报", str(number), (), (Section("节", tuple(tables)),))

printed(paper(0), datetime(2021, 9, 6, tzinfo=UTC))
printed(paper(1), datetime(2021, 9, 6, tzinfo=UTC))
first = peak()
for number in range(2, 5):
    printed(paper(number), datetime(2021, 9, 6, tzinfo=UTC))
print(peak() - first)
"""


def test_a_long_document_leaves_next_to_nothing_behind() -> None:
    """In a process of its own, which is as large as what it laid out; each of these leaves some twenty MiB if nothing is done."""
    told = subprocess.run([sys.executable, "-c", LAYOUTS], capture_output=True, text=True, check=True)
    assert int(told.stdout) < 40, f"{told.stdout} MiB after three more"

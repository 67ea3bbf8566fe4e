"""A process that serves holds what its service needs, and not what the command line needs for other work."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

LOADED = """
import json, sys
sys.argv = ["casetrail", {role!r}]
from chassis.process import load_service
load_service("reporting")
print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}})))
"""


@pytest.mark.parametrize(("role", "sealing"), [("run", False), ("document", True)])
def test_only_the_command_line_loads_what_seals_documents(role: str, sealing: bool) -> None:
    said = subprocess.run(
        [sys.executable, "-c", LOADED.format(role=role)], capture_output=True, text=True, check=True, timeout=60
    )  # fmt: skip
    modules = json.loads(said.stdout)
    assert ("pyhanko" in modules) is sealing

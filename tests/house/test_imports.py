"""The import contracts and the bans of the domain hold in a sound tree and break on each planted violation."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
SERVICES = ("registry", "tasks", "inspection", "penalty", "reporting")
ROOMS = ("service", "api", "worker", "policies", "commands", "projections", "queries", "domain")
DECIDING = {"policies", "commands"}
BREACHES = {
    "pure": ("services/inspection/domain.py", "import asyncpg"),
    "pure, through the chassis": ("chassis/domain.py", "import fastapi"),
    "strangers": ("services/penalty/commands/case.py", "import services.inspection.domain"),
    "rooms, upwards": ("services/penalty/queries.py", "import services.penalty.commands"),
    "rooms, on paper": ("services/penalty/documents/form.py", "import services.penalty.commands"),
    "rooms, unknown": ("services/penalty/ideas.py", ""),
    "below": ("chassis/projector.py", "import services.penalty.domain"),
    "outside": ("pilot/drive.py", "import services.penalty.commands"),
    "outside, the benchmark": ("bench/append.py", "import services.penalty.commands"),
    "testing": ("services/penalty/worker.py", "import chassis.testing"),
    "chassis-rooms, upwards": ("chassis/domain.py", "import chassis.clock"),
    "chassis-rooms, unknown": ("chassis/ideas.py", ""),
}
BANNED = (
    "import uuid\n\nX = uuid.uuid4()\n",
    "from datetime import UTC, datetime\n\nX = datetime.now(UTC)\n",
    "import random\n",
)


def module(root: Path, name: str, text: str = "") -> None:
    """Write one module, and the packages it lies in."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    for package in path.relative_to(root).parents:
        if package != Path():
            (root / package / "__init__.py").touch()
    path.write_text(text, encoding="utf-8")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The skeleton of the project: every room of every service, every chassis module, the project's own contracts."""
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(settings, encoding="utf-8")
    for name in ("pilot/drive.py", "contracts/generate.py", "deploy/embedded.py", "bench/append.py"):
        module(tmp_path, name)
    for service in SERVICES:
        for room in ROOMS:
            if service != "reporting" or room not in DECIDING:
                module(tmp_path, f"services/{service}/{room}.py")
    for room in chassis_rooms(settings):
        module(tmp_path, f"chassis/{room}.py")
    return tmp_path


def chassis_rooms(settings: str) -> set[str]:
    """The chassis modules the contracts name."""
    contracts = tomllib.loads(settings)["tool"]["importlinter"]["contracts"]
    layers: list[str] = next(contract["layers"] for contract in contracts if contract.get("containers") == ["chassis"])
    return {name.strip(" ()") for layer in layers for name in layer.replace(":", "|").split("|")}


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter, which looks for the packages in the folder it runs in first."""
    command = [str(BIN / "lint-imports"), "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)


def test_sound_tree_keeps_the_contracts(tree: Path) -> None:
    """Without a violation every contract is kept."""
    result = lint(tree)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 broken" in result.stdout


@pytest.mark.parametrize("breach", BREACHES)
def test_contract_can_be_broken(breach: str, tree: Path) -> None:
    """A planted violation breaks the contract it offends."""
    name, text = BREACHES[breach]
    module(tree, name, text)
    result = lint(tree)
    contract = breach.partition(",")[0]
    broken = [line for line in result.stdout.splitlines() if line.startswith(f"{contract}:") and line.endswith("BROKEN")]
    assert broken, result.stdout + result.stderr


@pytest.mark.parametrize("text", BANNED)
@pytest.mark.parametrize("name", ["services/penalty/domain.py", "services/penalty/domain/case.py"])
def test_domain_cannot_ask_for_time_ids_or_chance(name: str, text: str, tmp_path: Path) -> None:
    """Ruff refuses clock, ids and randomness in a domain, as module and as folder."""
    assert "TID251" in ruff(tmp_path, name, text)


def test_other_rooms_may(tmp_path: Path) -> None:
    """Outside a domain the same line is no violation of purity."""
    assert "TID251" not in ruff(tmp_path, "services/penalty/api/cases.py", BANNED[0])


def ruff(root: Path, name: str, text: str) -> str:
    """What ruff says about a module, under the project's settings."""
    module(root, name, text)
    (root / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8"), encoding="utf-8")
    command = [str(BIN / "ruff"), "check", "--no-cache", "--output-format=concise", "."]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False).stdout

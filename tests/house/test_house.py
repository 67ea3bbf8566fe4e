"""The project keeps its own rules, and every rule can be broken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chassis.settings import SETTINGS, Setting
from tests.house import rules

ROOT = Path(__file__).parents[2]
Rule = Callable[[Path], list[str]]
RULES: list[Rule] = [
    rules.attics,
    rules.cited_in_templates,
    rules.dead_references,
    rules.decisions,
    rules.impure_domains,
    rules.long_functions,
    rules.make_targets,
    rules.strange_words,
    rules.stray_environment,
    rules.too_long,
    rules.undocumented_settings,
    rules.unexplained_warnings,
    rules.unguarded_threats,
    rules.unlisted_modules,
    rules.without_docstring,
    rules.wrong_rooms,
    rules.wrong_web_rooms,
]
ADR = "\n".join(rules.ADR_PARTS)
CHASSIS_TABLE = "## The chassis\n| `settings` | what |\n"
SOUND = {
    "Makefile": "demo: ## show it\n\techo\n",
    "README.md": "`make demo`",
    "chassis/settings.py": '"""Settings."""\nDSN = "CASETRAIL_DSN"\n',
    "services/penalty/domain.py": '"""Cases."""\nfrom dataclasses import dataclass\nfrom chassis.domain import event\n',
    "services/penalty/README.md": "# Penalty",
    "services/penalty/migrations/0001_read_models.sql": "",
    **{f"services/penalty/{room}.py": '"""A room."""\n' for room in rules.ROOMS - {"domain"}},
    "docs/operations.md": "`CASETRAIL_DSN`",
    "docs/rooms.md": CHASSIS_TABLE,
    "docs/decisions/README.md": "[0001](0001-record.md)",
    "docs/decisions/0001-record.md": ADR,
}
LONG_FUNCTION = "def f():\n" + "    pass\n" * 40
BREACHES: dict[str, tuple[Rule, dict[str, str]]] = {
    "module named helpers": (rules.attics, {"services/penalty/helpers.py": '"""H."""'}),
    "folder named common": (rules.attics, {"services/common/fines.py": '"""F."""'}),
    "template with a law": (rules.cited_in_templates, {"services/penalty/documents/typst/34.typ": "依据《行政处罚法》"}),
    "template with an article": (rules.cited_in_templates, {"services/penalty/documents/typst/34.typ": "依据本法第七十二条"}),
    "template with a period": (rules.cited_in_templates, {"services/penalty/documents/typst/34.typ": "你应当在15日内"}),
    "reference to nowhere": (rules.dead_references, {"README.md": "`make demo`, see docs/nowhere.md"}),
    "guard that does not exist": (rules.dead_references, {"chassis/settings.py": "# See tests/domain/test_x.py"}),
    "decision not indexed": (rules.decisions, {"docs/decisions/0002-second.md": ADR}),
    "decision without context": (rules.decisions, {"docs/decisions/0001-record.md": ADR.replace("## Context", "")}),
    "decision skipped": (
        rules.decisions,
        {"docs/decisions/README.md": "(0001-record.md) (0003-x.md)", "docs/decisions/0003-x.md": ADR},
    ),
    "decision too long": (rules.decisions, {"docs/decisions/0001-record.md": ADR + "\n" * 60}),
    "domain with a library": (rules.impure_domains, {"services/penalty/domain.py": "import pydantic"}),
    "domain with I/O": (rules.impure_domains, {"services/penalty/domain/case.py": "import pathlib"}),
    "domain with the chassis": (rules.impure_domains, {"services/penalty/domain.py": "import chassis.broker"}),
    "functions too long": (rules.long_functions, {"pilot/a.py": LONG_FUNCTION, "pilot/b.py": LONG_FUNCTION}),
    "target undocumented": (rules.make_targets, {"Makefile": "demo: ## a\nother: ## b\n"}),
    "target that does not exist": (rules.make_targets, {"CONTRIBUTING.md": "`make coffee`"}),
    "machine path": (rules.strange_words, {"docs/operations.md": "`CASETRAIL_DSN` in " + "/home" + "/me"}),
    "number of a ticket": (rules.strange_words, {"chassis/settings.py": '"""Settings, see ' + "issue" + ' 12."""'}),
    "environment read aside": (rules.stray_environment, {"chassis/broker.py": 'import os\nos.environ["X"]'}),
    "file too long": (rules.too_long, {"services/penalty/queries.py": "x = 1\n" * 401}),
    "setting undocumented": (rules.undocumented_settings, {"chassis/settings.py": '"CASETRAIL_DSN CASETRAIL_X"'}),
    "setting of no code": (rules.undocumented_settings, {"docs/operations.md": "`CASETRAIL_DSN` `CASETRAIL_Y`"}),
    "chassis module undescribed": (rules.unlisted_modules, {"chassis/broker.py": ""}),
    "chassis module of no code": (rules.unlisted_modules, {"docs/rooms.md": CHASSIS_TABLE + "| `x` |"}),
    "warning unexplained": (rules.unexplained_warnings, {"chassis/settings.py": 'log.warning("x_lost", why="CASETRAIL_DSN")'}),
    "threat without a test": (rules.unguarded_threats, {"docs/threat-model.md": "## Spoofing\n| a liar | a lie detector | |"}),
    "threat with a test that is gone": (
        rules.unguarded_threats,
        {"docs/threat-model.md": "## Spoofing\n| a | b | `tests/a.py::test_b` |", "tests/a.py": '"""A."""'},
    ),
    "service without its rooms": (rules.wrong_rooms, {"services/tasks/domain.py": ""}),
    "reporting that decides": (rules.wrong_rooms, {"services/reporting/commands.py": ""}),
    "shared that knows an application": (rules.wrong_web_rooms, {"web/shared/a.ts": 'import { b } from "../console/b";'}),
    "part that knows a page": (rules.wrong_web_rooms, {"web/console/parts/A.vue": 'const p = import("../pages/P.vue");'}),
    "what is kept that knows a visit": (rules.wrong_web_rooms, {"web/inspector/kept/a.ts": 'import { v } from "../visit/v";'}),
    "module without docstring": (rules.without_docstring, {"services/penalty/queries.py": "x = 1"}),
}


def plant(root: Path, *trees: dict[str, str]) -> Path:
    """Write the files of the trees under root; a later tree overwrites an earlier one."""
    for tree in trees:
        for name, text in tree.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_project_keeps(rule: Rule) -> None:
    """The rule holds for the project as it is."""
    assert rule(ROOT) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_sound_project_passes(rule: Rule, tmp_path: Path) -> None:
    """The rule finds nothing in a sound small project, so what it finds after a breach is the breach."""
    assert rule(plant(tmp_path, SOUND)) == []


@pytest.mark.parametrize("breach", BREACHES)
def test_rule_can_be_broken(breach: str, tmp_path: Path) -> None:
    """The rule finds a planted breach."""
    rule, tree = BREACHES[breach]
    assert rule(plant(tmp_path, SOUND, tree)) != []


def test_every_rule_is_broken_once() -> None:
    """No rule is without a planted breach."""
    assert {rule for rule, _ in BREACHES.values()} == set(RULES)


def test_first_promise_of_the_readme() -> None:
    """The first forty lines of the README promise the two commands."""
    first = "\n".join((ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:40])
    assert "make demo" in first
    assert "make test" in first


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_setting_is_explained(setting: Setting) -> None:
    """docs/operations.md has the row of each setting: name, default, meaning."""
    default = "none" if setting.default is None else f"`{setting.default}`" if setting.default else "empty"
    row = f"| `{setting.name}` | {default} | {setting.meaning} |"
    assert row in (ROOT / "docs/operations.md").read_text(encoding="utf-8")


def test_makefile_stays_thin() -> None:
    """The Makefile is a list of verbs, not a program."""
    assert len((ROOT / "Makefile").read_text(encoding="utf-8").splitlines()) <= 60

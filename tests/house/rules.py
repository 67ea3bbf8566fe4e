"""The house rules as functions from a project folder to the list of its violations, each naming file and reason."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

CODE = ("services", "chassis", "contracts", "pilot", "deploy", "bench")
MAX_LINES = 400
MAX_DECISION_LINES = 60
BUDGETED = {".py", ".sql", ".ts", ".js", ".vue", ".css", ".html"}
MEDIAN_FUNCTION, P90_FUNCTION = 8, 25  # lines, docstrings not counted
ATTICS = {"util", "utils", "common", "helper", "helpers", "manager", "managers", "misc", "stuff"}
ROOMS = {"domain", "commands", "queries", "projections", "policies", "api", "worker", "service"}
UNDECIDING = {"reporting": {"commands", "policies"}}  # rooms a service may not have
SETTING = re.compile(r"\bCASETRAIL_[A-Z0-9_<>]*[A-Z0-9>]")
SERVICE_SETTING = re.compile(r"CASETRAIL_(?:REGISTRY|TASKS|INSPECTION|PENALTY|REPORTING)_(\w+)")
WARNING = re.compile(r"\blog\.(?:warning|error|exception|critical)\(\s*\"(\w+)\"")
#: What only means something on the machine, or in the conversation, in which a file was written.
STRANGE = re.compile(
    r"(?<![\w.])/(work|root|home|Users)/\w"
    r"|\bissues? #?\d"
    r"|\bdesign\s§"
    r"|\b(previous|next|earlier|later) session\b",
    re.IGNORECASE,
)
#: A law, an article or a period as a template would print it.
CITED = re.compile(r"[《》]|第[^第]{0,12}条|[\d一二三四五六七八九十两]+个?(?:工作日|日|天|月|年)(?:以?内|前|后)")
WEB_ROOMS = ("kept", "visit", "parts", "pages")  # of an application, the lowest first
WEB_IMPORT = re.compile(r"(?:\bfrom|\bimport|\bimport\()\s*[\"'](\.[^\"']+)[\"']")
REFERENCE = re.compile(r"(?<![\w*<>/.-])(?:\.{0,2}/)?(?:[\w./-]*[\w-]+\.md|tests/[\w/]+\.py)\b")
ADR_PARTS = ("* Status:", "* Area:", "* Date:", "## Context", "## Decision", "## Consequences", "## Alternatives")
IMPURE_STDLIB = {"asyncio", "io", "logging", "os", "pathlib", "random", "secrets", "socket", "sqlite3", "subprocess",
                 "sys", "tempfile", "threading", "time"}  # fmt: skip


def files(root: Path, *suffixes: str) -> list[Path]:
    """The project's own files: those git tracks or would track; outside a repository, all files."""
    if (root / ".git").exists():
        command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
        found = [root / name for name in names if name]
    else:
        found = sorted(root.rglob("*"))
    return [path for path in found if path.is_file() and (not suffixes or path.suffix in suffixes)]


def code(root: Path) -> Iterator[tuple[Path, ast.Module]]:
    """The Python modules that are not tests, parsed."""
    for path in files(root, ".py"):
        if path.relative_to(root).parts[0] in CODE:
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def texts(root: Path) -> Iterator[tuple[str, str]]:
    """Name and text of every text file of the project; locks are written by tools and not read."""
    for path in files(root):
        if path.name not in {"uv.lock", "package-lock.json"}:
            raw = path.read_bytes()
            if b"\0" not in raw:
                yield path.relative_to(root).as_posix(), raw.decode("utf-8")


def too_long(root: Path) -> list[str]:
    """Files longer than can be read in one sitting."""
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files(root, *BUDGETED)}
    return [f"{path.relative_to(root)}: {n} lines > {MAX_LINES}" for path, n in lengths.items() if n > MAX_LINES]


def without_docstring(root: Path) -> list[str]:
    """Modules that do not say what they are for."""
    modules = {path: ast.parse(path.read_text(encoding="utf-8")) for path in files(root, ".py")}
    return [f"{path.relative_to(root)}: no docstring" for path, tree in modules.items() if not ast.get_docstring(tree)]


def attics(root: Path) -> list[str]:
    """Modules and folders whose name attracts everything."""
    names = {path.relative_to(root).with_suffix("") for path in files(root, ".py", ".ts", ".js", ".vue")}
    return sorted(f"{name}: says nothing about what belongs there" for name in names if ATTICS & set(name.parts))


def long_functions(root: Path) -> list[str]:
    """Whether functions, all together, grow too long."""
    lengths = [_length(node) for _, tree in code(root) for node in ast.walk(tree) if _is_function(node)]
    if len(lengths) < 2:
        return []
    middle, p90 = median(lengths), quantiles(lengths, n=10)[-1]
    found = [f"functions: median {middle:g} lines > {MEDIAN_FUNCTION}"] if middle > MEDIAN_FUNCTION else []
    return found + ([f"functions: p90 {p90:g} lines > {P90_FUNCTION}"] if p90 > P90_FUNCTION else [])


def _is_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def _length(node: ast.AST) -> int:
    assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    said = node.body[0].end_lineno if ast.get_docstring(node) else None
    first = node.body[0].lineno
    return (node.end_lineno or node.lineno) - node.lineno + 1 - ((said - first + 1) if said else 0)


def impure_domains(root: Path) -> list[str]:
    """Domain modules that import anything but the pure standard library, chassis.domain and themselves."""
    found = []
    for path, tree in code(root):
        parts = path.relative_to(root).with_suffix("").parts
        if parts[0] == "services" and len(parts) > 2 and parts[2] == "domain":
            own = ".".join(parts[:3])
            found += [f"{path.relative_to(root)}: imports {name}" for name in imports(tree) if not _pure(name, own)]
    return found


def imports(tree: ast.Module) -> Iterator[str]:
    """The modules a module imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def _pure(name: str, own: str) -> bool:
    top = name.partition(".")[0]
    if name == "chassis.domain" or name == own or name.startswith(own + "."):
        return True
    return top in sys.stdlib_module_names and top not in IMPURE_STDLIB


def wrong_rooms(root: Path) -> list[str]:
    """Services that lack a room, a README or migrations, or have a room they may not have; an empty package is none."""
    found = []
    for service in sorted(path for path in (root / "services").glob("*/") if list(path.glob("[!_]*"))):
        rooms = {path.stem for path in service.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
        wanted = ROOMS - UNDECIDING.get(service.name, set())
        found += [f"{service.name}: lacks {name}" for name in sorted(wanted - rooms)]
        found += [f"{service.name}: may not have {name}" for name in sorted((ROOMS - wanted) & rooms)]
        found += [f"{service.name}: lacks {name}" for name in ("README.md", "migrations") if not (service / name).exists()]
    return found


def wrong_web_rooms(root: Path) -> list[str]:
    """Web files that import upwards: `shared` an application, an application another one, a room a higher one of it."""
    web, found = (root / "web").resolve(), []
    for path in files(root, ".ts", ".vue"):
        where = path.resolve()
        if not where.is_relative_to(web):
            continue
        own = where.relative_to(web).parts
        for said in WEB_IMPORT.findall(path.read_text(encoding="utf-8")):
            to = Path(os.path.normpath(where.parent / said)).relative_to(web).parts
            lower, higher = (WEB_ROOMS.index(one[1]) if one[1] in WEB_ROOMS else -1 for one in (own, to))
            if to[0] not in (own[0], "shared", "generated") or -1 < lower < higher:
                found.append(f"{path.relative_to(root)}: imports {'/'.join(to)}")
    return found


def stray_environment(root: Path) -> list[str]:
    """Services and chassis modules other than chassis.settings that read the environment."""
    found = []
    for path, tree in code(root):
        name = path.relative_to(root).as_posix()
        if name.startswith(("services/", "chassis/")) and not name.startswith("chassis/settings"):
            reads = [n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr in {"environ", "getenv"}]
            found += [f"{name}:{node.lineno}: reads the environment" for node in reads]
    return found


def undocumented_settings(root: Path) -> list[str]:
    """Settings that are read or set somewhere and that docs/operations.md does not explain, and the reverse."""
    explained = _settings((root / "docs/operations.md").read_text(encoding="utf-8"))
    used = {name: where for where, text in texts(root) if _uses_settings(where) for name in _settings(text)}
    missing = [f"{name} of {used[name]}: not in docs/operations.md" for name in sorted(used.keys() - explained)]
    return missing + [f"{name}: in docs/operations.md, read nowhere" for name in sorted(explained - used.keys())]


def _settings(text: str) -> set[str]:
    return {SERVICE_SETTING.sub(r"CASETRAIL_<SERVICE>_\1", name) for name in SETTING.findall(text)}


def _uses_settings(name: str) -> bool:
    return not name.endswith(".md") and not name.startswith("tests/house/")


def unexplained_warnings(root: Path) -> list[str]:
    """Events that are logged as warnings or errors and that docs/operations.md does not explain."""
    explained = (root / "docs/operations.md").read_text(encoding="utf-8")
    logged = {name for path, _ in code(root) for name in WARNING.findall(path.read_text(encoding="utf-8"))}
    return [f"{name}: not in docs/operations.md" for name in sorted(logged) if f"`{name}`" not in explained]


def make_targets(root: Path) -> list[str]:
    """Make targets that no document names, and named targets that do not exist."""
    makefiles = "\n".join(path.read_text(encoding="utf-8") for path in (root / "Makefile", *root.glob("deploy/*.mk")))
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefiles, re.MULTILINE))
    prose = "\n".join(path.read_text(encoding="utf-8") for path in files(root, ".md"))
    named = set(re.findall(r"(?:`|^)make ([a-z-]+)", prose, re.MULTILINE))
    missing = [f"make {target}: in no document" for target in sorted(targets - named)]
    return missing + [f"make {target}: no such target" for target in sorted(named - targets)]


def strange_words(root: Path) -> list[str]:
    """Words that mean something only where a file was written."""
    found = []
    for name, text in texts(root):
        for number, line in enumerate(text.splitlines(), start=1):
            found += [f"{name}:{number}: {match.group()!r}" for match in STRANGE.finditer(line)]
    return found


def dead_references(root: Path) -> list[str]:
    """Documents and tests that are named somewhere and do not exist."""
    known = {"/" + path.relative_to(root).as_posix() for path in files(root, ".md", ".py")}
    found = []
    for name, text in texts(root):
        for match in () if name.startswith("tests/house/") else REFERENCE.finditer(text):
            if not any(path.endswith("/" + match.group().lstrip("./")) for path in known):
                found.append(f"{name}: names {match.group()}, which does not exist")
    return found


def unguarded_threats(root: Path) -> list[str]:
    """Rows of the threat model that name no test, or one that does not exist."""
    page = root / "docs/threat-model.md"
    if not page.exists():
        return []
    found = []
    for line in page.read_text(encoding="utf-8").partition("## Spoofing")[2].splitlines():
        if not line.startswith("| ") or line.startswith("| threat |"):
            continue
        named = re.search(r"`(tests/[\w/]+\.py)::(\w+)` \|$", line)
        if named is None:
            found.append(f"docs/threat-model.md: no test in {line!r}")
        elif not (root / named[1]).exists() or f"def {named[2]}(" not in (root / named[1]).read_text(encoding="utf-8"):
            found.append(f"docs/threat-model.md: {named[1]}::{named[2]} does not exist")
    return found


def decisions(root: Path) -> list[str]:
    """Decision records that are numbered wrongly, miss a part, are too long, or are not in the index."""
    folder = root / "docs/decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    records = sorted(folder.glob("[0-9]*.md"))
    numbers = [int(record.name[:4]) for record in records]
    found = [] if numbers == list(range(1, len(numbers) + 1)) else [f"decisions: numbered {numbers}"]
    for record in records:
        text = record.read_text(encoding="utf-8")
        found += [f"{record.name}: not in the index"] if f"({record.name})" not in index else []
        found += [f"{record.name}: lacks {part!r}" for part in ADR_PARTS if part not in text]
        found += [f"{record.name}: longer than a page"] if len(text.splitlines()) > MAX_DECISION_LINES else []
    return found


def cited_in_templates(root: Path) -> list[str]:
    """Templates of documents that cite a law or name a period themselves: both come with the facts, from the rulebook."""
    found = []
    for path in files(root, ".typ"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            found += [f"{path.relative_to(root)}:{number}: {match.group()!r}" for match in CITED.finditer(line)]
    return found


def unlisted_modules(root: Path) -> list[str]:
    """Chassis modules that the table of docs/rooms.md does not describe, and the reverse."""
    _, _, table = (root / "docs/rooms.md").read_text(encoding="utf-8").partition("## The chassis")
    listed = set(re.findall(r"^\| `([a-z_]+)` \|", table, re.MULTILINE))
    modules = {path.stem for path in (root / "chassis").glob("[!_]*") if path.suffix == ".py" or list(path.glob("*.py"))}
    missing = [f"chassis.{name}: not in docs/rooms.md" for name in sorted(modules - listed)]
    return missing + [f"chassis.{name}: in docs/rooms.md only" for name in sorted(listed - modules)]

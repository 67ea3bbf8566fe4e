"""Secrets of the embedded stack: files that only their owner can read, made at the first start."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

from chassis.signednote import Signer, new_signer, signer_from


def write_private(path: Path, text: str) -> None:
    """Write a secret that only its owner can read, whole or not at all."""
    making = path.with_name(f"{path.name}.new")
    making.unlink(missing_ok=True)
    descriptor = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
    making.replace(path)


def secret_in(path: Path) -> str:
    """The secret kept in a file, made if there is none."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(32))
    return path.read_text(encoding="ascii")


def signer_in(path: Path, name: str) -> Signer:
    """The signing key of this name kept in a file, made if there is none; NoteError if the file holds none."""
    if not path.exists():
        write_private(path, new_signer(name).secret())
    return signer_from(path.read_text(encoding="ascii"))


def master_key_in(path: Path) -> str:
    """The key kept in a file that wraps the keys of persons: 32 bytes in base64, made if there is none."""
    if not path.exists():
        write_private(path, base64.b64encode(secrets.token_bytes(32)).decode())
    return path.read_text(encoding="ascii")

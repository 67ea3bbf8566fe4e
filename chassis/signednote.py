"""Signed notes, checkpoints and cosignatures in the C2SP formats (signed-note, tlog-checkpoint, tlog-cosignature), Ed25519."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = 0x01
"""Signature type of a note's author: Ed25519 over the text."""

COSIGNATURE = 0x04
"""Signature type of a witness: a time and Ed25519 over time and text (cosignature/v1)."""

SECRET = "PRIVATE+KEY+"  # noqa: S105 - the prefix of every private key of this format, no key
LONGEST = 1 << 20  # characters of a note
MOST_SIGNATURES = 100
SIGNATURE = re.compile("— ([^\\s+]+) ([A-Za-z0-9+/]+={0,2})")
NAME = re.compile(r"[^\s+\x00-\x1f]+")
LATEST = (1 << 63) - 1  # seconds


class NoteError(ValueError):
    """A key, a note or a checkpoint is malformed, or a signature of a known key is wrong; the message says which and why."""


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """The four bytes by which a signature line names its key."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key by which a log's author or a witness is known."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """Its key id."""
        return key_id(self.name, self.kind, self.public)

    def __str__(self) -> str:
        """The verifier key as text: `<name>+<hex key id>+<base64(type || key)>`."""
        return f"{self.name}+{self.id.hex()}+{_b64(bytes([self.kind]) + self.public)}"

    def verifies(self, text: str, signature: bytes) -> bool:
        """Whether the bytes after the key id are this key's signature of the text."""
        message = text.encode()
        if self.kind == COSIGNATURE:
            if len(signature) != 72:
                return False
            at, signature = int.from_bytes(signature[:8], "big"), signature[8:]
            message = _cosigned(text, at)
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key; what it signs as author (`sign`) and as witness (`cosign`) can never be taken for one another."""

    name: str
    seed: bytes

    def __repr__(self) -> str:
        return f"Signer({self.name})"

    def secret(self) -> str:
        """The private key as text, in the form of golang.org/x/mod/sumdb/note."""
        return f"{SECRET}{self.name}+{self.verifier.id.hex()}+{_b64(bytes([ED25519]) + self.seed)}"

    @property
    def verifier(self) -> Verifier:
        """By which its notes are verified."""
        return Verifier(self.name, ED25519, self._key().public_key().public_bytes_raw())

    @property
    def witness(self) -> Verifier:
        """By which its cosignatures are verified."""
        return Verifier(self.name, COSIGNATURE, self.verifier.public)

    def sign(self, text: str) -> str:
        """The text as a note with this author's signature."""
        _checked_text(text)
        return f"{text}\n" + _line(self.verifier, self._key().sign(text.encode()))

    def cosign(self, note: str, at: int) -> str:
        """The note with this witness's cosignature of its text added; `at` in seconds of Unix time."""
        if not 0 <= at <= LATEST:
            raise NoteError(f"no time of a cosignature: {at}")
        text, _ = parse(note)
        signature = at.to_bytes(8, "big") + self._key().sign(_cosigned(text, at))
        return note + _line(self.witness, signature)

    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line."""

    name: str
    id: bytes
    signature: bytes

    @property
    def key(self) -> str:
        """How its key is called in messages: `<name>+<hex key id>`."""
        return f"{self.name}+{self.id.hex()}"

    @property
    def at(self) -> int:
        """Seconds of Unix time that a cosignature states; 0 of one that states none."""
        return int.from_bytes(self.signature[:8], "big") if len(self.signature) == 72 else 0


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself: how many leaves it has, and their root. Extension lines are nobody's but the log's."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text that is signed."""
        return "".join(f"{line}\n" for line in (self.origin, str(self.size), _b64(self.root), *self.extensions))


def new_signer(name: str) -> Signer:
    """A new key; NoteError for a name that no key may have."""
    return Signer(_checked_name(name), os.urandom(32))


def verifier_from(text: str) -> Verifier:
    """The verifier key of its text; NoteError if it is malformed, or its id is not that of name and key."""
    parts = text.split("+", 2)
    if len(parts) != 3 or not re.fullmatch(r"[0-9a-f]{8}", parts[1]):
        raise NoteError(f"not a verifier key: {text[:80]!r}")
    name, key = _checked_name(parts[0]), _unb64(parts[2])
    if len(key) != 33 or key[0] not in (ED25519, COSIGNATURE):
        raise NoteError(f"{name}: neither an Ed25519 key nor that of a witness")
    verifier = Verifier(name, key[0], key[1:])
    if verifier.id.hex() != parts[1]:
        raise NoteError(f"{name}: the key id is {parts[1]}, not {verifier.id.hex()}")
    return verifier


def verifiers_from(text: str) -> tuple[Verifier, ...]:
    """The verifier keys of a setting, separated by spaces; NoteError as for `verifier_from`."""
    return tuple(verifier_from(part) for part in text.split())


def signer_from(text: str) -> Signer:
    """The private key of its text; NoteError if it is malformed. The message never holds the key."""
    parts = text.strip().removeprefix(SECRET).split("+", 2)
    if not text.startswith(SECRET) or len(parts) != 3:
        raise NoteError("not a signing key")
    key = _unb64(parts[2])
    if len(key) != 33 or key[0] != ED25519:
        raise NoteError("not an Ed25519 signing key")
    signer = Signer(_checked_name(parts[0]), key[1:])
    if signer.verifier.id.hex() != parts[1]:
        raise NoteError(f"{parts[0]}: the key id does not belong to the signing key")
    return signer


def parse(note: str) -> tuple[str, list[Signature]]:
    """The text of a note, and its signatures, none of them verified; NoteError if it is malformed."""
    text, blank, lines = note.rpartition("\n\n")
    if not blank or not lines.endswith("\n") or len(note) > LONGEST or re.search(r"[\x00-\x09\x0b-\x1f]", note):
        raise NoteError("not a signed note")
    signatures = [_signature(line) for line in lines[:-1].split("\n")]
    if len(signatures) > MOST_SIGNATURES:
        raise NoteError("a note with too many signatures")
    return _checked_text(text + "\n"), signatures


def opened(note: str, known: Iterable[Verifier]) -> tuple[str, list[tuple[Verifier, Signature]]]:
    """The text of a note and which of the known keys signed it, at least one.

    NoteError if the note is malformed, if no known key signed it, or if a signature of a known key is wrong.
    """
    text, signatures = parse(note)
    by_key = {(verifier.name, verifier.id): verifier for verifier in known}
    valid = []
    for signature in signatures:
        verifier = by_key.get((signature.name, signature.id))
        if verifier is not None:
            if not verifier.verifies(text, signature.signature):
                raise NoteError(f"the signature of {signature.key} is wrong")
            valid.append((verifier, signature))
    if not valid:
        raise NoteError(f"no signature of a known key, but of {', '.join(each.key for each in signatures)}")
    return text, valid


def checkpoint_from(text: str) -> Checkpoint:
    """The checkpoint that a note's text is; NoteError if it is none."""
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() != "" or not all(lines) or not re.fullmatch(r"0|[1-9][0-9]{0,18}", lines[1]):
        raise NoteError("not a checkpoint")
    root = _unb64(lines[2])
    if len(root) != 32:
        raise NoteError("a checkpoint whose root is no SHA-256")
    return Checkpoint(lines[0], int(lines[1]), root, tuple(lines[3:]))


def body_of(note: str) -> Checkpoint:
    """The checkpoint of a note, its signatures not verified; NoteError if it is none."""
    return checkpoint_from(parse(note)[0])


def _signature(line: str) -> Signature:
    match = SIGNATURE.fullmatch(line)
    if match is None:
        raise NoteError(f"not a signature line: {line[:80]!r}")
    content = _unb64(match[2])
    if len(content) < 5:
        raise NoteError(f"{match[1]}: the signature is too short")
    return Signature(match[1], content[:4], content[4:])


def _line(verifier: Verifier, signature: bytes) -> str:
    return f"— {verifier.name} {_b64(verifier.id + signature)}\n"


def _cosigned(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def _checked_text(text: str) -> str:
    if not text.endswith("\n") or text == "\n" or re.search(r"[\x00-\x09\x0b-\x1f]", text):
        raise NoteError("the text of a note ends with a line and has no control characters")
    return text


def _checked_name(name: str) -> str:
    if not NAME.fullmatch(name):
        raise NoteError(f"not the name of a key: {name[:80]!r} (no spaces, no plus sign)")
    return name


def _b64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _unb64(text: str) -> bytes:
    try:
        value = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError(f"not base64: {text[:80]!r}") from error
    if _b64(value) != text:
        raise NoteError(f"not the one base64 form: {text[:80]!r}")
    return value

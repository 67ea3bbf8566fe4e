"""Personal data in what is stored: fields encrypted per person before they are hashed, readable while the person's key lives.

A sealed value is a text, `enc:v1:<key id>:<base64url(nonce, ciphertext, tag)>.`, that may stand wherever the value would: in an
event's bytes, in a row of a read model, in a sentence made of it. Whoever does not hold the key sees just that.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import os
import re
import secrets
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.domain import ERASED, Event, Personal

PREFIX = b"enc:v1:"
TEXT_PREFIX = PREFIX.decode()
TOKEN = re.compile(rb"enc:v1:([A-Za-z0-9_-]{16}):([A-Za-z0-9_-]{40,})\.")
"""Begins with what is literal, so that a long text is searched for it and not matched at each of its places."""
NONCE = 12  # bytes
PADDED = 32  # bytes: a value is as long as a multiple of this, so that its length tells little
NOBODYS = (None, "", ERASED)  # what is stored as it is
PENDING = "（密钥未到，暂不可读）"
"""What is shown where a key has not arrived yet."""

UNREADABLE = "（无法读取）"
"""What is shown where the key does not open what is sealed: it was altered."""


class NotSealed(Exception):
    """A text claims to be sealed and is not, or not under the person whose it should be."""


@dataclass(frozen=True, slots=True)
class Key:
    """A person's key; without a cipher it was erased."""

    id: str
    person: str
    cipher: AESGCM | None


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A person's key as it is stored and sent: encrypted under a version of the master key."""

    key_id: str
    person: str
    wrapping: int
    wrapped: bytes


class MasterKeys:
    """The master keys of this installation by version; the first one wraps, all of them unwrap."""

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        self._ciphers = {version: AESGCM(key) for version, key in keys.items()}
        self.current = next(iter(keys))

    def make(self, person: str) -> Wrapped:
        """A new key for a person."""
        return self.wrap(secrets.token_urlsafe(12), person, AESGCM.generate_key(256))

    def wrap(self, key_id: str, person: str, key: bytes) -> Wrapped:
        """A key wrapped by the current master key."""
        return Wrapped(key_id, person, self.current, self.lock(key, _about(key_id, person)))

    def unwrap(self, wrapped: Wrapped) -> bytes:
        """The bare key; InvalidTag if it was altered, LookupError if its master key is not among ours."""
        return self.unlock(wrapped.wrapping, wrapped.wrapped, _about(wrapped.key_id, wrapped.person))

    def open(self, wrapped: Wrapped) -> Key:
        """The key, ready to use; errors as for `unwrap`."""
        return Key(wrapped.key_id, wrapped.person, AESGCM(self.unwrap(wrapped)))

    def lock(self, content: bytes, about: bytes) -> bytes:
        """Content that only holders of the current master key could have made, or can read."""
        return _encrypted(self._ciphers[self.current], content, about)

    def unlock(self, version: int, locked: bytes, about: bytes) -> bytes:
        """What `lock` locked; InvalidTag, LookupError."""
        if version not in self._ciphers:
            raise LookupError(f"master key {version} is not among ours")
        return _decrypted(self._ciphers[version], locked, about)


def master_keys_from(text: str) -> dict[int, bytes]:
    """The keys of `<version>:<32 bytes in base64>[,…]`, the current one first; ValueError says what is wrong."""
    keys: dict[int, bytes] = {}
    for part in text.split(","):
        version, _, encoded = part.strip().partition(":")
        if not version.isascii() or not version.isdigit() or int(version) in keys:
            raise ValueError("each key needs a version number of its own")
        try:
            keys[int(version)] = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise ValueError(f"key {version} is not base64") from error
        if len(keys[int(version)]) != 32:
            raise ValueError(f"key {version} has not 32 bytes")
    return keys


def _about(key_id: str, person: str) -> bytes:
    return f"{key_id}|{person}".encode()


def _encrypted(cipher: AESGCM, content: bytes, about: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + cipher.encrypt(nonce, content, about)


def _decrypted(cipher: AESGCM, sealed: bytes, about: bytes) -> bytes:
    return cipher.decrypt(sealed[:NONCE], sealed[NONCE:], about)


def seal(key: Key, value: Any) -> str:
    """A JSON value, sealed. It is bound to key and person, not to a place: the same token serves events and read models."""
    if key.cipher is None:
        raise ValueError(f"the key of {key.person} was erased")
    content = orjson.dumps(value)
    content = content.ljust(-(-len(content) // PADDED) * PADDED)  # JSON does not mind blanks at its end
    sealed = base64.urlsafe_b64encode(_encrypted(key.cipher, content, _about(key.id, key.person))).rstrip(b"=")
    return f"{TEXT_PREFIX}{key.id}:{sealed.decode()}."


def _unsealed(key: Key, sealed: bytes) -> Any:
    """The value; InvalidTag or ValueError if it was altered."""
    if key.cipher is None:
        return ERASED
    content = base64.urlsafe_b64decode(sealed + b"=" * (-len(sealed) % 4))
    return orjson.loads(_decrypted(key.cipher, content, _about(key.id, key.person)))


def key_ids(data: bytes) -> set[str]:
    """The ids of the keys under which something in these bytes is sealed."""
    if PREFIX not in data:
        return set()
    return {match[1].decode() for match in TOKEN.finditer(data)}


def revealed(data: bytes, keys: Mapping[str, Key], *, missing: str = PENDING) -> bytes:
    """JSON bytes with everything sealed in them in plain; `missing` stands where a key is not among `keys`."""
    if PREFIX not in data:
        return data

    parts: list[bytes] = []
    end = 0
    for match in TOKEN.finditer(data):
        start, stop = match.span()
        whole = data[start - 1 : start] == b'"' == data[stop : stop + 1]
        value = orjson.dumps(_plain(match, keys, missing))
        parts += (data[end : start - whole], value if whole else _within(value))
        end = stop + whole
    return b"".join((*parts, data[end:]))


def _plain(token: re.Match[bytes], keys: Mapping[str, Key], missing: str) -> Any:
    key = keys.get(token[1].decode())
    try:
        return missing if key is None else _unsealed(key, token[2])
    except (InvalidTag, ValueError):
        return UNREADABLE


def _within(value: bytes) -> bytes:
    """What stands within a sentence, which is a JSON string already: a text without its quotes, other JSON as a text."""
    return (value if value.startswith(b'"') else orjson.dumps(value.decode()))[1:-1]


_PLANS: dict[type, dict[str, Personal | None]] = {}


def plan_of(cls: type) -> dict[str, Personal | None]:
    """The fields of a dataclass that are personal, with their marker, or hold something that has such fields (None)."""
    if (known := _PLANS.get(cls)) is None:
        known = _PLANS[cls] = _planned(cls) if dataclasses.is_dataclass(cls) else {}
    return known


def _planned(cls: type) -> dict[str, Personal | None]:
    hints = typing.get_type_hints(cls, include_extras=True)
    found: dict[str, Personal | None] = {}
    for field in dataclasses.fields(cls):
        if (marker := _marker(hints[field.name])) is not None:
            found[field.name] = marker
        elif any(plan_of(inner) for inner in within(hints[field.name])):
            found[field.name] = None
    return found


def _marker(hint: Any) -> Personal | None:
    return next((mark for mark in getattr(hint, "__metadata__", ()) if isinstance(mark, Personal)), None)


def within(hint: Any) -> Iterable[type]:
    """The classes that a type is made of."""
    if typing.get_origin(hint) in (tuple, typing.Union, types.UnionType, typing.Annotated):
        for inner in typing.get_args(hint):
            yield from within(inner)
    elif isinstance(hint, type):
        yield hint


Change = Callable[[str, Any], Any]


def changed(value: Any, subject: str, actor: str, change: Change) -> Any:
    """An event, or a part of it, with each personal field that is not empty changed by `change(person, value)`.

    What has no such field is the same object as before.
    """
    if isinstance(value, tuple):
        parts = [changed(one, subject, actor, change) for one in value]
        return value if all(new is old for new, old in zip(parts, value, strict=True)) else tuple(parts)
    changes: dict[str, Any] = {}
    for name, marker in plan_of(value.__class__).items():
        before = after = getattr(value, name)
        if marker is None:
            after = changed(before, subject, actor, change)
        elif before not in NOBODYS and (person := marker.person(value, subject, actor)) is not None:
            after = change(person, before)
        if after is not before:
            changes[name] = after
    return dataclasses.replace(value, **changes) if changes else value


def persons_in(event: Event, subject: str, actor: str) -> set[str]:
    """Whose data an event holds."""
    found: set[str] = set()

    def note(person: str, held: Any) -> Any:
        found.add(person)
        return held

    changed(event, subject, actor, note)
    return found


def require_own(key: Key, person: str, sealed: str) -> None:
    """Raise NotSealed unless this sealed text is the person's: nobody's data are shown as somebody else's."""
    match = TOKEN.fullmatch(sealed.encode())
    if match is None or match[1].decode() != key.id or key.person != person:
        raise NotSealed(person)
    try:
        _unsealed(key, match[2])
    except (InvalidTag, ValueError) as error:
        raise NotSealed(person) from error

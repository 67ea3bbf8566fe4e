"""Case bundles: a case file, its documents and evidence and a page to read, in one archive that proves itself.

A zip archive that any tool opens, but only one way to write it: nothing is compressed, nothing stands between or behind the
members, and the first, `manifest.json`, fixes the place of every byte of all others. Whoever exported it sealed the manifest.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from chassis import casefile
from chassis.casefile import Verdict
from chassis.envelope import canonical_json
from chassis.signednote import ED25519, NoteError, Signer, Verifier, opened, verifier_from

FORMAT = "casetrail-bundle/1"
MANIFEST, CASEFILE, PAGE, FILES = "manifest.json", "casefile.json", "index.html", "files/"
MAGIC = b"PK\x03\x04"
LARGEST = (1 << 31) - 1  # bytes; beyond it the archive would need another format
MADE = (0, 0x21)  # 1980-01-01 00:00: the archive tells no time
LOCAL, CENTRAL, END = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I"), struct.Struct("<4s4H2IH")
UTF8 = 0x800  # flag: names are UTF-8


class TooLarge(ValueError):
    """The members together are too large for one archive."""


@dataclass(frozen=True, slots=True)
class _Head:
    """What an archive says of a member beside its content."""

    name: bytes
    crc: int
    size: int

    @property
    def local(self) -> bytes:
        """The header before the content."""
        return LOCAL.pack(MAGIC, 20, UTF8, 0, *MADE, self.crc, self.size, self.size, len(self.name), 0) + self.name

    def central(self, offset: int) -> bytes:
        """The entry in the directory at the end."""
        head = (b"PK\x01\x02", 0x314, 20, UTF8, 0, *MADE, self.crc, self.size, self.size, len(self.name), 0, 0, 0, 0, 0x81A4_0000)
        return CENTRAL.pack(*head, offset) + self.name


def _head(name: str, content: bytes) -> _Head:
    return _Head(name.encode(), zlib.crc32(content), len(content))


def _archived(members: Sequence[tuple[str, bytes]]) -> bytes:
    heads = [_head(name, content) for name, content in members]
    if sum(len(content) + 200 for _, content in members) > LARGEST:
        raise TooLarge(f"more than {LARGEST} bytes")
    pieces = [piece for head, (_, content) in zip(heads, members, strict=True) for piece in (head.local, content)]
    return b"".join(pieces) + _directory(heads)


def _directory(heads: Sequence[_Head]) -> bytes:
    entries, offset = [], 0
    for head in heads:
        entries.append(head.central(offset))
        offset += len(head.local) + head.size
    directory = b"".join(entries)
    return directory + END.pack(b"PK\x05\x06", 0, 0, len(heads), len(heads), len(directory), offset, 0)


def write(
    case_file: bytes, page: bytes, files: Mapping[str, bytes], documents: Sequence[Mapping[str, Any]], signer: Signer
) -> bytes:  # fmt: skip
    """A sealed bundle: `files` by their SHA-256 (hex); `documents` says of each document and evidence what it is and where.

    Raises TooLarge.
    """
    members = [(CASEFILE, case_file), (PAGE, page), *((f"{FILES}{digest}", files[digest]) for digest in sorted(files))]
    listed = [{"name": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()} for name, content in members]
    manifest: dict[str, Any] = {"format": FORMAT, "members": listed, "documents": [dict(one) for one in documents]}
    manifest["seal"] = signer.sign(_seal_text(manifest))
    return _archived([(MANIFEST, canonical_json(manifest) + b"\n"), *members])


def _seal_text(manifest: Mapping[str, Any]) -> str:
    rest = canonical_json({name: value for name, value in manifest.items() if name != "seal"})
    return f"{FORMAT}\n{hashlib.sha256(rest).hexdigest()}\n"


def verify(content: bytes, trusted: Sequence[Verifier] = ()) -> Verdict:
    """Verify a bundle: its case file as such, each member against the sealed manifest, each byte of the archive."""
    verdict = Verdict()
    try:
        raw, manifest = _read_manifest(content)
    except (ValueError, struct.error, KeyError, TypeError) as error:
        verdict.found(MANIFEST, "not-a-bundle", f"清单无法读取：{error}", f"the manifest cannot be read: {error}")
        return verdict
    members = {MANIFEST: raw}
    for name, size, digest in _listed(manifest):
        start = sum(len(_head(known, b"").local) + len(data) for known, data in members.items()) + len(_head(name, b"").local)
        members[name] = content[start : start + size]
        if hashlib.sha256(members[name]).hexdigest() != digest:
            verdict.found(name, "member-altered", "内容与清单所列摘要不符", "its content is not what the manifest lists")
    _verify_archive(content, members, verdict)
    inner = casefile.verify(members.get(CASEFILE, b""), trusted)
    inner.findings[:0] = verdict.findings
    _verify_seal(manifest, members.get(CASEFILE, b""), trusted, inner)
    _verify_names(manifest, inner)
    return inner


def _read_manifest(content: bytes) -> tuple[bytes, dict[str, Any]]:
    """The manifest's bytes and what they say, by the first header; ValueError and the like if they say nothing known."""
    size = LOCAL.unpack_from(content)[8]
    start = len(_head(MANIFEST, b"").local)
    raw = content[start : start + size]
    manifest = orjson.loads(raw)
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT or canonical_json(manifest) + b"\n" != raw:
        raise ValueError(f"not canonical, or not of the format {FORMAT}")
    if manifest.keys() != {"format", "members", "documents", "seal"} or not isinstance(manifest["documents"], list):
        raise ValueError("it has other members")
    [*_listed(manifest)]
    return raw, manifest


def _listed(manifest: Mapping[str, Any]) -> Iterator[tuple[str, int, str]]:
    for one in manifest["members"]:
        match one:
            case {"name": str(name), "size": int(size), "sha256": str(digest)} if 0 <= size <= LARGEST:
                yield name, size, digest
            case _:
                raise ValueError("a member is not described")


def _verify_archive(content: bytes, members: Mapping[str, bytes], verdict: Verdict) -> None:
    """What lies around the contents is what lies there in any such archive, to the last byte."""
    heads = [_head(name, data) for name, data in members.items()]
    offset = 0
    for head in heads:
        if content[offset : offset + len(head.local)] != head.local:
            where = f"header of {head.name.decode()}"
            verdict.found(
                where, "archive-altered", "压缩包中该文件的头部被改动", "the archive's header of this member is altered"
            )
        offset += len(head.local) + head.size
    if content[offset:] != _directory(heads):
        verdict.found("directory", "archive-altered", "压缩包末尾的目录被改动", "the directory at the archive's end is altered")


def _verify_seal(manifest: Mapping[str, Any], case_file: bytes, trusted: Sequence[Verifier], verdict: Verdict) -> None:
    """Whoever sealed the case file sealed the manifest."""
    try:
        known = list(trusted) or [verifier_from(str(key)) for key in casefile.read(case_file)["keys"]]
        text, valid = opened(manifest["seal"], known)
    except (NoteError, casefile.NotACaseFile, TypeError, AttributeError) as error:
        verdict.found(MANIFEST, "seal-broken", f"清单封印无法验证：{error}", f"its seal: {error}")
        return
    if text != _seal_text(manifest):
        verdict.found(MANIFEST, "seal-broken", "清单封印与内容不符", "it seals another content")
    elif verdict.sealed_by not in {signature.key for verifier, signature in valid if verifier.kind == ED25519}:
        verdict.found(MANIFEST, "seal-unknown", "清单与案卷不是同一导出方封印", "whoever sealed the case file did not seal it")


def _verify_names(manifest: Mapping[str, Any], verdict: Verdict) -> None:
    """Each member has its place: the three that each bundle has, then files under their hash."""
    names = [name for name, _, _ in _listed(manifest)]
    if names[:2] != [CASEFILE, PAGE] or names[2:] != [f"{FILES}{digest}" for _, _, digest in [*_listed(manifest)][2:]]:
        verdict.found(MANIFEST, "members-misnamed", "清单所列成员名称不符", "its members are not named as in a bundle")

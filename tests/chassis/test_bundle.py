"""A bundle verifies offline as a whole; one altered byte anywhere in it is found, and the member that it lies in is named."""

from __future__ import annotations

import hashlib
import io
import random
import zipfile

import pytest

from chassis import bundle
from chassis.signednote import Signer
from tests.chassis import casefiles

FILE = "证据照片".encode() * 300
DIGEST = hashlib.sha256(FILE).hexdigest()
PAGE = "<!doctype html><title>案卷</title>".encode()
WHERE = [{"kind": "evidence", "sha256": DIGEST, "member": f"files/{DIGEST}"}]


def written(files: dict[str, bytes] | None = None, signer: Signer = casefiles.WITNESS) -> bytes:
    return bundle.write(casefiles.GOLDEN.read_bytes(), PAGE, {DIGEST: FILE} if files is None else files, WHERE, signer)


def regions(content: bytes) -> dict[str, range]:
    """Where each part of an archive lies, as another reader of archives sees it."""
    found: dict[str, range] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        for info in archive.infolist():
            start = info.header_offset + 30 + len(info.filename.encode())
            found[f"header of {info.filename}"] = range(info.header_offset, start)
            found[info.filename] = range(start, start + info.file_size)
        found["directory"] = range(archive.start_dir, len(content))
    assert sum(map(len, found.values())) == len(content)
    return found


def test_a_bundle_verifies_and_any_tool_opens_it() -> None:
    content = written()
    verdict = bundle.verify(content, casefiles.KEYS)
    assert (verdict.findings, verdict.events > 0) == ([], True)
    assert bundle.verify(content).good
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["manifest.json", "casefile.json", "index.html", f"files/{DIGEST}"]
        assert archive.read(f"files/{DIGEST}") == FILE


@pytest.mark.parametrize("part", regions(written()))
def test_one_altered_byte_is_found_and_its_member_named(part: str) -> None:
    """Every byte of what the archive consists of, and some of each content; each with some of its bits turned."""
    content, chance = written(), random.Random(part)
    place = regions(content)[part]
    inner = part == "directory" or part.startswith("header")
    for at in place if inner else [place[0], place[-1], *chance.sample(place, 25)]:
        altered = bytearray(content)
        altered[at] ^= chance.randrange(1, 256)
        found = bundle.verify(bytes(altered), casefiles.KEYS).findings
        named = "manifest.json" if part == "header of manifest.json" else part
        assert any(named in finding.where for finding in found), (at, found)


def test_something_cut_off_added_or_put_in_between_is_found() -> None:
    content = written()
    for altered in (content[:-1], content + b"\0", b"PK", b"", content[:5000] + b"x" + content[5000:]):
        assert bundle.verify(altered, casefiles.KEYS).findings


def test_a_member_exchanged_with_its_digest_breaks_the_seal() -> None:
    """Whoever writes the whole archive anew lacks the exporter's key."""
    other = written({hashlib.sha256(b"x").hexdigest(): b"x"}, Signer("casetrail.example/forger", b"f" * 32))
    codes = {(finding.where, finding.code) for finding in bundle.verify(other, casefiles.KEYS).findings}
    assert codes == {("manifest.json", "seal-broken")}


def test_a_log_does_not_seal_for_the_exporter() -> None:
    other = written(signer=casefiles.SIGNERS["penalty"])
    assert [finding.code for finding in bundle.verify(other, casefiles.KEYS).findings] == ["seal-unknown"]


def test_a_file_under_another_name_is_found() -> None:
    assert [f.code for f in bundle.verify(written({"a" * 64: FILE}), casefiles.KEYS).findings] == ["members-misnamed"]

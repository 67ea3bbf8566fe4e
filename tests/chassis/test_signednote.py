"""Signed notes: byte for byte those of golang.org/x/mod/sumdb/note, cosignatures as C2SP has them, nothing else is taken."""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from chassis.signednote import (
    COSIGNATURE,
    Checkpoint,
    NoteError,
    Signer,
    Verifier,
    body_of,
    checkpoint_from,
    new_signer,
    opened,
    parse,
    signer_from,
    verifier_from,
    verifiers_from,
)

# The keys and notes of the tests of golang.org/x/mod/sumdb/note.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETER_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
ENOCH = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER_LINE = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
ENOCH_LINE = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"
# A verifier key of a witness, and the time in a cosignature, of the tests of transparency-dev/formats.
REMORA = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2"
# The example of the C2SP specification.
SPECIMEN = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+"
    "qnA==\n"
)
HEAD = Checkpoint("casetrail.example/registry", 7, bytes(range(32)), ("simulated 2021-09-06T04:00:00.000000Z",))
LOG = Signer("casetrail.example/registry", bytes(32))
WITNESS = Signer("casetrail.example/reporting", b"w" * 32)


def test_the_published_key_signs_the_published_note() -> None:
    signer = signer_from(PETER_SECRET)
    assert signer.sign(TEXT) == f"{TEXT}\n{PETER_LINE}"
    assert str(signer.verifier) == PETER
    assert signer.secret() == PETER_SECRET
    assert PETER_SECRET not in repr(signer)


def test_notes_of_others_are_opened() -> None:
    peter, enoch = verifier_from(PETER), verifier_from(ENOCH)
    text, valid = opened(f"{TEXT}\n{PETER_LINE}{ENOCH_LINE}", [peter])
    assert (text, [verifier for verifier, _ in valid]) == (TEXT, [peter])
    _, valid = opened(f"{TEXT}\n{PETER_LINE}{ENOCH_LINE}", verifiers_from(f"{PETER} {ENOCH}"))
    assert [verifier for verifier, _ in valid] == [peter, enoch]
    with pytest.raises(NoteError, match=r"no signature of a known key, but of PeterNeumann\+c74f20a3"):
        opened(f"{TEXT}\n{PETER_LINE}", [enoch])


def test_a_witness_key_of_another_tool_is_read() -> None:
    witness = verifier_from(REMORA)
    assert (witness.name, witness.kind, str(witness)) == ("remora.n621.de", COSIGNATURE, REMORA)


def test_the_specimen_is_read() -> None:
    head = body_of(SPECIMEN)
    assert (head.origin, head.size, head.extensions) == ("example.com/behind-the-sofa", 20852163, ())
    assert f"{head.text}\n" == SPECIMEN.partition("—")[0]
    assert [signature.at for signature in parse(SPECIMEN)[1]] == [0, 1679315147]


def test_a_cosignature_is_what_c2sp_says() -> None:
    """Taken apart by hand, without a line of ours."""
    note = WITNESS.cosign(LOG.sign(HEAD.text), 1_630_900_800)
    text, _, lines = note.partition("\n\n")
    name, content = lines.splitlines()[1].removeprefix("— ").split(" ")
    raw = base64.b64decode(content)
    public = WITNESS.verifier.public
    assert raw[:4] == hashlib.sha256(name.encode() + b"\n\x04" + public).digest()[:4]
    assert int.from_bytes(raw[4:12], "big") == 1_630_900_800
    message = f"cosignature/v1\ntime 1630900800\n{text}\n".encode()
    Ed25519PublicKey.from_public_bytes(public).verify(raw[12:], message)
    _, valid = opened(note, [LOG.verifier, WITNESS.witness])
    assert [(verifier.kind, signature.at) for verifier, signature in valid] == [(1, 0), (4, 1_630_900_800)]


def test_an_author_is_no_witness_and_the_reverse() -> None:
    note = LOG.sign(HEAD.text)
    posing = Verifier(LOG.name, COSIGNATURE, LOG.verifier.public)
    with pytest.raises(NoteError, match="no signature of a known key"):
        opened(note, [posing])
    line = note.splitlines()[-1]
    forged = base64.b64encode(posing.id + base64.b64decode(line.split(" ")[2])[4:]).decode()
    with pytest.raises(NoteError, match="wrong"):
        opened(f"{HEAD.text}\n— {LOG.name} {forged}\n", [posing])


@pytest.mark.parametrize("key", [PETER, PETER_SECRET])
def test_no_part_of_a_key_is_a_key(key: str) -> None:
    read = signer_from if key.startswith("PRIVATE") else verifier_from
    for first in range(len(key)):
        for end in range(first + 1, len(key) + 1):
            if (first, end) != (0, len(key)):
                with pytest.raises(NoteError):
                    read(key[first:end])
    for at in range(len(key)):
        with pytest.raises(NoteError):
            read(key[:at] + chr(ord(key[at]) + 1) + key[at + 1 :])


@pytest.mark.parametrize(
    "key",
    [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",  # too long, with its id
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",  # of an unknown kind, with its id
    ],
)
def test_keys_of_another_make_are_refused(key: str) -> None:
    with pytest.raises(NoteError):
        verifier_from(key)


@pytest.mark.parametrize(
    "note",
    [
        TEXT, f"{TEXT}\n", f"{TEXT}\n{PETER_LINE[:-1]}", f"\x01{TEXT}\n{PETER_LINE}", f"{TEXT}\n{PETER_LINE}Unexpected line.\n",
        f"{TEXT}\n{PETER_LINE.replace('Neumann', ' Neumann')}", f"{TEXT}\n{PETER_LINE * 101}", f"{TEXT}\n— PeterNeumann QUJD\n",
        f"\n\n{PETER_LINE}",
    ],
)  # fmt: skip
def test_malformed_notes_are_refused(note: str) -> None:
    with pytest.raises(NoteError):
        opened(note, [verifier_from(PETER)])


@given(st.data())
def test_a_note_with_any_byte_changed_is_not_opened(data: st.DataObject) -> None:
    note = WITNESS.cosign(LOG.sign(HEAD.text), 5)
    at = data.draw(st.integers(0, len(note) - 1))
    other = data.draw(st.characters(codec="ascii", exclude_characters=note[at]))
    changed = note[:at] + other + note[at + 1 :]
    try:
        text, valid = opened(changed, [LOG.verifier, WITNESS.witness])
    except NoteError:
        return
    # What is left open is a signature line whose key is no longer known: it says nothing, and the text is the same.
    assert text == HEAD.text
    assert len(valid) == 1


@pytest.mark.parametrize(
    "text",
    [
        "", "a\n", "a\n1\n", "a\n01\nAAAA\n", "a\n-1\nAAAA\n", "a\n1\nAAAA\n", f"a\n1\n{base64.b64encode(bytes(33)).decode()}\n",
        f"a\n1\n{base64.b64encode(bytes(32)).decode()}\n\nx\n", f"a\n1\n{base64.b64encode(bytes(32)).decode()}",
        f"\n1\n{base64.b64encode(bytes(32)).decode()}\n", f"a\n99999999999999999999\n{base64.b64encode(bytes(32)).decode()}\n",
    ],
)  # fmt: skip
def test_what_is_no_checkpoint(text: str) -> None:
    with pytest.raises(NoteError):
        checkpoint_from(text)


def test_a_checkpoint_comes_back_as_it_was() -> None:
    assert checkpoint_from(HEAD.text) == HEAD


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "甲　乙"])
def test_names_that_no_key_may_have(name: str) -> None:
    with pytest.raises(NoteError):
        new_signer(name)


def test_new_keys_differ_and_come_back() -> None:
    one, other = new_signer("casetrail.example/a"), new_signer("casetrail.example/a")
    assert one != other
    assert signer_from(one.secret()) == one
    assert verifier_from(str(one.witness)) == one.witness


def test_another_way_to_write_the_same_signature_is_refused() -> None:
    """The last sign before the padding holds two bits that mean nothing; else one note would have several forms."""
    other = PETER_LINE.replace("nAM=", "nAN=")
    assert base64.b64decode(other.split()[-1]) == base64.b64decode(PETER_LINE.split()[-1])
    with pytest.raises(NoteError, match="not the one base64 form"):
        opened(f"{TEXT}\n{other}", [verifier_from(PETER)])


def test_a_time_that_no_cosignature_can_state() -> None:
    with pytest.raises(NoteError):
        WITNESS.cosign(LOG.sign(HEAD.text), 1 << 63)

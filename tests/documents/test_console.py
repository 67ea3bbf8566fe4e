"""`casetrail document` lays out made-up facts, or yours, and says what is wrong with them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from typer.testing import CliRunner

from chassis.envelope import canonical_json
from chassis.process import cli
from chassis.process.manifests import samples
from chassis.rendering import facts_digest
from services.inspection.documents import FORMS
from services.inspection.documents.samples import ordinary
from tests.certificates import PASSPHRASE, authority

ORDER = FORMS["05"]


def told(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["document", *words])
    return result.exit_code, result.output


def test_every_form_is_listed() -> None:
    code, text = told("list")
    assert code == 0
    assert [line.split()[0] for line in text.splitlines()] == [
        f"{form.service}/{form.no}" for known in samples() for form in known.forms.values()
    ]


def test_a_form_with_made_up_facts(tmp_path: Path) -> None:
    code, text = told("preview", "05", "--out", str(tmp_path / "a.pdf"))
    assert code == 0
    assert facts_digest(ordinary(ORDER)) in text
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")


def test_a_form_with_facts_of_ones_own(tmp_path: Path) -> None:
    """The same facts from a file have the same digest; what is not a fact of the form is told."""
    file = tmp_path / "facts.json"
    file.write_bytes(canonical_json(ordinary(ORDER)))
    assert facts_digest(ordinary(ORDER)) in told("preview", "05", "--facts", str(file), "--out", str(tmp_path / "b.pdf"))[1]
    file.write_text(json.dumps({"addressee": 1}), encoding="utf-8")
    code, text = told("preview", "05", "--facts", str(file), "--out", str(tmp_path / "c.pdf"))
    assert code == 2
    assert "addressee" in text
    assert not (tmp_path / "c.pdf").exists()


def test_what_cannot_be_printed_is_told(tmp_path: Path) -> None:
    file = tmp_path / "facts.json"
    file.write_bytes(canonical_json(ordinary(ORDER)).replace("南昌恒信".encode(), "南昌😀".encode()))
    code, text = told("preview", "05", "--facts", str(file), "--out", str(tmp_path / "d.pdf"))
    assert code == 2
    assert "U+1F600" in text


def test_a_form_is_called_by_its_service_where_two_have_its_number(tmp_path: Path) -> None:
    assert told("preview", "99")[0] == 2
    code, text = told("preview", "40", "--out", str(tmp_path / "a.pdf"))
    assert (code, "penalty/40" in text) == (2, True)
    for name in ("34", "penalty/34"):
        assert "penalty/34@1" in told("preview", name, "--out", str(tmp_path / "a.pdf"))[1]


def test_a_document_is_sealed_and_verified_and_a_changed_one_is_told(tmp_path: Path) -> None:
    root, p12 = authority()
    ca, key, paper, sealed = (tmp_path / name for name in ("ca.pem", "organ.p12", "a.pdf", "sealed.pdf"))
    ca.write_bytes(root)
    key.write_bytes(p12)
    assert told("preview", "05", "--out", str(paper))[0] == 0
    issued = hashlib.sha256(paper.read_bytes()).hexdigest()
    assert told("seal", str(paper), "--p12", str(key), "--out", str(sealed), "--passphrase", "wrong")[0] == 2
    assert told("seal", str(paper), "--p12", str(key), "--out", str(sealed), "--passphrase", PASSPHRASE)[0] == 0
    code, text = told("verify", str(sealed), "--ca", str(ca), "--sha256", issued)
    assert (code, "东湖区应急管理局" in text, "trusted" in text) == (0, True, True)
    assert told("verify", str(sealed), "--ca", str(ca), "--sha256", "0" * 64)[0] == 1
    other, _ = authority()
    ca.write_bytes(other)
    code, text = told("verify", str(sealed), "--ca", str(ca))
    assert (code, "not trusted" in text) == (1, True)
    changed = bytearray(sealed.read_bytes())
    changed[5000] ^= 1
    sealed.write_bytes(bytes(changed))
    assert told("verify", str(sealed))[0] == 1
    assert told("verify", str(sealed), "--sha256", issued)[0] == 1


def test_a_document_without_a_signature_is_held_against_its_hash(tmp_path: Path) -> None:
    paper = tmp_path / "a.pdf"
    told("preview", "05", "--out", str(paper))
    issued = hashlib.sha256(paper.read_bytes()).hexdigest()
    assert issued in told("verify", str(paper))[1]
    assert told("verify", str(paper), "--sha256", issued)[0] == 0
    paper.write_bytes(b"no document")
    assert told("verify", str(paper))[0] == 2

"""A signature on a document: what was changed before it, beside it or after it is told, wherever in the file it lies."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from typer.testing import CliRunner

from chassis.process import cli
from chassis.sealing import only_signed, seals_of, shows_the_same, sign
from services.inspection.documents import FORMS
from services.inspection.documents.samples import AT, ordinary
from tests.certificates import PASSPHRASE, authority

Change = Callable[[IncrementalPdfFileWriter, Any], None]


@pytest.fixture(scope="module")
def issued() -> bytes:
    return FORMS["05"].render(ordinary(FORMS["05"]), "（东湖）应急责改〔2026〕12号", AT).pdf


@pytest.fixture(scope="module")
def key() -> bytes:
    return authority()[1]


def with_other_glyphs(writer: IncrementalPdfFileWriter, page: Any) -> None:
    """The page and what it names stay as they are; the type that it is printed with does not."""
    fonts = page["/Resources"]["/Font"]
    descriptor = fonts[min(fonts)]["/DescendantFonts"][0]["/FontDescriptor"]
    replaced(writer, descriptor[next(one for one in descriptor if one.startswith("/FontFile"))])


def with_other_contents(writer: IncrementalPdfFileWriter, page: Any) -> None:
    contents = page["/Contents"]
    replaced(writer, contents[0] if isinstance(contents, list) else contents)


def replaced(writer: IncrementalPdfFileWriter, stream: Any) -> None:
    stream._data, stream._encoded_data = b"q Q", None
    writer.update_container(stream)


def with_a_note_that_claims_to_be_a_signature(writer: IncrementalPdfFileWriter, page: Any) -> None:
    name = generic.pdf_name
    note = generic.DictionaryObject({  # type: ignore[no-untyped-call]
        name("/Type"): name("/Annot"), name("/Subtype"): name("/FreeText"), name("/FT"): name("/Sig"),
        name("/Contents"): generic.pdf_string("already paid"),
        name("/Rect"): generic.ArrayObject([generic.NumberObject(n) for n in (0, 0, 200, 50)]),  # type: ignore[no-untyped-call]
    })  # fmt: skip
    page[name("/Annots")] = generic.ArrayObject([writer.add_object(note)])
    writer.update_container(page)


def with_an_action(writer: IncrementalPdfFileWriter, _: Any) -> None:
    name = generic.pdf_name
    action = generic.DictionaryObject({name("/S"): name("/JavaScript"), name("/JS"): generic.pdf_string("app.alert(1)")})  # type: ignore[no-untyped-call]
    writer.root[name("/OpenAction")] = action
    writer.update_root()  # type: ignore[no-untyped-call]


CHANGES = [with_other_glyphs, with_other_contents, with_a_note_that_claims_to_be_a_signature, with_an_action]


def changed(pdf: bytes, change: Change) -> bytes:
    """The file with a change added behind it."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer, writer.root["/Pages"]["/Kids"][0])
    out = io.BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    return out.getvalue()


def test_signatures_one_after_another_change_nothing_that_is_shown(issued: bytes, key: bytes) -> None:
    once = sign(issued, key, PASSPHRASE, "r")
    twice = sign(once, key, PASSPHRASE, "r", "head")
    assert (only_signed(once, issued), only_signed(twice, once), shows_the_same(twice, issued)) == (True, True, True)
    assert [(one.intact, one.covers_all) for one in seals_of(twice)] == [(True, True)] * 2


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_changed_before_it_is_signed_is_no_mere_signature(issued: bytes, key: bytes, change: Change) -> None:
    assert not only_signed(sign(changed(issued, change), key, PASSPHRASE, "r"), issued)


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_changed_after_it_was_signed_is_told(issued: bytes, key: bytes, change: Change, tmp_path: Path) -> None:
    file = tmp_path / "changed.pdf"
    altered = changed(sign(issued, key, PASSPHRASE, "r"), change)
    [seal] = seals_of(altered)
    assert (seal.intact, seal.covers_all) == (True, False)
    file.write_bytes(altered)
    assert CliRunner().invoke(cli, ["document", "verify", str(file)]).exit_code == 1


def test_a_change_behind_what_was_issued_is_not_what_was_issued(issued: bytes, key: bytes, tmp_path: Path) -> None:
    """The issued bytes still stand at the beginning of the file, but something else is shown."""
    file = tmp_path / "changed.pdf"
    verify = ["document", "verify", str(file), "--sha256", hashlib.sha256(issued).hexdigest()]
    altered = changed(issued, with_other_glyphs)
    for data, code in ((altered, 1), (sign(altered, key, PASSPHRASE, "r"), 1), (sign(issued, key, PASSPHRASE, "r"), 0)):
        file.write_bytes(data)
        assert CliRunner().invoke(cli, verify).exit_code == code

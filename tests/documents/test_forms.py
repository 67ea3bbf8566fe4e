"""The forms of all services: what the vocabulary says of them, and that each can be laid out whatever its facts."""

from __future__ import annotations

import io
import json
import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pictures
from PIL import ImageChops
from pydantic import ValidationError
from pypdf import PdfReader

from chassis.envelope import canonical_json
from chassis.forms import Form
from chassis.rendering import Image as Drawn
from chassis.samples import AT
from services.inspection.documents import FORMS
from tests.documents import golden
from tests.documents.golden import FOLDER, SAMPLES, SHEETS, known, pages, wording

VOCABULARY = json.loads((Path("contracts") / "vocabulary" / "forms-2016.json").read_text(encoding="utf-8"))
OFFICIAL = {f"{form['no']:02d}": form for form in VOCABULARY["items"]}
SIGN = {
    "officers-2": "officer", "servers": "server", "examiners": "examiner", "handlers": "handler", "attendees": "attendee",
}  # fmt: skip
"""What the vocabulary's roles are called among pictures, where it is not the same."""
DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(T|$)")
VISIBLE, STRAY = 48, 20
"""By how many of 256 shades a pixel must differ to be seen, and how many may: another processor rounds another way."""
KINDS = ("ordinary", "full", "sparse")
EVERY = pytest.mark.parametrize("form", golden.EVERY.values(), ids=golden.EVERY.keys())


def ordinary(form: Form[Any]) -> Any:
    return SAMPLES[form.service].ordinary(form)


def full(form: Form[Any]) -> Any:
    return SAMPLES[form.service].full(form)


def sparse(form: Form[Any]) -> Any:
    return SAMPLES[form.service].sparse(form)


def number_of(form: Form[Any]) -> str:
    return SAMPLES[form.service].number_of(form)


def images_of(form: Form[Any]) -> dict[str, Drawn]:
    return SAMPLES[form.service].images_of(form)


def words(pdf: bytes) -> list[str]:
    """The text of each page, without what breaks lines."""
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


@EVERY
def test_is_the_official_form(form: Form[Any]) -> None:
    """Name, word and signatories are those of the vocabulary."""
    if form.edition == "2016":
        official = OFFICIAL[form.no]
        assert (form.name, form.zi, form.confidence) == (official["name"], official["zi"], official["confidence"])
        assert {SIGN.get(role, role) for role in official["signatures"]} <= set(form.signatories)


@EVERY
@pytest.mark.parametrize("kind", KINDS)
def test_every_form_can_be_laid_out(form: Form[Any], kind: str) -> None:
    """Ordinary, full and sparse facts make a document with its title, its number and as many pages as it says."""
    document = form.render(SAMPLES[form.service].of(kind, form), number_of(form), AT, images_of(form))
    pages = words(document.pdf)
    assert form.name in pages[0]
    assert number_of(form) in pages[0]
    assert all(f"第{place}页共{len(pages)}页" in page for place, page in enumerate(pages, start=1))
    assert document.template == f"{form.service}/{form.no}@{form.version}"


@EVERY
def test_facts_can_be_read_back(form: Form[Any]) -> None:
    """The canonical facts of a document are facts again, and what is unknown or missing is refused."""
    facts = ordinary(form)
    members = json.loads(canonical_json(facts))
    assert form.read(members) == facts
    with pytest.raises(ValidationError):
        form.read({**members, "stranger": 1})
    with pytest.raises(ValidationError):
        form.read({})


@EVERY
def test_only_signatories_have_a_picture(form: Form[Any]) -> None:
    with pytest.raises(ValueError, match="没有 stranger-1 的签名位置，只有"):
        form.render(ordinary(form), number_of(form), AT, {"stranger-1": b""})


@EVERY
def test_everything_in_the_facts_is_printed(form: Form[Any]) -> None:
    """No text of the facts is left off the paper."""
    printed = "".join("".join(words(form.render(full(form), number_of(form), AT).pdf)).split("\u200b"))
    missing = [text for text in texts(full(form)) if "".join(text.split()) not in printed]
    assert missing == []


def texts(value: Any) -> list[str]:
    """Every text and day in some facts; one of several lines is several texts."""
    members = json.loads(canonical_json(value)) if not isinstance(value, str | list | dict) else value
    if isinstance(members, str):
        if day := DAY.match(members):
            return [f"{day[1]}年{int(day[2]):d}月{int(day[3]):d}日"]
        return members.split("\n")
    inner = members.values() if isinstance(members, dict) else members if isinstance(members, list) else ()
    return [text for each in inner for text in texts(each)]


@pytest.mark.parametrize(("no", "kind"), SHEETS)
def test_looks_as_it_was_found_good(no: str, kind: str) -> None:
    """Some forms look as their golden pages do; what has moved is for a person to see (`python -m tests.documents.golden`)."""
    made = list(pages(no, kind))
    assert {file.name for file, _ in made} == {file.name for file in FOLDER.glob(f"{no.replace('/', '-')}-{kind}-*.png")}
    for file, page in made:
        before = Pictures.open(file)
        assert page.size == before.size
        moved = sum(ImageChops.difference(page, before).histogram()[VISIBLE:])
        assert moved <= STRAY, f"{file.name}: {moved} pixels are not what they were"


@EVERY
def test_other_words_are_another_version(form: Form[Any]) -> None:
    """A document names the version it was laid out with, which says what it said for ever."""
    assert wording(form) == known()[form.template.key], "what the form says has changed: count its version up"


def test_every_page_of_a_record_is_signed() -> None:
    """Whoever signs a record signs each of its pages, and no page says less than whose signature is asked for."""
    signing = {"03": ("检查人员", "被检查单位现场负责人"), "16": ("询问人", "记录人", "被询问人"), "17": ("勘验人", "当事人")}
    for no, people in signing.items():
        form = FORMS[no]
        printed = words(form.render(full(form), number_of(form), AT).pdf)
        assert len(printed) > 2
        assert all(f"{who}（签名）" in page for page in printed for who in people)
        assert all("续页" in page for page in printed[1:])


def test_the_seal_stands_with_the_text() -> None:
    """However long the list, the page with the seal has the end of the text on it."""
    for length in range(1, 31):
        facts = replace(ordinary(FORMS["05"]), problems=full(FORMS["05"]).problems[:length])
        last = words(FORMS["05"].render(facts, "1号", AT).pdf)[-1]
        assert "（印章）" in last
        assert "法律另有规定的除外" in last


def test_what_is_empty_is_struck_out() -> None:
    """No field is left blank for somebody to fill in later."""
    form = FORMS["03"]
    page = words(form.render(sparse(form), number_of(form), AT).pdf)[0]
    assert "法定代表人（负责人）／职务／联系电话／" in page
    assert "（以下空白）" in page
    assert "备注／" in words(FORMS["02"].render(sparse(FORMS["02"]), "1号", AT).pdf)[0]


@EVERY
def test_empty_lists_are_laid_out_too(form: Form[Any]) -> None:
    """A list without items is 无 or ／, never a template that fails."""
    facts = ordinary(form)
    lists = {field.name: () for field in fields(facts) if isinstance(getattr(facts, field.name), tuple)}
    assert form.name in words(form.render(replace(facts, **lists), "", AT).pdf)[0]


def test_a_long_opinion_is_not_cut_off() -> None:
    """An opinion that no page holds goes on on the next."""
    form = FORMS["02"]
    said = replace(ordinary(form).approval, text="同意。" * 1500)
    printed = "".join(words(form.render(replace(ordinary(form), approval=said), "1号", AT).pdf))
    assert printed.count("同意。") >= 1500


def test_sums_are_told_in_words() -> None:
    """A price stands in figures and in capital numerals."""
    form = FORMS["20"]
    assert "叁仟贰佰伍拾元整（¥3,250.00）" in words(form.render(ordinary(form), "1号", AT).pdf)[1]


TWO: dict[str, Any] = {"officers": [{"name": "甲", "card": "1"}, {"name": "乙", "card": "2"}], "refusal": None}
REFUSED: dict[str, Any] = {**TWO, "refusal": {"who": "厂长", "reason": "不认可", "witness": "丙"}}


@pytest.mark.parametrize(
    ("no", "facts", "there", "missing"),
    [
        ("05", TWO, (), ("officer-1", "officer-2", "unit-head", "seal")),
        ("05", TWO, ("officer-2", "seal"), ("officer-1", "unit-head")),
        ("05", TWO, ("officer", "officer-1", "seal", "unit-head"), ()),
        ("05", TWO, ("officer", "seal", "unit-head"), ("officer-2",)),
        ("05", REFUSED, ("officer-1", "officer-2", "seal"), ("witness",)),
        ("17", {"examiners": [{}], "invitee": None}, ("party", "recorder"), ("examiner",)),
        ("17", {"examiners": [{}], "invitee": "张三"}, ("examiner", "party", "recorder"), ("invitee",)),
        ("08", {}, (), ("seal",)),
        ("48", {}, (), ()),
    ],
)
def test_who_has_not_signed_yet(no: str, facts: dict[str, Any], there: tuple[str, ...], missing: tuple[str, ...]) -> None:
    assert FORMS[no].missing(facts, there) == missing

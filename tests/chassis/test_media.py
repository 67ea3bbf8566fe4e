"""Whether a file is what it is said to be: each kind whole, and each way in which it is not."""

from __future__ import annotations

import io
import zipfile

import pytest
from PIL import Image

from chassis.media import CHECKS, ENDINGS, Unfit, check
from tests.media import bomb, film, pdf, picture, webm

WHOLE = {
    "image/jpeg": picture("JPEG"), "image/png": picture("PNG"), "image/webp": picture("WEBP"), "application/pdf": pdf(),
    "video/mp4": film(b"vide", b"soun"), "audio/mp4": film(b"soun"), "video/webm": webm(), "audio/webm": webm(),
}  # fmt: skip


def checked(data: bytes, media_type: str) -> None:
    check(io.BytesIO(data), len(data), media_type)


def archive() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        file.writestr("a.txt", "a")
    return held.getvalue()


def test_each_type_that_is_taken_has_a_file_here_and_an_ending() -> None:
    assert CHECKS.keys() == WHOLE.keys() == ENDINGS.keys()


@pytest.mark.parametrize("media_type", WHOLE)
def test_a_whole_file_is_taken(media_type: str) -> None:
    checked(WHOLE[media_type], media_type)


@pytest.mark.parametrize("media_type", WHOLE)
@pytest.mark.parametrize("kept", [0, 1, 4, 20, 40])
def test_a_file_that_is_cut_off_is_not(media_type: str, kept: int) -> None:
    data = WHOLE[media_type]
    with pytest.raises(Unfit):
        checked(data[: len(data) * kept // 50], media_type)


@pytest.mark.parametrize("media_type", WHOLE)
def test_a_file_of_another_type_is_not(media_type: str) -> None:
    for other, data in WHOLE.items():
        if media_type.partition("/")[2] != other.partition("/")[2] or ("mp4" in media_type and other != media_type):
            with pytest.raises(Unfit):
                checked(data, media_type)


@pytest.mark.parametrize("media_type", WHOLE)
def test_an_archive_behind_a_file_is_found(media_type: str) -> None:
    with pytest.raises(Unfit):
        checked(WHOLE[media_type] + archive(), media_type)


@pytest.mark.parametrize("mark", [b"%PDF-1.7", b"<SCRIPT>alert(1)", b"<!DOCTYPE html>", b"<?php"])
def test_a_picture_that_begins_as_something_else_as_well_is_found(mark: bytes) -> None:
    data = picture("JPEG")
    comment = b"\xff\xfe" + (len(mark) + 2).to_bytes(2) + mark
    with pytest.raises(Unfit, match="another kind"):
        checked(data[:2] + comment + data[2:], "image/jpeg")


def test_a_picture_of_too_many_pixels_is_never_decoded() -> None:
    with pytest.raises(Unfit):
        checked(bomb(), "image/png")
    held = io.BytesIO()
    Image.new("1", (9000, 8000)).save(held, "PNG")
    with pytest.raises(Unfit, match="too many pixels"):
        checked(held.getvalue(), "image/png")


def test_a_box_that_reaches_beyond_the_file_is_found() -> None:
    with pytest.raises(Unfit, match="beyond"):
        checked(film(b"vide") + b"\x00\x00\xff\xffmdat", "video/mp4")


@pytest.mark.parametrize("media_type", ["image/svg+xml", "text/html", "application/zip", ""])
def test_no_other_type_is_taken(media_type: str) -> None:
    with pytest.raises(Unfit, match="not taken"):
        checked(b"<svg/>", media_type)

"""The golden pages: ten forms as they were looked at and found good. `python -m tests.documents.golden` takes them anew."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from chassis.rendering import installed
from services.inspection.documents import FORMS
from services.inspection.documents.samples import KINDS, images_of, number_of

FOLDER = Path(__file__).parent / "golden"
PPI = 60
SHEETS = (
    ("02", "ordinary"), ("03", "full"), ("05", "full"), ("06", "sparse"), ("08", "ordinary"), ("09", "full"), ("16", "ordinary"),
    ("20", "ordinary"), ("40", "ordinary"), ("2025-1", "sparse"),
)  # fmt: skip
"""Form and kind of sample: among them long names, thirty problems, several pages, nothing in what may be empty."""


def pages(no: str, kind: str) -> Iterator[tuple[Path, Image.Image]]:
    """The pages of a sample in grey, each with the file it is kept in."""
    form = FORMS[no]
    images = images_of(form) if kind != "sparse" else {}
    made = installed().pictures(form.template, KINDS[kind](form), number_of(form), images, PPI)
    for place, page in enumerate(made, start=1):
        yield FOLDER / f"{no}-{kind}-{place}.png", Image.open(io.BytesIO(page)).convert("L")


if __name__ == "__main__":
    for old in FOLDER.glob("*.png"):
        old.unlink()
    for sheet in SHEETS:
        for file, page in pages(*sheet):
            page.save(file, optimize=True)

"""The golden pages: some forms as they were looked at and found good, and what every version of a form says.

`python -m tests.documents.golden` takes the pages anew; of the words it only adds those of versions that are new.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image

from chassis.forms import Form
from chassis.process.manifests import samples
from chassis.rendering import installed
from chassis.samples import Samples

FOLDER = Path(__file__).parent / "golden"
WORDS = FOLDER / "words.json"
PPI = 60
SAMPLES: dict[str, Samples] = {form.service: known for known in samples() for form in known.forms.values()}
"""Forms and made-up facts by service."""
EVERY = {f"{form.service}/{form.no}": form for known in SAMPLES.values() for form in known.forms.values()}
"""Every form of every service, as `casetrail document list` calls it."""
SHEETS = (
    ("02", "ordinary"), ("03", "full"), ("05", "full"), ("06", "sparse"), ("08", "ordinary"), ("09", "full"), ("16", "ordinary"),
    ("20", "ordinary"), ("40", "ordinary"), ("2025-1", "sparse"),
    ("penalty/01", "ordinary"), ("penalty/24", "full"), ("penalty/34", "ordinary"),
)  # fmt: skip
"""Form (of inspection, where no service is named) and kind of sample.

Among them: long names, thirty problems, several pages, nothing in what may be empty.
"""


def form_of(name: str) -> Form[Any]:
    """The form of a sheet."""
    return EVERY[name if "/" in name else f"inspection/{name}"]


def pages(name: str, kind: str) -> Iterator[tuple[Path, Image.Image]]:
    """The pages of a sample in grey, each with the file it is kept in."""
    form = form_of(name)
    known = SAMPLES[form.service]
    images = known.images_of(form) if kind != "sparse" else {}
    made = installed().pictures(form.template, known.of(kind, form), known.number_of(form), images, PPI)
    for place, page in enumerate(made, start=1):
        yield FOLDER / f"{name.replace('/', '-')}-{kind}-{place}.png", Image.open(io.BytesIO(page)).convert("L")


def wording(form: Form[Any]) -> str:
    """A digest of the Chinese words in a form's template and in what it shares with others of its folder."""
    source = (form.template.folder / form.template.file).read_text(encoding="utf-8")
    beside = [form.template.folder / name for name in re.findall(r'#import "([^"/]+)"', source)]
    whole = "".join([source, *(file.read_text(encoding="utf-8") for file in beside)])
    said = re.findall("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]", re.sub("(?m)^ *//.*", "", whole))
    return hashlib.sha256("".join(said).encode()).hexdigest()


def known() -> dict[str, str]:
    """The digests that were taken, by version."""
    taken: dict[str, str] = json.loads(WORDS.read_text(encoding="utf-8")) if WORDS.exists() else {}
    return taken


if __name__ == "__main__":
    versions = {form.template.key: wording(form) for form in EVERY.values()} | known()
    WORDS.write_text(json.dumps(dict(sorted(versions.items())), indent=2) + "\n", encoding="utf-8")
    for old in FOLDER.glob("*.png"):
        old.unlink()
    for sheet in SHEETS:
        for file, page in pages(*sheet):
            page.save(file, optimize=True)

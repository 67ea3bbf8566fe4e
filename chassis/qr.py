"""QR codes as pictures."""

from __future__ import annotations

import io
import re

import segno


def drawn(text: str, *, mask: int | None = None, margin: int = 0) -> str:
    """A QR code as SVG, with so many modules of white around it; of the text's bytes, because the other modes know no Chinese
    that phones agree upon. `mask`: one of the eight (0 to 7) instead of the best; to weigh them takes long, under Python's lock.
    """
    rows = [bytes(row) for row in segno.make_qr(text, error="m", mode="byte", encoding="utf-8", mask=mask).matrix]
    path = "".join(
        f"M{run.start()} {y}h{len(run.group())}v1h-{len(run.group())}z"
        for y, row in enumerate(rows) for run in re.finditer(b"\1+", row)
    )  # fmt: skip
    box = f"{-margin} {-margin} {len(rows) + 2 * margin} {len(rows) + 2 * margin}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}"><path d="{path}"/></svg>'


def printed(text: str, *, scale: int = 12, margin: int = 4) -> bytes:
    """A QR code as PNG, black on white: so many pixels for a module, so many modules of white around it."""
    held = io.BytesIO()
    segno.make_qr(text, error="m", mode="byte", encoding="utf-8").save(held, kind="png", scale=scale, border=margin)
    return held.getvalue()

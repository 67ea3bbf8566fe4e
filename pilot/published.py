"""The published figures of the pilot, each with its source: what a run is measured against."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

FIGURES = Path(__file__).with_name("figures.json")
Scale = Literal["full", "small"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One published figure: a range of whole numbers (inclusive), or a share that every district rounds for itself."""

    figure: str
    source: str
    least: int = 0
    most: int = 0
    share: Fraction | None = None

    @property
    def text(self) -> str:
        """The figure as it was published."""
        if self.share is not None:
            return f"{self.share} of each district"
        least, most = amount(self.figure, self.least), amount(self.figure, self.most)
        return least if least == most else f"{least}–{most}"


def amount(figure: str, value: float) -> str:
    """A value as people read it; fines, which are counted in whole yuan, with the sign of the yuan."""
    return f"¥{int(value) // 100:,}" if figure.endswith("_fen") else f"{value:,}".removesuffix(".0")


def published(scale: Scale) -> dict[str, Published]:
    """The published figures by name; `small` are those of the reduced scenario, about a tenth."""
    rows = json.loads(FIGURES.read_text(encoding="utf-8"))[scale]
    return {row["figure"]: Published(**{**row, "share": Fraction(row["share"]) if "share" in row else None}) for row in rows}

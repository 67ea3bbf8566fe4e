"""The published table beside what the platform's reporting computed from events; nothing here computes a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any

from rich.table import Table

from pilot.client import Client
from pilot.people import Person
from pilot.published import Published, amount
from pilot.world import REPORTING


@dataclass(frozen=True, slots=True)
class Figures:
    """What reporting answered: its figures by name, and how many events they rest on."""

    by_name: Mapping[str, Mapping[str, Any]]
    events: int

    @property
    def values(self) -> dict[str, Any]:
        """Each figure's value; a share's by district, as (part, whole)."""
        return {name: _value(figure) for name, figure in self.by_name.items()}


def _value(figure: Mapping[str, Any]) -> Any:
    if figure["name"] == "city_share":
        return {row["district"]: (row["counts"], row["out_of"]) for row in figure["by_district"]}
    return figure["value"]


async def fetch_figures(client: Client, auditor: Person) -> Figures:
    """Ask reporting for its figures, as an auditor."""
    answer = await client.get(auditor, f"{REPORTING}/figures")
    return Figures({figure["name"]: figure for figure in answer["figures"]}, answer["head"]["seq"])


def differences(found: Figures, published: Mapping[str, Published]) -> list[str]:
    """Each figure that differs from the published one, named with both values; empty if all match."""
    wrong = []
    for name, wanted in published.items():
        figure = found.by_name.get(name)
        if figure is None:
            wrong.append(f"{name}: reporting does not have it")
        elif wanted.share is not None:
            wrong += _wrong_shares(figure, wanted.share, published["jurisdictions"].least)
        elif figure["value"] is None or not wanted.least <= figure["value"] <= wanted.most:
            wrong.append(f"{name}: {_text(figure)} instead of {wanted.text}")
    return wrong


def _wrong_shares(figure: Mapping[str, Any], share: Fraction, districts: int) -> list[str]:
    """The districts whose part is not the share of the whole, a half rounded up."""
    rows: Sequence[Mapping[str, Any]] = figure["by_district"]
    wrong = [] if len(rows) == districts else [f"{figure['name']}: {len(rows)} districts instead of {districts}"]
    for row in rows:
        due = floor(share * row["out_of"] + Fraction(1, 2))
        if row["counts"] != due:
            wrong.append(f"{figure['name']} of {row['name']}: {row['counts']} of {row['out_of']} instead of {due}")
    return wrong


def table(found: Figures, published: Mapping[str, Published]) -> Table:
    """The table for a terminal: published, computed, and whether they agree."""
    wrong = {line.partition(":")[0].partition(" of ")[0] for line in differences(found, published)}
    shown = Table(title="试点数据 · the pilot's figures, computed by reporting from events", title_justify="left")
    for head, side in (("", "left"), ("指标 figure", "left"), ("公布 published", "right"), ("计算 computed", "right")):
        shown.add_column(head, justify="right" if side == "right" else "left")
    for name, wanted in published.items():
        figure = found.by_name.get(name, {})
        mark = "[red]✗[/]" if name in wrong else "[green]✓[/]"
        title = f"{figure.get('title', name)} · {figure.get('title_en', '')}"
        shown.add_row(mark, title, wanted.text, _text(figure))
    return shown


def shares(found: Figures) -> Table:
    """The city's share of each district's campaign tasks, for a terminal."""
    shown = Table(title="市级承担比例 · the city's share per district", title_justify="left")
    shown.add_column("辖区 district")
    for head in ("市级 city", "合计 all", "%"):
        shown.add_column(head, justify="right")
    for row in found.by_name["city_share"]["by_district"]:
        shown.add_row(row["name"], str(row["counts"]), str(row["out_of"]), f"{row['value']:.1f}")
    return shown


def _text(figure: Mapping[str, Any]) -> str:
    value = figure.get("value")
    return "—" if value is None else amount(figure["name"], value)

"""An assessment, as it is told, as a paper: scores, each line's figures and points, and the sheet by which they were given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.reporting.api.bulletin_paper import STATUSES, as_of_line, relative
from services.reporting.documents.paper import Cell, Paper, Section, Table, Words

SPANS = {"period": "本期", "year": "当年至期末"}


def assessment_paper(told: Mapping[str, Any]) -> Paper:
    """The paper of an assessment."""
    period, sheet = told["period"], told["sheet"]
    number = period["name"] if told["scope"]["district"] is None else f"{period['name']}/{told['scope']['district']}"
    status = STATUSES[sheet["status"]]
    about = (
        f"考核期间：{period['name']}（{period['from']} 至 {period['until']}）", as_of_line(told["as_of"]),
        f"计分表：{sheet['title']}，版本 {sheet['version']}（{status}）",
    )  # fmt: skip
    return Paper(told["title"], number, about, (
        Section("得分", (_scores(told), Words("说明", _notes(told)))),
        Section("各项得分", (_points(told),)),
        *(Section(f"{one['name']}", (_district(one),)) for one in told["districts"]),
        Section("计分表", (_sheet(sheet),)),
    ))  # fmt: skip


def _scores(told: Mapping[str, Any]) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            one["name"], one["place"], one["score"], one["weight"], one["sites"],
            "" if one["unplaced"] is None else one["unplaced"]["title"],
        )
        for one in told["districts"]
    ]  # fmt: skip
    return Table("", ("辖区", "名次", "得分（百分制）", "可计分值", "在册企业（家）", "备注"), tuple(rows))


def _notes(told: Mapping[str, Any]) -> tuple[tuple[str, str | None], ...]:
    sheet = told["sheet"]
    return (
        (f"{told['note']}。", None), (f"计分表来源：{sheet['source']}。", None),
        ("分母为零的项目不计分，得分按其余项目的分值折算为百分制；并列的名次相同。", None),
        (f"在册企业不足 {sheet['fewest_sites']} 家、或可计分值不足 {sheet['fewest_weight']} 分的辖区不排名。", None),
        (f"计分表文件的 SHA-256：{sheet['sha256']}", None),
    )  # fmt: skip


def _points(told: Mapping[str, Any]) -> Table:
    lines = told["sheet"]["lines"]
    heads = ("辖区", *(f"{line['title']}（{line['weight']}分）" for line in lines), "得分")
    rows = tuple((one["name"], *(line["points"] for line in one["lines"]), one["score"]) for one in told["districts"])
    return Table("", heads, rows)


def _district(one: Mapping[str, Any]) -> Table:
    heads = ("项目", "指标值（%）", "分子", "分母", "分值", "得分")
    rows = tuple(
        (line["title"], line["value"], line["counts"], line["out_of"], line["weight"], line["points"]) for line in one["lines"]
    )
    return Table("", heads, rows, hrefs=tuple(relative(line["rows"]) for line in one["lines"]))


def _sheet(sheet: Mapping[str, Any]) -> Table:
    heads = ("项目", "范围", "分值", "起计点（%）", "满分点（%）", "按月折算", "状态", "口径", "来源")
    rows = tuple(
        (
            line["title"], SPANS[line["span"]], line["weight"], line["none_at"], line["full_at"],
            "是" if line["pro_rata"] else "否", STATUSES[line["status"]], line["formula"], line["source"],
        )
        for line in sheet["lines"]
    )  # fmt: skip
    return Table("", heads, rows)

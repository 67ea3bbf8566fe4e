"""A bulletin, as it is told, as a paper: what people read first stands first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.reporting.documents.paper import Cell, Paper, Section, Table, Words

SPANS = (
    ("week", "本周"), ("week_before", "上周"), ("change", "比上周"), ("last_year", "上年同周"), ("change_on_year", "比上年同周"),
    ("year", "本年累计"), ("year_before", "上年同期累计"), ("late", "补录"),
)  # fmt: skip
LATE = "补录：上期通报之后才记录的、属于上期及以前的数；上期累计＋本周＋补录＝本年累计。随办理进度变动的比例不计补录。"
STATUSES = {"settled": "已核实", "recalled": "据记忆", "unverified": "未核实"}


def bulletin_paper(told: Mapping[str, Any]) -> Paper:
    """The paper of a bulletin."""
    district = told["scope"]["district"]
    number = told["week"]["name"] + ("" if district is None else f"/{district}")
    about = [told["week"]["title"], as_of_line(told["as_of"])]
    if district is not None:
        about.insert(1, f"范围：{name_of(told, district)}")
    first = Section("通报", (
        Words("一、总体情况", tuple((line, None) for line in told["summary"])),
        Words("二、存在的问题", _linked(told["sentences"]) or (("没有达到通报标准的问题。", None),)),
        Words("三、下一步要求（督办）", tuple(
            (f"{one['name']}：{''.join(one['texts'])}", None) for one in told["actions"]
        ) or (("无。", None),)),
        Words("说明", (*_explained(told), (LATE, None))),
    ))  # fmt: skip
    return Paper(told["title"], number, tuple(about), (first, *map(_section, told["sections"]), *_rankings(told)))


def name_of(told: Mapping[str, Any], district: str) -> str:
    """What a district is called."""
    names = {one["district"]: one["name"] for one in told["scope"]["districts"]}
    return str(names.get(district, district))


def as_of_line(as_of: Mapping[str, Any]) -> str:
    """As of when it is told."""
    at = as_of["recorded_before"]
    state = "" if as_of["final"] else "（期间未结束）"
    return f"数据截至 {at[:10]} {at[11:16]} 以前记录的事项{state}"


def _linked(sentences: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, str | None], ...]:
    """A line for each district: in what it lags, with the rows of the first."""
    by_district: dict[str, list[Mapping[str, Any]]] = {}
    for one in sentences:
        by_district.setdefault(one["name"], []).append(one)
    return tuple(
        (f"{name}：{'；'.join(one['words'] for one in of)}。", relative(of[0]["rows"])) for name, of in by_district.items()
    )  # fmt: skip


def relative(rows: Sequence[Mapping[str, str]]) -> str | None:
    """The address of the rows, as seen from the page of the bulletin, behind whatever gateway it is read."""
    return rows[0]["href"].rsplit("/", 1)[1] if rows else None


def _explained(told: Mapping[str, Any]) -> tuple[tuple[str, str | None], ...]:
    rules = told["rules"]
    if rules is None:
        return ()
    status = STATUSES[rules["status"]]
    return ((f"通报标准和督办要求依据规则 {rules['version']}（{status}）：{rules['source']}。", None),)


def _section(section: Mapping[str, Any]) -> Section:
    lines = section["lines"]
    spans = [(name, head) for name, head in SPANS if any(line[name] is not None for line in lines)]
    overview = Table(
        "总表", ("指标", "单位", *(head for _, head in spans)),
        tuple((line["title"], line["unit"], *(_value(line, name) for name, _ in spans)) for line in lines),
        hrefs=tuple(relative(line["rows"]) for line in lines),
    )  # fmt: skip
    cumulative = [line for line in lines if line["year"] is not None]
    parts = [overview, _by_district("分辖区：本周（存量为期末数）", lines, "week")]
    parts += [_by_district("分辖区：本年累计", cumulative, "year")] if cumulative else []
    told = Words("指标口径", tuple((f"{line['title']}：{line['formula']}（{line['exclusions']}）。", None) for line in lines))
    return Section(section["title"], (*parts, told))


def _by_district(title: str, lines: Sequence[Mapping[str, Any]], span: str) -> Table:
    districts = {one["district"]: one["name"] for line in lines for one in line["by_district"]}
    values: dict[tuple[str, str], Cell] = {
        (one["district"], line["name"]): _value(one, span) for line in lines for one in line["by_district"]
    }
    rows = tuple(
        (name, *(values.get((district, line["name"])) for line in lines)) for district, name in districts.items()
    )  # fmt: skip
    total = ("合计", *(_value(line, span) for line in lines))
    return Table(title, ("辖区", *(_headed(line) for line in lines)), (*rows, total))


def _headed(line: Mapping[str, Any]) -> str:
    return f"{line['title']}（{line['unit']}）"


def _value(line: Mapping[str, Any], span: str) -> Cell:
    """A cell: of what came late of a share both of its sums are told."""
    found = line[span]
    if not isinstance(found, Mapping):
        cell: Cell = found
        return cell
    if "value" in found:
        value: Cell = found["value"]
        return value
    return f"{found['counts']:+}/{found['out_of']:+}" if found["counts"] or found["out_of"] else 0


def _rankings(told: Mapping[str, Any]) -> tuple[Section, ...]:
    tables = [_ranking(one) for one in told["rankings"]]
    return (Section("排名", tuple(tables)),) if tables else ()


def _ranking(ranking: Mapping[str, Any]) -> Table:
    places: list[tuple[Cell, ...]] = [
        (one["name"], one["place"], one["value"], one["counts"], one["out_of"]) for one in ranking["places"]
    ]
    places += [(one["name"], "不排名", one["value"], one["counts"], one["out_of"]) for one in ranking["not_ranked"]]
    heads = ("辖区", "名次", f"{ranking['title']}（%）", "分子", "分母")
    note = f"本年累计；分母不足 {ranking['fewest']} 的不排名，并列的名次相同。"
    return Table(ranking["title"], heads, tuple(places), note)

"""An assessment as it is told: each district's score, place and lines, with figure, points and rows; the sheet beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlencode

from chassis.domain import CHINA
from services.reporting.api.bulletin_view import cut_json, days_json
from services.reporting.api.definitions import definition
from services.reporting.projections.assessed import Assessed
from services.reporting.queries.bulletins import LINES
from services.reporting.queries.figures import value_of
from services.reporting.queries.scoring import Scored, Sheet, scored, told
from services.reporting.queries.weeks import ends

TITLE, TITLE_EN = "安全生产执法工作督导考核", "Assessment of districts' enforcement work"
UNPLACED = {
    "few-sites": ("在册企业过少，不排名", "too few sites on file for a fair place"),
    "few-lines": ("可计分项目过少，不排名", "too few lines to be scored by for a fair place"),
}  # fmt: skip
NO_FINES = (
    "罚没金额不得同考核挂钩，计分表没有金额项（行政处罚法2021年修订，第七十四条）",
    "what is taken in fines has no part in an assessment: the sheet has no line of money",
)


def assessment(name: str, found: Assessed, sheet: Sheet, districts: Sequence[str], district: str | None) -> dict[str, Any]:
    """The scores of some districts in a period."""
    compared = found.table.compared(districts)
    scores = scored(sheet, found.period, compared, lambda span, line, one: found.table.total(span, line, [one]), found.sites)
    links = _Links(name, found, sheet)
    return {
        "title": TITLE, "title_en": TITLE_EN, "period": {"name": name, **days_json(found.period)},
        "as_of": cut_json(found.cut, found.period), "scope": {"district": district}, "sheet": sheet_json(sheet),
        "note": NO_FINES[0], "note_en": NO_FINES[1],
        "districts": [
            {
                "district": one.district, "name": found.table.name(one.district), "sites": one.sites, "place": one.place,
                "score": told(one.score), "weight": one.weight,
                "unplaced": None if one.unplaced is None else {"code": one.unplaced, "title": UNPLACED[one.unplaced][0]},
                "lines": [_line(line, one.district, links) for line in one.lines],
            }
            for one in scores
        ],
    }  # fmt: skip


class _Links:
    """Where rows are."""

    def __init__(self, name: str, found: Assessed, sheet: Sheet) -> None:
        self._name, self._sheet = name, sheet
        at = found.cut.at.astimezone(CHINA)
        self._moment = {} if at == ends(found.period) else {"as_of": at.isoformat()}

    def of(self, scored: Scored, district: str) -> list[dict[str, str]]:
        """Of one line of one district: a list for each measure that it is made of."""
        asked = {"code": scored.line.code, "district": district, "sheet": self._sheet.version} | self._moment
        return [
            {
                "measure": measure.name,
                "href": f"/v1/assessments/{quote(self._name)}/rows?{urlencode(asked | {'measure': measure.name})}",
            }
            for measure in LINES[scored.line.line].measures
        ]  # fmt: skip


def _line(scored: Scored, district: str, links: _Links) -> dict[str, Any]:
    line = LINES[scored.line.line]
    return {
        "code": scored.line.code, "title": line.named[0], **value_of(line.of, *scored.sum), "weight": scored.line.weight,
        "points": told(scored.points), "rows": links.of(scored, district),
    }  # fmt: skip


def sheet_json(sheet: Sheet) -> dict[str, Any]:
    """A scoring sheet as it is published; `sha256` is that of its file."""
    return {
        "version": sheet.version, "title": sheet.title, "title_en": sheet.title_en, "valid_from": sheet.valid_from,
        "valid_to": sheet.valid_to, "status": sheet.status, "source": sheet.source, "sha256": sheet.sha256,
        "fewest_sites": sheet.fewest_sites, "fewest_weight": sheet.fewest_weight,
        "lines": [
            {
                "code": line.code, "name": line.line, **definition(LINES[line.line].of), "title": LINES[line.line].named[0],
                "span": line.span, "pro_rata": line.pro_rata, "weight": line.weight, "none_at": line.none_at,
                "full_at": line.full_at, "status": line.status, "source": line.source,
            }
            for line in sheet.lines
        ],
    }  # fmt: skip

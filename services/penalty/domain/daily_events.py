"""The facts of a fine that goes on day by day 按日连续处罚: what it rests on, and that a further case imposes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from chassis.domain import Event, event


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuing:
    """What a fine that goes on day by day 按日连续处罚 rests on: the first fine, the order to correct, the refusal; and its sum.

    It runs from `from_on` to `until_on`, the day on which re-inspection found the refusal, both counted: `days` times
    `original_fen`, which `document_no` of the case `case_id` imposed for the item, are `amount_fen`.
    """

    case_id: str
    document_no: str
    item_code: str
    hazard_id: str
    original_fen: int
    ordered_on: date
    from_on: date
    until_on: date
    days: int
    amount_fen: int


@event("casetrail.penalty.daily-fine-begun.v1", title="按日连续处罚线索", summary="自 {from_on} 至 {until_on} 按日连续处罚")
class DailyFineBegun(Event):
    """The unit was fined, was ordered to correct and refuses: a further case is to fine it day by day (WSL 112)."""

    case_id: str
    daily_case_id: str
    item_code: str
    from_on: date
    until_on: date

"""What else may happen to a hazard: it no longer stands, was corrected at once, is supervised, or is closed by decision."""

from __future__ import annotations

from datetime import date
from typing import Literal

from chassis.domain import Event, event

Ground = Literal["site-closed", "equipment-removed", "found-in-error", "handed-over", "merged"]
"""Why a hazard is closed although no re-inspection passed it."""


@event("casetrail.inspection.hazard-withdrawn.v1", title="撤回隐患", summary="检查结论变更，隐患不再成立")
class HazardWithdrawn(Event):
    """No answer that stands consists of the hazard any more."""

    hazard_id: str
    inspection_id: str


@event("casetrail.inspection.hazard-restored.v1", title="恢复隐患", summary="检查结论不一致，隐患待核定")
class HazardRestored(Event):
    """An answer that did not know of the withdrawal consists of the hazard: it stands again."""

    hazard_id: str
    inspection_id: str


@event("casetrail.inspection.hazard-corrected.v1", title="当场整改", summary="{corrected_on} 当场整改完毕：{how}")
class HazardCorrected(Event):
    """It was put right before the officers' eyes (责令立即排除, 当场改正); no order is needed."""

    hazard_id: str
    inspection_id: str
    corrected_on: date
    how: str
    photos: tuple[str, ...]


@event("casetrail.inspection.hazard-extended.v1", title="延长隐患整改期限", summary="整改期限延至 {due_on}")
class HazardExtended(Event):
    """The hazard has until another day, because its order was extended."""

    hazard_id: str
    order_id: str
    due_on: date


@event("casetrail.inspection.hazard-closed.v1", title="决定终止隐患整改", summary="{closed_on} 决定不再复查：{reason}")
class HazardClosed(Event):
    """A decision that the hazard is not followed any further, and why; it never says that it was rectified."""

    hazard_id: str
    order_id: str | None
    ground: Ground
    reason: str
    closed_on: date


@event("casetrail.inspection.supervision-opened.v1", title="挂牌督办", summary="{organ}挂牌督办，{due_on} 前治理完毕")
class SupervisionOpened(Event):
    """A major hazard is listed and its cure supervised."""

    hazard_id: str
    supervision_id: str
    organ_id: str
    organ: str
    measures: str
    opened_on: date
    due_on: date


@event("casetrail.inspection.supervision-lifted.v1", title="督办销号", summary="{lifted_on} 督办销号")
class SupervisionLifted(Event):
    """The supervision ended, because the hazard is rectified."""

    hazard_id: str
    supervision_id: str
    lifted_on: date
    reason: str

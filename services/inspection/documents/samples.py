"""Samples of inspection's forms, for whoever works on a template."""

from __future__ import annotations

from typing import Any

from chassis.samples import AT, MANY, Samples
from services.inspection.documents import FORMS
from services.inspection.documents.madeup import DAY, ORDINARY
from services.inspection.documents.parts import Deadline

__all__ = ["ADDRESS", "AT", "KINDS", "NAME", "SAMPLES", "TEXT", "full", "images_of", "number_of", "ordinary", "sparse"]

NAME = "江西省南昌市东湖区扬子洲镇新材料精密铝合金深井铸造与表面处理及粉尘综合治理资源循环利用产业园"
NAME += "运营管理有限责任公司东湖分公司"
ADDRESS = "江西省南昌市东湖区扬子洲镇前洲村委会工业集中区滨江大道东侧与创新一路交叉口往北三百五十米处原红星砖瓦厂"
ADDRESS += "院内8栋1至3层"
TEXT = "砂光车间干式除尘系统未设置泄爆装置，且未采取惰化、抑爆等其他控爆措施；除尘器灰斗下部未安装锁气卸灰装置，"
TEXT += "未设置进出风口风压差监测报警装置，车间地面、设备表面及除尘管道内积尘厚度超过规定，未见清扫记录"
SCARCE = frozenset({"officers", "handlers", "basis", "examiners", "parties", "present", "helpers", "rights", "prohibitions"})
"""What there are never many of."""
LONG = {
    "addressee": NAME, "unit": NAME, "recipient": NAME, "address": ADDRESS, "place": ADDRESS, "text": TEXT,
    "case_name": f"{NAME}未如实记录事故隐患排查治理情况案", "findings": "\n".join([f"{TEXT}。"] * MANY),
}  # fmt: skip


def _due(grown: dict[str, Any]) -> dict[str, Any]:
    """Every problem is due on some day, three of them on each."""
    if "deadlines" not in grown:
        return grown
    due = tuple(Deadline(items=tuple(range(first, first + 3)), due_on=DAY) for first in range(1, MANY, 3))
    return {**grown, "deadlines": due}


SAMPLES = Samples(
    forms=FORMS, facts=ORDINARY, number="（东湖）应急{zi}〔2026〕12号",
    own_numbers={"09": "第3号", "2025-1": "（东湖）应急检审〔2026〕12号"}, long=LONG, scarce=SCARCE,
    counted={"officer": 2, "handler": 2, "examiner": 2, "party": 2, "recipient": 2, "server": 2}, fitted=_due,
)  # fmt: skip
ordinary, full, sparse = SAMPLES.ordinary, SAMPLES.full, SAMPLES.sparse
number_of, images_of = SAMPLES.number_of, SAMPLES.images_of
KINDS = {"ordinary": ordinary, "full": full, "sparse": sparse}
"""The kinds of samples."""

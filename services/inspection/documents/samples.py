"""Samples of each form, for whoever works on a template: ordinary, as full as they come, without what may be left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, fields, replace
from datetime import UTC, datetime
from itertools import cycle, islice
from typing import Any

from chassis.rendering import Image, Strokes
from services.inspection.documents.form import Form
from services.inspection.documents.madeup import DAY, ORDINARY
from services.inspection.documents.parts import Deadline

AT = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)
NUMBER = "（东湖）应急{zi}〔2026〕12号"
OWN_NUMBERS = {"09": "第3号", "2025-1": "（东湖）应急检审〔2026〕12号"}
MANY, FEW = 30, 3
SIGNATURE = Strokes([[(0, 40), (40, 0), (80, 80), (120, 20), (180, 70)], [(60, 10), (70, 90)], [(110, 60), (190, 55)]])
COUNTED = {"officer": 2, "handler": 2, "examiner": 2, "party": 2, "recipient": 2, "server": 2}
"""How many of a kind sign."""
NAME = "江西省南昌市东湖区扬子洲镇新材料精密铝合金深井铸造与表面处理及粉尘综合治理资源循环利用产业园"
NAME += "运营管理有限责任公司东湖分公司"
ADDRESS = "江西省南昌市东湖区扬子洲镇前洲村委会工业集中区滨江大道东侧与创新一路交叉口往北三百五十米处原红星砖瓦厂"
ADDRESS += "院内8栋1至3层"
TEXT = "砂光车间干式除尘系统未设置泄爆装置，且未采取惰化、抑爆等其他控爆措施；除尘器灰斗下部未安装锁气卸灰装置，"
TEXT += "未设置进出风口风压差监测报警装置，车间地面、设备表面及除尘管道内积尘厚度超过规定，未见清扫记录"
SCARCE = ("officers", "handlers", "basis", "examiners", "parties", "present", "helpers", "rights", "prohibitions")
"""What there are never many of."""
LONG = {
    "addressee": NAME, "unit": NAME, "recipient": NAME, "address": ADDRESS, "place": ADDRESS, "text": TEXT,
    "case_name": f"{NAME}未如实记录事故隐患排查治理情况案", "findings": "\n".join([f"{TEXT}。"] * MANY),
}  # fmt: skip


def ordinary(form: Form[Any]) -> Any:
    """A document as there are many."""
    return ORDINARY[form.no]


def sparse(form: Form[Any]) -> Any:
    """The same with nothing in it that may be left out."""
    sample = ordinary(form)
    return replace(sample, **{field.name: field.default for field in fields(sample) if field.default is not MISSING})


def full(form: Form[Any]) -> Any:
    """The same with long names, and thirty of whatever there may be many of."""
    sample = ordinary(form)
    grown = {field.name: _grown(field, getattr(sample, field.name)) for field in fields(sample)}
    if "deadlines" in grown:
        grown["deadlines"] = tuple(Deadline(items=tuple(range(first, first + 3)), due_on=DAY) for first in range(1, MANY, 3))
    return replace(sample, **grown)


def _grown(field: Field[Any], value: Any) -> Any:
    if isinstance(value, str):
        return LONG.get(field.name, value)
    if isinstance(value, tuple) and value:
        many = max(FEW, len(value)) if field.name in SCARCE else MANY
        return tuple(_long(each) if place % 2 else each for place, each in enumerate(islice(cycle(value), many)))
    return value


def _long(item: Any) -> Any:
    return replace(item, text=LONG["text"]) if hasattr(item, "text") else item


KINDS: dict[str, Callable[[Form[Any]], Any]] = {"ordinary": ordinary, "full": full, "sparse": sparse}
"""The kinds of samples."""


def number_of(form: Form[Any]) -> str:
    """A number as the form's documents have it; empty if it has none of its own."""
    return NUMBER.replace("{zi}", form.zi) if form.zi else OWN_NUMBERS.get(form.no, "")


def images_of(form: Form[Any]) -> dict[str, Image]:
    """A signature of everybody who signs; no seal, and of no head of a unit: that is where a refusal stands."""
    keys = (key for key in form.signatories if key not in ("seal", "unit-head", "witness", "sketch"))
    return {
        (f"{key}-{place}" if key in COUNTED else key): SIGNATURE for key in keys for place in range(1, COUNTED.get(key, 1) + 1)
    }

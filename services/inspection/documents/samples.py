"""Made-up facts of each form, for whoever works on a template: ordinary, as full as they come, and with what may be empty empty.

The citations are made up with them: real ones come from the rulebook in force.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, fields, replace
from datetime import UTC, date, datetime
from itertools import cycle, islice
from typing import Any

from chassis.rendering import Image, Strokes
from services.inspection.documents import orders
from services.inspection.documents.form import Form
from services.inspection.documents.parts import Deadline, Earlier, Officer, Problem, Refusal, Remedies

AT = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)
NUMBER = "（东湖）应急{zi}〔2026〕12号"
MANY, OFFICERS = 30, 3
SIGNATURE = Strokes([[(0, 40), (40, 0), (80, 80), (120, 20), (180, 70)], [(60, 10), (70, 90)], [(110, 60), (190, 55)]])
COUNTED = {"officer": 2, "handler": 2, "examiner": 2, "party": 2}
"""How many of a kind sign."""
NAME = "江西省南昌市东湖区扬子洲镇新材料精密铝合金深井铸造与表面处理及粉尘综合治理资源循环利用产业园"
NAME += "运营管理有限责任公司东湖分公司"
ADDRESS = "江西省南昌市东湖区扬子洲镇前洲村委会工业集中区滨江大道东侧与创新一路交叉口往北三百五十米处原红星砖瓦厂"
ADDRESS += "院内8栋1至3层"
TEXT = "砂光车间干式除尘系统未设置泄爆装置，且未采取惰化、抑爆等其他控爆措施；除尘器灰斗下部未安装锁气卸灰装置，"
TEXT += "未设置进出风口风压差监测报警装置，车间地面、设备表面及除尘管道内积尘厚度超过规定，未见清扫记录"
LONG = {
    "addressee": NAME, "unit": NAME, "recipient": NAME, "address": ADDRESS, "place": ADDRESS, "text": TEXT,
    "case_name": f"{NAME}未如实记录事故隐患排查治理情况案", "findings": "\n".join([f"{TEXT}。"] * MANY),
}  # fmt: skip

OFFICERS_ON_SITE = (Officer(name="王建国", card="14010215001"), Officer(name="欧阳文静", card="14010215002"))
REMEDIES = Remedies(
    reconsideration=("南昌市东湖区人民政府",), reconsideration_period="60日", court="南昌铁路运输法院", litigation_period="6个月"
)
REFUSED = Refusal(who="被检查单位负责人", reason="认为第2项问题与事实不符", witness="扬子洲镇人民政府工作人员 李敏")
UNIT, ORGAN = "南昌恒信木业有限公司", "南昌市东湖区应急管理局"
DAY = date(2026, 3, 2)
PROBLEMS = (
    Problem(text="砂光车间干式除尘系统未设置泄爆装置", major=True, basis=("《工贸企业粉尘防爆安全规定》（2021）第15条",)),
    Problem(text="除尘器灰斗未安装锁气卸灰装置，输灰机构运行不连续"),
    Problem(text="3名砂光工未经粉尘防爆专项培训上岗作业"),
)

ORDINARY: dict[str, Any] = {
    "04": orders.MeasuresDecision(
        addressee=UNIT, inspected_on=DAY, problems=PROBLEMS, basis=("《中华人民共和国安全生产法》（2021）第65条第1款第3项",),
        measures=("砂光车间立即停止使用干式除尘系统", "从危险区域内撤出作业人员"), remedies=REMEDIES,
        officers=OFFICERS_ON_SITE, organ=ORGAN, issued_on=DAY,
    ),
    "05": orders.RectificationOrder(
        addressee=UNIT, problems=PROBLEMS,
        deadlines=(Deadline(items=(1, 2), due_on=date(2026, 3, 31)), Deadline(items=(3,), due_on=date(2026, 3, 16))),
        remedies=REMEDIES, officers=OFFICERS_ON_SITE, refusal=REFUSED, organ=ORGAN, issued_on=DAY,
    ),
    "06": orders.ReInspectionOpinion(
        addressee=UNIT,
        earlier=Earlier(name="责令限期整改", number="（东湖）应急责改〔2026〕12号", on=DAY),
        verdicts=(
            orders.Verdict(text="砂光车间干式除尘系统泄爆装置", passed=True, note="已加装泄爆片2组"),
            orders.Verdict(text="除尘器灰斗锁气卸灰装置", passed=False),
        ),
        opinion="第2项未按期整改，本机关将依法处理。", officers=OFFICERS_ON_SITE, organ=ORGAN, issued_on=date(2026, 4, 2),
    ),
}  # fmt: skip
"""Ordinary facts by form."""


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
        many = OFFICERS if field.name in ("officers", "handlers", "basis") else MANY
        return tuple(_long(each) if place % 2 else each for place, each in enumerate(islice(cycle(value), many)))
    return value


def _long(item: Any) -> Any:
    return replace(item, text=LONG["text"]) if hasattr(item, "text") else item


KINDS: dict[str, Callable[[Form[Any]], Any]] = {"ordinary": ordinary, "full": full, "sparse": sparse}
"""The kinds of samples."""


def number_of(form: Form[Any]) -> str:
    """A number as the form's documents have it; empty if it has none of its own."""
    return NUMBER.replace("{zi}", form.zi) if form.zi else ""


def images_of(form: Form[Any]) -> dict[str, Image]:
    """A signature of everybody who signs; no seal, and of no head of a unit: that is where a refusal stands."""
    keys = (key for key in form.signatories if key not in ("seal", "unit-head"))
    return {
        (f"{key}-{place}" if key in COUNTED else key): SIGNATURE for key in keys for place in range(1, COUNTED.get(key, 1) + 1)
    }

"""Samples of the forms of penalty, for whoever works on a template."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from chassis.samples import Samples
from services.penalty.documents import FORMS
from services.penalty.documents.madeup import ORDINARY
from services.penalty.documents.parts import Person, Unit

NAME = "江西省南昌市东湖区扬子洲镇新材料精密铝合金深井铸造与表面处理及粉尘综合治理资源循环利用产业园"
NAME += "运营管理有限责任公司东湖分公司"
ADDRESS = "江西省南昌市东湖区扬子洲镇前洲村委会工业集中区滨江大道东侧与创新一路交叉口往北三百五十米处原红星砖瓦厂"
ADDRESS += "院内8栋1至3层"
TEXT = "吊运铁水、钢水、液渣等高温熔融金属的铸造起重机未使用固定式龙门钩，且制动器、起升高度限制器未按规定检验，"
TEXT += "炉前作业区地面有积水，未见巡检记录和整改闭环记录"
LONG = {
    "addressee": NAME, "unit": NAME, "recipient": NAME, "address": ADDRESS, "place": ADDRESS, "text": f"{TEXT}。",
    "case_name": f"{NAME}铸造起重机未使用固定式龙门钩案", "case_facts": "\n".join([f"{TEXT}。"] * 20),
    "authority": NAME, "opinion": "\n".join([f"{TEXT}，建议立案。"] * 3),
}  # fmt: skip


def _named(grown: dict[str, Any]) -> dict[str, Any]:
    """Parties with long names at long addresses."""
    return {name: _long(value) for name, value in grown.items()}


def _long(value: Any) -> Any:
    match value:
        case Unit():
            return replace(value, name=NAME, address=ADDRESS, representative="阿卜杜热合曼·买买提依明")
        case Person():
            return replace(value, name="阿卜杜热合曼·买买提依明", employer=NAME, address=ADDRESS, post="安全生产管理机构负责人")
        case _:
            return value


SAMPLES = Samples(
    forms=FORMS, facts=ORDINARY, number="（东湖）应急{zi}〔2026〕12号", own_numbers={}, long=LONG,
    scarce=frozenset({"officers", "basis", "hearing_basis", "reconsideration", "members", "handlers", "representatives"}),
    counted={"officer": 2, "handler": 2, "recipient": 2, "server": 2, "attendee": 3}, fitted=_named,
)  # fmt: skip

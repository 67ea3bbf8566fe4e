"""Made-up facts, ordinary ones, of every form. The citations are made up with them: real ones come from the rulebook in force."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.penalty.documents import approvals, decisions, notices
from services.penalty.documents.parts import Charged, Officer, Opinion, Payable, Person, Reached, Remedies, Unit

OFFICERS = (Officer(name="王建国", card="14010215001"), Officer(name="欧阳文静", card="14010215002"))
REMEDIES = Remedies(
    reconsideration=("南昌市东湖区人民政府",), reconsideration_period="60日", court="南昌铁路运输法院", litigation_period="6个月"
)
NAME, ORGAN = "南昌恒信钢铁有限公司", "南昌市东湖区应急管理局"
UNIT = Unit(
    name=NAME, uscc="91360102MA00000018", address="南昌市东湖区扬子洲镇工业大道18号", postcode="330008", representative="张伟",
    post="总经理", phone="13800000000",
)  # fmt: skip
PERSON = Person(
    name="赵䶮", sex="男", age=42, id_no="360102198401010011", employer=NAME, post="生产安全负责人",
    address="南昌市东湖区扬子洲镇前洲村6号", phone="13900000000",
)  # fmt: skip
DAY = date(2026, 3, 2)
WSL, APL = "《安全生产法》（2021）", "《行政处罚法》（2021）"
CHARGES = (
    Charged(
        text="吊运铁水的铸造起重机未使用固定式龙门钩。", breached=(f"{WSL}第36条第1款",), provision=f"{WSL}第99条第2项",
        penalty="罚款人民币玖仟元整（¥9,000.00）", reason="首次发现，已整改",
    ),
)  # fmt: skip
EVIDENCE = ("现场检查记录", "询问笔录（张伟）", "起重机照片4张")
REACHED = Reached(address="南昌市东湖区三经路1号", postcode="330006", contact="王建国", phone="0791-88888888")
PAYABLE = Payable(
    period="15日", bank="中国银行南昌市东湖支行", account="200700000000018", surcharge="3%", surcharge_most="100%",
    surcharge_basis=f"{APL}第72条第1款第1项",
)  # fmt: skip
REVIEWED = Opinion(text="符合立案条件，同意。", signers=("李志强",), on=DAY)
APPROVED = Opinion(text="同意立案。", signers=("陈明辉",), on=DAY)
PENALTY = "罚款人民币玖仟元整（¥9,000.00）"
NOTICED: dict[str, Any] = {
    "addressee": NAME, "charges": CHARGES, "evidence": EVIDENCE, "penalty": PENALTY, "basis": (f"{APL}第44条",),
    "period": "3个工作日", "until": date(2026, 3, 5), "reached": REACHED, "organ": ORGAN, "issued_on": DAY,
}  # fmt: skip
DECIDED: dict[str, Any] = {
    "charges": CHARGES, "evidence": EVIDENCE, "penalty": PENALTY, "payment": PAYABLE, "remedies": REMEDIES, "organ": ORGAN,
    "issued_on": DAY,
    "procedure": "本机关于2026年2月20日向你单位送达《行政处罚告知书》（（东湖）应急罚告〔2026〕12号），"
    "告知拟作出的行政处罚及其事实、理由、依据和你单位依法享有的权利。你单位进行了陈述、申辩。",
    "response": "你单位提出已完成整改，请求从轻处罚。经复核，该意见成立，予以采纳。",
}  # fmt: skip
ORDINARY: dict[str, Any] = {
    "01": approvals.FilingApproval(
        cause="未使用固定式龙门钩", source="监督检查发现", found_on=DAY, case_name=f"{NAME}未使用固定式龙门钩案", party=UNIT,
        case_facts="1．吊运铁水的铸造起重机未使用固定式龙门钩。", opinion="该单位涉嫌违法，建议立案。", officers=OFFICERS,
        requested_on=DAY, review=REVIEWED, approval=APPROVED,
    ),
    "24": notices.PenaltyNotice(**NOTICED),
    "26": notices.HearingNotice(
        **NOTICED, hearing_basis=(f"{APL}第63条第1款", f"{APL}第64条第1款第1项"), hearing_period="5个工作日",
        hearing_until=date(2026, 3, 9),
    ),
    "34": decisions.UnitDecision(party=UNIT, **DECIDED),
    "35": decisions.PersonDecision(party=PERSON, **DECIDED),
}  # fmt: skip
"""Ordinary facts by form."""

"""Made-up facts, ordinary ones, of every form. The citations are made up with them: real ones come from the rulebook in force."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from chassis.domain import CHINA
from services.penalty.documents import approvals, decisions, files, hearings, money, notices
from services.penalty.documents.parts import (
    Charged,
    Earlier,
    Instalment,
    Named,
    Officer,
    Opinion,
    Overdue,
    Payable,
    Person,
    Reached,
    Remedies,
    Share,
    Unit,
    sum_of,
)

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
UNCONTESTED = "在法定期限内未申请行政复议或者提起行政诉讼"
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
CASE = f"{NAME}未使用固定式龙门钩案"
LATER, HELD = date(2026, 3, 31), datetime(2026, 3, 16, 9, 30, tzinfo=CHINA)
ENDED = datetime(2026, 3, 16, 11, 5, tzinfo=CHINA)
HANDLED = Opinion(text="拟同意，请审核。", signers=("王建国", "欧阳文静"), on=DAY)
DECISION = Earlier(name="行政处罚决定书（单位）", number="（东湖）应急罚〔2026〕12号", on=DAY)
DEMANDED = Earlier(name="行政强制执行事先催告书", number="（东湖）应急执行催告〔2026〕2号", on=LATER)
HOST, CLERK = Named(name="李志强", post="法规科科长"), Named(name="周敏", post="法规科科员")
ASSESSOR = Named(name="熊志刚", post="综合科科员")
CASE_FACTS = f"1．吊运铁水的铸造起重机未使用固定式龙门钩。违反了{WSL}第36条第1款的规定，依据{WSL}第99条第2项的规定。"
FINE, HALF = sum_of(9_000_00), sum_of(4_500_00)
PART = Instalment(number=1, due_on=LATER, amount=HALF, remaining=HALF)
PAPERS = ("行政处罚决定书（单位）", "送达回执", "行政强制执行事先催告书")

PROCEDURE: dict[str, Any] = {
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

SPOT: dict[str, Any] = {
    "charges": CHARGES, "rights": (f"{APL}第44条", f"{APL}第45条"), "statement": "没有异议。", "penalty": PENALTY,
    "payment": PAYABLE, "remedies": REMEDIES, "officers": OFFICERS, "refusal": "当事人拒绝签名，扬子洲镇工作人员李敏见证。",
    "organ": ORGAN, "issued_on": DAY,
}  # fmt: skip
HEARD: dict[str, Any] = {"host": HOST, "clerk": CLERK, "hearing_officers": (ASSESSOR,)}
OWED: dict[str, Any] = {"addressee": NAME, "earlier": DECISION, "organ": ORGAN, "issued_on": LATER}
ACCOUNT: dict[str, Any] = {"bank": PAYABLE.bank, "account": PAYABLE.account}
HEARINGS: dict[str, Any] = {
    "25": hearings.StatementRecord(
        case_name=CASE, party=NAME, begun_at=HELD, ended_at=ENDED, place="东湖区应急管理局询问室",
        speaker=Named(name="张伟", post=f"{NAME}总经理", phone="13800000000"), recorder=Named(name="欧阳文静", post=ORGAN),
        organ=ORGAN, officers=OFFICERS, refusal="陈述申辩人阅后离开，未签名。", signed_on=date(2026, 3, 16),
        statement="1．我单位已于2026年2月更换固定式龙门钩。\n2．请求从轻处罚。",
    ),
    "27": hearings.HearingInvitation(
        addressee=NAME, case_name=CASE, basis=(f"{APL}第64条第1款第2项",), held_at=HELD, place="东湖区应急管理局二楼会议室",
        closed_reason="涉及商业秘密", **HEARD, representatives="1至2", absence_basis=f"{APL}第64条第1款第6项", reached=REACHED,
        organ=ORGAN, issued_on=DAY,
    ),
    "28": hearings.HearingRecord(
        case_name=CASE, begun_at=HELD, ended_at=ENDED, place="东湖区应急管理局二楼会议室", closed_reason="涉及商业秘密",
        applicant=Named(name=NAME, phone="13800000000"), representatives=(Named(name="陈律师", post="委托代理人"),), **HEARD,
        officers=OFFICERS, refusal="委托代理人阅后拒绝签名。", signed_on=date(2026, 3, 16),
        record="主持人：现在宣布听证会开始。\n承办人：介绍案件事实、证据、依据和拟处罚意见。\n申请人：对事实没有异议，请求从轻处罚。",
    ),
    "29": hearings.HearingReport(
        case_name=CASE, party=NAME, held_on=date(2026, 3, 16), place="东湖区应急管理局二楼会议室", **HEARD,
        case_facts=CASE_FACTS,
        summary="申请人对事实没有异议，请求从轻处罚。",
        opinion=Opinion(text="事实清楚，证据确凿，建议维持拟处罚意见。", signers=("李志强",), on=date(2026, 3, 17)),
        approval=APPROVED,
    ),
}  # fmt: skip
APPROVALS: dict[str, Any] = {
    "30": approvals.DisposalApproval(
        case_name=CASE, unit=UNIT, person=PERSON, case_facts=CASE_FACTS, defence="已完成整改，请求从轻处罚。",
        opinion=f"建议处以{PENALTY}。", officers=OFFICERS, requested_on=DAY, review=REVIEWED, approval=APPROVED,
    ),
    "31": approvals.DiscussionRecord(
        case_name=CASE, held_on=DAY, place="三楼会议室", chair="陈明辉", recorder="周敏", officers=OFFICERS,
        case_facts=CASE_FACTS,
        members=(
            approvals.Member(name="陈明辉", post="局长", text="同意处罚意见。"),
            approvals.Member(name="熊志刚", post="副局长", text="该单位已整改，同意。"),
            approvals.Member(name="李志强", text="同意。"),
        ),
        conclusion=f"一致同意处以{PENALTY}。",
    ),
    "38": approvals.DeferralApproval(
        case_name=CASE, unit=UNIT, person=PERSON, earlier=DECISION, fine=FINE, kind="分期缴纳罚款", reason="企业资金周转困难。",
        instalments=(PART, Instalment(number=2, due_on=date(2026, 4, 30), amount=HALF, remaining=sum_of(0))), applied_on=DAY,
        handling=HANDLED, review=REVIEWED, approval=APPROVED,
    ),
    "43": approvals.TransferApproval(
        cause="涉嫌危险作业", party=NAME, address=UNIT.address, authority="南昌市公安局东湖分局", summary=CASE_FACTS,
        reason="涉嫌犯罪，应当移送司法机关。", handling=HANDLED, review=REVIEWED, approval=APPROVED,
    ),
    "45": approvals.ExtensionApproval(
        case_name=CASE, party=NAME, filed_on=DAY, case_facts=CASE_FACTS, reason="鉴定尚未完成，案情复杂。", until=LATER,
        basis=(f"{APL}第60条",), handling=HANDLED, review=REVIEWED, approval=APPROVED,
    ),
    "46": approvals.ClosingApproval(
        case_name=CASE, party=UNIT, filed_on=DAY, result=f"（东湖）应急罚〔2026〕12号：{PENALTY}。",
        execution="罚款已于2026年3月20日缴清；移送的隐患均已复查合格。", handling=HANDLED, review=REVIEWED, approval=APPROVED,
    ),
}  # fmt: skip
EARLIER_SURCHARGE = Earlier(name="加处罚款决定书", number="（东湖）应急加罚〔2026〕3号", on=date(2026, 3, 19))
SHARES = (Share(name="罚款", amount=FINE), Share(name="加处罚款", amount=sum_of(540_00)))
MONEY: dict[str, Any] = {
    "36": money.PaymentDemand(
        **OWED, penalty=PENALTY, due_on=date(2026, 3, 17), unpaid=sum_of(9_540_00), shares=SHARES, payment=PAYABLE,
        instalments=(Overdue(number=2, due_on=date(2026, 3, 17), amount=FINE),), reached=REACHED,
    ),
    "37": money.SurchargeDecision(
        **OWED, **ACCOUNT, fine=FINE, due_on=date(2026, 3, 17), until=LATER, days=14,
        suspended=("2026年3月20日至2026年3月25日",), surcharge="3%", surcharge_most="100%", basis=(f"{APL}第72条第1款第1项",),
        paid=sum_of(1_000_00), before=(EARLIER_SURCHARGE,), added=sum_of(540_00), amount=sum_of(3_240_00), remedies=REMEDIES,
    ),
    "39": money.DeferralNotice(
        **OWED, **ACCOUNT, fine=FINE, kind="分期缴纳罚款", basis=(f"{APL}第66条第2款",), instalment=PART
    ),
    "41": money.CourtDemand(
        **OWED, **ACCOUNT, penalty=PENALTY, contested=UNCONTESTED, unpaid=FINE, basis=("《行政强制法》（2011）第54条",),
        period="10个工作日",
        reached=REACHED,
    ),
    "42": money.CourtApplication(
        court="南昌市东湖区人民法院", applicant=ORGAN, representative="陈明辉", reached=REACHED, unit=UNIT, person=PERSON,
        earlier=DECISION, received_on=DAY, penalty=PENALTY, contested=UNCONTESTED, demand=DEMANDED, unpaid=FINE,
        basis=("《行政强制法》（2011）第53条", "《行政强制法》（2011）第54条"), attachments=PAPERS, issuer="陈明辉",
        issued_on=LATER,
    ),
}  # fmt: skip
FILES: dict[str, Any] = {
    "40": files.ServiceReceipt(
        case_name=CASE, recipient=NAME, basis=(f"{APL}第61条第1款",), organ=ORGAN,
        remark="第2份由门卫刘强代收，与受送达人系雇佣关系。",
        served=(
            files.Served(
                document="行政处罚告知书", number="（东湖）应急罚告〔2026〕12号", place=UNIT.address, on=DAY, manner="直接送达",
                server="王建国、欧阳文静",
            ),
            files.Served(
                document="行政处罚决定书（单位）", number=DECISION.number, received_by="刘强", place=UNIT.address, on=LATER,
                manner="直接送达", server="王建国、欧阳文静",
            ),
        ),
    ),
    "44": files.Transfer(
        addressee="南昌市公安局东湖分局", filed_on=DAY, case_name=CASE, finding="涉嫌危险作业罪", basis=(f"{APL}第27条第1款",),
        materials=("现场检查记录2份", "起重机照片4份", "询问笔录1份"), copies=7, pages=11, organ=ORGAN, issued_on=LATER,
    ),
    "47": files.FileCover(
        organ=ORGAN, case_no="（东湖）应急立〔2026〕12号", case_name=CASE, cause="未使用固定式龙门钩",
        result="罚款人民币玖仟元整（¥9,000.00）；隐患已整改，复查合格。", filed_on=DAY, closed_on=LATER,
        handlers=("王建国", "欧阳文静"),
        archived_on=date(2026, 4, 15), archive_no="2026-17", kept_for="30年",
    ),
    "48": files.FileContents(
        case_name=CASE,
        entries=(
            files.Filed(title="立案审批表", number="（东湖）应急立〔2026〕12号", on=DAY, page="1", remark="附光盘"),
            files.Filed(title="行政处罚告知书", number="（东湖）应急罚告〔2026〕12号", on=DAY, page="2—3"),
            files.Filed(title="当事人陈述申辩笔录", on=DAY, page="4—6"),
        ),
    ),
}  # fmt: skip
SPOTS: dict[str, Any] = {
    "32": decisions.SpotUnitDecision(party=UNIT, **SPOT),
    "33": decisions.SpotPersonDecision(party=PERSON, **SPOT),
}
ORDINARY = PROCEDURE | HEARINGS | APPROVALS | MONEY | FILES | SPOTS
"""Ordinary facts by form."""

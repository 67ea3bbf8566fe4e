"""Made-up facts, ordinary ones, of every form. The citations are made up with them: real ones come from the rulebook in force."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from chassis.domain import CHINA
from services.inspection.documents import evidence, files, orders, plans, records, seizure, supply, visits
from services.inspection.documents.parts import (
    Deadline,
    Earlier,
    Named,
    Officer,
    Opinion,
    Organisation,
    Person,
    Problem,
    Refusal,
    Remedies,
    sum_of,
)  # fmt: skip

OFFICERS = (Officer(name="王建国", card="14010215001"), Officer(name="欧阳文静", card="14010215002"))
REMEDIES = Remedies(
    reconsideration=("南昌市东湖区人民政府",), reconsideration_period="60日", court="南昌铁路运输法院", litigation_period="6个月"
)
REFUSED = Refusal(who="被检查单位负责人", reason="认为第2项问题与事实不符", witness="扬子洲镇人民政府工作人员 李敏")
UNIT, ORGAN = "南昌恒信木业有限公司", "南昌市东湖区应急管理局"
ADDRESS, PHONE, USCC = "南昌市东湖区扬子洲镇工业大道18号", "13800000000", "91360102MA00000018"
DAY, LATER = date(2026, 3, 2), date(2026, 3, 31)
BEGUN, ENDED = datetime(2026, 3, 2, 9, 30, tzinfo=CHINA), datetime(2026, 3, 2, 11, 5, tzinfo=CHINA)
CASE = f"{UNIT}未按规定设置除尘系统泄爆装置案"
WSL, APL, COERCION = (
    "《中华人民共和国安全生产法》（2021）",
    "《中华人民共和国行政处罚法》（2021）",
    "《中华人民共和国行政强制法》（2011）",
)
PROBLEMS = (
    Problem(text="砂光车间干式除尘系统未设置泄爆装置", major=True, basis=("《工贸企业粉尘防爆安全规定》（2021）第15条",)),
    Problem(text="除尘器灰斗未安装锁气卸灰装置，输灰机构运行不连续"),
    Problem(text="3名砂光工未经粉尘防爆专项培训上岗作业"),
)
HANDLED = Opinion(text="拟同意，请审核。", signers=("王建国", "欧阳文静"), on=DAY)
HEADED = Opinion(text="情况属实，同意上报。", signers=("熊志刚",), on=DAY)
REVIEWED = Opinion(text="符合规定，同意。", signers=("李志强",), on=DAY)
APPROVED = Opinion(text="同意。", signers=("陈明辉",), on=DAY)
ORDERED = Earlier(name="责令限期整改", number="（东湖）应急责改〔2026〕12号", on=DAY)
SEIZED = Earlier(name="查封扣押决定书", number="（东湖）应急查扣〔2026〕3号", on=DAY)
KEPT = Earlier(name="先行登记保存证据通知书", number="（东湖）应急先保通〔2026〕2号", on=DAY)
FINDINGS = (
    "1．砂光车间设干式除尘系统1套，未设置泄爆装置；灰斗下未安装锁气卸灰装置。\n"
    "2．现场作业人员12人，其中3名砂光工不能出示粉尘防爆专项培训记录。\n3．其他检查事项未发现问题。"
)
ISSUED: dict[str, Any] = {"organ": ORGAN, "issued_on": DAY}

DECISIONS: dict[str, Any] = {
    "02": plans.InspectionPlan(
        unit=UNIT, address=ADDRESS, contact="张伟", industry="木质家具制造", planned_on=DAY, officers=OFFICERS,
        contents=("除尘系统控爆措施", "粉尘清理制度及落实情况", "从业人员专项培训", "动火作业审批"), mode="不预先告知的现场检查",
        review=REVIEWED, approval=APPROVED, remark="与南昌市粉尘防爆专家同行",
    ),
    "04": orders.MeasuresDecision(
        addressee=UNIT, inspected_on=DAY, problems=PROBLEMS, basis=("《中华人民共和国安全生产法》（2021）第65条第1款第3项",),
        measures=("砂光车间立即停止使用干式除尘系统", "从危险区域内撤出作业人员"), remedies=REMEDIES,
        officers=OFFICERS, organ=ORGAN, issued_on=DAY,
    ),
    "05": orders.RectificationOrder(
        addressee=UNIT, problems=PROBLEMS,
        deadlines=(Deadline(items=(1, 2), due_on=date(2026, 3, 31)), Deadline(items=(3,), due_on=date(2026, 3, 16))),
        remedies=REMEDIES, officers=OFFICERS, refusal=REFUSED, organ=ORGAN, issued_on=DAY,
    ),
    "06": orders.ReInspectionOpinion(
        addressee=UNIT,
        earlier=Earlier(name="责令限期整改", number="（东湖）应急责改〔2026〕12号", on=DAY),
        verdicts=(
            orders.Verdict(text="砂光车间干式除尘系统泄爆装置", passed=True, note="已加装泄爆片2组"),
            orders.Verdict(text="除尘器灰斗锁气卸灰装置", passed=False),
        ),
        opinion="第2项未按期整改，本机关将依法处理。", officers=OFFICERS, organ=ORGAN, issued_on=date(2026, 4, 2),
    ),
    "07": seizure.CoercionApproval(
        case_name=CASE, organisation=Organisation(name=UNIT, representative="张伟", address=ADDRESS, phone=PHONE),
        case_facts="检查发现该单位砂光车间除尘系统不具备安全生产条件，责令停止使用后仍继续使用。",
        request=f"拟对砂光车间除尘系统1套予以查封，期限30日。依据{WSL}第65条第1款第4项。", officers=OFFICERS,
        requested_on=DAY, review=REVIEWED, approval=APPROVED,
    ),
    "08": seizure.SeizureDecision(
        addressee=UNIT, problems=PROBLEMS, basis=(f"{WSL}第65条第1款第4项",), measures=("查封砂光车间干式除尘系统1套",),
        from_on=DAY, until_on=LATER, list_no="3", remedies=REMEDIES, **ISSUED,
    ),
    "09": seizure.SeizureList(
        things=(
            seizure.Thing(name="干式除尘系统", specification="CF-32型，砂光车间北侧", unit="套", amount="1", remark="封条2张"),
            seizure.Thing(name="砂光机", specification="砂光车间", unit="台", amount="2"),
        ),
        officers=OFFICERS, signed_on=DAY,
    ),
    "10": seizure.SeizureExtension(
        addressee=UNIT, earlier=SEIZED, objects="砂光车间干式除尘系统1套", measure="查封", reason="鉴定尚未完成，案情复杂",
        basis=(f"{COERCION}第25条第1款",), until_on=date(2026, 4, 30), list_no="3", remedies=REMEDIES, **ISSUED,
    ),
    "11": seizure.SeizureDisposal(
        addressee=UNIT, earlier=SEIZED, objects="砂光车间干式除尘系统1套", measure="查封", basis=(f"{COERCION}第28条第1款第5项",),
        decision="自本决定送达之日起解除对上述设施的查封。", remedies=REMEDIES, **ISSUED,
    ),
    "12": supply.SupplyStopNotice(
        addressee="国网江西省电力有限公司南昌市东湖供电分公司", unit=UNIT, decided_on=DAY, decision="停产停业整顿",
        basis=(f"{WSL}第70条第1款",), measure="停止供电", from_at=BEGUN, **ISSUED,
    ),
    "13": supply.SupplyStopDecision(
        addressee=UNIT, decided_on=DAY, decision="停产停业整顿", basis=(f"{WSL}第70条第1款",), measure="停止供电", from_at=BEGUN,
        remedies=REMEDIES, **ISSUED,
    ),
    "14": supply.SupplyResumptionNotice(
        addressee="国网江西省电力有限公司南昌市东湖供电分公司", unit=UNIT, stopped_on=DAY, supply="供电", complied_on=LATER,
        basis=(f"{WSL}第70条第2款",), measure="停止供电", from_at=ENDED, **ISSUED,
    ),
}  # fmt: skip
QUESTIONED: dict[str, Any] = {
    "begun_at": BEGUN, "ended_at": ENDED, "nth": 1, "place": "东湖区应急管理局询问室", "asker": Named(name="王建国",
    post=f"{ORGAN} 执法大队队员"),
    "person": Person(
        name="赵䶮", sex="男", age=42, id_no="360102198401010011", employer=UNIT, post="安全管理人员", address=ADDRESS,
        phone=PHONE
    ),
    "recorder": Named(name="欧阳文静", post=f"{ORGAN} 执法大队队员"), "organ": ORGAN, "officers": OFFICERS, "present": ("李敏",),
    "subject": "砂光车间除尘系统安全管理", "signed_on": DAY,
    "turns": (
        records.Turn(question="请介绍一下砂光车间除尘系统的情况。", answer="2019年安装，没有泄爆片，平时由车间主任管理。"),
        records.Turn(question="是否进行过粉尘防爆专项培训？", answer="有3名新进员工还没有培训。"),
    ),
}  # fmt: skip
EXAMINED: dict[str, Any] = {
    "begun_at": BEGUN, "ended_at": ENDED, "place": f"{UNIT}砂光车间", "weather": "晴",
    "examiners": (Named(name="王建国", post="执法大队队员"), Named(name="欧阳文静", post="执法大队队员")),
    "parties": (Named(name="张伟", post="总经理", phone=PHONE),), "invitee": Named(name="李敏", post="扬子洲镇人民政府工作人员"),
    "recorder": Named(name="欧阳文静", post="执法大队队员"), "organ": ORGAN, "officers": OFFICERS, "findings": FINDINGS,
}  # fmt: skip
SAMPLED: dict[str, Any] = {
    "unit": UNIT, "site_head": "张伟", "address": ADDRESS, "phone": PHONE, "postcode": "330008", "begun_at": BEGUN,
    "ended_at": ENDED,
    "place": "砂光车间除尘器灰斗", "basis": (f"{APL}第56条",), "officers": OFFICERS, "samples": (
        records.Sample(name="木粉尘", specification="除尘器灰斗 20260302-1", amount="500克"),
        records.Sample(name="木粉尘", specification="地面积尘 20260302-2", amount="500克"),
    ), **ISSUED,
}  # fmt: skip
RECORDS: dict[str, Any] = {
    "03": records.InspectionRecord(
        unit=UNIT, address=ADDRESS, head="张伟", post="总经理", phone=PHONE, place="砂光车间、木工车间、除尘器区域",
        begun_at=BEGUN,
        ended_at=ENDED, organ=ORGAN, officers=OFFICERS, findings=FINDINGS, signed_on=DAY,
    ),
    "15": records.QuestioningNotice(
        addressee="赵䶮", matter="砂光车间除尘系统安全管理的有关问题", at=BEGUN, place="东湖区应急管理局询问室",
        identity_card=True,
        authority=True, others=("粉尘防爆专项培训档案",), organ_address="南昌市东湖区三经路1号", contact="王建国", phone=PHONE,
        **ISSUED,
    ),
    "16": records.QuestioningRecord(**QUESTIONED),
    "17": records.ExaminationRecord(**EXAMINED),
    "18": records.SamplingVoucher(**SAMPLED),
}  # fmt: skip
ASKED: dict[str, Any] = {
    "case_name": CASE, "party": f"{UNIT}，法定代表人张伟，住所地{ADDRESS}",
    "case_facts": "检查发现该单位砂光车间除尘系统未设置泄爆装置。",
    "evidence": "除尘系统控制柜运行记录仪1台", "grounds": f"证据可能灭失。依据{APL}第56条。", "handling": HANDLED,
    "department": HEADED, "review": REVIEWED, "approval": APPROVED,
}  # fmt: skip
EVIDENCE: dict[str, Any] = {
    "19": evidence.KeepingApproval(keeping="就地封存，由当事人保管", **ASKED),
    "20": evidence.KeepingNotice(
        addressee=UNIT, suspicion="未按规定设置除尘系统泄爆装置", basis=(f"{APL}第56条",), period="七日", answered_on=date(2026,
        3, 9),
        answered_at=ORGAN, **ISSUED,
        things=(
            evidence.KeptThing(
                name="运行记录仪", model="R-200", origin="南昌", quality="正常", unit="台", price=sum_of(3_250_00), amount="1",
                remark="已封存"
            ),
            evidence.KeptThing(name="除尘系统检修台账", unit="册", amount="2"),
        ),
    ),
    "21": evidence.DisposalApproval(**ASKED),
    "22": evidence.KeepingDecision(
        addressee=UNIT, earlier=KEPT, objects="运行记录仪1台、除尘系统检修台账2册", remedies=REMEDIES, **ISSUED,
        decision="1．运行记录仪1台，送有资质的机构鉴定。\n2．除尘系统检修台账2册，复制后退还。",
    ),
    "23": evidence.AppraisalRequest(
        addressee="江西省安全生产科学技术研究中心", request="鉴定粉尘的爆炸下限、最小点火能和最大爆炸压力。", due_on=LATER,
        contact="王建国",
        phone=PHONE, **ISSUED, things=(evidence.Appraised(name="木粉尘", model="20260302-1", amount="500克", remark="密封"),
                                     evidence.Appraised(name="木粉尘", model="20260302-2", amount="500克")),
    ),
}  # fmt: skip
FILES: dict[str, Any] = {
    "40": files.ServiceReceipt(
        case_name=CASE, recipient=UNIT, basis=("《中华人民共和国民事诉讼法》",), organ=ORGAN,
        remark="第2份由门卫刘强代收，与受送达人系雇佣关系",
        served=(
            files.Served(document="责令限期整改指令书", number=ORDERED.number, place="该单位会议室", on=DAY, manner="直接送达",
            server="王建国、欧阳文静"),
            files.Served(document="询问通知书", number="（东湖）应急询〔2026〕5号", received_by="刘强（代收）",
            place="该单位门卫室", on=LATER,
                         manner="直接送达", server="王建国、欧阳文静"),
        ),
    ),
    "43": files.TransferApproval(
        cause="涉嫌无证从事电焊作业", party=UNIT, address=ADDRESS, authority="南昌市东湖区市场监督管理局",
        summary="检查发现该单位在用叉车2台未经检验。", reason="特种设备使用登记和检验属市场监督管理部门职责。", handling=HANDLED,
        review=REVIEWED, approval=APPROVED,
    ),
    "44": files.Transfer(
        addressee="南昌市东湖区市场监督管理局", filed_on=DAY, case_name="南昌恒信木业有限公司使用未经检验的叉车",
        finding="该单位在用叉车2台未办理使用登记且未经检验", basis=(f"{WSL}第69条",), materials=("现场检查记录", "叉车照片4张",
        "询问笔录"),
        copies=3, pages=11, **ISSUED,
    ),
    "47": files.FileCover(
        organ=ORGAN, case_name=CASE, cause="未在有较大危险因素的设备上设置安全装置",
        result="罚款人民币玖仟元整；隐患已整改，复查合格。",
        filed_on=DAY, closed_on=LATER, handlers=("王建国", "欧阳文静"), archived_on=date(2026, 4, 15), archive_no="2026-17",
        kept_for="长期",
    ),
    "48": files.FileContents(
        entries=(
            files.Filed(title="现场检查记录", number="（东湖）应急检记〔2026〕12号", on=DAY, page="1—2", remark="附光盘"),
            files.Filed(title="责令限期整改指令书", number=ORDERED.number, on=DAY, page="3"),
            files.Filed(title="询问笔录", on=DAY, page="4—6"),
        )
    ),
}  # fmt: skip
TASK = visits.Task(
    kind="日常检查", source="2026年度监督检查计划", basis=(f"{WSL}第62条第2款", f"{WSL}第65条第1款第1项"),
    frequency=visits.Frequency(nth=2, cap=4),
)  # fmt: skip
RIGHTS = (
    "核对检查人员的执法证件，证件不全的，有权拒绝检查；", "认为检查人员与本次检查有利害关系的，有权申请回避；",
    "对检查情况进行陈述和申辩；",
    "对检查中的违法违规行为投诉举报，对有关决定依法申请行政复议或者提起行政诉讼。",
)  # fmt: skip
PROHIBITIONS = (
    "接受被检查企业的宴请、礼品、礼金以及娱乐、旅游、食宿等安排；", "参与被检查企业提供付费的考察、培训；",
    "刻意要求法定代表人到场接待；",
    "下达检查指标，将考核考评、预算项目绩效与检查频次、罚款数额挂钩；", "变相检查。",
)  # fmt: skip
RECUSAL = "听清楚了，不申请回避。"
VISITS: dict[str, Any] = {
    "2025-1": visits.VisitApproval(
        organ=ORGAN, unit=UNIT, uscc=USCC, address=ADDRESS, contact="张伟", phone=PHONE, task=TASK, mode="入企现场检查",
        planned_on=DAY,
        contents=("除尘系统控爆措施", "粉尘清理制度及落实情况"), until=date(2026, 3, 3), officers=OFFICERS,
        helpers=(Named(name="周明", post="粉尘防爆专家"),), urgent="举报反映现场正在违规动火，先行检查", handling=HANDLED,
        review=REVIEWED,
        approval=APPROVED, remark="扫码入企",
    ),
    "2025-2": visits.VisitNotice(
        addressee=UNIT, task=TASK, contents=("除尘系统控爆措施", "粉尘清理制度及落实情况"), mode="入企现场检查", planned_on=DAY,
        until=date(2026, 3, 3), place=ADDRESS, officers=OFFICERS, helpers=(Named(name="周明", post="粉尘防爆专家"),),
        materials=("安全管理制度", "培训档案", "除尘系统检修记录"), rights=RIGHTS, prohibitions=PROHIBITIONS, contact="王建国",
        phone=PHONE,
        complaints="12345", **ISSUED,
    ),
    "2025-3": visits.VisitRecord(
        unit=UNIT, uscc=USCC, address=ADDRESS, head="张伟", post="总经理", phone=PHONE, task=TASK, begun_at=BEGUN, ended_at=ENDED,
        place="砂光车间、木工车间", organ=ORGAN, officers=OFFICERS, helpers=(Named(name="周明", post="粉尘防爆专家"),),
        recusal=RECUSAL,
        findings=FINDINGS, problems=PROBLEMS, unit_says="对检查情况无异议，将按期整改。", signed_on=DAY,
    ),
    "2025-4": visits.VisitExamination(**EXAMINED, task=TASK, recusal=RECUSAL),
    "2025-5": visits.VisitSampling(**SAMPLED, task=TASK, method="随机取样", kept="本机关样品室，密封", recusal=RECUSAL),
    "2025-6": visits.VisitQuestioning(**QUESTIONED, task=TASK, rights=RIGHTS, recusal=RECUSAL),
    "2025-7": visits.VisitResult(
        addressee=UNIT, task=TASK, begun_on=DAY, ended_on=date(2026, 3, 3), officers=OFFICERS, problems=PROBLEMS,
        measures=("责令限期整改，见（东湖）应急责改〔2026〕12号",), remedies=REMEDIES, contact="王建国", phone=PHONE, **ISSUED,
    ),
}  # fmt: skip
ORDINARY = DECISIONS | RECORDS | EVIDENCE | FILES | VISITS
"""Ordinary facts by form."""

"""Why an inspection command is refused: stable codes, Chinese and English, and the rulebook's rule each rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chassis.domain import Refused
from services.inspection.domain.rules import Rules


@dataclass(frozen=True, slots=True)
class Reason:
    """The texts of a refusal, with `{fact}` places, and the codes of rules that it may rest on, the best first."""

    zh: str
    en: str
    rules: tuple[str, ...] = ()


CERTIFICATE = ("certificate-inspection", "show-certificate")
RECORD = ("inspection-record", "full-record")
KEEPING = "evidence-pre-registration-approval"
KEPT = "T04-evidence-pre-registration"
SEIZURE = "T05-seizure"
CUT_NOTICE = "T27-power-cut-notice"
EMERGENCY = "T06-emergency-measure"

REASONS: dict[str, Reason] = {
    # what the decision rests on
    "no-rulebook": Reason("{day} 没有有效的规则手册", "no rulebook is valid on {day}"),
    "catalogue-unknown": Reason("没有检查事项清单 {catalogue}", "there is no catalogue {catalogue}"),
    "organ-unknown": Reason("没有机关 {organ_id} 的简称，不能编制文号", "no abbreviation is known of organ {organ_id}"),
    "item-unknown": Reason("清单 {catalogue} 中没有事项 {item_code}", "catalogue {catalogue} has no item {item_code}"),
    "no-basis": Reason("事项 {item_code} 在 {day} 没有可以引用的条款", "item {item_code} has no provision in force on {day}"),
    # plan
    "already-prepared": Reason("检查方案已编制", "the inspection is already prepared"),
    "no-applicable-items": Reason("清单 {catalogue} 中没有适用的事项", "no item of {catalogue} applies", ("annual-plan",)),
    "plan-already-approved": Reason("检查方案已经批准", "the plan is already approved"),
    "plan-not-approved": Reason("检查方案未经批准，不得检查", "the plan is not approved", ("annual-plan",)),
    "plan-approved-later": Reason(
        "检查方案 {at} 才批准，晚于到场时间", "the plan was approved at {at}, after the check-in", ("annual-plan",)
    ),
    "plan-not-drafted": Reason("检查方案尚未拟定", "no plan was drafted", ("annual-plan",)),
    "plan-not-reviewed": Reason("检查方案须先审核后批准", "the plan is to be reviewed before it is approved", ("annual-plan",)),
    "plan-not-agreed": Reason("审核未同意该检查方案", "the reviewer did not agree to the plan", ("annual-plan",)),
    "own-plan": Reason("拟定、审核、批准须由不同人员进行", "drafting, reviewing, approving are three people's", ("annual-plan",)),
    "mode-differs": Reason("方案拟定的方式为 {mode}", "the plan was drafted as {mode}", ("annual-plan",)),
    "no-items-chosen": Reason("检查方案没有检查事项", "the plan looks at nothing", ("annual-plan",)),
    "item-twice": Reason("事项 {item_code} 重复", "item {item_code} is named twice", ("annual-plan",)),
    "item-left-out": Reason("事项 {items} 未列入，也未说明不检查的理由", "neither chosen nor omitted: {items}", ("annual-plan",)),
    "key-item-omitted": Reason("重点事项 {item_code} 必须检查", "key item {item_code} must be looked at", ("annual-plan",)),
    "unannounced": Reason("该检查不事先通知", "the inspection is unannounced"),
    "already-noticed": Reason("已经通知企业", "the enterprise was told already"),
    "notice-missing": Reason("尚未通知企业", "the enterprise was not told", ("annual-plan",)),
    # check-in
    "site-code-missing": Reason("须扫描企业检查码，或者说明未扫码的理由", "the site's code was not scanned, and not said why"),
    "site-code-of-another": Reason("扫描的检查码不属于该企业", "the scanned code is of another site"),
    "called-off": Reason("检查已取消", "the inspection was called off"),
    "already-checked-in": Reason("已经到场", "the officers have already checked in"),
    "too-few-officers": Reason(
        "执法人员不得少于 {needed} 人，现为 {given} 人", "at least {needed} officers are needed, not {given}", ("two-officers",)
    ),
    "officer-twice": Reason("执法人员 {officer_id} 重复", "officer {officer_id} is named twice", ("two-officers",)),
    "officer-not-assigned": Reason("{officer_id} 未被指派", "officer {officer_id} is not assigned", ("two-officers",)),
    "certificate-mismatch": Reason(
        "{officer_id} 的执法证件号码不符", "the certificate of {officer_id} is another one", CERTIFICATE
    ),
    "certificate-expired": Reason(
        "{officer_id} 的执法证件已于 {valid_to} 到期", "the certificate of {officer_id} expired on {valid_to}", CERTIFICATE
    ),
    "expert-not-assigned": Reason("专家 {expert_id} 未被指派", "expert {expert_id} is not assigned"),
    "advice-of-another": Reason("不得以 {expert_id} 的名义提出意见", "nobody advises in the name of {expert_id} but they"),
    # on site
    "not-checked-in": Reason("尚未到场", "the officers have not checked in", CERTIFICATE),
    "already-concluded": Reason("检查已经结束", "the inspection is already concluded", RECORD),
    "item-not-planned": Reason("事项 {item_code} 不在检查方案内", "item {item_code} is not planned", ("annual-plan",)),
    "already-answered": Reason("事项 {item_code} 已有不同的结论", "item {item_code} was answered otherwise", RECORD),
    "answer-exists": Reason("结论编号 {answer_id} 已被使用", "there is another answer {answer_id}", RECORD),
    "answer-unknown": Reason("所依据的结论尚未到达：{answers}", "answers that it rests on are not here yet: {answers}", RECORD),
    "answer-of-another-item": Reason("{answers} 不是事项 {item_code} 的结论", "{answers} do not answer {item_code}", RECORD),
    "reason-missing": Reason("事项 {item_code} 不适用或未检查，须说明理由（note）", "{item_code} needs a note", RECORD),
    "hazard-missing": Reason("事项 {item_code} 不合格，须写明隐患", "a violation of {item_code} needs a hazard", RECORD),
    "hazard-without-violation": Reason("事项 {item_code} 并非不合格，不能有隐患", "{item_code} is no violation", RECORD),
    "hazard-twice": Reason("隐患 {hazard_id} 重复", "hazard {hazard_id} is named twice"),
    "hazard-exists": Reason("隐患编号 {hazard_id} 已被使用", "hazard {hazard_id} exists already"),
    "not-a-major-hazard": Reason(
        "按照清单，事项 {item_code} 不属于重大事故隐患", "by the catalogue {item_code} is no major hazard",
        ("major-hazard-supervision",),
    ),
    "items-unanswered": Reason("还有事项没有结论：{items}", "items are not answered: {items}", RECORD),
    "items-disputed": Reason("事项结论不一致，须先核定：{items}", "answers differ and are to be settled first: {items}", RECORD),
    "meeting-missing": Reason("尚未召开：{meetings}", "not held: {meetings}", RECORD),
    "meeting-exists": Reason("该会议已有不同的记录", "the meeting was recorded otherwise", RECORD),
    "advice-exists": Reason("该意见编号已用于另一条意见", "another advice is called {advice_id}"),
    "statement-exists": Reason("该陈述已有不同的记录", "the statement was recorded otherwise", RECORD),
    "presence-missing": Reason("未记录人员到场情况：{parts}", "not said whether these were present: {parts}", RECORD),
    "absence-unexplained": Reason("{part} 须填写姓名，或者未到场的理由", "{part} needs a name, or a reason for absence", RECORD),
    "signature-missing": Reason(
        "记录须签字；拒绝签字的，须记明原因和见证人", "a signature is needed, or why it was refused, and a witness", RECORD
    ),
    "signed-and-refused": Reason("不能既签字又拒绝签字", "it cannot be signed and refused", RECORD),
    # hazards
    "hazard-ended": Reason("隐患 {hazard_id} 已经了结", "hazard {hazard_id} has ended"),
    "major-not-corrected-at-once": Reason(
        "重大隐患 {hazard_id} 不能以当场整改了结", "major hazard {hazard_id} is not ended by correction at once",
        ("major-hazard-supervision",),
    ),
    "no-more-at-once": Reason(
        "隐患 {hazard_id} 的当场整改须在 {latest} 前记录，之后须责令限期整改",
        "correction of {hazard_id} at once was to be noted by {latest}; it is ordered now", ("inspection-powers",),
    ),
    "not-major": Reason("隐患 {hazard_id} 不是重大隐患", "hazard {hazard_id} is not major", ("major-hazard-supervision",)),
    "already-supervised": Reason("隐患 {hazard_id} 已挂牌督办", "hazard {hazard_id} is supervised already"),
    "not-supervised": Reason("隐患 {hazard_id} 未挂牌督办", "hazard {hazard_id} is not supervised"),
    "under-supervision": Reason(
        "隐患 {hazard_id} 正在督办，不能终止", "hazard {hazard_id} is supervised", ("major-hazard-supervision",)
    ),
    "not-rectified": Reason("隐患 {hazard_id} 尚未复查合格", "hazard {hazard_id} is not rectified yet", ("hazard-removal",)),
    # extension of an order
    "extension-too-late": Reason(
        "延期须在整改期限届满 {days} 日前书面申请", "an extension is asked for {days} days before the last day",
        ("rectification-extension",),
    ),
    "extension-ground": Reason("仅不可抗力可以申请延期", "only force majeure extends an order", ("rectification-extension",)),
    "extension-open": Reason("延期申请尚未答复", "an extension is asked for and not answered yet"),
    "extension-not-asked": Reason("没有待答复的延期申请", "no extension is asked for"),
    "extension-not-later": Reason("延期后的期限须晚于原期限", "the new day is not later", ("rectification-extension",)),
    "occurred-at-not-taken": Reason("企业的申报和申请以收到的时间为准", "what an enterprise sends counts from when it arrives"),
    "hazard-done": Reason("隐患 {hazard_id} 已申报或已了结", "hazard {hazard_id} is reported or ended"),
    # orders, rectification, re-inspection
    "not-concluded": Reason("检查尚未结束", "the inspection is not concluded", RECORD),
    "order-exists": Reason("整改指令 {order_id} 已存在", "order {order_id} exists already"),
    "hazard-of-another-inspection": Reason(
        "隐患 {hazard_id} 不属于本次检查", "hazard {hazard_id} is of another inspection", ("inspection-powers",)
    ),
    "already-ordered": Reason("隐患 {hazard_id} 已责令整改", "hazard {hazard_id} is already ordered", ("inspection-powers",)),
    "due-before-issue": Reason("整改期限早于下达之日", "due before the day of issue", ("inspection-powers",)),
    "not-in-order": Reason("隐患 {hazard_id} 不在本指令内", "hazard {hazard_id} is not in this order"),
    "already-reported": Reason("隐患 {hazard_id} 已申报整改", "hazard {hazard_id} is already reported"),
    "already-rectified": Reason("隐患 {hazard_id} 已复查合格", "hazard {hazard_id} is already rectified"),
    "re-inspection-too-early": Reason(
        "隐患 {hazard_id} 未申报整改，整改期限也未届满", "{hazard_id} is neither reported nor due", ("hazard-removal",)
    ),
    "report-first": Reason("隐患 {hazard_id} 复查不合格，须再次申报", "hazard {hazard_id} must be reported again first"),
    # documents
    "document-exists": Reason("文书编号 {document_id} 已被使用", "document {document_id} exists already"),
    "document-unknown": Reason("没有文书式样 {form}", "there is no form {form}"),
    "number-borne": Reason(
        "文号 {document_no} 已用于文书 {document_id}，只能更正", "document {document_id} bears the number; it is superseded only"
    ),
    "form-stands": Reason(
        "《{form}》已出具（{document_id}），只能更正", "{document_id} is the one {form}; it is superseded only", ("full-record",)
    ),
    "signatory-unknown": Reason(
        "《{form}》没有 {signatory} 的签名位置，只有 {places}", "{form} has no place for {signatory}, but for {places}"
    ),
    "already-superseded": Reason("文书 {document_id} 已由 {by} 更正", "document {document_id} was superseded by {by}"),
    "other-document": Reason("更正的文书须与原文书 {document_id} 同类、同一次检查", "{document_id} is of another kind"),
    "already-signed": Reason("{signatory} 已经签字", "{signatory} has signed already"),
    "signature-was-refused": Reason("{signatory} 已记录为拒绝签字", "{signatory} is recorded as having refused"),
    "order-missing": Reason("该文书须写明整改指令书和救济途径", "the form needs an order and the remedies"),
    "not-re-inspected": Reason("尚未复查", "nothing was re-inspected yet"),
    "fact-not-editable": Reason("{field} 由记录生成，不能改写", "{field} is made of the record and cannot be worded"),
    "facts-incomplete": Reason("文书内容不完整：{detail}", "the facts are not those of the form: {detail}"),
    "nothing-served": Reason("本次检查尚无已送达的文书", "nothing of this inspection has been served yet"),
    "receipt-stands": Reason(
        "本次检查已有送达回执（{document_id}），只能更正", "the receipt {document_id} stands; it is superseded only"
    ),
    "citation-unknown": Reason("规则手册中没有可引用的 {rule}", "the rulebook cites nothing for {rule}"),
    # evidence
    "evidence-exists": Reason("证据编号 {evidence_id} 已被使用", "there is another evidence {evidence_id}"),
    "evidence-file-missing": Reason("该类证据（{kind}）须有文件", "evidence of the kind {kind} has a file"),
    "evidence-facts-missing": Reason("没有文件的证据（{kind}）须写明内容", "a {kind} without a file needs facts"),
    "evidence-file-incomplete": Reason("文件的哈希、大小、类型须一并填写", "hash, size and type of a file come together"),
    "evidence-order-missing": Reason("企业上传的证据须属于其整改指令", "what an enterprise adds belongs to an order of its own"),
    "evidence-without-file": Reason("该证据没有文件", "this evidence has no file"),
    "evidence-not-arrived": Reason("证据文件尚未到达", "the file has not arrived yet"),
    "media-type-unfit": Reason("证据（{kind}）的文件不能是 {media_type}", "a {kind} is no {media_type}"),
    "file-too-large": Reason("文件超过 {largest} 字节", "the file is larger than {largest} bytes"),
    "part-unknown": Reason("文件没有第 {number} 部分", "the file has no part {number}"),
    "part-length-mismatch": Reason("第 {number} 部分须为 {expected} 字节", "part {number} has {expected} bytes"),
    "part-hash-mismatch": Reason("第 {number} 部分与其哈希不符", "part {number} is not what its digest says"),
    "parts-missing": Reason("文件尚缺部分：{missing}", "parts have not arrived: {missing}"),
    "hash-mismatch": Reason("文件与固定证据时的哈希不符", "the file has not the hash that it had when it was taken"),
    "size-mismatch": Reason("文件与固定证据时的大小不符", "the file has not the size that it had when it was taken"),
    "content-unfit": Reason("文件内容与类型不符：{why_zh}", "the content is not what it is said to be: {why}"),
    # service of documents
    "served-in-future": Reason("{day} 尚未到来，不能记为已送达", "{day} has not come: nothing was served then", ("service",)),
    "service-returned": Reason("送达 {service_id} 已被退回，须另行送达", "{service_id} came back: serve anew", ("service",)),
    "served-before-issue": Reason("送达日期早于出具日期", "served before it was issued or sent", ("service",)),
    "left-without-witness": Reason("留置送达须有见证人，或者录像", "leaving needs a witness or a recording", ("service",)),
    "electronic-unconfirmed": Reason(
        "电子送达须有当事人签订的确认书", "electronic service needs a signed confirmation", ("electronic-service-confirmation",)
    ),
    "mail-without-reference": Reason("邮寄、公告送达须填写单号或者载体", "mail and announcement need a reference", ("service",)),
    "service-exists": Reason("送达 {service_id} 已有不同的记录", "service {service_id} was recorded otherwise"),
    "service-unknown": Reason("没有送达 {service_id}", "there is no service {service_id}"),
    "not-mailed": Reason("送达 {service_id} 不是邮寄", "service {service_id} was not by mail"),
    "phrase-exists": Reason("常用语编号 {phrase_id} 已被使用", "another phrase is called {phrase_id}"),
    "phrase-cites": Reason("常用语只写事实，不得引用法律条文", "a phrase words facts and cites nothing", ("full-record",)),
    # devices
    "device-exists": Reason("设备编号 {device_id} 已被登记", "another device is registered as {device_id}"),
    "key-invalid": Reason("公钥无效", "the public key is no point of P-256"),
    "signature-invalid": Reason("记录的签名无效", "the command is not signed by this device"),
    "foreign-author": Reason("记录不是该设备登记人员所作", "the command names another device or author"),
    "command-malformed": Reason("记录格式不正确：{detail}", "the command has not the form that it must have: {detail}"),
    "counter-reused": Reason("序号 {counter} 已用于另一条记录", "another command bears the counter {counter}"),
    "counter-too-far": Reason("序号 {counter} 超前过多，下一条应为 {next}", "{counter} is too far ahead of {next}"),
    "device-revoked": Reason("设备已被吊销", "the device was revoked"),
    "abandoned": Reason("管理人员放弃处理：{reason}", "a manager gave it up: {reason}"),
    "command-not-held": Reason("序号 {counter} 没有待处理的记录", "no command of counter {counter} waits"),
    # referral
    "referral-exists": Reason("移送 {referral_id} 已存在", "referral {referral_id} exists already"),
    "already-referred": Reason("隐患 {hazard_id} 已移送", "hazard {hazard_id} is already referred", ("one-act-one-fine",)),
    "different-act-dates": Reason(
        "不同日期的违法行为须分别移送", "acts of different days are referred separately", ("applicable-law",)
    ),
    # measures
    "measure-exists": Reason("措施 {measure_id} 已存在", "measure {measure_id} exists already"),
    "measure-ended": Reason("该措施已经终止", "the measure has ended"),
    "no-legal-basis": Reason("{day} 没有可以引用的规则 {rule}", "no rule {rule} can be cited on {day}"),
    "no-period": Reason("规则手册没有期限 {rule}", "the rulebook has no period {rule}"),
    "own-measure": Reason("承办的执法人员不得自行批准", "who asked or takes part does not approve"),
    "measure-of-another-inspection": Reason("措施 {measure_id} 不属于本次检查", "measure {measure_id} is of another inspection"),
    "measure-without-document": Reason("该措施尚无文书 {form}", "the measure has no document {form} yet"),
    "already-answered-request": Reason("该申请已经审批", "the request is answered already"),
    "already-carried-out": Reason("该措施已经实施", "the measure is carried out already"),
    "not-carried-out": Reason("该措施尚未实施", "the measure is not carried out yet"),
    "list-empty": Reason("清单没有物品", "the list names nothing"),
    "article-twice": Reason("物品 {article_id} 重复", "article {article_id} is named twice"),
    "article-not-held": Reason("物品 {article_id} 不在措施之内", "article {article_id} is not held under this measure"),
    "article-not-approved": Reason(
        "物品 {article_id}（{article}）不在批准的清单内，须另行申请", "{article_id} ({article}) is not approved: ask for it",
        ("evidence-pre-registration-approval", "seizure-approval"),
    ),
    "record-not-signed": Reason(
        "笔录 {record} 仅有 {signed} 名执法人员签字，须有 {needed} 名", "{record} is signed by {signed} of {needed} officers",
        ("two-officers",),
    ),
    "record-of-another-inspection": Reason("笔录 {record} 不属于本次检查", "record {record} is of another inspection"),
    # measures: on site
    "target-twice": Reason("措施对象 {target_id} 重复", "target {target_id} is named twice"),
    "hazard-missing-for": Reason("“{target}”没有对应的隐患", "no hazard is named for {target}", ("hazard-removal",)),
    "not-justified": Reason(
        "隐患 {hazard_id} 不足以责令撤人、停产停用", "hazard {hazard_id} does not justify it", ("hazard-removal",)
    ),
    "until-before-decision": Reason("期限早于决定之日", "it would end before it was decided"),
    "suspension-too-long": Reason("停产停用不得晚于 {longest}", "not longer than until {longest}", ("R04-suspension-maximum",)),
    "hazard-not-in-measure": Reason("隐患 {hazard_id} 不在该措施之内", "hazard {hazard_id} is not in this measure"),
    "already-agreed": Reason("隐患 {hazard_id} 已复查同意", "the review agreed to hazard {hazard_id} already"),
    "resumption-open": Reason("隐患 {hazard_id} 的恢复申请尚未复查", "resumption was asked for {hazard_id} and not reviewed yet"),
    "resumption-not-asked": Reason(
        "未就隐患 {hazard_id} 申请恢复", "resumption was not asked for hazard {hazard_id}", ("hazard-removal",)
    ),
    # measures: evidence kept beforehand
    "keeping-not-approved": Reason("未经机关负责人批准，不得先行登记保存", "it is not approved", (KEEPING,)),
    "keeping-lapsed": Reason("处理期限 {decide_by} 已过，措施已失效", "it lapsed after {decide_by}", (KEPT,)),
    # measures: sealing and seizure
    "seizure-not-approved": Reason("未经批准，不得查封扣押", "it is not approved", ("seizure-approval",)),
    "must-be-lifted": Reason("该措施应当解除，不得继续", "the measure must be lifted", (SEIZURE,)),
    "no-emergency": Reason("该措施不是当场紧急实施的", "it was not taken in an emergency"),
    "already-reported-measure": Reason("已经报告", "it is reported already"),
    "not-reported": Reason("尚未报告，不能补办批准", "it is not reported yet", (EMERGENCY,)),
    "not-regularised": Reason("尚未补办批准", "it is not approved afterwards yet", (EMERGENCY,)),
    "regularisation-too-late": Reason("补办批准的时限 {by} 已过，应当解除", "it was to be approved by {by}", (EMERGENCY,)),
    "seizure-expired": Reason("期限 {until} 已届满，应当解除", "its time ended on {until}", (SEIZURE,)),
    "already-extended": Reason("期限只能延长一次", "it is extended once only", (SEIZURE,)),
    "extension-too-long": Reason("延长不得晚于 {longest}", "not longer than until {longest}", (SEIZURE,)),
    "appraisal-running": Reason("检测、检验、鉴定尚未结束", "an appraisal is running"),
    "appraisal-end-past": Reason("检测、检验、鉴定的期限早于开始之日", "it would be over before it began", (SEIZURE,)),
    "no-appraisal": Reason("没有进行中的鉴定", "there is no appraisal"),
    "ends-before-it-began": Reason("结束早于开始", "it would end before it began"),
    # measures: supply
    "nothing-disobeyed": Reason("没有仍然有效而未执行的现场处理决定", "no decision on site is disobeyed", ("power-cut",)),
    "no-major-hazard": Reason("所依据的决定不涉及重大事故隐患", "the decision is about no major hazard", ("power-cut",)),
    "power-cut-not-approved": Reason("未经主要负责人批准，不得停止供应", "it is not approved", ("power-cut",)),
    "power-cut-notice-too-short": Reason("停止供应不得早于 {earliest}", "not to be cut before {earliest}", (CUT_NOTICE,)),
    "power-cut-too-early": Reason("通知的停止供应时间为 {earliest}", "it was announced for {earliest}", (CUT_NOTICE,)),
    "already-notified": Reason("已经通知", "it is announced already"),
    "not-notified": Reason("尚未通知停止供应", "it is not announced yet", ("power-cut",)),
    # measures: records
    "not-an-officer-of-it": Reason("{officer_id} 未参加，不能署名", "{officer_id} did not take part", ("two-officers",)),
    "signature-of-another": Reason(
        "须由执法人员 {officer_id} 本人签字确认", "officer {officer_id} signs in person", ("two-officers",)
    ),
    "no-signatures": Reason("该文书无须执法人员补签", "no officer signs this afterwards"),
    "same-officer-asks-and-records": Reason("询问人和记录人不得为同一人", "one officer asks, another writes", ("two-officers",)),
    "questioning-out-of-turn": Reason("第 {nth} 次询问与前次询问不相接", "questioning {nth} does not follow the one before"),
    "pages-unsigned": Reason("笔录共 {pages} 页，签字 {signed} 页", "{signed} of {pages} pages are signed", RECORD),
    "due-before-commission": Reason("鉴定期限早于委托之日", "it would be due before it was asked for"),
    "come-in-the-past": Reason("到场时间已过", "the time to come has passed"),
    "appraisal-already-answered": Reason("鉴定意见已经收到", "the opinion has come already"),
}  # fmt: skip


def refused(code: str, rules: Rules | None = None, **facts: Any) -> Refused:
    """The refusal of this code; its basis is what the rulebook in force cites for the rule, None if it cites nothing."""
    reason = REASONS[code]
    basis = next((rules.articles[rule] for rule in reason.rules if rule in rules.articles), None) if rules else None
    return Refused(code, reason.zh.format(**facts), reason.en.format(**facts), basis=basis, **facts)

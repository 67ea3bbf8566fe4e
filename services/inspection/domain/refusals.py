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
    # on site
    "not-checked-in": Reason("尚未到场", "the officers have not checked in", CERTIFICATE),
    "already-concluded": Reason("检查已经结束", "the inspection is already concluded", RECORD),
    "item-not-planned": Reason("事项 {item_code} 不在检查方案内", "item {item_code} is not planned", ("annual-plan",)),
    "already-answered": Reason("事项 {item_code} 已有不同的结论", "item {item_code} was answered otherwise", RECORD),
    "answer-exists": Reason("结论编号 {answer_id} 已被使用", "there is another answer {answer_id}", RECORD),
    "answer-unknown": Reason("所依据的结论尚未到达：{answers}", "answers that it rests on are not here yet: {answers}", RECORD),
    "answer-of-another-item": Reason("{answers} 不是事项 {item_code} 的结论", "{answers} do not answer {item_code}", RECORD),
    "reason-missing": Reason("事项 {item_code} 不适用或未检查，须说明理由", "{item_code} needs a reason", RECORD),
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
    "already-superseded": Reason("文书 {document_id} 已由 {by} 更正", "document {document_id} was superseded by {by}"),
    "other-document": Reason("更正的文书须与原文书 {document_id} 同类、同一次检查", "{document_id} is of another kind"),
    "already-signed": Reason("{signatory} 已经签字", "{signatory} has signed already"),
    "signature-was-refused": Reason("{signatory} 已记录为拒绝签字", "{signatory} is recorded as having refused"),
    "order-missing": Reason("该文书须写明整改指令书和救济途径", "the form needs an order and the remedies"),
    "not-re-inspected": Reason("尚未复查", "nothing was re-inspected yet"),
    "fact-not-editable": Reason("{field} 由记录生成，不能改写", "{field} is made of the record and cannot be worded"),
    "facts-incomplete": Reason("文书内容不完整：{detail}", "the facts are not those of the form: {detail}"),
    "citation-unknown": Reason("规则手册中没有可引用的 {rule}", "the rulebook cites nothing for {rule}"),
    "file-unusable": Reason("文件不能作为签字文书：{detail}", "the file cannot be a signed document: {detail}"),
    # devices
    "device-exists": Reason("设备编号 {device_id} 已被登记", "another device is registered as {device_id}"),
    "key-invalid": Reason("公钥无效", "the public key is no point of P-256"),
    "signature-invalid": Reason("记录的签名无效", "the command is not signed by this device"),
    "foreign-author": Reason("记录不是该设备登记人员所作", "the command names another device or author"),
    "command-malformed": Reason("记录格式不正确：{detail}", "the command has not the form that it must have: {detail}"),
    "counter-reused": Reason("序号 {counter} 已用于另一条记录", "another command bears the counter {counter}"),
    "counter-too-far": Reason("序号 {counter} 超前过多，下一条应为 {next}", "{counter} is too far ahead of {next}"),
    # referral
    "referral-exists": Reason("移送 {referral_id} 已存在", "referral {referral_id} exists already"),
    "already-referred": Reason("隐患 {hazard_id} 已移送", "hazard {hazard_id} is already referred", ("one-act-one-fine",)),
    "different-act-dates": Reason(
        "不同日期的违法行为须分别移送", "acts of different days are referred separately", ("applicable-law",)
    ),
}  # fmt: skip


def refused(code: str, rules: Rules | None = None, **facts: Any) -> Refused:
    """The refusal of this code; its basis is what the rulebook in force cites for the rule, None if it cites nothing."""
    reason = REASONS[code]
    basis = next((rules.articles[rule] for rule in reason.rules if rule in rules.articles), None) if rules else None
    return Refused(code, reason.zh.format(**facts), reason.en.format(**facts), basis=basis, **facts)

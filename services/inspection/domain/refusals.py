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
    # check-in
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
    "hazard-missing": Reason("事项 {item_code} 不合格，须写明隐患", "a violation of {item_code} needs a hazard", RECORD),
    "hazard-without-violation": Reason("事项 {item_code} 并非不合格，不能有隐患", "{item_code} is no violation", RECORD),
    "hazard-twice": Reason("隐患 {hazard_id} 重复", "hazard {hazard_id} is named twice"),
    "hazard-exists": Reason("隐患编号 {hazard_id} 已被使用", "hazard {hazard_id} exists already"),
    "not-a-major-hazard": Reason(
        "按照清单，事项 {item_code} 不属于重大事故隐患", "by the catalogue {item_code} is no major hazard",
        ("major-hazard-supervision",),
    ),
    "items-unanswered": Reason("还有事项没有结论：{items}", "items are not answered: {items}", RECORD),
    "signature-missing": Reason(
        "记录须签字；拒绝签字的，须记明原因和见证人", "a signature is needed, or why it was refused, and a witness", RECORD
    ),
    "signed-and-refused": Reason("不能既签字又拒绝签字", "it cannot be signed and refused", RECORD),
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

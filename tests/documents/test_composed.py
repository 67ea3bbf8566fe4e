"""Forms composed of what was recorded: each says what its measure's events say, cites the rulebook, and can be laid out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from chassis.domain import CHINA
from services.inspection.documents import FORMS
from services.inspection.documents.composed import COMPOSED, EDITABLE, MEASURED, Known
from services.inspection.documents.samples import ADDRESS, AT, TEXT, images_of
from services.inspection.domain.measures import keeping, seizure
from services.inspection.domain.measures.keeping import KeptArticle
from tests.documents.composing import MEASURES, composed, disposed, measure, reported, settled
from tests.documents.test_forms import texts, words
from tests.domain.inspection.measured import (
    HEAD,
    REFUSED,
    emergency,
    keeping_asked,
    kept_of,
    major,
    seized_of,
    seizure_asked,
    told,
)
from tests.domain.inspection.scenes import AT as NOW
from tests.domain.inspection.scenes import DAY, RULES, found, refused

EVERY = pytest.mark.parametrize("form", MEASURES)
LONG = Known(address=ADDRESS, representative="欧阳上官司马文静", phone="13800000000")


def printed(form: str, facts: Any) -> str:
    """The words of a form laid out."""
    return "".join(words(FORMS[form].render(facts, "1号", AT, images_of(FORMS[form])).pdf)).replace("\u200b", "")


def on_paper(text: str, paper: str) -> bool:
    """Whether a text is printed, whole or in two parts, between which a page ends."""
    halves = range(10, len(text) - 9)  # of a shorter text, two parts would be found anywhere
    return text in paper or any(text[:place] in paper and text[place:] in paper for place in halves)


def test_every_form_of_a_measure_is_composed() -> None:
    """Forms 4 and 7 to 23; what an officer may fill in of each is said."""
    assert set(MEASURED) == set(MEASURES) == {"04", *(f"{no:02d}" for no in range(7, 24))}
    assert set(EDITABLE) == {*MEASURED, *COMPOSED}


@EVERY
def test_it_can_be_laid_out_and_nothing_is_left_off(form: str) -> None:
    """With long names and thirty hazards, and with nothing known of the site."""
    crowd = {f"h-{n:02}": replace((major if n % 2 else found)(f"h-{n:02}"), fact=TEXT) for n in range(30)}
    for changes in ({"hazards": {"h-1": major("h-1"), **crowd}, "site": LONG}, {"hazards": {}, "site": Known()}):
        facts = composed(form, measure(form), **changes)
        paper = printed(form, facts)
        assert [text for text in texts(facts) if not on_paper("".join(text.split()), paper)] == []


@EVERY
def test_before_it_has_happened_there_is_no_form(form: str) -> None:
    """A measure of another kind, or not that far, makes no form."""
    other = told(seizure_asked(RULES, NOW)) if form not in ("07",) else told(emergency(RULES, NOW))
    refused("measure-without-document", lambda: composed(form, other))


def test_request_for_a_seizure_and_its_answer() -> None:
    """Form 7 says what is asked for how long on which grounds, and how it was answered."""
    facts = composed("07", measure("07"))
    assert facts.case_facts == "2021年9月6日，南昌市东湖区应急管理局对某木业公司进行现场检查，发现下列问题：\n" + (
        "1．【重大事故隐患】打磨车间：积尘。\n2．打磨车间：积尘。"
    )
    asked, reason, basis = facts.request.split("\n")
    assert asked == "拟对除尘器（MC-24，1 台）、除尘器（MC-24，1 台）予以扣押，期限30日。"
    assert reason == "理由：不符合国家标准。"
    assert basis.startswith("依据：《中华人民共和国安全生产法》（2021）第65条第1款第4项、《中华人民共和国行政强制法》")
    assert (facts.approval.text, facts.approval.signers, facts.approval.on) == ("同意", ("局长",), DAY)
    assert (facts.organisation.name, facts.organisation.representative) == ("某木业公司", "张伟")
    asked_only = seizure_asked(RULES, NOW)
    assert composed("07", told(asked_only)).approval is None
    denied = [*asked_only, *seizure.answer(seized_of(asked_only), False, "依据不足", HEAD, RULES, NOW)]
    assert composed("07", told(denied)).approval.text == "不予批准：依据不足"


def test_seizure_in_an_emergency_is_approved_afterwards() -> None:
    """Form 7 of what was taken at once says when, and what was reported."""
    events = reported()
    facts = composed("07", told(events))
    assert "已于2021年9月6日10时00分当场对" in facts.request
    assert "情况报告：现场粉尘浓度过高。" in facts.request
    assert facts.approval is None
    events += seizure.answer(seized_of(events), True, "补办批准", HEAD, RULES, NOW)
    assert composed("07", told(events)).approval.text == "补办批准"


def test_extension_is_of_what_was_still_held() -> None:
    """Form 10 cites the rulebook and rests on form 8; what was given back before is not among its things."""
    facts = composed("10", measure("10"))
    assert (facts.objects, facts.measure, facts.until_on, facts.list_no) == ("除尘器", "扣押", date(2021, 10, 20), "查扣1")
    assert (facts.earlier.name, facts.earlier.number, facts.reason) == ("查封扣押决定书", "查扣1号", "案情复杂")
    assert facts.basis[0] == "《中华人民共和国安全生产法》（2021）第65条第1款第4项"
    assert seized_of(MEASURES["10"]()).extended_articles == ("a-2",)


def test_what_becomes_of_seized_things() -> None:
    """Form 11 says it thing by thing, by the rulebook's rule, of the latest decision."""
    facts = composed("11", told(disposed("forfeit", "a-2", note="转立案")))
    assert facts.decision == "1．除尘器（MC-24，1 台）：依法予以没收（转立案）。"
    assert facts.basis == ("《中华人民共和国行政强制法》（2011）第27条",)
    assert "解除扣押，予以退还" in composed("11", measure("11")).decision
    without = {code: cited for code, cited in RULES.articles.items() if code != "seizure-disposal"}
    refused("no-legal-basis", lambda: composed("11", measure("11"), articles=without))


def test_supply_is_cut_off_and_restored() -> None:
    """Forms 12 to 14 name the decision that was not carried out, the moment, and later the paragraph on restoring."""
    notice, decision = composed("12", measure("12")), composed("13", measure("13"))
    assert (notice.addressee, notice.unit, decision.addressee) == ("供电公司", "某木业公司", "某木业公司")
    for facts in (notice, decision):
        assert (facts.decision, facts.measure, facts.decided_on) == ("停止使用：除尘系统", "停止供电", DAY)
        assert facts.from_at == datetime(2021, 9, 7, 10, tzinfo=CHINA)
        assert facts.basis == ("《中华人民共和国安全生产法》（2021）第70条第1款",)
    back = composed("14", measure("14"))
    assert (back.supply, back.measure, back.stopped_on, back.complied_on) == ("供电", "停止供电", date(2021, 9, 7), DAY)
    assert back.basis == ("《中华人民共和国安全生产法》（2021）第70条第2款",)
    assert composed("14", measure("14"), given={"from_at": NOW, "complied_on": "2021-09-05"}).complied_on == date(2021, 9, 5)


def test_what_no_event_tells_is_asked_of_the_officer() -> None:
    for form in ("14", "15", "16", "23"):
        error = refused("facts-incomplete", lambda form=form: composed(form, measure(form), given={}))  # type: ignore[misc]
        assert "Field required" in error.zh


def test_summons_ticks_the_papers_that_the_form_knows() -> None:
    """Form 15: moments are printed in China's time, wherever they were noted."""
    facts = composed("15", measure("15"))
    assert (facts.identity_card, facts.business_licence, facts.others) == (True, False, ("除尘系统检修台账",))
    assert (facts.addressee, facts.place, facts.phone) == ("厂长", "东湖区应急管理局", "0791-88888888")
    assert "2021年9月7日10时00分" in printed("15", facts)


def test_records_are_composed_with_the_people_who_took_part() -> None:
    """Forms 16 to 18; details of a person are added, another person never."""
    asked = composed("16", measure("16"), given={"subject": "积尘", "person": {"name": "厂长", "age": 42}})
    assert (asked.asker.name, asked.recorder.name, asked.turns[0].answer) == ("执法人员1", "执法人员2", "张三")
    assert (asked.person.name, asked.person.age) == ("厂长", 42)
    other = {"subject": "积尘", "person": {"name": "他人"}}
    refused("fact-not-editable", lambda: composed("16", measure("16"), given=other))
    seen = composed("17", measure("17"), given={"parties": [{"name": "厂长", "phone": "13900000000"}]})
    assert (seen.weather, seen.findings, seen.invitee, seen.parties[0].phone) == ("晴", "积尘", None, "13900000000")
    assert [one.name for one in seen.examiners] == ["执法人员1", "执法人员2"]
    refused("fact-not-editable", lambda: composed("17", measure("17"), given={"parties": [{"name": "他人"}]}))
    refused("fact-not-editable", lambda: composed("17", measure("17"), given={"invitee": {"name": "他人"}}))
    taken = composed("18", measure("18"))
    assert (taken.site_head, taken.address, taken.place, len(taken.samples)) == ("厂长", "扬子洲路8号", "打磨车间", 2)
    assert taken.basis == ("《中华人民共和国行政处罚法》（2021）第56条",)


def test_a_refused_signature_stands_in_the_record() -> None:
    state = measure("18")
    record: Any = state.matter
    refusing = replace(state, matter=replace(record, recorded=replace(record.recorded, receipt=REFUSED)))
    assert composed("18", refusing).refusal.witness == "街道干部"


def test_evidence_is_asked_for_kept_and_decided_thing_by_thing() -> None:
    """Forms 19, 21 and 22."""
    asked = composed("19", measure("19"))
    assert asked.evidence == "1．除尘器（MC-24，1 台）\n2．除尘器（MC-24，1 台）"
    assert asked.grounds.split("\n") == ["可能被转移。", "依据：《中华人民共和国行政处罚法》（2021）第56条。"]
    assert asked.keeping.startswith("除尘器：打磨车间；厂长")
    assert (
        asked.party
        == "某木业公司，统一社会信用代码91360100MA00000000，住所地扬子洲路8号，法定代表人（负责人）张伟，联系电话13800000000。"
    )
    assert (asked.handling.signers, asked.approval) == (("执法人员1", "执法人员2"), None)
    waiting = keeping_asked(RULES, NOW)
    denied = [*waiting, *keeping.answer(kept_of(waiting), False, "不必", HEAD, DAY, RULES)]
    assert composed("19", told(denied)).approval.text == "不予批准：不必"
    wanted = composed("21", measure("21"))
    assert wanted.grounds.split("\n")[1:3] == [
        "1．除尘器（MC-24，1 台）：予以退还。",
        "2．除尘器（MC-24，1 台）：依法抽样取证或者送交鉴定（送省安科院）。",
    ]
    decided = composed("22", told(settled(KeptArticle(article_id="a-2", fate="transfer"))))
    assert decided.decision == "1．除尘器（MC-24，1 台）：移送有关部门处理。"
    assert (decided.earlier.number, decided.objects, decided.issued_on) == ("先保通1号", "除尘器", DAY)


def test_an_institute_is_asked_what_it_is_to_appraise() -> None:
    facts = composed("23", measure("23"))
    assert (facts.addressee, facts.request, facts.due_on) == ("省安科院", "粉尘是否可爆", DAY)
    assert [(one.name, one.remark) for one in facts.things] == [("除尘器", "打磨车间；厂长")] * 2


def test_the_list_bears_the_number_of_its_decision() -> None:
    """Its 号 is the form's own word."""
    assert "清单》第查扣1号" in printed("10", composed("10", measure("10")))
    assert "查扣1号号" not in printed("08", composed("08", measure("08")))


def test_what_is_known_to_the_moment_only_has_no_beginning() -> None:
    """Form 18: when the samples had been taken is known; when that was begun, the officer may add."""
    assert "抽样取证时间2021年9月6日10时00分抽样地点" in printed("18", composed("18", measure("18")))
    begun = composed("18", measure("18"), given={"begun_at": "2021-09-06T09:40:00+08:00"})
    assert "抽样取证时间2021年9月6日9时40分至2021年9月6日10时00分" in printed("18", begun)


def test_periods_are_the_rulebooks() -> None:
    refused("no-period", lambda: composed("07", measure("07"), periods={}))
    refused("no-period", lambda: composed("20", measure("20"), periods={}))

"""Sampling, questioning, examination, appraisal: by whom, signed by whom, in which order; and what an unsigned record blocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from chassis.domain import Event
from services.inspection.domain.measures import recording
from services.inspection.domain.measures.recording import Commission, Done, Examine, Question, Sample, Summon
from services.inspection.domain.measures.records import QuestionAnswered, Record, require_signed
from services.inspection.domain.signing import Receipt
from tests.domain.inspection.measured import (
    LATER_CERTIFICATES,
    OFFICERS,
    REFUSED,
    SIGNED,
    THINGS,
    article,
    told,
    visiting,
)
from tests.domain.inspection.scenes import AT, DAY, FIRST, RULES, refused

BOTH = Done(officers=OFFICERS, signed=("o-1", "o-2"), receipt=SIGNED)
ONE_SIGNED = replace(BOTH, signed=("o-1",))
SAMPLE = Sample(place="打磨车间", purpose="检验粉尘爆炸性", samples=THINGS, done=BOTH)
EXAMINE = Examine(
    begun_at=AT, ended_at=AT, place="打磨车间", weather="晴", party="厂长", invited=None, recorded_by="o-2", found="积尘",
    photos=(), done=BOTH,
)  # fmt: skip
ASK = Question(
    nth=1, previous=None, begun_at=AT, ended_at=AT + timedelta(hours=1), place="会议室", person="厂长", position="厂长",
    asked_by="o-1", recorded_by="o-2", told_rights=True, dialogue=(QuestionAnswered(question="姓名？", answer="张三"),), pages=2,
    pages_signed=2, done=BOTH,
)  # fmt: skip
SUMMON = Summon(person="厂长", matter="积尘", come_at=AT, come_to="东湖区应急管理局", bring=("营业执照",), receipt=SIGNED)
COMMISSION = Commission(institute="省安科院", articles=THINGS, matter="粉尘是否可爆", due_on=DAY)


def record_of(events: list[Event]) -> Record:
    matter = told(events).matter
    assert isinstance(matter, Record)
    return matter


def sample(command: Sample = SAMPLE) -> list[Event]:
    return recording.sample("m-1", visiting(), command, LATER_CERTIFICATES, "抽1号", RULES, AT)


def question(command: Question = ASK, before: Record | None = None, id: str = "m-1") -> list[Event]:
    return recording.question(id, visiting(), command, before, LATER_CERTIFICATES, RULES, AT)


def examine(command: Examine = EXAMINE) -> list[Event]:
    return recording.examine("m-1", visiting(), command, LATER_CERTIFICATES, "勘1号", RULES, AT)


def test_records_say_what_they_are() -> None:
    for events, kind in ((sample(), "sampling"), (question(), "questioning"), (examine(), "examination")):
        assert (told(events).kind, told(events).status, record_of(events).kind) == ("record", "signed", kind)


def test_sampling_cites_the_rulebook() -> None:
    assert getattr(sample()[0], "basis") == ("《中华人民共和国行政处罚法》（2021）第56条",)  # noqa: B009
    refused("article-twice", lambda: sample(replace(SAMPLE, samples=(article("a-1"), article("a-1")))))


def test_f05_two_officers_take_part() -> None:
    alone = Done(officers=(FIRST,), signed=("o-1",), receipt=SIGNED)
    refused("too-few-officers", lambda: sample(replace(SAMPLE, done=alone)))
    refused("too-few-officers", lambda: question(replace(ASK, done=alone)))
    refused("too-few-officers", lambda: examine(replace(EXAMINE, done=alone)))


def test_f05_a_record_that_one_officer_signed_blocks_issuing() -> None:
    events = question(replace(ASK, done=ONE_SIGNED))
    assert told(events).status == "recorded"
    error = refused("record-not-signed", lambda: require_signed([record_of(events)], "t-1", RULES))
    assert error.basis == "《中华人民共和国行政处罚法》（2021）第42条第1款"
    assert (error.facts["signed"], error.facts["needed"]) == (1, 2)
    events += recording.sign(record_of(events), "o-2", "o-2", RULES, DAY)
    assert told(events).status == "signed"
    require_signed([record_of(events)], "t-1", RULES)
    assert recording.sign(record_of(events), "o-2", "o-2", RULES, DAY) == []


def test_f05_the_same_officer_twice_is_one() -> None:
    events = sample(replace(SAMPLE, done=replace(BOTH, signed=("o-1", "o-1"))))
    assert told(events).status == "recorded"
    refused("record-not-signed", lambda: require_signed([record_of(events)], "t-1", RULES))


def test_nobody_signs_for_a_colleague() -> None:
    events = sample(replace(SAMPLE, done=ONE_SIGNED))
    error = refused("signature-of-another", lambda: recording.sign(record_of(events), "o-2", "o-1", RULES, DAY))
    assert error.basis == "《中华人民共和国行政处罚法》（2021）第42条第1款"
    assert recording.sign(record_of(events), "o-1", "o-2", RULES, DAY) == []


def test_only_who_took_part_signs() -> None:
    refused("not-an-officer-of-it", lambda: recording.sign(record_of(sample()), "o-9", "o-9", RULES, DAY))
    refused("not-an-officer-of-it", lambda: sample(replace(SAMPLE, done=replace(BOTH, signed=("o-9",)))))
    refused("not-an-officer-of-it", lambda: question(replace(ASK, asked_by="o-9")))
    refused("not-an-officer-of-it", lambda: examine(replace(EXAMINE, recorded_by="o-9")))


def test_records_of_another_inspection_ground_nothing() -> None:
    refused("record-of-another-inspection", lambda: require_signed([record_of(sample())], "t-2", RULES))


def test_one_asks_and_another_writes() -> None:
    refused("same-officer-asks-and-records", lambda: question(replace(ASK, recorded_by="o-1")))


def test_questionings_follow_each_other() -> None:
    first = record_of(question())
    second = replace(ASK, nth=2, previous="m-1")
    assert question(second, first, "m-2")
    refused("questioning-out-of-turn", lambda: question(second, None, "m-2"))
    refused("questioning-out-of-turn", lambda: question(replace(second, nth=3), first, "m-2"))
    refused("questioning-out-of-turn", lambda: question(replace(ASK, previous="m-1"), first, "m-2"))
    refused("questioning-out-of-turn", lambda: question(second, record_of(sample()), "m-2"))


def test_each_page_is_signed_or_none() -> None:
    error = refused("pages-unsigned", lambda: question(replace(ASK, pages_signed=1)))
    assert (error.facts["pages"], error.facts["signed"]) == (2, 1)
    refusal = replace(ASK, pages_signed=0, done=replace(BOTH, receipt=REFUSED))
    assert question(refusal)
    refused("pages-unsigned", lambda: question(replace(refusal, pages_signed=2)))
    refused("signature-missing", lambda: question(replace(ASK, done=replace(BOTH, receipt=Receipt()))))


def test_nothing_ends_before_it_began() -> None:
    refused("ends-before-it-began", lambda: question(replace(ASK, ended_at=AT - timedelta(seconds=1))))
    refused("ends-before-it-began", lambda: examine(replace(EXAMINE, ended_at=AT - timedelta(seconds=1))))


def test_summons() -> None:
    events = recording.summon("m-1", visiting(), SUMMON, "询1号", RULES, AT)
    assert (record_of(events).kind, told(events).status) == ("questioning-notice", "notified")
    past = replace(SUMMON, come_at=AT - timedelta(seconds=1))
    refused("come-in-the-past", lambda: recording.summon("m-1", visiting(), past, "询1号", RULES, AT))
    refused("no-signatures", lambda: recording.sign(record_of(events), "o-1", "o-1", RULES, DAY))


def test_appraisal_is_asked_for_and_answered_once() -> None:
    events = recording.commission("m-1", visiting(), COMMISSION, "鉴1号", RULES, DAY)
    assert (record_of(events).kind, told(events).status) == ("appraisal", "requested")
    events += recording.receive_appraisal(record_of(events), "可爆", None, RULES, DAY)
    assert told(events).status == "ended"
    refused("appraisal-already-answered", lambda: recording.receive_appraisal(record_of(events), "可爆", None, RULES, DAY))
    refused("no-appraisal", lambda: recording.receive_appraisal(record_of(sample()), "可爆", None, RULES, DAY))
    early = replace(COMMISSION, due_on=DAY - timedelta(days=1))
    refused("due-before-commission", lambda: recording.commission("m-1", visiting(), early, "鉴1号", RULES, DAY))

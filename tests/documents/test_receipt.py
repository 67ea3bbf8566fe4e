"""Form 40: one receipt with every service of an inspection's documents, and what is to be said of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from chassis.domain import Event
from chassis.testing import given
from services.inspection.documents import FORMS
from services.inspection.documents.composed import COMPOSED
from services.inspection.documents.files import ServiceReceipt
from services.inspection.documents.samples import AT, NAME
from services.inspection.domain import document
from services.inspection.domain.document import DOCUMENT, DocumentIssued, DocumentState
from tests.documents.composing import documents, matter
from tests.documents.test_composed import on_paper
from tests.documents.test_forms import texts, words
from tests.domain.inspection.scenes import DAY, RULES, refused
from tests.domain.inspection.test_serving import HANDED, ISSUED, MAILED

LATER = date(2021, 9, 9)
Step = Callable[[DocumentState], list[Event]]


def history(issued: DocumentIssued, *steps: Step) -> list[Event]:
    """A document and what was done with it."""
    events: list[Event] = [issued]
    for step in steps:
        events += step(given(DOCUMENT, events))
    return events


def issue(number: int, form: str = "05", name: str = "责令限期整改指令书") -> DocumentIssued:
    """The n-th document of the inspection."""
    return replace(ISSUED, document_id=f"d-{number}", form=form, name=name, document_no=f"{number}号")


def serve(service_id: str, **changes: object) -> Step:
    """Hand it over, or send it."""
    command = replace(MAILED if changes.get("way") in ("mail", "announcement") else HANDED, service_id=service_id)
    return lambda state: document.serve(state, replace(command, **changes), None, RULES)  # type: ignore[arg-type]


def receive(service_id: str) -> Step:
    """It arrived."""
    return lambda state: document.receive(state, service_id, LATER, RULES)


def give_back(service_id: str) -> Step:
    """It came back."""
    return lambda state: document.give_back(state, service_id, LATER, "查无此人", RULES)


def receipt(*histories: list[Event], **changes: object) -> ServiceReceipt:
    """The receipt of an inspection with these documents."""
    facts: ServiceReceipt = COMPOSED["40"](replace(matter("40"), issued=documents(*histories), **changes))  # type: ignore[arg-type]
    return facts


def test_every_service_is_on_it_in_the_order_of_the_days() -> None:
    late = history(issue(2, "15", "询问通知书"), serve("s-0", served_on=LATER, relation="门卫", recipient="刘强"))
    facts = receipt(late, history(issue(1), serve("s-1")), history(issue(3)))
    assert [(row.document, row.number, row.on, row.manner) for row in facts.served] == [
        ("责令限期整改指令书", "1号", DAY, "直接送达"), ("询问通知书", "2号", LATER, "直接送达"),
    ]  # fmt: skip
    assert [row.received_by for row in facts.served] == [None, "刘强（代收）"]
    assert facts.served[0].server == "执法人员1、执法人员2"
    assert (facts.recipient, facts.case_name) == ("某木业公司", "某木业公司安全生产监督检查")
    assert facts.basis == ("《中华人民共和国行政处罚法》（2021）第61条第1款",)
    assert facts.remark == "第2份由刘强代收，与受送达人的关系：门卫。"


def test_what_has_to_be_said_of_a_service_is_a_remark() -> None:
    facts = receipt(
        history(issue(1), serve("s-1", way="left", witness="社区干部")),
        history(issue(2), serve("s-2", way="left", recording="a" * 64, served_on=date(2021, 9, 7))),
        history(issue(3), serve("s-3", way="mail", served_on=date(2021, 9, 8)), receive("s-3")),
        history(issue(4), serve("s-4", way="mail", served_on=LATER), give_back("s-4")),
        history(issue(5), serve("s-5", way="mail", served_on=date(2021, 9, 10))),
        history(issue(6), serve("s-6", way="electronic", confirmation="b" * 64, served_on=date(2021, 9, 11))),
    )
    assert [row.on.day for row in facts.served] == [6, 7, 9, 9, 10, 11]
    assert (facts.remark or "").split("\n") == [
        "第1份留置送达，见证人社区干部。",
        "第2份留置送达，全过程录音录像。",
        "第3份邮寄单号EMS 1，2021年9月8日发出。",
        "第4份邮寄单号EMS 1，2021年9月9日发出；2021年9月9日退回：查无此人，未送达。",
        "第5份邮寄单号EMS 1，2021年9月10日发出；尚未签收。",
        "第6份受送达人已签署电子送达确认书。",
    ]


def test_without_a_service_there_is_no_receipt() -> None:
    refused("nothing-served", lambda: receipt(history(issue(1))))


def test_thirty_services_and_a_long_name_are_all_on_paper() -> None:
    served = [history(issue(n), serve(f"s-{n}", relation="门卫", recipient="欧阳上官", place=NAME)) for n in range(1, 31)]
    facts = receipt(*served)
    paper = "".join("".join(words(FORMS["40"].render(facts, "1号", AT).pdf)).split("\u200b"))
    assert [text for text in texts(facts) if not on_paper("".join(text.split()), paper)] == []


def test_a_document_that_was_corrected_since_stays_on_it() -> None:
    served = history(issue(1), serve("s-1"), lambda state: document.supersede(state, issue(2), "笔误"))
    assert receipt(served).remark == "第1份该文书已更正。"

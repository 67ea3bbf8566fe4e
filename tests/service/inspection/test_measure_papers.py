"""Documents of measures: made of what was recorded, under the measure's number; and measures noted without a network."""

from __future__ import annotations

from typing import Any

from tests.service.inspection.measures import (
    AGREED,
    EMERGENCY,
    LISTED,
    MEASURE,
    found,
    kept,
    measure,
    seized,
    suspension,
)
from tests.service.inspection.office import CHECK_IN, Office, hazard
from tests.service.inspection.phone import phones, verdicts
from tests.service.inspection.test_documents import REMEDIES
from tests.service.inspection.test_measures import EXAMINATION, QUESTIONING, SAMPLING
from tests.service.inspection.test_offline import planned
from tests.service.inspection.test_packages import leased


def document(form: str, measure_id: str = "measure-1", **changes: Any) -> dict[str, Any]:
    """A document about a measure."""
    return {
        "document_id": f"document-{form}", "form": form, "inspection_id": "task-1", "measure_id": measure_id,
        "remedies": REMEDIES, **changes,
    }  # fmt: skip


async def facts(office: Office, form: str) -> Any:
    return (await office.get(f"documents/document-{form}"))["facts"]


async def test_decision_on_site(office: Office) -> None:
    await found(office, "hazard-1")
    decided = await office.post("officer", "suspensions", suspension("hazard-1"))
    made = await office.post("officer", "documents", document("04"))
    assert made["document_no"] == decided["document_no"]
    told = await facts(office, "04")
    assert told["measures"] == ["停止使用：除尘系统"]
    assert told["basis"] == (await measure(office))["ordered"]["basis"]
    assert [problem["major"] for problem in told["problems"]] == [True]
    assert [officer["name"] for officer in told["officers"]] == ["执法人员", "执法人员"]


async def test_seizure_and_its_list(office: Office) -> None:
    await office.on_site()
    taken = await seized(office)
    made = await office.post("officer", "documents", document("08"))
    assert made["document_no"] == taken["document_no"]
    told = await facts(office, "08")
    assert (told["measures"], told["from_on"], told["until_on"]) == (["扣押除尘器、除尘器"], "2021-09-06", "2021-10-06")
    assert not (await office.post("officer", "documents", document("09")))["document_no"]
    assert [thing["amount"] for thing in (await facts(office, "09"))["things"]] == ["1 台", "1 台"]
    again = document("09", document_id="document-09-again")
    assert (await office.refused("form-stands", "officer", "documents", again))["document_id"] == "document-09"
    correction = {"document_id": "document-09", "reason": "漏填规格"}
    await office.post("officer", "documents", {**again, "supersedes": correction})


async def test_notice_of_kept_evidence(office: Office) -> None:
    await office.on_site()
    done = await kept(office)
    made = await office.post("officer", "documents", document("20"))
    assert made["document_no"] == done["document_no"]
    told = await facts(office, "20")
    assert (told["period"], told["answered_on"], len(told["things"])) == ("7个工作日", "2021-09-15", 2)


async def test_a_document_of_a_measure_takes_no_number_of_its_own(office: Office) -> None:
    await office.on_site()
    await office.post("officer", "keepings", {**MEASURE, **LISTED})
    before = (await office.recorded()).count("number-taken.v1")
    await office.refused("measure-without-document", "officer", "documents", document("20"))
    await office.refused("measure-without-document", "officer", "documents", document("04"))
    await office.hear(office.task("task-2"))
    await office.refused("measure-of-another-inspection", "officer", "documents", document("20", inspection_id="task-2"))
    await office.post("approver", "keepings/measure-1/approvals", AGREED)
    assert (await office.recorded()).count("number-taken.v1") == before


async def test_what_is_recorded_is_not_worded(office: Office) -> None:
    await office.on_site()
    await seized(office)
    changed = document("08", facts={"until_on": "2021-12-31"})
    await office.refused("fact-not-editable", "officer", "documents", changed)


async def test_measures_noted_without_a_network(office: Office) -> None:
    """They are carried out in their turn, under their author, at the time at which they were noted."""
    await planned(office)
    [phone] = await phones(office, 1)
    await office.hear(leased(office, "phone-1", 11, 15, word="现决"))
    phone.note("check-in", CHECK_IN, minutes=-90)
    answer = {"item_code": "DST-K6", "answer": "violation", "answer_id": "a-1", "hazards": [hazard("hazard-1", "major")]}
    phone.note("answers", {"answers": [answer]}, minutes=-80)
    for kind, body in (
        ("sampling", SAMPLING), ("questioning", QUESTIONING), ("examination", EXAMINATION),
        ("suspension", suspension("hazard-1", number=12)), ("emergency-seizure", {**EMERGENCY, "measure_id": "measure-2"}),
    ):  # fmt: skip
        phone.note(kind, {name: value for name, value in body.items() if name != "inspection_id"}, minutes=-60)
    assert verdicts(await phone.send()) == ["accepted"] * 7
    taken = await measure(office, "measure-2")
    assert taken["taken"]["regularise_by"] == "2021-09-07T03:00:00+00:00"
    assert (await measure(office))["ordered"]["document_no"] == "（东湖）应急现决〔2021〕12号"


async def test_a_measure_that_another_device_took_is_a_conflict(office: Office) -> None:
    await planned(office)
    first, second = await phones(office, 1, 2)
    first.note("check-in", CHECK_IN, minutes=-90)
    noted = {name: value for name, value in SAMPLING.items() if name != "inspection_id"}
    first.note("sampling", noted, minutes=-60)
    second.note("sampling", {**noted, "place": "别处"}, minutes=-50)
    assert verdicts(await first.send()) == ["accepted", "accepted"]
    [told] = await second.send()
    assert (told["verdict"], told["code"]) == ("conflict", "measure-exists")

"""The clocks of measures, with the clock moved: what lapses, what must be lifted, and what stops them."""

from __future__ import annotations

from tests.service.inspection.measures import (
    AGREED,
    EMERGENCY,
    SIGNED,
    THINGS,
    found,
    kept,
    measure,
    pass_hours,
    row,
    seized,
    suspension,
)
from tests.service.inspection.office import Office
from tests.service.inspection.test_clocks import armed

FIRED = (
    "keeping-lapsed.v1", "seizure-expired.v1", "seizure-not-regularised.v1", "suspension-review-needed.v1",
    "appraisal-overdue.v1",
)  # fmt: skip
LIFTING = {"reason": "期限届满", "receipt": SIGNED}


async def fired(office: Office) -> list[str]:
    return [name for name in await office.recorded() if name in FIRED]


async def test_f07_kept_evidence_lapses_after_seven_working_days(office: Office) -> None:
    """Kept on Monday 2021-09-06; 7 to 10, 13, 14 and 15 September: the whole 15th is the organ's."""
    await office.on_site()
    await kept(office)
    assert (await armed(office))["keeping-decision"] == "2021-09-16 00:00:00"
    assert (await row(office))["due_on"] == "2021-09-15"
    await office.pass_days(9)
    assert await fired(office) == []
    await office.pass_days(1)
    assert await fired(office) == ["keeping-lapsed.v1"]
    assert ((await row(office))["state"], (await measure(office))["remaining"]) == ("lapsed", [])
    decision = {"decisions": [{"article_id": "thing-1", "fate": "return"}]}
    await office.refused("keeping-lapsed", "approver", "keepings/measure-1/decisions", decision)
    [event] = await office.under_test.events("casetrail.inspection.keeping-lapsed")
    assert (event["correlation_id"], event["occurred_at"].isoformat()) == (office.correlation, "2021-09-15T16:00:00+00:00")


async def test_f07_decided_in_time_nothing_lapses(office: Office) -> None:
    await office.on_site()
    await kept(office)
    await office.pass_days(9)
    decisions = {"decisions": [{"article_id": one["article_id"], "fate": "return"} for one in THINGS]}
    await office.post("approver", "keepings/measure-1/decisions", decisions)
    await office.pass_days(30)
    assert await fired(office) == []


async def test_f09_seizure_must_be_released_after_thirty_days(office: Office) -> None:
    await office.on_site()
    await seized(office)
    assert (await row(office))["due_on"] == "2021-10-06"
    await office.pass_days(30)
    assert await fired(office) == []
    await office.pass_days(1)
    assert await fired(office) == ["seizure-expired.v1"]
    assert (await row(office))["state"] == "must-be-lifted"
    decision = {"decisions": [{"article_id": "thing-1", "fate": "forfeit"}]}
    await office.refused("must-be-lifted", "approver", "seizures/measure-1/decisions", decision)
    await office.post("officer", "seizures/measure-1/liftings", LIFTING)
    assert (await row(office))["state"] == "ended"


async def test_f09_seizure_is_extended_once(office: Office) -> None:
    await office.on_site()
    await seized(office)
    await office.pass_days(20)
    too_long = {"until": "2021-11-06", "reason": "案情复杂"}
    problem = await office.refused("extension-too-long", "approver", "seizures/measure-1/extensions", too_long)
    assert (problem["longest"], problem["basis"]) == ("2021-11-05", "《中华人民共和国行政强制法》（2011）第25条第1款")
    answered = await office.post("approver", "seizures/measure-1/extensions", {**too_long, "until": "2021-11-05"})
    assert answered["document_no"] == "（东湖）应急查扣延期〔2021〕1号"
    again = {"until": "2021-11-30", "reason": "案情复杂"}
    await office.refused("already-extended", "approver", "seizures/measure-1/extensions", again)
    await office.pass_days(40)
    assert await fired(office) == []
    await office.pass_days(1)
    assert await fired(office) == ["seizure-expired.v1"]


async def test_f09_appraisal_stops_the_clock(office: Office) -> None:
    await office.on_site()
    await seized(office)
    await office.pass_days(10)
    endless = {"appraisal": "除尘器检测"}
    await office.post("officer", "seizures/measure-1/appraisals", endless, status=422)
    past = {**endless, "expected_until": "2021-09-15"}
    await office.refused("appraisal-end-past", "officer", "seizures/measure-1/appraisals", past)
    await office.post("officer", "seizures/measure-1/appraisals", {**endless, "expected_until": "2021-10-25"})
    assert "seizure-end" not in await armed(office)
    assert (await row(office))["due_on"] == "2021-10-25"
    await office.pass_days(39)
    assert await fired(office) == []
    await office.pass_days(11)
    assert await fired(office) == ["appraisal-overdue.v1"]
    told = await measure(office)
    assert (told["appraisal_overdue"], told["appraisal_until"], told["state"]) == (True, "2021-10-25", "in-force")
    await office.post("officer", "seizures/measure-1/appraisal-ends", {"result": "不合格"})
    assert (await armed(office))["seizure-end"] == "2021-11-26 00:00:00"  # fifty days after 2021-10-06
    assert (await row(office))["due_on"] == "2021-11-25"
    assert "appraisal-due" not in await armed(office)


async def test_f10_emergency_is_regularised_within_a_day(office: Office) -> None:
    await office.on_site()
    answered = await office.post("officer", "emergency-seizures", EMERGENCY)
    assert answered["regularise_by"] == "2021-09-07T02:00:00+00:00"
    assert (await armed(office))["seizure-regularisation"] == "2021-09-07 10:00:00"
    await office.refused("not-reported", "approver", "seizures/measure-1/approvals", AGREED)
    await office.post("officer", "seizures/measure-1/reports", {"report": "当场查扣"})
    await pass_hours(office, 23)
    await office.post("approver", "seizures/measure-1/approvals", AGREED)
    await pass_hours(office, 2)
    assert await fired(office) == []
    assert (await row(office))["state"] == "in-force"


async def test_f10_not_regularised_it_must_be_lifted(office: Office) -> None:
    await office.on_site()
    await office.post("officer", "emergency-seizures", EMERGENCY)
    await office.post("officer", "seizures/measure-1/reports", {"report": "当场查扣"})
    await pass_hours(office, 23)
    assert await fired(office) == []
    await pass_hours(office, 1)
    assert await fired(office) == ["seizure-not-regularised.v1"]
    problem = await office.refused("must-be-lifted", "approver", "seizures/measure-1/approvals", AGREED)
    assert problem["basis"] == "《中华人民共和国行政强制法》（2011）第25条第1款"
    assert await armed(office) == {}
    await office.post("officer", "seizures/measure-1/liftings", LIFTING)
    assert (await row(office))["state"] == "ended"


async def test_longest_suspension_asks_for_a_review(office: Office) -> None:
    """R04: six months; nothing is lifted by that."""
    await found(office, "hazard-1")
    await office.post("officer", "suspensions", suspension("hazard-1"))
    assert (await armed(office))["suspension-review"] == "2022-03-07 00:00:00"
    await office.pass_days(182)
    assert await fired(office) == ["suspension-review-needed.v1"]
    assert (await row(office))["state"] == "in-force"

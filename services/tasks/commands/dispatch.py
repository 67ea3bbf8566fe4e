"""Use cases of weekly dispatch: a district reports, the city answers its problems, the bulletin is issued."""

from __future__ import annotations

from datetime import date

from chassis.runner import Work
from services.tasks.commands.organs import campaign_of, organ_of
from services.tasks.domain import CAMPAIGN, problem, week
from services.tasks.domain.problem import PROBLEM, ProblemRaised
from services.tasks.domain.week import BULLETINS, WEEK, IssueBulletin, ReportWeek, week_key


async def report_week(work: Work, command: ReportWeek) -> None:
    """Report the week of the actor's district; each problem in it begins a stream of its own."""
    organ = await organ_of(work, work.context.organ)
    report = await work.load(WEEK, week_key(command.campaign_id, organ.district, command.monday))
    campaign = await campaign_of(work, command.campaign_id, organ)
    events = week.report_week(report.state, campaign.state, organ, command, work.actor.id, work.at)
    work.append(report, events, district=organ.district)
    for one in command.problems:
        raised = ProblemRaised(
            problem_id=one.problem_id, campaign_id=command.campaign_id, district=organ.district, organ_id=organ.organ_id,
            organ=organ.organ, city_organ_id=campaign.state.city_organ_id, monday=command.monday, problem=one.problem,
        )  # fmt: skip
        stream = await work.load(PROBLEM, one.problem_id)
        work.append(stream, problem.raise_problem(stream.state, raised), district=organ.district)


async def supplement_week(work: Work, campaign_id: str, monday: date, supplement: str) -> None:
    """Add to the report of the actor's district."""
    organ = await organ_of(work, work.context.organ)
    report = await work.existing(WEEK, week_key(campaign_id, organ.district, monday))
    work.append(report, week.supplement_week(report.state, supplement, work.actor.id))


async def answer_problem(work: Work, problem_id: str, answer: str) -> None:
    """The campaign's city organ answers."""
    found = await work.existing(PROBLEM, problem_id)
    work.append(found, problem.answer_problem(found.state, work.context.organ, answer, work.actor.id))


async def reopen_problem(work: Work, problem_id: str, reason: str) -> None:
    """The district that raised it says that the answer does not help."""
    found = await work.existing(PROBLEM, problem_id)
    work.append(found, problem.reopen_problem(found.state, work.context.organ, reason))


async def close_problem(work: Work, problem_id: str, outcome: str) -> None:
    """The campaign's city organ closes what it answered."""
    found = await work.existing(PROBLEM, problem_id)
    work.append(found, problem.close_problem(found.state, work.context.organ, outcome))


async def issue_bulletin(work: Work, campaign_id: str, command: IssueBulletin) -> dict[str, int]:
    """Issue the next bulletin of a campaign."""
    bulletins = await work.load(BULLETINS, campaign_id)
    campaign = await work.existing(CAMPAIGN, campaign_id)
    events = week.issue_bulletin(bulletins.state, campaign.state, command, work.actor.id, work.at)
    return {"number": work.append(bulletins, events, district=campaign.district).state.last}

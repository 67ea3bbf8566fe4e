"""What an officer accepted of the market supervision's register, taken into a file, or a file opened with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from chassis.domain import Event, Refused
from services.registry.domain.amending import Told, amend
from services.registry.domain.changes import Sector
from services.registry.domain.enterprise import EnterpriseRegistered, enterprise_id_of
from services.registry.domain.reconciling import OVER, STATUS, ChangeDecided, ChangeProposed
from services.registry.domain.site_file import EnterpriseState, evolve_enterprise
from services.registry.domain.stated import CONFIDENCE, Telling, Value
from services.registry.domain.supervision import close, reopen


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What their register does not know: in whose district the site is, by which form it is kept, who sees to safety.

    It is the enterprise's first site; others are registered like any.
    """

    district: str
    sector: Sector
    address: str
    safety_head: str
    staff: int
    industry_code: str | None = None


STATUS_TITLES: Mapping[str, str] = {"active": "存续", "deregistered": "注销", "revoked": "吊销", "moved-out": "迁出"}
FIRST = "1"
"""The number of the site for which a file is opened: persons are known by the site that they belong to."""

NEEDED = ("name", "industry_code", "legal_representative")


def opened(uscc: str, told: Mapping[str, Value], opening: Opening, feed_id: str) -> EnterpriseRegistered:
    """The file of a site, from what their register tells and an officer adds. Refused if it lacks what every file has.

    What their register tells is stated in it by `told_of`, field by field.
    """
    if opening.industry_code is not None:
        told = {"industry_code": opening.industry_code, **told}
    if lacking := [name for name in NEEDED if name not in told]:
        raise Refused(
            "opening-incomplete", f"建档缺少：{'、'.join(lacking)}", f"a file needs {', '.join(lacking)}", fields=lacking
        )
    return EnterpriseRegistered(
        enterprise_id=enterprise_id_of(uscc, FIRST), uscc=uscc, site_no=FIRST, name=str(told["name"]),
        district=opening.district, sector=opening.sector, industry_code=str(told["industry_code"]), address=opening.address,
        legal_representative=str(told["legal_representative"]), safety_head=opening.safety_head, staff=opening.staff,
        fields=(), places=(), equipment=(), import_id=f"feed/{feed_id}",
    )  # fmt: skip


def taken_over(file: EnterpriseState, proposed: ChangeProposed, decided: ChangeDecided, today: date) -> list[Event]:
    """The events of a file that takes over what was accepted: its fields, and whether the enterprise goes on."""
    events = told_of(proposed, accepted_fields(decided), file)
    status = accepted_status(decided)
    if status is None:
        return events
    reason = f"市场监管登记状态：{STATUS_TITLES.get(str(status), status)}"
    if status not in OVER:
        return [*events, *reopen(file, today, today, reason)]
    since = told_on(proposed, STATUS, status)
    on = max(since, file.production_since or since)
    return [*events, *close(file, _telling(proposed, today), on, reason)]


def told_of(proposed: ChangeProposed, values: Mapping[str, Value], file: EnterpriseState) -> list[Event]:
    """Fields of a file as their register tells them, each since the day from which it does."""
    days: dict[date, dict[str, Value | None]] = {}
    for name, value in values.items():
        days.setdefault(told_on(proposed, name, value), {})[name] = value
    events: list[Event] = []
    for day, told in sorted(days.items()):
        some = amend(file, Told(site=told), _telling(proposed, day), confirm=True)
        events += some
        for one in some:
            file = evolve_enterprise(file, one)
    return events


def _telling(proposed: ChangeProposed, day: date) -> Telling:
    return Telling("market-supervision", f"feed/{proposed.feed_id}", day, CONFIDENCE["market-supervision"])


def accepted_fields(decided: ChangeDecided) -> dict[str, Value]:
    """What is taken over into the file, but for whether it goes on."""
    return {one.name: one.value for one in decided.decisions if one.outcome == "accepted" and one.name != STATUS}


def accepted_status(decided: ChangeDecided) -> Value | None:
    """What their register says of whether the enterprise goes on, if that is taken over."""
    return next((one.value for one in decided.decisions if one.name == STATUS and one.outcome == "accepted"), None)


def told_on(known: ChangeProposed, name: str, value: Value) -> date:
    """Since when their register says so."""
    return next(one.told_on for one in known.differences if one.name == name and one.theirs == value)

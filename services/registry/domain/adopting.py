"""What an officer accepted of the market supervision's register, taken into a file, or a file opened with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from chassis.domain import Event, Refused
from services.registry.domain import reconciling
from services.registry.domain.amending import Told, amend
from services.registry.domain.changes import Sector
from services.registry.domain.enterprise import EnterpriseRegistered, FieldValue, enterprise_id_of
from services.registry.domain.reconciling import OVER, ChangeDecided, ChangeProposed
from services.registry.domain.site_file import EnterpriseState, evolve_enterprise
from services.registry.domain.stated import CONFIDENCE, Telling, Value
from services.registry.domain.supervision import close, reopen


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What their register does not know: which site it is, in whose district, by which form it is kept, who sees to safety."""

    site_no: str
    district: str
    sector: Sector
    address: str
    safety_head: str
    staff: int


STATUS_TITLES: Mapping[str, str] = {"active": "存续", "deregistered": "注销", "revoked": "吊销", "moved-out": "迁出"}
NEEDED = ("name", "industry_code", "legal_representative")


def opened(uscc: str, told: Mapping[str, Value], opening: Opening, feed_id: str) -> EnterpriseRegistered:
    """The file of a site, from what their register tells and an officer adds. Refused if it lacks what every file has."""
    if lacking := [name for name in NEEDED if name not in told]:
        raise Refused(
            "opening-incomplete", f"建档缺少：{'、'.join(lacking)}", f"a file needs {', '.join(lacking)}", fields=lacking
        )
    rest = {name: value for name, value in told.items() if name not in NEEDED}
    source = "market-supervision"
    return EnterpriseRegistered(
        enterprise_id=enterprise_id_of(uscc, opening.site_no), uscc=uscc, site_no=opening.site_no, name=str(told["name"]),
        district=opening.district, sector=opening.sector, industry_code=str(told["industry_code"]), address=opening.address,
        legal_representative=str(told["legal_representative"]), safety_head=opening.safety_head, staff=opening.staff,
        fields=tuple(FieldValue(name, value, source, CONFIDENCE["market-supervision"]) for name, value in rest.items()),
        places=(), equipment=(), import_id=feed_id,
    )  # fmt: skip


def taken_over(file: EnterpriseState, proposed: ChangeProposed, decided: ChangeDecided, today: date) -> list[Event]:
    """The events of a file that takes over what was accepted: its fields, and whether the enterprise goes on."""
    events = told_of(proposed, reconciling.accepted_fields(decided), file)
    status = reconciling.accepted_status(decided)
    if status is None:
        return events
    reason = f"市场监管登记状态：{STATUS_TITLES.get(str(status), status)}"
    if status not in OVER:
        return [*events, *reopen(file, today, today, reason)]
    since = reconciling.told_on(proposed, reconciling.STATUS, status)
    on = max(since, file.production_since or since)
    return [*events, *close(file, _telling(proposed, today), on, reason)]


def told_of(proposed: ChangeProposed, values: Mapping[str, Value], file: EnterpriseState) -> list[Event]:
    """Fields of a file as their register tells them, each since the day from which it does."""
    days: dict[date, dict[str, Value | None]] = {}
    for name, value in values.items():
        days.setdefault(reconciling.told_on(proposed, name, value), {})[name] = value
    events: list[Event] = []
    for day, told in sorted(days.items()):
        some = amend(file, Told(site=told), _telling(proposed, day), confirm=True)
        events += some
        for one in some:
            file = evolve_enterprise(file, one)
    return events


def _telling(proposed: ChangeProposed, day: date) -> Telling:
    return Telling("market-supervision", f"feed/{proposed.feed_id}", day, CONFIDENCE["market-supervision"])

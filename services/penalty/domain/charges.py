"""What may be imposed: the provision in time, the branch that the facts allow, its range and its band, one fine for one act."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from chassis.domain import Guards, Refused
from services.penalty.domain.case import CaseState
from services.penalty.domain.daily import require_daily
from services.penalty.domain.events import Charge
from services.penalty.domain.provisions import Band, Choice, Row
from services.penalty.domain.rulebook import Rules
from services.penalty.domain.shares import fits, liabilities, measured, require_base
from services.penalty.domain.sums import yuan

OVERDUE = "overdue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sanctions:
    """What the law allows to impose.

    `items`: the branches that each item of the case's catalogue leads to; `items_now`: those of the latest catalogue. The
    statutory ranges of the act's day and of today; the bands of discretion; the hazards whose correction is established overdue.
    """

    items: Mapping[str, tuple[Row, ...]]
    ranges_at_act: tuple[Row, ...]
    ranges_now: tuple[Row, ...]
    items_now: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    bands: tuple[Band, ...] = ()
    unrectified: frozenset[str] = frozenset()

    def of_item(self, code: str) -> tuple[Row, ...]:
        """Every branch of an item, of then and of now; of an accident, what the rulebook has for its grade."""
        return liabilities(code, self.ranges, (*self.items.get(code, ()), *self.items_now.get(code, ())))

    @property
    def ranges(self) -> tuple[Row, ...]:
        """The statutory ranges of then and of now."""
        return (*self.ranges_at_act, *self.ranges_now)


def require_charges(
    state: CaseState, charges: tuple[Charge, ...], sanctions: Sanctions, day: date, rules: Rules,
    concurrences: Iterable[Iterable[str]] = (),
) -> tuple[Charge, ...]:  # fmt: skip
    """The charges, each completed by its paragraph, if the law allows every one; each act is fined once towards each party.

    `concurrences` are groups of items that one act breached: only one of a group is charged, that with the higher fine.
    APL 2021, articles 29 (one act, one fine; the higher norm) and 37 (law of the day of the act, unless the new is lighter).
    """
    rules.require(bool(charges), "one-act-one-fine", "no-charge", "没有处罚事项", "there is nothing to penalise")
    if state.continues is not None:
        return require_daily(state.continues, charges, rules)
    codes = [(charge.party_id, charge.item_code) for charge in charges]
    rules.require(
        len(set(codes)) == len(codes), "one-act-one-fine", "item-charged-twice", "同一违法行为不得给予两次以上罚款",
        "one act is fined once", item_codes=[code for _, code in codes],
    )  # fmt: skip
    for group in concurrences:
        _require_higher_of_group(tuple(group), state, charges, sanctions, day, rules)
    allowed, guards = [], Guards()
    for charge in charges:
        with guards:
            allowed.append(_allowed(state, charge, sanctions, day, rules))
    guards.settle()
    return tuple(allowed)


def outside_band(charge: Charge, sanctions: Sanctions, rules: Rules) -> bool:
    """Whether the fine leaves the band that its metric falls into; False where no band speaks of the branch.

    Order 12 and 应急〔2024〕90号: leaving the band needs a reason, and is discussed together.
    """
    fitting = [band for band in sanctions.bands if _covers(band.row, charge)]
    if not fitting:
        return False
    rules.require(
        charge.metric is not None, "applicable-law", "metric-missing", f"裁量须说明{fitting[0].metric}的数量",
        f"the band goes by the count of {fitting[0].metric}", item_code=charge.item_code, metric=fitting[0].metric,
    )  # fmt: skip
    return not any(band.speaks_of(charge.metric or 0) and band.row.holds(charge.amount_fen) for band in fitting)


def _allowed(state: CaseState, charge: Charge, sanctions: Sanctions, day: date, rules: Rules) -> Charge:
    """One charge against the acts and parties of the case, the branches of its item, and the statutory ranges."""
    guards = Guards()
    with guards:
        _require_about_act(state, charge, rules)
    with guards:
        _require_subject(state, charge, sanctions, rules)
    with guards:
        _require_ground(charge, rules)
    with guards:
        rules.require(
            rules.has_article(charge.law, charge.law_version, charge.article), "applicable-law", "article-unknown",
            f"{_cite(charge, rules)} 不存在", "the version of the law has no such article", provision=_cite(charge, rules),
        )  # fmt: skip
    guards.settle()
    branch = _branch(state, charge, sanctions, day, rules)
    charge = replace(charge, paragraph=branch.paragraph)
    days = [(sanctions.ranges_at_act, state.act_date)] if branch.in_force(state.act_date) else []
    days += [(sanctions.ranges_now, day)] if branch.in_force(day) else []
    ranges = [_range(rows, charge, branch, when, rules) for rows, when in days]
    charge = require_base(state, charge, branch, sanctions.ranges, rules)
    with guards:
        for row in (branch, *ranges):
            _require_within(measured(row, charge), charge, rules)
    with guards:
        _require_kinds(charge, branch, ranges, rules)
    guards.settle()
    return charge


def _require_about_act(state: CaseState, charge: Charge, rules: Rules) -> None:
    rules.require(
        any(act.item_code == charge.item_code for act in state.acts), "applicable-law", "not-an-act-of-the-case",
        f"事项 {charge.item_code} 不在移送的违法行为之内", "the item is no act of this case", item_code=charge.item_code,
    )  # fmt: skip


def _require_subject(state: CaseState, charge: Charge, sanctions: Sanctions, rules: Rules) -> None:
    """The branch is for this kind of party; that of overdue correction needs a correction established to be overdue.

    WSL 2021, articles 97, 99, 101: the person is fined in the overdue branch only; 102: only after refusal.
    """
    side = state.side(charge.party_id)
    rules.require(
        side is not None and charge.subject == side.kind, "applicable-law", "subject-is-not-party", "处罚对象与当事人不符",
        "the branch is for another kind of party, or the party is none of the case", item_code=charge.item_code,
        party_id=charge.party_id,
    )  # fmt: skip
    overdue = any(a.item_code == charge.item_code and a.hazard_id in sanctions.unrectified for a in state.acts)
    rules.require(
        charge.phase != OVERDUE or overdue, "applicable-law", "overdue-not-established", "未查明逾期未改正，不得适用逾期罚则",
        "the branch for overdue correction needs a correction that is established to be overdue", item_code=charge.item_code,
    )  # fmt: skip


def _require_ground(charge: Charge, rules: Rules) -> None:
    """Why a fine is mitigated is a ground of the rulebook, where it lists them (APL 2021, article 32)."""
    known = rules.mitigations
    rules.require(
        charge.mitigation is None or not known or charge.mitigation in known, "mitigation", "mitigation-unknown",
        "不属于应当从轻或者减轻处罚的情形", "no such ground of mitigation", item_code=charge.item_code,
        mitigation=charge.mitigation, known=sorted(known),
    )  # fmt: skip


def _branch(state: CaseState, charge: Charge, sanctions: Sanctions, day: date, rules: Rules) -> Row:
    """The chosen branch, if it is the one to apply: of the law of the act's day, unless the law of today is lighter."""
    alike = [row for row in sanctions.of_item(charge.item_code) if (row.phase, row.subject) == (charge.phase, charge.subject)]
    listed = [row for row in alike if _is_branch(row, charge) and fits(row, charge, alike)]
    if not listed:
        raise _not_listed(charge, choices(charge.item_code, sanctions, (state.act_date, day), rules), rules)
    then, now = ([row for row in alike if row.in_force(when)] for when in (state.act_date, day))
    kept = [row for row in listed if row in then and row in now]
    chosen = kept[0] if kept else _of_changed_law(listed, then, now, charge, state.act_date, day, rules)
    _require_higher(chosen, then if chosen in then else now, charge, rules)
    return chosen


def choices(item_code: str, sanctions: Sanctions, days: Iterable[date], rules: Rules) -> tuple[Choice, ...]:
    """What may be chosen for an item: each branch in force on one of the days, of the act and of the decision."""
    asked = tuple(days)
    rows = (row for row in sanctions.of_item(item_code) if any(row.in_force(day) for day in asked))
    return tuple(
        Choice(
            provision=rules.provision(row.law, row.version, row.article, row.paragraph, row.item), law=row.law,
            law_version=row.version, article=row.article, paragraph=row.paragraph, item=row.item, phase=row.phase,
            subject=row.subject, min_fen=row.min_fen, max_fen=row.max_fen, kinds=tuple(sorted(row.kinds)),
            share_of=None if row.share is None else row.share.of, valid_from=row.valid_from, valid_to=row.valid_to,
        )
        for row in rows
    )  # fmt: skip


def _not_listed(charge: Charge, listed: tuple[Choice, ...], rules: Rules) -> Refused:
    """The refusal of a branch that the item does not lead to: with those that it leads to."""
    cites = "、".join(dict.fromkeys(f"{one.provision}（{one.phase}/{one.subject}）" for one in listed))
    told = f"可以选择：{cites}" if cites else "该事项没有可以选择的罚则"
    return rules.refusal(
        "applicable-law", "provision-not-listed", f"事项 {charge.item_code} 不适用 {_cite(charge, rules)} 的该项罚则；{told}",
        "the item does not lead to this branch; `choices` are those that it leads to", item_code=charge.item_code,
        provision=_cite(charge, rules), choices=listed,
    )  # fmt: skip


def _of_changed_law(
    listed: list[Row], then: list[Row], now: list[Row], charge: Charge, act_date: date, day: date, rules: Rules
) -> Row:
    """The law changed between act and decision: the lighter applies 从旧兼从轻 (APL 2021, article 37)."""
    old = [row for row in listed if row in then]
    new = [row for row in listed if row in now]
    rules.require(
        bool(then) and bool(old or new), "applicable-law", "provision-not-in-force",
        f"{_cite(charge, rules)} 在行为发生之日 {act_date} 未施行",
        f"the provision was not in force on the day of the act, {act_date}",
        provision=_cite(charge, rules), act_date=act_date,
    )  # fmt: skip
    rules.require(
        bool(now), "applicable-law", "law-changed", f"{_cite(charge, rules)} 在 {day} 已不再施行，须从旧兼从轻",
        f"the provision is no longer in force on {day}: the lighter law applies", provision=_cite(charge, rules), day=day,
    )  # fmt: skip
    chosen, other = (old[0], _heaviest(now)) if old else (new[0], _heaviest(then))
    lighter = _weight(chosen) <= _weight(other) if old else _weight(chosen) < _weight(other)
    rules.require(
        lighter, "applicable-law", "lighter-law-applies", "行为时与处罚时的规定不同，应当适用较轻的规定",
        "the law changed between act and decision: the lighter one applies", provision=_cite(charge, rules),
    )  # fmt: skip
    return chosen


def _weight(row: Row) -> tuple[int, int, int]:
    return (row.max_fen, row.min_fen, len(row.kinds))


def _heaviest(rows: Iterable[Row]) -> Row:
    return max(rows, key=_weight)


def _require_higher(chosen: Row, rivals: Iterable[Row], charge: Charge, rules: Rules) -> None:
    """An act that breaches several norms is fined under the one with the higher amount (APL 2021, article 29).

    Sums are compared with sums: which share applies is said by its own conditions.
    """
    sums = [] if chosen.share is not None else [row for row in rivals if row.share is None]
    rules.require(
        _weight(chosen)[:2] >= max((_weight(row)[:2] for row in sums), default=(0, 0)),
        "one-act-one-fine", "higher-norm-applies",
        "违反多个法律规范的，按照罚款数额高的规定处罚", "of several norms the higher applies",
        item_code=charge.item_code, provision=_cite(charge, rules),
    )  # fmt: skip


def _require_higher_of_group(
    group: tuple[str, ...], state: CaseState, charges: tuple[Charge, ...], sanctions: Sanctions, day: date, rules: Rules
) -> None:  # fmt: skip
    """Of items that one act breached one is charged towards a party, the one whose branch allows the higher fine."""
    for party_id in {charge.party_id for charge in charges}:
        own = [charge for charge in charges if charge.item_code in group and charge.party_id == party_id]
        rules.require(
            len(own) <= 1, "one-act-one-fine", "act-fined-twice", "同一违法行为违反多个规范的，只能处一次罚款",
            "one act that breaches several norms is fined once", item_codes=[charge.item_code for charge in own],
        )  # fmt: skip
        for charge in own:
            rivals = [
                row for code in group for row in sanctions.of_item(code)
                if (row.phase, row.subject) == (charge.phase, charge.subject) and row.in_force(day)
            ]  # fmt: skip
            _require_higher(_branch(state, charge, sanctions, day, rules), rivals, charge, rules)


def _range(rows: tuple[Row, ...], charge: Charge, branch: Row, day: date, rules: Rules) -> Row:
    """The statutory range of the branch: a sum of a sum, a share of a share (an article may know both)."""
    of = None if branch.share is None else branch.share.of
    found = [
        row for row in rows
        if row.in_force(day) and _covers(row, charge) and (None if row.share is None else row.share.of) == of
    ]  # fmt: skip
    rules.require(
        bool(found), "applicable-law", "no-statutory-range", f"{_cite(charge, rules)} 没有 {day} 可适用的罚款幅度",
        f"no statutory range of the provision is in force on {day}", provision=_cite(charge, rules), day=day,
    )  # fmt: skip
    return found[0]


def _require_within(row: Row, charge: Charge, rules: Rules) -> None:
    """The fine lies in the range; less than its least needs a ground of mitigation (APL 2021, article 32); none, another kind."""
    if row.holds(charge.amount_fen) or (charge.amount_fen == 0 and charge.kinds and row.min_fen == 0):
        return
    if charge.mitigation and charge.amount_fen > 0 and row.is_above(charge.amount_fen):
        return
    cited = _cite(charge, rules)
    raise Refused(
        "amount-out-of-range", f"{cited} 的罚款幅度为 {yuan(row.min_fen)}至 {yuan(row.max_fen)}",
        "the fine lies outside the range of the provision", basis=cited, amount_fen=charge.amount_fen,
        min_fen=row.min_fen, max_fen=row.max_fen,
    )  # fmt: skip


def _require_kinds(charge: Charge, branch: Row, ranges: list[Row], rules: Rules) -> None:
    """Kinds beside the fine are those of the provision; those that it always wants are not left out."""
    allowed = branch.kinds.union(*(row.kinds for row in ranges))
    unknown = sorted(set(charge.kinds) - allowed)
    rules.require(
        not unknown, "applicable-law", "kind-not-provided", f"{_cite(charge, rules)} 没有规定该种类的处罚",
        "the provision knows no such kind of penalty", kinds=unknown, allowed=sorted(allowed),
    )  # fmt: skip
    wanted: set[str] = set().union(*(row.kinds for row in ranges if row.kinds_always)) & branch.kinds
    missing = sorted(wanted - set(charge.kinds))
    rules.require(
        not missing, "applicable-law", "kind-missing", f"{_cite(charge, rules)} 规定应当并处的处罚未列入",
        "the provision wants another kind of penalty beside the fine", kinds=missing,
    )  # fmt: skip


def _is_branch(row: Row, charge: Charge) -> bool:
    return (
        (row.law, row.version, row.article, row.item) == (charge.law, charge.law_version, charge.article, charge.item)
        and charge.paragraph in (None, row.paragraph)
        and (row.phase, row.subject) == (charge.phase, charge.subject)
    )


def _covers(row: Row, charge: Charge) -> bool:
    """Whether a statutory range is the charge's: it may hold for a whole article, or for one paragraph or item of it."""
    return (
        (row.law, row.version, row.article) == (charge.law, charge.law_version, charge.article)
        and row.paragraph in (None, charge.paragraph)
        and row.item in (None, charge.item)
        and (row.phase, row.subject) == (charge.phase, charge.subject)
    )


def _cite(charge: Charge, rules: Rules) -> str:
    return rules.provision(charge.law, charge.law_version, charge.article, charge.paragraph, charge.item)

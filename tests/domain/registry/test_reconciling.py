"""Their register beside ours: what differs is proposed, decided once, and nothing that was seen later is overwritten unasked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from chassis.domain import Event, Refused
from chassis.testing import given
from services.registry.api.feeds import LAYOUT
from services.registry.domain import adopting, amending, feed, reconciling, supervision
from services.registry.domain.adopting import Opening
from services.registry.domain.amending import Told as Entry
from services.registry.domain.changes import EnterpriseClosed, EnterpriseReopened, ProfileAmended
from services.registry.domain.enterprise import enterprise_id_of
from services.registry.domain.feed import Told
from services.registry.domain.reconciling import (
    RECONCILIATION,
    ChangeDecided,
    ChangeProposed,
    Decided,
    Difference,
    ProposalWithdrawn,
    ReconciliationState,
)
from services.registry.domain.site_file import ENTERPRISE, EnterpriseState, evolve_enterprise
from services.registry.domain.stated import Telling
from services.registry.domain.workbook import Row, WorkbookRefused
from tests.domain.registry.filled import SETTING, code
from tests.domain.registry.test_site_file import OPENED, file

TODAY = date(2026, 3, 20)
SEEN = date(2026, 3, 10)
NEWS = ChangeProposed(
    reconciliation_id=OPENED.enterprise_id, proposal=0, kind="changed", feed_id="feed-1", uscc=OPENED.uscc,
    enterprise_id=OPENED.enterprise_id, title=OPENED.name, differences=(), proposed_on=TODAY,
)  # fmt: skip


def row(told_on: date = date(2026, 3, 1), status: str = "active", number: int = 2, **values: Any) -> Told:
    """A row that says what the file says, but for what is given."""
    same = {"name": OPENED.name, "legal_representative": OPENED.legal_representative, "industry_code": OPENED.industry_code}
    return Told(number, OPENED.uscc, {**same, **values}, status, told_on, told_on, None)


def proposed(*rows: Told, at: EnterpriseState | None = None, state: ReconciliationState | None = None) -> list[Event]:
    known = RECONCILIATION.initial if state is None else state
    return reconciling.propose(known, NEWS, rows, at or file())


def after(*events: Event) -> ReconciliationState:
    return given(RECONCILIATION, events)


def decided(state: ReconciliationState, at: EnterpriseState, *named: Decided, proposal: int = 1, **rest: Any) -> ChangeDecided:
    given_ = {"others": None, "reason": None, **rest}
    return reconciling.decide(state, at, proposal, named, given_["others"], given_["reason"], "officer-001", TODAY)


def refused(decide: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as caught:
        decide()
    return caught.value.code


def only(events: Sequence[Event]) -> ChangeProposed:
    [event] = events
    assert isinstance(event, ChangeProposed)
    return event


def test_what_is_the_same_proposes_nothing() -> None:
    assert proposed(row()) == []
    assert proposed(row(name=f" {OPENED.name.replace('有限', '有 限')}")) == []


def test_a_field_that_differs_is_proposed_with_both_sides() -> None:
    event = only(proposed(row(name="南昌新木业有限公司")))
    [difference] = event.differences
    assert (event.kind, event.proposal) == ("changed", 1)
    assert (difference.name, difference.ours, difference.theirs) == ("name", OPENED.name, "南昌新木业有限公司")
    assert (difference.our_source, difference.our_confidence, difference.conflict) == ("self-report", "reported", None)


def test_what_an_officer_saw_later_conflicts_and_what_they_saw_before_is_news() -> None:
    seen = file(*amending.amend(file(), Entry({"name": "牌匾名"}), Telling.of("officer-on-site", "o", SEEN), confirm=True))
    later = only(proposed(row(name="南昌新木业有限公司", told_on=SEEN - timedelta(1)), at=seen))
    assert (later.kind, later.differences[0].conflict, later.differences[0].our_day) == ("conflicting", "seen-later", SEEN)
    assert only(proposed(row(name="南昌新木业有限公司", told_on=SEEN), at=seen)).kind == "changed"


def test_two_rows_that_disagree_conflict_even_if_one_of_them_is_ours() -> None:
    event = only(proposed(row(), row(number=3, name="另一家有限公司")))
    assert (event.kind, [one.conflict for one in event.differences]) == ("conflicting", ["told-twice"])
    both = only(proposed(row(status="active"), row(number=3, status="revoked")))
    assert [(one.name, one.conflict) for one in both.differences] == [("status", "told-twice")]


def test_who_is_gone_is_proposed_to_be_closed_and_closed_when_that_is_accepted() -> None:
    event = only(proposed(row(status="deregistered", told_on=date(2026, 2, 3))))
    assert event.kind == "closed"
    state = after(event)
    decision = decided(state, file(), others="accepted")
    [closed] = adopting.taken_over(file(), event, decision, TODAY)
    assert isinstance(closed, EnterpriseClosed)
    assert (closed.closed_on, closed.source) == (date(2026, 2, 3), "market-supervision")
    again = file(closed)
    assert proposed(row(status="deregistered"), at=again, state=evolve(state, decision)) == []


def test_who_is_closed_here_and_goes_on_there_conflicts_and_is_reopened_if_accepted() -> None:
    closed = file(*supervision.close(file(), Telling.of("officer-desk", "o", SEEN), SEEN, "关停"))
    event = only(proposed(row(name="别名有限公司"), at=closed))
    assert (event.kind, [one.name for one in event.differences]) == ("conflicting", ["status"])
    [reopened] = adopting.taken_over(closed, event, decided(after(event), closed, others="accepted"), TODAY)
    assert isinstance(reopened, EnterpriseReopened)


def evolve(state: ReconciliationState, *events: Event) -> ReconciliationState:
    for event in events:
        state = RECONCILIATION.evolve(state, event)
    return state


def test_the_same_again_is_proposed_once_and_something_else_takes_its_place() -> None:
    state = after(only(proposed(row(name="甲有限公司"))))
    assert proposed(row(name="甲有限公司", number=77, told_on=TODAY), state=state) == []
    assert only(proposed(row(name="乙有限公司"), state=state)).proposal == 2
    [withdrawn] = proposed(row(), state=state)
    assert isinstance(withdrawn, ProposalWithdrawn)
    assert evolve(state, withdrawn).stage == "withdrawn"


def test_what_was_kept_is_not_proposed_again_until_they_say_something_else() -> None:
    event = only(proposed(row(name="甲有限公司")))
    decision = decided(after(event), file(), Decided("name", "kept", "甲有限公司", "牌匾与营业执照不符"))
    state = evolve(after(event), decision)
    assert (decision.accepted, decision.kept, state.stage) == (0, 1, "decided")
    assert proposed(row(name="甲有限公司", told_on=TODAY), state=state) == []
    assert only(proposed(row(name="乙有限公司"), state=state)).proposal == 2


def test_a_decision_is_about_what_was_looked_at_and_about_all_of_it() -> None:
    event = only(proposed(row(name="甲有限公司", industry_code="C3120")))
    state, now = after(event), file()
    name = Decided("name", "accepted", "甲有限公司")
    assert refused(lambda: decided(state, now, name, proposal=2)) == "proposal-superseded"
    assert refused(lambda: decided(state, now, name)) == "decision-missing"
    assert refused(lambda: decided(state, now, name, name, others="accepted")) == "decision-repeated"
    assert refused(lambda: decided(state, now, replace(name, value="丙"), others="accepted")) == "decision-strange"
    assert refused(lambda: decided(state, now, name, others="kept")) == "keeping-unreasoned"
    moved = file(*amending.amend(now, Entry({"name": "丁有限公司"}), Telling.of("officer-desk", "o", TODAY), confirm=True))
    assert refused(lambda: decided(state, moved, name, others="accepted")) == "proposal-stale"
    assert refused(lambda: decided(evolve(state, decided(state, now, others="accepted")), now)) == "proposal-decided"


def test_of_two_values_one_is_chosen() -> None:
    event = only(proposed(row(name="甲有限公司"), row(number=3, name="乙有限公司")))
    state = after(event)
    assert refused(lambda: decided(state, file(), others="accepted")) == "decision-missing"
    decision = decided(state, file(), Decided("name", "accepted", "乙有限公司"))
    [amended] = adopting.taken_over(file(), event, decision, TODAY)
    assert isinstance(amended, ProfileAmended)
    assert [(one.name, one.value, one.source) for one in amended.fields] == [("name", "乙有限公司", "market-supervision")]


def test_a_renewal_compares_with_the_file_as_it_is_now() -> None:
    event = only(proposed(row(name="甲有限公司")))
    state = after(event)
    assert reconciling.renew(state, file(), TODAY) == []
    desk = Telling.of("officer-desk", "o", TODAY)
    other = file(*amending.amend(file(), Entry({"name": "丁有限公司"}), desk, confirm=True))
    assert only(reconciling.renew(state, other, TODAY)).differences[0].ours == "丁有限公司"
    same = file(*amending.amend(file(), Entry({"name": "甲有限公司"}), desk, confirm=True))
    assert isinstance(reconciling.renew(state, same, TODAY)[0], ProposalWithdrawn)


def test_who_has_no_file_is_news_unless_they_are_gone() -> None:
    fact = replace(NEWS, reconciliation_id=reconciling.reconciliation_of(OPENED.uscc), enterprise_id=None)
    event = only(reconciling.propose(RECONCILIATION.initial, fact, [row()], None))
    assert (event.kind, {one.ours for one in event.differences}) == ("new", {None})
    assert reconciling.propose(RECONCILIATION.initial, fact, [row(status="revoked")], None) == []
    alike = replace(fact, others=("e-1",))
    assert only(reconciling.propose(RECONCILIATION.initial, alike, [row()], None)).kind == "conflicting"


def test_a_file_opened_from_their_register_says_so_field_by_field() -> None:
    told = {"name": "甲", "industry_code": "C2110", "legal_representative": "王", "registered_address": "路1号"}
    opening = Opening(district="donghu", sector="dust", address="路2号", safety_head="李", staff=7)
    fact = adopting.opened(OPENED.uscc, told, opening, "feed-1")
    assert (fact.enterprise_id, fact.import_id) == (enterprise_id_of(OPENED.uscc, "1"), "feed/feed-1")
    proposal = replace(NEWS, differences=tuple(Difference(name, value, 2, TODAY) for name, value in told.items()))
    [amended] = adopting.told_of(proposal, told, given(ENTERPRISE, [fact]))
    assert isinstance(amended, ProfileAmended)
    assert {(one.name, one.source, one.stated_on) for one in amended.fields} == {
        (name, "market-supervision", TODAY) for name in told
    }
    assert refused(lambda: adopting.opened(OPENED.uscc, {"name": "甲"}, opening, "feed-1")) == "opening-incomplete"
    lacking = {name: value for name, value in told.items() if name != "industry_code"}
    assert adopting.opened(OPENED.uscc, lacking, replace(opening, industry_code="C3110"), "feed-1").industry_code == "C3110"


def test_an_older_or_a_narrower_feed_leaves_what_waits_as_it_is() -> None:
    """April's deregistration is not undone by January's backlog, nor by a feed that does not tell of the field."""
    april, january = date(2026, 3, 18), date(2026, 1, 5)
    state = after(only(proposed(row(status="deregistered", told_on=april))))
    assert proposed(row(told_on=january), state=state) == []
    named = after(only(proposed(row(name="甲有限公司", told_on=april))))
    bare = Told(2, OPENED.uscc, {"industry_code": OPENED.industry_code}, "active", TODAY, TODAY, None)
    assert proposed(bare, state=named) == []
    assert only(proposed(row(name="乙有限公司", told_on=TODAY), state=named)).proposal == 2
    assert isinstance(proposed(row(told_on=TODAY), state=named)[0], ProposalWithdrawn)


def test_a_confirmation_on_site_makes_a_proposal_stale() -> None:
    """The value is the same as when it was proposed, what it is worth is not."""
    event = only(proposed(row(name="甲有限公司")))
    seen = file(*amending.amend(file(), Entry({"name": OPENED.name}), Telling.of("officer-on-site", "o", SEEN), confirm=True))
    assert refused(lambda: decided(after(event), seen, others="accepted")) == "proposal-stale"
    assert only(reconciling.renew(after(event), seen, TODAY)).kind == "conflicting"


def test_of_two_values_neither_comes_back_once_it_was_decided() -> None:
    rows = (row(name="甲有限公司"), row(number=3, name="乙有限公司"))
    state = after(only(proposed(*rows)))
    kept = evolve(state, decided(state, file(), others="kept", reason="均有误"))
    assert proposed(*rows, state=kept) == []
    assert proposed(row(name="甲 有限公司"), state=kept) == []


def test_a_site_that_moved_is_decided_where_it_is() -> None:
    state = after(only(proposed(row(name="甲有限公司"))))
    [moved] = reconciling.move(state, "xihu", TODAY)
    assert isinstance(moved, ChangeProposed)
    assert (moved.district, moved.proposal, moved.differences) == ("xihu", 2, only([state.proposed or moved]).differences)
    assert reconciling.move(RECONCILIATION.initial, "xihu", TODAY) == []


NAMES = st.sampled_from(["甲", "乙", "丙", OPENED.name])
DAYS = st.dates(date(2026, 1, 1), date(2026, 3, 15))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("feed"), NAMES, DAYS),
        st.tuples(st.just("seen"), NAMES, DAYS),
        st.tuples(st.sampled_from(["accepted", "kept"]), st.just(""), DAYS),
    ),
    max_size=12,
)


@each(STEPS)
def test_a_feed_alone_never_changes_a_file(steps: list[tuple[str, str, date]]) -> None:
    """Whatever comes in whatever order: only an officer's entry or decision changes the name."""
    now, state = file(), RECONCILIATION.initial
    for what, name, day in steps:
        before = now.value("name")
        if what == "feed":
            events = reconciling.propose(state, NEWS, [row(name=name, told_on=day)], now)
            state = evolve(state, *events)
            assert now.value("name") == before
            if state.proposed is not None:
                [one] = state.proposed.differences
                assert one.theirs == name or one.told_on > day
                assert not reconciling.alike(str(now.value("name")), one.theirs)
        elif what == "seen":
            for event in amending.amend(now, Entry({"name": name}), Telling.of("officer-on-site", "o", day), confirm=True):
                now = evolve_enterprise(now, event)
        elif state.proposed is not None:
            known = state.proposed
            state = evolve(state, *reconciling.renew(state, now, TODAY))
            if (known := state.proposed or known) is state.proposed:
                decision = decided(state, now, proposal=known.proposal, others=what, reason="核对")
                for event in adopting.taken_over(now, known, decision, TODAY):
                    now = evolve_enterprise(now, event)
                state = evolve(state, decision)
                assert now.value("name") == (known.differences[0].theirs if what == "accepted" else before)
    if state.proposed is not None:
        assert refused(lambda: decided(state, now, proposal=state.count + 1, others="accepted")) == "proposal-superseded"


HEADS = ["统一社会信用代码", "企业名称", "法定代表人", "住所", "登记状态"]


def read(*cells: list[Any], heads: list[Any] | None = None) -> feed.Feed:
    rows = [Row(1, heads or HEADS), *(Row(number, row) for number, row in enumerate(cells, start=2))]
    return feed.read_feed(LAYOUT, rows, SETTING, TODAY)


def test_rows_are_read_with_their_faults_and_others_stand() -> None:
    good = [code(1), "甲有限公司", "王", "路1号", "存续"]
    told = read(good, [code(2), "乙", "王", "路", "在营业"], ["123", "丙", "王", "路", "注销"])
    assert (told.rows, told.refused, list(told.told)) == (3, 2, [code(1)])
    assert [(fault.row, fault.column, fault.code) for fault in told.faults] == [
        (3, "登记状态", "value-unknown"), (4, "统一社会信用代码", "uscc-length"),
    ]  # fmt: skip
    [row] = told.told[code(1)]
    assert (row.status, row.told_on) == ("active", TODAY)


@pytest.mark.parametrize(
    ("heads", "code"),
    [(HEADS[1:], "column-missing"), ([*HEADS, "备注"], "column-unknown"), ([*HEADS, "住所"], "column-repeated")],
)
def test_columns_that_are_not_the_layouts_refuse_a_feed(heads: list[str], code: str) -> None:
    with pytest.raises(WorkbookRefused) as caught:
        read(heads=heads)
    assert [fault.code for fault in caught.value.faults] == [code]

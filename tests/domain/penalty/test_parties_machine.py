"""No sequence of commands about two parties makes an invalid case: offices apart, hearing before decision, nothing heavier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chassis.aggregates import nothing, state_bytes
from chassis.domain import CHINA, Actor, Event, Refused
from chassis.testing import given
from services.penalty import domain
from services.penalty.domain import CASE, UNIT, Beside, CaseState, Charge, Convene, Hold, Person
from tests.domain.penalty.story import (
    FILED,
    HEAD,
    OFFICERS,
    REVIEWER,
    SIX,
    charge,
    clue,
    evidence,
    filed,
    noon,
    requested,
    rules,
    sanctions,
)

PERSON = "p-1"
PARTIES = st.sampled_from([UNIT, PERSON])
HOST = Actor(id="host-1", name="主持人", role="officer")
PEOPLE = st.sampled_from([HEAD, REVIEWER, HOST, Actor(id="o-li", name="李明", role="approver")])
LAW = replace(sanctions(), unrectified=frozenset({"h-1", "h-2"}))
UNITS, PERSONS = st.sampled_from([5_000_000, 19_999_999, 20_000_001]), st.sampled_from([1_000_000, 1_999_999, 2_000_001])
THIRD = domain.Officer(
    officer_id="o-sun", name="孙杰", certificate_no="JX009", certificate_valid_to=OFFICERS[0].certificate_valid_to
)
KNOWN = (*OFFICERS, THIRD)


def unit(fen: int) -> Charge:
    return replace(charge(fen), phase="overdue")


def personal(fen: int) -> Charge:
    return replace(charge(fen), phase="overdue", subject="person", party_id=PERSON)


class Parties(RuleBasedStateMachine):
    """Anybody tries anything towards either party, on days that only go forward."""

    @initialize()
    def begin(self) -> None:
        self.day = FILED
        self.history: list[Event] = [clue(), requested(), filed(), evidence()]
        self.owned: CaseState = given(CASE, self.history)
        self.bases: list[str | None] = []

    @property
    def at(self) -> datetime:
        return noon(self.day)

    def attempt(self, decide: Callable[[], list[Any]]) -> list[Event]:
        """Run a decision; a refusal changes nothing."""
        try:
            events = decide()
        except Refused as refused:
            self.bases.append(refused.basis)
            return []
        assert not (events and self.owned.reached("closed")), "a closed case accepted a command"
        for event in events:
            self.owned = CASE.evolve(self.owned, event)
            self.history.append(event)
        return events

    @rule(days=st.integers(1, 12))
    def days_pass(self, days: int) -> None:
        self.day += timedelta(days=days)

    @rule()
    def join(self) -> None:
        person = Person(party_id=PERSON, name="王", id_number="1", capacity="principal-head", address="南昌")
        self.attempt(lambda: domain.join_party(self.owned, person, "主管人员", rules(self.day)))

    @rule(first=UNITS, second=PERSONS | st.none(), anew=st.sampled_from("abcd"))
    def close_investigation(self, first: int, second: int | None, anew: str) -> None:
        ids = tuple(handler.officer_id for handler in self.owned.officers)
        record = domain.RecordEvidence(kind="documentary", title="证据", officer_ids=ids, sha256=anew * 64)
        self.attempt(lambda: domain.record_evidence(self.owned, record, KNOWN, self.at, rules(self.day)))
        proposed = (unit(first), *(() if second is None else (personal(second),)))
        made_anew = self.owned.to_decide_anew and anew != "d"  # whoever is decided against already is left out then
        charges = tuple(c for c in proposed if not made_anew or self.owned.decision_of(c.party_id) is None)
        closing = domain.CloseInvestigation(charges=charges, opinion="意见")
        self.attempt(lambda: domain.close_investigation(self.owned, closing, LAW, self.at, rules(self.day)))

    @rule(passed=st.booleans(), actor=PEOPLE)
    def review(self, passed: bool, actor: Actor) -> None:
        command = domain.ReviewCase(passed=passed, opinion="意见")
        self.attempt(lambda: domain.review_case(self.owned, command, actor, rules(self.day)))

    @rule()
    def discuss(self) -> None:
        members = tuple(domain.Opinion(member_id=one, name="负责人", opinion="同意") for one in "ab")
        command = domain.DiscussCase(members=members, conclusion="approved", note="同意")
        self.attempt(lambda: domain.discuss_case(self.owned, command, self.at, rules(self.day)))

    @rule(party=PARTIES)
    def notify(self, party: str) -> None:
        command = domain.ServeNotice(manner="direct", party_id=party)
        self.attempt(lambda: domain.serve_notice(self.owned, command, "号", self.at, rules(self.day)))

    @rule(party=PARTIES)
    def waive(self, party: str) -> None:
        self.attempt(lambda: domain.record_statement(self.owned, "waived", "", self.at, rules(self.day), party))

    @rule(party=PARTIES)
    def ask_to_be_heard(self, party: str) -> None:
        self.attempt(lambda: domain.request_hearing(self.owned, party, self.at, rules(self.day)))

    @rule(party=PARTIES, after=st.integers(5, 15), host=PEOPLE)
    def convene(self, party: str, after: int, host: Actor) -> None:
        when = datetime.combine(self.day + timedelta(days=after), time(9), CHINA)
        command = Convene(held_at=when, place="会议室", host=host, clerk="c", public=True)
        self.attempt(lambda: domain.convene_hearing(self.owned, party, command, "号", self.at, rules(self.day)))

    @rule(party=PARTIES, actor=PEOPLE)
    def hear(self, party: str, actor: Actor) -> None:
        hold = Hold(representatives=(), record_sha256="a" * 64, signed=True)
        self.attempt(lambda: domain.hold_hearing(self.owned, party, hold, self.at, rules(self.day)))
        self.attempt(lambda: domain.report_hearing(self.owned, party, "维持", actor, self.at, rules(self.day)))

    @rule(party=PARTIES, gone=st.booleans())
    def give_up(self, party: str, gone: bool) -> None:
        if gone:
            self.attempt(lambda: domain.abandon_hearing(self.owned, party, "absent", self.at, rules(self.day)))
        else:
            self.attempt(lambda: domain.withdraw_hearing(self.owned, party, self.at, rules(self.day)))

    @rule(officer=st.sampled_from(["o-li", "o-wang", "host-1"]), granted=st.booleans())
    def recuse(self, officer: str, granted: bool) -> None:
        command = domain.RequestRecusal(officer_id=officer, office="handler", reason="亲属")
        self.attempt(lambda: domain.request_recusal(self.owned, command, rules(self.day)))
        self.attempt(lambda: domain.decide_recusal(self.owned, officer, granted, "属实", HEAD, rules(self.day)))

    @rule(pair=st.sampled_from([("o-wang", "o-sun"), ("o-li", "o-sun"), ("o-li", "o-wang")]))
    def replace_handlers(self, pair: tuple[str, ...]) -> None:
        self.attempt(lambda: domain.change_handlers(self.owned, pair, "回避", HEAD, KNOWN, self.at, rules(self.day)))

    @rule(party=PARTIES, actor=PEOPLE, share=st.sampled_from([None, 1_000_000, 5_000_000]))
    def decide(self, party: str, actor: Actor, share: int | None) -> None:
        before = self.owned
        amounts = None if share is None else {"STL-K1": share}
        command = domain.DecidePenalty(approver=actor, amounts=amounts, contents=SIX, sealed=True, party_id=party)
        number = f"罚{len(self.history)}号"
        for event in self.attempt(lambda: domain.decide_penalty(self.owned, command, number, LAW, self.at, rules(self.day))):
            self.check_decision(before, party, event)

    def check_decision(self, before: CaseState, party: str, event: Any) -> None:
        """What must hold of a party at the moment at which it is decided against."""
        side = before.side(party)
        assert side is not None
        assert side.notice is not None
        assert side.decision is None
        assert event.total_fen <= side.notice.intended_fen
        assert not side.hearing.open
        assert not side.hearing.awaits_report
        assert before.review == "passed" or not before.review_required
        assert before.discussed_on is not None or not any(
            rules(self.day).reached(
                "collective-discussion", one.measured_as, sum(c.amount_fen for c in before.charges_of(one.party_id))
            )
            for one in before.charged
        )
        assert event.approved_by not in {handler.officer_id for handler in before.officers}
        assert not {handler.officer_id for handler in before.officers} & {*before.recused}

    @rule(party=PARTIES)
    def serve(self, party: str) -> None:
        command = domain.ServeDecision(manner="direct", recipient="张三", received_on=self.day, party_id=party)
        self.attempt(lambda: domain.serve_decision(self.owned, command, self.at, rules(self.day)))

    @rule(party=PARTIES, anew=st.booleans())
    def revoke(self, party: str, anew: bool) -> None:
        command = domain.RevokeDecision(cause="self-correction", reason="有误", anew=anew, party_id=party)
        self.attempt(lambda: domain.revoke_decision(self.owned, command, self.at, rules(self.day)))

    @rule(ground=st.sampled_from(["performed", "revoked", "no-penalty", "transferred"]))
    def close(self, ground: domain.Ground) -> None:
        settled = {party: domain.PaymentState(settled_on=self.day) for party in (UNIT, PERSON)}
        beside = Beside(payments=settled, hazards={"h-1": "rectified", "h-2": "rectified"})
        if self.attempt(lambda: domain.close_case(self.owned, beside, ground, "结案", HEAD, self.at, rules(self.day))):
            assert ground in ("performed", "revoked")
            assert all(side.decision is not None for side in self.owned.charged)
            assert all(side.decision is None or side in self.owned.charged for side in self.owned.sides)

    @rule(steps=st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=5))
    def advance(self, steps: list[tuple[bool, bool, bool]]) -> None:
        """What comes next in an ordinary case, so that the far stages are reached too; now and then something is left out."""
        for heard, reviewed, away in steps:
            self.go_on(heard, reviewed, away)

    @rule(party=PARTIES)
    def make_anew(self, party: str) -> None:
        """What takes long to happen by chance: of two decisions that were served one is revoked and made anew."""
        for _ in range(4):
            if self.owned.stage != "served":
                self.go_on(False, True, False)
        self.revoke(party, True)
        self.close_investigation(5_000_000, 1_000_000, "a")
        for _ in range(2):
            self.go_on(False, True, False)

    def go_on(self, heard: bool, reviewed: bool, away: bool) -> None:
        if not self.owned.reached("investigated"):
            self.join()
            self.close_investigation(5_000_000, 1_000_000, "e" if self.owned.investigated_on is None else "a")
        elif not self.owned.reached("noticed"):
            if reviewed:
                self.review(True, REVIEWER)
            for party in (UNIT, PERSON):
                self.notify(party)
                self.waive(party)
        elif heard and self.owned.hearing_held_on is None:
            self.ask_to_be_heard(UNIT)
            self.convene(UNIT, 15, HOST)
            self.day += timedelta(days=15)
            if not away:
                self.hear(UNIT, HOST)
        else:
            self.day += timedelta(days=9)
            if reviewed:
                self.review(True, REVIEWER)
            if away:
                self.recuse("o-li", True)
            self.discuss()
            for party in (UNIT, PERSON):
                self.decide(party, HEAD, None)
                self.serve(party)

    @invariant()
    def refusals_name_their_basis(self) -> None:
        assert all(self.bases)

    @invariant()
    def what_is_decided_stands_until_it_is_revoked(self) -> None:
        """Whatever is done towards the other party, or anew: a decision goes only by being revoked, its charges stay with it."""
        last: dict[str, str] = {}
        for event in self.history:
            if isinstance(event, domain.PenaltyDecided):
                last[event.party.party_id] = event.document_no
            elif isinstance(event, domain.DecisionRevoked) and event.anew:
                del last[event.party_id]
        stands = {side.party_id: side.decision for side in self.owned.sides if side.decision is not None}
        assert {party: decision.document_no for party, decision in stands.items()} == last
        for party, decision in stands.items():
            charged = {charge.item_code for charge in self.owned.charges_of(party)}
            assert charged == {charge.item_code for charge in decision.charges}

    @invariant()
    def nobody_acts_in_two_offices(self) -> None:
        people = [person for person, _ in self.owned.offices]
        assert len(people) == len(set(people))

    @invariant()
    def state_is_the_fold(self) -> None:
        assert given(CASE, self.history) == self.owned

    def teardown(self) -> None:
        """A snapshot of the case, whatever happened to it, comes back as the same state."""
        assert state_bytes(replace(nothing(CASE, "case"), state=self.owned)) is not None


Parties.TestCase.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestParties = Parties.TestCase

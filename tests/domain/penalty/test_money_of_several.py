"""Money of several parties of one case: to the fen for each and together, and what happens to one never moves another's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from datetime import date, timedelta
from typing import Any, get_args

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chassis.deadlines import Deadline
from chassis.domain import Actor, Event, Refused
from chassis.runner import Work
from services.penalty import domain
from services.penalty.commands import charging, deciding, payments, remedies, statements
from services.penalty.domain import PAYMENTS, UNIT, Charge, bank, bank_events, payment_events, region_key
from services.penalty.domain.payment import MakeRefund
from services.penalty.domain.remedy import REMEDIES
from services.penalty.domain.remedy_events import Kind, Result
from services.penalty.domain.statement import Entry
from tests.domain.penalty.memory import Memory, answered
from tests.domain.penalty.reckoning import counted_surcharge, total, withdrawn
from tests.domain.penalty.several import CHARGED, EVERYBODY, FIRST, GAINS, PROPOSED, SECOND, Books, charges_of, person
from tests.domain.penalty.story import CASE_ID, FILED, HANDLERS, HEAD, REVIEWER, clue, evidence, filed, noon, requested

PARTIES = st.sampled_from(EVERYBODY)
SUMS = st.sampled_from([1, 333, 100_000, 999_999, 1_000_001])
DESK = Actor(id="f-1", name="财务", role="finance")
OFFICER = Actor(id=HANDLERS[0], name="李明", role="officer")
AUTHORITY = "东湖区人民政府"
TABLES = ("payment", "remedy", "enforcement", "publication")


class MoneyOfSeveral(RuleBasedStateMachine):
    """Anybody tries anything with the money of a unit and two persons, on days that only go forward."""

    @initialize(charged=CHARGED, served=st.sets(PARTIES, min_size=1))
    def begin(self, charged: dict[str, tuple[Charge, ...]], served: set[str]) -> None:
        self.memory = Memory(FILED)
        self.answers = answered(self.memory)
        self.answers.__enter__()
        self.books = {party: Books() for party in EVERYBODY}
        self.count = 0
        self.codes: Counter[str] = Counter()
        self.waiting: dict[str, tuple[int, date]] = {}
        self.memory.begin(clue(), requested(), filed(), evidence(), person(FIRST), person(SECOND))
        self.propose([one for party in EVERYBODY for one in charged[party]])
        for party in EVERYBODY:
            self.notify(party)
        self.memory.day += timedelta(days=12)
        for party in EVERYBODY:
            self.decide(party, None)
            if party in served:
                self.serve(party)
        assert {side.party_id for side in self.memory.case.sides if side.decision} == {*EVERYBODY}

    def teardown(self) -> None:
        self.answers.__exit__(None, None, None)

    # What the machine does with each step.

    def attempt(self, party: str | None, actor: Actor, handler: Callable[[Work], Awaitable[Any]]) -> bool:
        """Carry a command about one party out: whatever it appends to a region is that party's."""
        others = {one: self.memory.account(one) for one in EVERYBODY if one != party}
        try:
            appended = self.memory.run(actor, handler)
        except Refused as refused:
            self.codes[refused.code] += 1
            assert {one: self.memory.account(one) for one in others} == others
            return False
        if party is not None:
            assert {one: self.memory.account(one) for one in others} == others
            regions = {stream_id for stream_id in appended if stream_id.partition(":")[0] in TABLES}
            assert regions <= {f"{name}:{region_key(CASE_ID, party)}" for name in TABLES}, regions
        for stream_id, events in appended.items():
            self.of_whom(stream_id, events)
        return bool(appended)

    def of_whom(self, stream_id: str, events: Iterable[Event]) -> None:
        """What stands in a party's region says that it is about that party."""
        keys = {f"{name}:{region_key(CASE_ID, party)}": party for name in TABLES for party in EVERYBODY}
        if (party := keys.get(stream_id)) is not None:
            assert {getattr(event, "party_id", party) for event in events} == {party}

    def reference(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count}"

    # The procedure.

    def propose(self, charges: list[Charge]) -> bool:
        digest = f"{len(self.memory.case.evidence):064d}"
        record = domain.RecordEvidence(kind="documentary", title="证据", officer_ids=HANDLERS, sha256=digest)
        self.attempt(None, OFFICER, lambda work: charging.record_evidence(work, CASE_ID, record))
        closing = domain.CloseInvestigation(charges=tuple(charges), opinion="意见")
        closed = self.attempt(None, OFFICER, lambda work: charging.close_investigation(work, CASE_ID, closing))
        if closed:
            passed = domain.ReviewCase(passed=True, opinion="意见")
            self.attempt(None, REVIEWER, lambda work: charging.review_case(work, CASE_ID, passed))
            members = tuple(domain.Opinion(member_id=one, name="负责人", opinion="同意") for one in "ab")
            discussed = domain.DiscussCase(members=members, conclusion="approved", note="同意")
            self.attempt(None, HEAD, lambda work: charging.discuss_case(work, CASE_ID, discussed))
        return closed

    def notify(self, party: str) -> None:
        notice = domain.ServeNotice(manner="direct", party_id=party)
        self.attempt(party, OFFICER, lambda work: deciding.serve_notice(work, CASE_ID, notice))
        self.attempt(party, OFFICER, lambda work: deciding.record_statement(work, CASE_ID, "waived", "", party))

    def decide(self, party: str, amounts: dict[str, int] | None) -> bool:
        command = deciding.Decide(amounts=amounts, sealed=True, party_id=party)
        return self.attempt(party, HEAD, lambda work: deciding.decide_penalty(work, CASE_ID, command))

    @rule(party=PARTIES)
    def serve(self, party: str) -> None:
        command = domain.ServeDecision(manner="direct", recipient="张三", received_on=self.memory.day, party_id=party)
        self.attempt(party, OFFICER, lambda work: deciding.serve_decision(work, CASE_ID, command))

    @rule(days=st.integers(1, 25))
    def days_pass(self, days: int) -> None:
        """Deadlines fire as their day is over."""
        for _ in range(days):
            self.memory.day += timedelta(days=1)
            for party in EVERYBODY:
                self.fire(party)

    def fire(self, party: str) -> None:
        account, yesterday = self.memory.account(party), self.memory.day - timedelta(days=1)
        due = {account.due_on, *(part.due_on for part in (account.plan.instalments if account.plan else ()))}
        fires = [(payments.flag_payment_overdue, day) for day in due if day == yesterday]
        fires += [(payments.reach_cap, account.cap_on)] if account.cap_on is not None and account.cap_on <= yesterday else []
        for fire, day in fires:
            deadline = Deadline(
                id="x", kind="x", key=region_key(CASE_ID, party), due_at=noon(self.memory.day), detail={"due_on": f"{day}"}
            )  # fmt: skip
            self.attempt(party, OFFICER, lambda work, fire=fire, deadline=deadline: fire(work, deadline))  # type: ignore[misc]

    # Money that comes and goes.

    @rule(party=PARTIES, fen=SUMS, ago=st.integers(0, 30))
    def pay(self, party: str, fen: int, ago: int) -> None:
        paid_on = self.memory.day - timedelta(days=ago)
        command = domain.ReceivePayment(amount_fen=fen, bank_reference=self.reference("B"), paid_on=paid_on)
        if self.attempt(party, DESK, lambda work: payments.receive_payment(work, CASE_ID, party, command)):
            self.books[party].paid.append((paid_on, fen))

    @rule(party=PARTIES, more=st.sampled_from([0, 0, 0, 1, 500]))
    def pay_the_rest(self, party: str, more: int) -> None:
        if fen := self.memory.account(party).outstanding_fen:
            self.pay(party, fen + more, 0)

    @rule(rows=st.lists(st.tuples(PARTIES | st.none(), SUMS, st.sampled_from(["code", "number"])), min_size=1, max_size=3))
    def the_bank_reports(self, rows: list[tuple[str | None, int, str]]) -> None:
        """A statement with transfers of several parties, and of somebody who does not say what they are for."""
        entries = [self.entry(line, *row) for line, row in enumerate(rows, start=2)]
        served = {party for party in EVERYBODY if self.owes(party)}
        before = {party: self.memory.account(party).received_fen for party in EVERYBODY}
        command = statements.ImportStatement(
            statement_id=self.reference("S"), file_name="x.csv", sha256="0", entries=tuple(entries)
        )
        assert self.attempt(None, DESK, lambda work: statements.import_statement(work, command))
        for entry, (party, fen, _) in zip(entries, rows, strict=True):
            told = self.memory.state(bank.TRANSFERS, entry.bank_reference)
            assert told.party_id == (party if party in served else None), (party, told.reported.unmatched)
            if party in served and party is not None:
                self.books[party].paid.append((entry.paid_on, fen))
            else:
                self.waiting[entry.bank_reference] = (fen, entry.paid_on)
        assert sum(self.memory.account(party).received_fen - before[party] for party in EVERYBODY) == sum(
            entry.amount_fen for entry in entries if entry.bank_reference not in self.waiting
        )

    def owes(self, party: str) -> bool:
        """Whether a decision against the party was received and stands: only for that money is taken."""
        decision = self.memory.case.decision_of(party)
        return decision is not None and decision.received_on is not None and decision.revoked_on is None

    def entry(self, line: int, party: str | None, fen: int, by: str) -> Entry:
        key = None if party is None else region_key(CASE_ID, party)
        number = "" if party is None else self.memory.account(party).document_no
        named: dict[str, Any] = {"code": key} if by == "code" or not number else {"numbers": ((bank.number_key(number),),)}
        return Entry(line=line, bank_reference=self.reference("B"), amount_fen=fen, paid_on=self.memory.day, **named)

    @rule(party=PARTIES, back=st.booleans())
    def somebody_finds_out(self, party: str, back: bool) -> None:
        """What nobody knew is assigned to a party, or goes back to whoever sent it."""
        if not self.waiting:
            return
        reference, (fen, paid_on) = next(iter(self.waiting.items()))
        if back:
            out = bank.ReturnTransfer(return_reference=self.reference("R"), returned_on=self.memory.day, note="误汇")
            done = self.attempt(None, DESK, lambda work: statements.return_transfer(work, reference, out))
        elif done := self.attempt(
            party, DESK, lambda work: statements.assign_transfer(work, reference, CASE_ID, party, "来电说明")
        ):
            self.books[party].paid.append((paid_on, fen))
        if done:
            del self.waiting[reference]

    @rule(party=PARTIES, fen=SUMS | st.none())
    def refund(self, party: str, fen: int | None) -> None:
        amount = self.memory.account(party).credit_fen if fen is None else fen
        command = MakeRefund(amount_fen=amount, bank_reference=self.reference("R"), refunded_on=self.memory.day)
        if self.attempt(party, DESK, lambda work: payments.make_refund(work, CASE_ID, party, command)):
            self.books[party].back += amount

    # What is put off, added and let off.

    @rule(party=PARTIES, parts=st.lists(st.integers(1, 60), min_size=1, max_size=4, unique=True), agreed=st.booleans())
    def put_off(self, party: str, parts: list[int], agreed: bool) -> None:
        days = [self.memory.day + timedelta(days=day) for day in sorted(parts)]
        share, rest = divmod(self.memory.account(party).fine_due_fen, len(days))
        asked = tuple(domain.deferral.Part(day, share + (rest if place == 0 else 0)) for place, day in enumerate(days))
        request = domain.deferral.RequestDeferral(reason="困难", parts=asked, applied_on=self.memory.day)
        self.attempt(party, OFFICER, lambda work: payments.request_deferral(work, CASE_ID, party, request))
        answer = domain.deferral.AnswerDeferral(approver=HEAD, agreed=agreed, opinion="意见")
        self.attempt(party, HEAD, lambda work: payments.answer_deferral(work, CASE_ID, party, answer))

    @rule(party=PARTIES, ago=st.integers(0, 5))
    def surcharge(self, party: str, ago: int) -> None:
        until = self.memory.day - timedelta(days=ago)
        if not self.attempt(party, HEAD, lambda work: payments.decide_surcharge(work, CASE_ID, party, until)):
            return
        account, books = self.memory.account(party), self.books[party]
        assert account.surcharge_fen <= account.amount_fen
        if account.plan is None and not books.former and account.due_on is not None:
            found = counted_surcharge(account.amount_fen, account.due_on, books.paid, books.complained, until)
            assert account.surcharge_fen == found

    @rule(party=PARTIES, fen=SUMS | st.none())
    def remit(self, party: str, fen: int | None) -> None:
        amount = self.memory.account(party).surcharge_due_fen if fen is None else fen
        self.attempt(party, HEAD, lambda work: payments.remit_surcharge(work, CASE_ID, party, amount, "协议"))

    @rule(party=PARTIES, days=st.integers(1, 40), share=st.integers(1, 3))
    def fall_behind(self, party: str, days: int, share: int) -> None:
        """What takes long to happen by chance: a fine becomes late, its surcharge is decided, a part of that is remitted."""
        final = self.memory.account(party).final_due_on or self.memory.day
        self.days_pass(min(25, max(1, (final - self.memory.day).days + 1)))
        self.memory.day = max(self.memory.day, final + timedelta(days=days))
        self.surcharge(party, 0)
        if share > 1:
            self.remit(party, max(1, self.memory.account(party).surcharge_due_fen // share))

    # Complaints, and what the organ does of itself.

    @rule(party=PARTIES, kind=st.sampled_from(["reconsideration", "first-instance"]))
    def complain(self, party: str, kind: Kind) -> None:
        day = self.memory.day
        sought = domain.recourse.SeekRemedy(kind=kind, authority=AUTHORITY, reference_no="1", applied_on=day)
        if self.attempt(party, OFFICER, lambda work: remedies.seek(work, CASE_ID, party, sought)):
            self.books[party].complained.append([day, None])
            answer = domain.recourse.AnswerRemedy(accepted=True, reference_no="1", answered_on=day)
            assert self.attempt(party, OFFICER, lambda work: remedies.answer(work, CASE_ID, party, answer))

    @rule(party=PARTIES, result=st.sampled_from(get_args(Result)), fen=SUMS)
    def is_told(self, party: str, result: Result, fen: int) -> None:
        """What was complained of is decided, and the organ does as it says."""
        now, decision = self.memory.state(REMEDIES, region_key(CASE_ID, party)).current, self.memory.case.decision_of(party)
        if now is None or decision is None:
            return
        day = self.memory.day
        left = min(fen, decision.total_fen) if result == "changed" else None
        command = domain.recourse.DecideRemedy(result=result, reference_no="2", decided_on=day, received_on=day, total_fen=left)
        if not self.attempt(party, OFFICER, lambda work: remedies.decide(work, CASE_ID, party, command)):
            return
        if now.kind == "first-instance":
            assert self.attempt(party, OFFICER, lambda work: remedies.take_effect(work, CASE_ID, party, day))
        self.books[party].complained[-1][1] = day
        cause: domain.Cause = "reconsideration" if now.kind == "reconsideration" else "litigation"
        if left is not None:
            self.change(party, left, cause)
        elif result in ("revoked", "void", "ordered-anew"):
            self.revoke(party, cause, result == "ordered-anew")

    def change(self, party: str, left: int, cause: domain.Cause) -> None:
        decision = self.memory.case.decision_of(party)
        amounts = {} if decision is None else domain.following.lowered(decision.charges, left)
        command = domain.ChangeDecision(cause=cause, amounts=amounts, reason="变更", party_id=party)
        self.attempt(party, HEAD, lambda work: deciding.change_decision(work, CASE_ID, command))

    def revoke(self, party: str, cause: domain.Cause, anew: bool) -> None:
        command = domain.RevokeDecision(cause=cause, reason="撤销", anew=anew, party_id=party)
        self.attempt(party, HEAD, lambda work: deciding.revoke_decision(work, CASE_ID, command))

    @rule(party=PARTIES, left=SUMS, gains=st.none() | st.sampled_from([0, 1]))
    def correct(self, party: str, left: int, gains: int | None) -> None:
        """The organ lowers a fine of itself, and what it confiscated."""
        decision = self.memory.case.decision_of(party)
        if decision is None:
            return
        amounts = domain.following.lowered(decision.charges, min(left, decision.total_fen))
        taken = {} if gains is None else {decision.charges[0].item_code: min(gains, decision.charges[0].confiscate_fen)}
        command = domain.ChangeDecision(
            cause="self-correction", amounts=amounts, confiscations=taken, reason="有误", party_id=party
        )
        self.attempt(party, HEAD, lambda work: deciding.change_decision(work, CASE_ID, command))

    @rule(party=PARTIES, certain=st.integers(0, 9), anew=st.booleans())
    def withdraw_it(self, party: str, certain: int, anew: bool) -> None:
        if not certain:
            self.revoke(party, "self-correction", anew)

    @rule(party=PARTIES, refunded=st.booleans(), lower=st.booleans(), data=st.data())
    def make_anew(self, party: str, refunded: bool, lower: bool, data: Any) -> None:
        """One decision of several is revoked, made anew and served; what was paid for it counts, or goes back."""
        if data.draw(st.integers(0, 3)):
            return
        self.revoke(party, "self-correction", True)
        if self.memory.case.decision_of(party) is not None:
            return
        if refunded:
            self.refund(party, None)
        charges = charges_of(party, data.draw(PROPOSED[party]), data.draw(GAINS))
        if not self.propose([*charges]):
            return
        self.notify(party)
        self.memory.day += timedelta(days=12)
        amounts = {charges[0].item_code: 1} if lower and party == UNIT else None
        if self.decide(party, amounts):
            self.books[party].former = True
            self.serve(party)

    # What holds after every step.

    @invariant()
    def no_fen_is_lost_or_made(self) -> None:
        """Of each party, and of all together: asked = kept of what came + due - to be given back + remitted + revoked."""
        for party in EVERYBODY:
            events, account = self.memory.events(PAYMENTS.id(region_key(CASE_ID, party))), self.memory.account(party)
            asked = total(events, domain.PaymentOpened) + total(events, domain.PaymentOpened, "confiscate_fen")
            asked += total(events, payment_events.SurchargeDecided)
            kept = sum(fen for _, fen in self.books[party].paid) - self.books[party].back
            remitted = total(events, payment_events.SurchargeRemitted)
            assert asked == kept + account.outstanding_fen - account.credit_fen + remitted + withdrawn(events), party
            assert account.received_fen - account.refunded_fen == kept, party

    @invariant()
    def the_account_is_that_of_the_decision(self) -> None:
        """What is owed is what was decided against this party and stands: fine and gains, to the fen."""
        for party in EVERYBODY:
            decision, account = self.memory.case.decision_of(party), self.memory.account(party)
            if decision is None or not self.owes(party):
                assert (account.amount_fen, account.confiscation_fen) == (0, 0), party
                continue
            assert (account.document_no, account.amount_fen) == (decision.document_no, decision.total_fen), party
            assert account.confiscation_fen == decision.confiscate_fen, party
            assert account.party_id == party

    @invariant()
    def nothing_is_negative(self) -> None:
        for party in EVERYBODY:
            account = self.memory.account(party)
            sums = (
                account.outstanding_fen, account.credit_fen, account.fine_due_fen, account.confiscation_due_fen,
                account.surcharge_due_fen, account.revoked_fen, account.received_fen - account.refunded_fen,
                account.surcharge_fen - account.remitted_fen,
            )  # fmt: skip
            assert min(sums) >= 0, (party, sums)
            assert min(account.outstanding_fen, account.credit_fen) == 0
            assert account.surcharge_fen <= max(account.amount_fen, account.remitted_fen)

    @invariant()
    def the_bank_agrees(self) -> None:
        """What lies at the bank is what is kept of all parties, and what nobody has claimed; each reference is one transfer."""
        of_bank = [event for stream_id, event in self.memory.history if stream_id.startswith("bank-transfer:")]
        reported = [event for event in of_bank if isinstance(event, bank_events.BankTransferReported)]
        sent = [event for event in of_bank if isinstance(event, bank_events.BankTransferSent)]
        kept = sum(self.memory.account(party).received_fen - self.memory.account(party).refunded_fen for party in EVERYBODY)
        lies = total(reported, bank_events.BankTransferReported) - total(sent, bank_events.BankTransferSent)
        assert lies == kept + sum(fen for fen, _ in self.waiting.values())
        references = [event.bank_reference for event in reported] + [event.bank_reference for event in sent]
        assert len(set(references)) == len(references)

    @invariant()
    def settled_means_that_nothing_is_owed(self) -> None:
        for party in EVERYBODY:
            account = self.memory.account(party)
            if account.settled_on is not None:
                assert account.outstanding_fen == 0, party
            elif account.due_on is not None and account.revoked_on is None:
                assert account.outstanding_fen > 0, party


MoneyOfSeveral.TestCase.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestMoneyOfSeveral = MoneyOfSeveral.TestCase

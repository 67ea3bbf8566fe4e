"""What the market supervision's register says otherwise of a site than its file: proposed, and decided by an officer.

Nothing is overwritten silently; and what an officer decided not to take over is not proposed again, until they say something new.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Literal

from chassis.domain import SUBJECT, Event, Personal, Refused, Stream, event
from services.registry.domain.feed import Told
from services.registry.domain.site_file import EnterpriseState
from services.registry.domain.stated import PERSONS, Stated, Value
from services.registry.domain.supervision import status_of

Kind = Literal["new", "changed", "closed", "conflicting"]
Outcome = Literal["accepted", "kept"]
Conflict = Literal["seen-later", "told-twice", "closed-here", "merged-here", "other-code"]
STATUS = "status"
"""The name under which a registration's state is compared with whether the site produces."""
OVER = ("deregistered", "revoked", "moved-out")


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of which their register says something else than the file; `ours` is None where the file says nothing.

    `told_on`: since when they say so. `conflict`: why it is not just news.
    """

    name: str
    theirs: Annotated[Value, Personal(SUBJECT, role_in="person")]
    row: int
    told_on: date
    ours: Annotated[Value | None, Personal(SUBJECT, role_in="person")] = None
    our_source: str | None = None
    our_confidence: str | None = None
    our_day: date | None = None
    conflict: Conflict | None = None

    @property
    def person(self) -> str | None:
        """The role of the person whom the field is about; None if it is about the site."""
        return PERSONS.get(self.name)


@dataclass(frozen=True, slots=True)
class Decided:
    """What an officer made of a field: `value` is what their register says and was taken over, or was not (`kept`)."""

    name: str
    outcome: Outcome
    value: Annotated[Value, Personal(SUBJECT, role_in="person")]
    reason: str | None = None

    @property
    def person(self) -> str | None:
        """The role of the person whom the field is about; None if it is about the site."""
        return PERSONS.get(self.name)


@event("casetrail.registry.change-proposed.v1", title="市场监管数据比对", summary="市场监管登记与档案不一致，待核定")
class ChangeProposed(Event):
    """What a feed says otherwise of a site than its file, or of an enterprise that has none: to be decided by an officer.

    It takes the place of what was proposed before and not decided. `others`: files of the same name under another USCC;
    `district`: whose officers decide.
    """

    reconciliation_id: str
    proposal: int
    kind: Kind
    feed_id: str
    uscc: str
    enterprise_id: str | None
    title: str
    differences: tuple[Difference, ...]
    proposed_on: date
    others: tuple[str, ...] = ()
    district: str | None = None


@event("casetrail.registry.proposal-withdrawn.v1", title="比对差异消失", summary="市场监管登记与档案已一致")
class ProposalWithdrawn(Event):
    """Before anybody decided, file and feed came to say the same."""

    reconciliation_id: str
    proposal: int
    feed_id: str
    withdrawn_on: date


@event("casetrail.registry.change-decided.v1", title="市场监管数据核定", summary="核定市场监管登记的变化")
class ChangeDecided(Event):
    """An officer decided about every field of a proposal; what was accepted is in the file by the same command."""

    reconciliation_id: str
    proposal: int
    enterprise_id: str | None
    decisions: tuple[Decided, ...]
    accepted: int
    kept: int
    decided_by: str
    decided_on: date


@dataclass(frozen=True, slots=True)
class ReconciliationState:
    """Their register and a file side by side: what is proposed and not decided, and what was decided to be kept, by field."""

    count: int = 0
    proposed: ChangeProposed | None = None
    last: ChangeProposed | None = None
    decided: ChangeDecided | None = None
    kept: tuple[tuple[str, Value], ...] = ()

    @property
    def stage(self) -> Literal["none", "open", "decided", "withdrawn"]:
        """How far the last proposal is."""
        if self.proposed is not None:
            return "open"
        if self.last is None:
            return "none"
        return "decided" if self.decided is not None and self.decided.proposal == self.last.proposal else "withdrawn"


def evolve_reconciliation(state: ReconciliationState, event: Event) -> ReconciliationState:
    """Fold one event into a reconciliation."""
    match event:
        case ChangeProposed():
            return replace(state, count=event.proposal, proposed=event, last=event)
        case ProposalWithdrawn():
            return replace(state, proposed=None)
        case ChangeDecided():
            return replace(state, proposed=None, decided=event, kept=_kept(state, event))
        case _:
            return state


def _kept(state: ReconciliationState, event: ChangeDecided) -> tuple[tuple[str, Value], ...]:
    """What is not to be proposed again: of every field that was decided, each value that was told and not taken over."""
    accepted = {(one.name, one.value) for one in event.decisions if one.outcome == "accepted"}
    told = {(one.name, one.theirs) for one in state.proposed.differences} if state.proposed else set()
    named = {name for name, _ in told}
    earlier = {one for one in state.kept if one[0] not in named}
    return tuple(sorted(earlier | (told - accepted), key=str))


def _district(state: ReconciliationState) -> str | None:
    return None if state.last is None else state.last.district


RECONCILIATION = Stream("reconciliation", ReconciliationState(), evolve_reconciliation, held_in=_district)


def reconciliation_of(uscc: str) -> str:
    """The key under which an enterprise without a file is reconciled; files are reconciled one by one, under their own ids."""
    return f"u-{uscc.lower()}"


def propose(state: ReconciliationState, fact: ChangeProposed, rows: Sequence[Told], file: EnterpriseState | None) -> list[Event]:
    """Propose what the rows of one enterprise say otherwise than its file, if anything; `fact` names feed, site and day.

    What is proposed already and not decided stays, if it is still the same; it is withdrawn if nothing differs any more. Of a
    field of which these rows say nothing, or something older, the open proposal stays as it is: feeds come in any order.
    """
    told = differences(rows, file)
    found = [one for one in told if not _is_kept(state, one)]
    if file is None and found:
        found = [*told]  # a file is opened with all of it, or not
    waiting = _waiting(state, rows, file)
    found = [one for one in found if one.name not in {other.name for other in waiting}] + waiting
    if fact.others:
        found = [replace(one, conflict="other-code") if one.name == "name" else one for one in found]
    return _proposed(state, fact, tuple(found))


def _is_kept(state: ReconciliationState, one: Difference) -> bool:
    return any(name == one.name and alike(value, one.theirs) for name, value in state.kept)


def _waiting(state: ReconciliationState, rows: Sequence[Told], file: EnterpriseState | None) -> list[Difference]:
    """What is proposed, is newer than what these rows say of the same field, and still differs from the file."""
    known = () if state.proposed is None else state.proposed.differences
    told = _said(rows, whole=True) if rows else {}
    newer = [one for one in known if all(since < one.told_on for _, _, since in told.get(one.name, ()))]
    return [now for one in newer if (now := _again(file, one)) is not None]


def _again(file: EnterpriseState | None, one: Difference) -> Difference | None:
    """A difference beside the file as it is now; None if there is none any more."""
    now = _beside(file, one.name, one.theirs, one.row, one.told_on)
    return replace(now, conflict=one.conflict) if now is not None and one.conflict in ("told-twice", "other-code") else now


def move(state: ReconciliationState, district: str, today: date) -> list[Event]:
    """Have an open proposal decided in another district, to which the site was given."""
    if state.proposed is None:
        return []
    return [replace(state.proposed, proposal=state.count + 1, district=district, proposed_on=today)]


def withdraw(state: ReconciliationState, feed_id: str, today: date) -> list[Event]:
    """Withdraw what is proposed, if anything: nothing differs any more, or who had no file is compared file by file now."""
    known = state.proposed
    if known is None:
        return []
    return [
        ProposalWithdrawn(
            reconciliation_id=known.reconciliation_id, proposal=known.proposal, feed_id=feed_id, withdrawn_on=today
        )
    ]  # fmt: skip


def renew(state: ReconciliationState, file: EnterpriseState | None, today: date) -> list[Event]:
    """Compare an open proposal with the file as it is now: proposed anew, withdrawn, or unchanged."""
    known = _open(state)
    found = [now for one in known.differences if (now := _again(file, one)) is not None]
    return _proposed(state, replace(known, proposed_on=today), tuple(found))


def _proposed(state: ReconciliationState, fact: ChangeProposed, found: tuple[Difference, ...]) -> list[Event]:
    known = state.proposed
    if not found:
        return withdraw(state, fact.feed_id, fact.proposed_on)
    if known is not None and known.district == fact.district and _same(known.differences, found):
        return []
    return [replace(fact, proposal=state.count + 1, kind=_kind(fact, found), differences=found)]


def _same(known: Iterable[Difference], found: Iterable[Difference]) -> bool:
    """Whether two proposals say the same, whichever row of whichever feed says it."""
    return {replace(one, row=0, told_on=date.min) for one in known} == {replace(one, row=0, told_on=date.min) for one in found}


def _kind(fact: ChangeProposed, found: Sequence[Difference]) -> Kind:
    if any(one.conflict is not None for one in found):
        return "conflicting"
    if fact.enterprise_id is None:
        return "new"
    return "closed" if any(one.name == STATUS and one.theirs in OVER for one in found) else "changed"


def differences(rows: Sequence[Told], file: EnterpriseState | None) -> tuple[Difference, ...]:
    """What the rows of one enterprise say otherwise than a file; without one, all that they say of an enterprise that goes on.

    A file that is closed or merged takes nothing more, so only its end is compared. Where two rows of one feed say different
    things, which is right the feed does not tell.
    """
    if file is None and all(row.status in OVER for row in rows):
        return ()
    found = []
    for name, said in _said(rows, whole=file is None or file.open).items():
        for value, row, since in said:
            difference = _beside(file, name, value, row, since)
            if difference is not None:
                found.append(replace(difference, conflict="told-twice") if len(said) > 1 else difference)
    return tuple(found)


def _said(rows: Sequence[Told], *, whole: bool) -> dict[str, list[tuple[Value, int, date]]]:
    """By field what is told of it, each value once: with the row and since when."""
    said: dict[str, list[tuple[Value, int, date]]] = {}
    for row in rows:
        told = [(name, value, row.told_on) for name, value in row.values.items()] if whole else []
        for name, value, since in (*told, (STATUS, row.status, row.status_since)):
            known = said.setdefault(name, [])
            if not any(alike(other, value) for other, _, _ in known):
                known.append((value, row.row, since))
    return said


def _beside(file: EnterpriseState | None, name: str, theirs: Value, row: int, told_on: date) -> Difference | None:
    """How a field of the file differs from what they say; None if it does not, or if they told something newer before."""
    if file is None:
        return None if name == STATUS else Difference(name, theirs, row, told_on)
    if name == STATUS:
        return _ended(file, theirs, row, told_on)
    ours = file.fields.get(name)
    if ours is None:
        return Difference(name, theirs, row, told_on)
    if alike(ours.value, theirs) or _newer_of_theirs(ours, told_on):
        return None
    day = max((day for day in (ours.stated_on, ours.confirmed_on) if day is not None), default=None)
    seen_later = ours.confidence == "confirmed" and day is not None and day > told_on
    return Difference(
        name, theirs, row, told_on, ours.value, ours.source, ours.confidence, day, "seen-later" if seen_later else None
    )


def _ended(file: EnterpriseState, theirs: Value, row: int, told_on: date) -> Difference | None:
    status = status_of(file)
    if (theirs in OVER) == (status in ("closed", "merged")):
        return None
    conflict: Conflict | None = None
    if theirs not in OVER:
        conflict = "merged-here" if status == "merged" else "closed-here"
    elif file.production_since is not None and file.production_since > told_on:
        conflict = "seen-later"
    return Difference(STATUS, theirs, row, told_on, status, our_day=file.production_since, conflict=conflict)


def _newer_of_theirs(ours: Stated, told_on: date) -> bool:
    """Whether the file has it from their register already, of a later day: feeds may arrive in any order."""
    return ours.source == "market-supervision" and ours.stated_on is not None and ours.stated_on > told_on


def alike(one: Value, other: Value) -> bool:
    """Whether two values are the same to a reader: wide and narrow letters, brackets and blanks do not differ."""
    return _plain(one) == _plain(other)


def _plain(value: Value) -> str:
    return "".join(unicodedata.normalize("NFKC", str(value)).split())


def decide(
    state: ReconciliationState, file: EnterpriseState | None, proposal: int, named: Sequence[Decided], others: Outcome | None,
    reason: str | None, by: str, on: date,
) -> ChangeDecided:  # fmt: skip
    """Decide about every field of the open proposal, once; `others` is what becomes of those that are not named, for `reason`.

    Refused if it is not the proposal that was looked at, if the file has changed since, if a field stays undecided or is decided
    for a value that nobody told, if of two values none is chosen, and if something is kept without a reason.
    """
    known = _open(state)
    if known.proposal != proposal:
        raise Refused(
            "proposal-superseded", "比对结果已更新，请重新查看", "another proposal has taken its place", proposal=known.proposal
        )
    _require_fresh(known, file)
    told: dict[str, list[Value]] = {}
    for difference in known.differences:
        told.setdefault(difference.name, []).append(difference.theirs)
    _require_named_once(told, named)
    chosen = {one.name: one for one in named}
    decided = tuple(chosen.get(name) or _other(name, values, others, reason) for name, values in told.items())
    for one in decided:
        if one.outcome == "kept" and not one.reason:
            raise Refused("keeping-unreasoned", "不采纳须说明理由", "what is kept needs a reason", field=one.name)
    accepted = sum(one.outcome == "accepted" for one in decided)
    return ChangeDecided(
        reconciliation_id=known.reconciliation_id, proposal=proposal, enterprise_id=known.enterprise_id, decisions=decided,
        accepted=accepted, kept=len(decided) - accepted, decided_by=by, decided_on=on,
    )  # fmt: skip


def _open(state: ReconciliationState) -> ChangeProposed:
    if state.proposed is None:
        raise Refused("proposal-decided", "没有待核定的差异", "nothing is proposed that is not decided")
    return state.proposed


def _require_fresh(known: ChangeProposed, file: EnterpriseState | None) -> None:
    changed = [one.name for one in known.differences if _again(file, one) != one]
    if changed:
        raise Refused(
            "proposal-stale",
            "档案已变化，请重新比对后核定",
            "the file has changed since; compare again, then decide",
            fields=changed,
        )


def _require_named_once(told: Mapping[str, Sequence[Value]], named: Sequence[Decided]) -> None:
    for place, one in enumerate(named):
        if any(one.name == other.name for other in named[:place]):
            raise Refused("decision-repeated", "同一项核定了两次", "a field is decided twice", field=one.name)
        if one.value not in told.get(one.name, ()):
            raise Refused("decision-strange", f"未提出的内容：{one.name}", f"this was not proposed of {one.name}", field=one.name)


def _other(name: str, values: Sequence[Value], others: Outcome | None, reason: str | None) -> Decided:
    if others is None or (others == "accepted" and len(values) > 1):
        raise Refused("decision-missing", f"须逐项核定：{name}", f"{name} needs a decision", field=name)
    return Decided(name, others, values[0], reason)

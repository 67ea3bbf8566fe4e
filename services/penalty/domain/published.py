"""What everybody may read of a decision: the fields of the public list, with natural persons masked."""

from __future__ import annotations

from collections.abc import Iterator

from services.penalty.domain.case import CaseState
from services.penalty.domain.publication_events import Published
from services.penalty.domain.rulebook import Rules
from services.penalty.domain.sides import Decision, Side

MASK = "***"
SHORTEST = 2  # characters: what is shorter is no name that could be told from other words
FINE = "fine"


def published_content(case: CaseState, side: Side, decision: Decision, rules: Rules) -> Published:
    """The content of a publication (WSL 2021, article 78; APL 2021, article 48), made of the file: nobody writes it by hand.

    A natural person is told as a mask, and wherever a party of the case is named in a text. Where no filing named the cause, as
    in the simple procedure, it is what was done.
    """
    items = {charge.item_code for charge in decision.charges}
    named = tuple(_named(case))
    facts = tuple(masked(act.fact, named) for act in case.acts if act.item_code in items)
    cited = (rules.provision(c.law, c.law_version, c.article, c.paragraph, c.item) for c in decision.charges)
    kinds = (*((FINE,) if decision.total_fen else ()), *(code for code in decision.kinds if code != FINE))
    return Published(
        kind=side.kind, name=MASK if side.kind == "person" else side.name, uscc=side.uscc,
        cause=masked(case.cause, named) or "；".join(dict.fromkeys(facts)), facts=facts,
        basis=tuple(dict.fromkeys(cited)), kinds=tuple(rules.kind_titles.get(code, code) for code in kinds),
        confiscate_fen=decision.confiscate_fen, organ=case.organ,
    )  # fmt: skip


def masked(text: str, named: tuple[str, ...]) -> str:
    """A text without what names these persons."""
    for name in named:
        text = text.replace(name, MASK)
    return text


def names_somebody(text: str, case: CaseState) -> bool:
    """Whether a text names a natural person who is a party of the case."""
    return any(name in text for name in _named(case))


def _named(case: CaseState) -> Iterator[str]:
    """What tells who the natural persons of a case are, the longest first, as one may stand within another."""
    persons = [side.person for side in case.sides if side.person is not None]
    told = {text for one in persons for text in (one.name, one.id_number, one.phone, one.address)}
    told |= {side.name for side in case.sides if side.kind == "person"}
    yield from sorted((text for text in told if len(text) >= SHORTEST), key=len, reverse=True)

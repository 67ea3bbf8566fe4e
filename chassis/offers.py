"""What may be done next with a matter, and what may not and why: each command is tried, by whoever asks, and nothing is kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from fastapi import Request

from chassis.aggregates import Loaded, nothing, read, read_together
from chassis.auth import ALL, Forbidden, Principal
from chassis.domain import Actor, Refused, Stream
from chassis.eventstore import Connection
from chassis.runner import Context, Runner, Work
from chassis.sight import Sight
from chassis.vault import Vault

S = TypeVar("S")
Steps = dict[str, list[dict[str, Any]]]
NO_STEPS: Steps = {"next_steps": [], "forbidden_steps": []}
"""Nothing is done in the past."""
NEVER_SENT = UUID(int=0)
NEW = "-"
"""The id of what is yet to be made: no id is written so, and nothing is read of it."""
NOTHING_NEW = Refused("nothing-to-do", "已经办理，无需重复办理", "this was done already: it would change nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A command as it may be offered: its stable name, Chinese and English title, where it is posted and by which roles.

    `tried` is the command's own handler, or the decision in it, with what a form would hold. `path` is as in the OpenAPI
    document, `values` fill it, `known` are fields that the form begins with. Refusals in `asked` are about what the form is yet
    to say: they do not keep the step from being offered. `makes` is the field that names what comes to be,
    under an id that the sender makes. `article` is what the step rests on, `by` who takes it, where that is one person only.
    """

    name: str
    zh: str
    en: str
    path: str
    roles: tuple[str, ...]
    tried: Callable[[Work], Awaitable[Any]]
    values: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, Any] = field(default_factory=dict)
    asked: Collection[str] = ()
    article: str | None = None
    makes: str | None = None
    by: str = ""


class Question:
    """What the commands of one question rest on, each read once, over one connection; `seen`: what If-Match of one speaks of.

    The connection is held until everything is tried, so nothing here may wait for a second one: keys of persons are looked up
    over it, too.
    """

    def __init__(self, held: Connection, at: datetime, vault: Vault | None) -> None:
        self.at = at
        self.vault = None if vault is None else vault.through(held)
        self.seen: int | None = None
        self._held = held
        self._loaded: dict[str, Loaded[Any]] = {}
        self._rows: dict[str, list[Any]] = {}

    async def meet(self, *wanted: tuple[Stream[Any], str]) -> None:
        """Read several aggregates with short streams at once, before they are asked for one by one."""
        for loaded in await read_together(self._held, wanted, opener=self.vault):
            self._loaded[loaded.stream_id] = loaded

    async def aggregate(self, stream: Stream[S], key: str) -> Loaded[S]:
        """An aggregate as its stored events tell it, personal data in plain, as a command sees it."""
        stream_id = stream.id(key)
        if stream_id not in self._loaded:
            new = key == NEW
            self._loaded[stream_id] = nothing(stream, key) if new else await read(self._held, stream, key, opener=self.vault)
        if self.seen is None:
            self.seen = self._loaded[stream_id].version
        return self._loaded[stream_id]

    async def rows(self, sql: str, *args: Any) -> list[Any]:
        """Rows of a SELECT on the service's own tables."""
        asked = repr((sql, args))
        if asked not in self._rows:
            self._rows[asked] = await self._held.fetch(sql, *args)
        return self._rows[asked]


Making = Callable[[Question], Awaitable[Sequence[Offer]]]


async def offered(request: Request, principal: Principal, make: Making, organ: str = "") -> Steps:
    """The steps that are permitted now and those that are not, with the reason as whoever took the step would be told it.

    `make` says which there are, of what it asks itself. A step of the principal's roles is tried as the principal; one of others
    as somebody of the matter's `organ` who has no part in it yet, so that it is known what comes next and who takes it.
    """
    runner: Runner = request.app.state.runner
    async with Sight(runner.pool, None).acquire() as held:
        return await _sorted(Question(held, runner.clock.now(), runner.vault), principal, make, organ)


async def _sorted(question: Question, principal: Principal, make: Making, organ: str) -> Steps:
    permitted, forbidden = [], []
    for offer in await make(question):
        question.seen = None
        refusals = await _tried(question, _context(question.at, principal, offer, organ), offer)
        told = _told(offer, principal, question.seen)
        if not refusals:
            permitted.append(told)
            continue
        first, *also = refusals
        article = first.basis or offer.article
        forbidden.append({**told, "article": article, **why(first.code, first.zh, first.en, first.facts, also, article)})
    return {"next_steps": permitted, "forbidden_steps": forbidden}


def why(
    code: str | None, zh: str | None, en: str | None, facts: Mapping[str, Any], also: Sequence[Refused], article: str | None
) -> dict[str, Any]:
    """A refusal as it is told to whoever would be refused: its code, in Chinese and English, its facts, and the rest."""
    others = [
        {"code": one.code, "reason": one.zh, "reason_en": one.en, "article": one.basis or article, "facts": one.facts}
        for one in also
    ]
    return {"code": code, "reason": zh, "reason_en": en, "facts": facts, "also": others}


def _context(at: datetime, principal: Principal, offer: Offer, organ: str) -> Context:
    held = next((role for role in offer.roles if role in principal.roles), None)
    context = Context(
        command_id=NEVER_SENT, actor=principal.actor(held or offer.roles[0]), organ=principal.organ,
        districts=principal.districts, occurred_at=at, causation_id=NEVER_SENT,
    )  # fmt: skip
    if held is not None:
        return context
    somebody = Actor(id=offer.by, name="", role=offer.roles[0])
    return replace(context, actor=somebody, organ=organ or principal.organ, districts=frozenset({ALL}))


async def _tried(question: Question, context: Context, offer: Offer) -> list[Refused]:
    """What the command is refused for, carried out until it would be appended; without what the form is yet to say."""
    work = Work(context, question, context.occurred_at, vault=question.vault)
    try:
        answer = await offer.tried(work)
    except Refused as refused:
        return [one for one in (refused, *refused.also) if one.code not in offer.asked]
    except Forbidden as forbidden:
        return [Refused("forbidden", forbidden.zh, forbidden.needed)]
    return [] if work.changed or answer else [NOTHING_NEW]


def _told(offer: Offer, principal: Principal, seen: int | None) -> dict[str, Any]:
    """A step as the same people see it everywhere; `version` is what If-Match speaks of, where the command wants it."""
    role = next((role for role in offer.roles if role in principal.roles), offer.roles[0])
    return {
        "name": offer.name, "title": offer.zh, "title_en": offer.en, "path": offer.path, "role": role, "article": offer.article,
        "party_id": None, "values": offer.values, "known": offer.known, "makes": offer.makes,
        "version": seen,
    }  # fmt: skip

"""What the file of a case holds, gathered from its streams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import orjson

from chassis.aggregates import Loaded
from chassis.domain import Actor, day_of
from chassis.runner import Work
from services.penalty import queries
from services.penalty.commands.filling import CASE_TOLD, IssueDocument, documents_of, filled
from services.penalty.documents import FORMS
from services.penalty.documents.files import COVER, FileCover
from services.penalty.domain import UNIT, CaseState
from services.penalty.domain.document import DocumentState, issued
from services.penalty.domain.dossier import Binding, Piece, list_digest, standing_pieces
from services.penalty.domain.ending_events import CaseArchived
from services.penalty.domain.events import EvidenceRecorded
from services.penalty.domain.told import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """The file of a case as it is now: its cover, its pieces as they are bound, when it last changed, and its list.

    `frozen` is the digest of the list when the file was put away: None before that, empty where none was taken.
    """

    cover: FileCover
    pieces: tuple[Piece, ...]
    changed_at: datetime
    digest: str
    frozen: str | None


async def pieces_of(work: Work, case: Loaded[Told[CaseState]], binding: Binding) -> tuple[Piece, ...]:
    """The documents of a case that stand, and the evidence, in their order."""
    return _bound(case, await documents_of(work, case.key), await queries.deeds(work.read, case.stream_id), binding)


async def dossier_of(work: Work, case_id: str, binding: Binding) -> Dossier:
    """The file of a case; Unknown if there is no such case, or none in the reader's districts."""
    case = await work.existing(CASE_TOLD, case_id)
    wish = IssueDocument(
        document_id="", form=COVER.no, case_id=case_id, party_id=UNIT, facts={}, wording={}, remedies=None, pictures={},
        supersedes=None,
    )  # fmt: skip
    cover: FileCover = (await filled(work, FORMS[COVER.no], wish)).facts
    states, deeds = await documents_of(work, case_id), await queries.deeds(work.read, case.stream_id)
    pieces, archived = _bound(case, states, deeds, binding), case.state.last(CaseArchived)
    number = "未归档" if archived is None else _archive_no(states)
    return Dossier(
        cover=replace(cover, archive_no=number), pieces=pieces,
        changed_at=max(at for at, _ in deeds), digest=list_digest(pieces),
        frozen=None if archived is None else archived.list_sha256,
    )  # fmt: skip


def _archive_no(states: Sequence[DocumentState]) -> str | None:
    """The number under which it was put away, which only an issued cover tells."""
    for one in (issued(state) for state in states if state.superseded is None):
        if one.form == COVER.no and one.facts.startswith("{"):
            told: str | None = orjson.loads(one.facts).get("archive_no")
            return told
    return None


def _bound(
    case: Loaded[Told[CaseState]], states: Sequence[DocumentState], deeds: Sequence[tuple[datetime, Actor]], binding: Binding
) -> tuple[Piece, ...]:  # fmt: skip
    evidence = [
        Piece(
            key=f"{version:06d}", form=binding.evidence, title=f"证据：{event.title}", on=day_of(at), sha256=event.sha256,
            listed=event.kind,
        )
        for version, (event, (at, _)) in enumerate(zip(case.state.events, deeds, strict=True), start=1)
        if isinstance(event, EvidenceRecorded)
    ]  # fmt: skip
    return tuple(binding.ordered([*standing_pieces(states, binding.left_out), *evidence]))

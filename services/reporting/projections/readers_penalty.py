"""Reporting's own small readers of what penalty tells."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClueRegistered:
    """A case begins."""

    case_id: str
    enterprise_id: str
    organ: str | None = None
    level: str | None = None
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class CaseFiled:
    """A case was filed."""

    case_id: str
    filed_on: str
    decision_due_on: str


@dataclass(frozen=True, slots=True)
class CaseExtended:
    """A case may take longer."""

    case_id: str
    decision_due_on: str


@dataclass(frozen=True, slots=True)
class FilingRefused:
    """A case is not filed."""

    case_id: str
    refused_on: str


@dataclass(frozen=True, slots=True)
class OfCase:
    """A case took a step."""

    case_id: str


@dataclass(frozen=True, slots=True)
class PenaltyDecided:
    """A fine was decided, in fen."""

    case_id: str
    enterprise_id: str
    document_no: str
    decided_on: str
    total_fen: int


@dataclass(frozen=True, slots=True)
class NoPenaltyDecided:
    """A case was decided without a penalty."""

    case_id: str
    decided_on: str


@dataclass(frozen=True, slots=True)
class DecisionChanged:
    """What was decided for one party of a case is changed, in fen."""

    case_id: str
    former_fen: int
    total_fen: int


@dataclass(frozen=True, slots=True)
class DecisionRevoked:
    """What was decided for one party of a case is revoked, in fen."""

    case_id: str
    former_fen: int


@dataclass(frozen=True, slots=True)
class Paid:
    """Money came in, was given back, or had been recorded wrongly, in fen."""

    case_id: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class CaseClosed:
    """A case was closed."""

    case_id: str
    closed_on: str


@dataclass(frozen=True, slots=True)
class SpotPenaltyDecided:
    """A fine was decided on the spot, in fen."""

    spot_id: str
    enterprise_id: str
    decided_on: str
    total_fen: int
    document_no: str | None = None
    organ: str | None = None
    inspection_id: str | None = None


@dataclass(frozen=True, slots=True)
class SpotNumbered:
    """A decision on the spot got its number afterwards."""

    spot_id: str
    document_no: str


@dataclass(frozen=True, slots=True)
class SpotClosed:
    """A penalty on the spot was closed."""

    spot_id: str
    closed_on: str

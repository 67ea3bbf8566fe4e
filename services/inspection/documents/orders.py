"""Forms 4 to 6: measures on site, the rectification order, the re-inspection opinion."""

from __future__ import annotations

from datetime import date

from services.inspection.documents.form import Form
from services.inspection.documents.parts import Deadline, Earlier, Officer, Problem, Refusal, Remedies, facts

SIGNED = ("officer", "unit-head", "witness", "seal")


@facts()
class MeasuresDecision:
    """What was found on `inspected_on`, and what is decided on the spot."""

    addressee: str
    inspected_on: date
    problems: tuple[Problem, ...]
    basis: tuple[str, ...]
    measures: tuple[str, ...]
    remedies: Remedies
    officers: tuple[Officer, ...]
    refusal: Refusal | None = None
    organ: str
    issued_on: date


@facts()
class RectificationOrder:
    """The problems, and by which days which of them must be gone."""

    addressee: str
    problems: tuple[Problem, ...]
    deadlines: tuple[Deadline, ...]
    remedies: Remedies
    officers: tuple[Officer, ...]
    refusal: Refusal | None = None
    organ: str
    issued_on: date


@facts()
class Verdict:
    """Whether one item of the earlier document is done."""

    text: str
    passed: bool
    note: str | None = None


@facts()
class ReInspectionOpinion:
    """What the re-inspection found about each item of the `earlier` document."""

    addressee: str
    earlier: Earlier
    verdicts: tuple[Verdict, ...]
    opinion: str | None = None
    officers: tuple[Officer, ...]
    refusal: Refusal | None = None
    organ: str
    issued_on: date


MEASURES = Form(no="04", name="现场处理措施决定书", zi="现决", facts=MeasuresDecision, signatories=SIGNED)
ORDER = Form(no="05", name="责令限期整改指令书", zi="责改", facts=RectificationOrder, signatories=SIGNED)
OPINION = Form(no="06", name="整改复查意见书", zi="复查", facts=ReInspectionOpinion, signatories=SIGNED)
FORMS = (MEASURES, ORDER, OPINION)

"""Forms 34 and 35: the penalty decision against a unit, and against a natural person."""

from __future__ import annotations

from datetime import date

from services.penalty.documents.form import Form
from services.penalty.documents.parts import Charged, Payable, Person, Remedies, Unit, facts


@facts()
class UnitDecision:
    """What a unit did, by which evidence, how it was heard, what is imposed, how a fine is paid, what may be done against it."""

    party: Unit
    charges: tuple[Charged, ...]
    evidence: tuple[str, ...]
    procedure: str
    response: str | None = None
    penalty: str
    payment: Payable | None = None
    remedies: Remedies
    organ: str
    issued_on: date


@facts()
class PersonDecision:
    """As of a unit, of a natural person."""

    party: Person
    charges: tuple[Charged, ...]
    evidence: tuple[str, ...]
    procedure: str
    response: str | None = None
    penalty: str
    payment: Payable | None = None
    remedies: Remedies
    organ: str
    issued_on: date


UNIT = Form(no="34", name="行政处罚决定书（单位）", zi="罚", facts=UnitDecision, signatories=("seal",))
PERSON = Form(no="35", name="行政处罚决定书（个人）", zi="罚", facts=PersonDecision, signatories=("seal",))
FORMS = (UNIT, PERSON)

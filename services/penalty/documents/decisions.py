"""Forms 32 to 35: decisions against a unit and against a natural person, on the spot and by the general procedure."""

from __future__ import annotations

from datetime import date

from services.penalty.documents.form import Form
from services.penalty.documents.parts import Charged, Officer, Payable, Person, Remedies, Unit, facts


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


@facts()
class SpotUnitDecision:
    """What is imposed on a unit on the spot; `on_the_spot`: the fine is taken there; `refusal`: why nobody signed."""

    party: Unit
    charges: tuple[Charged, ...]
    rights: tuple[str, ...]
    statement: str | None = None
    penalty: str
    on_the_spot: bool = False
    payment: Payable | None = None
    remedies: Remedies
    officers: tuple[Officer, ...]
    refusal: str | None = None
    organ: str
    issued_on: date


@facts()
class SpotPersonDecision:
    """As of a unit, of a natural person."""

    party: Person
    charges: tuple[Charged, ...]
    rights: tuple[str, ...]
    statement: str | None = None
    penalty: str
    on_the_spot: bool = False
    payment: Payable | None = None
    remedies: Remedies
    officers: tuple[Officer, ...]
    refusal: str | None = None
    organ: str
    issued_on: date


ON_THE_SPOT = ("officer", "party", "seal")
SPOT_UNIT = Form(no="32", name="行政（当场）处罚决定书（单位）", zi="罚当", facts=SpotUnitDecision, signatories=ON_THE_SPOT)
SPOT_PERSON = Form(no="33", name="行政（当场）处罚决定书（个人）", zi="罚当", facts=SpotPersonDecision, signatories=ON_THE_SPOT)
UNIT = Form(no="34", name="行政处罚决定书（单位）", zi="罚", facts=UnitDecision, signatories=("seal",))
PERSON = Form(no="35", name="行政处罚决定书（个人）", zi="罚", facts=PersonDecision, signatories=("seal",))
FORMS = (SPOT_UNIT, SPOT_PERSON, UNIT, PERSON)

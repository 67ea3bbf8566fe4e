"""Forms 24 and 26: notice of the intended penalty, without and with the right to a hearing."""

from __future__ import annotations

from datetime import date

from services.penalty.documents.form import Form
from services.penalty.documents.parts import Charged, Reached, facts


@facts()
class PenaltyNotice:
    """What is intended for which acts; within which period, until which day, the party may speak. `basis`: of these rights."""

    addressee: str
    charges: tuple[Charged, ...]
    evidence: tuple[str, ...] = ()
    penalty: str
    basis: tuple[str, ...]
    period: str
    until: date
    reached: Reached
    organ: str
    issued_on: date


@facts()
class HearingNotice:
    """As a notice; and within which period, until which day, the party may ask to be heard, by `hearing_basis`."""

    addressee: str
    charges: tuple[Charged, ...]
    evidence: tuple[str, ...] = ()
    penalty: str
    basis: tuple[str, ...]
    period: str
    until: date
    hearing_basis: tuple[str, ...]
    hearing_period: str
    hearing_until: date
    reached: Reached
    organ: str
    issued_on: date


NOTICE = Form(no="24", name="行政处罚告知书", zi="罚告", facts=PenaltyNotice, signatories=("seal",))
HEARING_NOTICE = Form(no="26", name="行政处罚听证告知书", zi="听告", facts=HearingNotice, signatories=("seal",))
FORMS = (NOTICE, HEARING_NOTICE)

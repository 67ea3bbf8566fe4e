"""Forms 12 to 14: power or explosives are no longer supplied to a unit that did not carry out a decision, and are again."""

from __future__ import annotations

from datetime import date, datetime

from services.inspection.documents.form import Form
from services.inspection.documents.parts import Remedies, facts


@facts()
class SupplyStopNotice:
    """To the supplier: which `unit` did not carry out which `decision`, from when on what is no longer supplied to it."""

    addressee: str
    unit: str
    decided_on: date
    decision: str
    basis: tuple[str, ...]
    measure: str
    from_at: datetime
    organ: str
    issued_on: date


@facts()
class SupplyStopDecision:
    """To the unit: the same, and what it may do against it."""

    addressee: str
    decided_on: date
    decision: str
    basis: tuple[str, ...]
    measure: str
    from_at: datetime
    remedies: Remedies
    organ: str
    issued_on: date


@facts()
class SupplyResumptionNotice:
    """To the supplier: the unit has complied, and what was stopped is to be supplied again; `supply` is 供电 or another."""

    addressee: str
    unit: str
    stopped_on: date
    supply: str
    complied_on: date
    basis: tuple[str, ...]
    measure: str
    from_at: datetime
    organ: str
    issued_on: date


NAMED = "供电（供应民用爆炸物品）"
STOP_NOTICE = Form(no="12", name=f"停止{NAMED}通知书", zi="停供通", facts=SupplyStopNotice, signatories=("seal",))
STOP_DECISION = Form(no="13", name=f"停止{NAMED}决定书", zi="停供决", facts=SupplyStopDecision, signatories=("seal",))
RESUMPTION = Form(no="14", name=f"恢复{NAMED}通知书", zi="恢复通", facts=SupplyResumptionNotice, signatories=("seal",))
FORMS = (STOP_NOTICE, STOP_DECISION, RESUMPTION)

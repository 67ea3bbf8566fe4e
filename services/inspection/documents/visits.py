"""The seven documents of inspections of the 2025 edition: approval, notice, record, examination, sampling, questioning, result.

What is certain is the chain 审批 → 通知 → 实施 → 记录 → 反馈, the names of the first three, and what all must tell: basis, organ,
source of the task, how often the unit was inspected, cards, helpers, recusal and remedies. The texts are ours (recalled).
"""

from __future__ import annotations

from datetime import date, datetime

from services.inspection.documents.form import Form
from services.inspection.documents.parts import Named, Officer, Opinion, Problem, Refusal, Remedies, facts
from services.inspection.documents.records import ExaminationRecord, QuestioningRecord, SamplingVoucher


@facts()
class Frequency:
    """The how-manieth inspection of the unit this year this is, and how many there may be (None: no cap)."""

    nth: int
    cap: int | None = None


@facts()
class Task:
    """Where an inspection comes from: its kind, its source, what it rests on, how often there was one."""

    kind: str
    source: str
    basis: tuple[str, ...]
    frequency: Frequency


@facts()
class VisitApproval:
    """What is asked of the head of the organ; `urgent` says why it is asked for afterwards."""

    organ: str
    unit: str
    uscc: str
    address: str
    contact: str | None = None
    phone: str | None = None
    task: Task
    contents: tuple[str, ...]
    mode: str
    planned_on: date
    until: date | None = None
    officers: tuple[Officer, ...]
    helpers: tuple[Named, ...] = ()
    urgent: str | None = None
    handling: Opinion | None = None
    review: Opinion | None = None
    approval: Opinion | None = None
    remark: str | None = None


@facts()
class VisitNotice:
    """To the unit: who comes when and looks at what, its rights, and what officers may not do (`prohibitions`)."""

    addressee: str
    task: Task
    contents: tuple[str, ...]
    mode: str
    planned_on: date
    until: date | None = None
    place: str
    officers: tuple[Officer, ...]
    helpers: tuple[Named, ...] = ()
    materials: tuple[str, ...] = ()
    rights: tuple[str, ...]
    prohibitions: tuple[str, ...]
    contact: str
    phone: str
    complaints: str
    organ: str
    issued_on: date


@facts()
class VisitRecord:
    """What was seen and what the unit says to it; `recusal` is its answer when told that it may ask for one."""

    unit: str
    uscc: str
    address: str
    head: str | None = None
    post: str | None = None
    phone: str | None = None
    task: Task
    begun_at: datetime
    ended_at: datetime
    place: str
    organ: str
    officers: tuple[Officer, ...]
    helpers: tuple[Named, ...] = ()
    recusal: str
    findings: str
    problems: tuple[Problem, ...] = ()
    unit_says: str | None = None
    refusal: Refusal | None = None
    signed_on: date


@facts()
class VisitExamination(ExaminationRecord):
    """As form 17, with the task and the answer about recusal."""

    task: Task
    recusal: str


@facts()
class VisitSampling(SamplingVoucher):
    """As form 18, with the task, how the samples were taken and kept, and the answer about recusal."""

    task: Task
    method: str
    kept: str | None = None
    recusal: str


@facts()
class VisitQuestioning(QuestioningRecord):
    """As form 16, with the task, the rights that were told and the answer about recusal."""

    task: Task
    rights: tuple[str, ...]
    recusal: str


@facts()
class VisitResult:
    """To the unit: what the inspection found and what follows from it (`measures`); nothing found is a result, too."""

    addressee: str
    task: Task
    begun_on: date
    ended_on: date
    officers: tuple[Officer, ...]
    problems: tuple[Problem, ...] = ()
    measures: tuple[str, ...] = ()
    remedies: Remedies | None = None
    contact: str
    phone: str
    organ: str
    issued_on: date


APPROVAL = Form(
    no="2025-1", name="行政检查审批表", zi=None, edition="2025", confidence="name-found", facts=VisitApproval,
    signatories=("handler", "reviewer", "approver"),
)  # fmt: skip
NOTICE = Form(
    no="2025-2", name="行政检查通知书", zi=None, edition="2025", confidence="name-found", facts=VisitNotice,
    signatories=("recipient", "seal"),
)  # fmt: skip
RECORD = Form(
    no="2025-3", name="现场检查笔录", zi=None, edition="2025", confidence="name-found", facts=VisitRecord,
    signatories=("officer", "site-head", "witness"),
)  # fmt: skip
EXAMINATION = Form(
    no="2025-4", name="勘验笔录", zi=None, edition="2025", confidence="recalled-medium", facts=VisitExamination,
    signatories=("examiner", "party", "invitee", "recorder", "witness", "sketch"),
)  # fmt: skip
SAMPLING = Form(
    no="2025-5", name="抽样取证凭证", zi=None, edition="2025", confidence="recalled-medium", facts=VisitSampling,
    signatories=("site-head", "officer", "witness", "seal"),
)  # fmt: skip
QUESTIONING = Form(
    no="2025-6", name="询问笔录", zi=None, edition="2025", confidence="recalled-medium", facts=VisitQuestioning,
    signatories=("asker", "recorder", "person-asked", "witness"),
)  # fmt: skip
RESULT = Form(
    no="2025-7", name="行政检查结果告知书", zi=None, edition="2025", confidence="recalled-medium", facts=VisitResult,
    signatories=("recipient", "seal"),
)  # fmt: skip
FORMS = (APPROVAL, NOTICE, RECORD, EXAMINATION, SAMPLING, QUESTIONING, RESULT)

"""Forms 3 and 15 to 18: the record of the inspection, summons and questioning, examination of the site, samples."""

from __future__ import annotations

from datetime import date, datetime

from services.inspection.documents.form import Form
from services.inspection.documents.parts import Named, Officer, Person, Refusal, facts


@facts()
class InspectionRecord:
    """What was seen, from when to when; every page is signed. `findings` may have several lines."""

    unit: str
    address: str
    head: str | None = None
    post: str | None = None
    phone: str | None = None
    place: str
    begun_at: datetime
    ended_at: datetime
    organ: str
    officers: tuple[Officer, ...]
    findings: str
    refusal: Refusal | None = None
    signed_on: date


@facts()
class QuestioningNotice:
    """Who is to come when and where, about what, and what they bring: the three usual papers, and others."""

    addressee: str
    matter: str
    at: datetime
    place: str
    identity_card: bool = False
    business_licence: bool = False
    authority: bool = False
    others: tuple[str, ...] = ()
    organ_address: str
    contact: str
    phone: str
    organ: str
    issued_on: date


@facts()
class Turn:
    """A question and its answer."""

    question: str
    answer: str


@facts()
class QuestioningRecord:
    """The n-th questioning of somebody; every page is signed."""

    begun_at: datetime
    ended_at: datetime
    nth: int
    place: str
    person: Person
    asker: Named
    recorder: Named
    present: tuple[str, ...] = ()
    organ: str
    officers: tuple[Officer, ...]
    subject: str
    turns: tuple[Turn, ...]
    refusal: Refusal | None = None
    signed_on: date


@facts()
class ExaminationRecord:
    """What the examination of a site found; every page is signed. A picture `sketch` has a page of its own."""

    begun_at: datetime
    ended_at: datetime
    place: str
    weather: str | None = None
    examiners: tuple[Named, ...]
    parties: tuple[Named, ...] = ()
    invitee: Named | None = None
    recorder: Named
    organ: str
    officers: tuple[Officer, ...]
    findings: str
    refusal: Refusal | None = None


@facts()
class Sample:
    """What was taken, of which specification or lot, how much of it."""

    name: str
    specification: str | None = None
    amount: str


@facts()
class SamplingVoucher:
    """Which things of whom were taken as samples."""

    unit: str
    site_head: str | None = None
    address: str
    phone: str | None = None
    postcode: str | None = None
    begun_at: datetime
    ended_at: datetime
    place: str
    basis: tuple[str, ...]
    samples: tuple[Sample, ...]
    officers: tuple[Officer, ...]
    refusal: Refusal | None = None
    organ: str
    issued_on: date


INSPECTION = Form(
    no="03", name="现场检查记录", zi="检记", facts=InspectionRecord, signatories=("officer", "site-head", "witness")
)  # fmt: skip
NOTICE = Form(no="15", name="询问通知书", zi="询", facts=QuestioningNotice, signatories=("seal",))
QUESTIONING = Form(
    no="16", name="询问笔录", zi=None, facts=QuestioningRecord, signatories=("asker", "recorder", "person-asked", "witness")
)  # fmt: skip
EXAMINATION = Form(
    no="17", name="勘验笔录", zi="勘", facts=ExaminationRecord,
    signatories=("examiner", "party", "invitee", "recorder", "witness", "sketch"),
)  # fmt: skip
SAMPLING = Form(
    no="18", name="抽样取证凭证", zi="抽", facts=SamplingVoucher, signatories=("site-head", "officer", "witness", "seal")
)  # fmt: skip
FORMS = (INSPECTION, NOTICE, QUESTIONING, EXAMINATION, SAMPLING)

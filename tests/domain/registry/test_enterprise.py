"""One site, one file; an import that is interrupted goes on, and is never mixed with another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chassis.domain import Refused
from chassis.testing import given
from services.registry.domain import enterprise, imports
from services.registry.domain.enterprise import SITE_CLAIM, EnterpriseRegistered, FieldValue, SiteClaimed
from services.registry.domain.imports import IMPORT, ImportFinished, ImportStarted
from services.registry.domain.stated import PERSONS
from tests.domain.registry.filled import FORMS

USCC = "91110000802100433B"
FILE = EnterpriseRegistered(
    enterprise_id=enterprise.enterprise_id_of(USCC, "1"), uscc=USCC, site_no="1", name="南昌恒昌木业有限公司", district="donghu",
    sector="dust", industry_code="C2110", address="工业大道1号", legal_representative="王建国", safety_head="李敏", staff=45,
    fields=(), places=(), equipment=(), import_id="import-1",
)  # fmt: skip
STARTED = ImportStarted(
    import_id="import-1", sector="dust", form="粉尘涉爆企业登记表", form_version="2021.1", sha256="ab" * 32, file_name="a.xlsx",
    rows=3, sites=1, refused=0, refused_rows=0, accept_valid=False,
)  # fmt: skip
FINISHED = ImportFinished(import_id="import-1", accepted=1, refused=0, refused_rows=0)


def test_enterprise_id_follows_from_the_site() -> None:
    assert enterprise.enterprise_id_of(USCC, "1") == "e-7b82e689d01917d714a1"
    assert enterprise.enterprise_id_of(USCC, "2") != enterprise.enterprise_id_of(USCC, "1")


def test_free_site_is_claimed() -> None:
    claim = SiteClaimed(uscc=USCC, site_no="1", enterprise_id=FILE.enterprise_id)
    assert enterprise.claim_site(SITE_CLAIM.initial, FILE) == [claim]


def test_claimed_site_is_refused() -> None:
    claimed = given(SITE_CLAIM, enterprise.claim_site(SITE_CLAIM.initial, FILE))
    with pytest.raises(Refused) as refused:
        enterprise.claim_site(claimed, FILE)
    assert refused.value.code == "site-already-registered"
    assert refused.value.facts == {"enterprise_id": FILE.enterprise_id}


def test_import_starts() -> None:
    assert imports.start_import(IMPORT.initial, STARTED) == [STARTED]


def test_interrupted_import_goes_on() -> None:
    assert imports.start_import(given(IMPORT, [STARTED]), STARTED) == []


def test_finished_import_does_not_start_again() -> None:
    with pytest.raises(Refused) as refused:
        imports.start_import(given(IMPORT, [STARTED, FINISHED]), STARTED)
    assert refused.value.code == "import-finished"


@pytest.mark.parametrize("other", [replace(STARTED, sha256="cd" * 32), replace(STARTED, accept_valid=True)])
@pytest.mark.parametrize("history", [[STARTED], [STARTED, FINISHED]], ids=["started", "finished"])
def test_import_id_stands_for_one_file_and_choice(history: list[ImportStarted], other: ImportStarted) -> None:
    with pytest.raises(Refused) as refused:
        imports.start_import(given(IMPORT, history), other)
    assert refused.value.code == "import-id-taken"


def test_import_finishes_once() -> None:
    assert imports.finish_import(given(IMPORT, [STARTED]), FINISHED) == [FINISHED]
    assert imports.finish_import(given(IMPORT, [STARTED, FINISHED]), FINISHED) == []


def test_every_telephone_and_every_head_of_the_forms_is_somebodys() -> None:
    """What is about a person is stored sealed under that person; the site's own data are not."""
    columns = {column.field: column for form in FORMS for sheet in form.sheets for column in sheet.columns}
    telephones = {name for name, column in columns.items() if column.type == "phone"}
    heads = {name for name, column in columns.items() if "代表人" in column.head or "负责人" in column.head}
    assert telephones | heads == PERSONS.keys() | {"legal_representative", "safety_head"}
    assert FieldValue("safety_head_phone", "0791", "self-report", "reported").person == "safety-head"
    assert FieldValue("staff", 45, "self-report", "reported").person is None

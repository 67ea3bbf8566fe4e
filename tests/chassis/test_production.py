"""What a process refuses to start with."""

from __future__ import annotations

import pytest

from chassis.settings import Misconfigured, settings_from
from tests.chassis.test_keys_in_settings import NEEDED


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("CASETRAIL_CLOCK", "simulated:clock.json", "cannot be switched on with a production issuer"),
        ("CASETRAIL_OIDC_ISSUER", "http://sso.example", "must begin with https://"),
        ("CASETRAIL_UPLOAD_PART_KIB", "5000", "no body is larger"),
    ],
)
def test_what_is_not_for_production_is_refused(name: str, value: str, says: str) -> None:
    issuer = {"CASETRAIL_OIDC_ISSUER": "https://sso.example", "CASETRAIL_OIDC_DEVELOPMENT": "false"}
    settings_from("registry", {**NEEDED, **issuer})
    with pytest.raises(Misconfigured, match=says):
        settings_from("registry", {**NEEDED, **issuer, name: value})

"""Evidence: noted once, by its hash; its file arrives once; it is never altered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.domain import Refused
from chassis.testing import given
from services.inspection.domain.evidence import EVIDENCE, EvidenceCaptured, arrive, capture, withdraw

AT = datetime(2021, 9, 6, 2, 0, tzinfo=UTC)
SHA256 = "a" * 64
PHOTO = EvidenceCaptured(
    evidence_id="ev-1", kind="photo", inspection_id="task-1", enterprise_id="e-1", hazard_ids=("h-1",), item_code="DST-K6",
    order_id=None, measure_id=None, sha256=SHA256, size=1000, media_type="image/jpeg", file_name="IMG_1.jpg", facts=None,
    place="打磨车间", latitude_e7=286_500_000, longitude_e7=1_158_900_000, device="phone-1", captured_by="officer-1",
    captured_at=AT,
)  # fmt: skip
BARE: dict[str, Any] = {"sha256": None, "size": None, "media_type": None}


def code(error: pytest.ExceptionInfo[Refused]) -> str:
    return error.value.code


def test_a_photo_is_noted_and_its_file_is_missing_until_it_arrives() -> None:
    state = given(EVIDENCE, capture(EVIDENCE.initial, PHOTO))
    assert (state.status, state.complete) == ("missing", False)
    [arrived] = arrive(state, SHA256, 1000, AT)
    state = given(EVIDENCE, [PHOTO, arrived])
    assert (state.status, state.complete) == ("complete", True)
    assert arrive(state, SHA256, 1000, AT) == []


def test_the_same_again_changes_nothing_and_another_is_refused() -> None:
    state = given(EVIDENCE, [PHOTO])
    assert capture(state, replace(PHOTO, captured_at=AT + timedelta(hours=1))) == []
    with pytest.raises(Refused) as error:
        capture(state, replace(PHOTO, sha256="b" * 64))
    assert code(error) == "evidence-exists"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (BARE, "evidence-file-missing"),
        ({**BARE, "kind": "sample"}, "evidence-facts-missing"),
        ({"size": None}, "evidence-file-incomplete"),
        ({"media_type": None}, "evidence-file-incomplete"),
        ({"sha256": None}, "evidence-file-incomplete"),
        ({"media_type": "application/pdf"}, "media-type-unfit"),
        ({"kind": "video"}, "media-type-unfit"),
        ({"kind": "audio", "media_type": "video/mp4"}, "media-type-unfit"),
    ],
)
def test_what_is_not_evidence_is_refused(changes: dict[str, Any], expected: str) -> None:
    with pytest.raises(Refused) as error:
        capture(EVIDENCE.initial, replace(PHOTO, **changes))
    assert code(error) == expected


@pytest.mark.parametrize("kind", ["sample", "transcript"])
def test_facts_alone_are_complete(kind: Any) -> None:
    fact = replace(PHOTO, kind=kind, facts="除尘器灰斗粉尘 200 克", **BARE)
    assert given(EVIDENCE, capture(EVIDENCE.initial, fact)).status == "complete"


@pytest.mark.parametrize(("sha256", "size", "expected"), [("b" * 64, 1000, "hash-mismatch"), (SHA256, 999, "size-mismatch")])
def test_another_file_never_takes_its_place(sha256: str, size: int, expected: str) -> None:
    with pytest.raises(Refused) as error:
        arrive(given(EVIDENCE, [PHOTO]), sha256, size, AT)
    assert code(error) == expected


def test_what_is_withdrawn_stays_and_its_file_may_still_come() -> None:
    [fact] = withdraw(given(EVIDENCE, [PHOTO]), "拍摄对象有误", "officer-1", AT)
    state = given(EVIDENCE, [PHOTO, fact])
    assert (state.status, state.captured) == ("withdrawn", PHOTO)
    assert withdraw(state, "再次", "officer-1", AT) == []
    [arrived] = arrive(state, SHA256, 1000, AT)
    state = given(EVIDENCE, [PHOTO, fact, arrived])
    assert (state.status, state.complete) == ("withdrawn", True)

"""Papers of natural persons: a citizen's number is checked, and one paper is one person, whichever id it goes by."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as some

from chassis.domain import ERASED
from services.penalty.domain import people, standing
from services.penalty.domain.events import IdKind, Person
from services.penalty.domain.identity import check_character, fault_of, mark_of, normalised
from services.penalty.domain.sides import Side
from services.penalty.domain.standing import StandingState
from tests.domain.penalty.story import refused, rules, told
from tests.domain.penalty.test_parties import BEFORE, MANAGER
from tests.domain.penalty.test_standing import BOOK, FIRST, after, case, counted

ONE = Person(party_id="p-1", name="甲", id_number="11010519491231002X", capacity="individual", id_kind="resident-id")


@pytest.mark.parametrize(
    ("kind", "number", "fault"),
    [
        ("resident-id", "11010519491231002X", None),  # the example of the standard
        ("resident-id", "12345", "length"),
        ("resident-id", "11010519491231002Y", "character"),
        ("resident-id", "1101051949123100２X", "character"),
        ("resident-id", "110105194913310021", "birth"),
        ("resident-id", "110105194902300021", "birth"),
        ("resident-id", "110105184912310021", "birth"),
        ("resident-id", "110105194912310021", "check"),
        ("residence-permit", "810000199408230021", None),
        ("residence-permit", "810000199408230022", "check"),
        ("passport", "E12345678", None),
        ("travel-permit", "H1234567890", None),
        ("permanent-residence", "FRA110080010101", None),
        ("other", "12345", None),
    ],
)
def test_number_is_that_of_its_paper(kind: IdKind, number: str, fault: str | None) -> None:
    assert fault_of(kind, number) == fault


@for_all(some.text("0123456789", min_size=4, max_size=4), some.integers(0, 16), some.integers(1, 9))
def test_one_wrong_digit_is_found(sequence: str, place: int, by: int) -> None:
    digits = f"3601021980010{sequence}"
    other = digits[:place] + str((int(digits[place]) + by) % 10) + digits[place + 1 :]
    assert check_character(digits) != check_character(other)


def test_numbers_are_compared_as_they_are_meant() -> None:
    assert normalised(" 11010519491231002ｘ ") == "11010519491231002X"


def test_one_paper_is_one_person() -> None:
    again = replace(ONE, party_id="p-2", name="另一个", id_number="11010519491231002x", id_kind=None)
    assert mark_of(ONE, "e-1") == mark_of(again, "e-1") != ""
    assert mark_of(ONE, "e-2") != mark_of(ONE, "e-1")
    assert ONE.id_number not in mark_of(ONE, "e-1")
    passport, permit = (replace(ONE, id_number="E12345678", id_kind=kind) for kind in ("passport", "other"))
    assert mark_of(passport, "e-1") != mark_of(permit, "e-1")


def test_nobody_is_taken_for_another_whose_number_is_not_known_any_more() -> None:
    for number in ("", ERASED):
        assert mark_of(replace(ONE, id_number=number), "e-1") == ""
    assert mark_of(None, "e-1") == ""


def test_act_of_one_person_under_two_ids_is_fined_once() -> None:
    """APL 2021, article 29; somebody else's act is another's, and what was counted before marks were kept goes by ids."""
    mine = replace(case(1, hazard="h", kind="person"), sides=(Side(party_id="p-1", kind="person", person=ONE),))
    state = after(StandingState(), counted(StandingState(), mine, FIRST, party="p-1"))
    twin = replace(ONE, party_id="p-2")
    again = replace(case(2, hazard="h", kind="person"), sides=(Side(party_id="p-2", kind="person", person=twin),))
    with refused("act-fined-already", article="第29条"):
        counted(state, again, FIRST, party="p-2")
    other = replace(twin, id_number="360102198001010005")
    assert counted(state, replace(again, sides=(Side(party_id="p-2", kind="person", person=other),)), FIRST, party="p-2")
    unmarked = replace(state, counted=tuple(replace(one, party_mark="") for one in state.counted))
    assert counted(unmarked, again, FIRST, party="p-2")
    assert standing.unmarked(unmarked) == ((mine.case_id, "p-1"),)
    with refused("act-fined-already", article="第29条"):
        counted(standing.marked(unmarked, {(mine.case_id, "p-1"): standing.paper_of(mine, "p-1")}), again, FIRST, party="p-2")


def test_nobody_is_two_parties_of_a_case() -> None:
    state = told(*BEFORE)
    twin = replace(MANAGER, party_id="p-2", name="王某")
    with refused("paper-of-another-party", article="第29条"):
        people.join_party(state, twin, "", rules(FIRST))
    assert people.amend_party(state, replace(MANAGER, name="王厂"), "", BOOK)

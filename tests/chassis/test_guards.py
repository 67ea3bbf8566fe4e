"""Guards that are all asked: the first refusal is raised, with the others beside it; nothing else is held back."""

from __future__ import annotations

import pytest

from chassis.domain import Guards, Refused


def refuse(code: str) -> None:
    raise Refused(code, "不可", "no")


def test_the_first_refusal_tells_the_others() -> None:
    inner, guards = Guards(), Guards()
    with inner:
        refuse("b")
    with inner:
        refuse("c")
    with guards:
        refuse("a")
    with guards:
        inner.settle()
    with guards:
        pass
    with guards:
        refuse("d")
    with pytest.raises(Refused) as caught:
        guards.settle()
    assert (caught.value.code, [one.code for one in caught.value.also]) == ("a", ["b", "c", "d"])


def test_nothing_is_raised_where_nothing_was_refused() -> None:
    guards = Guards()
    with guards:
        pass
    guards.settle()


def test_what_is_no_refusal_is_not_held_back() -> None:
    guards = Guards()
    with pytest.raises(ZeroDivisionError), guards:
        _ = 1 // 0

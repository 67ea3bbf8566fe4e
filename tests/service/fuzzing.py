"""What schemathesis is told beside the description of a service: loaded by it as its hooks (tests/service/test_fuzz.py)."""

from __future__ import annotations

import re
from typing import Any

import schemathesis
from schemathesis import GenerationMode

WAITS = "at_least"
#: What JSON Schema cannot say: between which days or moments one lies, how two members go together, that 3.0 is not how 3 is
#: written, that a text of nothing but spaces is none.
BEYOND_SCHEMA = re.compile(
    r"Input should be (less|greater) than (or equal to )?\d{4}-\d\d-\d\d(T\S+)?|Input should be a valid integer$"
    r"|String should have at least 1 character$"
)
#: The codes of what our own validators say, of what no schema says either.
MEANT = ("value-error", "not-as-meant")


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """An event that there is not is waited for, ten seconds in each list: tests/chassis/test_http.py looks at that."""
    if case.query:
        case.query.pop(WAITS, None)


@schemathesis.check
def what_is_well_formed_is_not_called_invalid(context: Any, response: Any, case: Any) -> None:
    """What the description allows may be refused for what it means, but never as not being what the description says."""
    if case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE and response.status_code == 422:
        told = response.json()
        if told["code"] == "invalid":
            excused = {
                _parent(one) for one in told["errors"] if one["code"] in MEANT or BEYOND_SCHEMA.match(one["title"])
            }  # fmt: skip
            assert [error for error in told["errors"] if _parent(error) not in excused] == [], told


def _parent(error: dict[str, Any]) -> str:
    """The value that is wrong: of one that may be of several types, each type's fault is told below it."""
    pointer = str(error["pointer"])
    value, _, kind = pointer.rpartition("/")
    return value if kind in ("int", "bool", "str") or kind.startswith(("constrained-", "function-")) else pointer


@schemathesis.check
def every_refusal_has_a_code_in_two_languages(context: Any, response: Any, case: Any) -> None:
    """Whatever is refused is refused by a problem."""
    if response.status_code >= 400:
        told = response.json()
        assert all(told[name] for name in ("code", "title", "detail")), told
        assert told["status"] == response.status_code, told

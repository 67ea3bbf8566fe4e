"""By which paper a natural person is known: its kind, what its number must look like, and what tells that two are one person."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from datetime import date
from typing import Literal

from chassis.domain import ERASED
from services.penalty.domain.events import IdKind, Person

RESIDENT: tuple[IdKind, ...] = ("resident-id", "residence-permit")
"""Papers whose number is a citizen's number of GB 11643: the identity card, the residence permit of Hong Kong, Macao, Taiwan."""
LENGTH = 18
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"  # by the remainder of the weighted sum modulo 11 (ISO 7064, MOD 11-2)
EARLIEST = 1900

Fault = Literal["length", "character", "birth", "check"]
FAULTS: dict[Fault, tuple[str, str]] = {
    "length": ("公民身份号码应为18位", "a citizen's number has 18 characters"),
    "character": ("公民身份号码前17位应为数字，末位为数字或者X", "a citizen's number is 17 digits and a digit or X"),
    "birth": ("公民身份号码第7至14位不是出生日期", "characters 7 to 14 of a citizen's number are a day of birth"),
    "check": ("公民身份号码校验码不正确", "the check character of the citizen's number is wrong"),
}


def normalised(number: str) -> str:
    """A number as it is compared: half-width capitals, without blanks."""
    return "".join(unicodedata.normalize("NFKC", number).split()).upper()


def fault_of(kind: IdKind, number: str) -> Fault | None:
    """What is wrong with the (normalised) number of a paper; None if nothing is, or nothing is known of such numbers."""
    return _fault(number) if kind in RESIDENT else None


def _fault(number: str) -> Fault | None:
    """Against GB 11643-1999: length, characters, a day of birth, the check character."""
    if len(number) != LENGTH:
        return "length"
    digits = number[:-1]
    if not (digits.isascii() and digits.isdigit()) or number[-1] not in CHECKS:
        return "character"
    try:
        born = date.fromisoformat(f"{number[6:10]}-{number[10:12]}-{number[12:14]}")
    except ValueError:
        return "birth"
    if born.year < EARLIEST:
        return "birth"
    return None if check_character(digits) == number[-1] else "check"


def check_character(digits: str) -> str:
    """The eighteenth character that goes with seventeen digits."""
    return CHECKS[sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=True)) % len(CHECKS)]


def mark_of(person: Person | None, whose: str) -> str:
    """A hash of the person's paper, keyed by `whose` record it is compared in; the same for two ids of one person there.

    Empty where there is no person, no number, or what there was is erased: nobody is taken for somebody else then. A citizen's
    number is the same person's on whichever paper; any other number only on papers of one kind.
    """
    number = "" if person is None else normalised(person.id_number)
    if person is None or number in ("", normalised(ERASED)):
        return ""
    kind = RESIDENT[0] if _fault(number) is None else person.id_kind or ""
    return hmac.new(whose.encode(), f"{kind}|{number}".encode(), hashlib.sha256).hexdigest()

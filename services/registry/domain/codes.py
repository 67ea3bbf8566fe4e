"""The unified social credit code (GB 32100-2015) and the organisation code within it (GB 11714-1997)."""

from __future__ import annotations

import unicodedata

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""31 characters: digits and capitals without I, O, S, V, Z."""

LENGTH = 18
_WEIGHTS = tuple(pow(3, place, 31) for place in range(LENGTH - 1))
_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Wrong(Exception):
    """A value that a register may not hold: a stable code, why in Chinese and English."""

    def __init__(self, code: str, zh: str, en: str) -> None:
        super().__init__(f"{code}: {en}")
        self.code = code
        self.zh = zh
        self.en = en


def normalised(text: str) -> str:
    """A code as it is meant: half-width, capital letters, no blanks."""
    return "".join(unicodedata.normalize("NFKC", text).upper().split())


def check_character(first: str) -> str:
    """The 18th character of a USCC, from its first 17: (31 - sum(a_i * 3^(i-1) mod 31) mod 31) mod 31 (GB 32100-2015)."""
    total = sum(_VALUES[character] * weight for character, weight in zip(first, _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def organisation_check_character(first: str) -> str:
    """The 9th character of an organisation code, from its first 8: 11 - sum(c_i * w_i) mod 11; 10 is X, 11 is 0 (GB 11714)."""
    values = (_DIGITS.index(character) for character in first)
    total = sum(value * weight for value, weight in zip(values, _ORGANISATION_WEIGHTS, strict=True))
    return "0X987654321"[total % 11]


def completed(first: str) -> str:
    """The valid USCC that begins with these 17 characters."""
    return first + check_character(first)


def checked_uscc(text: str) -> str:
    """A USCC, normalised; raises Wrong if its length, a character, its check digit or its organisation code is wrong."""
    code = normalised(text)
    if len(code) != LENGTH:
        raise Wrong("uscc-length", f"统一社会信用代码应为18位，现为{len(code)}位", f"a USCC has 18 characters, not {len(code)}")
    if strange := sorted(set(code) - set(ALPHABET)):
        seen = "".join(strange)
        raise Wrong("uscc-character", f"统一社会信用代码含有不允许的字符：{seen}", f"a USCC cannot contain {seen}")
    _check(code[17], check_character(code[:17]), "uscc-check-digit", "统一社会信用代码校验位", "check digit of the USCC")
    _check(
        code[16], organisation_check_character(code[8:16]), "uscc-organisation-code",
        "统一社会信用代码中的组织机构代码校验位（第17位）", "check digit of the organisation code in the USCC (17th character)",
    )  # fmt: skip
    return code


def _check(found: str, expected: str, code: str, zh: str, en: str) -> None:
    if found != expected:
        raise Wrong(code, f"{zh}不正确：应为{expected}，现为{found}", f"the {en} is {found}, and should be {expected}")

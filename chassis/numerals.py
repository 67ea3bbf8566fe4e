"""Sums in the capital numerals of Chinese documents (大写金额), which cannot be altered by a stroke of the pen."""

from __future__ import annotations

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
MYRIADS = ("", "万", "亿")
MOST = 10**12 * 100 - 1
"""The greatest sum that can be written, in fen."""


def capitals(fen: int) -> str:
    """A sum in capital numerals: 1234500 fen is 壹万贰仟叁佰肆拾伍元整; ValueError if it is negative or beyond all names.

    A gap within the yuan, and one between yuan and fen, is told by one 零; 整 follows a sum without fen. Where the place of ten
    thousands is nought and that of thousands is not, its 零 is left out, which leaves one at most where that of the yuan is
    nought, too: 107000.53 is 壹拾万柒仟元零伍角叁分 (支付结算办法 annex 1, 正确填写票据和结算凭证的基本规定, on noughts).
    """
    if not 0 <= fen <= MOST:
        raise ValueError(f"cannot be written in capital numerals: {fen} fen")
    yuan, cents = divmod(fen, 100)
    jiao, rest = divmod(cents, 10)
    whole = f"{_whole(yuan)}元" if yuan or not cents else ""
    if not cents:
        return f"{whole}整"
    gap = DIGITS[0] if yuan and (not jiao or yuan % 10 == 0) else ""
    tenths = f"{DIGITS[jiao]}角" if jiao else ""
    return f"{whole}{gap}{tenths}{f'{DIGITS[rest]}分' if rest else '整'}"


def _whole(number: int) -> str:
    if not number:
        return DIGITS[0]
    written, gap = "", False
    for myriad in range(len(MYRIADS) - 1, -1, -1):
        group = number // 10_000**myriad % 10_000
        if group:
            gap = gap or (bool(written) and group < 1000)
            written += f"{DIGITS[0] if gap and written else ''}{_group(group)}{MYRIADS[myriad]}"
            gap = group % 10 == 0 and myriad != 1
        else:
            gap = True
    return written


def _group(group: int) -> str:
    written, gap = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if digit:
            written += f"{DIGITS[0] if gap and written else ''}{DIGITS[digit]}{PLACES[place]}"
        gap = not digit
    return written

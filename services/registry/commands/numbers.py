"""Blocks of document numbers: leased, accounted for."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from chassis.domain import Refused, day_of
from chassis.runner import Work
from services.registry import queries
from services.registry.domain import lookup, numbers
from services.registry.domain.jurisdictions import JurisdictionEstablished, valid_on
from services.registry.domain.numbers import NUMBER_SERIES, LeaseNumbers, Series, SettleNumbers


async def lease_numbers(work: Work, organ_id: str, word: str, year: int, wish: LeaseNumbers) -> dict[str, Any]:
    """Lease a block of a series of an organ that exists; asked again under the same lease id, answer the same block."""
    organ = await _organ(work, organ_id)
    loaded = await work.load(NUMBER_SERIES, numbers.series_key(organ_id, word, year))
    book = lookup.book_on(await queries.rulebooks(work.read), day_of(work.at))
    pattern = None if book is None else lookup.pattern_on(book, day_of(work.at))
    series = Series(organ_id=organ_id, word=word, year=year, abbreviation=organ.document_abbreviation, pattern=pattern)
    before = await queries.numbered(work.read, series.key)
    after = work.append(loaded, numbers.lease_numbers(loaded.state, series, wish, before), district=organ.jurisdiction_id)
    lease = after.state.leases[wish.lease_id]
    return {
        "series": series.key, "lease_id": wish.lease_id, "holder": lease.holder, "pattern": pattern,
        "abbreviation": organ.document_abbreviation, "spans": [asdict(span) for span in lease.spans],
    }  # fmt: skip


async def settle_numbers(work: Work, key: str, account: SettleNumbers) -> dict[str, Any]:
    """Account for numbers of a lease."""
    loaded = await work.existing(NUMBER_SERIES, key)
    after = work.append(loaded, numbers.account_for(loaded.state, key, account, day_of(work.at)))
    out = after.state.leases[account.lease_id].out
    return {"series": key, "lease_id": account.lease_id, "out": [asdict(span) for span in out]}


async def use_number(work: Work, key: str, holder: str, number: int) -> bool:
    """Note that a service used a number of a block of its own; False if it has no such block."""
    loaded = await work.load(NUMBER_SERIES, key)
    events = numbers.use_number(loaded.state, key, holder, number)
    work.append(loaded, events)
    return bool(events)


async def _organ(work: Work, organ_id: str) -> JurisdictionEstablished:
    known = [one for one in await queries.established(work.read) if one.organ_id == organ_id]
    there = [one for one in known if valid_on(one, day_of(work.at))]
    if not there:
        raise Refused("organ-unknown", f"没有现存的执法机关{organ_id}", f"there is no organ {organ_id} today")
    return there[0]

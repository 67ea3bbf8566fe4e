"""Jurisdictions after they were established: named anew, split, merged, ended."""

from __future__ import annotations

from typing import Any

from chassis.runner import Work
from services.registry import queries
from services.registry.domain import jurisdictions
from services.registry.domain.jurisdictions import JURISDICTION, Names, Reorganisation


async def rename_jurisdiction(work: Work, key: str, names: Names) -> dict[str, Any]:
    """Give a jurisdiction or its organ other names from a day on."""
    loaded = await work.existing(JURISDICTION, key)
    work.append(loaded, jurisdictions.rename_jurisdiction(loaded.state, names, work.at))
    return {"jurisdiction_id": key}


async def reorganise(work: Work, plan: Reorganisation) -> dict[str, Any]:
    """Split, merge, end, begin: all of it in one write set, which rests on every jurisdiction that it speaks of."""
    known = await queries.jurisdictions(work.read)
    spoken = {
        *(new.jurisdiction_id for new in plan.begins), *(new.parent for new in plan.begins if new.parent is not None),
        *(end.jurisdiction_id for end in plan.ends), *(one for end in plan.ends for one in end.successors),
    }  # fmt: skip
    loaded = {key: await work.load(JURISDICTION, key) for key in sorted(spoken)}
    known |= {key: one.state for key, one in loaded.items() if one.exists}
    for key, events in jurisdictions.reorganise(known, plan).items():
        work.append(loaded[key], events, district=key)
    return {
        "begun": [new.jurisdiction_id for new in plan.begins], "ended": [end.jurisdiction_id for end in plan.ends]
    }  # fmt: skip

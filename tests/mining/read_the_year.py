"""Reads a year's event log with pm4py, as somebody else's tool would: the process that it discovers covers every closed case.

`make mining` runs it on the pilot's whole year, in an environment of its own (ADR 0029): code 0 if all of it holds.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd
import pm4py

CASE, ACTIVITY, TIME, CLOSED = "case:concept:name", "concept:name", "time:timestamp", "penalty.case-closed"


def cases_of(folder: Path) -> tuple[pd.DataFrame, set[str]]:
    """What happened to each case, and the cases that the platform tells as closed."""
    log = pm4py.read_ocel2_json(str(folder / "year.jsonocel"))
    told = json.loads((folder / "closed_cases.json").read_text(encoding="ascii"))
    return pm4py.ocel_flattening(log, "case"), {f"case:{case}" for case in told}


def fitting(cases: pd.DataFrame, net: tuple[object, object, object]) -> int:
    """How many cases can be replayed on a process from its beginning to its end."""
    return sum(one["trace_is_fit"] for one in pm4py.conformance_diagnostics_token_based_replay(cases, *net))


def backwards(cases: pd.DataFrame) -> pd.DataFrame:
    """The same cases, each told from its end to its beginning."""
    turned = cases.copy()
    order = turned.groupby(CASE).cumcount(ascending=False)
    turned[TIME] = pd.Timestamp("2021-01-01", tz="UTC") + pd.to_timedelta(order, unit="D")
    return turned.sort_values([CASE, TIME])


def faults_of(folder: Path) -> list[str]:
    """What does not hold of the log in a folder."""
    cases, told = cases_of(folder)
    closed = set(cases[cases[ACTIVITY] == CLOSED][CASE])
    of_closed = cases[cases[CASE].isin(closed)]
    net = pm4py.discover_petri_net_inductive(of_closed)
    covered, turned = fitting(of_closed, net), fitting(backwards(of_closed), net)
    print(f"{cases[CASE].nunique()} cases, {len(closed)} of them closed; the process discovered has {len(net[0].transitions)} "
          f"transitions and covers {covered} closed cases, {turned} of them told backwards")  # fmt: skip
    checks = {
        "no case is closed": bool(told),
        f"the platform tells {len(told)} closed cases, the log {len(closed)}": told == closed,
        f"the process covers {covered} of {len(closed)} closed cases": covered == len(closed),
        "a process that covers cases told backwards says nothing": turned == 0,
    }
    return [fault for fault, holds in checks.items() if not holds]


if __name__ == "__main__":
    found = faults_of(Path(sys.argv[1]))
    sys.exit("\n".join(found) if found else 0)

"""Counters computed at once from the facts of a build, as if they had been kept from the first event.

Guarded by tests/service/reporting/test_cells.py, which holds them against counters kept batch by batch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from chassis.eventstore import Connection
from chassis.sight import EVERYWHERE
from services.reporting.projections.cells import FACTS
from services.reporting.queries.measures import MEASURES
from services.reporting.queries.steps import Step, column_of, steps_of
from services.reporting.queries.terms import TOTAL, Fact, Measure

MEMORY = "SET LOCAL work_mem = '64MB'"  # for groups that are hashed; what is more goes to disk
MONTH = "({day} - (extract(day FROM {day})::int - 1))"
MONTHS = """
INSERT INTO {schema}.{table} (dim, grain, district, day, value, {columns})
SELECT dim, 'm', district, day, value, {sums} FROM ({steps}) AS s
GROUP BY dim, district, day, value HAVING {some} ORDER BY dim, district, day, value
"""
YEARS = """
INSERT INTO {schema}.{table} (dim, grain, district, day, value, {columns})
SELECT dim, 'y', district, date_trunc('year', day)::date, value, {sums} FROM {schema}.{table}
WHERE grain = 'm' GROUP BY 1, 3, 4, 5 HAVING {some} ORDER BY 1, 3, 4, 5
"""
TOGETHER = f"""
INSERT INTO {{schema}}.{{table}} (dim, grain, district, day, value, {{columns}})
SELECT dim, grain, '{EVERYWHERE}', day, value, {{sums}} FROM {{schema}}.{{table}}
GROUP BY 1, 2, 4, 5 HAVING {{some}} ORDER BY 1, 2, 4, 5
"""  # noqa: S608 - constant names
Kind = tuple[str, str, str]
"""Rows that are counted alike: on which day, by which dimension, in which value of it (all as SQL)."""


async def derive(connection: Connection, schema: str) -> None:
    """Fill the counters of a schema, which are empty."""
    await connection.execute(MEMORY)
    for fact in FACTS.values():
        measures = [measure for measure in MEASURES if measure.fact is fact]
        columns = [column for measure in measures for column in measure.columns]
        names = {
            "schema": schema, "table": fact.sums, "columns": ", ".join(columns),
            "sums": ", ".join(f"sum({column})" for column in columns),
            "some": " OR ".join(f"sum({column}) <> 0" for column in columns),
        }  # fmt: skip
        steps = " UNION ALL ".join(_counting(fact, measures, columns, schema))
        await connection.execute(MONTHS.format(steps=steps, **names))
        await connection.execute(YEARS.format(**names))
        await connection.execute(TOGETHER.format(**names))
        await connection.execute(f"ANALYZE {schema}.{fact.sums}")


def _counting(fact: Fact, measures: list[Measure], columns: list[str], schema: str) -> Iterator[str]:
    """What rows of a fact add on one kind of day, by one dimension: a column for each measure."""
    for (day, dim, value), steps in _alike(measures).items():
        whens = {step.when for _, step in steps}
        terms: dict[str, list[str]] = {column: [] for column in columns}
        for measure, step in steps:
            for column, term in zip(measure.columns, (step.counts, step.out_of), strict=False):
                if term.strip("-()") != "0":
                    terms[column].append(term if len(whens) == 1 else f"CASE WHEN {step.when} THEN {term} ELSE 0 END")
        adds = ", ".join(f"{' + '.join(those) or '0'} AS {column}" for column, those in terms.items())
        some = " OR ".join(f"({when})" for when in sorted(whens))
        yield f"""
        SELECT '{dim}' AS dim, f.district, {MONTH.format(day=day)} AS day, {value} AS value, {adds}
        FROM {schema}.{fact.table} f WHERE {some}
        """  # noqa: S608 - constant names


def _alike(measures: list[Measure]) -> Mapping[Kind, list[tuple[Measure, Step]]]:
    """The steps of all measures, those of one kind together."""
    found: dict[Kind, list[tuple[Measure, Step]]] = defaultdict(list)
    for measure in measures:
        dims = [(TOTAL, f"'{TOTAL}'"), *((dim.name, column_of(dim)) for dim in measure.by)]
        for step in steps_of(measure):
            for dim, value in dims if step.of is None else [(step.of[0], f"'{step.of[1]}'")]:
                found[step.day, dim, value].append((measure, step))
    return found

"""Looking for a text in a whole database: every text, JSON and binary column of every table."""

from __future__ import annotations

from chassis.eventstore import Connection

COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, NULL) AS type FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind IN ('r', 'm', 'p') AND n.nspname = 'public' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, 2
"""


async def whereabouts(connection: Connection, text: str) -> list[str]:
    """The columns, of whatever type, that hold a text somewhere."""
    found = []
    for row in await connection.fetch(COLUMNS):
        column = f'"{row["attname"]}"'
        shown = f"encode({column}, 'escape')" if row["type"] == "bytea" else f"{column}::text"
        wanted = "encode(convert_to($1, 'UTF8'), 'escape')" if row["type"] == "bytea" else "$1"
        sql = f'SELECT EXISTS (SELECT FROM "{row["relname"]}" WHERE position({wanted}::text IN {shown}) > 0)'  # noqa: S608 - the catalog's
        if await connection.fetchval(sql, text):
            found.append(f"{row['relname']}.{row['attname']}")
    return found

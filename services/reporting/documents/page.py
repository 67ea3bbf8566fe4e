"""A paper as a page: Chinese, whole in itself, printed as it is read; whatever it quotes is escaped."""

from __future__ import annotations

from html import escape

from services.reporting.documents.paper import Cell, Paper, Table, Words, digits

STYLE = (
    "body{font:15px/1.6 'Noto Sans SC','Microsoft YaHei',sans-serif;margin:1.5em auto;max-width:75em;padding:0 1em;color:#222}"
    "h1{text-align:center;font-size:1.6em;margin:.4em 0}h2{border-bottom:2px solid #b00;font-size:1.2em;margin-top:1.6em}"
    "h3{font-size:1em;margin:1em 0 .3em}.about{color:#555;text-align:center;margin:0}"
    "table{border-collapse:collapse;width:100%;font-size:13px}td,th{border:1px solid #bbb;padding:.25em .5em;text-align:right}"
    "th{background:#f3f3f3;font-weight:600;text-align:center}td:first-child{text-align:left;white-space:nowrap}"
    "td.t{text-align:left}.note{color:#555;font-size:12px}.wide{overflow-x:auto}a{color:#036}"
    "@media print{@page{size:A4 landscape;margin:12mm}body{margin:0;max-width:none;font-size:11px}table{font-size:9.5px}"
    "a{color:inherit;text-decoration:none}h2,h3{break-after:avoid}tr{break-inside:avoid}thead{display:table-header-group}}"
)
HEAD = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title} {number}</title><style>{style}</style></head><body>
<h1>{title}</h1>
{about}
"""


def page(paper: Paper) -> bytes:
    """The page of a paper."""
    about = "\n".join(f'<p class="about">{escape(line)}</p>' for line in paper.lines)
    head = HEAD.format(title=escape(paper.title), number=escape(paper.number), style=STYLE, about=about)
    parts = []
    for section in paper.sections:
        parts.append(f"<h2>{escape(section.name)}</h2>\n")
        parts += [_words(part) if isinstance(part, Words) else _table(part) for part in section.parts]
    return f"{head}{''.join(parts)}</body></html>\n".encode()


def _words(words: Words) -> str:
    lines = "".join(f"<li>{_linked(escape(text), href)}</li>\n" for text, href in words.lines)
    return f"{_heading(words.title)}<ul>\n{lines}</ul>\n"


def _table(table: Table) -> str:
    heads = "".join(f"<th>{escape(head)}</th>" for head in table.heads)
    rows = "".join(
        f"<tr>{_cells(row, table.hrefs[place] if table.hrefs else None)}</tr>\n" for place, row in enumerate(table.rows)
    )
    note = f'<p class="note">{escape(table.note)}</p>\n' if table.note else ""
    whole = f"<table><thead><tr>{heads}</tr></thead>\n<tbody>{rows}</tbody></table>"
    return f'{_heading(table.title)}<div class="wide">{whole}</div>\n{note}'


def _cells(row: tuple[Cell, ...], href: str | None) -> str:
    first, *others = row
    told = [f"<td>{_linked(escape(digits(first)), href)}</td>"]
    told += [f'<td class="t">{escape(one)}</td>' if isinstance(one, str) else f"<td>{digits(one)}</td>" for one in others]
    return "".join(told)


def _heading(title: str) -> str:
    return f"<h3>{escape(title)}</h3>\n" if title else ""


def _linked(text: str, href: str | None) -> str:
    return text if href is None else f'<a href="{escape(href)}">{text}</a>'

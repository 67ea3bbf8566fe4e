"""The page of a bundle that is read without any program of ours: Chinese, whole in itself, whatever it quotes escaped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from chassis.domain import CHINA

STYLE = (
    "body{font:15px/1.6 sans-serif;margin:2em auto;max-width:70em;padding:0 1em;color:#222}"
    "table{border-collapse:collapse;width:100%}td,th{border:1px solid #ccc;padding:.3em .6em;vertical-align:top;text-align:left}"
    "small,.q{color:#666}.w{color:#a00}code{font-size:12px;word-break:break-all}"
)
KINDS = {"document": "文书", "evidence": "证据", "file": "所载文件"}
MATTERS = {"case": "案件", "enterprise": "企业"}
HEAD = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title><style>{style}</style></head><body>
<h1>{title}</h1>
<p>{by} 于 {at} 导出，共 {count} 个事件。
本页仅供阅读；以 casefile.json 为准，用 <code>casetrail verify</code> 验证整个压缩包。</p>
"""


def page(
    kind: str, key: str, by: str, at: datetime, entries: Sequence[Mapping[str, Any]], papers: Iterable[Mapping[str, Any]]
) -> bytes:
    """The page: what happened, in causal order, then documents and evidence with links to those that are in the bundle."""
    title = f"{MATTERS[kind]}案卷 {escape(key)}"
    head = HEAD.format(title=title, style=STYLE, by=escape(by), at=_time(at), count=len(entries))
    rows = "".join(_row(number, entry) for number, entry in enumerate(entries, start=1))
    events = f"<h2>经过</h2>\n<table><tr><th>序<th>发生 / 记录<th>事项<th>经办<th>依据与出处</tr>\n{rows}</table>\n"
    listed = "".join(map(_paper, papers))
    files = f"<h2>文书与证据</h2>\n<table><tr><th>类别<th>名称<th>文件</tr>\n{listed}</table>\n"
    return f"{head}{events}{files}</body></html>\n".encode()


def _row(number: int, entry: Mapping[str, Any]) -> str:
    actor = entry["actor"]
    marks = [f"补录，迟 {entry['late_by'] // 3600} 小时"] if entry["late_by"] is not None else []
    marks += ["倒填"] if entry["backdated"] else []
    told = "".join(f' <span class="w">{mark}</span>' for mark in marks)
    who = f"{escape(str(actor.get('name')))}<br><small>{escape(str(actor.get('id')))} · {escape(str(actor.get('role')))}</small>"
    where = f"{escape(entry['service'])} {entry['idx']} · {escape(entry['stream_id'])} v{entry['version']}"
    return (
        f"<tr><td>{number}<td>{_time(entry['occurred_at'])}<br><small>{_time(entry['recorded_at'])}</small>{told}"
        f"<td><b>{escape(entry['title'])}</b><br>{escape(entry['summary'])}<td>{who}"
        f"<td>{escape(entry['rulebook'] or '—')}<br><small>{where}</small></tr>\n"
    )


def _paper(paper: Mapping[str, Any]) -> str:
    digest = escape(paper["sha256"])
    link = (
        f'<a href="{escape(paper["member"])}">打开</a>' if paper["member"] else f'<span class="q">{escape(paper["where"])}</span>'
    )
    return f"<tr><td>{KINDS[paper['kind']]}<td>{escape(paper['name'])}<td>{link}<br><code>{digest}</code></tr>\n"


def _time(at: datetime | str) -> str:
    when = datetime.fromisoformat(at) if isinstance(at, str) else at
    return when.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")

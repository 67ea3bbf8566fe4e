"""A draw as a file that anybody can check: two events and nothing else, repeated with SHA-256 and sorting.

Format `casetrail-draw/1`: `events` holds the commitment and, once the seed is known, the reveal, each with its event id, version,
time of recording and data. The check trusts nothing that the file says: it computes what can be computed and names what differs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.tasks.domain.ranking import ALGORITHM, digest, pool_digest, ranked

FORMAT = "casetrail-draw/1"
COMMITTED = "casetrail.tasks.draw-committed.v1"
REVEALED = "casetrail.tasks.draw-revealed.v1"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something in the file that is not as it must be."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check found: nothing wrong if there are no findings. Without a reveal, only the commitment could be checked."""

    draw_id: str
    purpose: str = ""
    pool: int = 0
    left_out: int = 0
    drawn: int = 0
    revealed: bool = False
    events: tuple[tuple[str, str, str], ...] = ()  # wire name, event id, time of recording
    findings: tuple[Finding, ...] = ()


class MalformedFile(ValueError):
    """The file is not a draw of this format; the text says where."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A place in the file, read with its path so that an error can name it."""

    at: str
    value: Any

    def get(self, name: str, kind: type | tuple[type, ...], default: Any = ...) -> Any:
        """A member of this kind; raises MalformedFile."""
        if not isinstance(self.value, dict):
            raise MalformedFile(f"{self.at}: must be an object")
        found = self.value.get(name, default)
        if found is ... or (found is not default and (not isinstance(found, kind) or isinstance(found, bool))):
            raise MalformedFile(f"{self.at}.{name}: missing or of the wrong kind")
        return found

    def parts(self, name: str, *, may_lack: bool = False) -> list[_Part]:
        """The members of a list."""
        found = self.get(name, list, [] if may_lack else ...)
        return [_Part(f"{self.at}.{name}[{place}]", one) for place, one in enumerate(found)]

    def texts(self, name: str) -> list[str]:
        """A list of texts."""
        found = self.get(name, list)
        if not all(isinstance(one, str) for one in found):
            raise MalformedFile(f"{self.at}.{name}: must hold texts only")
        return list(found)


@dataclass(slots=True)
class _Check:
    findings: list[Finding] = field(default_factory=list)

    def require(self, holds: bool, code: str, zh: str, en: str) -> None:
        """Note a finding unless something holds."""
        if not holds:
            self.findings.append(Finding(code, zh, en))


def check(content: Any) -> Checked:
    """Repeat a draw from its file. Raises MalformedFile for what is no such file; all else that is wrong is a finding.

    Source: 双随机、一公开（国办发〔2015〕58号); a commitment before the draw and the seed after it make the draw repeatable.
    """
    whole = _Part("file", content)
    if whole.get("format", str) != FORMAT:
        raise MalformedFile(f"file.format: must be {FORMAT}")
    events = whole.parts("events")
    if not 1 <= len(events) <= 2:
        raise MalformedFile("file.events: a commitment and at most one reveal")
    checking = _Check()
    _check_events(checking, events)
    committed = _Part("file.events[0].data", events[0].get("data", dict))
    pool = committed.texts("pool")
    _check_commitment(checking, committed, pool)
    barred = {one.get("enterprise_id", str) for one in committed.parts("barred", may_lack=True)}
    excluded = _pairs(committed.parts("exclusions"))
    drawn: list[list[str]] = []
    if len(events) == 2:
        revealed = _Part("file.events[1].data", events[1].get("data", dict))
        barred |= {one.get("enterprise_id", str) for one in revealed.parts("late_barred", may_lack=True)}
        excluded |= _pairs(revealed.parts("late_exclusions", may_lack=True))
        drawn = _check_reveal(checking, committed, revealed, pool, excluded, barred)
    return Checked(
        draw_id=committed.get("draw_id", str), purpose=committed.get("purpose", str), pool=len(pool),
        left_out=len(excluded) + len(barred), drawn=sum(map(len, drawn)), revealed=len(events) == 2,
        events=tuple((e.get("type", str), e.get("event_id", str), e.get("recorded_at", str)) for e in events),
        findings=tuple(checking.findings),
    )  # fmt: skip


def _pairs(parts: Iterable[_Part]) -> set[tuple[str, str]]:
    return {(part.get("officer_id", str), part.get("enterprise_id", str)) for part in parts}


def _check_events(checking: _Check, events: Sequence[_Part]) -> None:
    wanted = [COMMITTED, REVEALED][: len(events)]
    checking.require([e.get("type", str) for e in events] == wanted, "event-order", "承诺事件必须在前，公布事件在后",
                     "the commitment must come first, the reveal second")  # fmt: skip
    checking.require([e.get("version", int) for e in events] == list(range(1, len(events) + 1)), "version-gap",
                     "事件版本不连续", "the versions of the events have a gap")  # fmt: skip
    times = [_time(e) for e in events]
    checking.require(times == sorted(times), "revealed-before-committed", "公布时间早于承诺时间",
                     "the seed was recorded before the commitment to it")  # fmt: skip


def _time(event: _Part) -> datetime:
    try:
        at = datetime.fromisoformat(event.get("recorded_at", str))
    except ValueError as error:
        raise MalformedFile(f"{event.at}.recorded_at: no time") from error
    if at.tzinfo is None:
        raise MalformedFile(f"{event.at}.recorded_at: a time without its zone")
    return at


def _check_commitment(checking: _Check, committed: _Part, pool: Sequence[str]) -> None:
    checking.require(len(set(pool)) == len(pool), "pool-repeats", "名录中有重复", "the pool names somebody twice")
    checking.require(pool_digest(pool) == committed.get("pool_sha256", str), "pool-hash", "名录与其摘要不符",
                     "the pool is not the one whose hash was published")  # fmt: skip
    for pick in committed.parts("picks"):
        checking.require(pick.get("count", int) > 0, "empty-pick", "抽取数量须大于零", f"{pick.at}: draws nobody")


def _check_reveal(
    checking: _Check, committed: _Part, revealed: _Part, pool: Sequence[str], excluded: set[tuple[str, str]], barred: set[str]
) -> list[list[str]]:
    seed, algorithm = revealed.get("seed", str), revealed.get("algorithm", str)
    checking.require(revealed.get("draw_id", str) == committed.get("draw_id", str), "another-draw", "公布的是另一次抽取",
                     "the reveal is of another draw")  # fmt: skip
    checking.require(digest(seed) == committed.get("seed_sha256", str), "seed-hash", "种子与承诺的摘要不符",
                     "the seed is not the one that was committed to")  # fmt: skip
    if algorithm != ALGORITHM:
        raise MalformedFile(f"{revealed.at}.algorithm: {algorithm} is not known here, only {ALGORITHM}")
    picks, results = committed.parts("picks"), revealed.parts("results")
    known = {pick.get("task_id", (str, type(None)), None) for pick in picks}
    for one in revealed.parts("unassigned", may_lack=True):
        checking.require(one.get("task_id", str) in known, "unassigned-not-picked", "未派发的任务不在抽取项中",
                         f"{one.at}: a task that the draw was not for")  # fmt: skip
    checking.require(len(picks) == len(results), "results-missing", "结果数与抽取项数不符", "not one result for each pick")
    drawn = [result.texts("drawn") for result in results]
    for pick, result, stated in zip(picks, results, drawn, strict=False):
        task = pick.get("task_id", (str, type(None)), None)
        enterprise = pick.get("enterprise_id", (str, type(None)), None)
        order = ranked(seed, task or committed.get("draw_id", str), pool)
        right = [one for one in order if one not in barred and (one, enterprise) not in excluded][: pick.get("count", int)]
        checking.require(stated == right and result.get("task_id", (str, type(None)), None) == task, "result-differs",
                         f"{task or '本次抽取'}的结果与重算不符：应为{_few(right)}",
                         f"{result.at} is not what the seed draws: {_few(right)}")  # fmt: skip
    return drawn


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:10]) + (f" … ({len(names)})" if len(names) > 10 else "")


def as_file(events: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The file of a draw; each event has `type`, `event_id`, `version`, `recorded_at` and `data`."""
    return {"format": FORMAT, "events": list(events)}

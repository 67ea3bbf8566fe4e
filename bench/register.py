"""A register from CSV: how long until it is listed, how much memory the importer takes, and how fast its lists are then."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import time
import zipfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path as File
from random import Random
from typing import Any

import httpx
import psutil

from bench.measure import Path, Round, Sample, Target, Variant, percentile
from bench.stage import Stage
from chassis.process.manifests import load_service
from chassis.testing import ServiceUnderTest, service_under_test
from pilot.enterprises import uscc

FORMS = File("contracts") / "forms" / "register-2021.json"
SECTOR = "dust"
MANY, FEW = 100_000, 3_000  # enterprises; the few where the bench is only seen to work
EQUIPMENT = 20  # records of each
ASKED = 200  # questions of a slice
DISTRICTS = 13
PARSER = "spreadsheet.py"
IMPORT, MEMORY, PAGE, SEARCH, OWN = "import", "memory", "a page", "a search", "a search, one district"
SYLLABLES = "安宝昌诚创大德东发丰福富广海恒宏华辉汇吉佳嘉建江金锦精凯康科乐力联隆茂铭南鹏启荣瑞森"
SYLLABLES += "盛泰天通万伟祥新信兴旭亚扬益永裕元源远泽正志中"
TRADES = ("木业", "家具", "面粉", "金属制品", "纺织", "塑料", "饲料", "镁合金")


def name_of(number: int) -> str:
    """A made-up name, another for each number."""
    first, rest = number % len(SYLLABLES), number // len(SYLLABLES)
    second, third = rest % len(SYLLABLES), rest // len(SYLLABLES) % len(SYLLABLES)
    return f"南昌{SYLLABLES[first]}{SYLLABLES[second]}{SYLLABLES[third]}{TRADES[number % len(TRADES)]}有限公司"


def _code(number: int) -> str:
    return uscc(f"91360100MA{number:06d}")


def _site(number: int) -> dict[str, Any]:
    return {
        "企业名称": name_of(number), "统一社会信用代码": _code(number), "场所序号": 1, "所属辖区": f"区{number % DISTRICTS}",
        "生产经营地址": f"工业大道{number}号", "经济类型": "私营企业", "行业代码": "C2110", "企业规模": "小型",
        "生产状态": "在产",
        "法定代表人": "王建国", "法定代表人电话": "13800000000", "主要负责人": "王建国", "安全负责人": "李敏", "从业人数": 45,
        "使用燃气或者存在有毒气体": "否", "有承包、承租单位": "是", "有限空间数量": 2,
    }  # fmt: skip


def _places(number: int) -> Iterator[dict[str, Any]]:
    yield {"统一社会信用代码": _code(number), "场所序号": 1, "场所编号": "P1", "场所类别": "涉粉作业场所", "场所名称": "一车间"}


def _equipment(number: int, count: int) -> Iterator[dict[str, Any]]:
    code = _code(number)
    for each in range(1, count + 1):
        yield {
            "统一社会信用代码": code, "场所序号": 1, "设备编号": f"E{each}", "所在场所编号": "P1", "设备类别": "除尘系统",
            "设备名称": f"{each}号除尘系统", "设备状态": "在用",
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filled:
    """A register in the form of the dust sector: what its first sheet says, then each sheet with its heads and rows."""

    readme: str
    lines: Sequence[tuple[str, str]]
    sheets: Sequence[tuple[str, Sequence[str], Iterator[dict[str, Any]]]]


def filled(enterprises: int, equipment: int) -> Filled:
    """So many enterprises with one place and so many pieces of equipment each; the rows can be taken once."""
    forms = json.loads(FORMS.read_text(encoding="utf-8"))
    title = next(row["title"] for row in forms["sectors"] if row["sector"] == SECTOR)
    readme, numbers = forms["readme"], range(1, enterprises + 1)
    rows: tuple[Iterator[dict[str, Any]], ...] = (
        (_site(number) for number in numbers),
        (row for number in numbers for row in _places(number)),
        (row for number in numbers for row in _equipment(number, equipment)),
    )
    sheets = [
        (sheet["name"], [column["head"] for column in sheet["columns"] if SECTOR in column.get("sectors", [SECTOR])], told)
        for sheet, told in zip(forms["sheets"], rows, strict=True)
    ]
    return Filled(readme["sheet"], [(readme["form"], title), (readme["version"], forms["version"])], sheets)


def write_register(path: File, enterprises: int) -> None:
    """A zip of CSV files with so many enterprises."""
    told = filled(enterprises, EQUIPMENT)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open(f"{told.readme}.csv", "w") as raw, io.TextIOWrapper(raw, "utf-8", newline="") as text:
            csv.writer(text).writerows(told.lines)
        for name, heads, rows in told.sheets:
            with archive.open(f"{name}.csv", "w") as raw, io.TextIOWrapper(raw, "utf-8", newline="") as text:
                writer = csv.DictWriter(text, heads)
                writer.writeheader()
                writer.writerows(rows)


async def found(client: httpx.AsyncClient) -> None:
    """A city and its districts."""
    bodies = [("city", "市", "city", None), *((f"district-{n}", f"区{n}", "district", "city") for n in range(DISTRICTS))]
    for key, title, kind, parent in bodies:
        body = {
            "jurisdiction_id": key, "name": title, "short_name": title, "kind": kind, "parent": parent, "organ": f"{title}局",
            "organ_id": f"{key}-emb", "document_abbreviation": title, "confidence": "made up", "source": "bench",
        }  # fmt: skip
        (await client.post("/v1/jurisdictions", json=body)).raise_for_status()


class Memory:
    """How much memory this process holds, and the parsers that it starts, looked at while something runs."""

    def __init__(self) -> None:
        self._process = psutil.Process()
        self.before = self._process.memory_info().rss
        self.seen: list[int] = []
        self.parser = 0

    async def watch(self) -> None:
        """Look until cancelled."""
        while True:
            self.seen.append(self._process.memory_info().rss)
            self.parser = max([self.parser, *self._parsers()])
            await asyncio.sleep(0.25)

    def _parsers(self) -> Iterator[int]:
        for child in self._process.children():
            with suppress(psutil.Error):
                if any(part.endswith(PARSER) for part in child.cmdline()):
                    yield child.memory_info().rss

    @property
    def growth(self) -> float:
        """By how many MiB the last three quarters went above the first."""
        quarter = max(1, len(self.seen) // 4)
        return max(0.0, max(self.seen[quarter:], default=0) - max(self.seen[:quarter])) / (1 << 20)

    @property
    def above(self) -> float:
        """By how many MiB it ever went above what was there before."""
        return (max([self.before, *self.seen]) - self.before) / (1 << 20)


async def imported(under_test: ServiceUnderTest, name: str, content: bytes, enterprises: int) -> tuple[float, Memory]:
    """Seconds until the register is listed, and the memory it took to load it."""
    memory = Memory()
    began = time.perf_counter()
    loaded = asyncio.Event()
    watching, following = asyncio.create_task(memory.watch()), asyncio.create_task(_following(under_test, loaded))
    async with under_test.client("manager") as client:
        answer = await client.post(
            "/v1/imports",
            files={"file": (name, content)},
            data={"import_id": "bench-1", "accept_valid": "false"},
            timeout=None,
        )
    loaded.set()
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    await following
    if answer.status_code != 201 or answer.json()["accepted"] != enterprises:
        raise RuntimeError(answer.text[:500])
    await under_test.settle()
    return time.perf_counter() - began, memory


async def _following(under_test: ServiceUnderTest, loaded: asyncio.Event) -> None:
    """What a worker does meanwhile, in this process too."""
    while not loaded.is_set():
        await under_test.settle()
        await asyncio.sleep(0.1)


def _pages(random: Random) -> Iterator[dict[str, Any]]:
    """Pages of lists of enterprises, by all filters; further pages follow from the answers."""
    while True:
        yield random.choice([{}, {"sector": SECTOR}, {"district": f"district-{random.randrange(DISTRICTS)}"}])


def _searches(random: Random, enterprises: int) -> Iterator[dict[str, Any]]:
    """Parts of names: of one that is there, of a trade, and of none."""
    while True:
        name = name_of(random.randrange(1, enterprises + 1))
        begin = random.randrange(len(name) - 2)
        yield {"q": random.choice([name[begin : begin + random.randrange(2, 6)], name[2:5], "龙凤呈祥", _code(7)[:14]])}


def _asking(under_test: ServiceUnderTest, districts: Sequence[str], questions: Iterator[dict[str, Any]]) -> Variant:
    async def slice_() -> Sample:
        latencies: list[float] = []
        following: str | None = None
        async with under_test.client("auditor", districts=districts) as client:
            for _ in range(ASKED):
                asked = next(questions) if following is None else {"cursor": following}
                began = time.perf_counter()
                answer = await client.get("/v1/enterprises", params=asked)
                latencies.append(time.perf_counter() - began)
                answer.raise_for_status()
                following = answer.json()["next"] if following is None and "q" not in asked else None
        return Sample(ASKED / sum(latencies), latencies)

    return slice_


def told(rate: float) -> Variant:
    """A variant that was measured once, before the rounds."""

    async def slice_() -> Sample:
        return Sample(rate)

    return slice_


@asynccontextmanager
async def _prepared(stage: Stage) -> AsyncIterator[Mapping[str, Variant]]:
    enterprises = MANY if stage.large >= 10_000_000 else FEW
    path = stage.folder / "register.zip"
    await asyncio.to_thread(write_register, path, enterprises)
    async with service_under_test(load_service("registry"), stage.admin_dsn, datetime.now(UTC)) as under_test:
        async with under_test.client("administrator") as administrator:
            await found(administrator)
        seconds, memory = await imported(under_test, path.name, await asyncio.to_thread(path.read_bytes), enterprises)
        await under_test.connection.execute("VACUUM ANALYZE")
        random = Random(7)
        yield {
            IMPORT: told(enterprises / seconds),
            MEMORY: told(memory.growth),
            PAGE: _asking(under_test, ["*"], _pages(random)),
            SEARCH: _asking(under_test, ["*"], _searches(random, enterprises)),
            OWN: _asking(under_test, ["district-3"], _searches(random, enterprises)),
        }


def _p99(variant: str) -> Any:
    def value(round_: Round) -> float:
        return percentile(round_[variant].latencies, 0.99) * 1000

    return value


REGISTER = Path(
    "register", "A register of 100,000 enterprises",
    """A zip of CSV files (each enterprise with one place and 20 pieces of equipment) posted to the registry's API:
staged, judged, loaded, sequenced, projected; API and worker in one process on one core, PostgreSQL beside it. Loaded once,
before the rounds: the first two rows are that one time (enterprises per second; MiB by which the importer grew after its first
quarter). Then 200 questions of each kind, one after another through the API, as the reading role with row-level security on.""",
    (
        Target(
            "100,000 enterprises × 20 equipment records from CSV until listed, at this rate", 10.0, 5.0,
            lambda round_: MANY / round_[IMPORT].rate / 60, " min", less_is_better=True,
        ),
        Target(
            "importer's memory, growth after the first quarter", 64, 16, lambda round_: round_[MEMORY].rate, " MiB",
            less_is_better=True,
        ),
        Target("a page of a list at 100,000 enterprises, p99", 50, 20, _p99(PAGE), "ms", less_is_better=True),
        Target("a search by part of a name at 100,000 enterprises, p99", 50, 25, _p99(SEARCH), "ms", less_is_better=True),
        Target("the same within one district, p99", 50, 25, _p99(OWN), "ms", less_is_better=True),
    ),
    _prepared, large=True,
)  # fmt: skip

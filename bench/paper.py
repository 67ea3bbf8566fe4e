"""Documents on paper: how long one takes in a warm process, and how many two threads make."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path as File
from typing import Any

from bench.measure import Path, Sample, Target, Variant, percentile, ratio
from bench.stage import Stage
from chassis.rendering import Renderer, Strokes, Template, installed

TEMPLATE = Template("bench/order", 1, File(__file__).parent / "typst", "order.typ")
AT = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)
FEW, MANY = 3, 30  # problems
THREADS = 2
SHORT, LONG, BATCH = f"{FEW} problems, 1 page", f"{MANY} problems, 4 pages", f"{FEW} problems, {THREADS} threads"
PROBLEM = (
    "砂光车间干式除尘系统未设置泄爆装置，且未采取惰化、抑爆等其他控爆措施；除尘器灰斗下部未安装锁气卸灰装置，车间积尘厚度超过规定"
)
SIGNED = Strokes([[(0, 40), (40, 0), (80, 80), (120, 20), (180, 70)], [(60, 10), (70, 90)]])


def facts(problems: int, number: int) -> dict[str, Any]:
    """The facts of one document, another for each number, so that nothing laid out before can serve again."""
    return {
        "addressee": f"南昌恒信木业第{number}有限公司", "organ": "试样机关", "on": date(2026, 3, 2),
        "problems": [{"text": f"第{number}处：{PROBLEM}", "major": False, "basis": ["试样依据"]} for _ in range(problems)],
        "officers": [{"name": "王建国", "card": "14010215001"}, {"name": "欧阳文静", "card": "14010215002"}],
        "remedies": {"reconsideration": ["甲"], "reconsideration_period": "乙", "court": "丙", "litigation_period": "丁"},
    }  # fmt: skip


def laid_out(renderer: Renderer, problems: int, number: int) -> float:
    """Lay one document out; how many seconds that took."""
    begun = time.perf_counter()
    renderer.render(TEMPLATE, facts(problems, number), f"试样〔2026〕{number}号", AT, {"officer-1": SIGNED, "officer-2": SIGNED})
    return time.perf_counter() - begun


def _until(stage: Stage, renderer: Renderer, numbers: count[int], problems: int) -> Sample:
    begun, taken = time.perf_counter(), [laid_out(renderer, problems, next(numbers))]
    while time.perf_counter() - begun < stage.seconds:
        taken.append(laid_out(renderer, problems, next(numbers)))
    return Sample(len(taken) / (time.perf_counter() - begun), taken)


def _together(stage: Stage, renderer: Renderer, numbers: count[int], threads: ThreadPoolExecutor) -> Sample:
    samples = list(threads.map(lambda _: _until(stage, renderer, numbers, FEW), range(THREADS)))
    return Sample(sum(sample.rate for sample in samples))


@asynccontextmanager
async def prepared(stage: Stage) -> AsyncIterator[Mapping[str, Variant]]:
    """A warm renderer, as a process has it that has laid out something before."""
    renderer, numbers = installed(), count(1)
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda number: laid_out(renderer, FEW, number), [next(numbers) for _ in range(20)]))
        yield {
            SHORT: lambda: asyncio.to_thread(_until, stage, renderer, numbers, FEW),
            LONG: lambda: asyncio.to_thread(_until, stage, renderer, numbers, MANY),
            BATCH: lambda: asyncio.to_thread(_together, stage, renderer, numbers, threads),
        }


def _milliseconds(variant: str, share: float) -> Any:
    return lambda samples: percentile(samples[variant].latencies, share) * 1000


DOCUMENTS = Path(
    "documents", "Documents on paper",
    """Facts to PDF/A-2b in a warm process: canonical JSON and its digest, QR code, two drawn signatures, layout, export, SHA-256.
Another document each time. The peer of two threads is one.""",
    (
        Target(f"a document with {FEW} problems, p50", 60, 25, _milliseconds(SHORT, 0.5), "ms", less_is_better=True),
        Target(f"a document with {FEW} problems, p95", 100, 40, _milliseconds(SHORT, 0.95), "ms", less_is_better=True),
        Target(f"a document with {MANY} problems, p95", 150, 60, _milliseconds(LONG, 0.95), "ms", less_is_better=True),
        Target("documents of two threads / of one", 1.3, 1.8, ratio(BATCH, SHORT), "×"),
    ),
    prepared, unit="documents/s",
)  # fmt: skip

"""What axe-core finds on a page: the serious and the critical, told so that they can be mended."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import Page

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = ("serious", "critical")


async def serious_findings(page: Page, within: str = "html") -> list[str]:
    """Every serious or critical finding within a selector, as `rule: element (what is wrong)`; empty when there is none."""
    await page.evaluate(AXE.read_text(encoding="utf-8"))  # evaluated, since the page's policy admits no script of elsewhere
    found: dict[str, Any] = await page.evaluate("(within) => axe.run(within, { resultTypes: ['violations'] })", within)
    return [
        f"{violation['id']}: {node['html'][:200]} ({node['failureSummary']})"
        for violation in found["violations"]
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    ]

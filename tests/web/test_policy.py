"""What a page may run and who may frame it: nothing that was written into a text becomes a script."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.web.staging import DESK, behind_the_gateway, opened

NGINX = Path(__file__).parents[2] / "deploy" / "images" / "nginx.conf.template"
DOORS = ("/console/", "/inspector/", "/live/", "/public/")
PLANT = """async () => {
  const refused = [];
  document.addEventListener("securitypolicyviolation", (event) => refused.push(event.effectiveDirective));
  const box = document.body.appendChild(document.createElement("div"));
  box.innerHTML = `<img src="data:," onerror="window.planted = 1"><a href="javascript:window.planted = 2">某企业</a>`;
  const script = box.appendChild(document.createElement("script"));
  script.textContent = "window.planted = 3";
  const elsewhere = box.appendChild(document.createElement("script"));
  const settled = new Promise((done) => { elsewhere.onload = elsewhere.onerror = done; });
  elsewhere.src = "data:text/javascript,window.planted = 4";
  box.querySelector("a").click();
  await settled;
  while (refused.length < 4) await new Promise((done) => setTimeout(done, 20));
  return [window.planted ?? null, [...new Set(refused)].sort()];
}"""
"""Four ways in which a text that became part of a page would run; each is refused by the page's policy."""


@pytest.mark.parametrize("door", DOORS)
async def test_no_page_runs_what_was_written_into_it(door: str, browser: Browser, tmp_path: Path) -> None:
    async with behind_the_gateway(tmp_path) as url, opened(browser, url, DESK) as page:
        await page.goto(door)
        planted, refused = await page.evaluate(PLANT)
        assert planted is None
        assert refused == ["script-src-attr", "script-src-elem"]


def test_no_answer_of_nginx_goes_without_the_headers() -> None:
    """A block with an `add_header` of its own inherits none: it must have all of them again."""
    text = NGINX.read_text(encoding="utf-8")
    server = re.findall(r"^        (add_header .+;)$", text, re.MULTILINE)
    for name in ("X-Content-Type-Options nosniff", "X-Frame-Options DENY", "Referrer-Policy", "Strict-Transport-Security"):
        assert any(name in header and header.endswith("always;") for header in server), name
    for block in re.findall(r"location [^{]+\{[^}]*add_header[^}]*\}", text):
        assert all(header in block for header in server), block

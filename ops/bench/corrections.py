"""`python -m ops.bench.corrections`: a hundred corrections by keyboard in a real browser.

The real API and the real staff process, a history of messages in a fresh SQLite file, and a script
that chooses an intent by key, marks a place with the mouse in every fifth sentence, and presses
Enter. What it does at full speed leaves the rest of six seconds to a person for reading. The page's
own work is what lies between Enter and the next message with all that belongs to it.
"""

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import httpx2
import typer
from playwright.sync_api import Page, sync_playwright

from api.database import Database
from api.migrations.run import upgrade
from api.settings import Settings
from ops.bench.history import PLACES, TROUBLES, fill
from ops.bench.report import percentile
from ops.ports import free_port
from ops.settings import ROOT

PASSWORD = "a password of the bench"  # noqa: S105
KEY = "the key of the bench"
START_SECONDS = 60.0
SCAN_SECONDS = 600.0
AIM_SECONDS, AIM_MS = 6.0, 300.0
KEYS = {
    "report_no_signal": "1",
    "report_call_failure": "2",
    "report_sms_failure": "3",
    "report_data_failure": "4",
    "ask_billing": "5",
    "ask_knowledge": "8",
    "request_human": "h",
    "deny": "n",
}
MARKED_EVERY = 5

WATCH = """() => {
  window.work = [];
  let began = 0, before = "";
  const sentence = () => document.querySelector(".rd-sentence")?.textContent || "";
  const side = () => document.querySelector(".rd-review-side h2")?.textContent;
  const whole = () => side() === "数据里相近的例句";
  const look = () => {
    if (began && sentence() && sentence() !== before && whole()) {
      window.work.push(performance.now() - began);
      began = 0;
    }
    requestAnimationFrame(look);
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === "r") {
      began = performance.now();
      before = sentence();
    }
  }, true);
  look();
}"""
WHERE = """(words) => {
  const sentence = document.querySelector(".rd-sentence");
  const walker = document.createTreeWalker(sentence, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const at = node.data.indexOf(words);
    if (at < 0 || node.parentElement.closest("mark")) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + words.length);
    const { left, right, top, bottom } = range.getBoundingClientRect();
    return { left, right, y: (top + bottom) / 2 };
  }
  return null;
}"""


@contextlib.contextmanager
def running(folder: Path) -> Iterator[str]:
    """Start the API and the staff's pages; give their address."""
    port, staff = free_port(), free_port()
    url = f"http://127.0.0.1:{port}"
    given = {
        "ROAMDESK_PORT": str(port),
        "ROAMDESK_DATA": str(folder),
        "ROAMDESK_ADMIN_PASSWORD": PASSWORD,
        "ROAMDESK_INTERNAL_KEY": KEY,
        "ROAMDESK_STAFF_URL": f"http://127.0.0.1:{staff}",
        "ROAMDESK_STAFF_PORT": str(staff),
        "ROAMDESK_API_URL": url,
        "ROAMDESK_RATE_LIMITS": "off",
        "ROAMDESK_BOT_URL": f"http://127.0.0.1:{free_port()}",
    }
    started = [
        subprocess.Popen(
            [sys.executable, "-m", name],
            cwd=ROOT,
            env={**os.environ, **given},
            stdout=subprocess.DEVNULL,
        )
        for name in ("api", "web")
    ]
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(url):
            if time.monotonic() > deadline or any(p.poll() is not None for p in started):
                raise RuntimeError("the product did not come up")
            time.sleep(0.2)
        yield url
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(20)


def _answers(url: str) -> bool:
    with contextlib.suppress(httpx2.HTTPError):
        page = httpx2.get(f"{url}/workbench", timeout=5, follow_redirects=False)
        return page.status_code < 500
    return False


def _history(folder: Path, messages: int) -> None:
    url = Settings(data=folder).database
    upgrade(url)

    async def put() -> None:
        database = Database(url)
        await fill(database, messages)
        await database.close()

    asyncio.run(put())


def _admin(url: str) -> httpx2.Client:
    http = httpx2.Client(base_url=url, timeout=60)
    login = {"username": "admin", "password": PASSWORD}
    http.post("/v1/auth/login", json=login).raise_for_status()
    return http


def _scanned(http: httpx2.Client) -> int:
    """Wait until the scanner has read everything; return how many messages are to be reviewed."""
    known, deadline = -1, time.monotonic() + SCAN_SECONDS
    while time.monotonic() < deadline:
        http.get("/v1/training/queue", params={"limit": 1})
        found = int(http.get("/v1/training/queue/summary").json()["states"]["open"])
        if found == known:
            return found
        known = found
        time.sleep(6)
    raise RuntimeError("the scanner did not come to an end")


def correct(page: Page, corrections: int) -> dict[str, Any]:
    """Correct so many messages; return seconds each and milliseconds of the page's work."""
    page.evaluate(WATCH)
    took: list[float] = []
    keys = marks = clashes = 0
    for number in range(corrections):
        began = time.perf_counter()
        sentence = page.locator(".rd-sentence")
        text = sentence.inner_text()
        trouble = next(word for word in TROUBLES if word in text)
        page.keyboard.press(KEYS[TROUBLES[trouble]])
        keys += 2
        if number % MARKED_EVERY == 0:
            marks += _mark(page, text)
        page.keyboard.press("Enter")
        if page.evaluate("() => document.querySelector('.rd-review-work .rd-alert') !== null"):
            page.keyboard.press("r")
            clashes, keys = clashes + 1, keys + 1
        page.wait_for_function(f"() => window.work.length > {number}", polling="raf")
        took.append(time.perf_counter() - began)
    page.wait_for_function(
        "() => document.querySelectorAll('.rd-fate.sent').length === 0", timeout=60_000
    )
    work = page.evaluate("() => window.work")
    return {
        "corrections": len(took),
        "keys": keys,
        "marks_by_mouse": marks,
        "contradictions_put_right": clashes,
        "script_seconds_each": {
            "p50": round(percentile(took, 50), 2),
            "p95": round(percentile(took, 95), 2),
            "max": round(max(took), 2),
        },
        "seconds_left_to_read_in_6": round(AIM_SECONDS - percentile(took, 95), 2),
        "page_work_ms": {
            "p50": round(percentile(work, 50)),
            "p95": round(percentile(work, 95)),
            "max": round(max(work)),
        },
    }


def _mark(page: Page, text: str) -> int:
    place = next((name for name in PLACES if name in text), "")
    box = page.evaluate(WHERE, place)
    if not place or box is None:
        return 0
    page.mouse.move(box["left"] + 1, box["y"])
    page.mouse.down()
    page.mouse.move(box["right"] - 1, box["y"], steps=3)
    page.mouse.up()
    page.get_by_role("button", name="标上").click()
    return 1


def _log_in(page: Page, url: str, http: httpx2.Client) -> None:
    body = {"username": "trainer", "password": PASSWORD, "name": "训练师", "role": "trainer"}
    http.post("/v1/staff", json=body).raise_for_status()
    page.goto(f"{url}/workbench")
    page.get_by_label("用户名").fill("trainer")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.locator(".rd-sentence").wait_for(timeout=60_000)
    page.locator(".rd-review-side h2", has_text="数据里相近的例句").wait_for(timeout=60_000)


def bench(corrections: int, messages: int) -> dict[str, Any]:
    chromium = os.environ.get("ROAMDESK_CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        raise SystemExit("no Chromium: install one or name it in ROAMDESK_CHROMIUM")
    with tempfile.TemporaryDirectory(prefix="roamdesk-bench-") as name:
        folder = Path(name)
        _history(folder, messages)
        with (
            running(folder) as url,
            contextlib.closing(_admin(url)) as http,
            sync_playwright() as playwright,
        ):
            waiting = _scanned(http)
            browser = playwright.chromium.launch(
                executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
            )
            page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="zh-CN")
            _log_in(page, url, http)
            found = correct(page, corrections)
            states = http.get("/v1/training/queue/summary").json()["states"]
            proposed = sum(row["changes"] for row in http.get("/v1/training/changes").json())
            browser.close()
    return {
        "messages": messages,
        "to_review": waiting,
        **found,
        "accepted": states["accepted"],
        "lines_proposed": proposed,
        "aims": {"seconds_each": AIM_SECONDS, "page_work_ms": AIM_MS},
    }


def main(
    corrections: Annotated[int, typer.Option(min=1, help="How many are put right.")] = 100,
    messages: Annotated[int, typer.Option(min=100, help="Messages stored.")] = 10_000,
) -> None:
    """Seconds a correction by keyboard, and milliseconds of the page's own work."""
    found = bench(corrections, messages)
    path = ROOT / "results" / "bench-workbench.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(found, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    typer.run(main)

"""One Chromium for the whole run, a fresh context for each test, and a fake API beside it."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.e2e.fake_api import FakeApi
from tests.e2e.widget import Widget

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

USUAL = {
    "viewport": {"width": 1280, "height": 720},
    "locale": "zh-CN",
    "timezone_id": "Asia/Taipei",
    "reduced_motion": "reduce",
}
PATIENCE_MS = 8000
expect.set_options(timeout=PATIENCE_MS)


def chromium_path() -> str | None:
    named = os.environ.get("ROAMDESK_CHROMIUM")
    candidates = [named, *map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))]
    return next((path for path in candidates if path and Path(path).exists()), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium_path()
    if path is None:
        pytest.skip("no Chromium found: install one or name it in ROAMDESK_CHROMIUM")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def shared_api() -> Iterator[FakeApi]:
    api = FakeApi()
    yield api
    api.close()


@pytest.fixture
def api(shared_api: FakeApi) -> FakeApi:
    shared_api.reset()
    return shared_api


@pytest.fixture
def new_context(browser: Browser) -> Iterator[object]:
    """Make contexts (viewport, scheme, ...) that close with the test."""
    made: list[BrowserContext] = []

    def make(**options: object) -> BrowserContext:
        context = browser.new_context(**USUAL | options)
        context.set_default_timeout(PATIENCE_MS)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()


@pytest.fixture(scope="session")
def shared_page(browser: Browser) -> Iterator[Page]:
    """The page of tests that ask for nothing special: opening a new one costs more than they do."""
    context = browser.new_context(**USUAL)
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


@pytest.fixture
def usual_page(shared_page: Page, api: FakeApi) -> Iterator[Page]:
    """The shared page as if it were new: at our address and remembering nothing."""
    yield shared_page
    shared_page.context.set_offline(False)
    for other in shared_page.context.pages:
        if other is not shared_page:
            other.close()
    shared_page.goto(api.url + "/empty")
    shared_page.evaluate("localStorage.clear()")


@pytest.fixture
def open_chat(new_context, usual_page: Page, api: FakeApi):
    """Open the demo page and wait for the chat; options ask for a context of its own."""

    def opened(path: str = "/", wait: bool = True, **options: object) -> Widget:
        page = new_context(**options).new_page() if options else usual_page
        page.goto(api.url + path)
        widget = Widget(page)
        if wait:
            widget.bubble("bot").first.wait_for()
        return widget

    return opened


@pytest.fixture
def chat(open_chat) -> Widget:
    return open_chat()

"""The whole product as a person starts it: every process real, on ports of its own."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest

from ops.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 240.0  # Rasa alone needs half a minute, more on a busy machine
TURN_SECONDS = 30


def until[T](look: Callable[[], T], what: str, seconds: float) -> T:
    """The first true answer of `look`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := look():
            return answer
        time.sleep(0.2)
    raise AssertionError(f"not within {seconds:g} s: {what}")


class Product:
    """`python -m ops run`, seen from outside."""

    def __init__(self, data: Path, root: Path = ROOT, **settings: str) -> None:
        self.data = data
        self.port = free_port()
        self.http = httpx2.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=TURN_SECONDS)
        self.printed = data / "printed.txt"
        self.began = time.monotonic()
        with self.printed.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ops", "run", "--with-parent"],
                cwd=root,
                env={
                    **os.environ,
                    "ROAMDESK_DATA": str(data),
                    "ROAMDESK_PORT": str(self.port),
                    "ROAMDESK_RATE_LIMITS": "off",
                    **settings,
                },
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def status(self, path: str) -> int:
        try:
            return self.http.get(path).status_code
        except httpx2.HTTPError:
            return 0

    def wait_until(self, path: str, status: int = 200, seconds: float = START_SECONDS) -> float:
        """Seconds since the start at which `path` answered so."""
        try:
            until(lambda: self.status(path) == status, f"{path} answers {status}", seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.printed.read_text()}") from None
        return time.monotonic() - self.began

    def pid(self, child: str) -> int:
        return int((self.data / "run" / f"{child}.pid").read_text())

    def kill(self, child: str) -> None:
        """The child dies as by a crash, and is waited for until its successor has a pid."""
        pid = self.pid(child)
        os.kill(pid, signal.SIGKILL)
        until(lambda: self.pid(child) != pid, f"a new {child}", 15)

    def family(self) -> list[psutil.Process]:
        root = psutil.Process(self.process.pid)
        return [root, *root.children(recursive=True)]

    def customer(self) -> "Customer":
        return Customer(self.http)

    def end(self) -> float:
        """SIGTERM; returns the seconds it took to end."""
        began = time.monotonic()
        self.http.close()
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(20)
        return time.monotonic() - began


class Customer:
    """A customer in the browser: says things, presses choices, reads what comes back."""

    def __init__(self, http: httpx2.Client) -> None:
        self._http = http
        opened = http.post("/v1/conversations", json={"channel": "web"})
        assert opened.status_code == 201, opened.text
        self.id = opened.json()["id"]
        self._headers = {"Authorization": f"Bearer {opened.json()['token']}"}

    def say(self, text: str) -> list[dict[str, Any]]:
        return self._post({"text": text})

    def press(self, fact: str, value: str) -> list[dict[str, Any]]:
        return self._post({"choice": {"fact": fact, "value": value}})

    def messages(self) -> list[dict[str, Any]]:
        answer = self._http.get(f"/v1/conversations/{self.id}/messages", headers=self._headers)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()
        return found

    def ticket(self) -> dict[str, Any]:
        answer = self._http.get(f"/v1/conversations/{self.id}/ticket", headers=self._headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def _post(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        answer = self._http.post(
            f"/v1/conversations/{self.id}/messages?wait={TURN_SECONDS - 5}",
            json={"client_id": str(uuid.uuid4()), **body},
            headers=self._headers,
        )
        assert answer.status_code == 200, answer.text
        replies: list[dict[str, Any]] = answer.json()["replies"]
        return replies


def asks(replies: list[dict[str, Any]]) -> str | None:
    """The fact that the replies ask for."""
    return next((reply["asks"] for reply in reversed(replies) if reply["asks"]), None)


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """One product for all tests of the session, ready to serve a customer."""
    running = Product(tmp_path_factory.mktemp("product"))
    try:
        page, served = running.wait_until("/healthz"), running.wait_until("/readyz")
        print(f"\npage after {page:.1f} s, a customer could be served after {served:.1f} s")
        yield running
    finally:
        running.end()

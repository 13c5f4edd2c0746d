"""The real API and the real staff process, with a bot at the seam that a test can hold."""

import asyncio
import os
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import httpx2
import uvicorn

from api.main import create_app
from api.migrations.run import upgrade
from api.settings import ROOT, Settings
from api.training.runs.workshop import Workshop
from ops.ports import free_port
from tests.api.fakes import FakeBot

START_SECONDS = 30.0
KEY = "the key of a test"
ADMIN = "correct horse battery"
PASSWORD = "a long password"


class RunningDesk:
    """Serves until `close`; `bot` is the one that speaks."""

    def __init__(self, data: Path, workshop: Workshop | None = None, **more: str) -> None:
        """`more` are settings beside a test's usual ones."""
        self.port, self.staff_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        settings = Settings(
            port=self.port,
            data=data,
            database_url=f"sqlite:///{data / 'desk.db'}",
            admin_password=ADMIN,
            internal_key=KEY,
            staff_url=f"http://127.0.0.1:{self.staff_port}",
            rate_limits="off",
            bot_url=f"http://127.0.0.1:{free_port()}",
            **more,
        )
        upgrade(settings.database)
        self.bot = FakeBot()
        app = create_app(settings, self.bot, workshop)
        self.bot.app = self.app = app
        config = uvicorn.Config(app, port=self.port, log_level="warning", lifespan="on")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        self.staff = self._start_pages()
        self._wait_for("/healthz", 200)
        self._wait_for("/console/login", 200)
        self.admin = httpx2.Client(base_url=self.url, timeout=20)
        self.log_in(self.admin, "admin", ADMIN)
        self._wait_for_pages()

    def _serve(self) -> None:
        loop = self.loop = asyncio.new_event_loop()
        loop.run_until_complete(self._server.serve())
        loop.close()

    def _start_pages(self) -> subprocess.Popen:
        given = {
            "ROAMDESK_STAFF_PORT": str(self.staff_port),
            "ROAMDESK_API_URL": self.url,
            "ROAMDESK_INTERNAL_KEY": KEY,
        }
        return subprocess.Popen(
            [sys.executable, "-m", "web"], cwd=ROOT, env={**os.environ, **given}
        )

    def _wait_for(self, path: str, status: int) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                if httpx2.get(self.url + path, timeout=5).status_code == status:
                    return
            except httpx2.HTTPError:
                pass
            time.sleep(0.1)
        raise AssertionError(f"{path} did not answer {status}")

    def _wait_for_pages(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while self.admin.get("/console").status_code != 200:
            assert time.monotonic() < deadline, "the staff's pages did not start"
            time.sleep(0.1)

    def log_in(self, http: httpx2.Client, username: str, password: str = PASSWORD) -> None:
        body = {"username": username, "password": password}
        answer = http.post("/v1/auth/login", json=body)
        assert answer.status_code == 200, answer.text

    def hire(self, role: str, name: str) -> str:
        """Make an account; return its username."""
        username = f"{role}-{uuid.uuid4().hex[:6]}"
        body = {"username": username, "password": PASSWORD, "name": name, "role": role}
        assert self.admin.post("/v1/staff", json=body).status_code == 201
        return username

    def hold_the_bot(self) -> None:
        self.bot.pause = asyncio.Event()

    def let_the_bot_speak(self) -> None:
        pause, self.bot.pause = self.bot.pause, None
        self.loop.call_soon_threadsafe(pause.set)

    def close(self) -> None:
        self.admin.close()
        self.staff.terminate()
        self.staff.wait(10)
        self._server.should_exit = True
        self._thread.join(15)


class Caller:
    """A customer who talks over HTTP, as the widget does."""

    def __init__(self, desk: RunningDesk) -> None:
        self.http = httpx2.Client(base_url=desk.url, timeout=20)
        opened = self.http.post("/v1/conversations", json={"channel": "web"}).json()
        self.id = opened["id"]
        self._headers = {"Authorization": f"Bearer {opened['token']}"}

    def say(self, text: str, wait: int = 10) -> list[dict]:
        return self._post({"text": text}, wait)

    def answer(self, facts: dict[str, str]) -> None:
        """Press what is asked from `facts` (不知道 for the rest) until nothing is asked."""
        while (asks := self.messages()[-1]["asks"]) is not None:
            self._post({"choice": {"fact": asks, "value": facts.get(asks, "unsure")}})

    def _post(self, said: dict, wait: int = 10) -> list[dict]:
        body = {"client_id": str(uuid.uuid4()), **said}
        url = f"/v1/conversations/{self.id}/messages"
        answer = self.http.post(url, params={"wait": wait}, json=body, headers=self._headers)
        assert answer.status_code in (200, 202), answer.text
        return answer.json().get("replies", [])

    def type(self) -> None:
        self.http.post(f"/v1/conversations/{self.id}/typing", headers=self._headers)

    def messages(self) -> list[dict]:
        url = f"/v1/conversations/{self.id}/messages"
        return self.http.get(url, headers=self._headers).json()

    def heard(self) -> list[str]:
        """What others have said to them."""
        return [m["text"] for m in self.messages() if m["sender"] != "customer"]

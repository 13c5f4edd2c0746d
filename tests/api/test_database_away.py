"""PostgreSQL is pulled and put back while the API runs: nothing a customer sent is lost.

A cluster of its own, which may be killed; skipped where PostgreSQL's programs are missing.
"""

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
from pathlib import Path

import pytest

from api.migrations.run import upgrade
from api.settings import Settings
from tests.api.conftest import ADMIN_PASSWORD
from tests.api.test_events_across_processes import heard

BACK_SECONDS = 60.0
"""The relay tries again every 10 s at the latest, the watch every 2; a busy machine is slower."""


def programs():
    """Return the folder of the newest PostgreSQL server here, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda p: int(p.parts[4]))
    on_path = shutil.which("pg_ctl")
    return found[-1].parent if found else on_path and Path(on_path).parent


class Cluster:
    """A PostgreSQL server of this test's own."""

    def __init__(self, folder, programs, user):
        self.folder, self._programs, self._user = folder, programs, user
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def run(self, program, *arguments):
        done = subprocess.run(
            [self._programs / program, *arguments],
            user=self._user,
            env={**os.environ, "LC_ALL": "C"},
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()

    def start(self):
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        log = self.folder / "log"
        self.run("pg_ctl", "start", "-w", "-D", self.folder / "data", "-l", log, "-o", options)

    def pull(self):
        """Stop it as a power cut would."""
        self.run("pg_ctl", "stop", "-m", "immediate", "-D", self.folder / "data")


@pytest.fixture
def cluster():
    found = programs()
    if not found:
        pytest.skip("PostgreSQL's server programs are not here")
    user = None
    if os.getuid() == 0:  # its server refuses to run as root
        try:
            user = pwd.getpwnam("postgres").pw_name
        except KeyError:
            pytest.skip("PostgreSQL needs an account other than root")
    folder = Path(tempfile.mkdtemp(prefix="roamdesk-pg-"))
    if user:
        shutil.chown(folder, user)
    made = Cluster(folder, found, user)
    made.run("initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N")
    made.start()
    try:
        yield made
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            made.pull()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def settings(cluster, tmp_path):
    settings = Settings(
        data=tmp_path / "data",
        database_url=cluster.url,
        admin_password=ADMIN_PASSWORD,
        rate_limits="off",
    )
    upgrade(settings.database)
    return settings


async def readiness(http):
    response = await http.get("/readyz")
    return response.status_code, response.json()["database"]


async def until(look, wanted):
    async with asyncio.timeout(BACK_SECONDS):
        while await look() != wanted:  # noqa: ASYNC110
            await asyncio.sleep(0.2)


async def test_a_database_that_goes_away_is_told_and_comes_back_by_itself(
    cluster, app, http, customer
):
    assert await customer.says("在吗")
    cluster.pull()
    await until(lambda: readiness(http), (503, "starting"))
    assert (await http.get("/healthz")).status_code == 200
    message = {"client_id": str(uuid.uuid4()), "text": "还在吗"}
    refused = await customer.post(message)
    assert refused.status_code == 503
    error = refused.json()["error"]
    assert error["code"] == "database_unavailable"
    assert "请" in error["message"]

    with app.state.broker.subscribe_all() as reader:
        cluster.start()
        await until(lambda: readiness(http), (200, "ready"))
        # What the widget does with a message that was not taken: it sends the same again.
        again = await customer.post(message)
        assert again.status_code == 200
        assert again.json()["replies"]
        said = [m["text"] for m in await customer.messages() if m["sender"] == "customer"]
        assert said == ["在吗", "还在吗"]
        # News of other processes are heard again: whoever listens is told to read anew.
        async with asyncio.timeout(BACK_SECONDS):
            await heard(reader, "*")


async def test_a_turn_that_the_database_left_alone_is_answered_when_it_is_back(
    cluster, app, http, customer, bot
):
    bot.pause = asyncio.Event()
    message = {"client_id": str(uuid.uuid4()), "text": "在吗"}
    post = asyncio.create_task(customer.post(message, wait=0))
    assert (await post).status_code == 202
    async with asyncio.timeout(10):
        while not bot.turns:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    cluster.pull()
    bot.pause.set()
    await until(lambda: readiness(http), (503, "starting"))
    cluster.start()

    async def senders():
        response = await http.get(
            f"/v1/conversations/{customer.id}/messages", headers=customer.headers
        )
        return [m["sender"] for m in response.json()] if response.status_code == 200 else None

    await until(senders, ["bot", "customer", "bot"])

"""Rubbish against every documented route of a served API: never a 5xx, always one error shape."""

import socket
import threading
import time

import httpx2
import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck
from hypothesis import settings as examples

from api.main import create_app
from api.settings import ROOT, Settings
from ops.ports import free_port
from tests.api.conftest import ADMIN_PASSWORD
from tests.api.fakes import FakeBot
from tests.api.workshops import TestWorkshop

pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(scope="module")
def served(tmp_path_factory, migrated_sqlite):
    """Return the address of the API on a real socket, and an admin's cookie."""
    import shutil

    folder = tmp_path_factory.mktemp("fuzz")
    shutil.copy(migrated_sqlite, folder / "fuzz.db")
    # A project of its own: the routes of the trainers write to data/ and change models.
    project = folder / "project"
    shutil.copytree(ROOT / "data", project / "data")
    shutil.copytree(ROOT / "tests" / "conversations", project / "tests" / "conversations")
    for name in ("config.yml", "domain.yml"):
        shutil.copy(ROOT / name, project)
    bot = FakeBot()
    app = bot.app = create_app(
        Settings(
            data=folder,
            database_url=f"sqlite:///{folder / 'fuzz.db'}",
            admin_password=ADMIN_PASSWORD,
            rate_limits="off",
            project=project,
            bot_url=f"http://127.0.0.1:{free_port()}",
        ),
        bot,
        TestWorkshop(project),
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{port}"
    while not server.started:
        time.sleep(0.05)
    body = {"username": "admin", "password": ADMIN_PASSWORD}
    cookie = httpx2.post(f"{address}/v1/auth/login", json=body).cookies["roamdesk_session"]
    begun = httpx2.post(f"{address}/v1/conversations", json={}).json()
    yield address, cookie, begun
    server.should_exit = True
    thread.join(10)


routes = schemathesis.openapi.from_dict(create_app(Settings()).openapi())


@routes.exclude(path_regex="/stream$|/metrics|/auth/log").parametrize()
@examples(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_input_breaks_a_route(case, served):
    address, cookie, begun = served
    if "conversation_id" in (case.path_parameters or {}):
        case.path_parameters["conversation_id"] = begun["id"]
    response = case.call(
        base_url=address,
        headers={"Authorization": f"Bearer {begun['token']}"},
        cookies={"roamdesk_session": cookie},
        timeout=20,
    )
    assert response.status_code < 500, response.text
    if response.status_code >= 400:
        error = response.json()["error"]
        assert error["code"]
        assert error["message"]

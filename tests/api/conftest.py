"""The whole API in this process, on each database, with a bot at the seam."""

import uuid
from dataclasses import dataclass

import httpx2
import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from api import clock
from api.main import create_app
from api.people import service as people_service
from api.settings import ROOT, Settings
from tests.api.fakes import FakeBot

ADMIN_PASSWORD = "correct horse battery"


@dataclass
class Customer:
    """Somebody in the chat."""

    http: httpx2.AsyncClient
    id: str
    token: str
    greeting: list

    @property
    def headers(self):
        return {"Authorization": f"Bearer {self.token}"}

    async def post(self, body, wait=10):
        body = {"client_id": str(uuid.uuid4()), **body}
        url = f"/v1/conversations/{self.id}/messages"
        return await self.http.post(url, params={"wait": wait}, json=body, headers=self.headers)

    async def says(self, text):
        response = await self.post({"text": text})
        assert response.status_code == 200, response.text
        return response.json()["replies"]

    async def chooses(self, fact, value):
        response = await self.post({"choice": {"fact": fact, "value": value}})
        assert response.status_code == 200, response.text
        return response.json()["replies"]

    async def answers(self, facts, limit=20):
        """Answer what is asked from `facts` (不知道 for the rest) until nothing is asked."""
        replies = []
        messages = await self.messages()
        asks = messages[-1]["asks"]
        asked = []
        while asks is not None:
            asked.append(asks)
            assert len(asked) < limit, asked
            replies = await self.chooses(asks, facts.get(asks, "unsure"))
            asks = replies[-1]["asks"]
        return replies, asked

    async def messages(self, after=0):
        response = await self.http.get(
            f"/v1/conversations/{self.id}/messages", params={"after": after}, headers=self.headers
        )
        assert response.status_code == 200
        return response.json()

    async def ticket(self):
        response = await self.http.get(f"/v1/conversations/{self.id}/ticket", headers=self.headers)
        return response.json() if response.status_code == 200 else None


@pytest.fixture(scope="session", autouse=True)
def quick_passwords():
    """Argon2 is meant to be slow; every test makes an account or two."""
    cheap = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(people_service, "_hasher", cheap)
        yield


@pytest.fixture
def bot():
    return FakeBot()


@pytest.fixture
def project():
    """The folder whose data trainers change; a test that lets them has a copy of its own."""
    return ROOT


@pytest.fixture
def settings(database_url, tmp_path, project):
    return Settings(
        data=tmp_path / "data",
        database_url=database_url,
        admin_password=ADMIN_PASSWORD,
        rate_limits="off",
        project=project,
    )


@pytest.fixture
async def app(settings, bot):
    app = create_app(settings, bot)
    bot.app = app
    async with app.router.lifespan_context(app):
        yield app
    clock.start_at(None)


def client(app):
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://roamdesk.test")


@pytest.fixture
async def http(app):
    async with client(app) as http:
        yield http


@pytest.fixture
def new_customer(http):
    async def begin():
        response = await http.post("/v1/conversations", json={"channel": "web"})
        assert response.status_code == 201, response.text
        body = response.json()
        return Customer(http, body["id"], body["token"], body["messages"])

    return begin


@pytest.fixture
async def customer(new_customer):
    return await new_customer()


@pytest.fixture
async def admin(app):
    async with client(app) as http:
        credentials = {"username": "admin", "password": ADMIN_PASSWORD}
        response = await http.post("/v1/auth/login", json=credentials)
        assert response.status_code == 200, response.text
        yield http


@pytest.fixture
def new_staff(app, admin):
    clients = []

    async def make(role, username=None):
        username = username or f"{role}-{uuid.uuid4().hex[:6]}"
        body = {"username": username, "password": "a long password", "name": username, "role": role}
        assert (await admin.post("/v1/staff", json=body)).status_code == 201
        http = client(app)
        clients.append(http)
        credentials = {"username": username, "password": "a long password"}
        assert (await http.post("/v1/auth/login", json=credentials)).status_code == 200
        return http

    return make

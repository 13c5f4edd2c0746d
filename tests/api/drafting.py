"""What tests of drafts share: people, a project of their own, and the verbs of the routes."""

import pytest

from api.settings import Settings
from tests.api.conftest import ADMIN_PASSWORD
from tests.training.checkouts import checkout_in


@pytest.fixture
def project(tmp_path):
    return checkout_in(tmp_path)


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
async def lin(new_staff):
    return await new_staff("trainer", "lin.qing")


@pytest.fixture
async def wu(new_staff):
    return await new_staff("trainer", "wu.min")


async def ask(http, verb, path, body=None, status=200, **params):
    response = await http.request(verb, f"/v1/training{path}", json=body, params=params)
    assert response.status_code == status, response.text
    return response.json() if response.content else None


async def refused(http, verb, path, body=None, status=409):
    return (await ask(http, verb, path, body, status))["error"]


async def begin(http, document="ctoc", kind="tree", **more):
    return await ask(http, "POST", "/drafts", {"kind": kind, "document": document, **more}, 201)


async def edit(http, shown, *edits):
    path = f"/drafts/{shown['draft']['id']}/edits"
    return await ask(http, "POST", path, {"version": shown["draft"]["version"], "edits": edits})


async def put(http, shown, file, words):
    body = {"version": shown["draft"]["version"], "file": file, "text": words}
    return await ask(http, "PUT", f"/drafts/{shown['draft']['id']}/text", body)


def text_of(shown, file):
    return next(each["text"] for each in shown["files"] if each["file"] == file)


async def submit(http, shown, reason="按坐席反馈改"):
    body = {"version": shown["draft"]["version"], "reason": reason}
    return await ask(http, "POST", f"/drafts/{shown['draft']['id']}/submit", body)


async def publish(http, shown):
    body = {"version": shown["draft"]["version"]}
    return await ask(http, "POST", f"/drafts/{shown['draft']['id']}/publish", body)

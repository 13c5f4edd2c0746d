"""The common replies: there from the first start, read by all staff, kept by supervisors."""

import pytest

from api.main import create_app

NEW = {"title": "等候", "text": "请您稍等。", "keywords": ["等"], "node": "ctoc/works_at_home"}


async def test_the_first_phrases_are_there_once_and_stay_as_supervisors_left_them(
    settings, bot, admin
):
    first = (await admin.get("/v1/phrases")).json()
    assert len(first) >= 40
    gone, *_ = first
    assert (await admin.delete(f"/v1/phrases/{gone['id']}")).status_code == 204
    again = create_app(settings, bot)
    async with again.router.lifespan_context(again):
        left = (await admin.get("/v1/phrases")).json()
    assert left == first[1:]


async def test_a_supervisor_adds_changes_and_removes(new_staff):
    supervisor = await new_staff("supervisor", "wang.fang")
    made = await supervisor.post("/v1/phrases", json=NEW)
    assert made.status_code == 201
    phrase = made.json()
    assert phrase["updated_by"] == "wang.fang"
    url = f"/v1/phrases/{phrase['id']}"
    changed = (await supervisor.patch(url, json={"text": " 请您稍候。 ", "node": None})).json()
    assert (changed["text"], changed["node"]) == ("请您稍候。", None)
    assert (changed["title"], changed["keywords"]) == ("等候", ["等"])
    assert (await supervisor.patch(url, json={"active": False})).json()["active"] is False
    offered = (await supervisor.get("/v1/phrases", params={"active": True})).json()
    assert phrase["id"] not in [each["id"] for each in offered]
    assert (await supervisor.delete(url)).status_code == 204
    missing = await supervisor.delete(url)
    assert missing.json()["error"]["code"] == "phrase_not_found"


@pytest.mark.parametrize("role", ["agent", "trainer"])
async def test_others_read_but_do_not_change(new_staff, role):
    person = await new_staff(role)
    phrases = (await person.get("/v1/phrases")).json()
    url = f"/v1/phrases/{phrases[0]['id']}"
    refused = [
        await person.post("/v1/phrases", json=NEW),
        await person.patch(url, json={"text": "别的话。"}),
        await person.delete(url),
    ]
    assert [answer.status_code for answer in refused] == [403, 403, 403]
    assert (await person.get("/v1/phrases")).json() == phrases


@pytest.mark.parametrize(
    "wrong",
    [
        {"node": "ctoc/nowhere"},
        {"node": "nowhere"},
        {"text": "  "},
        {"title": ""},
        {"text": "有\x00零"},
        {"keywords": [""]},
    ],
)
async def test_what_does_not_fit_is_refused(admin, wrong):
    assert (await admin.post("/v1/phrases", json={**NEW, **wrong})).status_code == 422


async def test_a_stranger_sees_no_phrases(http):
    assert (await http.get("/v1/phrases")).status_code == 401

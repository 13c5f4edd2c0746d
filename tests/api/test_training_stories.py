"""A story made of what was really said."""

import asyncio
import json
import sys

import pytest
from ruamel.yaml import YAML

from api.training.stories.validation import Validator
from tests.training.checkouts import checkout_in, git

STORIES = "data/stories/from_conversations.yml"


@pytest.fixture
def project(tmp_path):
    return checkout_in(tmp_path)


@pytest.fixture
async def lin(new_staff):
    return await new_staff("trainer", "lin")


@pytest.fixture
async def talked(bot, customer):
    """A conversation with a message that was misunderstood, a pressed button and a number."""
    bot.learn("在韩国没信号", "report_no_signal", location="KR", service="signal")
    bot.teach("不对是日本才对呢", "inform", confidence=0.5, facts={"location": "JP"})
    bot.learn("我号码18912345678", "inform", msisdn="18912345678")
    await customer.says("在韩国没信号")
    await customer.says("不对是日本才对呢")
    await customer.chooses("card_type", "ctoc")
    await customer.says("我号码18912345678")
    return customer


async def make(trainer, conversation, name="在日本没有信号", status=201, **more):
    body = {"conversation_id": conversation.id, "name": name} | more
    answer = await trainer.post("/v1/training/stories", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def put_right(trainer):
    rows = (await trainer.get("/v1/training/queue")).json()
    row = next(r for r in rows if r["text"] == "不对是日本才对呢")
    span = {"start": 3, "end": 5, "fact": "location", "value": "JP"}
    body = {"text": row["text"], "intent": "correct", "spans": [span]}
    answer = await trainer.post(
        "/v1/training/examples", json=body | {"message_id": row["message_id"]}
    )
    assert answer.status_code == 201, answer.text


async def test_a_story_follows_what_trainers_put_right(lin, new_staff, talked, project):
    await put_right(lin)
    (accepted,) = (await lin.get("/v1/training/queue", params={"state": "accepted"})).json()
    other = await new_staff("trainer")
    second = f"/v1/training/items/{accepted['message_id']}/label"
    assert (await other.post(second, json={"intent": "chitchat"})).status_code == 204
    made = await make(lin, talked)
    document = YAML(typ="safe").load(made["text"])
    intents = [s["intent"] for s in document["stories"][0]["steps"] if "intent" in s]
    assert intents == ["report_no_signal", "correct", "inform", "inform"]
    assert [turn["corrected"] for turn in made["turns"]] == [False, True, False, False]
    assert made["closest"]["file"].startswith("data/stories/")
    assert 0 < made["closest"]["likeness"] <= 1
    applied = await lin.post(
        f"/v1/training/changes/{made['change_set']}/apply", json={"reason": "新故事"}
    )
    assert applied.status_code == 200, applied.text
    written = YAML(typ="safe").load((project / STORIES).read_text("utf-8"))
    assert [story["story"] for story in written["stories"]] == ["在日本没有信号"]
    assert "data/stories/from_conversations.yml" in git(project, "show", "--stat", "HEAD")


async def test_a_test_conversation_has_the_words_with_marks_and_placeholders(lin, talked, project):
    await put_right(lin)
    made = await make(lin, talked, kind="test", pattern="corrections")
    assert made["file"] == "tests/conversations/corrections/test_在日本没有信号.yml"
    assert '在[韩国]{"entity": "location", "value": "KR"}' in made["text"]
    assert '不对是[日本]{"entity": "location", "value": "JP"}才对呢' in made["text"]
    assert '/inform{"card_type": "ctoc"}' in made["text"]
    assert "18912345678" not in made["text"]
    assert '[18900000000]{"entity": "msisdn", "value": "18900000000"}' in made["text"]
    steps = YAML(typ="safe").load(made["text"])["stories"][0]["steps"]
    assert all(step.get("action", "action_interview") == "action_interview" for step in steps)
    applied = await lin.post(
        f"/v1/training/changes/{made['change_set']}/apply", json={"reason": "新测试"}
    )
    assert applied.status_code == 200, applied.text
    assert (project / made["file"]).read_text("utf-8") == made["text"]
    again = await make(lin, talked, kind="test", pattern="corrections", status=422)
    assert again["error"]["details"]["why"] == "name_taken"


async def test_conversations_with_labels_are_offered(lin, talked):
    assert (await lin.get("/v1/training/stories/candidates")).json() == []
    await put_right(lin)
    (row,) = (await lin.get("/v1/training/stories/candidates")).json()
    assert row["conversation_id"] == talked.id
    assert (row["text"], row["turns"], row["corrected"]) == ("在韩国没信号", 4, 1)


async def test_a_preview_proposes_nothing(lin, talked):
    made = await make(lin, talked, preview=True, status=200)
    assert made["id"] is None
    assert (await lin.get("/v1/training/changes")).json() == []


async def test_what_is_there_already_is_told(lin, talked, project):
    first = YAML(typ="safe").load(
        (project / "data/stories/conversation_patterns.yml").read_text("utf-8")
    )["stories"][0]["story"]
    made = await make(lin, talked, name=first, preview=True, status=200)
    (problem,) = [p for p in made["problems"] if p["code"] == "name_taken"]
    assert problem["line"] == 4
    mended = await make(lin, talked, name=first, preview=True, status=200, text=problem["repair"])
    assert not [p for p in mended["problems"] if p["code"] == "name_taken"]
    refused = await make(lin, talked, name=first, status=422)
    assert refused["error"]["code"] == "story_not_valid"


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("intent: inform", "intent: informm", "unknown_name", 8),
        ("action: action_interview", "action: utter_greet", "against_rule", 7),
        ("      - action: action_interview\n", "", "against_rule", 6),
        ("    steps:\n", "    steps: [\n", "broken", 6),
    ],
)
async def test_what_clashes_says_the_line_and_a_repair(lin, talked, old, new, code, line):
    made = await make(lin, talked, preview=True, status=200)
    bad = made["text"].replace(old, new, 1)
    seen = await make(lin, talked, preview=True, status=200, text=bad)
    problem = seen["problems"][0]
    assert (problem["code"], problem["line"]) == (code, line)
    if code != "broken":
        mended = await make(lin, talked, preview=True, status=200, text=problem["repair"])
        assert not [p for p in mended["problems"] if p["severity"] == "error"]
    await make(lin, talked, text=bad, status=422)


async def test_personal_data_somebody_typed_are_found(lin, talked):
    made = await make(lin, talked, kind="test", preview=True, status=200)
    bad = made["text"].replace("才对呢", "才对，打13912345678")
    seen = await make(lin, talked, kind="test", preview=True, status=200, text=bad)
    (problem,) = [p for p in seen["problems"] if p["code"] == "personal_data"]
    assert "13912345678" not in problem["repair"]
    assert "13912345678" in bad.splitlines()[problem["line"] - 1]


async def test_a_conversation_without_words_is_no_story(lin, customer):
    refused = await make(lin, customer, status=409)
    assert refused["error"]["code"] == "nothing_to_tell"
    gone = await lin.post("/v1/training/stories", json={"conversation_id": "x", "name": "y"})
    assert gone.status_code == 404


async def test_rasa_s_own_words_come_with_the_line_and_our_repair(lin, app, talked, tmp_path):
    # A stand-in for the bot's environment: it finds the action that does not belong there.
    judge = tmp_path / "judge.py"
    judge.write_text(
        "import json, pathlib, sys\n"
        "path = pathlib.Path(sys.argv[1]) / 'data/stories/candidate.yml'\n"
        "lines = path.read_text('utf-8').splitlines()\n"
        "assert (pathlib.Path(sys.argv[1]) / 'config.yml').exists()\n"
        "line = next(n for n, text in enumerate(lines, 1) if 'utter_greet' in text)\n"
        "told = {'severity': 'error', 'kind': 'rule_clash', 'repair': None,\n"
        "        'message': 'contradicts a rule', 'line': line,\n"
        "        'file': 'data/stories/candidate.yml', 'story': 'x'}\n"
        "other = told | {'file': 'data/stories/other.yml'}\n"
        "print('noise'); print(json.dumps({'valid': False, 'problems': [told, other]}))\n"
    )
    root = app.state.files.root
    app.state.stories.validator = Validator(root, [sys.executable, str(judge)])
    made = await make(lin, talked, preview=True, status=200)
    bad = made["text"].replace("action: action_interview", "action: utter_greet", 1)
    begun = await lin.post("/v1/training/stories/check", json={"text": bad})
    assert begun.status_code == 202
    seen = await until_done(lin, begun.json()["id"])
    (problem,) = seen["problems"]
    assert (problem["code"], problem["line"]) == ("rasa", 7)
    assert problem["repair"] == made["text"]


async def test_a_validation_that_cannot_run_says_so(lin, app, talked):
    root = app.state.files.root
    app.state.stories.validator = Validator(root, [sys.executable, "-c", "raise SystemExit(3)"])
    begun = await lin.post("/v1/training/stories/check", json={"text": "x"})
    seen = await until_done(lin, begun.json()["id"])
    assert (seen["state"], seen["problems"]) == ("failed", [])
    assert "没有跑完" in seen["why"]
    assert (await lin.get("/v1/training/stories/check/nothing")).status_code == 404


async def until_done(trainer, run_id):
    for _ in range(200):
        seen = (await trainer.get(f"/v1/training/stories/check/{run_id}")).json()
        if seen["state"] != "running":
            return seen
        await asyncio.sleep(0.05)
    raise AssertionError(json.dumps(seen))

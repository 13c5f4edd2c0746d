"""From a message to a line in data/nlu, by way of a label and a draft."""

import pytest
from ruamel.yaml import YAML

from tests.training.checkouts import checkout_in, git

FILE = "data/nlu/from_conversations.yml"


@pytest.fixture
def project(tmp_path):
    return checkout_in(tmp_path)


@pytest.fixture
async def lin(new_staff):
    return await new_staff("trainer", "lin")


@pytest.fixture
async def wei(new_staff):
    return await new_staff("trainer", "wei")


@pytest.fixture
def unclear(bot, new_customer, lin):
    """Let a customer say what the bot is not sure of; return its message's id."""

    async def said(text, confidence=0.4):
        customer = await new_customer()
        bot.teach(text, "inform", confidence=confidence)
        await customer.says(text)
        rows = (await lin.get("/v1/training/queue", params={"grouped": False})).json()
        mine = [row for row in rows if row["conversation_id"] == customer.id]
        return mine[0]["message_id"]

    return said


async def add(trainer, text, intent, status=201, **more):
    answer = await trainer.post(
        "/v1/training/examples", json={"text": text, "intent": intent} | more
    )
    assert answer.status_code == status, answer.text
    return answer.json()


async def apply(trainer, set_id, reason="试一试", status=200):
    answer = await trainer.post(f"/v1/training/changes/{set_id}/apply", json={"reason": reason})
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_the_contract_s_call(lin, project):
    text = "哎我在冰岛这儿电话压根拨不出去哦"
    done = await add(lin, text, "report_call_failure", facts={"location": "IS"})
    assert done["added"]
    assert done["written"] == text.replace("冰岛", '[冰岛]{"entity": "location", "value": "IS"}')
    assert done["unmarked"] == {}
    written = await apply(lin, done["change_set"])
    assert written["state"] == "applied"
    document = YAML(typ="safe").load((project / FILE).read_text("utf-8"))
    (block,) = document["nlu"]
    assert block["intent"] == "report_call_failure"
    assert block["examples"] == f"- {done['written']}\n"


async def test_spans_are_marked_where_the_trainer_says(lin):
    text = "不是韩国，现在韩国是对的，人在釜山"
    at = text.rindex("韩国")
    span = {"start": at, "end": at + 2, "fact": "location", "value": "KR"}
    done = await add(lin, text, "correct", spans=[span])
    assert (
        done["written"]
        == '不是韩国，现在[韩国]{"entity": "location", "value": "KR"}是对的，人在釜山'
    )


async def test_personal_data_become_placeholders(lin, unclear, project):
    said = "我姓名叫张伟，帮我看看18912345678这号儿嘛"
    message = await unclear(said)
    item = (await lin.get(f"/v1/training/items/{message}")).json()["item"]
    at = item["text"].index("189****5678")
    span = {"start": at, "end": at + 11, "fact": "msisdn", "value": "189****5678"}
    done = await add(lin, item["text"], "inform", message_id=message, spans=[span])
    assert '[18900000000]{"entity": "msisdn", "value": "18900000000"}' in done["written"]
    await apply(lin, done["change_set"])
    assert "18900000000" in (project / FILE).read_text("utf-8")
    log = git(project, "log", "-1", "-p")
    assert "+      - " in log
    assert "5678" not in log
    assert "张伟" not in log


async def test_an_unmasked_number_that_somebody_posts_is_masked_all_the_same(lin):
    done = await add(lin, "号码是13912345678来着呢哈", "inform", facts={"msisdn": "13912345678"})
    assert "13912345678" not in done["written"]
    assert '"value": "18900000000"' in done["written"]


async def test_a_message_and_those_alike_are_closed_and_opened_again(lin, unclear):
    first = await unclear("这卡到底是咋整的呀喂")
    await unclear("这卡到底是咋整的呀喂！")
    done = await add(lin, "这卡到底是咋整的呀喂", "ask_knowledge", message_id=first)
    assert done["closed"] == 2
    assert (await lin.get("/v1/training/queue")).json() == []
    await lin.post(f"/v1/training/items/{first}/reopen")
    (row,) = (await lin.get("/v1/training/queue")).json()
    assert row["alike"] == 2
    held = (await lin.get(f"/v1/training/changes/{done['change_set']}")).json()
    assert held["changes"] == []


async def test_what_the_data_say_already_is_not_added_again(lin):
    done = await add(lin, "打不了电话", "report_call_failure", facts={"service": "voice"})
    assert not done["added"]
    assert done["known"]["likeness"] == 100
    assert done["known"]["file"].startswith("data/nlu/")
    again = await add(lin, "打不了电话", "report_call_failure", resolve="relabel", spans=[])
    assert again["added"] == bool(done["known"]["spans"])


async def test_a_contradiction_is_told_with_its_place_and_put_right(lin, project):
    known = next(
        line.strip()[2:]
        for line in (project / "data/nlu/no_signal.yml").read_text("utf-8").splitlines()
        if line.startswith("      - ") and "[" not in line and len(line) > 20
    )
    refused = await add(lin, known, "ask_knowledge", status=409)
    (example,) = refused["error"]["details"]["examples"]
    assert refused["error"]["code"] == "contradicts_data"
    assert example["intent"] == "report_no_signal"
    assert example["file"] == "data/nlu/no_signal.yml"
    lines = (project / example["file"]).read_text("utf-8").splitlines()
    assert lines[example["line"] - 1].strip() == f"- {known}"

    done = await add(lin, known, "ask_knowledge", resolve="relabel")
    assert [near["text"] for near in done["relabelled"]] == [known]
    await apply(lin, done["change_set"])
    assert f"- {known}\n" not in (project / "data/nlu/no_signal.yml").read_text("utf-8")
    assert f"- {known}\n" in (project / FILE).read_text("utf-8")
    assert (await lin.get("/v1/training/contradictions")).json() == []


async def test_another_trainer_s_draft_that_says_otherwise_is_told(lin, wei):
    await add(lin, "哎呀喂这算个啥事儿嘛", "chitchat")
    refused = await add(wei, "哎呀喂这算个啥事儿嘛", "deny", status=409)
    assert refused["error"]["code"] == "contradicts_draft"
    assert "lin" in refused["error"]["message"]


async def test_a_complaint_needs_its_category(lin, project):
    assert (await add(lin, "你们搞什么名堂", "complain_service", 422))["error"]["code"] == (
        "category_needed"
    )
    done = await add(lin, "把我的号码卖给推销的了嘛", "complain_service", category="privacy")
    await apply(lin, done["change_set"])
    (block,) = YAML(typ="safe").load((project / FILE).read_text("utf-8"))["nlu"]
    assert block["metadata"]["category"] == "privacy"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"intent": "nonsense"}, "intent_not_known"),
        ({"intent": "nlu_fallback"}, "intent_not_known"),
        ({"facts": {"location": "XX"}}, "fact_not_valid"),
        ({"facts": {"ild_open": "yes"}}, "fact_not_valid"),
        (
            {"spans": [{"start": 0, "end": 99, "fact": "service", "value": "sms"}]},
            "span_not_fitting",
        ),
        ({"text": "   "}, "example_not_fitting"),
        ({"message_id": "nothing"}, "message_not_found"),
    ],
)
async def test_what_does_not_fit_is_refused(lin, body, code):
    given = {"text": "这是一句很平常的话呢", "intent": "inform"} | body
    answer = await lin.post("/v1/training/examples", json=given)
    assert answer.status_code in (404, 422)
    assert answer.json()["error"]["code"] == code


@pytest.mark.parametrize(
    "text", ["- 像列表\n第二行", "[方括号](链接){大括号}", "#井号：冒号", "/restart"]
)
async def test_text_that_means_something_to_yaml_or_rasa_stays_text(lin, project, text):
    done = await add(lin, text, "out_of_scope")
    await apply(lin, done["change_set"])
    (block,) = YAML(typ="safe").load((project / FILE).read_text("utf-8"))["nlu"]
    (line,) = block["examples"].splitlines()
    assert line == f"- {done['written']}"
    assert not done["written"].startswith(("/", "-"))
    assert "](" not in done["written"]


async def test_two_trainers_label_the_same_item_and_agree_or_not(lin, wei, unclear):
    told = [
        ("第一件事情说的甲", "deny"),
        ("第二件事情说的乙", "affirm"),
        ("第三件事情丙丙丙", "inform"),
    ]
    keys = []
    for text, intent in told:
        keys.append(await unclear(text))
        await add(lin, text, intent, message_id=keys[-1])
    waiting = (
        await wei.get("/v1/training/queue", params={"state": "accepted", "second": True})
    ).json()
    assert {row["message_id"] for row in waiting} == set(keys)
    unseen = (await wei.get(f"/v1/training/items/{keys[0]}")).json()
    assert (unseen["labels"], unseen["labelled_by_others"]) == ([], 1)
    for key, intent in zip(keys, ["deny", "affirm", "chitchat"], strict=True):
        answer = await wei.post(f"/v1/training/items/{key}/label", json={"intent": intent})
        assert answer.status_code == 204
    seen = (await wei.get(f"/v1/training/items/{keys[0]}")).json()
    assert len(seen["labels"]) == 2
    agreed = (await lin.get("/v1/training/agreement")).json()
    assert agreed["items"] == 3
    (pair,) = agreed["pairs"]
    assert pair["agreed"] == 0.667
    assert pair["kappa"] == pytest.approx(0.571, abs=0.001)
    (apart,) = agreed["disagreements"]
    assert set(apart["labels"].values()) == {"inform", "chitchat"}


async def test_a_second_opinion_taken_back_leaves_what_was_accepted(lin, wei, unclear):
    message = await unclear("这是两个人都要标的话")
    await add(lin, "这是两个人都要标的话", "deny", message_id=message)
    await wei.post(f"/v1/training/items/{message}/label", json={"intent": "affirm"})
    answer = await wei.post(f"/v1/training/items/{message}/reopen")
    assert answer.is_success, answer.text
    kept = (await lin.get(f"/v1/training/items/{message}")).json()
    assert [(label["mine"], label["intent"]) for label in kept["labels"]] == [(True, "deny")]
    accepted = (await lin.get("/v1/training/queue", params={"state": "accepted"})).json()
    assert message in [row["message_id"] for row in accepted]


async def test_whoever_is_second_loses_nothing_and_doubles_nothing(lin, wei, unclear):
    message = await unclear("这是同一句要标的话哦")
    await add(lin, "这是同一句要标的话哦", "deny", message_id=message)
    again = await add(wei, "这是同一句要标的话哦", "deny", message_id=message)
    assert not again["added"]
    assert (await lin.get("/v1/training/agreement")).json()["items"] == 1


async def test_what_is_written_cannot_be_undone_by_a_key(lin, unclear):
    message = await unclear("这是一句写进去的话哈")
    done = await add(lin, "这是一句写进去的话哈", "chitchat", message_id=message)
    await apply(lin, done["change_set"])
    answer = await lin.post(f"/v1/training/items/{message}/reopen")
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "already_written"


async def test_the_vocabulary(lin):
    told = (await lin.get("/v1/training/vocabulary")).json()
    names = [intent["name"] for intent in told["intents"]]
    assert "report_no_signal" in names
    assert "nlu_fallback" not in names
    counts = {intent["name"]: intent["examples"] for intent in told["intents"]}
    assert counts["report_no_signal"] > 100
    location = next(fact for fact in told["facts"] if fact["name"] == "location")
    assert location["kind"] == "place"
    assert {"value": "TW", "label": "中国台湾"} in told["places"]
    assert not any(fact["name"] == "ild_open" for fact in told["facts"])
    card = next(fact for fact in told["facts"] if fact["name"] == "card_type")
    assert {"value": "ctoc", "label": "单模国际卡"} in card["choices"], "not just 有 and 没有"

"""Articles and common replies as drafts: checked, published by another person, live at once."""

import asyncio

import pytest
from ruamel.yaml import YAML

from api.main import create_app
from tests.api import drafting
from tests.api.drafting import ask, begin, publish, put, refused, submit, text_of
from tests.training.checkouts import git

project, settings, lin, wu = drafting.project, drafting.settings, drafting.lin, drafting.wu

VPN = "data/knowledge/vpn.yml"
PHRASE = "phrase.yml"
COMMON = "data/replies/common.yml"
ESIM = """\
id: esim_card
title: 电子卡能不能漫游
text: 资料里没有写电子卡（eSIM）的国际漫游，这一点是推断：请先向人工确认您的号码支持哪一种卡。
cites: []
source: 资料没有写，是推断
as_of: null
trust: inferred
terms: [电子卡]
questions:
  - 电子卡能不能漫游
  - 我用的是电子卡
  - 电子卡怎么开国际漫游
"""


def asked(app, question):
    hits = app.state.interview.desk.knowledge.search(question, limit=1)
    return hits[0].article.id if hits else None


async def changed_vpn(http, there="请后台查一下", instead="请后台核对一次"):
    shown = await begin(http, "vpn", "article")
    return await put(http, shown, VPN, text_of(shown, VPN).replace(there, instead))


async def test_a_published_article_is_found_at_once_by_bot_and_console(app, lin, wu, project):
    assert asked(app, "电子卡能不能漫游") != "esim_card"
    shown = await begin(lin, "esim_card", "article", new=True)
    shown = await put(lin, shown, "data/knowledge/esim_card.yml", ESIM)
    assert shown["problems"] == []
    made = await publish(wu, await submit(lin, shown))
    assert (made["title"], made["kind"]) == ("电子卡能不能漫游", "article")
    assert asked(app, "电子卡能不能漫游") == "esim_card"
    assert app.state.assist.knowledge.get("esim_card").title == "电子卡能不能漫游"
    assert (project / "data/knowledge/esim_card.yml").read_text("utf-8") == ESIM
    assert git(project, "rev-list", "--count", "HEAD").strip() == "2"


async def test_an_article_is_taken_away_and_comes_back(app, lin, wu, project):
    shown = await put(lin, await begin(lin, "vpn", "article"), VPN, None)
    made = await publish(wu, await submit(lin, shown))
    assert asked(app, "什么是 VPN 业务") != "vpn"
    assert not (project / VPN).exists()
    back = await ask(lin, "POST", f"/publications/{made['id']}/restore", {"before": True}, 201)
    await publish(wu, await submit(lin, back))
    assert asked(app, "什么是 VPN 业务") == "vpn"


@pytest.mark.parametrize(
    ("there", "instead", "code", "line"),
    [
        ("title: ", "titel: ", "shape", 1),
        ("id: vpn", "id: vpm", "wrong_id", 1),
        ("[G3.1/6, G3.2/5]", "[G9.9]", "unknown_citation", 4),
        ("trust: guide", "trust: surely", "shape", 7),
        ("text: ", "text: [", "yaml", 4),
        ("  - VPN 业务怎么查\n", "  - 怎么查 PRL\n", "not_found", 8),
    ],
)
async def test_what_is_wrong_in_an_article_is_named(lin, there, instead, code, line):
    shown = await changed_vpn(lin, there, instead)
    read = await ask(lin, "GET", f"/drafts/{shown['draft']['id']}")
    assert (code, line) in {(p["code"], p["line"]) for p in read["problems"]}, read["problems"]
    body = {"version": shown["draft"]["version"], "reason": "改"}
    error = await refused(lin, "POST", f"/drafts/{shown['draft']['id']}/submit", body)
    assert error["code"] == "not_green"


async def test_two_articles_published_after_each_other_are_both_live(app, lin, wu):
    one, two = await changed_vpn(lin), await begin(wu, "esim_card", "article", new=True)
    two = await put(wu, two, "data/knowledge/esim_card.yml", ESIM)
    one, two = await submit(lin, one), await submit(wu, two)
    await publish(wu, one)
    await publish(lin, two)
    assert "核对一次" in app.state.live.knowledge.get("vpn").text
    assert app.state.live.knowledge.get("esim_card")


async def test_a_phrase_is_published_to_the_console_and_the_file_of_new_installations(
    lin, wu, project
):
    phrases = (await lin.get("/v1/phrases")).json()
    phrase = next(each for each in phrases if each["title"] == "请稍等")
    shown = await begin(lin, phrase["id"], "phrase")
    words = text_of(shown, PHRASE)
    before = (project / COMMON).read_text("utf-8")
    shown = await put(lin, shown, PHRASE, words.replace("title: 请稍等", "title: 请稍候"))
    await publish(wu, await submit(lin, shown))
    now = (await lin.get("/v1/phrases")).json()
    (changed,) = [each for each in now if each["id"] == phrase["id"]]
    assert (changed["title"], changed["updated_by"]) == ("请稍候", "wu.min")
    after = (project / COMMON).read_text("utf-8")
    assert after == before.replace("- title: 请稍等\n", "- title: 请稍候\n")


async def test_a_new_phrase_is_added(lin, wu, project):
    shown = await begin(lin, "new", "phrase", new=True)
    words = (
        "title: 核对地点\ntext: 请再说一次您在哪个城市。\nkeywords: [城市]\n"
        "node: triage/card_type\nactive: true\n"
    )
    shown = await put(lin, shown, PHRASE, words)
    await publish(wu, await submit(lin, shown))
    assert "核对地点" in [each["title"] for each in (await lin.get("/v1/phrases")).json()]
    rows = YAML(typ="safe").load((project / COMMON).read_text("utf-8"))["phrases"]
    assert rows[-1] == {
        "title": "核对地点",
        "text": "请再说一次您在哪个城市。",
        "keywords": ["城市"],
        "node": "triage/card_type",
    }
    assert len(await ask(lin, "GET", "/documents", kind="phrase")) == len(rows)


async def test_a_phrase_at_a_step_there_is_not_is_refused(lin):
    shown = await begin(lin, "new", "phrase", new=True)
    words = text_of(shown, PHRASE).replace("node: null", "node: triage/nowhere")
    shown = await put(lin, shown, PHRASE, words)
    (problem,) = shown["problems"]
    assert (problem["code"], problem["line"]) == ("unknown_node", 4)


async def test_a_phrase_changed_by_a_supervisor_meanwhile_is_not_overwritten(lin, wu, admin):
    phrase = (await lin.get("/v1/phrases")).json()[0]
    shown = await begin(lin, phrase["id"], "phrase")
    words = text_of(shown, PHRASE).replace("active: true", "active: false")
    shown = await submit(lin, await put(lin, shown, PHRASE, words))
    url = f"/v1/phrases/{phrase['id']}"
    assert (await admin.patch(url, json={"text": "刚刚改过的话。"})).status_code == 200
    body = {"version": shown["draft"]["version"]}
    error = await refused(wu, "POST", f"/drafts/{shown['draft']['id']}/publish", body)
    assert error["code"] == "draft_outdated"
    assert (await lin.get("/v1/phrases")).json()[0]["text"] != phrase["text"]


async def test_what_an_article_touches_is_listed(lin, app):
    shown = await changed_vpn(lin)
    seen = await ask(lin, "GET", f"/drafts/{shown['draft']['id']}/impact")
    assert (seen["suggestions_count"], seen["nodes"]) == (0, [])


async def test_another_process_answers_from_the_new_article(
    settings, app, bot, lin, wu, database_url
):
    if not database_url.startswith("postgresql"):
        pytest.skip("SQLite is for one process")
    other = create_app(settings, bot)
    async with other.router.lifespan_context(other):
        shown = await begin(lin, "esim_card", "article", new=True)
        shown = await put(lin, shown, "data/knowledge/esim_card.yml", ESIM)
        await publish(wu, await submit(lin, shown))
        async with asyncio.timeout(20):
            while asked(other, "电子卡能不能漫游") != "esim_card":  # noqa: ASYNC110
                await asyncio.sleep(0.05)

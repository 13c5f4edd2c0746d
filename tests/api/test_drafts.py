"""Trees as drafts: edited, checked, submitted, published by another person, live at once."""

import asyncio
import os
from datetime import timedelta

import pytest
from sqlalchemy import text

from api.main import create_app
from api.training.changes import files as files_module
from api.training.drafts import publishing
from tests.api import drafting
from tests.api.conftest import client
from tests.api.drafting import ask, begin, edit, publish, put, refused, submit, text_of
from tests.training.checkouts import git

CTOC = "data/diagnosis/ctoc.yml"
CASES = "data/diagnosis/ctoc.cases.yml"
OUTCOMES = "data/diagnosis/outcomes.yml"
project, settings, lin, wu = drafting.project, drafting.settings, drafting.lin, drafting.wu

ADVICE = "急用时，请先连上酒店的 Wi-Fi，用聊天应用联系。"


async def advised(http, advice=ADVICE):
    """A draft that changes what a customer without coverage is advised."""
    shown = await begin(http)
    return await edit(
        http, shown, {"do": "set_outcome", "outcome": "no_c_coverage", "steps": [advice]}
    )


async def in_myanmar(bot, new_customer):
    customer = await new_customer()
    await customer.says(
        bot.learn("我在缅甸没信号", "report_no_signal", service="signal", location="MM")
    )
    return customer


async def test_only_trainers_and_supervisors_come_here(new_staff):
    agent = await new_staff("agent")
    error = await refused(agent, "GET", "/documents", status=403)
    assert error["code"] == "role_not_allowed"


async def test_the_documents_of_each_kind_are_listed(lin):
    trees = await ask(lin, "GET", "/documents", kind="tree")
    assert {"name": "ctoc", "title": "单模国际卡", "is_tree": True}.items() <= trees[0].items()
    assert "operators" in [each["name"] for each in trees]
    articles = await ask(lin, "GET", "/documents", kind="article")
    assert "VPN 业务与漫游" in [each["title"] for each in articles]
    assert len(await ask(lin, "GET", "/documents", kind="phrase")) >= 40


async def test_a_tree_opens_with_its_outline_and_drawing(lin):
    shown = await ask(lin, "GET", "/documents/tree/ctoc")
    first = shown["outline"]["nodes"][0]
    assert (first["title"], first["asked"]) == ("当地 C 网覆盖", "查资料表")
    assert first["cites"][0] == {"id": "G3.1/1", "title": "单模卡判断流程 第 1 步"}
    assert shown["diagram"].startswith("flowchart TD")
    assert (await refused(lin, "GET", "/documents/tree/nowhere", status=404))["code"] == (
        "document_not_found"
    )


async def test_a_second_person_publishes_and_new_cases_walk_the_new_tree(
    app, bot, lin, wu, new_customer, project
):
    before = await in_myanmar(bot, new_customer)
    old = app.state.shelf.current.revision
    shown = await advised(lin)
    assert shown["green"]
    assert [each["file"] for each in shown["files"] if each["changed"]] == [OUTCOMES]
    shown = await submit(lin, shown)
    assert shown["draft"]["state"] == "submitted"
    assert (await refused(lin, "POST", f"/drafts/{shown['draft']['id']}/publish", {"version": 2}))[
        "code"
    ] == "own_draft"

    made = await publish(wu, shown)
    assert (made["author"], made["publisher"], made["revision_before"]) == (
        "lin.qing",
        "wu.min",
        old,
    )
    assert app.state.shelf.current.revision == made["revision"] != old
    after = await in_myanmar(bot, new_customer)
    said = (await after.chooses("card_type", "ctoc"))[-1]["text"]
    assert ADVICE in said
    assert ADVICE not in (await before.chooses("card_type", "ctoc"))[-1]["text"]

    assert ADVICE in (project / OUTCOMES).read_text("utf-8")
    log = git(project, "log", "-1", "--format=%an|%B", "--stat")
    assert log.startswith("lin.qing|按坐席反馈改")
    assert "Published-By: wu.min" in log
    assert "1 file changed, 1 insertion(+), 3 deletions(-)" in log
    assert made["commit"] == git(project, "rev-parse", "HEAD").strip()
    again = await refused(
        wu,
        "POST",
        f"/drafts/{shown['draft']['id']}/publish",
        {"version": shown["draft"]["version"]},
    )
    assert again["code"] == "draft_not_submitted"


async def test_what_is_submitted_can_be_rejected_with_a_reason_and_mended(lin, wu):
    shown = await submit(lin, await advised(lin))
    path = f"/drafts/{shown['draft']['id']}"
    assert (await refused(lin, "POST", f"{path}/reject", {"reason": "x"}))["code"] == "own_draft"
    assert (await refused(wu, "POST", f"{path}/reject", {"reason": " "}, 422))["code"] == (
        "reason_needed"
    )
    back = await ask(wu, "POST", f"{path}/reject", {"reason": "请写上哪种 Wi-Fi"})
    assert back["draft"]["decision"] == "请写上哪种 Wi-Fi"
    assert back["draft"]["decided_by"] == "wu.min"
    mended = await edit(
        lin, back, {"do": "set_outcome", "outcome": "no_c_coverage", "we_do": "我们再核对一次。"}
    )
    assert mended["draft"]["state"] == "draft"


async def test_a_submitted_draft_is_not_edited_until_it_is_recalled(lin):
    shown = await submit(lin, await advised(lin))
    path = f"/drafts/{shown['draft']['id']}"
    body = {"version": shown["draft"]["version"], "file": CTOC, "text": "x"}
    assert (await refused(lin, "PUT", f"{path}/text", body))["code"] == "draft_state"
    recalled = await ask(lin, "POST", f"{path}/recall")
    assert (await put(lin, recalled, CTOC, "x"))["draft"]["state"] == "draft"


async def test_somebody_else_s_draft_is_theirs(lin, wu):
    shown = await begin(lin)
    error = await refused(
        wu,
        "PUT",
        f"/drafts/{shown['draft']['id']}/text",
        {"version": 1, "file": CTOC, "text": "x"},
        403,
    )
    assert error["code"] == "not_your_draft"


async def test_who_edits_an_older_version_is_told_and_loses_nothing(lin):
    shown = await begin(lin)
    newer = await put(lin, shown, CTOC, text_of(shown, CTOC).replace("单模国际卡", "单模卡", 1))
    error = await refused(
        lin,
        "PUT",
        f"/drafts/{shown['draft']['id']}/text",
        {"version": 1, "file": CTOC, "text": "x"},
    )
    assert error["code"] == "draft_changed"
    kept = await ask(lin, "GET", f"/drafts/{shown['draft']['id']}")
    assert text_of(kept, CTOC) == text_of(newer, CTOC)


BROKEN = [
    ("fact: vpn_open", "fact: [vpn_open", "yaml", 42),
    ('"no": in_the_us', '"no": coverage', "cycle", 8),
    ("fact: vpn_open", "fact: vpn_opne", "undeclared_fact", 41),
    ("[G3.1/7, G3.1/8, G4.D]", "[G9.9]", "unknown_citation", 47),
    ("cites: [G3.1/6]", "cites: []", "no_source", 42),
    ('"yes": vpn_open', '"yes": nowhere', "unknown_target", 38),
    ("note: 国内", "nota: 国内", "shape", 16),
    ('"no": in_the_us}', '"no": in_the_us, "no": in_the_us}', "yaml", 43),
    ("format: 1", "format: &a 1\nmore: *a", "yaml", 2),
]


@pytest.mark.parametrize(("there", "instead", "code", "line"), BROKEN)
async def test_what_is_broken_is_named_with_its_line_and_not_submitted(
    lin, there, instead, code, line
):
    shown = await begin(lin)
    words = text_of(shown, CTOC)
    assert there in words
    shown = await put(lin, shown, CTOC, words.replace(there, instead, 1))
    found = {(each["code"], each["file"], each["line"]) for each in shown["problems"]}
    assert (code, CTOC, line) in found, shown["problems"]
    assert all("。" in each["text"] for each in shown["problems"])
    error = await refused(
        lin,
        "POST",
        f"/drafts/{shown['draft']['id']}/submit",
        {"version": shown["draft"]["version"], "reason": "改"},
    )
    assert error["code"] == "not_green"
    assert error["details"]["problems"]


async def test_a_case_that_fails_says_what_came_instead(lin):
    shown = await begin(lin)
    shown = await edit(
        lin,
        shown,
        {
            "do": "set_case",
            "tree": "ctoc",
            "name": "缅甸的单模卡应当问国内是否正常",
            "facts": {"service": "signal", "location": "MM", "card_type": "ctoc"},
            "expects": "ask",
            "of": "works_at_home",
        },
    )
    (failing,) = [case for case in shown["cases"] if not case["ok"]]
    assert (failing["name"], failing["got"]) == (
        "缅甸的单模卡应当问国内是否正常",
        "conclude no_c_coverage",
    )
    assert not shown["green"]
    assert text_of(shown, CASES).endswith("  then: {ask: works_at_home}\n")


async def test_the_outline_s_edits_keep_everything_else_byte_for_byte(lin):
    shown = await begin(lin)
    before = text_of(shown, CTOC)
    shown = await edit(
        lin,
        shown,
        {"do": "set_node", "tree": "ctoc", "node": "vpn_open", "cites": ["G3.1/6", "G4.D"]},
        {"do": "set_fact", "fact": "works_at_home", "question": "在国内，这张卡和手机好用吗？"},
    )
    assert text_of(shown, CTOC) == before.replace("cites: [G3.1/6]", "cites: [G3.1/6, G4.D]")
    assert shown["needs_training"], "facts.yml makes the bot's words"
    (node,) = [n for n in shown["outline"]["nodes"] if n["id"] == "works_at_home"]
    assert node["question"] == "在国内，这张卡和手机好用吗？"
    lines = (await ask(lin, "GET", f"/drafts/{shown['draft']['id']}/diff"))[0]["lines"]
    assert [line["kind"] for line in lines if line["kind"] in "+-"] == ["-", "+"]


async def test_a_node_is_added_and_taken_out_again(lin):
    shown = await begin(lin)
    before = text_of(shown, CTOC)
    new = {
        "do": "add_node",
        "tree": "ctoc",
        "node": "slot",
        "fact": "card_slot",
        "cites": ["G3.2/1"],
        "answers": {"c": "vpn_open", "g": "outcome:wrong_slot", "unsure": "vpn_open"},
        "after": "home_config_ok",
    }
    shown = await edit(lin, shown, new)
    assert "unreachable" in [each["code"] for each in shown["problems"]]
    assert [n["id"] for n in shown["outline"]["nodes"]].index("slot") == 6
    shown = await edit(lin, shown, {"do": "remove_node", "tree": "ctoc", "node": "slot"})
    assert text_of(shown, CTOC) == before
    error = await refused(
        lin,
        "POST",
        f"/drafts/{shown['draft']['id']}/edits",
        {
            "version": shown["draft"]["version"],
            "edits": [{"do": "remove_node", "tree": "ctoc", "node": "slot"}],
        },
        422,
    )
    assert error["code"] == "edit_not_possible"


async def test_the_simulator_shows_the_way_with_its_sources(lin):
    shown = await begin(lin)
    path = f"/drafts/{shown['draft']['id']}/walk"
    facts = {"service": "voice", "location": "MM", "card_type": "ctoc"}
    seen = await ask(lin, "POST", path, {"facts": facts})
    assert seen["step"]["id"] == "no_c_coverage"
    assert seen["step"]["steps"]
    assert seen["path"][-1]["by_table"]["source"] == "public.ct-roaming-2012"
    assert seen["path"][-1]["cites"][0]["id"] == "G3.1/1"
    assert "class end__no_c_coverage here" in seen["diagram"]
    asked = await ask(lin, "POST", path, {"facts": {"service": "voice"}})
    assert asked["step"]["of"] == "location"
    error = await refused(lin, "POST", path, {"facts": {"service": "fax"}}, 422)
    assert error["code"] == "fact_not_valid"
    live = await ask(lin, "POST", "/trees/walk", {"facts": facts})
    assert live["step"]["of"] == "no_c_coverage"


async def test_what_a_change_touches_is_listed(app, bot, lin, new_customer):
    customer = await in_myanmar(bot, new_customer)
    await customer.says(bot.learn("转人工", "request_human"))
    shown = await begin(lin, "triage")
    words = text_of(shown, "data/diagnosis/triage.yml")
    shown = await put(
        lin,
        shown,
        "data/diagnosis/triage.yml",
        words.replace("  - id: card_type\n", "  - id: card_type\n    note: 先问卡\n", 1),
    )
    seen = await ask(lin, "GET", f"/drafts/{shown['draft']['id']}/impact")
    assert seen["nodes"] == [
        {
            "node": "triage/card_type",
            "title": seen["nodes"][0]["title"],
            "how": "changed",
            "how_title": "这一步改了",
        }
    ]
    assert seen["open_cases_count"] == 1
    (case,) = seen["open_cases"]
    assert (case["conversation_id"], case["touched"]) == (customer.id, True)
    kinds = {story["kind"] for story in seen["stories"]}
    assert "test" in kinds
    assert seen["articles"]
    assert seen["phrases"]
    assert not seen["needs_training"]


async def test_two_drafts_on_the_same_base_the_second_is_brought_onto_the_first(lin, wu):
    first, second = await advised(lin), await begin(wu)
    second = await edit(
        wu, second, {"do": "set_outcome", "outcome": "no_c_coverage", "title": "没有 C 网"}
    )
    await publish(wu, await submit(lin, first))
    path = f"/drafts/{second['draft']['id']}"
    shown = await ask(wu, "GET", path)
    assert [each["file"] for each in shown["files"] if each["behind"]] == [OUTCOMES]
    body = {"version": shown["draft"]["version"], "reason": "简短些"}
    error = await refused(wu, "POST", f"{path}/submit", body)
    assert (error["code"], error["details"]["files"]) == ("draft_outdated", [OUTCOMES])
    shown = await ask(wu, "POST", f"{path}/rebase", {"version": shown["draft"]["version"]})
    assert ADVICE in text_of(shown, OUTCOMES)
    assert "title: 没有 C 网" in text_of(shown, OUTCOMES)
    await publish(lin, await submit(wu, shown))


async def test_clashing_lines_are_shown_and_somebody_says_whose_stay(lin, wu):
    first, second = await advised(lin), await advised(wu, "请找有 Wi-Fi 的地方。")
    await publish(wu, await submit(lin, first))
    path = f"/drafts/{second['draft']['id']}/rebase"
    error = await refused(wu, "POST", path, {"version": second["draft"]["version"]})
    assert error["code"] == "draft_clashes"
    (clash,) = error["details"]["clashes"]
    assert (clash["file"], "请找有" in clash["mine"], ADVICE in clash["theirs"]) == (
        OUTCOMES,
        True,
        True,
    )
    kept = await ask(wu, "POST", path, {"version": second["draft"]["version"], "keep": "mine"})
    assert "请找有 Wi-Fi 的地方。" in text_of(kept, OUTCOMES)
    assert ADVICE not in text_of(kept, OUTCOMES)


async def test_of_two_who_publish_at_once_one_wins(lin, wu, new_staff, project):
    chen = await new_staff("supervisor", "chen.mo")
    shown = await submit(lin, await advised(lin))
    path = f"/v1/training/drafts/{shown['draft']['id']}/publish"
    body = {"version": shown["draft"]["version"]}
    answers = await asyncio.gather(wu.post(path, json=body), chen.post(path, json=body))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (no,) = [answer.json()["error"] for answer in answers if answer.status_code == 409]
    assert no["code"] == "draft_not_submitted"
    assert git(project, "rev-list", "--count", "HEAD").strip() == "2"


async def test_a_full_disk_changes_nothing_and_can_be_tried_again(
    app, lin, wu, project, monkeypatch
):
    shown = await submit(lin, await advised(lin))
    revision, before = app.state.shelf.current.revision, (project / OUTCOMES).read_text("utf-8")

    def full(path, words):
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as patch:
        patch.setattr(files_module, "_put_beside", full)
        error = await refused(
            wu,
            "POST",
            f"/drafts/{shown['draft']['id']}/publish",
            {"version": shown["draft"]["version"]},
            503,
        )
    assert error["code"] == "disk_full"
    assert (project / OUTCOMES).read_text("utf-8") == before
    assert app.state.shelf.current.revision == revision
    assert (await ask(wu, "GET", f"/drafts/{shown['draft']['id']}"))["draft"][
        "state"
    ] == "submitted"
    await publish(wu, shown)


async def test_publishing_goes_on_where_a_crash_left_it(app, lin, wu, project, monkeypatch):
    shown = await submit(lin, await advised(lin))
    publisher = app.state.publisher
    with monkeypatch.context() as patch:

        async def crash(*_):
            raise RuntimeError("the process ends here")

        patch.setattr(publisher, "_finish", crash)
        patch.setattr(publisher, "_release", lambda _: asyncio.sleep(0))
        path = f"/v1/training/drafts/{shown['draft']['id']}/publish"
        body = {"version": shown["draft"]["version"]}
        assert (await wu.post(path, json=body)).status_code == 500
    assert ADVICE in (project / OUTCOMES).read_text("utf-8")
    assert (await refused(wu, "POST", f"/drafts/{shown['draft']['id']}/publish", body))["code"] == (
        "draft_not_submitted"
    )
    monkeypatch.setattr(publishing, "CUT_OFF", timedelta(0))
    made = await publish(wu, shown)
    assert made["commit"] == git(project, "rev-parse", "HEAD").strip()
    assert git(project, "rev-list", "--count", "HEAD").strip() == "2"


async def test_a_file_edited_by_hand_meanwhile_is_not_overwritten(lin, wu, project):
    shown = await submit(lin, await advised(lin))
    path = project / OUTCOMES
    path.write_text(path.read_text("utf-8") + "# by hand\n", "utf-8")
    error = await refused(
        wu,
        "POST",
        f"/drafts/{shown['draft']['id']}/publish",
        {"version": shown["draft"]["version"]},
    )
    assert (error["code"], error["details"]["files"]) == ("draft_outdated", [OUTCOMES])
    assert path.read_text("utf-8").endswith("# by hand\n")


async def test_a_yaml_somebody_broke_by_hand_is_named_and_the_tree_goes_on_serving(
    app, bot, lin, new_customer, project
):
    shown = await advised(lin)
    (project / "data/diagnosis/data.yml").write_text("tree: [", "utf-8")
    seen = await ask(lin, "GET", f"/drafts/{shown['draft']['id']}")
    assert [(p["file"], p["code"]) for p in seen["problems"]] == [
        ("data/diagnosis/data.yml", "yaml")
    ]
    error = await refused(
        lin,
        "POST",
        f"/drafts/{shown['draft']['id']}/submit",
        {"version": shown["draft"]["version"], "reason": "改"},
    )
    assert error["code"] == "not_green"
    customer = await in_myanmar(bot, new_customer)
    assert (await customer.messages())[-1]["asks"] == "card_type"


async def test_a_start_with_broken_files_serves_what_was_published(app, settings, bot, project):
    revision = app.state.shelf.current.revision
    (project / "data/diagnosis/data.yml").write_text("tree: [", "utf-8")
    (project / "data/knowledge/vpn.yml").write_text("id: [", "utf-8")
    again = create_app(settings, bot)
    async with again.router.lifespan_context(again):
        assert again.state.shelf.current.revision == revision
        assert again.state.live.knowledge.get("vpn").title == "VPN 业务与漫游"


async def test_revisions_are_compared_and_an_old_one_comes_back_as_a_draft(lin, wu, project, app):
    begun = (project / OUTCOMES).read_text("utf-8")
    first = await publish(wu, await submit(lin, await advised(lin)))
    second = await publish(wu, await submit(lin, await advised(lin, "请到有 Wi-Fi 的地方。")))
    rows = await ask(lin, "GET", "/publications", kind="tree", document="ctoc")
    assert [row["id"] for row in rows] == [second["id"], first["id"]]
    seen = await ask(lin, "GET", f"/publications/{second['id']}", against=first["id"])
    changed = [line["text"].strip() for line in seen["diff"][0]["lines"] if line["kind"] in "+-"]
    assert changed == [f"- {ADVICE}", "- 请到有 Wi-Fi 的地方。"]

    path = f"/publications/{first['id']}/restore"
    back = await ask(lin, "POST", path, {}, 201)
    assert back["draft"]["restores"] == first["id"]
    await publish(wu, await submit(lin, back))
    assert ADVICE in (project / OUTCOMES).read_text("utf-8")
    back = await ask(lin, "POST", path, {"before": True}, 201)
    last = await publish(wu, await submit(lin, back))
    assert (project / OUTCOMES).read_text("utf-8") == begun
    assert last["revision"] == first["revision_before"] == app.state.shelf.current.revision


async def test_what_was_published_cannot_be_changed(app, lin, wu):
    await publish(wu, await submit(lin, await advised(lin)))
    for table in ("publications", "publication_files"):
        with pytest.raises(Exception, match="append-only"):
            async with app.state.database.transaction() as session:
                await session.execute(text(f"delete from {table}"))


async def test_without_a_checkout_the_publication_is_exported(lin, wu, project):
    import io
    import shutil
    import zipfile

    shutil.rmtree(project / ".git")
    made = await publish(wu, await submit(lin, await advised(lin)))
    assert made["commit"] is None
    packed = await lin.get(f"/v1/training/publications/{made['id']}/export")
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert OUTCOMES in archive.namelist()
        assert ADVICE in archive.read("change-set.patch").decode()


async def test_nothing_changed_is_nothing_to_submit(lin):
    shown = await begin(lin)
    body = {"version": shown["draft"]["version"], "reason": "改"}
    error = await refused(lin, "POST", f"/drafts/{shown['draft']['id']}/submit", body)
    assert error["code"] == "nothing_changed"
    await ask(lin, "DELETE", f"/drafts/{shown['draft']['id']}", status=204)
    assert await ask(lin, "GET", "/drafts", kind="tree") == []


@pytest.mark.parametrize(
    "file", ["data/nlu/facts.yml", "data/diagnosis/../nlu/facts.yml", "../../etc/passwd", "x"]
)
async def test_only_the_trees_data_comes_into_a_draft(lin, file):
    shown = await begin(lin)
    body = {"version": shown["draft"]["version"], "file": file}
    error = await refused(lin, "POST", f"/drafts/{shown['draft']['id']}/files", body, 422)
    assert error["code"] == "file_not_allowed"


async def test_another_process_serves_the_new_tree_without_a_restart(
    settings, app, bot, lin, wu, database_url
):
    if not database_url.startswith("postgresql"):
        pytest.skip("SQLite is for one process")
    other = create_app(settings, bot)
    async with other.router.lifespan_context(other):
        made = await publish(wu, await submit(lin, await advised(lin)))
        async with asyncio.timeout(10):
            while other.state.shelf.current.revision != made["revision"]:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        async with client(other) as http:
            assert (await http.get("/healthz")).status_code == 200

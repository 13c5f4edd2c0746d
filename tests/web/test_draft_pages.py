"""The pages of trees, articles and phrases, with the real API behind them in this process."""

import shutil
from types import SimpleNamespace

import pytest
from nicegui import events, ui

from api.settings import Settings
from tests.api import conftest as real
from tests.training.checkouts import checkout_in
from tests.web.conftest import Agent, at_the_pages, settle
from web.api_client import COOKIE
from web.workbench import articles, trees
from web.workbench.draft_elements import (
    Changes,
    Checks,
    DraftHead,
    DraftList,
    DraftText,
    History,
    Outline,
    Simulator,
)

pytestmark = pytest.mark.filterwarnings("default")  # the page library's own

OUTCOMES = "data/diagnosis/outcomes.yml"
ADVICE = "急用时，请先连上酒店的 Wi-Fi。"
ADVISE = [{"do": "set_outcome", "outcome": "no_c_coverage", "steps": [ADVICE]}]


app, bot, admin = real.app, real.bot, real.admin
new_staff, quick_passwords = real.new_staff, real.quick_passwords


class Trainer(Agent):
    """Reaches panels behind other tabs, too."""

    def panels(self, kind):
        return [e for e in self.user.client.elements.values() if isinstance(e, kind)]

    def panel(self, kind):
        return self.panels(kind)[0]

    async def does(self, kind, event, args):
        panel = self.panel(kind)
        (listener,) = [e for e in panel._event_listeners.values() if e.type == event]
        given = events.GenericEventArguments(sender=panel, client=self.user.client, args=args)
        with self.user.client:
            events.handle_event(listener.handler, given)
        await settle()

    def become(self, http):
        self.user.http_client.cookies.set(COOKIE, http.cookies[COOKIE])


@pytest.fixture
def database_url(tmp_path, migrated_sqlite):
    shutil.copy(migrated_sqlite, tmp_path / "test.db")
    return Settings(database_url=f"sqlite:///{tmp_path / 'test.db'}").database


@pytest.fixture
def project(tmp_path):
    return checkout_in(tmp_path)


@pytest.fixture
def settings(database_url, tmp_path, project):
    return Settings(
        data=tmp_path / "data",
        database_url=database_url,
        admin_password=real.ADMIN_PASSWORD,
        rate_limits="off",
        project=project,
    )


@pytest.fixture
async def trainer(app, new_staff, monkeypatch):
    lin, wu = await new_staff("trainer", "lin.qing"), await new_staff("trainer", "wu.min")
    real_api = SimpleNamespace(app=app)
    async with at_the_pages(real_api, monkeypatch, (trees, articles), Trainer) as person:
        person.lin, person.wu = lin, wu
        person.become(lin)
        yield person


@pytest.fixture
async def at_tree(trainer):
    await trainer.user.open(f"{trees.HERE}?t=ctoc")
    await until(lambda: trainer.panel(DraftHead).props.get("document"))
    await until(lambda: trainer.panel(Simulator).props.get("seen"))
    return trainer


async def until(check, tries=200):
    for _ in range(tries):
        if check():
            return
        await settle()
    raise AssertionError("it did not come")


async def begin(person):
    await person.does(DraftHead, "begin", None)
    await until(lambda: person.panel(DraftHead).props.get("draft"))
    await until(lambda: person.panel(Outline).props.get("can"))


async def test_a_published_tree_is_shown_with_its_drawing_and_cannot_be_edited(at_tree):
    assert at_tree.panel(Outline).props["outline"]["nodes"][0]["id"] == "coverage"
    assert at_tree.panel(Outline).props["can"] is False
    assert "ctoc__coverage" in at_tree.panel(ui.mermaid).content


async def test_an_edit_of_the_outline_shows_in_text_checks_and_changes(at_tree):
    await begin(at_tree)
    await at_tree.does(Outline, "edit", ADVISE)
    await until(lambda: ("done", []) in at_tree.calls(at_tree.panel(Outline)))
    files = {each["file"]: each for each in at_tree.panel(DraftText).props["files"]}
    assert ADVICE in files[OUTCOMES]["text"]
    assert at_tree.panel(Checks).props["green"] is True
    await at_tree.does(DraftHead, "tab", "changes")
    shown = at_tree.panel(Changes)
    await until(lambda: shown.props.get("diff"))
    assert shown.props["diff"][0]["file"] == OUTCOMES
    assert "当地没有可漫游的 C 网" in str(at_tree.panel(Outline).props["outline"]["outcomes"])
    assert shown.props["impact"]["nodes"]


async def test_a_broken_text_is_kept_with_its_fault_and_the_drawing_waits(at_tree):
    await begin(at_tree)
    file = "data/diagnosis/ctoc.yml"
    await at_tree.does(DraftText, "save", {"file": file, "text": "tree: ["})
    await until(lambda: at_tree.panel(DraftText).props["problems"])
    assert ("saved", [file, "tree: ["]) in at_tree.calls(at_tree.panel(DraftText))
    assert at_tree.panel(DraftHead).props["green"] is False
    assert at_tree.panel(Outline).props["outline"] is None


async def test_a_walk_becomes_a_case(at_tree):
    await begin(at_tree)
    facts = {"service": "sms", "location": "MM", "card_type": "ctoc"}
    await at_tree.does(Simulator, "walk", facts)
    await until(lambda: at_tree.panel(Simulator).props["facts"] == facts)
    step = at_tree.panel(Simulator).props["seen"]["step"]
    case = {"name": "缅甸的短信", "facts": facts, "expects": "end", "of": step["of"]}
    await at_tree.does(Simulator, "keep", case)
    await until(lambda: "缅甸的短信" in str(at_tree.panel(Checks).props["cases"]))
    assert at_tree.panel(Checks).props["green"] is True


async def test_submitted_here_and_published_by_a_second_person(at_tree, app):
    await begin(at_tree)
    await at_tree.does(Outline, "edit", ADVISE)
    await until(lambda: at_tree.panel(DraftHead).props["changed"])
    await at_tree.does(DraftHead, "submit", {"reason": "简短些"})
    await until(lambda: at_tree.panel(DraftHead).props["draft"]["state"] == "submitted")
    draft = at_tree.panel(DraftHead).props["draft"]
    await at_tree.does(DraftHead, "publish", draft["version"])
    await until(lambda: "自己的草稿要由另一位同事审核发布。" in at_tree.user.notify.messages)

    at_tree.become(at_tree.wu)
    await at_tree.user.open(f"{trees.HERE}?d={draft['id']}")
    await until(lambda: at_tree.panel(DraftHead).props.get("draft"))
    before = app.state.shelf.current.revision
    await at_tree.does(DraftHead, "publish", draft["version"])
    await until(lambda: app.state.shelf.current.revision != before)
    await until(lambda: at_tree.panel(DraftHead).props["draft"] is None)
    await at_tree.does(DraftHead, "tab", "history")
    await until(lambda: at_tree.panel(History).props.get("rows"))
    assert at_tree.panel(History).props["rows"][0]["publisher"] == "wu.min"


async def test_clashes_are_shown_with_both_sides(at_tree):
    await begin(at_tree)
    await at_tree.does(Outline, "edit", ADVISE)
    await until(lambda: at_tree.panel(DraftHead).props["changed"])
    other = await at_tree.wu.post("/v1/training/drafts", json={"kind": "tree", "document": "ctoc"})
    path = f"/v1/training/drafts/{other.json()['draft']['id']}"
    edits = [{**ADVISE[0], "steps": ["请找有 Wi-Fi 的地方。"]}]
    await at_tree.wu.post(f"{path}/edits", json={"version": 1, "edits": edits})
    await at_tree.wu.post(f"{path}/submit", json={"version": 2, "reason": "改"})
    done = await at_tree.lin.post(f"{path}/publish", json={"version": 2})
    assert done.status_code == 200, done.text
    await at_tree.does(DraftHead, "rebase", None)
    await until(lambda: at_tree.panel(DraftHead).props["clashes"])
    (clash,) = at_tree.panel(DraftHead).props["clashes"]
    assert ADVICE in clash["mine"]
    await at_tree.does(DraftHead, "rebase", "mine")
    await until(lambda: not at_tree.panel(DraftHead).props["clashes"])
    assert at_tree.panel(DraftHead).props["behind"] == []


async def test_an_article_and_a_phrase_open_as_text(trainer):
    await trainer.user.open(articles.HERE)
    await until(lambda: trainer.panel(DraftList).props.get("loaded"))
    await trainer.does(DraftList, "document", "vpn")
    await until(lambda: trainer.panel(DraftText).props.get("files"))
    assert "VPN 业务与漫游" in trainer.panel(DraftText).props["files"][0]["text"]
    await trainer.does(DraftList, "kind", "phrase")
    await until(lambda: len(trainer.panel(DraftList).props["documents"]) >= 40)
    await trainer.does(DraftList, "new", "new")
    await until(lambda: trainer.panel(DraftHead).props.get("draft"))
    assert trainer.panel(DraftText).props["files"][0]["text"].startswith("title: 标题")


@pytest.mark.parametrize("path", [trees.HERE, articles.HERE])
async def test_agents_are_told_whose_page_it_is(trainer, new_staff, path):
    trainer.become(await new_staff("agent"))
    await trainer.user.open(path)
    await trainer.user.should_see("您的角色不能打开")

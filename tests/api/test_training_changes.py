"""Change sets: one commit each, taken back, exported, and honest where the files say no."""

import io
import json
import zipfile
from datetime import timedelta

import pytest

from api import clock
from api.training.changes import service
from tests.training.checkouts import checkout_in, git, project_in

FILE = "data/nlu/from_conversations.yml"
GREETINGS = "data/nlu/courtesies.yml"


@pytest.fixture
def project(tmp_path):
    return checkout_in(tmp_path)


@pytest.fixture
async def lin(new_staff):
    return await new_staff("trainer", "lin")


@pytest.fixture
async def wei(new_staff):
    return await new_staff("trainer", "wei")


async def draft(trainer, *texts, intent="chitchat"):
    for text in texts:
        body = {"text": text, "intent": intent}
        answer = await trainer.post("/v1/training/examples", json=body)
        assert answer.status_code == 201, answer.text
    return answer.json()["change_set"]


async def act(trainer, set_id, what="apply", reason="补上闲聊的说法", status=200):
    url = f"/v1/training/changes/{set_id}/{what}"
    answer = await trainer.post(url, json={"reason": reason})
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_set_becomes_one_commit_with_author_and_reason(lin, project):
    set_id = await draft(lin, "你们机器人过不过年啊", "讲一个漫游的笑话来听听")
    before = (await lin.get(f"/v1/training/changes/{set_id}")).json()
    assert before["change_set"]["state"] == "draft"
    assert "+      - 你们机器人过不过年啊" in before["patch"]
    done = await act(lin, set_id)
    assert (done["state"], done["state_title"]) == ("applied", "已写入并提交")
    assert done["commit"] == git(project, "rev-parse", "HEAD").strip()
    told = git(project, "log", "-1", "--format=%an <%ae>%n%B")
    assert told.startswith("lin <lin@roamdesk.invalid>\n补上闲聊的说法\n")
    assert f"Change-Set: {set_id}" in told
    assert git(project, "rev-list", "--count", "HEAD").strip() == "2"
    after = (await lin.get(f"/v1/training/changes/{set_id}")).json()
    assert after["patch"] == before["patch"]
    again = await draft(lin, "一句在那之后才说的闲话")
    assert again != set_id


async def test_a_set_is_written_once(lin):
    set_id = await draft(lin, "你们机器人过不过年啊")
    await act(lin, set_id)
    refused = await act(lin, set_id, status=409)
    assert refused["error"]["code"] == "change_set_closed"


async def test_taken_back_as_long_as_nobody_changed_the_lines(lin, wei, project):
    first = await draft(lin, "你们机器人过不过年啊")
    await act(lin, first)
    second = await draft(wei, "讲一个漫游的笑话来听听")
    await act(wei, second)
    done = await act(lin, first, "revert", "说法太偏")
    assert done["state"] == "reverted"
    text = (project / FILE).read_text("utf-8")
    assert "过不过年" not in text
    assert "漫游的笑话" in text
    assert git(project, "log", "-1", "--format=%s").strip() == "Revert: 说法太偏"
    assert git(project, "status", "--porcelain") == ""
    refused = await act(lin, first, "revert", status=409)
    assert refused["error"]["code"] == "not_applied"


async def test_what_somebody_changed_since_is_not_taken_back_over_their_head(lin, project):
    set_id = await draft(lin, "你们机器人过不过年啊")
    await act(lin, set_id)
    path = project / FILE
    path.write_text(path.read_text("utf-8").replace("过不过年啊", "过不过春节"), "utf-8")
    refused = await act(lin, set_id, "revert", status=409)
    assert refused["error"]["code"] == "file_changed"
    assert refused["error"]["details"]["file"] == FILE
    assert (await lin.get(f"/v1/training/changes/{set_id}")).json()["change_set"]["state"] == (
        "applied"
    )
    assert "过不过春节" in path.read_text("utf-8")


async def test_a_broken_file_keeps_the_set_and_says_where(lin, project):
    set_id = await draft(lin, "你们机器人过不过年啊")
    path = project / FILE
    path.write_text("nlu:\n  - intent: [broken\n", "utf-8")
    seen = (await lin.get(f"/v1/training/changes/{set_id}")).json()
    assert (seen["problem"]["file"], seen["problem"]["code"]) == (FILE, "file_broken")
    assert seen["problem"]["line"] >= 2
    refused = await act(lin, set_id, status=409)
    assert refused["error"]["code"] == "file_broken"
    kept = (await lin.get(f"/v1/training/changes/{set_id}")).json()
    assert kept["change_set"]["state"] == "failed"
    assert FILE in kept["change_set"]["error"]
    assert len(kept["changes"]) == 1
    path.unlink()
    assert (await act(lin, set_id))["state"] == "applied"


async def test_somebody_else_s_set_is_theirs(lin, wei, new_staff):
    set_id = await draft(lin, "你们机器人过不过年啊")
    assert (await act(wei, set_id, status=403))["error"]["code"] == "not_your_change_set"
    supervisor = await new_staff("supervisor")
    done = await act(supervisor, set_id)
    assert done["author"]["username"] == "lin"


async def test_the_export_is_a_patch_that_git_applies(lin, project, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    git(project, "clone", "-q", str(project), str(elsewhere))
    set_id = await draft(lin, "你们机器人过不过年啊")
    for state in ("draft", "applied"):
        packed = await lin.get(f"/v1/training/changes/{set_id}/export")
        assert packed.headers["content-type"] == "application/zip"
        with zipfile.ZipFile(io.BytesIO(packed.content)) as held:
            about = json.loads(held.read("change-set.json"))
            (elsewhere / "p.patch").write_bytes(held.read("change-set.patch"))
            assert "过不过年" in held.read(FILE).decode()
        assert (about["author"], about["state"]) == ("lin", state)
        git(elsewhere, "apply", "p.patch")
        assert "过不过年" in (elsewhere / FILE).read_text("utf-8")
        git(elsewhere, "clean", "-fdq")
        if state == "draft":
            await act(lin, set_id)


async def test_a_set_that_was_cut_off_is_written_again_once(lin, app, project):
    set_id = await draft(lin, "你们机器人过不过年啊")
    async with app.state.database.transaction() as session:
        found = await service.find(session, set_id)
        found.state, found.applied_at = "applying", clock.now()
    assert (await act(lin, set_id, status=409))["error"]["code"] == "change_set_closed"
    async with app.state.database.transaction() as session:
        found = await service.find(session, set_id)
        found.applied_at = clock.now() - timedelta(minutes=5)
        changes = await service.repository.changes(session, set_id)
    # The process had come as far as the files.
    app.state.files.write(service.proposals.edits(changes), "cut off", ("lin", "lin@x"))
    done = await act(lin, set_id)
    assert done["state"] in ("applied", "exported")
    assert (project / FILE).read_text("utf-8").count("过不过年") == 1


async def test_a_proposal_is_taken_out_of_the_draft(lin, wei):
    set_id = await draft(lin, "你们机器人过不过年啊", "讲一个漫游的笑话来听听")
    first, second = (await lin.get(f"/v1/training/changes/{set_id}")).json()["changes"]
    url = f"/v1/training/changes/{set_id}/items/"
    assert (await wei.delete(url + first["id"])).status_code == 403
    assert (await lin.delete(url + first["id"])).status_code == 204
    left = (await lin.get(f"/v1/training/changes/{set_id}")).json()["changes"]
    assert [change["id"] for change in left] == [second["id"]]
    assert (await lin.delete(url + first["id"])).status_code == 404
    await lin.delete(url + second["id"])
    assert (await act(lin, set_id, status=409))["error"]["code"] == "change_set_empty"


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
async def test_a_reason_is_needed(lin, reason):
    set_id = await draft(lin, "你们机器人过不过年啊")
    await act(lin, set_id, reason=reason, status=422)


class TestWithoutGit:
    @pytest.fixture
    def project(self, tmp_path):
        return project_in(tmp_path)

    async def test_the_files_are_written_and_the_set_is_to_be_exported(self, lin, project):
        set_id = await draft(lin, "你们机器人过不过年啊")
        done = await act(lin, set_id)
        assert (done["state"], done["commit"]) == ("exported", None)
        assert "过不过年" in (project / FILE).read_text("utf-8")
        packed = await lin.get(f"/v1/training/changes/{set_id}/export")
        assert packed.status_code == 200
        assert (await act(lin, set_id, "revert"))["state"] == "reverted"
        assert not (project / FILE).exists()

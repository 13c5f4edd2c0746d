"""Writing into the project: all or nothing, one commit, and nobody's work touched."""

import errno
import os
import threading
import time

import pytest

from api.errors import Conflict, Invalid, Unavailable
from api.training.changes import files as files_module
from api.training.changes import git as git_module
from api.training.changes import nlu_text
from api.training.changes.files import Files
from api.training.changes.merge import merge
from api.training.changes.nlu_text import Label
from tests.training.checkouts import checkout_in, git, project_in

GREETINGS = "data/nlu/courtesies.yml"
BILLING = "data/nlu/billing.yml"
NEW = "data/nlu/from_conversations.yml"
WHO = ("林青", "lin@roamdesk.invalid")


def adding(written, intent="greet"):
    return lambda text: nlu_text.add(text, Label(intent), written)


def snapshot(root):
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for folder in ("data", "tests")
        for path in (root / folder).rglob("*")
        if path.is_file()
    }


@pytest.fixture
def checkout(tmp_path):
    return checkout_in(tmp_path)


@pytest.fixture
def project(tmp_path):
    return project_in(tmp_path)


def test_one_commit_by_its_author_with_nothing_else_in_it(checkout):
    written = Files(checkout).write({GREETINGS: adding("上午好呀您")}, "招呼语\n\n详情", WHO)
    told = git(checkout, "show", "--stat", "--format=%an|%ae|%s", "HEAD")
    assert told.startswith("林青|lin@roamdesk.invalid|招呼语\n")
    assert "1 file changed, 1 insertion(+)" in told
    assert written.commit == git(checkout, "rev-parse", "HEAD").strip()
    assert git(checkout, "status", "--porcelain") == ""


def test_what_others_staged_and_edited_stays_theirs(checkout):
    staged = checkout / "domain.yml"
    staged.write_text(staged.read_text("utf-8") + "# staged\n", "utf-8")
    git(checkout, "add", "domain.yml")
    edited = checkout / BILLING
    edited.write_text(edited.read_text("utf-8") + "# by hand\n", "utf-8")
    (checkout / "data" / "untracked.yml").write_text("a: 1\n", "utf-8")
    before = git(checkout, "status", "--porcelain")
    index_before = git(checkout, "diff", "--cached")

    Files(checkout).write({GREETINGS: adding("上午好呀您")}, "招呼语", WHO)

    assert git(checkout, "show", "--name-only", "--format=", "HEAD").split() == [GREETINGS]
    assert git(checkout, "status", "--porcelain") == before
    assert git(checkout, "diff", "--cached") == index_before
    assert staged.read_text("utf-8").endswith("# staged\n")
    assert edited.read_text("utf-8").endswith("# by hand\n")


def test_an_edit_by_hand_in_the_same_file_is_kept_and_not_committed(checkout):
    path = checkout / GREETINGS
    path.write_text(path.read_text("utf-8") + "\n# by hand, not committed\n", "utf-8")
    Files(checkout).write({GREETINGS: adding("上午好呀您")}, "招呼语", WHO)
    on_disk = path.read_text("utf-8")
    assert "上午好呀您" in on_disk
    assert "# by hand" in on_disk
    committed = git(checkout, "show", f"HEAD:{GREETINGS}")
    assert "上午好呀您" in committed
    assert "# by hand" not in committed
    assert git(checkout, "diff", "--stat").strip().startswith(GREETINGS)
    assert git(checkout, "diff", "--cached") == ""


def test_a_staged_edit_in_the_same_file_stays_staged(checkout):
    path = checkout / GREETINGS
    path.write_text("# staged head\n" + path.read_text("utf-8"), "utf-8")
    git(checkout, "add", GREETINGS)
    Files(checkout).write({GREETINGS: adding("上午好呀您")}, "招呼语", WHO)
    staged = git(checkout, "diff", "--cached")
    assert "+# staged head" in staged
    assert "上午好呀您" not in staged
    assert "# staged head" not in git(checkout, "show", f"HEAD:{GREETINGS}")


def test_a_new_file_is_committed_and_taken_back(checkout):
    text = 'version: "3.1"\n\nnlu:\n  - intent: greet\n    examples: |\n      - 您好呀\n'
    Files(checkout).write({NEW: lambda _: text}, "新文件", WHO)
    assert git(checkout, "show", f"HEAD:{NEW}") == text
    Files(checkout).write({NEW: lambda _: None}, "撤回", WHO)
    assert not (checkout / NEW).exists()
    assert git(checkout, "ls-tree", "HEAD", "--", NEW) == ""
    assert git(checkout, "status", "--porcelain") == ""


def test_without_git_the_files_are_written_all_the_same(project):
    written = Files(project).write({GREETINGS: adding("上午好呀您")}, "招呼语", WHO)
    assert written.commit is None
    assert written.why_no_commit == "not_a_checkout"
    assert "上午好呀您" in (project / GREETINGS).read_text("utf-8")


def test_a_folder_that_git_ignores_is_written_without_a_commit(checkout):
    (checkout / ".gitignore").write_text("data/nlu/from_conversations.yml\n")
    written = Files(checkout).write({NEW: lambda _: "nlu: []\n"}, "新文件", WHO)
    assert (written.commit, written.why_no_commit) == (None, "ignored")


def test_a_checkout_in_the_middle_of_a_merge_is_left_alone(checkout):
    (checkout / ".git" / "MERGE_HEAD").write_text(git(checkout, "rev-parse", "HEAD"))
    before = snapshot(checkout)
    with pytest.raises(Conflict) as told:
        Files(checkout).write({GREETINGS: adding("上午好呀您")}, "招呼语", WHO)
    assert told.value.code == "checkout_busy"
    assert snapshot(checkout) == before


def test_a_commit_that_fails_leaves_everything_as_it_was(checkout, monkeypatch):
    monkeypatch.setattr(git_module, "INDEX_TRIES", 3)
    before, head = snapshot(checkout), git(checkout, "rev-parse", "HEAD")
    lock = checkout / ".git" / "index.lock"  # somebody's git died and left it
    lock.touch()
    with pytest.raises(Conflict) as told:
        Files(checkout).write({GREETINGS: adding("上午好呀您")}, "招呼语", WHO)
    lock.unlink()
    assert told.value.code == "commit_failed"
    assert "index.lock" in told.value.details["why"]
    assert snapshot(checkout) == before
    assert git(checkout, "rev-parse", "HEAD") == head
    assert git(checkout, "status", "--porcelain") == ""


def test_an_index_that_is_busy_for_a_moment_is_waited_for(checkout):
    lock = checkout / ".git" / "index.lock"
    lock.touch()
    threading.Timer(0.5, lock.unlink).start()
    written = Files(checkout).write({GREETINGS: adding("上午好呀您")}, "招呼语", WHO)
    assert written.commit == git(checkout, "rev-parse", "HEAD").strip()
    assert git(checkout, "status", "--porcelain") == ""


def test_a_file_somebody_broke_says_which_line_and_nothing_is_written(checkout):
    path = checkout / BILLING
    lines = path.read_text("utf-8").splitlines(keepends=True)
    lines[4] = "  - intent: [ask_billing\n"
    path.write_text("".join(lines), "utf-8")
    before = snapshot(checkout)
    edits = {GREETINGS: adding("上午好呀您"), BILLING: adding("多少钱来着", "ask_billing")}
    with pytest.raises(Conflict) as told:
        Files(checkout).write(edits, "两处", WHO)
    assert told.value.code == "file_broken"
    assert told.value.details["file"] == BILLING
    assert 5 <= told.value.details["line"] <= 7
    assert BILLING in told.value.message
    assert snapshot(checkout) == before


def test_an_edit_by_hand_that_clashes_is_refused(checkout):
    path = checkout / BILLING
    base = path.read_text("utf-8")
    mine = base.replace("ask_billing", "ask_knowledge", 1)
    path.write_text(base.replace("ask_billing", "inform", 1), "utf-8")
    before = snapshot(checkout)
    with pytest.raises(Conflict) as told:
        Files(checkout).write({BILLING: lambda text: merge(base, mine, text)}, "换意图", WHO)
    assert told.value.code == "file_changed"
    assert told.value.details["file"] == BILLING
    assert snapshot(checkout) == before


def test_a_full_disk_writes_nothing(checkout, monkeypatch):
    before, real, calls = snapshot(checkout), os.fsync, []

    def full(handle):
        calls.append(handle)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(handle)

    monkeypatch.setattr(files_module.os, "fsync", full)
    edits = {GREETINGS: adding("上午好呀您"), BILLING: adding("多少钱来着", "ask_billing")}
    with pytest.raises(Unavailable) as told:
        Files(checkout).write(edits, "两处", WHO)
    assert told.value.code == "disk_full"
    assert snapshot(checkout) == before
    assert git(checkout, "status", "--porcelain") == ""


@pytest.mark.skipif(os.geteuid() == 0 and not os.path.exists("/dev/full"), reason="needs /dev/full")
def test_a_device_that_is_really_full_is_told_as_such(project, monkeypatch):
    monkeypatch.setattr(files_module, "_PARTIAL", ".roamdesk-part")
    part = (project / GREETINGS).with_name(".courtesies.yml.roamdesk-part")
    monkeypatch.setattr(Files, "_sweep", lambda self: None)
    part.symlink_to("/dev/full")
    before = (project / GREETINGS).read_bytes()
    with pytest.raises(Unavailable) as told:
        Files(project).write({GREETINGS: adding("上午好呀您")}, "招呼语", WHO)
    assert told.value.code == "disk_full"
    assert (project / GREETINGS).read_bytes() == before
    assert not part.is_symlink()


def test_two_writers_of_one_file_lose_nothing(checkout):
    wrong = []

    def write(number):
        try:
            files = Files(checkout)
            for turn in range(3):
                said = f"您好我是第{number}位第{turn}次"
                files.write({GREETINGS: adding(said)}, f"{number}-{turn}", WHO)
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not wrong
    text = (checkout / GREETINGS).read_text("utf-8")
    assert all(f"您好我是第{n}位第{t}次" in text for n in range(4) for t in range(3))
    assert git(checkout, "rev-list", "--count", "HEAD").strip() == "13"
    assert git(checkout, "status", "--porcelain") == ""


def test_a_writer_waits_for_the_other_and_gives_up_with_a_sentence(project, monkeypatch):
    monkeypatch.setattr(files_module, "LOCK_SECONDS", 0.2)
    inside, leave = threading.Event(), threading.Event()

    def slow(text):
        inside.set()
        leave.wait(10)
        return nlu_text.add(text, Label("greet"), "上午好呀您")

    holder = threading.Thread(target=lambda: Files(project).write({GREETINGS: slow}, "慢", WHO))
    holder.start()
    inside.wait(5)
    began = time.monotonic()
    with pytest.raises(Conflict) as told:
        Files(project).write({BILLING: adding("多少钱来着", "ask_billing")}, "快", WHO)
    assert told.value.code == "files_locked"
    assert time.monotonic() - began < 3
    leave.set()
    holder.join(10)
    assert "上午好呀您" in (project / GREETINGS).read_text("utf-8")


def test_what_a_killed_writer_left_is_swept_away(project):
    left = project / "data" / "nlu" / ".courtesies.yml.roamdesk-part"
    left.write_text("half", "utf-8")
    Files(project).write({GREETINGS: adding("上午好呀您")}, "招呼语", WHO)
    assert not left.exists()


@pytest.mark.parametrize(
    "file",
    [
        "domain.yml",
        "data/../domain.yml",
        "/etc/passwd",
        "data/nlu/x.py",
        "data/nlu/../../domain.yml",
        "api/x.yml",
        "data//x.yml",
    ],
)
def test_other_files_cannot_be_written(project, file):
    with pytest.raises(Invalid):
        Files(project).write({file: lambda _: "a: 1\n"}, "x", WHO)


def test_a_link_that_leads_out_is_not_followed(project, tmp_path):
    outside = tmp_path / "outside.yml"
    outside.write_text("a: 1\n")
    (project / "data" / "nlu" / "link.yml").symlink_to(outside)
    with pytest.raises(Invalid):
        Files(project).write({"data/nlu/link.yml": lambda _: "a: 2\n"}, "x", WHO)
    assert outside.read_text() == "a: 1\n"


def test_a_checkout_whose_project_is_a_subfolder(tmp_path):
    root = project_in(tmp_path)
    git(tmp_path, "init", "-q", "-b", "main")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-q", "-m", "as it is")
    Files(root).write({GREETINGS: adding("上午好呀您")}, "招呼语", WHO)
    told = git(tmp_path, "show", "--name-only", "--format=", "HEAD").split()
    assert told == [f"project/{GREETINGS}"]
    assert git(tmp_path, "status", "--porcelain") == ""

"""Writes changes into the project's files: all of them or none, and never over somebody's head.

A writer takes the lock, reads what is on disk now, changes that, checks that it is still YAML, puts
every new text beside its file (this is where a full disk shows) and only then renames them all.
Blocking: called in a thread.
"""

import errno
import fcntl
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from api.errors import Conflict, Invalid, Unavailable
from api.training.changes.git import Change, Checkout, GitError
from api.training.changes.merge import Clash
from api.training.changes.yaml_text import BrokenYaml, compose

FOLDERS = ("data/", "tests/conversations/")
"""Only here does the workbench write."""

LOCK_SECONDS = 10.0
LOCK_PAUSE_SECONDS = 0.05

_FILE = re.compile(r"(?:[\w-]+/)+[\w.-]+\.yml")
_PARTIAL = ".roamdesk-part"

Edit = Callable[[str | None], str | None]
"""Makes the new text of a file from the one on disk; None stands for no file."""


@dataclass(frozen=True)
class Written:
    """What was done: each file before and after, and the commit where there is a checkout."""

    changes: Mapping[str, Change]
    commit: str | None
    why_no_commit: str | None = None


class Files:
    """The files of the project at `root` that trainers may change."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, file: str) -> str | None:
        """Return a file's text, None where there is none.

        Raises:
            Invalid: the name leads elsewhere, or it is not UTF-8.
        """
        path = self._path(file)
        try:
            return path.read_bytes().decode("utf-8")
        except FileNotFoundError:
            return None
        except UnicodeDecodeError as error:
            raise broken(file, BrokenYaml(1, "not UTF-8")) from error

    def preview(self, edits: Mapping[str, Edit]) -> dict[str, Change]:
        """Return what the edits would make of the files as they are now; nothing is written.

        Raises:
            Conflict: a file is broken, or was changed in a way that clashes.
        """
        changes = {file: self._changed(file, edit) for file, edit in edits.items()}
        return {file: each for file, each in changes.items() if each.before != each.after}

    def write(self, edits: Mapping[str, Edit], message: str, author: tuple[str, str]) -> Written:
        """Carry out the edits and commit them where the project is a git checkout.

        Raises:
            Conflict: a file is broken or clashes, the checkout is in the middle of a merge, or
                another writer holds the lock. Nothing was changed.
            Unavailable: the disk is full or cannot be written. Nothing was changed.
        """
        with self._lock():
            checkout = Checkout.of(self.root)
            busy = checkout.busy_with() if checkout else None
            if busy is not None:
                raise Conflict(
                    "数据所在的 git 仓库正在合并或变基，完成之后再写入。",
                    code="checkout_busy",
                    state=busy,
                )
            changes = self.preview(edits)
            if not changes:
                return Written({}, None)
            self._replace({file: each.after for file, each in changes.items()})
            if checkout is None or any(checkout.ignores(file) for file in changes):
                return Written(changes, None, "not_a_checkout" if checkout is None else "ignored")
            try:
                return Written(changes, checkout.commit(changes, message, author))
            except (GitError, OSError) as error:
                self._replace({file: each.before for file, each in changes.items()})
                raise Conflict(
                    "git 提交没有成功，文件已恢复原样。", code="commit_failed", why=str(error)[:500]
                ) from error

    def _changed(self, file: str, edit: Edit) -> Change:
        before = self.read(file)
        try:
            if before is not None:
                compose(before)
            after = edit(before)
            if after is not None:
                compose(after)
        except BrokenYaml as error:
            raise broken(file, error) from error
        except Clash as clash:
            raise Conflict(
                f"{file} 在这期间被别人改过（第 {clash.line} 行），和这次的修改冲突。",
                code="file_changed",
                file=file,
                line=clash.line,
            ) from clash
        return Change(before, after)

    def _replace(self, texts: Mapping[str, str | None]) -> None:
        parts: dict[Path, Path] = {}
        try:
            for file, text in texts.items():
                if text is not None:
                    path = self._path(file)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    parts[path] = _put_beside(path, text)
        except OSError as error:
            for part in parts.values():
                part.unlink(missing_ok=True)
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            raise Unavailable(
                "磁盘满了，什么都没有写入；请腾出空间后再试。"
                if full
                else "数据文件夹不能写入，什么都没有改；请检查权限后再试。",
                code="disk_full" if full else "not_writable",
            ) from error
        for file, text in texts.items():
            path = self._path(file)
            if text is None:
                path.unlink(missing_ok=True)
            else:
                parts[path].replace(path)
        for folder in {self._path(file).parent for file in texts}:
            _flush(folder)

    def _path(self, file: str) -> Path:
        path = self.root / file
        ours = file.startswith(FOLDERS) and _FILE.fullmatch(file) and ".." not in file
        if not ours or not path.resolve().is_relative_to(self.root.resolve()):
            raise Invalid("这个文件不能在工作台里修改。", code="file_not_allowed", file=file)
        return path

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Let one writer in at a time, whichever process it is of."""
        handle = os.open(self.root / "data", os.O_RDONLY | os.O_DIRECTORY)
        try:
            deadline = time.monotonic() + LOCK_SECONDS
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise Conflict(
                            "另一位训练师正在写入，请稍后再试。", code="files_locked"
                        ) from None
                    time.sleep(LOCK_PAUSE_SECONDS)
            self._sweep()
            yield
        finally:
            os.close(handle)

    def _sweep(self) -> None:
        """Remove what a writer that was killed half-way left beside the files."""
        for folder in FOLDERS:
            for left in (self.root / folder).rglob(f".*{_PARTIAL}"):
                left.unlink(missing_ok=True)


def broken(file: str, error: BrokenYaml) -> Conflict:
    """Return the error that names the file and the line to mend."""
    return Conflict(
        f"{file} 第 {error.line} 行读不懂，请先改好这个文件。",
        code="file_broken",
        file=file,
        line=error.line,
        why=error.why,
    )


def _put_beside(path: Path, text: str) -> Path:
    part = path.with_name(f".{path.name}{_PARTIAL}")
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    try:
        with part.open("wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        part.chmod(mode)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    return part


def _flush(folder: Path) -> None:
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

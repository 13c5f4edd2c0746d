"""One commit of a few files in a checkout that others work in, too.

Built with git's plumbing in an index of its own: what somebody has staged or edited by hand stays
theirs, their hooks do not run, and the commit holds our change and nothing else. Blocking.
"""

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from api.training.changes.merge import Clash, merge

SECONDS = 30.0
INDEX_TRIES = 30
INDEX_PAUSE_SECONDS = 0.1
"""Somebody else's git command holds the index for a moment."""

IN_BETWEEN = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply")


class GitError(Exception):
    """git said no; the message is its own."""


@dataclass(frozen=True)
class Change:
    """A file as it was before and as it is now; None: it is not there."""

    before: str | None
    after: str | None


class Checkout:
    """The checkout that `root` is in."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.prefix = self._git("rev-parse", "--show-prefix").strip()
        self._folder = root / self._git("rev-parse", "--git-dir").strip()

    @classmethod
    def of(cls, root: Path) -> "Checkout | None":
        """Return the checkout; None where the folder is in none, or git is missing or refuses."""
        try:
            return cls(root)
        except (GitError, OSError):
            return None

    def busy_with(self) -> str | None:
        """Return what the checkout is in the middle of: a merge, a rebase."""
        return next((name for name in IN_BETWEEN if (self._folder / name).exists()), None)

    def ignores(self, file: str) -> bool:
        """Whether git would never keep this file."""
        asked = subprocess.run(
            ["git", "check-ignore", "-q", "--", file], cwd=self.root, capture_output=True
        )
        return asked.returncode == 0

    def commit(self, changes: Mapping[str, Change], message: str, author: tuple[str, str]) -> str:
        """Commit the changes on top of HEAD and return the commit's id.

        Where the file on disk holds somebody's uncommitted edits, only our change goes into the
        commit; where the two cannot be told apart, the file goes as it is on disk.

        Raises:
            GitError: nothing was committed.
        """
        who = {
            "GIT_AUTHOR_NAME": author[0],
            "GIT_AUTHOR_EMAIL": author[1],
            "GIT_COMMITTER_NAME": "RoamDesk",
            "GIT_COMMITTER_EMAIL": "workbench@roamdesk.invalid",
        }
        head = self._head()
        with tempfile.TemporaryDirectory(prefix="roamdesk-git-") as folder:
            own = {**who, "GIT_INDEX_FILE": str(Path(folder) / "index")}
            if head is not None:
                self._git("read-tree", head, env=own)
            staged: list[tuple[str, str | None, str | None]] = []
            for file, change in changes.items():
                path = self.prefix + file
                known = self._text(f"{head}:{path}") if head else None
                target = _onto(change, known)
                self._put(path, target, own)
                staged.append((path, known, target))
            tree = self._git("write-tree", env=own).strip()
            parents = ["-p", head] if head else []
            made = self._git("commit-tree", tree, *parents, input=message, env=own).strip()
        self._git("update-ref", "-m", "RoamDesk: change set", "HEAD", made, head or "0" * 40)
        try:
            for path, known, target in staged:
                self._follow_in_index(path, known, target)
        except GitError:
            # Left behind, the index would take our change back with the next commit.
            self._git("update-ref", "HEAD", *([head, made] if head else ["-d", made]))
            raise
        return made

    def find(self, trailer: str) -> str | None:
        """Return the newest commit whose message holds `trailer`."""
        if self._head() is None:
            return None
        asked = ("log", "-1", "--format=%H", "--fixed-strings", f"--grep={trailer}")
        return self._git(*asked).strip() or None

    def _head(self) -> str | None:
        try:
            return self._git("rev-parse", "--verify", "-q", "HEAD").strip()
        except GitError:
            return None  # a checkout without any commit yet

    def _text(self, what: str) -> str | None:
        try:
            return self._git("cat-file", "blob", what)
        except GitError:
            return None

    def _put(self, path: str, text: str | None, env: Mapping[str, str]) -> None:
        if text is None:
            self._git("update-index", "--force-remove", "--", path, env=env, at_top=True)
            return
        blob = self._git("hash-object", "-w", "--stdin", "--no-filters", input=text).strip()
        given = ("update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
        self._git(*given, env=env, at_top=True)

    def _follow_in_index(self, path: str, known: str | None, target: str | None) -> None:
        """Bring the shared index to what was committed, what others staged in it included."""
        staged = self._text(f":{path}")
        wanted = target
        if staged != known and None not in (staged, known, target):
            try:
                wanted = merge(known or "", target or "", staged or "")
            except Clash:
                return  # they staged the same lines otherwise: theirs to sort out
        for attempt in range(INDEX_TRIES):
            try:
                self._put(path, wanted, {})
                return
            except GitError:
                if attempt == INDEX_TRIES - 1:
                    raise
                time.sleep(INDEX_PAUSE_SECONDS)

    def _git(
        self,
        *arguments: str,
        input: str | None = None,
        env: Mapping[str, str] | None = None,
        at_top: bool = False,
    ) -> str:
        where: Sequence[str] = ()
        if at_top:
            where = ("-C", self._git("rev-parse", "--show-toplevel").strip())
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
        try:
            done = subprocess.run(
                ["git", *where, *arguments],
                cwd=self.root,
                env={**inherited, "LC_ALL": "C", **(env or {})},
                input=None if input is None else input.encode(),
                capture_output=True,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired as error:
            raise GitError(f"git {arguments[0]} took too long") from error
        if done.returncode:
            raise GitError(done.stderr.decode(errors="replace").strip() or f"git {arguments[0]}")
        return done.stdout.decode()


def _onto(change: Change, known: str | None) -> str | None:
    """Return what HEAD's text becomes by our change alone."""
    if change.before is None or change.after is None or known is None:
        return change.after
    try:
        return merge(change.before, change.after, known)
    except Clash:
        return change.after

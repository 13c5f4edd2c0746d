"""Copies of what the workbench writes to, with or without git."""

import shutil
import subprocess
from pathlib import Path

from api.settings import ROOT

KEPT = ("data", "tests/conversations", "config.yml", "domain.yml")
SOME = ("billing", "call_failure", "complaints", "courtesies", "facts", "no_signal", "smalltalk")
"""Files of examples that are copied: reading all of them takes a second in every test."""


def project_in(folder: Path) -> Path:
    """Copy what trainers change; nothing of it is under git."""
    root = folder / "project"
    for name in KEPT:
        source, target = ROOT / name, root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=_not_needed)
        else:
            shutil.copy2(source, target)
    return root


def _not_needed(folder: str, names: list[str]) -> list[str]:
    if Path(folder).name != "nlu":
        return []
    return [name for name in names if Path(name).stem not in SOME]


def checkout_in(folder: Path) -> Path:
    """The same as a git checkout with one commit."""
    root = project_in(folder)
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "as it is")
    return root


def git(root: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com")
    done = subprocess.run(["git", *who, *arguments], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout

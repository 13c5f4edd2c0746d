"""The stories there are, and which of them is most like a new one."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapidfuzz.distance import Indel

from api.training.changes.files import broken
from api.training.changes.yaml_text import BrokenYaml, compose, end_of_block, find, load

FOLDERS = {"story": "data/stories", "test_story": "tests/conversations"}


@dataclass(frozen=True)
class Existing:
    """A story as it stands in a file (`line` from 1)."""

    kind: str
    name: str
    file: str
    line: int
    text: str
    steps: tuple[str, ...]
    facts: tuple[tuple[tuple[str, str], ...], ...] = ()
    """Facts said at each step of the customer's, in a test."""


def steps_of(story: Any) -> tuple[str, ...]:
    """Return what happens in a story, step by step, words left out."""
    told = []
    for step in story.get("steps") or ():
        if not isinstance(step, dict):
            continue
        if "intent" in step:
            told.append(f"intent {step['intent']}")
        elif "action" in step:
            told.append(f"action {step['action']}")
        else:
            told.append(next(iter(step), ""))
    return tuple(told)


def read(root: Path) -> list[Existing]:
    """Return every story of the project, blocking.

    Raises:
        Conflict: a file is broken.
    """
    found: list[Existing] = []
    for kind, folder in FOLDERS.items():
        for path in sorted((root / folder).rglob("*.yml")):
            file = path.relative_to(root).as_posix()
            try:
                found += of_text(path.read_text(encoding="utf-8"), kind, file)
            except (BrokenYaml, UnicodeDecodeError) as error:
                why = error if isinstance(error, BrokenYaml) else BrokenYaml(1, "not UTF-8")
                raise broken(file, why) from error
    return found


def of_text(text: str, kind: str, file: str) -> list[Existing]:
    """Return the stories of one file.

    Raises:
        BrokenYaml: it is no file of stories.
    """
    values = load(text)
    if not isinstance(values, dict) or not isinstance(values.get("stories"), list):
        raise BrokenYaml(1, "`stories:` with a list was expected")
    nodes = find(compose(text), ["stories"]).value
    lines = text.splitlines()
    found = []
    for node, story in zip(nodes, values["stories"], strict=True):
        if not isinstance(story, dict) or "story" not in story:
            raise BrokenYaml(node.start_mark.line + 1, "`story:` was expected")
        start = node.start_mark.line
        dash = len(lines[start]) - len(lines[start].lstrip(" "))
        end = end_of_block(lines, start, dash)
        body = "\n".join(lines[start:end]) + "\n"
        found.append(Existing(kind, str(story["story"]), file, start + 1, body, steps_of(story)))
    return found


def closest(
    steps: Sequence[str], kind: str, among: Sequence[Existing]
) -> tuple[Existing, float] | None:
    """Return the story whose steps are most like these, and how much (0 to 1); tests are
    compared with tests."""
    best: tuple[Existing, float] | None = None
    for each in among:
        if each.kind == kind:
            likeness = Indel.normalized_similarity(steps, each.steps)
            if best is None or likeness > best[1]:
                best = (each, likeness)
    return best

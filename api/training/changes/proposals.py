"""What each kind of change does to the files: payloads in, edits out. Pure.

kind         payload
example      label {intent, category, places_marked}, written, remove [{file, intent, written}]
story        item (a story's YAML, without the dash)
test_story   text (a whole file of its own)
text         base, text (what the author saw, and what they made of it; merged three ways)
"""

from collections.abc import Iterable, Mapping
from typing import Any

from api.training.changes.files import Edit
from api.training.changes.merge import merge
from api.training.changes.models import Change
from api.training.changes.nlu_text import Label, add, examples, remove
from api.training.changes.yaml_text import append_item, load

EXAMPLES_FILE = "data/nlu/from_conversations.yml"
STORIES_FILE = "data/stories/from_conversations.yml"
TESTS_FOLDER = "tests/conversations"

KINDS = ("example", "story", "test_story", "text")

NEW_EXAMPLES = (
    'version: "3.1"\n\n'
    "# What customers really wrote and trainers put right in the workbench. Numbers and names\n"
    "# in it are placeholders. Whoever likes may move examples to the files of their topics.\n"
    "nlu:\n"
)
NEW_STORIES = (
    'version: "3.1"\n\n'
    "# Stories made in the workbench from conversations that were really had.\n"
    "stories:\n"
)


def edits(changes: Iterable[Change]) -> dict[str, Edit]:
    """Return what the changes do to each file, one after another."""
    steps: dict[str, list[Edit]] = {}
    for change in changes:
        for file, edit in _edits(change.kind, change.file, change.payload):
            steps.setdefault(file, []).append(edit)
    return {file: _one_after_another(of_file) for file, of_file in steps.items()}


def _one_after_another(of_file: list[Edit]) -> Edit:
    def edit(text: str | None) -> str | None:
        for step in of_file:
            text = step(text)
        return text

    return edit


def _edits(kind: str, file: str, payload: Mapping[str, Any]) -> list[tuple[str, Edit]]:
    if kind == "example":
        return [
            *((gone["file"], _without(gone)) for gone in payload.get("remove", ())),
            (file, _with_example(Label(**payload["label"]), payload["written"])),
        ]
    if kind == "story":
        return [(file, _with_story(payload["item"]))]
    if kind == "test_story":
        return [(file, lambda _: str(payload["text"]))]
    return [(file, _merged(payload.get("base"), payload["text"]))]


def _with_example(label: Label, written: str) -> Edit:
    def edit(text: str | None) -> str:
        if text is not None and _holds(text, label.intent, written):
            return text  # written already, by this set before it was cut off or by another
        return add(NEW_EXAMPLES if text is None else text, label, written)

    return edit


def _without(gone: Mapping[str, str]) -> Edit:
    def edit(text: str | None) -> str | None:
        if text is None or not _holds(text, gone["intent"], gone["written"]):
            return text
        return remove(text, gone["intent"], gone["written"])

    return edit


def _holds(text: str, intent: str, written: str) -> bool:
    if text == NEW_EXAMPLES:
        return False
    return any(e.intent == intent and e.written == written for e in examples(text, ""))


def _with_story(item: str) -> Edit:
    def edit(text: str | None) -> str:
        name = load(item)["story"]
        if text is None:
            head, *rest = item.splitlines()
            return NEW_STORIES + "\n".join([f"  - {head}", *(f"    {row}" for row in rest)]) + "\n"
        if any(story.get("story") == name for story in load(text)["stories"] or ()):
            return text
        return append_item(text, ["stories"], item)

    return edit


def _merged(base: str | None, text: str) -> Edit:
    def edit(there: str | None) -> str:
        if there is None or base is None:
            return text if there is None else merge("", text, there)
        return merge(base, text, there)

    return edit

"""A story's YAML from what was said: pure.

Both kinds are written as a whole file, so that lines of a validation are lines of what is shown.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ruamel.yaml.nodes import MappingNode, SequenceNode

from api.training.changes.nlu_text import Span, marked
from api.training.changes.yaml_text import BrokenYaml, compose, end_of_block, find, scalar

ACTION = "action_interview"
HEAD = 'version: "3.1"\n\nstories:\n'
COMPLAINTS = frozenset({"complain_service", "ask_billing"})
CATEGORY = "complaint_category"
"""By this entity the bot says what a complaint is about; it spans the whole message."""

_NO_FILE_NAME = re.compile(r"[^\w]+")
LONGEST_NAME = 80


@dataclass(frozen=True)
class Turn:
    """One thing the customer said and what it should be understood as."""

    text: str
    intent: str
    spans: tuple[Span, ...] = ()
    category: str | None = None
    choice: str | None = None
    """The payload of a pressed button: /inform{"card_type": "ctoc"}."""
    corrected: bool = False
    """A trainer says so, not the bot."""


def story(name: str, turns: Sequence[Turn]) -> str:
    """Return a training story: intents and what follows them."""
    steps = [f"      - intent: {turn.intent}\n      - action: {ACTION}\n" for turn in turns]
    return f"{HEAD}  - story: {scalar(name)}\n    steps:\n{''.join(steps)}"


def test_story(name: str, turns: Sequence[Turn]) -> str:
    """Return a test conversation: the words, what they mean, and what follows."""
    steps = [
        f"      - user: |\n          {_said(turn)}\n        intent: {turn.intent}\n"
        f"      - action: {ACTION}\n"
        for turn in turns
    ]
    return f"{HEAD}  - story: {scalar(name)}\n    steps:\n{''.join(steps)}"


def _said(turn: Turn) -> str:
    if turn.choice is not None:
        return turn.choice
    if turn.spans or turn.intent not in COMPLAINTS or turn.category is None:
        return marked(turn.text, turn.spans)
    return marked(turn.text, [Span(0, len(turn.text), CATEGORY, turn.category)])


def item_of(text: str) -> str:
    """Return the one story of a file without its dash and indentation.

    Raises:
        BrokenYaml: there is not exactly one.
    """
    stories = find(compose(text), ["stories"])
    if not isinstance(stories, SequenceNode) or len(stories.value) != 1:
        raise BrokenYaml(stories.start_mark.line + 1, "exactly one story was expected")
    node = stories.value[0]
    if not isinstance(node, MappingNode):
        raise BrokenYaml(node.start_mark.line + 1, "`story:` was expected")
    lines = text.splitlines()
    start, column = node.start_mark.line, node.start_mark.column
    dash = len(lines[start]) - len(lines[start].lstrip(" "))
    rows = lines[start : end_of_block(lines, start, dash)]
    return "\n".join(row[column:] for row in rows)


def file_name(name: str) -> str:
    """Return the file of a test conversation: its name is its sentence."""
    words = _NO_FILE_NAME.sub("_", name).strip("_").lower()[:LONGEST_NAME]
    return f"test_{words or 'conversation'}.yml"

"""Changes of a YAML file that leave every other byte as it is.

ruamel.yaml reads the text and says where each node stands; the text itself is spliced. (Its own
round trip keeps comments, but folds long lines and rewrites some of our flow style anew.)
Pure: texts in, texts out.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Path = Sequence[str | int]

_PLAIN = re.compile(r"[^\W\d_][\w ，。、？（）·/.-]*[\w。？）]|[^\W\d_]")
"""Texts that need no quotes; the rest is written in JSON's, which YAML reads too."""
_WORDS_WITH_A_MEANING = frozenset(["yes", "no", "on", "off", "true", "false", "null", "y", "n"])


class BrokenYaml(Exception):
    """The text is no YAML, or not of the shape that was expected; `line` from 1."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(f"line {line}: {why}")
        self.line = line
        self.why = why


def compose(text: str) -> Node:
    """Return the document's nodes with their places.

    Raises:
        BrokenYaml: it cannot be read.
    """
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BrokenYaml(mark.line + 1 if mark else 1, str(error.problem or error)) from error
    except YAMLError as error:
        raise BrokenYaml(1, str(error)) from error
    if not isinstance(node, Node):
        raise BrokenYaml(1, "the file is empty")
    return node


def load(text: str) -> Any:
    """Return the document's values.

    Raises:
        BrokenYaml: it cannot be read.
    """
    try:
        return YAML(typ="safe", pure=True).load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BrokenYaml(mark.line + 1 if mark else 1, str(error.problem or error)) from error
    except YAMLError as error:
        raise BrokenYaml(1, str(error)) from error


def find(node: Node, path: Path) -> Node:
    """Return the node at `path` (keys and indexes from the root).

    Raises:
        BrokenYaml: there is nothing there.
    """
    for step in path:
        found = _child(node, step)
        if found is None:
            raise BrokenYaml(node.start_mark.line + 1, f"nothing at {'/'.join(map(str, path))}")
        node = found
    return node


def _child(node: Node, step: str | int) -> Node | None:
    if isinstance(node, MappingNode):
        return next((value for key, value in node.value if key.value == str(step)), None)
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step]  # type: ignore[no-any-return]
    return None


def scalar(value: str) -> str:
    """Return a text as one YAML scalar on one line."""
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS_WITH_A_MEANING:
        return value
    return json.dumps(value, ensure_ascii=False)


def replace_scalar(text: str, path: Path, value: str) -> str:
    """Return `text` with the scalar at `path` replaced.

    Raises:
        BrokenYaml: there is no such scalar, or it is a block that this cannot replace.
    """
    node = find(compose(text), path)
    if not isinstance(node, ScalarNode) or node.style in ("|", ">"):
        raise BrokenYaml(node.start_mark.line + 1, "not a scalar on one line")
    new = scalar(value)
    changed = text[: node.start_mark.index] + new + text[node.end_mark.index :]
    if find(compose(changed), path).value != value:
        raise BrokenYaml(node.start_mark.line + 1, "the new value does not fit there")
    return changed


def append_item(text: str, path: Path, item: str) -> str:
    """Return `text` with a block item at the end of the block sequence at `path`.

    `item` is its YAML without the dash, its further lines indented as they follow the first.

    Raises:
        BrokenYaml: there is no such sequence.
    """
    sequence = find(compose(text), path)
    if not isinstance(sequence, SequenceNode) or sequence.flow_style or not sequence.value:
        raise BrokenYaml(sequence.start_mark.line + 1, "not a block sequence")
    lines = text.splitlines(keepends=True)
    first = lines[sequence.start_mark.line]
    indent = " " * (len(first) - len(first.lstrip(" ")))
    end = end_of_block(lines, sequence.value[-1].start_mark.line, len(indent))
    head, *rest = item.splitlines()
    made = [f"{indent}- {head}\n", *(f"{indent}  {line}\n" if line else "\n" for line in rest)]
    gap = ["\n"] if _has_gaps(lines, sequence) else []
    return "".join([*_ended(lines[:end]), *gap, *made, *lines[end:]])


def end_of_block(lines: Sequence[str], start: int, indent: int) -> int:
    """Return the line behind the block that begins on `start` with `indent` spaces: blank lines
    and comments in front of what follows are not of it."""
    end = start + 1
    for number in range(start + 1, len(lines)):
        line = lines[number]
        stripped = line.strip()
        depth = len(line) - len(line.lstrip(" "))
        if not stripped:
            continue
        if depth <= indent:
            break
        end = number + 1
    return end


def _has_gaps(lines: Sequence[str], sequence: SequenceNode) -> bool:
    """Whether the items are set apart by blank lines."""
    starts = [item.start_mark.line for item in sequence.value]
    if len(starts) == 1:
        return bool(sequence.value[0].end_mark.line > starts[0] + 1)
    return any(not lines[start - 1].strip() for start in starts[1:])


def _ended(lines: list[str]) -> list[str]:
    """Return the lines, the last one ended."""
    if lines and not lines[-1].endswith("\n"):
        return [*lines[:-1], lines[-1] + "\n"]
    return lines

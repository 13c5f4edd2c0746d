"""Reads a YAML text that somebody is still writing, and finds the lines that a fault is about.

Pure: texts in, values and line numbers (from 1) out.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from api.training.changes.yaml_text import BrokenYaml, compose

DEEPEST = 12
"""Levels of nesting; the shipped files have at most six."""

REMEMBERED = 256
"""Texts whose values and places are kept: all documents, and drafts as they are edited."""


@lru_cache(maxsize=REMEMBERED)
def parse(text: str) -> Any:
    """Return the document's values; they must not be changed.

    Raises:
        BrokenYaml: it cannot be read, or uses what no document of ours needs.
    """
    document = nodes(text)
    _refuse_tricks(document, 0, set())
    try:
        # The nodes are there already: reading the text again would take twice as long.
        return YAML(typ="safe", pure=True).constructor.construct_document(document)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BrokenYaml(mark.line + 1 if mark else 1, str(error.problem or error)) from error
    except (ValueError, TypeError) as error:  # a date that is none
        raise BrokenYaml(1, str(error)) from error


@lru_cache(maxsize=REMEMBERED)
def nodes(text: str) -> Node:
    """Return the document's nodes with their places.

    Raises:
        BrokenYaml: it cannot be read.
    """
    try:
        return compose(text)
    except RecursionError as error:
        raise BrokenYaml(1, "nested too deeply") from error


def _refuse_tricks(node: Node, depth: int, seen: set[int]) -> None:
    if depth > DEEPEST:
        raise BrokenYaml(node.start_mark.line + 1, "nested too deeply")
    if id(node) in seen:
        raise BrokenYaml(node.start_mark.line + 1, "aliases are not used here")
    seen.add(id(node))
    if isinstance(node, MappingNode):
        for key, value in node.value:
            _refuse_tricks(key, depth + 1, seen)
            _refuse_tricks(value, depth + 1, seen)
    elif isinstance(node, SequenceNode):
        for value in node.value:
            _refuse_tricks(value, depth + 1, seen)


def line_of(text: str, item: str, words: Iterable[str] = ()) -> int:
    """Return the line where `item` stands: an id in a list or a mapping, or its place (from 1) in
    the cases. Within it, the first line with one of `words` wins. 1 where nothing is found."""
    try:
        root = nodes(text)
    except BrokenYaml as error:
        return error.line
    found = _find(root, item)
    if found is None:
        return 1
    first, last = found
    lines = text.splitlines()
    for number in range(first, min(last, len(lines))):
        if any(word and word in lines[number] for word in words):
            return number + 1
    return first + 1


def line_of_key(text: str, key: str) -> int:
    """Return the line of a key of the document itself; 1 where it is not there."""
    root = nodes(text)
    pairs = root.value if isinstance(root, MappingNode) else ()
    return next((k.start_mark.line + 1 for k, _ in pairs if k.value == key), 1)


def _find(root: Node, item: str) -> tuple[int, int] | None:
    """Return the lines (from 0, the end excluded) of an item."""
    if not isinstance(root, MappingNode):
        return None
    for key, part in root.value:
        if isinstance(part, MappingNode):
            if key.value == item:
                return key.start_mark.line, _end(part)
            for name, value in part.value:
                if name.value == item:
                    return name.start_mark.line, _end(value)
        if isinstance(part, SequenceNode):
            for place, value in enumerate(part.value, start=1):
                if _name(value) == item or (key.value == "cases" and str(place) == item):
                    return value.start_mark.line, _end(value)
    return None


def _end(node: Node) -> int:
    """Return the line behind a node; a block ends where the next thing begins."""
    is_block = isinstance(node, MappingNode | SequenceNode) and not node.flow_style
    line: int = node.end_mark.line
    return line if is_block and node.end_mark.column <= node.start_mark.column else line + 1


def _name(node: Node) -> str | None:
    if not isinstance(node, MappingNode):
        return None
    return next((str(value.value) for key, value in node.value if key.value == "id"), None)

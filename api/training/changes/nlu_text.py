"""Examples in the text of a data/nlu file: where they stand, adding one, taking one away.

An example is one line of a block scalar, so a change of one is a change of one line.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from api.training.changes.yaml_text import BrokenYaml, compose, end_of_block

MARKED = re.compile(r"\[(?P<text>[^\]]+)\](?P<meaning>\{[^}]+\})")
"""Rasa's extended syntax: [副卡槽]{"entity": "card_slot", "value": "g"}."""

_BLOCK = re.compile(r"^\s*- ", re.MULTILINE)
"""A list with nothing in it yet is no list to YAML."""

_DASH = re.compile(r"^\s*- ")


@dataclass(frozen=True)
class Span:
    """`text[start:end]` says that `fact` is `value`."""

    start: int
    end: int
    fact: str
    value: str


@dataclass(frozen=True)
class Example:
    """One line of a file: what is typed, what it means, and where it stands (`line` from 1)."""

    text: str
    intent: str
    category: str | None
    spans: tuple[Span, ...]
    file: str
    line: int
    written: str = field(compare=False)
    """The line as it stands, marks included, without its dash."""


@dataclass(frozen=True)
class Label:
    """The block an example belongs to: its intent, and the metadata of the block."""

    intent: str
    category: str | None = None
    places_marked: bool = False

    @property
    def metadata(self) -> dict[str, str]:
        known = {} if self.category is None else {"category": self.category}
        return known | ({"places": "marked"} if self.places_marked else {})


def examples(text: str, file: str) -> Iterator[Example]:
    """Give every example of a file.

    Raises:
        BrokenYaml: the file cannot be read, or is no NLU file.
    """
    lines = text.splitlines()
    for block in _blocks(text):
        category = block.metadata.get("category")
        for number in range(block.first, block.end):
            if _DASH.match(lines[number]):
                written = _DASH.sub("", lines[number], count=1).strip()
                plain, spans = parsed(written)
                yield Example(plain, block.intent, category, spans, file, number + 1, written)


def parsed(written: str) -> tuple[str, tuple[Span, ...]]:
    """Return an example without its marks, and where they stood."""
    text, spans, at = "", [], 0
    for match in MARKED.finditer(written):
        text += written[at : match.start()]
        try:
            meaning: dict[str, Any] = json.loads(match["meaning"])
            fact, value = str(meaning["entity"]), str(meaning.get("value", match["text"]))
        except (ValueError, KeyError):
            fact, value = "", ""
        if fact:
            spans.append(Span(len(text), len(text) + len(match["text"]), fact, value))
        text += match["text"]
        at = match.end()
    return text + written[at:], tuple(spans)


def marked(text: str, spans: Sequence[Span]) -> str:
    """Return an example with its facts marked."""
    made, at = "", 0
    for span in sorted(spans, key=lambda each: each.start):
        said = text[span.start : span.end]
        meaning = json.dumps({"entity": span.fact, "value": span.value}, ensure_ascii=False)
        made += f"{text[at : span.start]}[{said}]{meaning}"
        at = span.end
    return made + text[at:]


def add(text: str, label: Label, written: str) -> str:
    """Return `text` with one example more at the end of the first block of its label; a block is
    begun where there is none."""
    if "\n" in written or not written.strip():
        raise ValueError("an example is one line")
    lines = text.splitlines(keepends=True)
    for block in _blocks(text) if _BLOCK.search(text) else ():
        if block.intent == label.intent and block.metadata == label.metadata:
            lines.insert(block.end, f"{block.indent}- {written}\n")
            return "".join(lines)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    gap = "\n" if _BLOCK.search(text) else ""
    metadata = "".join(f"      {name}: {value}\n" for name, value in label.metadata.items())
    made = f"{gap}  - intent: {label.intent}\n" + (f"    metadata:\n{metadata}" if metadata else "")
    return "".join(lines) + made + f"    examples: |\n      - {written}\n"


def remove(text: str, intent: str, written: str) -> str:
    """Return `text` without one example, and without its block where it was the only one.

    Raises:
        BrokenYaml: it is not there (any more), or it is the last of the file.
    """
    lines = text.splitlines(keepends=True)
    blocks = list(_blocks(text))
    for block in blocks:
        if block.intent != intent:
            continue
        held = [n for n in range(block.first, block.end) if _DASH.match(lines[n])]
        for number in held:
            if _DASH.sub("", lines[number], count=1).strip() == written:
                if len(held) > 1:
                    return "".join(lines[:number] + lines[number + 1 :])
                if len(blocks) == 1:
                    raise BrokenYaml(number + 1, "the last example of a file stays")
                begin = block.start - (not lines[block.start - 1].strip())
                return "".join(lines[:begin] + lines[block.end :])
    raise BrokenYaml(1, f"no such example under {intent}")


@dataclass(frozen=True)
class _Block:
    """An intent's block: it begins on line `start`, and its examples stand on the lines `first`
    to `end` (from 0, `end` not of it)."""

    intent: str
    metadata: Mapping[str, str]
    start: int
    first: int
    end: int
    indent: str


def _blocks(text: str) -> Iterator[_Block]:
    lines = text.splitlines(keepends=True)
    root = compose(text)
    for block in _sequence(_value(root, "nlu"), root).value:
        intent, held = _value(block, "intent"), _value(block, "examples")
        if intent is None:
            continue  # a synonym, a lookup table or a regular expression
        if not isinstance(held, ScalarNode) or held.style != "|":
            raise BrokenYaml(block.start_mark.line + 1, "`examples: |` was expected")
        metadata = _value(block, "metadata")
        first = held.start_mark.line + 1
        key_indent = block.start_mark.column
        end = end_of_block(lines, held.start_mark.line, key_indent)
        yield _Block(
            str(intent.value),
            {str(k.value): str(v.value) for k, v in metadata.value}
            if isinstance(metadata, MappingNode)
            else {},
            block.start_mark.line,
            first,
            end,
            _indent(lines, first, end, key_indent),
        )


def _indent(lines: Sequence[str], first: int, end: int, key_indent: int) -> str:
    line = next((line for line in lines[first:end] if line.strip()), "")
    return line[: len(line) - len(line.lstrip(" "))] or " " * (key_indent + 2)


def _sequence(node: Node | None, root: Node) -> SequenceNode:
    if not isinstance(node, SequenceNode):
        raise BrokenYaml(root.start_mark.line + 1, "`nlu:` with a list was expected")
    return node


def _value(node: Node, key: str) -> Node | None:
    if not isinstance(node, MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)

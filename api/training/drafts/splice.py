"""Edits of a tree's YAML text that leave every other byte as it is, comments included.

Pure. Every edit is read back: a text in which it does not say what was meant is refused.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from api.training.changes.yaml_text import (
    BrokenYaml,
    Path,
    append_item,
    compose,
    end_of_block,
    find,
    load,
    scalar,
)


def flow(value: Any) -> str:
    """Return a value as it stands on one line: text, yes or no, a list or a mapping of these."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return scalar(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(k)}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(_in_list(each) for each in value) + "]"
    return json.dumps(value)


def set_value(text: str, path: Path, value: Any) -> str:
    """Return `text` with `value` at `path`; None takes the last key of the path out.

    Raises:
        BrokenYaml: the path does not lead there.
    """
    *above, key = path
    mapping = find(compose(text), above)
    if not isinstance(mapping, MappingNode):
        raise BrokenYaml(mapping.start_mark.line + 1, "a mapping was expected")
    entry = next(((k, v) for k, v in mapping.value if k.value == str(key)), None)
    if value is None:
        changed = text if entry is None else _without(text, mapping, *entry)
    elif entry is None:
        changed = _with_key(text, mapping, str(key), value)
    else:
        changed = _replaced(text, entry[0], entry[1], value)
    _expect(changed, path, value, mapping)
    return changed


def remove_item(text: str, path: Path) -> str:
    """Return `text` without the item at `path` of a block sequence, and the blank line before it.

    Raises:
        BrokenYaml: there is no such item, or it is the last one.
    """
    *above, place = path
    sequence = find(compose(text), above)
    item = find(sequence, [place])
    if not isinstance(sequence, SequenceNode) or sequence.flow_style or len(sequence.value) == 1:
        raise BrokenYaml(item.start_mark.line + 1, "the last one of a list stays")
    lines = text.splitlines(keepends=True)
    start = item.start_mark.line
    end = end_of_block(lines, start, _indent(lines[start]))
    while start > 0 and not lines[start - 1].strip():
        start -= 1
    changed = "".join(lines[:start] + lines[end:])
    if len(find(compose(changed), above).value) != len(sequence.value) - 1:
        raise BrokenYaml(item.start_mark.line + 1, "this one cannot be taken out alone")
    return changed


def replace_item(text: str, path: Path, item: str) -> str:
    """Return `text` with the item at `path` of a block sequence replaced by `item` (its YAML
    without the dash).

    Raises:
        BrokenYaml: there is no such item.
    """
    node = find(compose(text), path)
    lines = text.splitlines(keepends=True)
    start = node.start_mark.line
    indent = _indent(lines[start])
    end = end_of_block(lines, start, indent)
    head, *rest = item.splitlines()
    made = [f"{' ' * indent}- {head}\n", *(f"{' ' * indent}  {line}\n" for line in rest)]
    return "".join(lines[:start] + made + lines[end:])


def insert_item(text: str, path: Path, after: int | None, item: str) -> str:
    """Return `text` with `item` behind the item at place `after` of a block sequence, at its end
    when None.

    Raises:
        BrokenYaml: there is no such sequence.
    """
    if after is None:
        return append_item(text, path, item)
    node = find(compose(text), [*path, after])
    lines = text.splitlines(keepends=True)
    start = node.start_mark.line
    indent = _indent(lines[start])
    end = end_of_block(lines, start, indent)
    head, *rest = item.splitlines()
    made = ["\n", f"{' ' * indent}- {head}\n", *(f"{' ' * indent}  {line}\n" for line in rest)]
    return "".join(lines[:end] + made + lines[end:])


def place_of(text: str, path: Path, key: str, value: str) -> int:
    """Return the place (from 0) of the item whose `key` is `value`.

    Raises:
        BrokenYaml: there is none.
    """
    sequence = find(compose(text), path)
    for place, item in enumerate(sequence.value):
        pairs = item.value if isinstance(item, MappingNode) else ()
        if any(k.value == key and v.value == value for k, v in pairs):
            return place
    raise BrokenYaml(sequence.start_mark.line + 1, f"no {value}")


def _replaced(text: str, key: Node, value: Node, new: Any) -> str:
    block = isinstance(new, list | tuple) and not getattr(value, "flow_style", True)
    if block:
        lines = text.splitlines(keepends=True)
        start, indent = key.start_mark.line, key.start_mark.column
        end = end_of_block(lines, start, indent)
        inner = " " * _indent(lines[value.start_mark.line])
        made = [f"{' ' * indent}{key.value}:\n", *(f"{inner}- {flow(each)}\n" for each in new)]
        return "".join(lines[:start] + made + lines[end:])
    if _is_block(value):
        lines = text.splitlines(keepends=True)
        start, indent = key.start_mark.line, key.start_mark.column
        end = end_of_block(lines, start, indent)
        made = [f"{' ' * indent}{key.value}: {flow(new)}\n"]
        return "".join(lines[:start] + made + lines[end:])
    return text[: value.start_mark.index] + flow(new) + text[value.end_mark.index :]


def _is_block(node: Node) -> bool:
    if isinstance(node, ScalarNode):
        return node.style in ("|", ">") or node.start_mark.line != node.end_mark.line
    return not getattr(node, "flow_style", False)


def _with_key(text: str, mapping: MappingNode, key: str, value: Any) -> str:
    if mapping.flow_style:
        at = mapping.end_mark.index - 1
        comma = ", " if mapping.value else ""
        return f"{text[:at].rstrip()}{comma}{_key(key)}: {flow(value)}{text[at:]}"
    lines = text.splitlines(keepends=True)
    last = mapping.value[-1][0]
    indent = last.start_mark.column
    end = end_of_block(lines, last.start_mark.line, indent)
    if not lines[end - 1].endswith("\n"):
        lines[end - 1] += "\n"
    return "".join([*lines[:end], f"{' ' * indent}{_key(key)}: {flow(value)}\n", *lines[end:]])


def _without(text: str, mapping: MappingNode, key: Node, value: Node) -> str:
    lines = text.splitlines(keepends=True)
    start, indent = key.start_mark.line, key.start_mark.column
    if mapping.flow_style or lines[start][:indent].strip():
        raise BrokenYaml(start + 1, f"{key.value} cannot be taken out here")
    end = end_of_block(lines, start, indent)
    return "".join(lines[:start] + lines[end:])


def _expect(text: str, path: Path, value: Any, near: Node) -> None:
    found = load(text)
    *above, key = path
    for step in above:
        found = found[step]
    kept = found.get(key) if value is not None else None
    if (value is None and key in found) or (value is not None and _plain(kept) != _plain(value)):
        raise BrokenYaml(near.start_mark.line + 1, f"{key} does not fit there")


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, ensure_ascii=False, default=str))


def _key(key: str) -> str:
    return key if key == "else" else scalar(key)


def _in_list(value: Any) -> str:
    return flow(value)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))

"""Parsed YAML in, a Library out; every fault of shape is found before any is reported."""

import datetime
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from api.decision_tree.errors import Finding, TreeError
from api.decision_tree.model import (
    FORMAT,
    Citation,
    Fact,
    Library,
    Node,
    Outcome,
    Row,
    Table,
    Tree,
)

CASES_SUFFIX = ".cases"
_SECTIONS: dict[str, type[Any]] = {"facts": Fact, "outcomes": Outcome, "citations": Citation}
_PROVENANCE = ("id", "source", "as_of", "trust", "note")
_T = TypeVar("_T")


def load(documents: Mapping[str, Any]) -> Library:
    """Return the library of `documents`: parsed YAML by file name without its ending.

    What a document holds is told by its keys, not its name: `facts`, `outcomes`, `citations`,
    `table` with `rows`, or `tree` with `nodes`; a table and a tree are called as their file.
    Names that end in `.cases` are left out. Raises TreeError with every finding of shape.
    Whether the parts fit together is asked of `check`.
    """
    plain = {
        str(name): _plain(document)
        for name, document in documents.items()
        if not str(name).endswith(CASES_SUFFIX)
    }
    reader = _Reader()
    for name in sorted(plain):
        reader.read(name, plain[name])
    if reader.findings:
        raise TreeError(reader.findings)
    return Library(
        revision=_revision(plain),
        facts=reader.facts,
        outcomes=reader.outcomes,
        citations=reader.citations,
        tables=reader.tables,
        trees=reader.trees,
    )


class _Reader:
    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.facts: dict[str, Fact] = {}
        self.outcomes: dict[str, Outcome] = {}
        self.citations: dict[str, Citation] = {}
        self.tables: dict[str, Table] = {}
        self.trees: dict[str, Tree] = {}

    def read(self, name: str, document: object) -> None:
        if not isinstance(document, dict):
            return self._found("not_a_document", name, "a mapping was expected")
        if document.get("format") != FORMAT:
            self._found("format", name, f"`format: {FORMAT}` was expected")
        parts = [
            part for part in ("facts", "outcomes", "citations", "table", "tree") if part in document
        ]
        if len(parts) != 1:
            return self._found("not_a_document", name, "exactly one kind of content was expected")
        match parts[0]:
            case "table":
                self._read_table(name, document)
            case "tree":
                self._read_tree(name, document)
            case section:
                self._read_section(name, section, document[section])
        return None

    def _read_section(self, name: str, section: str, items: object) -> None:
        if not isinstance(items, dict):
            return self._found("shape", name, f"`{section}` must map ids to items")
        kept: dict[str, Any] = getattr(self, section)
        for identifier, item in items.items():
            where = f"{name}/{identifier}"
            if identifier in kept:
                self._found("twice", where, "declared twice")
            read = self._convert(item, _SECTIONS[section], where, id=identifier)
            if read is not None:
                kept[identifier] = read
                if isinstance(read, Fact):
                    self._check_answers(read, where)
        return None

    def _check_answers(self, fact: Fact, where: str) -> None:
        for choice in fact.offered:
            for pattern in choice.answers:
                try:
                    empty = re.compile(pattern).search("") is not None
                except re.error as error:
                    self._found("bad_answer", where, f"{choice.value}: `{pattern}`: {error}")
                    continue
                if empty:
                    self._found("bad_answer", where, f"{choice.value}: `{pattern}` fits anything")

    def _read_table(self, name: str, document: Mapping[str, Any]) -> None:
        rows = self._by_id(name, "rows", document.get("rows"), self._row)
        default = document.get("default")
        head = document["table"] if isinstance(document["table"], dict) else {}
        self.tables[name] = Table(
            id=name,
            title=str(head.get("title", name)),
            rows=rows,
            default=None if default is None else self._row(default, f"{name}/default"),
        )

    def _read_tree(self, name: str, document: Mapping[str, Any]) -> None:
        nodes = self._by_id(name, "nodes", document.get("nodes"), self._node)
        tree = self._convert(document["tree"], Tree, name, id=name, nodes={})
        if tree is not None:
            self.trees[name] = msgspec.structs.replace(tree, nodes=nodes)

    def _row(self, item: object, where: str) -> Row | None:
        if not isinstance(item, dict):
            return self._convert(item, Row, where)
        columns = {key: value for key, value in item.items() if key not in _PROVENANCE}
        rest = {key: value for key, value in item.items() if key in _PROVENANCE}
        return self._convert(rest, Row, where, columns=columns, id=item.get("id", "default"))

    def _node(self, item: object, where: str) -> Node | None:
        return self._convert(item, Node, where)

    def _by_id(self, name: str, part: str, items: object, read: Any) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        if not isinstance(items, list):
            self._found("shape", name, f"`{part}` must be a list")
            return kept
        for place, item in enumerate(items):
            identifier = item.get("id", place) if isinstance(item, dict) else place
            where = f"{name}/{identifier}"
            if identifier in kept:
                self._found("twice", where, "declared twice")
            made = read(item, where)
            if made is not None:
                kept[made.id] = made
        return kept

    def _convert(self, item: object, shape: type[_T], where: str, **given: object) -> _T | None:
        whole = {**item, **given} if isinstance(item, dict) else item
        try:
            return msgspec.convert(whole, shape)
        except msgspec.ValidationError as error:
            self._found("shape", where, str(error))
            return None

    def _found(self, code: str, where: str, message: str) -> None:
        self.findings.append(Finding(code, where, message))


def _plain(value: object) -> Any:
    """Keys as text and dates as ISO text, so that documents read back from JSON are the same."""
    if isinstance(value, Mapping):
        return {_key(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [_plain(item) for item in value]
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value


def _key(key: object) -> str:
    # A YAML 1.1 reader takes an unquoted yes for true.
    if isinstance(key, bool):
        return "yes" if key else "no"
    return str(key)


def _revision(plain: Mapping[str, Any]) -> str:
    canonical = json.dumps(plain, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]

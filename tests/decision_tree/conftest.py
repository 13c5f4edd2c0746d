"""The product's own library, and a small one that each test may break in its own way."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from api.decision_tree import Case, Library, load, load_cases

DATA = Path(__file__).parents[2] / "data" / "diagnosis"


def _read() -> dict[str, Any]:
    yaml = YAML(typ="safe")
    return {path.stem: yaml.load(path.read_text(encoding="utf-8")) for path in DATA.glob("*.yml")}


DOCUMENTS = _read()
LIBRARY = load(DOCUMENTS)

_SMALL: dict[str, Any] = {
    "facts": {
        "format": 1,
        "facts": {
            "works": {
                "title": "国内",
                "kind": "yes_no",
                "said_by": ["customer"],
                "cites": ["R1"],
                "why": "为了排除故障",
                "question": "国内正常吗？",
                "unsure": "没关系。",
                "choices": [{"value": "yes", "label": "是"}, {"value": "no", "label": "否"}],
            },
            "place": {
                "title": "地点",
                "kind": "place",
                "said_by": ["customer"],
                "cites": ["R1"],
                "why": "各地不同",
                "question": "在哪里？",
                "unsure": "没关系。",
            },
            "record": {
                "title": "登记",
                "kind": "yes_no",
                "said_by": ["crm", "agent"],
                "cites": ["R1"],
                "choices": [{"value": "yes", "label": "是"}, {"value": "no", "label": "否"}],
            },
            "covered": {
                "title": "覆盖",
                "kind": "choice",
                "said_by": ["table", "agent"],
                "cites": ["R1"],
                "needs": ["place"],
                "table": "covers",
                "key": "place",
                "choices": [
                    {"value": "yes", "label": "有"},
                    {"value": "no", "label": "无"},
                    {"value": "unknown", "label": "未知"},
                ],
            },
        },
    },
    "outcomes": {
        "format": 1,
        "outcomes": {
            name: {
                "title": name,
                "cause": "原因",
                "steps": ["请重试。"],
                "we_do": "我们核对。",
                "clock": "first_answer",
                "cites": ["R1"],
            }
            for name in ("broken", "fine", "bare")
        },
    },
    "citations": {
        "format": 1,
        "citations": {"R1": {"title": "规则", "heading": "指南", "text": "一条规则。"}},
    },
    "covers": {
        "format": 1,
        "table": {"title": "覆盖"},
        "rows": [{"id": "TW", "value": "yes", "source": "R1", "as_of": "2012", "trust": "dated"}],
        "default": {"value": "no", "source": "R1", "as_of": "2012", "trust": "dated"},
    },
    "triage": {
        "format": 1,
        "tree": {"title": "分流", "start": "first", "cites": ["R1"]},
        "nodes": [
            {
                "id": "first",
                "fact": "covered",
                "cites": ["R1"],
                "answers": {"yes": "tree:next", "no": "outcome:bare", "unknown": "tree:next"},
            }
        ],
    },
    "next": {
        "format": 1,
        "tree": {"title": "下一步", "start": "works", "cites": ["R1"]},
        "nodes": [
            {
                "id": "works",
                "fact": "works",
                "cites": ["R1"],
                "answers": {"no": "outcome:broken", "yes": "record", "unsure": "record"},
            },
            {
                "id": "record",
                "fact": "record",
                "cites": ["R1"],
                "answers": {"no": "outcome:broken", "yes": "outcome:fine"},
            },
        ],
    },
    "next.cases": {
        "format": 1,
        "cases": [
            {"name": "没有覆盖", "facts": {"place": "FR"}, "then": {"end": "bare"}},
            {"name": "地点未知", "facts": {"place": "unsure"}, "then": {"ask": "works"}},
            {
                "name": "国内不行",
                "facts": {"place": "TW", "works": "no"},
                "then": {"end": "broken"},
            },
            {
                "name": "国内没试过",
                "facts": {"place": "TW", "works": "unsure"},
                "then": {"wait": "record"},
            },
            {
                "name": "登记正确",
                "facts": {"place": "TW", "works": "yes", "record": "yes"},
                "then": {"end": "fine"},
            },
            {
                "name": "登记有误",
                "facts": {"place": "TW", "works": "yes", "record": "no"},
                "then": {"end": "broken"},
            },
        ],
    },
}


@pytest.fixture(scope="session")
def documents() -> dict[str, Any]:
    return DOCUMENTS


@pytest.fixture(scope="session")
def library() -> Library:
    return LIBRARY


@pytest.fixture(scope="session")
def cases() -> tuple[Case, ...]:
    return load_cases(DOCUMENTS)


@pytest.fixture
def small() -> dict[str, Any]:
    """Documents of a whole library that a test may change."""
    return copy.deepcopy(_SMALL)


@pytest.fixture
def node() -> Callable[[dict[str, Any], str, str], dict[str, Any]]:
    """Find a node in documents by tree and id."""

    def find(documents: dict[str, Any], tree: str, identifier: str) -> dict[str, Any]:
        found: dict[str, Any] = next(
            item for item in documents[tree]["nodes"] if item["id"] == identifier
        )
        return found

    return find


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        found = load_cases(DOCUMENTS)
        metafunc.parametrize("case", found, ids=[f"{case.where} {case.name}" for case in found])

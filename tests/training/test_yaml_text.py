"""Changing one thing in a file of data/ leaves every other byte as it is."""

import difflib

import pytest
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode

from api.settings import ROOT
from api.training.changes import nlu_text
from api.training.changes.nlu_text import Label, Span, marked, parsed
from api.training.changes.yaml_text import (
    BrokenYaml,
    append_item,
    compose,
    load,
    replace_scalar,
    scalar,
)

NO_VALUES = ROOT / "data" / "calendar" / "cn.yml"
"""An empty list: there is nothing in it to change."""
FILES = sorted({*(ROOT / "data").rglob("*.yml")} - {NO_VALUES}) + sorted(
    (ROOT / "tests" / "conversations").rglob("*.yml")
)
NLU = sorted((ROOT / "data" / "nlu").glob("*.yml"))
NEW = "这是工作台里新写的一句话"


def changed_lines(before, after):
    lines = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in lines if line[0] in "+-"]


def scalars(node, path=()):
    """Give (path, node) of every one-line text of a document."""
    if isinstance(node, MappingNode):
        for key, value in node.value:
            yield from scalars(value, (*path, key.value))
    elif isinstance(node, SequenceNode):
        for index, value in enumerate(node.value):
            yield from scalars(value, (*path, index))
    elif isinstance(node, ScalarNode) and node.style not in ("|", ">"):
        yield path, node


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_value_is_changed_and_changed_back_byte_for_byte(path):
    before = path.read_bytes().decode("utf-8")
    texts = [(at, n) for at, n in scalars(compose(before)) if "\n" not in n.value]
    at, node = texts[len(texts) // 2]
    written = before[node.start_mark.index : node.end_mark.index]
    after = replace_scalar(before, at, NEW)
    assert after != before
    assert len(after) - len(before) == len(NEW) - len(written)
    assert after[: node.start_mark.index] == before[: node.start_mark.index]
    assert after[node.start_mark.index + len(NEW) :] == before[node.end_mark.index :]
    start = node.start_mark.index
    assert after[:start] + written + after[start + len(NEW) :] == before


@pytest.mark.parametrize("path", NLU, ids=lambda p: p.name)
def test_an_example_is_one_line_and_taken_back_byte_for_byte(path):
    before = path.read_bytes().decode("utf-8")
    first = next(nlu_text.examples(before, path.name))
    block = next(b for b in load(before)["nlu"] if b["intent"] == first.intent)
    metadata = block.get("metadata") or {}
    label = Label(first.intent, metadata.get("category"), metadata.get("places") == "marked")
    after = nlu_text.add(before, label, NEW)
    assert [line.strip() for line in changed_lines(before, after)] == [f"+       - {NEW}"]
    assert nlu_text.remove(after, first.intent, NEW) == before
    held = [e.text for e in nlu_text.examples(after, path.name) if e.intent == first.intent]
    assert NEW in held


@pytest.mark.parametrize("path", NLU, ids=lambda p: p.name)
def test_every_example_is_read_and_written_as_it_stands(path):
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    found = list(nlu_text.examples(text, path.name))
    whole = [line for block in load(text)["nlu"] for line in block["examples"].splitlines()]
    assert len(found) == len([line for line in whole if line.startswith("- ")])
    for example in found:
        assert lines[example.line - 1].strip() == f"- {example.written}"
        assert marked(example.text, example.spans) == example.written


def test_a_block_is_begun_for_a_label_that_has_none():
    text = 'version: "3.1"\n\nnlu:\n  - intent: greet\n    examples: |\n      - 您好\n'
    label = Label("complain_service", "privacy", places_marked=True)
    after = nlu_text.add(text, label, "我的号码被卖了")
    assert load(after)["nlu"][1] == {
        "intent": "complain_service",
        "metadata": {"category": "privacy", "places": "marked"},
        "examples": "- 我的号码被卖了\n",
    }
    assert after.startswith(text)
    assert nlu_text.remove(after, "complain_service", "我的号码被卖了") == text


def test_comments_behind_a_block_stay_behind_it():
    text = "nlu:\n  - intent: a\n    examples: |\n      - x\n\n"
    text += "  # of b\n  - intent: b\n    examples: |\n      - y\n"
    after = nlu_text.add(text, Label("a"), "z")
    assert after == text.replace("      - x\n", "      - x\n      - z\n")


def test_an_example_that_is_not_there_cannot_be_removed():
    with pytest.raises(BrokenYaml):
        nlu_text.remove("nlu:\n  - intent: a\n    examples: |\n      - x\n", "a", "y")


@pytest.mark.parametrize("bad", ["", "# only a comment\n", "nlu: [\n", "a: b: c\n", "\tx: 1\n"])
def test_what_cannot_be_read_says_the_line(bad):
    with pytest.raises(BrokenYaml) as told:
        list(nlu_text.examples(bad, "x.yml"))
    assert told.value.line >= 1


def test_a_story_is_put_at_the_end_as_the_others_stand():
    path = ROOT / "data" / "stories" / "conversation_patterns.yml"
    before = path.read_text(encoding="utf-8")
    after = append_item(before, ["stories"], "story: new\nsteps:\n  - intent: greet")
    assert after.startswith(before)
    assert after[len(before) :] == "\n  - story: new\n    steps:\n      - intent: greet\n"


@pytest.mark.parametrize(
    "value",
    ["说：“好”", "yes", "12", "a: b", "- x", "#", "您好", "null", "'", '"', "a\nb", "", " x "],
)
def test_a_scalar_is_read_as_what_was_written(value):
    assert load(f"a: {scalar(value)}\n") == {"a": value}
    assert load(f"a: [{scalar(value)}, 1]\n") == {"a": [value, 1]}


def test_marks_are_read_and_written():
    line = '在[韩国]{"entity": "location", "value": "KR"}'
    line += '[打不了电话]{"entity": "service", "value": "voice"}'
    text, spans = parsed(line)
    assert text == "在韩国打不了电话"
    assert spans == (Span(1, 3, "location", "KR"), Span(3, 8, "service", "voice"))
    assert marked(text, reversed(spans)) == line

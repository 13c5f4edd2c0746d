"""The pure parts of drafts: splicing, merging, places of faults, sentences, impact."""

import random
import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from api.decision_tree import Finding
from api.errors import ApiError
from api.settings import ROOT
from api.training.changes.merge import Clash
from api.training.changes.merge import merge as strict_merge
from api.training.changes.yaml_text import BrokenYaml
from api.training.drafts import impact, judging, outline, sentences, splice, texts, yaml_places

TEXTS = judging.read(ROOT)
CTOC, OUTCOMES = "data/diagnosis/ctoc.yml", "data/diagnosis/outcomes.yml"

lines = st.lists(st.sampled_from("abcdef"), max_size=8).map(
    lambda found: "".join(f"{x}\n" for x in found)
)


@pytest.fixture(scope="module")
def judged():
    return judging.judge(TEXTS)


def values(text):
    return YAML(typ="safe", pure=True).load(text)


def test_the_shipped_trees_are_green(judged):
    assert judged.green
    assert len(judged.cases) >= 100
    assert all(case.ok for case in judged.cases)


@given(lines, lines)
def test_what_one_side_alone_changed_is_taken(base, other):
    assert texts.merge(base, other, base) == texts.Merged(other, ())
    assert texts.merge(base, base, other) == texts.Merged(other, ())
    assert texts.merge(base, other, other) == texts.Merged(other, ())


@given(lines, lines, lines)
def test_a_merge_without_clashes_is_that_of_the_change_sets(base, mine, theirs):
    merged = texts.merge(base, mine, theirs)
    if merged.clashes:
        return
    try:
        assert strict_merge(base, mine, theirs) == merged.text
    except Clash:
        pytest.fail(f"clash not seen: {base!r} {mine!r} {theirs!r}")


def test_a_clash_names_the_line_and_both_sides():
    merged = texts.merge("a\nb\nc\n", "a\nmine\nc\n", "new\na\ntheirs\nc\n")
    assert merged.clashes == (texts.Clash(3, "mine\n", "theirs\n"),)
    assert merged.text == "new\na\nmine\nc\n"
    assert texts.merge("a\nb\nc\n", "a\nmine\nc\n", "a\ntheirs\nc\n", "theirs").text == (
        "a\ntheirs\nc\n"
    )


@given(lines, lines)
def test_a_difference_holds_every_line_of_both(before, after):
    shown = texts.difference(before, after, context=1_000)
    old = "".join(f"{line['text']}\n" for line in shown if line["kind"] in " -")
    new = "".join(f"{line['text']}\n" for line in shown if line["kind"] in " +")
    if before != after:
        assert (old, new) == (before, after)
    else:
        assert shown == []


@pytest.mark.parametrize("file", sorted(TEXTS))
def test_every_scalar_that_is_set_to_itself_keeps_the_file_s_meaning(file):
    document = values(TEXTS[file])
    for part in ("facts", "outcomes"):
        for name, item in (document.get(part) or {}).items():
            for key in ("title", "question", "why", "cites", "steps"):
                if key in item:
                    made = splice.set_value(TEXTS[file], [part, name, key], item[key])
                    assert values(made) == document


def test_setting_a_value_touches_its_lines_alone():
    before = TEXTS[OUTCOMES]
    after = splice.set_value(before, ["outcomes", "ild_not_open", "steps"], ["一：二", "三"])
    changed = [line for line in texts.difference(before, after, 0) if line["kind"] in "+-"]
    assert [line["kind"] for line in changed] == ["-", "-", "-", "+", "+"]
    assert values(after)["outcomes"]["ild_not_open"]["steps"] == ["一：二", "三"]


@pytest.mark.parametrize(
    "value", ["no", "1", "a: b", "# 不是注释", "“引号”", "- x", "[x]", "他说\\n"]
)
def test_any_text_is_read_back_as_it_was_meant(value):
    after = splice.set_value(TEXTS[CTOC], ["nodes", 1, "note"], value)
    assert values(after)["nodes"][1]["note"] == value


def test_a_key_is_added_and_taken_out_again():
    before = TEXTS[CTOC]
    added = splice.set_value(before, ["nodes", 0, "note"], "先看覆盖")
    assert values(added)["nodes"][0]["note"] == "先看覆盖"
    assert splice.set_value(added, ["nodes", 0, "note"], None) == before


def test_the_last_item_of_a_list_stays():
    with pytest.raises(BrokenYaml, match="stays"):
        splice.remove_item("nodes:\n  - id: a\n", ["nodes", 0])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a: [",
        "a: &x 1\nb: *x\n",
        "[" * 500 + "]" * 500,
        "a: 1\na: 2\n",
        "a: 2020-13-45\n",
        "\t",
    ],
)
def test_what_cannot_be_read_says_so(text):
    with pytest.raises(BrokenYaml):
        yaml_places.parse(text)


def test_a_fault_is_found_at_its_very_line():
    text = TEXTS[CTOC]
    line = yaml_places.line_of(text, "vpn_open", ["G3.1/6"])
    assert "G3.1/6" in text.splitlines()[line - 1]
    cases = TEXTS["data/diagnosis/ctoc.cases.yml"]
    assert "name:" in cases.splitlines()[yaml_places.line_of(cases, "3") - 1]
    assert yaml_places.line_of(text, "nowhere") == 1


def test_every_code_of_the_format_has_its_chinese_sentence():
    page = (ROOT / "docs" / "tree-format.md").read_text("utf-8").split("## What `check` finds")[1]
    codes: set[str] = set()
    for row in page.splitlines():
        if row.startswith("| `"):
            codes |= set(re.findall(r"`(\w+)`", row.split("|")[1]))
    assert len(codes) >= 15
    known = {code for code, _, _ in sentences._WAYS}
    assert codes <= known


def test_names_in_a_sentence_are_titles(judged):
    finding = Finding("no_way_for_unsure", "x/y", "works_at_home can be 不知道, with no way on")
    assert sentences.sentence(finding, judged.library) == (
        "客户可能不知道“在国内是否正常”，这里没有“不知道”的去处。"
    )


def test_what_a_change_touches_is_said_step_by_step(judged):
    words = TEXTS[OUTCOMES].replace("title: 没有开通国际长途", "title: 国际长途没有开通")
    new = judging.judge({**TEXTS, OUTCOMES: words}).library
    change = impact.touched(judged.library, new)
    assert set(change.nodes.values()) == {"outcome"}
    assert "ctoc/ild_open" in change
    told = impact.stories(ROOT, judged.library, new, change)
    assert all(story.before is None for story in told)


def test_a_story_whose_end_changes_is_told(judged):
    words = TEXTS[CTOC].replace('"no": "outcome:no_c_coverage"', '"no": works_at_home')
    new = judging.judge({**TEXTS, CTOC: words}).library
    change = impact.touched(judged.library, new)
    ended = [s for s in impact.stories(ROOT, judged.library, new, change) if s.before]
    assert ("当地没有可漫游的 C 网", "没有结论") in {(s.before, s.after) for s in ended}


BITS = ["[", "]", "{", "}", ": ", "- ", '"', "\n", "  ", "&a ", "*a", "!!int ", "? ", "<<: ", "\t"]
BITS += [
    "\x00",
    "outcome:",
    "tree:triage",
    "else",
    "2020-01-01",
    "format: 2\n",
    "!!python/name:os ",
]


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_typed_is_judged_and_never_breaks_the_page(judged, seed):
    chance = random.Random(seed)
    file = chance.choice(sorted(TEXTS))
    text = TEXTS[file]
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(text))
        cut = chance.choice([0, 0, chance.randint(1, 30)])
        text = text[:at] + chance.choice(["", *BITS]) + text[at + cut :]
    broken = judging.judge({**TEXTS, file: text})
    assert all(1 <= p.line <= text.count("\n") + 2 for p in broken.problems if p.file == file)
    for tree in ("triage", "ctoc"):
        outline.outline(broken, {**TEXTS, file: text}, tree)
        broken.drawing(tree)
    if broken.library is not None:
        outline.choices(broken.library, "ctoc")
        with suppress(ApiError):
            outline.walked(broken.library, {"service": "voice", "location": "MM"})
        impact.shown(impact.touched(judged.library, broken.library), judged.library, broken.library)

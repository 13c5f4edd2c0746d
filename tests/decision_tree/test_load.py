"""Documents become a library, or one error that names every fault of shape."""

import datetime
import json

import pytest

from api.decision_tree import TreeError, load, load_cases


def test_documents_read_back_from_json_have_the_same_revision(documents, library):
    again = json.loads(json.dumps(documents, ensure_ascii=False, default=str))
    assert load(again).revision == library.revision


def test_revision_is_twelve_hex_digits_and_changes_with_a_word(small):
    before = load(small).revision
    small["facts"]["facts"]["works"]["question"] = "在国内正常吗？"
    after = load(small).revision
    assert before != after
    assert len(after) == 12
    assert int(after, 16) >= 0


def test_cases_and_the_order_of_documents_do_not_change_the_revision(small):
    before = load(small).revision
    small["next.cases"]["cases"].clear()
    assert load(dict(reversed(small.items()))).revision == before


def test_a_date_is_the_same_as_its_text(small):
    small["covers"]["rows"][0]["as_of"] = datetime.date(2012, 6, 13)
    dated = load(small)
    small["covers"]["rows"][0]["as_of"] = "2012-06-13"
    assert load(small).revision == dated.revision
    assert dated.tables["covers"].rows["TW"].as_of == "2012-06-13"


def test_an_unquoted_yes_of_an_older_yaml_reader_is_still_yes(small, node):
    works = node(small, "next", "works")
    works["answers"] = {False: "outcome:broken", True: "record", "unsure": "record"}
    assert load(small).trees["next"].nodes["works"].answers["yes"] == "record"


def test_every_fault_of_shape_is_named_at_once(small, node):
    small["facts"]["facts"]["works"]["kind"] = "guess"
    small["facts"]["facts"]["place"]["colour"] = "red"
    small["covers"]["rows"][0]["trust"] = "hearsay"
    del node(small, "next", "works")["cites"]
    del small["outcomes"]["format"]
    small["extra"] = {"format": 1}
    with pytest.raises(TreeError) as caught:
        load(small)
    places = {finding.where for finding in caught.value.findings}
    assert places == {
        "facts/works",
        "facts/place",
        "covers/TW",
        "next/works",
        "outcomes",
        "extra",
    }
    assert "facts/works" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "document"),
    [
        ("words", "只是一句话"),
        ("two", {"format": 1, "facts": {}, "outcomes": {}}),
        ("list", {"format": 1, "facts": []}),
        ("rows", {"format": 1, "table": {"title": "表"}, "rows": {"TW": {}}}),
        ("row", {"format": 1, "table": {"title": "表"}, "rows": ["TW"]}),
        ("tree", {"format": 1, "tree": {"title": "树"}, "nodes": []}),
        ("newer", {"format": 2, "facts": {}}),
        ("none", None),
    ],
)
def test_what_is_no_document_is_refused(small, name, document):
    small[name] = document
    with pytest.raises(TreeError):
        load(small)


def test_an_id_given_twice_is_refused(small):
    small["covers"]["rows"].append(dict(small["covers"]["rows"][0]))
    small["more"] = {"format": 1, "citations": small["citations"]["citations"]}
    with pytest.raises(TreeError) as caught:
        load(small)
    assert {finding.code for finding in caught.value.findings} == {"twice"}


@pytest.mark.parametrize("pattern", ["没(开", "[", "(?<!a+)b", ".*", "", "(?:开了)?"])
@pytest.mark.parametrize("key", ["choice", "unsure"])
def test_an_answer_that_fits_nothing_or_anything_is_refused(small, pattern, key):
    works = small["facts"]["facts"]["works"]
    if key == "choice":
        works["choices"][1]["answers"] = ["没开", pattern]
    else:
        works["unsure_answers"] = [pattern]
    with pytest.raises(TreeError) as caught:
        load(small)
    (finding,) = caught.value.findings
    assert (finding.code, finding.where) == ("bad_answer", "facts/works")
    assert finding.message.startswith("no: " if key == "choice" else "unsure: ")


def test_answers_belong_to_their_value(small):
    small["facts"]["facts"]["works"]["choices"][1]["answers"] = ["没开", "关着"]
    small["facts"]["facts"]["works"]["unsure_answers"] = ["没试"]
    answers = {c.value: c.answers for c in load(small).facts["works"].offered}
    assert answers == {"yes": (), "no": ("没开", "关着"), "unsure": ("没试",)}


@pytest.mark.parametrize(
    "item",
    [
        {"name": "没有结论", "facts": {}},
        {"name": "两个结论", "facts": {}, "then": {"ask": "works", "end": "fine"}},
        {"name": "不认识的结论", "facts": {}, "then": {"guess": "works"}},
        {"facts": {}, "then": {"ask": "works"}},
        "一句话",
    ],
)
def test_a_case_of_another_shape_is_refused(small, item):
    small["next.cases"]["cases"].append(item)
    with pytest.raises(TreeError, match=r"next\.cases/7"):
        load_cases(small)


def test_a_case_file_without_cases_is_refused(small):
    small["next.cases"] = {"format": 1}
    with pytest.raises(TreeError):
        load_cases(small)

"""A tree as trainers read it: steps with their question, answers, sources and advice; and where a
walk by chosen facts leads."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.decision_tree import (
    ELSE,
    UNKNOWN,
    UNSURE,
    Conclude,
    Fact,
    Library,
    Node,
    Wait,
    draw,
    explain,
)
from api.errors import Conflict, Invalid
from api.training.drafts import titles, yaml_places
from api.training.drafts.judging import FOLDER, Judged

ASKED = {"customer": "问客户", "table": "查资料表", "others": "问后台"}


def outline(judged: Judged, texts: Mapping[str, str], tree: str) -> dict[str, Any] | None:
    """Return the tree for editing; None while the texts are no library, or it is not in them."""
    library = judged.library
    if library is None or tree not in library.trees:
        return None
    text = texts[f"{FOLDER}/{tree}.yml"]
    found = library.trees[tree]
    faults: dict[str, int] = {}
    for problem in judged.problems:
        faults[problem.where] = faults.get(problem.where, 0) + 1
    ends = {
        target.removeprefix("outcome:")
        for node in found.nodes.values()
        for target in node.answers.values()
        if target.startswith("outcome:")
    }
    return {
        "tree": tree,
        "title": found.title,
        "start": found.start,
        "nodes": [
            {
                "id": node.id,
                "line": yaml_places.line_of(text, node.id),
                "problems": faults.get(f"{tree}/{node.id}", 0),
                **_node(library, tree, node),
            }
            for node in found.nodes.values()
        ],
        "outcomes": [_outcome(library, name) for name in library.outcomes if name in ends],
    }


def choices(library: Library, tree: str) -> dict[str, Any]:
    """Return what can be chosen from while editing: facts, sources, targets."""
    here = library.trees.get(tree)
    targets = [
        {"value": node.id, "label": _fact_title(library, node.fact)}
        for node in (here.nodes.values() if here else ())
    ]
    targets += [
        {"value": f"outcome:{end.id}", "label": f"结论：{end.title}"}
        for end in library.outcomes.values()
    ]
    targets += [
        {"value": f"tree:{other.id}", "label": f"转到：{other.title}"}
        for other in library.trees.values()
        if other.id != tree
    ]
    return {
        "facts": [
            {
                "value": fact.id,
                "label": fact.title,
                "asked": _asked(fact),
                "kind": fact.kind,
                "answers": _values(library, fact),
            }
            for fact in library.facts.values()
            if fact.of_case
        ],
        "citations": [
            {"value": cite.id, "label": cite.title} for cite in library.citations.values()
        ],
        "targets": targets,
    }


def walked(library: Library, facts: Mapping[str, str]) -> dict[str, Any]:
    """Return the way that the facts lead, with its sources, and what follows.

    Raises:
        Invalid: a fact, or a value, that the library does not know.
    """
    for fact, value in facts.items():
        if fact not in library.facts or not library.accepts(fact, value):
            raise Invalid(
                "没有这个事实，或者它不能取这个值。", code="fact_not_valid", fact=fact, value=value
            )
    try:
        seen = explain(library, facts)
    except Exception as error:  # a draft's graph may have a ring, or end in nothing
        raise Conflict("这棵树还走不通，请先改好检查出的问题。", code="not_walkable") from error
    step = seen.step
    known: dict[str, Any] = {"kind": step.kind, "node": f"{step.tree}/{step.node}"}
    if isinstance(step, Conclude):
        known |= {"of": step.outcome, **_outcome(library, step.outcome)}
    else:
        asked = library.facts[step.fact]
        known |= {
            "of": asked.id,
            "title": asked.title,
            "question": asked.question,
            "why": asked.why,
            "who": titles.who(step.who) if isinstance(step, Wait) else "客户",
            "kind_of_fact": asked.kind,
            "options": _values(library, asked),
        }
    return {
        "path": [
            {
                "node": f"{visited.tree}/{visited.node}",
                "fact": visited.fact,
                "title": _fact_title(library, visited.fact),
                "answer": visited.answer,
                "answer_label": titles.label(library, visited.fact, visited.answer),
                "cites": _cites(library, visited.citations),
                "inferred": visited.inferred,
                "note": visited.note,
                "by_table": None
                if visited.derived is None
                else {
                    "table": library.tables[visited.derived.table].title,
                    "source": visited.derived.source,
                    "as_of": visited.derived.as_of,
                    "note": visited.derived.note,
                },
            }
            for visited in seen.path
        ],
        "step": known,
        "open_causes": [library.outcomes[end].title for end in seen.open_causes],
    }


def drawing(library: Library, facts: Mapping[str, str]) -> str:
    """Return the Mermaid text of the trees that the facts lead through."""
    return draw(library, facts)


def _node(library: Library, tree: str, node: Node) -> dict[str, Any]:
    fact = library.facts.get(node.fact)
    return {
        "fact": node.fact,
        "title": fact.title if fact else node.fact,
        "asked": _asked(fact) if fact else "",
        "question": fact.question if fact else "",
        "why": fact.why if fact else "",
        "help": fact.help if fact else "",
        "unsure": fact.unsure if fact else "",
        "cites": _cites(library, node.cites),
        "note": node.note,
        "inferred": node.inferred,
        "answers": [
            {
                "value": value,
                "label": _answer(library, fact, value),
                "target": target,
                "target_title": _target(library, tree, target),
            }
            for value, target in node.answers.items()
        ],
    }


def _outcome(library: Library, name: str) -> dict[str, Any]:
    end = library.outcomes.get(name)
    if end is None:
        return {"id": name, "title": name, "cause": "", "steps": [], "we_do": "", "cites": []}
    return {
        "id": end.id,
        "title": end.title,
        "cause": end.cause,
        "steps": list(end.steps),
        "we_do": end.we_do,
        "cites": _cites(library, end.cites),
        "inferred": end.inferred,
    }


def _cites(library: Library, cites: Sequence[str]) -> list[dict[str, str]]:
    return [{"id": cite, "title": titles.citation(library, cite)} for cite in cites]


def _asked(fact: Fact) -> str:
    if fact.asks_customer:
        return ASKED["customer"]
    return ASKED["table"] if fact.is_derived else ASKED["others"]


def _values(library: Library, fact: Fact) -> list[dict[str, str]]:
    """Return what can be answered, 不知道 included; places and digits have no end."""
    values = [*(library.values(fact.id) or ())]
    if fact.asks_customer:
        values.append(UNSURE)
    return [{"value": value, "label": titles.label(library, fact.id, value)} for value in values]


def _answer(library: Library, fact: Fact | None, value: str) -> str:
    if fact is None or value in (ELSE, UNKNOWN):
        return {ELSE: "其他", UNKNOWN: "未知"}.get(value, value)
    return titles.label(library, fact.id, value)


def _fact_title(library: Library, name: str) -> str:
    return library.facts[name].title if name in library.facts else name


def _target(library: Library, tree: str, target: str) -> str:
    kind, _, name = target.rpartition(":")
    if kind == "outcome":
        return f"结论：{library.outcomes[name].title if name in library.outcomes else name}"
    if kind == "tree":
        return f"转到：{library.trees[name].title if name in library.trees else name}"
    node = library.trees[tree].nodes.get(name)
    return _fact_title(library, node.fact) if node else name

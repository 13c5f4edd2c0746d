"""Everything that can be wrong with a library, found without walking a customer into it."""

from collections.abc import Iterable, Iterator

from api.decision_tree.cases import Case, run_case
from api.decision_tree.errors import Finding
from api.decision_tree.graph import Place, Target, arrows, ends, reachable, rings, where
from api.decision_tree.model import ELSE, UNKNOWN, UNSURE, Fact, Library, Node, Row, Table
from api.decision_tree.walk import trace, way_of


def check(library: Library, cases: Iterable[Case] | None = None) -> list[Finding]:
    """Return every finding, sorted; none means that no walk can fail or stop short.

    Without `cases` what has no case is not looked for. The codes are listed in
    docs/tree-format.md.
    """
    findings = [*_facts(library), *_sources(library), *_nodes(library), *_graph(library)]
    # A broken graph cannot be walked, so its cases say nothing yet.
    if cases is not None and not findings:
        findings.extend(_cases(library, list(cases)))
    return sorted(set(findings))


def _facts(library: Library) -> Iterator[Finding]:
    for fact in library.facts.values():
        place = f"facts/{fact.id}"
        for need in fact.needs:
            if need not in library.facts:
                yield Finding("undeclared_fact", place, f"needs {need}")
            elif library.facts[need].needs:
                yield Finding("bad_need", place, f"{need} has needs of its own")
            elif not library.facts[need].of_case:
                yield Finding("not_of_case", place, f"needs {need}")
        if fact.is_derived:
            yield from _derivation(library, fact, place)
        if fact.asks_customer and not (fact.question and fact.why and fact.unsure):
            yield Finding("unasked", place, "a customer's fact has question, why and unsure")
        if not fact.asks_customer and any(choice.answers for choice in fact.choices):
            yield Finding("unasked", place, "nobody answers in their own words: no `answers`")
        values = library.values(fact.id)
        if fact.kind in ("choice", "yes_no", "operator") and not values:
            yield Finding("no_values", place, "there is nothing to choose from")
        for meant in (fact.affirm, fact.deny):
            if meant is not None and not library.accepts(fact.id, meant):
                yield Finding("unknown_value", place, f"{meant} is not one of its values")


def _derivation(library: Library, fact: Fact, place: str) -> Iterator[Finding]:
    read = {fact.key} | ({fact.measure} if fact.compare else set())
    if read != set(fact.needs):
        yield Finding("bad_need", place, "needs are the key and what is measured, no more")
    table = library.tables.get(fact.table or "")
    if table is None:
        yield Finding("unknown_table", place, f"no table {fact.table}")
        return
    cells = [row.columns.get(fact.column) for row in _rows(table)]
    if fact.compare:
        given = {fact.holds, fact.fails}
        if any(cell is not None and not isinstance(cell, int) for cell in cells):
            yield Finding("not_a_number", place, f"{table.id} has a {fact.column} to compare with")
    else:
        given = {str(cell) for cell in cells if cell is not None}
    for value in sorted({*given, UNKNOWN} - set(library.values(fact.id) or ())):
        yield Finding("unknown_value", place, f"the table can say {value}")


def _rows(table: Table) -> list[Row]:
    return [*table.rows.values(), *([table.default] if table.default else [])]


def _sources(library: Library) -> Iterator[Finding]:
    citing: list[tuple[str, tuple[str, ...]]] = []
    citing += [(f"facts/{fact.id}", fact.cites) for fact in library.facts.values()]
    citing += [(f"outcomes/{end.id}", end.cites) for end in library.outcomes.values()]
    for tree in library.trees.values():
        citing.append((tree.id, tree.cites))
        citing += [(where((tree.id, node.id)), node.cites) for node in tree.nodes.values()]
    for table in library.tables.values():
        citing += [(f"{table.id}/{row.id}", (row.source,)) for row in _rows(table)]
    citing += [
        (f"facts/{fact.id}", (fact.help_source,))
        for fact in library.facts.values()
        if fact.help or fact.help_source
    ]
    for place, cites in citing:
        if not cites or "" in cites:
            yield Finding("no_source", place, "cites nothing")
        for cite in cites:
            if cite and cite not in library.citations:
                yield Finding("unknown_citation", place, f"no citation {cite}")


def _nodes(library: Library) -> Iterator[Finding]:
    for tree in library.trees.values():
        for node in tree.nodes.values():
            place = where((tree.id, node.id))
            fact = library.facts.get(node.fact)
            if fact is None:
                yield Finding("undeclared_fact", place, f"switches on {node.fact}")
            elif not fact.of_case:
                yield Finding("not_of_case", place, f"switches on {node.fact}")
            else:
                yield from _answers(library, node, fact, place)


def _answers(library: Library, node: Node, fact: Fact, place: str) -> Iterator[Finding]:
    values = library.values(fact.id)
    for answer in node.answers:
        if answer != ELSE and not library.accepts(fact.id, answer):
            yield Finding("unknown_value", place, f"{answer} is not a value of {fact.id}")
    if ELSE in node.answers:
        return
    if fact.asks_customer and UNSURE not in node.answers:
        yield Finding("no_way_for_unsure", place, f"{fact.id} can be 不知道, with no way on")
    if (fact.is_derived or UNKNOWN in (values or ())) and UNKNOWN not in node.answers:
        yield Finding("no_way_for_unsure", place, f"{fact.id} can be unknown, with no way on")
    if values is None:
        yield Finding("no_way_on", place, f"the values of {fact.id} have no end: `else` is missing")
    for value in values or ():
        if value not in node.answers and value != UNKNOWN:
            yield Finding("no_way_on", place, f"no way on for {value}")


def _graph(library: Library) -> Iterator[Finding]:
    if library.root not in library.trees:
        yield Finding("unknown_target", library.root, "there is no such tree to begin with")
    for tree in library.trees.values():
        if tree.start not in tree.nodes:
            yield Finding("unknown_target", tree.id, f"starts at {tree.start}, which is no node")
    reached = reachable(library)
    ended: set[str] = set()
    for place in _places(library):
        for arrow in arrows(library, place):
            if isinstance(arrow, Target):
                ended.add(arrow.outcome)
                if arrow.outcome not in library.outcomes:
                    yield Finding("unknown_target", where(place), f"no outcome {arrow.outcome}")
            elif arrow is None:
                yield Finding("unknown_target", where(place), "an answer leads nowhere")
        if place not in reached:
            yield Finding("unreachable", where(place), "no way leads here from the root")
        if not ends(library, place):
            yield Finding("dead_end", where(place), "no outcome can be reached from here")
    for ring in rings(library):
        yield Finding("cycle", where(ring[0]), " → ".join(where(place) for place in ring))
    for outcome in library.outcomes:
        if outcome not in ended:
            yield Finding("unreachable", f"outcomes/{outcome}", "no node leads to it")


def _places(library: Library) -> Iterator[Place]:
    for tree in library.trees.values():
        for node in tree.nodes:
            yield tree.id, node


def _cases(library: Library, cases: list[Case]) -> Iterator[Finding]:
    """What a case proves wrong, and the nodes, ends and answers that no case goes through."""
    visited: set[Place] = set()
    taken: set[tuple[Place, str]] = set()
    ended: set[str] = set()
    for case in cases:
        yield from run_case(library, case)
        path, step = trace(library, case.facts)
        visited |= {(step.tree, step.node), *((seen.tree, seen.node) for seen in path)}
        for seen in path:
            node = library.trees[seen.tree].nodes[seen.node]
            taken.add(((seen.tree, seen.node), way_of(node, seen.answer) or ""))
        if step.kind == "conclude":
            ended.add(case.of)
    for place in _places(library):
        if place not in visited:
            yield Finding("node_without_case", where(place), "no case comes here")
            continue
        for answer in library.trees[place[0]].nodes[place[1]].answers:
            if (place, answer) not in taken:
                yield Finding("answer_without_case", where(place), f"no case answers {answer}")
    for outcome in library.outcomes:
        if outcome not in ended:
            yield Finding("outcome_without_case", f"outcomes/{outcome}", "no case ends here")

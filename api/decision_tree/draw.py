"""Mermaid flowcharts of the trees, with the way walked marked by class and by thick arrows.

No colours here: `walked` and `here` are classes that the page styles.
"""

from collections.abc import Iterator, Mapping

from api.decision_tree.graph import Place, Target, resolve
from api.decision_tree.model import Fact, Library, Node
from api.decision_tree.walk import Conclude, target_of, trace

_CLASSES = ("classDef walked stroke-width:3px", "classDef here stroke-width:4px")


def draw(library: Library, facts: Mapping[str, str] | None = None, tree: str | None = None) -> str:
    """Return a Mermaid flowchart, labels in Chinese.

    With `tree` that tree alone; else with `facts` the trees walked through; else all of them.
    With `facts` the nodes answered have the class `walked`, the one that is open or the outcome
    reached has `here`, and the arrows taken are thick.
    """
    chart = _Chart(library, facts)
    shown = [tree] if tree is not None else chart.trees
    lines = ["flowchart TD"]
    for name in shown:
        lines.extend(chart.tree(name, boxed=len(shown) > 1))
    lines.extend(chart.arrows(shown))
    lines.extend(chart.marks())
    return "\n".join(lines) + "\n"


class _Chart:
    def __init__(self, library: Library, facts: Mapping[str, str] | None) -> None:
        self.library = library
        self.trees = list(library.trees)
        self.walked: dict[Place, str] = {}
        self.here: str | None = None
        self.drawn: set[str] = set()
        if facts is not None:
            path, step = trace(library, facts)
            self.walked = {(seen.tree, seen.node): seen.answer for seen in path}
            if isinstance(step, Conclude):
                self.here = _end(step.outcome)
            else:
                self.here = _id((step.tree, step.node))
            passed = {name for name, _ in self.walked} | {step.tree}
            self.trees = [name for name in library.trees if name in passed]

    def tree(self, name: str, boxed: bool) -> Iterator[str]:
        tree = self.library.trees[name]
        if boxed:
            yield f'subgraph {name}["{_text(tree.title)}"]'
        for node in tree.nodes.values():
            yield f"{self._draw((name, node.id))}{self._node(node)}"
        if boxed:
            yield "end"

    def arrows(self, shown: list[str]) -> Iterator[str]:
        for name in shown:
            for node in self.library.trees[name].nodes.values():
                yield from self._arrows_of(name, node, shown)

    def marks(self) -> Iterator[str]:
        if self.here is None:
            return
        yield from _CLASSES
        walked = [_id(place) for place in self.walked if _id(place) in self.drawn]
        if walked:
            yield f"class {','.join(walked)} walked"
        if self.here in self.drawn:
            yield f"class {self.here} here"

    def _arrows_of(self, name: str, node: Node, shown: list[str]) -> Iterator[str]:
        fact = self.library.facts[node.fact]
        taken = self._taken(name, node)
        labels: dict[str, list[str]] = {}
        for answer, target in node.answers.items():
            labels.setdefault(target, []).append(_text(self._answer(fact, answer)))
        for target, answers in labels.items():
            to, new = self._target(name, target, shown)
            if new:
                yield new
            arrow = "==>" if target == taken else "-->"
            label = f'|"{" / ".join(answers)}"|' if len(labels) > 1 else ""
            yield f"{_id((name, node.id))} {arrow}{label} {to}"

    def _taken(self, name: str, node: Node) -> str | None:
        answer = self.walked.get((name, node.id))
        return None if answer is None else target_of(node, answer)

    def _target(self, name: str, target: str, shown: list[str]) -> tuple[str, str | None]:
        """Return the id an arrow goes to, and the line that draws it when nothing has yet."""
        place = resolve(self.library, name, target)
        if isinstance(place, Target):
            identifier, title = _end(place.outcome), self.library.outcomes[place.outcome].title
            shape = f'(["{_text(title)}"])'
        elif place is not None and place[0] in shown:
            return _id(place), None
        else:
            other = target.removeprefix("tree:")
            identifier = f"to__{other}"
            title = self.library.trees[other].title if other in self.library.trees else other
            shape = f'>"{_text(title)}"]'
        if identifier in self.drawn:
            return identifier, None
        self.drawn.add(identifier)
        return identifier, f"{identifier}{shape}"

    def _answer(self, fact: Fact, value: str) -> str:
        table = self.library.tables.get(fact.values_from or "")
        if table is not None and value in table.rows:
            return str([*table.rows[value].columns.get("names", ()), value][0])
        # The button of a yes or no is the shorter text; that of a choice (有) says nothing alone.
        if fact.kind == "yes_no":
            for choice in fact.choices:
                if choice.value == value:
                    return choice.label
        return fact.label(value)

    def _draw(self, place: Place) -> str:
        self.drawn.add(_id(place))
        return _id(place)

    def _node(self, node: Node) -> str:
        fact = self.library.facts[node.fact]
        rule = "、".join(cite for cite in node.cites if cite.startswith("G"))
        source = f"{rule} 推断".strip() if node.inferred else rule
        label = f"{_text(fact.title)}<br/>{_text(source)}" if source else _text(fact.title)
        return _shape(fact).format(label)


def _shape(fact: Fact) -> str:
    if fact.asks_customer:
        return '("{}")'
    return '[("{}")]' if fact.is_derived else '[["{}"]]'


def _id(place: Place) -> str:
    return "__".join(place)


def _end(outcome: str) -> str:
    return f"end__{outcome}"


def _text(text: str) -> str:
    return text.replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")

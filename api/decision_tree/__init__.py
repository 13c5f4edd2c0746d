"""The diagnostic tree as data: load it, check it, walk it, explain it, draw it.

Pure: no I/O, no clock, nothing of ours imported. Reading files is the caller's. Every call takes
the facts of a case and replays them from the root, so the same facts always give the same answer:

    library = load(documents)              # parsed YAML by file name
    step = walk(library, {"service": "voice", "location": "TW"})
    step.kind                              # "ask", "wait" or "conclude"

The format of the documents is docs/tree-format.md.
"""

from api.decision_tree.cases import Case, load_cases, run_case
from api.decision_tree.check import check
from api.decision_tree.derive import Derived, derive
from api.decision_tree.draw import draw
from api.decision_tree.errors import Finding, TreeError
from api.decision_tree.explain import Explanation, explain
from api.decision_tree.load import load
from api.decision_tree.model import (
    ELSE,
    UNKNOWN,
    UNSURE,
    Choice,
    Citation,
    Fact,
    Library,
    Node,
    Outcome,
    Row,
    Table,
    Tree,
)
from api.decision_tree.walk import Ask, Conclude, Step, Visited, Wait, walk

__all__ = [
    "ELSE",
    "UNKNOWN",
    "UNSURE",
    "Ask",
    "Case",
    "Choice",
    "Citation",
    "Conclude",
    "Derived",
    "Explanation",
    "Fact",
    "Finding",
    "Library",
    "Node",
    "Outcome",
    "Row",
    "Step",
    "Table",
    "Tree",
    "TreeError",
    "Visited",
    "Wait",
    "check",
    "derive",
    "draw",
    "explain",
    "load",
    "load_cases",
    "run_case",
    "walk",
]

"""Cases: an expert's sentence, the facts in it, and what the tree should do with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.decision_tree.errors import Finding, TreeError
from api.decision_tree.load import CASES_SUFFIX
from api.decision_tree.model import Library
from api.decision_tree.walk import Conclude, walk

EXPECTATIONS = {"ask": "ask", "wait": "wait", "end": "conclude"}
"""What a case can expect, and the kind of step that it is."""


@dataclass(frozen=True)
class Case:
    """The facts as they stand, always from the root, and the step that must follow: `expects`
    is `ask`, `wait` or `end`, `of` the fact or the outcome."""

    where: str
    name: str
    facts: Mapping[str, str]
    expects: str
    of: str


def load_cases(documents: Mapping[str, Any]) -> tuple[Case, ...]:
    """Return the cases of every document whose name ends in `.cases`; TreeError on a bad shape."""
    cases: list[Case] = []
    findings: list[Finding] = []
    for name in sorted(name for name in documents if name.endswith(CASES_SUFFIX)):
        document = documents[name]
        items = document.get("cases") if isinstance(document, Mapping) else None
        if not isinstance(items, list):
            findings.append(Finding("shape", name, "`cases` must be a list"))
            continue
        for place, item in enumerate(items, start=1):
            case = _case(f"{name}/{place}", item)
            if case is None:
                message = "`name`, `facts` and one of ask, wait, end under `then` were expected"
                findings.append(Finding("shape", f"{name}/{place}", message))
            else:
                cases.append(case)
    if findings:
        raise TreeError(findings)
    return tuple(cases)


def run_case(library: Library, case: Case) -> list[Finding]:
    """Return what is wrong with a case: a fact or value that is none, or another step than said."""
    findings = [
        Finding("unknown_value", case.where, f"{fact}: {value} is not a value of this fact")
        for fact, value in case.facts.items()
        if not library.accepts(fact, value)
    ]
    step = walk(library, case.facts)
    got = step.outcome if isinstance(step, Conclude) else step.fact
    if (step.kind, got) != (EXPECTATIONS[case.expects], case.of):
        message = f"{case.name}: {case.expects} {case.of} was expected, {step.kind} {got} came"
        findings.append(Finding("case_fails", case.where, f"{message} at {step.tree}/{step.node}"))
    return findings


def _case(where: str, item: object) -> Case | None:
    match item:
        case {"name": str(name), "facts": dict(facts), "then": dict(then)} if len(then) == 1:
            [(expects, of)] = then.items()
            if expects in EXPECTATIONS and isinstance(of, str):
                said = {str(fact): str(value) for fact, value in facts.items()}
                return Case(where, name, said, expects, of)
    return None

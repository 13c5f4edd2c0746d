"""Judges the texts of all trees together: what is wrong at which line, and what each case gives.

Blocking (up to half a second after a change of `facts.yml`): called in a thread.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api.decision_tree import (
    Conclude,
    Finding,
    Library,
    TreeError,
    check,
    draw,
    load,
    load_cases,
    walk,
)
from api.decision_tree.cases import EXPECTATIONS
from api.training.changes.yaml_text import BrokenYaml
from api.training.drafts import yaml_places
from api.training.drafts.sentences import sentence, words_of

FOLDER = "data/diagnosis"
CASES = ".cases"

NOT_DRAWABLE = frozenset({"undeclared_fact", "unknown_target", "shape"})


@dataclass(frozen=True)
class Problem:
    """One fault, where somebody can mend it."""

    file: str
    line: int
    code: str
    where: str
    text: str
    """In Chinese."""


@dataclass(frozen=True)
class CaseResult:
    """What came of one case. `expects` and `of` are the case's, `got` the step's own words."""

    file: str
    line: int
    name: str
    facts: Mapping[str, str]
    expects: str
    of: str
    got: str
    ok: bool


@dataclass(frozen=True)
class Judged:
    """`library` is None where the texts are none; `documents` are its parsed texts."""

    library: Library | None
    documents: dict[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    cases: tuple[CaseResult, ...] = ()

    @property
    def green(self) -> bool:
        return self.library is not None and not self.problems

    def drawing(self, tree: str | None, facts: Mapping[str, str] | None = None) -> str | None:
        """Return the Mermaid text; None while the tree cannot be drawn."""
        if self.library is None or any(each.code in NOT_DRAWABLE for each in self.problems):
            return None
        if tree is not None and tree not in self.library.trees:
            return None
        return draw(self.library, facts, tree)


def read(root: Path) -> dict[str, str]:
    """Return the texts of `data/diagnosis` by file, as they are on disk.

    Raises:
        OSError, UnicodeDecodeError: a file cannot be read.
    """
    folder = root / FOLDER
    return {
        f"{FOLDER}/{path.name}": path.read_bytes().decode("utf-8")
        for path in sorted(folder.glob("*.yml"))
    }


def judge(texts: Mapping[str, str]) -> Judged:
    """Judge the texts, by file."""
    documents: dict[str, Any] = {}
    broken: list[Problem] = []
    for file, text in texts.items():
        try:
            documents[_stem(file)] = yaml_places.parse(text)
        except BrokenYaml as error:
            said = sentence(Finding("yaml", _stem(file), error.why), None)
            broken.append(Problem(file, error.line, "yaml", _stem(file), said))
    if broken:
        return Judged(None, problems=tuple(broken))
    findings: list[Finding] = []
    library, cases = None, None
    try:
        library = load(documents)
    except TreeError as error:
        findings += error.findings
    try:
        cases = load_cases(documents)
    except TreeError as error:
        findings += error.findings
    if library is not None:
        findings += check(library, cases)
    problems = tuple(_problem(finding, texts, library) for finding in findings)
    results: list[CaseResult] = []
    if library is not None and cases is not None and _walkable(findings):
        for case in cases:
            stem, _, place = case.where.rpartition("/")
            step = walk(library, case.facts)
            got = step.outcome if isinstance(step, Conclude) else step.fact
            results.append(
                CaseResult(
                    file=_file(stem),
                    line=yaml_places.line_of(texts[_file(stem)], place),
                    name=case.name,
                    facts=case.facts,
                    expects=case.expects,
                    of=case.of,
                    got=f"{step.kind} {got}",
                    ok=(step.kind, got) == (EXPECTATIONS[case.expects], case.of),
                )
            )
    kept = {name: each for name, each in documents.items() if not name.endswith(CASES)}
    return Judged(library, kept, problems, tuple(results))


def _walkable(findings: list[Finding]) -> bool:
    """Whether nothing but the cases is amiss: a broken graph cannot be walked."""
    of_cases = {"case_fails", "unknown_value", "node_without_case"}
    of_cases |= {"outcome_without_case", "answer_without_case"}
    return all(finding.code in of_cases for finding in findings)


def _problem(finding: Finding, texts: Mapping[str, str], library: Library | None) -> Problem:
    stem, _, item = finding.where.partition("/")
    # A fault of a file as a whole is at its first line.
    file = _file(stem) if _file(stem) in texts else next(iter(texts))
    text = texts[file]
    line = yaml_places.line_of(text, item, words_of(finding)) if item else 1
    return Problem(file, line, finding.code, finding.where, sentence(finding, library))


def _stem(file: str) -> str:
    return file.rpartition("/")[2].removesuffix(".yml")


def _file(stem: str) -> str:
    return f"{FOLDER}/{stem}.yml"

"""The case as an agent sees it: the diagram, the way walked, the facts, what can be stated."""

from api.decision_tree import Conclude, Library, Step, Wait, draw
from api.desk import titles
from api.desk.schemas import CaseOut, Cause, Contradiction, FactRow, Next, Option, Settable
from api.desk.schemas import Step as Walked
from api.diagnosis.service import RunningCase
from api.interview import names
from api.tickets import shown


def view(case: RunningCase, contradictions: list[Contradiction]) -> CaseOut:
    """Return the case; personal facts are masked."""
    library, explained = case.library, case.explanation()
    return CaseOut(
        tree=explained.step.tree,
        revision=library.revision,
        diagram=draw(library, case.facts),
        path=[
            Walked(
                node=f"{visited.tree}/{visited.node}",
                title=library.facts[visited.fact].title,
                answer=shown.value(library, visited.fact, visited.answer),
                answer_label=titles.label(library, visited.fact, visited.answer),
                citation=visited.citations[0] if visited.citations else "",
                citation_title=names.citation(library, visited.citations[0])
                if visited.citations
                else "",
                inferred=visited.inferred,
            )
            for visited in explained.path
        ],
        next=_next(library, explained.step),
        open_causes=[
            Cause(id=cause, title=library.outcomes[cause].title) for cause in explained.open_causes
        ],
        facts=_facts(case),
        settable=_settable(case, explained.step),
        contradictions=contradictions,
    )


def _next(library: Library, step: Step) -> Next:
    fact = None if isinstance(step, Conclude) else step.fact
    outcome = step.outcome if isinstance(step, Conclude) else None
    node = library.trees[step.tree].nodes[step.node]
    cites = library.outcomes[outcome].cites if outcome is not None else node.cites
    cite = cites[0] if cites else ""
    return Next(
        kind=step.kind,
        fact=fact,
        title=titles.fact(library, fact),
        who=titles.who(step.who) if isinstance(step, Wait) else None,
        outcome=outcome,
        outcome_title=titles.outcome(library, outcome),
        citation=cite,
        citation_title=names.citation(library, cite) if cite else "",
    )


def _facts(case: RunningCase) -> list[FactRow]:
    library, location = case.library, case.facts.get("location")
    rows = []
    for fact, row in case.latest.items():
        declared = library.facts.get(fact)
        options = titles.options(library, fact, location) if declared else None
        rows.append(
            FactRow(
                fact=fact,
                title=declared.title if declared else fact,
                value=shown.value(library, fact, row.value),
                label=titles.label(library, fact, row.value),
                said_by=row.said_by,
                said_by_title=titles.SAID_BY.get(row.said_by, row.said_by),
                at=row.at,
                note=shown.words(row.note),
                personal=declared.personal if declared else False,
                options=_options(options),
            )
        )
    return rows


def _settable(case: RunningCase, step: Step) -> list[Settable]:
    """Every fact that somebody can state, what the tree waits for first."""
    library, location = case.library, case.facts.get("location")
    wanted = getattr(step, "fact", None)
    stated = [
        fact
        for fact in library.facts.values()
        if fact.of_case and any(who != "table" for who in fact.said_by)
    ]
    stated.sort(key=lambda fact: (fact.id != wanted, fact.id in case.facts))
    return [
        Settable(
            fact=fact.id,
            title=fact.title,
            kind=fact.kind,
            options=_options(titles.options(library, fact.id, location)),
            who=titles.who(tuple(who for who in fact.said_by if who != "table")),
        )
        for fact in stated
    ]


def _options(given: list[dict[str, str]] | None) -> list[Option] | None:
    return None if given is None else [Option(**option) for option in given]

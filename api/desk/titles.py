"""What staff read for the names that the wire and the tables use."""

from typing import Any

from api.decision_tree import UNSURE, Choice, Library
from api.interview import names, places
from api.interview.names import CATEGORIES, INTENTS
from api.interview.replies import WAITING
from api.interview.wording import BACK_OFFICE, OTHER_OPERATOR
from api.tickets import shown

CHANNELS = {"web": "网页", "wechat": "微信", "shell": "测试"}

SAID_BY = {"customer": "客户", **BACK_OFFICE, "agent": "坐席", "table": "资料表"}


def intent(name: str) -> str:
    return INTENTS.get(name, name)


def category(name: str | None) -> str | None:
    return None if name is None else CATEGORIES.get(name, name)


def country(code: str | None) -> str | None:
    return None if code is None or code == UNSURE else places.name(code)


def fact(library: Library, name: str | None) -> str | None:
    if name is None:
        return None
    declared = library.facts.get(name)
    return declared.title if declared else name


def outcome(library: Library, name: str | None) -> str | None:
    if name is None:
        return None
    if name == WAITING:
        return "等后台核查"
    return library.outcomes[name].title if name in library.outcomes else name


def label(library: Library, name: str, value: str) -> str:
    """Return a fact's value in words; a personal one masked."""
    declared = library.facts.get(name)
    if declared is not None and declared.personal and value != UNSURE:
        return shown.value(library, name, value)
    return names.label(library, name, value)


def options(library: Library, name: str, location: str | None) -> list[dict[str, str]] | None:
    """Return the values an agent can choose from; None where they are written."""
    declared = library.facts[name]
    if declared.kind == "operator":
        return [*_operators(library, location), OTHER_OPERATOR]
    if not declared.choices:
        return None
    return [{"value": choice.value, "label": _said(choice)} for choice in declared.choices]


def answers(library: Library, name: str) -> list[dict[str, str]]:
    """Return the buttons with which a back office answers for a fact."""
    return [{"value": c.value, "label": c.label} for c in library.facts[name].choices]


def who(names: tuple[str, ...]) -> str:
    """Return who can say a fact, a person only where nobody else can."""
    others = [name for name in names if name != "agent"] or list(names)
    return "、".join(SAID_BY.get(name, name) for name in others)


def _said(choice: Choice) -> str:
    return choice.said or choice.label


def _operators(library: Library, location: str | None) -> list[dict[str, Any]]:
    rows = library.tables["operators"].rows.values()
    here = [row for row in rows if location in row.columns.get("countries", ())]
    return [{"value": row.id, "label": str(row.columns["names"][0])} for row in here]

"""What is wrong with a story before Rasa is asked, line by line, each with a repair: pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from api import privacy
from api.training import placeholders
from api.training.changes.nlu_text import parsed
from api.training.changes.yaml_text import BrokenYaml, compose, find, scalar
from api.training.stories.build import ACTION
from api.training.stories.closest import Existing, of_text

CLOSE_ENOUGH = 60.0
LONGEST_STORY = 20_000


@dataclass(frozen=True)
class Problem:
    """What clashes at a line (from 1; 0: the story as a whole), and the text with it put right."""

    line: int
    message: str
    code: str
    repair: str | None = None
    repair_title: str | None = None
    severity: str = "error"
    """error: it must not be written so; warning: think about it."""


@dataclass(frozen=True)
class Known:
    """What a story may name."""

    intents: Collection[str]
    actions: Collection[str]
    entities: Collection[str]
    stories: Sequence[Existing]


def check(text: str, kind: str, known: Known) -> list[Problem]:
    """Return what is wrong with the story in `text` (a whole file with one story)."""
    if len(text) > LONGEST_STORY:
        return [Problem(0, "故事太长，请拆成几个。", "too_long")]
    try:
        (story,) = of_text(text, kind, "")
        node = find(compose(text), ["stories", 0])
        steps = find(node, ["steps"])
    except BrokenYaml as error:
        return [Problem(error.line, f"这一行读不懂：{error.why}", "broken")]
    except ValueError:
        return [Problem(0, "这里要正好有一个故事。", "not_one_story")]
    if not isinstance(steps, SequenceNode) or not steps.value:
        return [Problem(node.start_mark.line + 1, "故事里没有步骤。", "no_steps")]
    return [
        *_of_name(text, story, node, known),
        *_of_steps(text, steps, known),
        *_of_words(text, steps),
        *_of_twins(story, known),
    ]


def _of_name(text: str, story: Existing, node: Node, known: Known) -> Iterator[Problem]:
    names = {each.name for each in known.stories}
    if story.name not in names:
        return
    number = 2
    while f"{story.name} {number}" in names:
        number += 1
    held = _value(node, "story")
    assert held is not None
    fresh = f"{story.name} {number}"
    yield Problem(
        held.start_mark.line + 1,
        "已经有同名的故事。",
        "name_taken",
        _spliced(text, held, fresh),
        f"改名为“{fresh}”",
    )


def _of_steps(text: str, steps: SequenceNode, known: Known) -> Iterator[Problem]:
    lines = text.splitlines(keepends=True)
    for place, step in enumerate(steps.value):
        for key, names, what in (
            ("intent", known.intents, "意图"),
            ("action", known.actions, "动作"),
        ):
            held = _value(step, key)
            if isinstance(held, ScalarNode) and held.value not in names:
                yield _unknown(text, held, names, what)
        if _value(step, "intent") is None:
            continue
        after = steps.value[place + 1] if place + 1 < len(steps.value) else None
        action = None if after is None else _value(after, "action")
        if isinstance(action, ScalarNode) and action.value == ACTION:
            continue
        line = step.end_mark.line if after is None else after.start_mark.line
        if isinstance(action, ScalarNode):
            yield Problem(
                action.start_mark.line + 1,
                f"规则说，客户每说一句，接着都是 {ACTION}，这里却是 {action.value}。",
                "against_rule",
                _spliced(text, action, ACTION),
                f"改成 {ACTION}",
            )
        else:
            indent = " " * (step.start_mark.column - 2)
            made = f"{indent}- action: {ACTION}\n"
            at = _behind(lines, line)
            yield Problem(
                step.start_mark.line + 1,
                f"规则说，客户每说一句，接着都是 {ACTION}，这里没有。",
                "against_rule",
                "".join([*lines[:at], made, *lines[at:]]),
                f"补上 {ACTION}",
            )


def _of_words(text: str, steps: SequenceNode) -> Iterator[Problem]:
    for step in steps.value:
        user = _value(step, "user")
        if not isinstance(user, ScalarNode):
            continue
        words = user.value.strip()
        plain, _ = parsed(words)
        if placeholders.fill(privacy.mask(plain)) != plain:
            safe = placeholders.fill(privacy.mask(words))
            yield Problem(
                user.start_mark.line + 2 if user.style == "|" else user.start_mark.line + 1,
                "这句话里有个人信息。",
                "personal_data",
                text.replace(words, safe, 1),
                "换成占位符",
            )


def _of_twins(story: Existing, known: Known) -> Iterator[Problem]:
    if story.kind != "story":
        return
    twin = next((e for e in known.stories if e.kind == story.kind and e.steps == story.steps), None)
    if twin is not None:
        yield Problem(
            0,
            f"步骤和“{twin.name}”（{twin.file} 第 {twin.line} 行）完全一样，不必再加。",
            "same_steps",
            severity="warning",
        )


def _unknown(text: str, held: ScalarNode, names: Collection[str], what: str) -> Problem:
    hit = process.extractOne(held.value, names, scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH)
    return Problem(
        held.start_mark.line + 1,
        f"没有{what} {held.value}。",
        "unknown_name",
        _spliced(text, held, hit[0]) if hit else None,
        f"改成 {hit[0]}" if hit else None,
    )


def of_validation(
    text: str, told: Sequence[Mapping[str, object]], file: str, known: Known
) -> list[Problem]:
    """Return what Rasa's validation says of the story in `file`, with a repair where one of ours
    is for the same line."""
    ours = {problem.line: problem for problem in check(text, "story", known) if problem.repair}
    found = []
    for each in told:
        line = each.get("line")
        here = each.get("file") in (None, file)
        if not here:
            continue
        number = line if isinstance(line, int) else 0
        same = ours.get(number)
        advice = each.get("repair")
        found.append(
            Problem(
                number,
                str(each.get("message")),
                "rasa",
                same.repair if same else None,
                same.repair_title if same else str(advice) if advice else None,
                "warning" if each.get("severity") == "warning" else "error",
            )
        )
    return found


def _spliced(text: str, held: Node, value: str) -> str:
    return text[: held.start_mark.index] + scalar(value) + text[held.end_mark.index :]


def _behind(lines: Sequence[str], line: int) -> int:
    """Return the line behind the last one with something on it, before `line`."""
    at = min(line, len(lines))
    while at and not lines[at - 1].strip():
        at -= 1
    return at


def _value(node: Node, key: str) -> Node | None:
    if not isinstance(node, MappingNode):
        return None
    return next((value for name, value in node.value if name.value == key), None)

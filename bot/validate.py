"""Rasa's own checks of the stories and rules in a folder: `python -m bot.validate FOLDER`.

FOLDER is laid out like the project (config.yml, domain.yml, data/, bot/, and tests/conversations/
where there are candidates). Prints one JSON object, as the last line: `{"valid", "problems"}`, each
problem `{"severity": error|warning, "kind", "message", "file", "line", "story", "repair"}`; lines
from 1, null where Rasa names none. Exit code 0 whenever the checks could be made.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import logging
import os
import re
import sys
import tempfile
import warnings
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from bot.environment import prepare, quieten

TESTS = Path("tests/conversations")
ACTION = "action_interview"

_UNKNOWN_INTENT = re.compile(r"intent '([^']+)' is (?:used|not)|intent '([^']+)', which is not")
_UNKNOWN_ACTION = re.compile(r"action '([^']+)' is used in the '([^']+)' block")
_CONTRADICTION = re.compile(
    r"prediction of the action '(?P<said>[^']+)' in (?P<kind>story|rule) '(?P<story>[^']+)' is "
    r"contradicting with rule\(s\) '(?P<rule>[^']+)'"
    r"(?: which predicted action '(?P<wanted>[^']+)')?"
)
_NOT_OURS = (
    "deprecated",
    "entity extractor trained",
    "EntitySynonymMapper",
    "not used in any story",
)
"""Of libraries, of what our own components do instead, and of intents that rules lead on."""
_LINE = re.compile(r"[Ll]ine (\d+)|:(\d+):|line (\d+), column")
_FILE = re.compile(r"'([^']+\.yml)'|\"([^\"]+\.yml)\"|(\S+\.yml)")


def main(arguments: list[str] | None = None) -> int:
    """The command; its result is the process's exit code."""
    parser = argparse.ArgumentParser(prog="bot.validate", description=__doc__)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args(arguments)
    os.chdir(options.folder)
    prepare()
    # Whatever a library prints must not stand where the answer is read.
    with contextlib.redirect_stdout(sys.stderr):
        problems = check()
    valid = not any(problem["severity"] == "error" for problem in problems)
    print(json.dumps({"valid": valid, "problems": problems}, ensure_ascii=False), flush=True)
    return 0


def check() -> list[dict[str, Any]]:
    """The problems of the project in the working folder, the gravest first."""
    quieten()
    broken = _broken_yaml()
    if broken:
        return broken
    found: list[dict[str, Any]] = []
    for run in (_names, _contradictions, _tests):
        with _heard() as said:
            try:
                found += run()
            except (Exception, SystemExit) as error:  # whatever Rasa raises is what is wrong
                found.append(_of_exception(error))
        found += [_of_warning(line) for line in said if not any(w in line for w in _NOT_OURS)]
    seen: dict[str, dict[str, Any]] = {}
    for problem in found:
        if problem["kind"] == "warning" and "not part of the domain" in problem["message"]:
            continue  # said with its line already
        key = f"{problem['kind']} {problem['message']}"
        if problem["severity"] == "error" or key not in seen:
            seen[key] = problem
    return sorted(seen.values(), key=lambda problem: problem["severity"])


def _broken_yaml() -> list[dict[str, Any]]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError

    found = []
    for file in (*sorted(Path("data").rglob("*.yml")), *sorted(TESTS.rglob("*.yml"))):
        try:
            YAML(typ="safe", pure=False).load(file.read_text("utf-8"))
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            why = error.problem or error.context or "YAML"
            line = mark.line + 1 if mark else None
            found.append(_problem("broken_yaml", f"这一行读不懂：{why}", str(file), line))
    return found


def _names() -> list[dict[str, Any]]:
    """Intents and actions that the domain has not, and the same start with two ends."""
    from rasa.validator import Validator

    validator = Validator.from_importer(_importer(["data"]))
    validator.verify_domain_validity()
    validator.verify_actions_in_stories_rules()
    validator.verify_intents_in_stories(False)
    validator.verify_story_structure(False)
    return []


def _contradictions() -> list[dict[str, Any]]:
    """What a training would stumble over: a story that a rule contradicts."""
    from rasa.model_training import train_core

    with tempfile.TemporaryDirectory() as folder:
        os.environ["RASA_CACHE_DIRECTORY"] = folder
        train_core("domain.yml", "config.yml", "data", folder, fixed_model_name="checked")
    return []


def _tests() -> list[dict[str, Any]]:
    """Test conversations that can't be read, or speak of what the domain has not."""
    if not TESTS.is_dir():
        return []
    importer = _importer([str(TESTS)])
    domain = importer.get_domain()
    found = []
    for step in importer.get_conversation_tests().story_steps:
        for event in step.events:
            intent = getattr(event, "intent_name", None)
            action = getattr(event, "action_name", None)
            if intent is not None and intent not in domain.intents:
                found.append(_unknown("intent", intent, step.block_name, domain.intents))
            if action and action not in domain.action_names_or_texts:
                known = domain.action_names_or_texts
                found.append(_unknown("action", action, step.block_name, known))
    return found


def _importer(files: list[str]) -> Any:
    from rasa.shared.importers.importer import TrainingDataImporter

    import bot.components  # noqa: F401

    return TrainingDataImporter.load_from_config("config.yml", "domain.yml", files)


class _Keeps(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


@contextlib.contextmanager
def _heard() -> Iterator[list[str]]:
    """What Rasa warns of, by its log and by Python's warnings."""
    keeps = _Keeps()
    loggers = [logging.getLogger(name) for name in ("rasa.validator", "rasa.shared")]
    for logger in loggers:
        logger.addHandler(keeps)
    show = warnings.showwarning
    warnings.simplefilter("always", UserWarning)
    warnings.showwarning = lambda message, category, *_, **__: (
        keeps.said.append(str(message)) if issubclass(category, UserWarning) else None
    )
    with contextlib.redirect_stderr(io.StringIO()):
        try:
            yield keeps.said
        finally:
            warnings.showwarning = show
            for logger in loggers:
                logger.removeHandler(keeps)


def _of_warning(line: str) -> dict[str, Any]:
    text = re.sub(r"\x1b\[[0-9;]*m", "", line).strip()
    action = _UNKNOWN_ACTION.search(text)
    if action:
        return _unknown("action", action.group(1), action.group(2), [ACTION])
    if text.startswith("Story structure conflict"):
        return _conflict(text)
    intent = _UNKNOWN_INTENT.search(text)
    if intent and "domain" in text:
        name = intent.group(1) or intent.group(2)
        file, at = _where(f"intent: {name}")
        unused = "not used in any story" in text
        if not unused:
            problem = _unknown("intent", name, "", _intents())
            return {**problem, "file": file, "line": at}
    file, at = _named_place(text)
    return _problem("warning", text[:500], file, at, severity="warning")


def _of_exception(error: BaseException) -> dict[str, Any]:
    cause = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    text = str(getattr(cause, "message", "") or cause).strip()
    clash = _CONTRADICTION.search(text)
    if clash:
        file, line = _where(f"{clash['kind']}: {clash['story']}", f"action: {clash['said']}")
        wanted = clash["wanted"] or ACTION
        message = (
            f"“{clash['story']}”这一步是 {clash['said']}，而规则“{clash['rule']}”要求 {wanted}。"
        )
        repair = f"把这一步改成 {wanted}"
        return _problem("rule_clash", message, file, line, clash["story"], repair)
    file, line = _named_place(text)
    return _problem("rasa", text[:800] or type(cause).__name__, file, line)


def _conflict(text: str) -> dict[str, Any]:
    """`Story structure conflict after intent 'x': action predicted in 'a' ...`."""
    names = re.findall(r"in '([^']+)'", text)
    file, line = _where(f"story: {names[0]}") if names else (None, None)
    others = "、".join(f"“{name}”" for name in names[1:]) or "另一个故事"
    message = f"同样的开头，和{others}的下一步不一样：{text.splitlines()[0]}"
    repair = "让两个故事在这之后的动作相同，或者让前面的话不同"
    return _problem("story_clash", message, file, line, names[0] if names else None, repair)


def _unknown(what: str, name: str, story: str, known: Any) -> dict[str, Any]:
    word = "意图" if what == "intent" else "动作"
    near = get_close_matches(name, [str(each) for each in known], 1, 0.5)
    file, line = _where(f"{what}: {name}")
    repair = f"改成 {near[0]}" if near else None
    return _problem(
        f"unknown_{what}", f"domain.yml 里没有{word} {name}。", file, line, story or None, repair
    )


def _intents() -> list[str]:
    return list(_importer(["data"]).get_domain().intents)


def _where(first: str, then: str | None = None) -> tuple[str | None, int | None]:
    """The file and line that say `first`, or, behind it, `then`."""
    for file in (*sorted(Path("data").rglob("*.yml")), *sorted(TESTS.rglob("*.yml"))):
        lines = file.read_text("utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            said = line.strip().removeprefix("- ").replace('"', "").replace("'", "")
            if said != first:
                continue
            if then is None:
                return str(file), number
            for offset, later in enumerate(lines[number:], number + 1):
                if later.strip().startswith(("- story:", "- rule:")):
                    break
                if later.strip().removeprefix("- ") == then:
                    return str(file), offset
            return str(file), number
    return None, None


def _named_place(text: str) -> tuple[str | None, int | None]:
    file, line = _FILE.search(text), _LINE.search(text)
    path = next((group for group in file.groups() if group), None) if file else None
    number = next((group for group in line.groups() if group), None) if line else None
    if path is not None:
        with contextlib.suppress(ValueError):
            path = str(Path(path).resolve().relative_to(Path.cwd()))
    return path, int(number) if number else None


def _problem(
    kind: str,
    message: str,
    file: str | None = None,
    line: int | None = None,
    story: str | None = None,
    repair: str | None = None,
    severity: str = "error",
) -> dict[str, Any]:
    return {
        "severity": severity,
        "kind": kind,
        "message": message,
        "file": file,
        "line": line,
        "story": story,
        "repair": repair,
    }


if __name__ == "__main__":
    sys.exit(main())

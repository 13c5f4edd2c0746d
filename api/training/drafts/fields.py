"""A YAML text against the shape it must have, each fault at its line and in Chinese."""

from typing import Any

from pydantic import BaseModel, ValidationError

from api.decision_tree import Finding
from api.training.changes.yaml_text import BrokenYaml
from api.training.drafts import yaml_places
from api.training.drafts.judging import Problem
from api.training.drafts.sentences import sentence

_SENTENCES = {
    "missing": "缺少 {field}。",
    "extra_forbidden": "没有 {field} 这一项，请检查拼写。",
    "string_too_long": "{field} 太长，最多 {max_length} 个字。",
    "string_too_short": "{field} 太短，至少 {min_length} 个字。",
    "too_short": "{field} 太少，至少 {min_length} 条。",
    "too_long": "{field} 太多，最多 {max_length} 条。",
    "literal_error": "{field} 只能是 {expected} 之一。",
    "string_pattern_mismatch": "{field} 的写法不对。",
}


def read[M: BaseModel](model: type[M], text: str, file: str) -> tuple[M | None, list[Problem]]:
    """Return what the text holds, None with what is wrong where it does not fit."""
    try:
        document = yaml_places.parse(text)
    except BrokenYaml as error:
        said = sentence(Finding("yaml", file, error.why), None)
        return None, [Problem(file, error.line, "yaml", file, said)]
    if not isinstance(document, dict):
        return None, [problem(file, text, "", "shape", "要写成“项目: 内容”的形式。")]
    try:
        return model.model_validate(document), []
    except ValidationError as error:
        return None, [_problem(file, text, each) for each in error.errors()]


def problem(file: str, text: str, field: str, code: str, said: str) -> Problem:
    line = yaml_places.line_of_key(text, field) if field else 1
    return Problem(file, line, code, field, said)


def _problem(file: str, text: str, error: Any) -> Problem:
    field = str(error["loc"][0]) if error["loc"] else ""
    words = _SENTENCES.get(error["type"], "{field} 不对：{msg}。")
    context = {k: str(v).replace(" or ", "、") for k, v in (error.get("ctx") or {}).items()}
    said = words.format(field=field, msg=error["msg"], **context)
    return problem(file, text, field, "shape", said)

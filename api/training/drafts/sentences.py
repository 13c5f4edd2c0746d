"""What `check` and `load` find, in Chinese for whoever writes the tree."""

import re

from api.decision_tree import Finding, Library

_WAYS: tuple[tuple[str, str, str], ...] = (
    ("unknown_target", r"no outcome (.*)", "指向的结论 {0} 不存在。"),
    ("unknown_target", r"starts at (.*), which is no node", "起点 {0} 不是这棵树里的步骤。"),
    ("unknown_target", r"an answer leads nowhere", "有一个回答指向的步骤不存在。"),
    ("unknown_target", r"there is no such tree", "缺少起始的树。"),
    ("unreachable", r"no node leads to it", "没有任何步骤通向这个结论。"),
    ("unreachable", r".*", "从起点走不到这一步。"),
    ("dead_end", r".*", "从这一步走不到任何结论。"),
    ("cycle", r"(.*)", "绕回了原处：{0}。"),
    ("undeclared_fact", r"(?:switches on|needs) (.*)", "事实 {0} 没有在 facts.yml 里登记。"),
    ("not_of_case", r"(?:switches on|needs) (.*)", "{0} 问的是来意，不能用来分支。"),
    ("no_way_for_unsure", r"(\w+) can be 不知道.*", "客户可能不知道{0}，这里没有“不知道”的去处。"),
    ("no_way_for_unsure", r"(\w+) can be unknown.*", "{0}可能查不到，这里没有“未知”的去处。"),
    ("no_way_on", r"the values of (\w+) have no end.*", "{0}的值列不完，要写上 else（其他）。"),
    ("no_way_on", r"no way on for (.*)", "回答“{0}”没有去处。"),
    ("unknown_value", r"(.*) is not a value of (?:this fact|(\w+))", "“{0}”不是这个事实的值。"),
    ("unknown_value", r"(\w+): (.*) is not a value.*", "{0} 没有“{1}”这个值。"),
    ("unknown_value", r"the table can say (.*)", "表里会出现“{0}”，这个事实没有这个值。"),
    ("unknown_value", r"(.*) is not one of its values", "“{0}”不是它的值。"),
    ("no_source", r".*", "没有写依据（cites）。"),
    ("unknown_citation", r"no citation (.*)", "没有 {0} 这条依据。"),
    ("unknown_table", r"no table (.*)", "没有 {0} 这张表。"),
    ("bad_need", r"(.*)", "前提（needs）写得不对：{0}。"),
    ("not_a_number", r"(.*)", "这一列要比较大小，必须是数字：{0}。"),
    ("unasked", r"nobody answers.*", "这个事实不问客户，不能写 answers。"),
    ("unasked", r".*", "问客户的事实要有 question、why 和 unsure。"),
    ("no_values", r".*", "没有可选的值。"),
    ("outcome_without_case", r".*", "没有案例走到这个结论。"),
    ("node_without_case", r".*", "没有案例走到这一步。"),
    ("answer_without_case", r"no case answers (.*)", "没有案例在这里回答“{0}”。"),
    (
        "case_fails",
        r"(.*): (\w+) (\S+) was expected, (\w+) (\S+) came at (.*)",
        "案例“{0}”应当是{1}{2}，实际在 {5} {3}{4}。",
    ),
    ("format", r".*", "开头要写 format: 1。"),
    ("twice", r".*", "写了两次。"),
    ("not_a_document", r".*", "这个文件要么是 facts、outcomes、citations，要么是 table 或 tree。"),
    ("bad_answer", r"(.*)", "answers 里的表达式不能用：{0}。"),
    (
        "shape",
        r"`name`, `facts` and one of.*",
        "案例要有 name、facts 和 then（ask、wait、end 之一）。",
    ),
    ("shape", r"`(\w+)` must be a list", "{0} 要写成列表。"),
    ("shape", r"Object missing required field `(\w+)`.*", "缺少 {0}。"),
    ("shape", r"Object contains unknown field `([^`]+)`.*", "没有 {0} 这一项，请检查拼写。"),
    ("shape", r"(.*)", "写法不对：{0}。"),
    ("yaml", r"(.*)", "YAML 读不懂：{0}。"),
)
_STEPS = {"ask": "问", "wait": "等", "end": "结论", "conclude": "得出结论"}
_COMPILED = tuple((code, re.compile(pattern), words) for code, pattern, words in _WAYS)
_ID = re.compile(r"[a-z][a-z0-9_]+")


def sentence(finding: Finding, library: Library | None) -> str:
    """Return the finding as one Chinese sentence; names of facts and outcomes become titles."""
    for code, pattern, words in _COMPILED:
        found = pattern.fullmatch(finding.message) if code == finding.code else None
        if found is not None:
            given = [_named(group or "", library) for group in found.groups()]
            return words.format(*given)
    return finding.message


def words_of(finding: Finding) -> list[str]:
    """Return the words of a finding that may stand in the text at the very line of the fault."""
    return [word for word in re.findall(r"[\w./:-]+", finding.message) if len(word) > 1]


def _named(name: str, library: Library | None) -> str:
    if name in _STEPS:
        return _STEPS[name]
    if library is None or not _ID.fullmatch(name):
        return name
    if name in library.facts:
        return f"“{library.facts[name].title}”"
    if name in library.outcomes:
        return f"“{library.outcomes[name].title}”"
    return name

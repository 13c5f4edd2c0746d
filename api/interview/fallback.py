"""What is said when a message was not understood: what it may have meant, or what it is instead.

The first time it is asked what was meant, with choices; the second time in a row a person is
called in the same turn.
"""

from collections.abc import Iterable, Sequence

from api.conversations.service import Utterance
from api.decision_tree import Ask, Library
from api.interview.language import Line, foreign
from api.interview.understanding import SERVICE_BY_INTENT, WISH, Intent, Report

MISSES_BEFORE_PERSON = 2

FEWEST, MOST = 2, 3
"""Choices offered as 您是想……？, 都不是 left out."""

WORTH_OFFERING = 0.1
"""A ranked intent below this confidence is not offered."""

CLEARLY, AHEAD = 0.35, 0.1
"""While a question is open, another intent is offered only from this confidence on, and this
far ahead of the next."""

LIKELIEST = ("report_no_signal", "report_call_failure", "request_human")
"""Offered where the ranking says too little."""

FEW_DIGITS = 3
"""Shorter numbers are a button's place or a slip, not a version or a card."""

NOT_UNDERSTOOD = "抱歉，这句话我没有听懂。"
NO_WORDS = "我只看到符号或表情，请用文字说说。"
DIGITS = (
    "这串数字我不确定是什么。PRL 版本、拨打号码的位数或卡号，请连名称一起发，例如“PRL 版本 30012”。"
)
NOT_FITTING = "这个数字的位数不对，请您再看一下。"
SAY_MORE = "请您说得再具体一点。"
IN_CHINESE = "我暂时只会中文。您可以点选下面的选项，或者输入“转人工”。"
PERSON_CALLED = "我还是没有听懂，不再反复问您，已为您转人工，同事会在这个对话里回复。"
PERSON_WANTED = "已为您转人工，同事会在这个对话里回复。"
PERSON_COMING = (
    "人工已在排队，会看到您说的这句话。",
    "这句留给同事看，您可以接着说。",
    "还在等同事来接，这句也在对话里了。",
    "同事接手前，您想到什么都可以写在这里。",
)
"""Said in turn once a person was called."""
GO_ON = "等的时候也可以继续回答："


def excuse(report: Report, intent: str, step: Ask | None, library: Library) -> tuple[str, str]:
    """Return what is said to a first miss, and the same for a reader of another language."""
    line = foreign(report.text) if not report.is_pressed else None
    if line is not None:
        return IN_CHINESE, line.how
    if not report.is_pressed and not any(character.isalnum() for character in report.words):
        return NO_WORDS, ""
    digits = "".join(c for c in report.words if c not in " -.。")
    if digits.isdigit():
        if step is not None and library.facts[step.fact].kind in ("digits", "count"):
            return NOT_FITTING, ""
        if len(digits) >= FEW_DIGITS:
            return DIGITS, ""
    if intent in ("affirm", "deny", "unsure", "inform", "correct"):
        return SAY_MORE, ""
    return NOT_UNDERSTOOD, ""


def called(library: Library, report: Report, wanted: bool) -> str:
    """Return what is said when a person is called."""
    line: Line | None = foreign(report.text) if not report.is_pressed else None
    if wanted:
        return (library.facts[WISH].unsure if WISH in library.facts else "") + PERSON_WANTED
    return f"{PERSON_CALLED}\n{line.called}\n" if line is not None else PERSON_CALLED


def points_elsewhere(ranking: Sequence[Intent], library: Library, service: str | None) -> bool:
    """Tell whether the ranking clearly names another wish than answering the open question."""
    if WISH not in library.facts or not ranking:
        return False
    first = ranking[0]
    second = ranking[1].confidence if len(ranking) > 1 else 0.0
    return (
        first.name in (library.values(WISH) or ())
        and first.confidence >= CLEARLY
        and first.confidence - second >= AHEAD
        and (service is None or SERVICE_BY_INTENT.get(first.name) != service)
    )


def did_you_mean(
    library: Library, ranking: Iterable[Intent], excuse: str, line: str = ""
) -> Utterance | None:
    """Return the question what was meant; None where the case's old revision has no such fact."""
    fact = library.facts.get(WISH)
    if fact is None:
        return None
    labels = {choice.value: choice.label for choice in fact.choices}
    likely = [i.name for i in ranking if i.name in labels and i.confidence >= WORTH_OFFERING][:MOST]
    if len(likely) < FEWEST:
        likely += [name for name in LIKELIEST if name not in likely][: MOST - len(likely)]
    offered = [{"label": labels[name], "value": name} for name in likely]
    offered.append({"label": fact.unsure_label, "value": "unsure"})
    text = f"{excuse}{fact.question}"
    return Utterance(f"{text}\n{line}" if line else text, WISH, offered)

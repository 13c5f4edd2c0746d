"""What a short message means as an answer to the open question, and only there.

The patterns are data (`answers` in data/diagnosis/facts.yml, see docs/tree-format.md). A message
that clearly wants something else is not swallowed because such a word occurs in it.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from api.decision_tree import UNSURE, Choice, Fact, Library

LONGEST_ANSWER = 30
"""A longer message tells a story; only its first clause can be the answer."""

MAX_COUNT_DIGITS = 3
"""A number of at most this many digits is itself a count; a longer one is counted."""

MIN_TYPED = 2
"""Characters of a button's label that must be typed for it to count as pressed."""

ANSWERING = frozenset({"affirm", "deny", "inform", "correct", "nlu_fallback"})
"""Intents of messages that may well be an answer; in others an answer stands alone or first."""

NEVER_DIGITS = frozenset(
    {
        "ask_billing",
        "ask_knowledge",
        "ask_progress",
        "complain_service",
        "out_of_scope",
        "request_human",
    }
)
"""乱扣我 30 元 is no PRL version."""

_FILLER = (
    "应该|好像|可能|大概|貌似|估计|也许|似乎|我|它|这个|那个|手机|卡|上|都|也|还|已经|一直|早就|刚|就|是"
    "|嗯|哦|噢|呃|对|的|吧|呀|啊|了|呢|哈|啦|诶|过|着| "
)
_CLAUSE_END = re.compile(r"[,。;!?~、…:]|(?<=.)(?:但|可是|不过|还是)|(?<=[一-龥]) (?=[一-龥])")
_UNSURE = re.compile(r"不(?:知道|清楚|确定|记得|晓得)|记不[得清]")
_MARKS = r"[ ,，.。!~…、?？]"
_POLARITY = (
    "是|对|没|有|不|无|否|嗯|恩|哦|噢|啊|呀|的|了|吧|呢|哈|哎|唉|诶|好像|应该|可能|大概|似乎|貌似|估计|也许|我觉得|我想"
    "|都|也|就|从来|并|确实|肯定|当然|必须|一定|正确|错|过|木|冇|莫得|系|唔|中|哒|滴|咯|呗|嘞|喔|昂|绝对|印象中|目前|暂时"
    "|yes|yeah|yep|yup|ok|okay|sure|right|true|no|nope|nah|not|never|i think so|i don't think so"
)
_BARE = re.compile(rf"(?:{_POLARITY}|{_MARKS})+")
_OF_ITS_OWN = re.compile(
    r"还是不|还是没|也没用|加了也|现在(?:好|能|可以|行)|又[断不没]|重启|昨天|断了|恢复"
)
"""还是不行, 现在好了: told of the trouble, and no answer to the question."""
_SHORT_ENOUGH = 6
_PICKS = re.compile(r"选|个|项|条|种|款")
"""胡志明市第一郡 picks nothing, 我选第一 does."""
_QUESTION = re.compile(
    r"吗|么[?]*$|怎么|怎样|如何|咋|哪|(?:什么|啥)(?![也都])|要不要|需不需要|能不能|会不会|是不是"
)


def answer(
    words: str,
    intent: str,
    numbers: Sequence[str],
    ordinal: int | None,
    fact: Fact,
    library: Library,
    shown: Sequence[dict[str, str]],
) -> str | None:
    """Return the value that `words` (normalised) mean for the open question, or None.

    `intent` is the message's, `nlu_fallback` where it is not sure; `shown` are the buttons
    beside the question.
    """
    for choice in shown:
        if _pressed(choice["label"], words):
            return choice["value"]
    unsure = intent == "unsure" or (intent == "nlu_fallback" and _UNSURE.search(words))
    alone = intent not in ANSWERING or unsure or _QUESTION.search(words)
    value = said(fact.offered, words, whole=bool(alone))
    if value is not None:
        return value
    if unsure:
        return UNSURE
    if intent in NEVER_DIGITS and not _bare(words).isdigit():
        return None
    if fact.kind in ("digits", "count"):
        fitting = (_number(fact, digits) for digits in numbers)
        value = next((v for v in fitting if library.accepts(fact.id, v)), None)
        if value is not None:
            return value
    picks = len(_bare(words)) <= _SHORT_ENOUGH or _PICKS.search(words)
    if picks and ordinal is not None and 1 <= ordinal <= len(shown) and len(shown) > 1:
        return shown[ordinal - 1]["value"]
    if fact.kind == "yes_no":
        if _OF_ITS_OWN.search(words):
            return None
    elif _BARE.fullmatch(words) is None:  # 开了 says nothing of a mark on the card
        return None
    if intent == "affirm":
        return fact.affirm
    return fact.deny if intent == "deny" else None


def said(choices: Sequence[Choice], words: str, *, whole: bool) -> str | None:
    """Return the value whose `answers` fit best: the longest match, then the later one."""
    whole = whole or len(words) > LONGEST_ANSWER
    text = _CLAUSE_END.split(words, maxsplit=1)[0] if whole else words
    if len(text) > LONGEST_ANSWER:
        return None
    best: tuple[int, int] = (0, 0)
    value = None
    for choice in choices:
        for pattern in choice.answers:
            for start, end in _found(pattern, text, whole):
                if (end - start, start) > best:
                    best, value = (end - start, start), choice.value
    return value


def _found(pattern: str, text: str, whole: bool) -> list[tuple[int, int]]:
    if whole:
        match = _alone(pattern).fullmatch(text)
        return [match.span("said")] if match else []
    return [match.span() for match in re.finditer(pattern, text)]


@lru_cache(maxsize=512)
def _alone(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{_FILLER})*(?P<said>{pattern})(?:{_FILLER})*")


def _pressed(label: str, words: str) -> bool:
    """Whoever types what stands on a button, or begins to, has pressed it."""
    typed, bare = _bare(words), _bare(label)
    return typed == bare or (len(typed) >= MIN_TYPED and bare.startswith(typed))


def _number(fact: Fact, digits: str) -> str:
    counted = fact.kind == "count" and len(digits) > MAX_COUNT_DIGITS
    return str(len(digits)) if counted else digits


def _bare(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())

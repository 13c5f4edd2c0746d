"""Everything a message says, from every source, settled: one function for bot and /v1/parse."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

from bot.understanding import patterns
from bot.understanding.mentions import (
    MAINLAND,
    NOTHING,
    OPERATOR_WORD,
    Mention,
    clause_around,
    longest,
    settle,
    without_overlaps,
)

ENGLISH_SPACES = 2
"""With so many spaces Latin letters are a sentence, and not the name of an operator."""

_NO_FACTS = frozenset([NOTHING, MAINLAND])
_PLACES = frozenset(["location", MAINLAND])

HOME = "\ue000"
"""Stands in the phrases' text for every character of a mainland place: 在上海正常 is 国内正常."""

_STANDING = re.compile(
    r"(?:在|到|到了|回到|回了|来|来到|住|位于|坐标:?|定位:?|地点:?|人:?|居住于|常住|我们?|我家|老家)$"
)
_COMPARED = re.compile(r"出国前|出境前|走之前|来之前|出发前|以前|之前|的时候|从来|原来|平时")
"""In such a clause a mainland place is what the place abroad is compared with."""
_NOT_STANDING = re.compile(
    r"(?:打|拨|给|往|从|打到|发给|联系|呼叫|飞|去|户籍|号码是|归属地是?|属于|办理?的?是?|回拨|转到)$"
)
_OF_HOME = re.compile(
    r"^[省市县区]?的(?!时候|$)|^[省市县区]?(?:朋友|家人|亲戚|同事|客户|用户|人|号|号码|座机|手机卡|卡"
    r"|电信|移动|联通|营业|客服|公司|分公司|总部|银行|社保|医保|公积金|航空|交通|小贩|口音|话|时间|买|开"
    r"|办的|归属|出发|起飞|飞|大学同学)"
)
"""What stands behind a place of home that only says where something is from."""

_HOUSE = r"(?<![国大人商专厂买卖店东独搬哪别这那每各几多两三四五六管])家里?(?![属庭具长伙电乡人家])"
"""家 as where somebody lives, and not in 大家, 别家, 三家运营商 or 家属."""

HOME_WORDS = f"(?:国内|境内|大陆|内地|{_HOUSE}|老家|{HOME}+)"
"""`{home}` in data/phrases.yml."""

Finder = Callable[[str], Iterable[Mention]]


class Understood(list[Mention]):
    """What a message says, settled; `places` are all it names, and not only where somebody is.

    `refused` are facts it speaks of without stating them: denied, asked about, or of somebody else.
    """

    def __init__(
        self,
        settled: Iterable[Mention],
        places: Iterable[Mention],
        refused: Iterable[Mention] = (),
    ) -> None:
        super().__init__(settled)
        self.places = list(places)
        self.refused = list(refused)


def understand(text: str, names: Finder, phrases: Finder) -> Understood:
    """Facts, then numbers, ordinals and corrections that no fact has claimed, in order of place.

    `text` is normalised. `names` finds what is called by name; `phrases` what is said in a clause,
    in the text with mainland places as `HOME`.
    """
    found = [*patterns.found(text), *names(text)]
    found = [m for m in map(partial(_operator, _is_english(text)), found) if m is not None]
    found.extend(phrases(home_hidden(text, found)))
    corrections = list(patterns.corrections(text))
    claimed = without_overlaps(found)
    facts = [m for m in _at_home(text, claimed) if m.fact not in _NO_FACTS]
    settled = settle(text, facts, corrections)
    ordinals = [m for m in patterns.ordinals(text) if _is_free(m, claimed)]
    numbers = [m for m in patterns.numbers(text) if _is_free(m, (*claimed, *ordinals))]
    said = sorted([*settled, *ordinals[:1], *longest(numbers), *corrections[:1]])
    stated = {m.fact for m in settled}
    refused = [m for m in facts if m.fact not in stated]
    return Understood(said, _named_places(claimed), refused)


def _named_places(names: Iterable[Mention]) -> Iterable[Mention]:
    """Every place abroad or on the mainland; 深圳罗湖 is one."""
    last: Mention | None = None
    for name in names:
        if name.fact not in _PLACES:
            continue
        if last and (last.end, last.fact, last.value) == (name.start, name.fact, name.value):
            last = replace(last, end=name.end)
            continue
        if last:
            yield last
        last = name
    if last:
        yield last


def phrase_finder(phrases: Iterable[tuple[str, str, str]]) -> Finder:
    """A finder for data/phrases.yml, which explains its signs `~`, `_` and `{home}`."""
    compiled = [(fact, value, re.compile(_with_gaps(text))) for fact, value, text in phrases]

    def find(text: str) -> Iterable[Mention]:
        for fact, value, expression in compiled:
            for match in expression.finditer(text):
                if match.end() > match.start():
                    yield Mention(match.start(), match.end(), fact, value)

    return find


def _with_gaps(expression: str) -> str:
    expression = re.sub(r"~(\d+)", r"(?:(?![不没无忘])[^,。;!?]){0,\1}?", expression)
    expression = re.sub(r"_(\d+)", r"(?:(?!但|却|可是|不过|就是)[^,。;!?]){0,\1}?", expression)
    return expression.replace("{home}", HOME_WORDS)


def home_hidden(text: str, found: Sequence[Mention]) -> str:
    """The text, of one length, without the names of mainland places."""
    for m in found:
        if m.fact == MAINLAND:
            text = text[: m.start] + HOME * m.length + text[m.end :]
    return text


def _at_home(text: str, mentions: Sequence[Mention]) -> Iterable[Mention]:
    """A mainland place is where the customer stands, or only somewhere they speak of."""
    for mention in mentions:
        if mention.fact == MAINLAND and _stands_in(text, mention, mentions):
            mention = replace(mention, fact="location")
        yield mention


def _stands_in(text: str, place: Mention, mentions: Sequence[Mention]) -> bool:
    begins = place.start  # of 河南周口, where one name stands on the other
    while joined := [m for m in mentions if m.fact == MAINLAND and m.end == begins]:
        begins = joined[0].start
    before, behind = text[:begins], text[place.end :]
    if not before and not behind:
        return True
    if _OF_HOME.match(behind) or _NOT_STANDING.search(before):
        return False
    start, end = clause_around(text, place)
    here = {m.fact for m in mentions if start <= m.start < end}
    if "works_at_home" in here or _COMPARED.search(text, start, end):
        return False  # 上海的时候好好的: home is only compared with
    if _STANDING.search(before) or (not before and behind[0] in ",。;!? "):
        return True
    return "service" in here and not any(m.fact == "location" for m in mentions)


def _is_english(text: str) -> bool:
    return text.isascii() and text.count(" ") >= ENGLISH_SPACES


def _operator(english: bool, mention: Mention) -> Mention | None:
    """The operator Free is meant by 显示 free, and not by is it free."""
    if mention.fact != OPERATOR_WORD:
        return mention
    return None if english else replace(mention, fact="operator")


def _is_free(mention: Mention, claimed: Iterable[Mention]) -> bool:
    return all(mention.end <= c.start or mention.start >= c.end for c in claimed)

"""Which of the found facts are about the customer's own case, now that the intent is known.

去韩国漫游一天多少钱 names a place, and 双模卡是什么 a card, and neither tells where the customer is
or what card they have. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.understanding.mentions import AMBIGUOUS, Mention

ELSEWHERE = frozenset(["out_of_scope", "chitchat"])
"""What is said there is of no case at all."""

ASKING = frozenset(["ask_knowledge", "ask_billing", "complain_service"])
"""There a place counts where the customer says to be in it, and their numbers count."""

NO_CASE = ELSEWHERE | ASKING | {"greet", "goodbye", "thank"}
"""Intents in which nobody describes how card and phone are set."""

SURE_ENOUGH = 0.5
"""An intent below this confidence takes nothing away."""
PERHAPS_ELSEWHERE = 0.35
SURELY_ELSEWHERE = 0.75
"""A bare 卡帕多奇亚坐热气球 sounds like small talk, and may answer the question where they are."""

FEW = 8
_QUESTION = re.compile(r"[几吗么哪谁呢?]|多少|怎|咋|什|啥|何|推荐|天气|气温|热不|冷不|贵不|好不")

_NUMBERS = frozenset(
    ["msisdn", "iccid", "imsi", "prl_version", "dialled_digits", "number", "ordinal", "correction"]
)
_HOW_IT_IS_SET = frozenset(
    [
        "back_in_china",
        "data_roaming_on",
        "prl_updated",
        "selected_by_hand",
        "sms_centre_ok",
        "card_reissued_after_korea",
    ]
)
_SETTINGS = frozenset(["data_roaming_on", "prl_updated", "selected_by_hand", "sms_centre_ok"])
_OF_ONESELF = re.compile(
    r"我(?![爸妈弟哥姐妹儿女老同朋先爱媳外要想该们])|本人|俺|已经?|一直|(?<![a-z])(?:i|my|mine)(?![a-z])"
)
"""必须手动选吗，还是会自动选 asks; 我开了数据漫游，会扣钱吗 tells as well."""
_PLACES = frozenset(["location", AMBIGUOUS])
_IS_IN = re.compile(
    r"(?:^|[,。;!? ]|我|人|我们|现在|目前|正|已经|还|就|都|家|住)在$"
    r"|(?:刚到|到了|落地|抵达|飞到|来到|坐标:?|目前|现在)$"
)
_HERE = re.compile(r"^.{0,4}(?:落地|这边|这里)")
_OF_A_NETWORK = re.compile(r"选网|搜网|手动|手选|运营商|网络|信号")
"""他自己点的会员 is a choice too, and of no network."""
_ALREADY = re.compile(
    r"已|刚|都|[我人](?:还|在|没|现在)|还没|今天|昨天|前天"
    r"|[\d一两三四五六七八九十几半上]个?(?:天|年|月|周|星期|礼拜)"
)
"""Without it 回国后要不要关漫游 asks what to do one day."""
_KOREA = re.compile(r"韩国|首尔|釜山|济州|skt")
_MINE = re.compile(r"我(?:是|用|的|这|拿|办|买|手机)[^,。;!?]{0,6}$")


def of_the_case(text: str, mentions: Iterable[Mention], intent: str, sure: float) -> list[Mention]:
    """The mentions that stay when a message with this intent is taken as what it is."""
    if intent in ELSEWHERE and sure >= PERHAPS_ELSEWHERE:
        surely = sure >= SURELY_ELSEWHERE
        return [m for m in mentions if m.fact in _NUMBERS or (not surely and _is_bare(text, m))]
    if intent in ASKING and sure >= SURE_ENOUGH:
        return [m for m in mentions if _is_told(text, m, intent)]
    return list(mentions)


def _is_bare(text: str, mention: Mention) -> bool:
    """Whether the message is hardly more than this place, and no question."""
    rest = text[: mention.start] + text[mention.end :]
    return mention.fact in _PLACES and len(rest) <= FEW and _QUESTION.search(rest) is None


def _is_told(text: str, mention: Mention, intent: str) -> bool:
    """Whether somebody who asks or complains states this of themselves."""
    before, behind = text[: mention.start], text[mention.end :]
    if mention.fact == "card_reissued_after_korea":
        return _KOREA.search(text) is not None
    if mention.fact == "back_in_china" and intent == "ask_knowledge":
        return _ALREADY.search(text) is not None
    if intent == "ask_knowledge" and mention.fact in _SETTINGS and not _OF_ONESELF.search(text):
        return False
    if mention.fact == "selected_by_hand":
        return _OF_A_NETWORK.search(text) is not None
    if mention.fact in _NUMBERS | _HOW_IT_IS_SET:
        return True
    if mention.fact in _PLACES:
        return bool(_IS_IN.search(before) or _HERE.search(behind))
    return mention.fact != "service" and _MINE.search(before) is not None

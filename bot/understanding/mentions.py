"""A mention is a stretch of text that says a fact. Overlaps, denials, corrections end here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

CORRECTION = "correction"

_CLAUSE_ENDS = ",。;!? "
_OTHER_OF_TWO = {
    ("card_type", "ctoc"): "ctog",
    ("card_type", "ctog"): "ctoc",
    ("network", "c"): "g",
    ("network", "g"): "c",
    ("card_slot", "c"): "g",
    ("card_slot", "g"): "c",
}
_NEGATED = re.compile(
    r"(?:(?<!是)不是|并非|没有?在|不在|并不是|没去|不去|没到|又不是)(?:说)?(?:在|去|用)?(?:的是)?$"
)
_BEHIND_IN = re.compile(
    r"(?:在|到|到了|来|来到|来了|飞到|飞|抵达|落地|赴|位于|是|改成|换成|现在|目前|抵)$"
)
_ELSEWHERE = re.compile(
    r"(?:从|去过|之前在|以前在|上次在|上次去|上回在|去年在|前几天在|昨天在|刚才在|前天在|上周在|上个月在|原来在"
    r"|昨天还在|前天还在|上次来|上回来|上回去|前年在|当年在|曾在|那会儿在|本来(?:订|去|想去)的?(?:是)?"
    r"|要去|先去|先飞|打算去|准备去|计划去|想去|可能去|会去|再去|才去|才飞|要飞|就飞|将去|将飞|飞往|前往"
    r"|(?:下个?月|下周|明天|后天|明年|年底|过几天|暑假|寒假|春节|月底)(?:去|飞|到)"
    r"|去了趟|去趟|去了一趟|给|往|打|拨|呼叫|打到|发到|发给|打给|联系|寄到)$"
)
_PERSON = (
    r"(?:同事|朋友|室友|同学|导游|领队|邻座|老乡|别人|人家|团友|同伴|大哥|客户|领导|老板|同行的?人?"
    r"|他们?|她们?|老婆|老公|媳妇|先生|太太|女儿|儿子|表姐|表哥|姐|哥|弟|妹|爸|妈|亲戚)"
)
_HEARSAY = re.compile(
    rf"{_PERSON}[^,。;!?]{{0,6}}$|(?:听说|据说|推荐|上次|上回|以前|原来|之前|本来|原先|一开始|起初|去年|前年|旧手机|别的|另外一"
    r"|营业员|客服|店员|柜[台员]|网上|说明书)[^,。;!?]{0,8}$"
)
"""What stands before a fact of somebody else, or of another time."""
_OTHERS = re.compile(
    r"(?:同事|朋友|室友|同学|邻座|邻居|团友|别人|人家|老乡)[^,。;!?我]{0,10}(?:用|显示|挂|连|插)[的着]?是?$"
    r"|(?:上次|上回|以前|去年|前年|那年|旧手机)[^,。;!?]{0,10}[用连挂插][的着过]?是?$"
    r"|(?:^|[,。;!? ])(?:我们?|咱|和我|跟我|旁边|隔壁)*的?"
    r"(?:同事|朋友|室友|同学|同屋|邻座|邻居|团友|别人|人家|老乡|老外|大家|他们)"
    r"[^,。;!?我帮给说教替让叫讲借查]{0,6}$"
)
"""What stands before a fact that is nobody's here, even where no other value is told."""
_OWN = re.compile(
    rf"(?<![教帮让叫给替跟])我(?!的?{_PERSON})(?:自己|这|的|手机|显示|是|插|用|们)?[^,。;!?]{{0,6}}$"
)
_NOT_OURS = re.compile(r"移动|联通|别家|当地|外国卡|另一张")
_OURS = re.compile(r"电信|天翼|国际卡")
"""主卡槽被移动卡占了，电信卡在副卡槽: the slot that is asked for is that of our card."""
_MAY_BE_HEARSAY = frozenset(
    ["operator", "card_type", "card_slot", "network", "data_roaming_on", "selected_by_hand"]
)
_ANOTHERS_RETURN = frozenset(["back_in_china"])
"""Hearsay only beside a return of one's own: 我老婆先回国了，我还在国外."""
_ASKED = re.compile(
    r"(?:什么|啥)(?:是|叫|意思|区别|用)|是(?:什么|啥)|区别|(?:什么|啥|有)不一样|不一样[吗么在]|有什么不同|干嘛|干什么用"
    r"|(?:怎么|如何|怎样|咋)(?:才能)?(?:知道|判断|看|区分|分|设|选|切|开|查|办理|开通|更新|搜|认)"
    r"|哪个|哪里|在哪(?!都)|哪些|哪种|哪几|能不能用|能用(?:吗|么|不)|可以用(?:吗|么|不)"
    r"|有没有.{0,4}覆盖"
    r"|有.{0,4}覆盖(?:吗|么)|支持(?:吗|么|不)|能(?:不能)?漫游(?:吗|么)?|会不会|步骤|教程|教教|要怎么|要不要钱|收不收费|签约(?:了|过)?(?:吗|么|没)|需要.{0,6}(?:吗|么)|介绍|解释"
)
_ASKED_AT_LAST = re.compile(r"(?:吗|(?<!怎)(?<!什)(?<!那)(?<!这)么)\??$")
"""是自动切换的吗: a clause that ends so asks about the setting it names."""
_WHETHER_TO = re.compile(
    r"(?:要不要|用不用|需不需要|需要|应该)[^,。;!?]{0,6}[关开换更改]|有没有讲究|哪张"
)
"""回国以后要不要关 asks what to do, and where to."""
_REASON = re.compile(r"因为|是不是|难道")
"""是不是因为没开漫游 asks for a reason, and tells the setting."""
_SETTINGS = frozenset(
    [
        "selected_by_hand",
        "data_roaming_on",
        "prl_updated",
        "sms_centre_ok",
        "card_reissued_after_korea",
    ]
)
_ADVISED = frozenset(["back_in_china", "card_slot"])
_TOLD_EVEN_IN_A_QUESTION = frozenset(
    ["service", "msisdn", "iccid", "imsi", "prl_version", "dialled_digits"]
)
_CALLED = re.compile(
    r"^(?:回来|回国|那次|那回|那趟|玩了?回来|旅游回来|的?上次)|^的?(?:电话|号码|手机号|座机|朋友|客户|家人|亲戚|同事|手机|短信|菜|人|游客)"
)


@dataclass(frozen=True, order=True)
class Mention:
    """`text[start:end]` of the normalised message says that `fact` is `value`."""

    start: int
    end: int
    fact: str
    value: str

    @property
    def length(self) -> int:
        return self.end - self.start


CLAUSES = frozenset(
    [
        "service",
        "works_at_home",
        "selected_by_hand",
        "back_in_china",
        "sms_centre_ok",
        "prl_updated",
        "card_reissued_after_korea",
        "data_roaming_on",
    ]
)
"""Facts a clause says. A name inside it (没有手动选沃达丰) still stands for itself."""

NOTHING = "nothing"
"""The fact of names and phrases that look like one and are none; they only take the span away."""

OPERATOR_WORD = "operator_word"
"""An operator's name that is an English word: the operator, but in an English sentence."""

MAINLAND = "mainland"
"""A mainland place: where the customer stands only in some sentences, else it is home."""

AMBIGUOUS = "ambiguous_place"
"""A name of places in several countries, value `US,CR`: to be asked about, never guessed."""

_PLACES = frozenset(["location", AMBIGUOUS])


def without_overlaps(mentions: Iterable[Mention]) -> list[Mention]:
    """Names compete with names, clauses within their fact, and `nothing` with all."""
    layers: dict[str, list[Mention]] = {}
    nothing = []
    for mention in mentions:
        if mention.fact == NOTHING:
            nothing.append(mention)
        else:
            layer = mention.fact if mention.fact in CLAUSES else "names"
            layers.setdefault(layer, []).append(mention)
    kept = {m for layer in layers.values() for m in longest([*layer, *nothing])}
    return sorted(kept)


def longest(mentions: Iterable[Mention]) -> list[Mention]:
    """Mentions that do not overlap: the longest wins, of two equally long the first."""
    taken: list[Mention] = []
    for mention in sorted(mentions, key=lambda m: (-m.length, m.start)):
        if all(mention.end <= other.start or mention.start >= other.end for other in taken):
            taken.append(mention)
    return sorted(taken)


def settle(text: str, mentions: Iterable[Mention], corrections: Iterable[Mention]) -> list[Mention]:
    """One value a fact: what was denied is left out, and what a correction says wins."""
    by_fact: dict[str, list[Mention]] = {}
    for mention in sorted(mentions):
        by_fact.setdefault(mention.fact, []).append(mention)
    corrected_at = sorted(c.end for c in corrections)
    settled: list[Mention] = []
    for fact, said in by_fact.items():
        settled.extend(_settle_fact(text, fact, said, corrected_at))
    if any(mention.fact == "location" for mention in settled):
        settled = [mention for mention in settled if mention.fact != AMBIGUOUS]
    return sorted(settled)


def _settle_fact(
    text: str, fact: str, said: list[Mention], corrected_at: list[int]
) -> list[Mention]:
    said = [m for m in said if not _is_asked_about(text, m)]
    held = [m for m in said if not _is_negated(text, m)]
    if said and not held:
        opposites = [_OTHER_OF_TWO.get((m.fact, m.value)) for m in said]
        if len(set(opposites)) == 1 and opposites[0] and not _is_question(text):
            return [replace(said[0], value=opposites[0])]
        return []
    if fact in _MAY_BE_HEARSAY:
        held = [m for m in held if not _OTHERS.search(text[: m.start])]
    if fact in _MAY_BE_HEARSAY | _ANOTHERS_RETURN and len({m.value for m in held}) > 1:
        held = [m for m in held if not _is_hearsay(text, m)] or held
    if fact == "card_slot" and len({m.value for m in held}) > 1:
        held = [m for m in held if not _is_of_another_card(text, m)] or held
    if fact in _PLACES:
        held = _places_meant(text, held)
    elif fact == "service":  # no signal is why calls and texts fail, so it is the one to look into
        held = [m for m in held if m.value == "signal"] or held
    if not held or len({m.value for m in held}) == 1:
        return held[:1]
    behind = [m for m in held if any(m.start >= at for at in corrected_at)]
    if behind:
        return behind[-1:]
    return held[-1:] if fact in _PLACES else held[:1]


def _places_meant(text: str, said: list[Mention]) -> list[Mention]:
    """Where the customer is, not where they were, will be, or whom they call there."""
    here = [m for m in said if not _is_elsewhere(text, m)]
    here = [m for m in here if m.fact != AMBIGUOUS or _is_plainly_a_place(text, m)]
    if len({m.value for m in here}) > 1:
        standing = [m for m in here if _BEHIND_IN.search(text[: m.start])]
        here = standing or here
    return here


def _is_plainly_a_place(text: str, mention: Mention) -> bool:
    """Ambiguous names are often ordinary words too: 属于全州最好的, 一条老街."""
    before, behind = text[: mention.start], text[mention.end :]
    return not before or not behind or bool(_BEHIND_IN.search(before)) or behind[0] in _CLAUSE_ENDS


def _is_elsewhere(text: str, mention: Mention) -> bool:
    before, behind = text[: mention.start], text[mention.end :]
    return bool(_ELSEWHERE.search(before) or _CALLED.match(behind)) and not (
        before.endswith(("在", "到")) and not _ELSEWHERE.search(before)
    )


def _is_hearsay(text: str, mention: Mention) -> bool:
    """同事的是双模，我这张单模: of two values, the one that is told of somebody else."""
    start, _ = clause_around(text, mention)
    before = text[start : mention.start]
    return bool(_HEARSAY.search(before)) and not _OWN.search(before)


def _is_of_another_card(text: str, mention: Mention) -> bool:
    start, end = clause_around(text, mention)
    clause = text[start : mention.start] + "," + text[mention.end : end]
    return bool(_NOT_OURS.search(clause)) and not _OURS.search(clause)


def _is_negated(text: str, mention: Mention) -> bool:
    return bool(_NEGATED.search(text[: mention.start]))


def _is_asked_about(text: str, mention: Mention) -> bool:
    """什么是双模卡 says nothing of the customer's card; 我在日本，怎么选网 does of the place."""
    if mention.fact in _TOLD_EVEN_IN_A_QUESTION:
        return False
    if mention.fact in _PLACES and _BEHIND_IN.search(text[: mention.start]):
        return False
    start, end = clause_around(text, mention)
    clause = text[start:end]
    if mention.fact in _SETTINGS | _ADVISED and _WHETHER_TO.search(clause):
        return True
    if mention.fact in _SETTINGS and _ASKED_AT_LAST.search(clause) and not _REASON.search(clause):
        return True
    return _ASKED.search(clause) is not None


def clause_around(text: str, mention: Mention) -> tuple[int, int]:
    """Where the clause with the mention begins and ends."""
    start = max(text.rfind(mark, 0, mention.start) for mark in _CLAUSE_ENDS) + 1
    ends = [at for mark in _CLAUSE_ENDS if (at := text.find(mark, mention.end)) >= 0]
    return start, min(ends, default=len(text))


def _is_question(text: str) -> bool:
    return text.rstrip().endswith(("吗", "吗?", "么", "么?", "?", "?"))

"""Facts with a form of their own: numbers, versions, card and phone numbers, ordinals, corrections.

Phrases in words (国内一直好好的) are data: data/phrases.yml. Here stands what counts digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bot.understanding.mentions import CORRECTION, Mention
from bot.understanding.numerals import CHINESE_NUMBER, to_digits

_CHINESE = r"[零〇一二两三四五六七八九幺十百千万]"
_NUMBER = rf"(?:\d{{1,6}}|{_CHINESE}{{2,9}})"
_GAP = r"[ \-]?"

_ANY_DIGIT = r"\d零〇一二三四五六七八九"
_NOT_DIGIT = rf"(?:[^{_ANY_DIGIT}。;!?]|(?<![{_ANY_DIGIT}])(?:一(?=[个行栏格项串条段列])|\d位数?))"
"""What may stand between a word and its number: 那一行是, 写5位数."""
_VERSION = rf"(?:\d(?: \d){{3,5}}|\d{{1,3}},\d{{3}}|\d万零?\d{{0,4}}|{_NUMBER})"
PRL = re.compile(
    rf"(?:p ?r ?l|漫游列表|优选列表|列表版本|(?<!系统)(?<!安卓)(?<!软件)(?<!app)版本号?)"
    rf"{_NOT_DIGIT}{{0,14}}?(?<![打拨])v?({_VERSION})(?![\d.位x次遍回年月天号个张块点种家网兆g])"
    rf"|(?<![\d.])(\d{{3,6}})(?:的|这个)?(?:版本|版)"
)
ICCID = re.compile(r"(?<![0-9a-z])(8986(?:[ \-]?[0-9a-f]){14,15}[ \-]?[0-9a-fx]?)(?![0-9a-z])")
IMSI = re.compile(r"(?<!\d)((?:460|204)(?:[ \-]?\d){12})(?!\d)")
MSISDN = re.compile(rf"(?<!\d)(?:\+?(?:00)?86{_GAP})?(1[3-9]\d{_GAP}\d{{4}}{_GAP}\d{{4}})(?!\d)")
_SPOKEN = "[零〇一二三四五六七八九幺]"
SPOKEN_MSISDN = re.compile(rf"(?<!{_SPOKEN})([一幺](?: ?{_SPOKEN}){{10}})(?!{_SPOKEN})")
DIALLED_COUNT = re.compile(
    rf"(?<!\d)(?:共|有|是|拨了|一共|总共)?({_NUMBER}|[五六七八九十](?=位(?:数|$|[,。!])))"
    r"(?:个)?(?:位数?(?:字|的号码|号码)?|个数字?)(?!置|的?卡号|的?iccid|的?imsi|的?识别码|客服|同事|朋友|先生|女士|乘客|同学|老师|老人|游客|家人|领导)"
)
_OF_A_CALL = re.compile(r"拨|打|号|数字|共|连|前缀|区号|^.{0,8}位|位(?:数|的)?$")
_OTHER_NUMBER = re.compile(r"卡号|卡背|识别码|iccid|imsi|prl|验证码|密码|身份证|工单|编号")
"""A count of digits beside one of these words is not of a dialled number."""
_QUOTED = r"(?:加|\+)?\d[\d \-]"
DIALLED_NUMBER = re.compile(
    r"(?:拨打?|打|呼叫|输入|按)(?:的)?(?:是|了|过)?(?:号码|电话)?(?:是|为)?"
    rf"[ :,“\"']{{0,3}}({_QUOTED}{{5,24}}\d)(?!\d)"
    rf"|(?<!\d)({_QUOTED}{{7,24}}\d)[”\"']? ?(?:就|这么|这样|我是这么)?(?:拨的?|打的)"
    r"(?:这些|不通|不出|$|[,。])"
)
ORDINAL = re.compile(
    r"第([一二三四五六七八九十]|\d{1,2})(?:个|项|种|条|张|家|款)?|(?:选择?|我选)([一二三四五六七八九]|[1-9])(?!\d|[个张条])"
)
BARE_ORDINAL = re.compile(r"^ *([1-9]|[一二三四五六])[ .。、号]*$")
FORMER, LATTER = re.compile(r"前者|前一个|头一个|上面那个"), re.compile(r"后者|后一个|下面那个")
CORRECTING = re.compile(
    r"(?:哦|噢|啊|呃)?(?<!对)不对(?!劲|吗|外|称)|(?<!是)(?<!要)(?<!还)(?<!可)不是(?!很|太|特别|说|只|一般|吗|不|没有?信号)|[说搞打写弄记选点填]错了?"
    r"|改成|改为|更正|纠正|应该是|(?<!能)(?<!才)(?<!别)换成"
)
NUMBER = re.compile(r"(?<![\d.a-z])\d{1,20}(?![\d.]*\d|[a-z])")

SHORTEST_DIALLED, LONGEST_DIALLED = 5, 30
"""A count of digits outside these is about something else (3 位客服, 100 位客户)."""


def found(text: str) -> Iterator[Mention]:
    """Every fact with a form of its own in the normalised text; overlaps are left in."""
    yield from _groups(PRL, text, "prl_version", _version)
    yield from _groups(ICCID, text, "iccid", _compact)
    yield from _groups(IMSI, text, "imsi", _compact)
    yield from _groups(MSISDN, text, "msisdn", _compact)
    yield from _groups(SPOKEN_MSISDN, text, "msisdn", _spoken)
    counted = list(_groups(DIALLED_COUNT, text, "dialled_digits", _count))
    if counted and _OF_A_CALL.search(text) and not _OTHER_NUMBER.search(text):
        yield from counted
    else:
        yield from _groups(DIALLED_NUMBER, text, "dialled_digits", _length)


def ordinals(text: str) -> Iterator[Mention]:
    """第二个, 选 2, a bare 2, 前者."""
    for match in (*ORDINAL.finditer(text), *BARE_ORDINAL.finditer(text)):
        digits = to_digits(next(g for g in match.groups() if g))
        if digits and digits != "0":
            yield Mention(match.start(), match.end(), "ordinal", digits)
    for pattern, value in ((FORMER, "1"), (LATTER, "2")):
        for match in pattern.finditer(text):
            yield Mention(match.start(), match.end(), "ordinal", value)


def corrections(text: str) -> Iterator[Mention]:
    """Words that take back something said: 不对, 说错了, 改成."""
    for match in CORRECTING.finditer(text):
        yield Mention(match.start(), match.end(), CORRECTION, "true")


def numbers(text: str) -> Iterator[Mention]:
    """Bare runs of digits, and Chinese numerals of two characters or more, as ASCII digits."""
    for match in NUMBER.finditer(text):
        yield Mention(match.start(), match.end(), "number", match.group())
    for match in CHINESE_NUMBER.finditer(text):
        digits = to_digits(match.group()) if len(match.group()) > 1 else None
        if digits:
            yield Mention(match.start(), match.end(), "number", digits)


def _groups(
    pattern: re.Pattern[str], text: str, fact: str, value_of: Callable[[str], str | None]
) -> Iterator[Mention]:
    for match in pattern.finditer(text):
        value = value_of(next(g for g in match.groups() if g))
        if value:
            yield Mention(match.start(), match.end(), fact, value)


def _version(text: str) -> str | None:
    """30012, 3 0 0 1 2, 30,012, 3万零12, 三零零一二."""
    thousands, _, rest = text.partition("万")
    if rest and thousands.isdigit():
        return str(int(thousands) * 10_000 + int(rest.lstrip("零")))
    return to_digits(re.sub(r"[ ,]", "", text))


def _spoken(text: str) -> str | None:
    return to_digits(text.replace(" ", ""))


def _compact(text: str) -> str:
    return re.sub(r"[ \-]", "", text).upper()


def _count(text: str) -> str | None:
    digits = to_digits(text)
    if digits is None or not SHORTEST_DIALLED <= int(digits) <= LONGEST_DIALLED:
        return None
    return str(int(digits))


def _length(text: str) -> str | None:
    return _count(str(sum(c.isdigit() for c in text)))

"""One pasted value, taken apart: which kind of number it is and what each of its parts says."""

import re
from dataclasses import dataclass
from typing import Literal

from stdnum import imsi, luhn

from api.cards.tables import PUBLIC, Tables

Kind = Literal["iccid", "imsi", "mdn", "uimid", "unknown"]

G_SIDE = "20404"
"""How the G-side IMSI of a dual-mode card begins (G2.2)."""

LONGEST = 64
"""Characters of a value that are looked at; every kind is far shorter."""

_HALF_WIDTH = str.maketrans({code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " "})
_BETWEEN = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2010-\u2015\u2060\ufeff\-_()]+")
_LABEL = re.compile(r"(?:P?UIMID|ICCID|IMSI|MDN|卡号|手机号码?|号码)[:：=]?")
_ICCID = re.compile(r"89[0-9]{17}[0-9A-Z]?")
_IMSI = re.compile(r"[0-9]{15}")
_MDN = re.compile(r"(?:\+|00)?(86)?(1[3-9][0-9])([0-9]{4})([0-9]{4})")
_UIMID = re.compile(r"(?:0X)?([0-9A-F]{8})")


@dataclass(frozen=True)
class Part:
    """Some digits of the number, and what they mean by which rule of the guide (or `public`)."""

    name: str
    value: str
    meaning: str
    rule: str


@dataclass(frozen=True)
class Decoded:
    """`valid`: the number has the form that the rule gives its kind. Warnings are for people."""

    kind: Kind
    valid: bool
    parts: tuple[Part, ...] = ()
    warnings: tuple[str, ...] = ()
    digits: str = ""
    """The number alone, without what people write between its digits."""


def decode(value: str, tables: Tables) -> Decoded:
    """Return what `value` is. Rubbish of any length is `unknown` with a warning, never an error."""
    if len(value) > LONGEST:
        return _unknown("内容太长，不像卡号或号码，请只粘贴一个号码。")
    plain = _BETWEEN.sub("", value.translate(_HALF_WIDTH)).upper()
    plain = _LABEL.sub("", plain, count=1) if _LABEL.match(plain) else plain
    if not plain:
        return _unknown("没有内容，请粘贴 ICCID、IMSI、手机号码或 UIMID。")
    if _ICCID.fullmatch(plain):
        return _iccid(plain, tables)
    # 0086 and a mobile number is as long as an IMSI.
    if found := _MDN.fullmatch(plain):
        return _mdn(found, tables)
    if _IMSI.fullmatch(plain):
        return _imsi(plain, tables)
    if found := _UIMID.fullmatch(plain):
        return _uimid(found[1], tables)
    return _unknown(_guess(plain))


def _iccid(digits: str, tables: Tables) -> Decoded:
    parts = [Part("行业标识", digits[:2], "陆地移动通信", "G1.3")]
    warnings = []
    if digits[2:4] != "86":
        parts.append(Part("其余各位", digits[2:], "不是中国发行的卡，指南没有写它的编码", PUBLIC))
        warnings.append("第 3、4 位不是 86，不是中国发行的卡。")
        return Decoded("iccid", len(digits) == 20, tuple(parts), tuple(warnings), digits)
    network = tables.iccid_network.get(digits[4:6])
    parts.append(Part("国家代码", "86", "中国", "G1.3"))
    parts.append(
        Part("网络号", digits[4:6], network.title if network else "指南没有写的网络号", "G1.3")
    )
    if network is None:
        warnings.append("指南没有写这个网络号，以下各位按中国电信的编码给出，请人工核对。")
    if network is not None and network.title != "中国电信":
        parts.append(Part("其余各位", digits[6:19], "按该运营商自己的编码，指南没有写", "G1.3"))
        warnings.append(f"这是{network.title}的卡，不是中国电信的卡。")
    else:
        parts += _telecom(digits, tables)
    if len(digits) == 20:
        parts.append(_check_digit(digits, warnings))
    else:
        warnings.append("只有 19 位，按指南的分段应为 20 位，缺最后一位校验位。")
    return Decoded("iccid", len(digits) == 20, tuple(parts), tuple(warnings), digits)


def _telecom(digits: str, tables: Tables) -> list[Part]:
    segment = tables.iccid_segment.get(digits[8])
    area = "0" + digits[10:13].lstrip("0")
    return [
        Part("生产年份", digits[6:8], f"20{digits[6:8]} 年", "G1.3"),
        Part("号段", digits[8], segment.title if segment else "指南没有写的号段标识", "G1.3"),
        Part("备用位", digits[9], "序列号的进位计数", "G1.3"),
        Part("地区代码", digits[10:13], f"长途区号 {area}", "G1.3"),
        Part("序列号", digits[13:19], "当年的制卡流水号", "G1.3"),
    ]


def _check_digit(digits: str, warnings: list[str]) -> Part:
    expected = luhn.calc_check_digit(digits[:19])
    if digits[19] == expected:
        return Part("校验位", digits[19], "与前 19 位相符", "G1.3")
    warnings.append(
        f"提示：按前 19 位算出的校验位是 {expected}，这里是 {digits[19]}。"
        "卡面上印的最后一位是厂商代码，从卡面抄来的不一致属于正常。"
    )
    return Part("校验位", digits[19], "与前 19 位不符，可能是卡面上的厂商代码", "G1.3")


def _imsi(digits: str, tables: Tables) -> Decoded:
    if digits.startswith(G_SIDE):
        parts = (
            Part("MCC", "204", "荷兰", "G2.2"),
            Part("MNC", "04", "沃达丰，双模国际卡的 G 网侧", "G2.2"),
            Part("用户识别", digits[5:], "在这张网络里识别用户", "G2.2"),
        )
        return Decoded("imsi", True, parts, digits=digits)
    if digits.startswith("460"):
        return _chinese_imsi(digits, tables)
    try:
        known = imsi.info(digits)
    except ValueError:  # also what the library raises of digits that begin like no network's
        return _unknown("15 位数字，但开头不是已知的国家码和网络号，可能是手机的 IMEI。")
    end = 3 + len(known["mnc"])
    country = known.get("cc")
    place = tables.place_name(country.upper()) if country else "不属于任何国家或地区"
    network = known.get("brand") or known.get("operator") or "未知的网络"
    origin = tables.origins["mnc"]
    parts = (
        Part("MCC", digits[:3], f"{place}（{origin}）", PUBLIC),
        Part("MNC", digits[3:end], f"{network}（{origin}）", PUBLIC),
        Part("用户识别", digits[end:], "在这张网络里识别用户", PUBLIC),
    )
    warning = "不是中国电信的 IMSI，也不是双模国际卡的 G 网 IMSI（20404 开头）。"
    return Decoded("imsi", True, parts, (warning,), digits)


def _chinese_imsi(digits: str, tables: Tables) -> Decoded:
    network = tables.mnc.get(digits[3:5])
    warnings = []
    if network is None:
        meaning, rule = "未知的网络号", PUBLIC
        warnings.append("资料里没有这个网络号，请人工核对。")
    else:
        meaning, rule = tables.meaning("mnc", network), network.rule
        if network.title != "中国电信":
            warnings.append(f"这是{network.title}的 IMSI，不是中国电信的。")
    parts = (
        Part("MCC", "460", "中国", "G1.2"),
        Part("MNC", digits[3:5], meaning, rule),
        Part("MIN", digits[5:], "在这张网络里识别用户", "G1.2"),
    )
    return Decoded("imsi", network is not None, parts, tuple(warnings), digits)


def _mdn(found: re.Match[str], tables: Tables) -> Decoded:
    country, segment, home, serial = found.groups()
    listed = tables.ndc.get(segment)
    warnings = []
    if listed is None:
        meaning, rule = "不在中国电信的号段名单里", PUBLIC
        warnings.append("号段不在中国电信的名单里，可能是其他运营商的号码，或名单没有收全。")
    else:
        meaning, rule = tables.meaning("ndc", listed), listed.rule
    parts = [Part("CC", country, "中国", "G1.4")] if country else []
    parts += [
        Part("NDC", segment, meaning, rule),
        Part("H0H1H2H3", home, "对应号码归属的网元设备", "G1.4"),
        Part("ABCD", serial, "顺序号", "G1.4"),
    ]
    digits = f"{country or ''}{segment}{home}{serial}"
    return Decoded("mdn", True, tuple(parts), tuple(warnings), digits)


def _uimid(digits: str, tables: Tables) -> Decoded:
    warnings = []
    if digits.isdigit():
        warnings.append("8 位都是数字，也可能是日期等别的内容，请核对。")
    if not digits.startswith("80"):
        meaning = "32 比特，代替手机的 ESN 用于网络鉴权；中国电信的由 SHA-1 生成"
        whole = (Part("UIMID", digits, meaning, "G1.5"),)
        return Decoded("uimid", True, whole, tuple(warnings), digits)
    parts = (
        Part("前缀", "80", f"伪 UIMID 的固定前缀（{tables.origins['puimid']}）", PUBLIC),
        Part("散列值", digits[2:], "由 SHA-1 生成，代替手机的 ESN 用于网络鉴权", "G1.5"),
    )
    return Decoded("uimid", True, parts, tuple(warnings), digits)


def _guess(plain: str) -> str:
    """Return what is wrong with a value of no kind, as far as its shape tells."""
    if plain.startswith(("+", "00")) and plain[1:].isdigit():
        return "像是境外电话号码，这里只解读中国的手机号码。"
    if re.fullmatch(r"[0-9A-F]{14}", plain):
        return "14 位，可能是手机的 MEID，不是卡的号码。"
    if plain.isascii() and plain.isdigit():
        kinds = "ICCID 20 位、IMSI 15 位、手机号码 11 位（带 86 为 13 位）、UIMID 8 位"
        return f"共 {len(plain)} 位数字，与各种号码的位数都不符：{kinds}。"
    return "看不出是 ICCID、IMSI、手机号码还是 UIMID，请核对后重新粘贴。"


def _unknown(warning: str) -> Decoded:
    return Decoded("unknown", False, warnings=(warning,))

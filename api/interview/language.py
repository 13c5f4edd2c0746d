"""Which language a message is written in, by its script, and one line to its reader.

What is understood in English is handled like any other message; once in a conversation its
writer is told how the chat works.
"""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

CHINESE_SHARE = 0.4
"""From this share of Chinese characters on (a Latin word counts as one) it is Chinese."""

KANA_SHARE = 0.2
"""Japanese is written with Chinese characters too; kana tell it."""

SENTENCE_WORDS = 3
"""With so many words Latin letters are a sentence."""

SHORT_LETTERS = 3
"""So few Latin letters in all (4G, ok, APN) are no language: Chinese is written with them."""

_UNITS = re.compile(r"[a-zà-öø-ÿ]+|[^\W\d_]", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """How the chat works, and that a person was called."""

    how: str
    called: str


LINES = {
    "LATIN": Line(
        "This chat works in Chinese. You can tap a button, or type “agent” to get a person.",
        "A person has been called and will answer here.",
    ),
    "HIRAGANA": Line(
        "このチャットは中国語です。ボタンを押すか、“agent” と入力すると担当者につながります。",
        "担当者を呼びました。ここでお返事します。",
    ),
    "HANGUL": Line(
        "이 채팅은 중국어로 운영됩니다. 버튼을 누르거나 “agent”를 입력하면 상담원에게 연결됩니다.",
        "상담원을 불렀습니다. 여기에서 답변드립니다.",
    ),
    "CYRILLIC": Line(
        "Чат работает на китайском. Нажмите кнопку или напишите “agent”, чтобы позвать сотрудника.",
        "Сотрудник вызван и ответит здесь.",
    ),
    "THAI": Line(
        "แชตนี้ใช้ภาษาจีน กดปุ่มได้ หรือพิมพ์ “agent” เพื่อคุยกับเจ้าหน้าที่",
        "เรียกเจ้าหน้าที่แล้ว และจะตอบที่นี่",
    ),
}
"""By script; readers of another one are most likely to read English."""


def foreign(text: str) -> Line | None:
    """Return the line in the language of `text`, or None where it is Chinese or no language."""
    if text.lstrip().startswith(("/", "／")):
        return None  # a command of some other chat, typed by whoever tries things out
    scripts = Counter(_script(unit[0]) for unit in _UNITS.findall(text))
    total = sum(scripts.values())
    if not total:
        return None
    kana = scripts["HIRAGANA"] + scripts["KATAKANA"]
    if kana / total >= KANA_SHARE:
        return LINES["HIRAGANA"]
    if scripts["CJK"] / total >= CHINESE_SHARE:
        return None
    if scripts.keys() == {"LATIN"} and sum(map(str.isalpha, text)) <= SHORT_LETTERS:
        return None
    del scripts["CJK"]
    return LINES.get(max(scripts, key=lambda script: scripts[script]), LINES["LATIN"])


def in_other_language(text: str) -> bool:
    """Tell whether `text` is a sentence in another language; ok and haha are words of ours too."""
    line = foreign(text)
    return line is not None and (line is not LINES["LATIN"] or len(text.split()) >= SENTENCE_WORDS)


def _script(character: str) -> str:
    return unicodedata.name(character, "UNKNOWN").split()[0]

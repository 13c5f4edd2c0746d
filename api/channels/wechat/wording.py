"""A conversation's messages as WeChat's bubbles: few enough, short enough, nothing left out. Pure.

Choices become a menu that can be tapped, or numbered lines; rules become words in brackets; a
ticket becomes a line with its number and a link to the page of the same conversation.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Protocol

from api.interview.local_time import spoken

MAX_BYTES = 2_048
"""UTF-8 bytes of one text; WeChat answers 45002 above that (documented for replies in the dialogue,
inferred to hold for customer-service messages)."""

MENU_CHOICES = range(2, 6)
MENU_LABEL_LENGTH = 12
"""Characters of a choice that fits on one line of a menu on a phone."""

SOURCES = {"G": "处理指南", "P": "投诉处理流程"}
"""By the letter with which the ids of their rules begin."""
CHOOSE = "请回复数字，也可以直接打字。"
TAP = "点一下选项，或者直接打字。"
WHOLE = "查看完整对话和工单："

_SENTENCE = re.compile(r"[^。！？!?；;\n]*(?:[。！？!?；;\n]+|$)")


class Said(Protocol):
    """What is needed of a message."""

    seq: int
    text: str
    asks: str | None
    choices: list[Any]
    citations: list[Any]
    ticket: dict[str, Any] | None


@dataclass(frozen=True)
class Bubble:
    """One message of WeChat's, and the messages of the conversation that it says."""

    body: dict[str, Any]
    seqs: tuple[int, ...]


@dataclass(frozen=True)
class _Piece:
    text: str
    seqs: tuple[int, ...]
    menu: tuple[tuple[str, str], ...] = ()
    """Ids and labels; nothing can follow them in the same bubble."""

    @property
    def size(self) -> int:
        labels = "".join(label for _, label in self.menu)
        return len((self.text + labels + (TAP if self.menu else "")).encode())


def bubbles(
    messages: Sequence[Said],
    most: int,
    link: str | None = None,
    *,
    numbered: Callable[[str], bool] = lambda fact: True,
    menus: bool = True,
    told: Callable[[str], bool] = lambda line: False,
) -> list[Bubble]:
    """Return `messages` in at most `most` bubbles, in their order; what does not fit is left out
    from the end, a message whole or not at all.

    `link` opens the conversation in the web page. `numbered` tells of a fact whether a bare
    number may name a choice; where the answer itself is digits it may not. Without `menus` the
    customer has to write the answer, which allows more messages than tapping one. `told` says of
    a ticket's line whether it stands in the chat already: it is not said again, nor is the link.
    """
    for count in range(len(messages), 0, -1):
        pieces = _fewer(_pieces(messages[:count], link, numbered, menus, told), most)
        if len(pieces) <= most:
            return [Bubble(_body(piece), piece.seqs) for piece in pieces]
    return []


def needs(messages: Sequence[Said], link: str | None = None) -> int:
    """Return how many bubbles `messages` take at least."""
    return len(_fewer(_pieces(messages, link, lambda _: True, True, lambda _: False), 1))


def _pieces(
    messages: Sequence[Said],
    link: str | None,
    numbered: Callable[[str], bool],
    menus: bool,
    told: Callable[[str], bool],
) -> list[_Piece]:
    asking = next((m for m in reversed(messages) if m.choices), None)
    new = {m.seq for m in messages if m.ticket and not told(_card(m.ticket))}
    linked = next((m for m in reversed(messages) if m.seq in new), None)
    pieces: list[_Piece] = []
    for message in messages:
        card = _card(message.ticket) if message.seq in new else ""
        lines = [message.text, _cited(message.citations), card]
        if message is linked and link:
            lines.append(f"{WHOLE}{link}")
        menu: tuple[tuple[str, str], ...] = ()
        if message is asking:
            labels = [str(choice["label"]) for choice in message.choices]
            whole = "\n".join(line for line in lines if line)
            if len(labels) == 1 or not numbered(message.asks or ""):
                lines.append(_or_say(labels))
            elif menus and _fits_a_menu(labels, whole):
                menu = tuple((f"{message.seq}{n:02}", label) for n, label in enumerate(labels, 1))
            else:
                lines.append(_numbered(labels))
        texts = split("\n".join(line for line in lines if line))
        pieces += [_Piece(text, (message.seq,)) for text in texts[:-1]]
        pieces.append(_Piece(texts[-1], (message.seq,), menu))
    return pieces


def _fewer(pieces: list[_Piece], most: int) -> list[_Piece]:
    """Join neighbours, the shortest first, until there are `most` or nothing fits any more."""
    pieces = list(pieces)
    while len(pieces) > most:
        pairs = [
            (first.size + second.size, at)
            for at, (first, second) in enumerate(pairwise(pieces))
            if not first.menu and _joined(first, second).size <= MAX_BYTES
        ]
        if not pairs:
            break
        _, at = min(pairs)
        pieces[at : at + 2] = [_joined(pieces[at], pieces[at + 1])]
    return pieces


def _joined(first: _Piece, second: _Piece) -> _Piece:
    same = first.seqs[-1] == second.seqs[0]
    seqs = first.seqs + second.seqs[1:] if same else first.seqs + second.seqs
    between = "\n" if same else "\n\n"
    return _Piece(f"{first.text}{between}{second.text}", seqs, second.menu)


def _body(piece: _Piece) -> dict[str, Any]:
    if not piece.menu:
        return {"msgtype": "text", "text": {"content": piece.text}}
    return {
        "msgtype": "msgmenu",
        "msgmenu": {
            "head_content": piece.text,
            "list": [{"id": key, "content": label} for key, label in piece.menu],
            "tail_content": TAP,
        },
    }


def split(text: str, limit: int = MAX_BYTES) -> list[str]:
    """Cut a text at ends of sentences into parts of at most `limit` bytes; at least one part."""
    parts, part = [], ""
    for sentence in _SENTENCE.findall(text):
        for fragment in _cut(sentence, limit):
            if part and len((part + fragment).encode()) > limit:
                parts.append(part.strip("\n"))
                part = ""
            part += fragment
    return [each for each in [*parts, part.strip("\n")] if each] or [text]


def _cut(sentence: str, limit: int) -> list[str]:
    """Cut what has no end of a sentence, between characters."""
    cut, part, size = [], "", 0
    for character in sentence:
        size += len(character.encode())
        if size > limit:
            cut.append(part)
            part, size = "", len(character.encode())
        part += character
    return [*cut, part]


def _fits_a_menu(labels: Sequence[str], text: str) -> bool:
    short = all(len(label) <= MENU_LABEL_LENGTH for label in labels)
    size = len((text + "".join(labels) + TAP).encode())
    return len(labels) in MENU_CHOICES and short and size <= MAX_BYTES


def _numbered(labels: Sequence[str]) -> str:
    lines = [f"{number}. {label}" for number, label in enumerate(labels, 1)]
    return "\n".join([*lines, CHOOSE])


def _or_say(labels: Sequence[str]) -> str:
    return "也可以回复" + "、".join(f"“{label}”" for label in labels) + "。"


def _cited(citations: Sequence[dict[str, str]]) -> str:
    """Return the rules by their short names, as in 处理指南 G4.E; other sources by their titles."""
    ids = {cite["id"]: cite.get("title") or cite["id"] for cite in citations}
    named = [
        f"{source} {'、'.join(rules)}"
        for letter, source in SOURCES.items()
        if (rules := [rule for rule in ids if re.match(rf"{letter}\d", rule)])
    ]
    named += [title for rule, title in ids.items() if not re.match(r"[GP]\d", rule)]
    return f"（依据：{'；'.join(named)}）" if named else ""


def _card(ticket: dict[str, Any] | None) -> str:
    if ticket is None:
        return ""
    upcoming = ticket.get("next_clock")
    line = f"工单 {ticket['number']}：{ticket['status_title']}"
    if not upcoming:
        return line + "。"
    due = spoken(datetime.fromisoformat(upcoming["due_at"]))
    return f"{line}，下一步{upcoming['title']}，最晚 {due}。"

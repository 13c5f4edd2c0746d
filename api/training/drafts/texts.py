"""Two texts compared, and a draft brought onto a text that was published since. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff
from typing import Literal

Keep = Literal["mine", "theirs"]


@dataclass(frozen=True)
class Clash:
    """Lines that both have changed; `line` is where in the published text, from 1."""

    line: int
    mine: str
    theirs: str


@dataclass(frozen=True)
class Merged:
    """`text` holds both sides' changes; where they clash, those of the side that was kept (the
    draft's unless said)."""

    text: str
    clashes: tuple[Clash, ...]


@dataclass(frozen=True)
class _Edit:
    """`base[start:end]` becomes `lines`."""

    start: int
    end: int
    lines: tuple[str, ...]


def merge(base: str, mine: str, theirs: str, keep: Keep = "mine") -> Merged:
    """Bring what was changed from `base` to `mine` onto `theirs`."""
    lines, own, other = (text.splitlines(keepends=True) for text in (base, mine, theirs))
    ours, them = _edits(lines, own), _edits(lines, other)
    made: list[str] = []
    clashes: list[Clash] = []
    at = line = 0
    for start, end in _stretches([*ours, *them]):
        made += lines[at:start]
        line += start - at
        before = lines[start:end]
        left, right = _applied(lines, ours, start, end), _applied(lines, them, start, end)
        if left in (right, before):
            made += right
        elif right == before:
            made += left
        else:
            clashes.append(Clash(line + 1, "".join(left), "".join(right)))
            made += left if keep == "mine" else right
        line += len(right)
        at = end
    return Merged("".join(made + lines[at:]), tuple(clashes))


def difference(before: str | None, after: str | None, context: int = 3) -> list[dict[str, object]]:
    """Return the lines of a unified diff: `kind` is `@`, ` `, `-` or `+`, `old` and `new` are line
    numbers from 1."""
    old, new = (before or "").splitlines(), (after or "").splitlines()
    shown: list[dict[str, object]] = []
    left = right = 0
    for line in list(unified_diff(old, new, lineterm="", n=context))[2:]:
        kind, text = line[0], line[1:]
        if kind == "@":
            left, right = (int(part.split(",")[0][1:]) for part in line.split()[1:3])
            # An empty side counts from 0.
            shown.append({"kind": "@", "text": "", "old": None, "new": None})
            continue
        shown.append(
            {
                "kind": kind,
                "text": text,
                "old": left if kind in " -" else None,
                "new": right if kind in " +" else None,
            }
        )
        left += kind in " -"
        right += kind in " +"
    return shown


def _edits(base: list[str], other: list[str]) -> list[_Edit]:
    codes = SequenceMatcher(None, base, other, autojunk=False).get_opcodes()
    return [_Edit(a, b, tuple(other[c:d])) for tag, a, b, c, d in codes if tag != "equal"]


def _stretches(edits: list[_Edit]) -> Iterator[tuple[int, int]]:
    """Give the stretches of the base that were changed; edits that touch lie in one."""
    spans = sorted((edit.start, edit.end) for edit in edits)
    while spans:
        start, end = spans.pop(0)
        while spans and spans[0][0] <= end:
            end = max(end, spans.pop(0)[1])
        yield start, end


def _applied(base: list[str], edits: list[_Edit], start: int, end: int) -> list[str]:
    """Return what one side made of a stretch."""
    made: list[str] = []
    at = start
    for edit in edits:
        if start <= edit.start and edit.end <= end:
            made += base[at : edit.start]
            made += edit.lines
            at = edit.end
    return made + base[at:end]

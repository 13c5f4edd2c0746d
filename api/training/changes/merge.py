"""Three-way merge of texts by lines: what two people did to the same file, where they do not clash.

Pure; a line keeps its own end, so that what nobody touched stays byte for byte.
"""

from dataclasses import dataclass
from difflib import SequenceMatcher


class Clash(Exception):
    """Both changed the same lines; `line` is where, in `theirs`, from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


@dataclass(frozen=True)
class _Edit:
    """`base[start:end]` becomes `lines`."""

    start: int
    end: int
    lines: tuple[str, ...]


def merge(base: str, mine: str, theirs: str) -> str:
    """Return `theirs` with what was changed from `base` to `mine`.

    Raises:
        Clash: `theirs` has changed the same lines in another way.
    """
    if theirs == base or mine == theirs:
        return mine
    if mine == base:
        return theirs
    lines = base.splitlines(keepends=True)
    ours, others = _edits(lines, mine), _edits(lines, theirs)
    for edit in ours:
        if edit not in others and _clashes(edit, others):
            raise Clash(_line_in_theirs(edit, others))
    merged: list[str] = []
    at = 0
    # The same edit by both is done once.
    for edit in sorted({*ours, *others}, key=lambda each: (each.start, each.end)):
        merged += [*lines[at : edit.start], *edit.lines]
        at = edit.end
    return "".join(merged + lines[at:])


def _line_in_theirs(edit: _Edit, others: list[_Edit]) -> int:
    before = (other for other in others if other.end <= edit.start and other.start < edit.start)
    return edit.start + 1 + sum(len(each.lines) - (each.end - each.start) for each in before)


def _edits(base: list[str], other: str) -> list[_Edit]:
    lines = other.splitlines(keepends=True)
    codes = SequenceMatcher(None, base, lines, autojunk=False).get_opcodes()
    return [_Edit(a, b, tuple(lines[c:d])) for tag, a, b, c, d in codes if tag != "equal"]


def _clashes(edit: _Edit, others: list[_Edit]) -> bool:
    """Whether another edit touches the same lines, or puts something at the same place."""
    return any(
        (edit.start < other.end and other.start < edit.end)
        or (edit.start == edit.end == other.start == other.end)
        for other in others
    )

"""The one table through which a ticket's status moves (rules P2, P4-P9)."""

from api.errors import Conflict

TRANSITIONS: dict[str, frozenset[str]] = {
    "new": frozenset({"acknowledged"}),
    "acknowledged": frozenset({"investigating", "answered"}),
    "investigating": frozenset({"answered"}),
    "answered": frozenset({"investigating", "resolved", "appealed"}),
    "resolved": frozenset({"investigating", "closed", "appealed"}),
    "closed": frozenset({"appealed"}),
    "appealed": frozenset({"investigating", "closed"}),
}

TITLES = {
    "new": "已登记",
    "acknowledged": "已受理",
    "investigating": "核查中",
    "answered": "已答复",
    "resolved": "已解决",
    "closed": "已归档",
    "appealed": "申诉中",
}

MEETS: dict[str, tuple[str, ...]] = {
    "acknowledged": ("acknowledge",),
    "investigating": ("first_check",),
    "answered": ("first_check", "first_answer"),
    "resolved": ("result", "result_legal"),
    "closed": ("result", "result_legal"),
}
"""Which clocks are met when a ticket enters a status."""


def check(now: str, to: str) -> None:
    """Let the move pass or say which ones are open.

    Raises:
        Conflict: the table has no such move.
    """
    allowed = TRANSITIONS[now]
    if to not in allowed:
        raise Conflict(
            f"工单现在是“{TITLES[now]}”，不能改成“{TITLES[to]}”。",
            code="transition_not_allowed",
            status=now,
            allowed=sorted(allowed),
        )

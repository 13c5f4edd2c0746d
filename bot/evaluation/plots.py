"""The page's plots as SVG that takes its colours and fonts from the page."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from bot.evaluation.scores import Score

TEXT, MUTED, ACCENT, BORDER = "#010101", "#020202", "#030303", "#040404"
"""Stand-ins that `_svg` turns into the page's design tokens, so light and dark both fit."""
_TOKENS = {
    TEXT: "var(--rd-text)",
    MUTED: "var(--rd-text-muted)",
    ACCENT: "var(--rd-accent)",
    BORDER: "var(--rd-border)",
}
_STYLE = {
    "svg.fonttype": "none",
    "font.size": 10,
    "text.color": TEXT,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": BORDER,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def f1_bars(scores: Mapping[str, Score], names: Mapping[str, str]) -> str:
    """F1 of each label, worst on top."""
    rows = sorted(
        ((names.get(label, label), score.f1 or 0.0) for label, score in scores.items()),
        key=lambda row: -row[1],
    )
    with plt.rc_context(_STYLE):
        figure, axes = _plot(6.4, 0.28 * len(rows) + 0.7, left=2.0, bottom=0.6)
        axes.barh(range(len(rows)), [f1 for _, f1 in rows], color=ACCENT, height=0.62)
        axes.set_yticks(range(len(rows)), [name for name, _ in rows])
        for at, (_, f1) in enumerate(rows):
            axes.text(f1 + 0.008, at, f"{f1:.3f}", va="center", fontsize=9)
        axes.set_xlim(min(0.5, *(f1 for _, f1 in rows)) - 0.05, 1.07)
        axes.set_xlabel("F1")
        _quiet(axes)
        return _svg(figure)


def reliability(bins: Sequence[tuple[float, float, int]]) -> str:
    """How often a confidence was right; the dashed line is what it promises."""
    with plt.rc_context(_STYLE):
        figure, axes = _plot(5.2, 4.2, left=0.7, bottom=0.7)
        axes.plot([0, 1], [0, 1], linestyle="--", linewidth=1, color=MUTED)
        axes.plot([b[0] for b in bins], [b[1] for b in bins], color=ACCENT, linewidth=1.4)
        largest = max((count for _, _, count in bins), default=1)
        for said, right, count in bins:
            axes.scatter([said], [right], s=18 + 220 * count / largest, color=ACCENT, zorder=3)
            axes.annotate(
                str(count), (said, right), (0, -17), textcoords="offset points", ha="center",
                fontsize=8, color=MUTED,
            )  # fmt: skip
        axes.set_xlim(0, 1.03)
        axes.set_ylim(0, 1.05)
        axes.set_xlabel("模型说的把握")
        axes.set_ylabel("实际对的比例")
        _quiet(axes)
        return _svg(figure)


def confusion(rows: Mapping[str, Mapping[str, int]], names: Mapping[str, str]) -> str:
    """Rows as meant, columns as predicted; the shade is the share of the row."""
    labels = sorted({*rows, *(said for row in rows.values() for said in row)})
    with plt.rc_context({**_STYLE, "font.size": 9}):
        size = 0.42 * len(labels)
        figure, axes = _plot(size + 1.9, size + 1.5, left=1.4, bottom=1.2)
        for y, meant in enumerate(labels):
            total = sum(rows.get(meant, {}).values()) or 1
            for x, said in enumerate(labels):
                count = rows.get(meant, {}).get(said, 0)
                if count:
                    share = count / total
                    square = plt.Rectangle(
                        (x - 0.48, y - 0.48), 0.96, 0.96, color=ACCENT, alpha=0.1 + 0.5 * share
                    )
                    axes.add_patch(square)
                    axes.text(x, y, str(count), ha="center", va="center", fontsize=8)
        shown = [names.get(label, label) for label in labels]
        axes.set_xticks(range(len(labels)), shown, rotation=90)
        axes.set_yticks(range(len(labels)), shown)
        axes.set_xlim(-0.6, len(labels) - 0.4)
        axes.set_ylim(len(labels) - 0.4, -0.6)
        axes.set_xlabel("模型认为")
        axes.set_ylabel("标注为")
        axes.tick_params(length=0)
        axes.tick_params(axis="x", pad=14)
        for spine in axes.spines.values():
            spine.set_visible(False)
        return _svg(figure)


def _plot(width: float, height: float, left: float, bottom: float) -> tuple[Any, Axes]:
    """Inches. The margins are given: matplotlib measures letters that the browser will draw."""
    figure, axes = plt.subplots(figsize=(width, height))
    figure.subplots_adjust(
        left=left / width, right=1 - 0.2 / width, bottom=bottom / height, top=1 - 0.15 / height
    )
    return figure, axes


def _quiet(axes: Axes) -> None:
    axes.tick_params(length=0)
    axes.grid(axis="x", color=BORDER, linewidth=0.6)
    axes.set_axisbelow(True)


def _svg(figure: Any) -> str:
    """The plot as an element of the page: no XML head, no fixed colour, no fixed font."""
    buffer = io.StringIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # the browser's fonts have them
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    plt.close(figure)
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    for stand_in, token in _TOKENS.items():
        svg = svg.replace(stand_in, token)
    svg = re.sub(
        r"font: ([^;\"']*?)px [^;\"']*", r"font-size: \1px; font-family: var(--rd-font)", svg
    )
    return re.sub(r"font-family: '?DejaVu[^;\"]*", "font-family: var(--rd-font)", svg)

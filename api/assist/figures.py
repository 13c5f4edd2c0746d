"""How suggestions fare: by source and by step, why they are rejected, how they are edited."""

from collections import defaultdict
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock, privacy
from api.assist.reasons import SOURCES
from api.assist.schemas import Edit, Fate, Figures, NodeFate, RejectionReason, SourceFate
from api.decision_tree import Library
from api.suggestions import service as suggestions

MOST_REASONS = 20
LAST_EDITS = 20


async def figures(session: AsyncSession, library: Library, days: int) -> Figures:
    """Return the figures of what was proposed in the last `days` days."""
    since = clock.now() - timedelta(days=days)
    by_source: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    by_node: dict[str | None, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    fates = await suggestions.fates(
        session, since, most_reasons=MOST_REASONS, last_edits=LAST_EDITS
    )
    for source, node, state, count in fates.counts:
        by_source[source][state] += count
        by_node[node][state] += count
    return Figures(
        days=days,
        total=_fate([by_source[source] for source in by_source]),
        by_source=[
            SourceFate(source=s, source_title=t, **_fate([by_source[s]]).model_dump())
            for s, t in SOURCES.items()
        ],
        by_node=sorted(
            (
                NodeFate(node=n, node_title=_title(library, n), **_fate([states]).model_dump())
                for n, states in by_node.items()
            ),
            key=lambda row: (-row.shown, row.node or ""),
        ),
        reasons=[RejectionReason(reason=reason, count=count) for reason, count in fates.reasons],
        edits=[
            Edit(
                id=row.id,
                source=row.source,
                node=row.node,
                text=privacy.mask(row.text),
                sent_text=privacy.mask(row.sent_text or ""),
                at=row.decided_at,
            )
            for row in fates.edited
        ],
    )


def _fate(groups: list[dict[str, int]]) -> Fate:
    counted = {
        state: sum(group.get(state, 0) for group in groups)
        for state in ("open", "sent", "edited", "rejected", "ignored")
    }
    return Fate(shown=sum(counted.values()), **counted)


def _title(library: Library, node: str | None) -> str:
    """Return the name of a step for people; a step of an older revision is named by its id."""
    if node is None:
        return "还没有案情"
    tree, _, name = node.partition("/")
    if tree not in library.trees or name not in library.trees[tree].nodes:
        return node
    found = library.trees[tree]
    return f"{found.title}：{library.facts[found.nodes[name].fact].title}"

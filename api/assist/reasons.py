"""Why a suggestion is offered: one clause for the agent, from what it was made of."""

from api.assist.service import Shown
from api.knowledge import KnowledgeBase
from api.suggestions.models import Suggestion

SOURCES = {
    "bot": "机器人草稿",
    "tree": "诊断树",
    "knowledge": "知识库",
    "phrase": "常用语",
    "history": "同事回复",
}
HERE_FROM = 0.6
"""The score from which a phrase is one of the case's own step (`candidates.of_phrases`)."""


def reason(row: Suggestion, shown: Shown, knowledge: KnowledgeBase) -> str:
    """Return the clause for one of `shown.suggestions`."""
    key = row.key or ""
    if row.source == "bot":
        return _of_bot(row, shown)
    if row.source == "tree":
        return _of_tree(row, shown)
    if row.source == "knowledge":
        article = knowledge.get(key)
        return f"知识库“{article.title}”与客户的问题相近" if article else "知识库里有相近的文章"
    if row.source == "phrase":
        phrase = shown.phrases.get(key)
        named = f"常用语“{phrase.title}”" if phrase else "常用语"
        fits = "适用于当前这一步" if row.score >= HERE_FROM else "与现在的情形相近"
        return f"{named}，{fits}"
    times = key.partition(":")[0]
    return "有同事在同一步这样回复过" if times == "1" else f"同事在同一步这样回复过 {times} 次"


def _of_bot(row: Suggestion, shown: Shown) -> str:
    if row.reply_to is None:
        return "案情有了新进展，机器人据此起草"
    sure = shown.conversation.sure
    return "机器人按客户刚才的话起草" + (f"，把握 {sure:.0%}" if sure is not None else "")


def _of_tree(row: Suggestion, shown: Shown) -> str:
    key = row.key or ""
    if key in shown.library.outcomes:
        return f"诊断树得出结论：{shown.library.outcomes[key].title}"
    title = shown.library.facts[key].title if key in shown.library.facts else "下一步"
    return f"诊断树接着要问：{title}" if row.asks else f"诊断树在等后台核查：{title}"

"""What a draft must be for each thing that is done with it, and what is said where it is not."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from api.errors import Conflict, Forbidden, NotFound
from api.people.models import Staff
from api.training.drafts import checking, repository
from api.training.drafts.checking import Checked
from api.training.drafts.models import Draft, DraftFile


@dataclass
class Opened:
    """A draft with its files, the published texts as they are now, and its check."""

    draft: Draft
    files: Sequence[DraftFile]
    current: checking.Texts
    checked: Checked

    @property
    def behind(self) -> list[str]:
        return checking.behind(self.files, self.current)


async def find(session: AsyncSession, draft_id: str, *, for_update: bool = False) -> Draft:
    """Return a draft.

    Raises:
        NotFound: there is none of this id.
    """
    found = await repository.draft(session, draft_id, for_update=for_update)
    if found is None:
        raise NotFound("没有这份草稿。", code="draft_not_found")
    return found


def check_ready(opened: Opened) -> None:
    """Let pass a draft that may be submitted and published.

    Raises:
        Conflict: something was published since it began, it changes nothing, or is not all green.
    """
    if opened.behind:
        raise Conflict(
            "这份草稿开始之后，下面的内容又发布过或被手工改过，请先同步到最新内容。",
            code="draft_outdated",
            files=opened.behind,
        )
    if all(row.text == row.base for row in opened.files):
        raise Conflict("这份草稿还没有改动。", code="nothing_changed")
    if not opened.checked.green:
        raise Conflict(
            "检查没有全部通过，请先改好。",
            code="not_green",
            problems=[
                {"file": each.file, "line": each.line, "text": each.text}
                for each in opened.checked.problems[:20]
            ],
            failing=[case.name for case in opened.checked.cases if not case.ok][:20],
        )


def check_other(draft: Draft, person: Staff) -> None:
    """Let pass whoever is not the author.

    Raises:
        Conflict: it is one's own draft.
    """
    if draft.author_id == person.id:
        raise Conflict("自己的草稿要由另一位同事审核发布。", code="own_draft")


def check_version(draft: Draft, version: int) -> None:
    """Let pass whoever has seen the draft as it is now.

    Raises:
        Conflict: it was edited since.
    """
    if draft.version != version:
        raise Conflict(
            "这份草稿刚刚在别处改过，请看过最新内容再操作。",
            code="draft_changed",
            version=draft.version,
        )


def check_author(draft: Draft, person: Staff) -> None:
    if draft.author_id != person.id:
        raise Forbidden("只有作者可以修改这份草稿。", code="not_your_draft")


def check_state(draft: Draft, *states: str) -> None:
    if draft.state not in states:
        raise Conflict(
            f"这份草稿现在是“{STATES[draft.state]}”，不能这样操作。",
            code="draft_state",
            state=draft.state,
        )


STATES = {
    "draft": "草稿",
    "submitted": "待审核",
    "publishing": "正在发布",
    "published": "已发布",
    "rejected": "已退回",
    "dropped": "已放弃",
}

"""Expecting a picture, keeping it, refusing it; reading what a conversation has."""

import uuid
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from api import clock
from api.attachments import repository
from api.attachments.files import Files
from api.attachments.models import Attachment
from api.attachments.pictures import Picture
from api.attachments.schemas import AttachmentForStaff, AttachmentOut
from api.conversations import service as conversations
from api.conversations.service import Utterance
from api.database import after_commit
from api.errors import Conflict, NotFound, Unavailable
from api.events import Broker

NEWS = "attachments"
"""Published when there is something to fetch."""

NOT_FOUND = "没有找到这张图片。"


async def expect(
    session: AsyncSession,
    broker: Broker,
    conversation_id: str,
    message_id: str,
    media_id: str,
    *,
    source: str = "wechat",
) -> Attachment:
    """Note that a stored message has a picture to be fetched, once however often it is told."""
    known = await repository.of_message(session, message_id, media_id)
    if known is not None:
        return known
    now = clock.now()
    attachment = Attachment(
        id=str(uuid.uuid4()),
        conversation_id=conversation_id,
        message_id=message_id,
        source=source,
        media_id=media_id,
        state="pending",
        attempts=0,
        next_at=now,
        created_at=now,
    )
    session.add(attachment)
    await repository.count_one_more(session, conversation_id)
    await session.flush()
    after_commit(session, lambda: broker.publish(NEWS))
    return attachment


async def keep(
    session: AsyncSession, broker: Broker, attachment: Attachment, picture: Picture, sha256: str
) -> None:
    """Record that the file is there; who watches the conversation is told."""
    await repository.settle(
        session,
        attachment.id,
        state="kept",
        mime=picture.mime,
        size=len(picture.content),
        width=picture.width,
        height=picture.height,
        sha256=sha256,
    )
    _tell(session, broker, attachment)


async def give_up(
    session: AsyncSession, broker: Broker, attachment: Attachment, state: str, reason: str
) -> None:
    """Record that there will be no picture (`refused` or `failed`), and say so to the customer."""
    if not await repository.settle(session, attachment.id, state=state, reason=reason):
        return
    conversation = await conversations.find(session, attachment.conversation_id, for_update=True)
    words = f"您发来的一张图片没能保存：{reason}请重新发一张，或者直接用文字告诉我们。"
    conversations.say(session, conversation, "system", Utterance(words))
    _tell(session, broker, attachment)


async def try_later(session: AsyncSession, attachment: Attachment, at: datetime) -> None:
    await repository.settle(session, attachment.id, next_at=at)


async def of_conversation(session: AsyncSession, conversation_id: str) -> list[AttachmentOut]:
    """Return what the customer sees of the pictures they sent."""
    rows = await repository.of_conversation(session, conversation_id)
    return [AttachmentOut.model_validate(row) for row, _ in rows]


async def for_staff(session: AsyncSession, conversation_id: str) -> list[AttachmentForStaff]:
    rows = await repository.of_conversation(session, conversation_id)
    return [_for_staff(row, seq) for row, seq in rows]


async def find(
    session: AsyncSession, attachment_id: str, conversation_id: str | None = None
) -> Attachment:
    """Return an attachment, of this conversation if one is given.

    Raises:
        NotFound: there is none, or it is another conversation's.
    """
    found = await repository.get(session, attachment_id)
    if found is None or conversation_id not in (None, found.conversation_id):
        raise NotFound(NOT_FOUND, code="attachment_not_found")
    return found


def path(attachment: Attachment, files: Files, *, small: bool) -> Path:
    """Return where the file lies.

    Raises:
        Conflict: it was not kept, or not yet.
        Unavailable: it was, and is not in the data folder of this process.
    """
    if attachment.state != "kept" or attachment.sha256 is None or attachment.mime is None:
        raise Conflict(
            attachment.reason or "这张图片还在接收，请稍后再看。",
            code=f"attachment_{attachment.state}",
        )
    sha256 = attachment.sha256
    found = files.small(sha256) if small else files.large(sha256, attachment.mime)
    if not found.is_file():
        raise Unavailable("图片文件暂时读不到，请管理员检查数据目录。", code="file_missing")
    return found


def _for_staff(row: Attachment, seq: int) -> AttachmentForStaff:
    shown = AttachmentOut.model_validate(row).model_dump()
    return AttachmentForStaff(**shown, seq=seq, sha256=row.sha256)


def _tell(session: AsyncSession, broker: Broker, attachment: Attachment) -> None:
    topic = conversations.topic(attachment.conversation_id)
    after_commit(session, lambda: broker.publish(topic))

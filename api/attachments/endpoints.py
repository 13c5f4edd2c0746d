"""The staff's routes: what pictures there are, and one of them.

A picture cannot be masked, so only those who answer customers see one, and each opening of the
large one is recorded (P11).
"""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse

from api.attachments import service
from api.attachments.files import Files
from api.attachments.models import Attachment
from api.attachments.pictures import SUFFIX
from api.attachments.schemas import AttachmentForStaff
from api.audit import service as audit
from api.database import Database
from api.people.access import Agent, AnyStaff, Transaction
from api.tickets import service as tickets

router = APIRouter(prefix="/v1/attachments", tags=["staff"])

Size = Literal["small", "large"]

HARMLESS = {
    # Were it ever anything but a picture, a browser would still run nothing of it.
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@router.get("")
async def attachments(
    session: Transaction,
    _: AnyStaff,
    conversation: Annotated[str, Query(max_length=64)],
) -> list[AttachmentForStaff]:
    """Return the pictures of a conversation in order, and what became of each."""
    return await service.for_staff(session, conversation)


@router.get("/{attachment_id}", response_class=FileResponse)
async def attachment(
    attachment_id: str, request: Request, person: Agent, size: Size = "large"
) -> FileResponse:
    """Return a picture; `size=small` is a thumbnail. That the large one was opened is audited."""
    database: Database = request.app.state.database
    files: Files = request.app.state.attachments.files
    async with database.reading() as session:
        found = await service.find(session, attachment_id)
        ticket = await tickets.of_conversation(session, found.conversation_id)
    answer = response(found, files, size)
    if size == "large":
        async with database.transaction() as session:
            audit.record(
                session,
                person.username,
                "viewed",
                conversation_id=found.conversation_id,
                ticket_number=ticket.number if ticket else None,
                fields=[f"picture:{found.id}"],
            )
    return answer


def response(attachment: Attachment, files: Files, size: Size) -> FileResponse:
    """Return the file with headers that let a browser do nothing but show it.

    Raises:
        Conflict: it was not kept, or not yet.
        Unavailable: its file cannot be found.
    """
    small = size == "small"
    mime = "image/webp" if small else attachment.mime
    path = service.path(attachment, files, small=small)
    assert mime is not None
    # The large one is not kept by the browser: each opening is one that is known of.
    kept = "private, max-age=600" if small else "private, no-store"
    return FileResponse(
        path,
        media_type=mime,
        filename=f"{attachment.id}.{SUFFIX[mime]}",
        content_disposition_type="inline",
        headers={**HARMLESS, "Cache-Control": kept},
    )

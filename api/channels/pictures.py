"""The customer's own pictures, in the web view of a conversation that came from elsewhere."""

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse

from api.attachments import service
from api.attachments.endpoints import Size, response
from api.attachments.schemas import AttachmentOut
from api.channels.web import Mine
from api.people.access import Transaction

router = APIRouter(prefix="/v1/conversations/{conversation_id}/attachments", tags=["customer"])


@router.get("")
async def attachments(conversation_id: Mine, session: Transaction) -> list[AttachmentOut]:
    """Return the pictures of this conversation in order, and what became of each."""
    return await service.of_conversation(session, conversation_id)


@router.get("/{attachment_id}", response_class=FileResponse)
async def attachment(
    conversation_id: Mine,
    attachment_id: str,
    request: Request,
    session: Transaction,
    size: Size = "large",
) -> FileResponse:
    """Return a picture of this conversation; `size=small` is a thumbnail."""
    found = await service.find(session, attachment_id, conversation_id)
    return response(found, request.app.state.attachments.files, size)

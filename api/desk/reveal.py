"""Personal data in the clear: for a reason that is written down with who saw what (P11)."""

from sqlalchemy.ext.asyncio import AsyncSession

from api.audit import service as audit
from api.desk import repository
from api.desk.schemas import Revealed
from api.diagnosis import service as diagnosis
from api.diagnosis.library import Shelf
from api.errors import Invalid, NotFound
from api.people.models import Staff
from api.tickets import shown

TEXT = "text"
"""The field that stands for the words of the conversation."""


async def reveal(
    session: AsyncSession,
    shelf: Shelf,
    conversation_id: str,
    fields: list[str],
    reason: str,
    person: Staff,
) -> Revealed:
    """Return the fields unmasked, and record that `person` saw them in the same transaction.

    Raises:
        NotFound: there is no such conversation.
        Invalid: a field is neither `text` nor a personal fact.
    """
    found = await repository.conversation(session, conversation_id)
    if found is None:
        raise NotFound("没有找到这段对话。", code="conversation_not_found")
    case = await diagnosis.running(session, shelf, conversation_id)
    library = case.library if case else shelf.current
    personal = {fact.id for fact in library.facts.values() if fact.personal}
    wanted = list(dict.fromkeys(fields))
    unknown = [field for field in wanted if field != TEXT and field not in personal]
    if unknown:
        raise Invalid("没有这样的个人信息字段。", code="field_not_personal", fields=unknown)
    known = case.facts if case else {}
    messages = {}
    if TEXT in wanted:
        said = await repository.texts(session, conversation_id)
        messages = {seq: text for seq, text in said.items() if shown.masked(text) != text}
    ticket = found[1]
    audit.record(
        session,
        person.username,
        "revealed",
        conversation_id=conversation_id,
        ticket_number=ticket.number if ticket else None,
        fields=wanted,
        reason=reason,
    )
    return Revealed(
        facts={field: known[field] for field in wanted if field in known}, messages=messages
    )

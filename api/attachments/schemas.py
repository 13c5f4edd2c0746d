"""Shapes of an attachment on the wire."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

State = Literal["pending", "kept", "refused", "failed"]


class AttachmentOut(BaseModel):
    """What a page needs to show a picture, or why there is none."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    message_id: str
    state: State
    reason: str | None
    mime: str | None
    size: int | None
    width: int | None
    height: int | None
    created_at: datetime


class AttachmentForStaff(AttachmentOut):
    seq: int
    """The number of the message that it came with."""
    sha256: str | None

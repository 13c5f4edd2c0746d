"""The JSON between RoamDesk and an operator's connector: see docs/back-office-connector.md."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

LONGEST_BODY_BYTES = 16_384


class WireSubscriber(BaseModel):
    """Digits only, the phone number without 86; at least one is not null."""

    msisdn: str | None
    iccid: str | None
    imsi: str | None


class AskRequest(BaseModel):
    """`POST <address>/ask`."""

    fact: str
    subscriber: WireSubscriber
    location: str | None
    """Where the customer is now, ISO 3166-1 alpha-2."""


class AskResponse(BaseModel):
    """200. `value` null: the subscriber is known, but this cannot be told now."""

    model_config = ConfigDict(extra="ignore", strict=True)

    fact: str
    value: str | None
    system: Literal["crm", "noc", "hlr"] | None = None
    detail: str | None = Field(default=None, max_length=200)

    @field_validator("detail")
    @classmethod
    def _one_line(cls, text: str | None) -> str | None:
        # People read it: line breaks and control characters have no place in a clause.
        if text is None:
            return None
        return "".join(c if c.isprintable() else " " for c in text).strip() or None


class WireError(BaseModel):
    code: str


class ErrorResponse(BaseModel):
    """Any other status; 404 with code unknown_subscriber is an answer, not a failure."""

    model_config = ConfigDict(extra="ignore")

    error: WireError

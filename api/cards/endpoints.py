"""The decode box: a pasted number part by part, and what in a case it contradicts."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from api.cards import Decoded, Kind, decode
from api.diagnosis import service as diagnosis
from api.diagnosis.contradictions import contradictions
from api.people.access import AnyStaff, Transaction

router = APIRouter(prefix="/v1", tags=["staff"])

FACT_OF = {"iccid": "iccid", "imsi": "imsi", "mdn": "msisdn"}
"""Which fact of a case a number is."""


class DecodeIn(BaseModel):
    value: str
    conversation_id: Annotated[str | None, Field(pattern="^[0-9A-Za-z-]{1,64}$")] = None


class PartOut(BaseModel):
    name: str
    value: str
    meaning: str
    rule: str


class OddOut(BaseModel):
    text: str
    facts: list[str]
    cites: list[str]


class DecodedOut(BaseModel):
    kind: Kind
    valid: bool
    parts: list[PartOut]
    warnings: list[str]
    contradictions: list[OddOut] = []


@router.post("/decode")
async def decode_value(
    body: DecodeIn, request: Request, session: Transaction, _: AnyStaff
) -> DecodedOut:
    """Take a number apart. Nothing is stored: the number is not made a fact of the case."""
    state = request.app.state
    read = decode(body.value, state.card_tables)
    odd: list[OddOut] = []
    if body.conversation_id is not None:
        case = await diagnosis.running(session, state.shelf, body.conversation_id)
        if case is not None:
            facts = {**case.facts, **_as_fact(read)}
            found = contradictions(case.library, facts)
            odd = [OddOut(**asdict(each)) for each in found]
    return DecodedOut(
        kind=read.kind,
        valid=read.valid,
        parts=[PartOut(**asdict(part)) for part in read.parts],
        warnings=list(read.warnings),
        contradictions=odd,
    )


def _as_fact(read: Decoded) -> dict[str, str]:
    fact = FACT_OF.get(read.kind)
    return {fact: read.digits} if fact else {}
